"""Files of surfaces: one npz per surface and version, there whole or not at all.

Takes a `GradedSurface`, gives the row of `published_surfaces` that stands for it; and back, checked
against its version. Uncompressed, so that a city's ten surfaces load in a tenth of a second.
"""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
import os
import zipfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from geo_risk.errors import StoreError
from geo_risk.grid import Grid, Period, Provenance, Surface, Unit
from geo_risk.published import Factors, GradedSurface

_FRESH_S = 86400
_MAY_BE_NONE = ("class_probability", "interval")


def write_durably(path: Path, content: bytes) -> None:
    """Write a file so that after a power cut it is there whole, or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    with part.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    part.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def write_surface(folder: Path, position: int, graded: GradedSurface) -> dict[str, Any]:
    """Write a surface's arrays to disk, and give the row that stands for it."""
    surface = graded.surface
    arrays: dict[str, Any] = {"values": surface.values, "classes": graded.classes}
    for name in _MAY_BE_NONE:
        if getattr(graded, name) is not None:
            arrays[name] = getattr(graded, name)
    if graded.factors is not None:
        arrays["parts"] = graded.factors.parts
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    content = buffer.getvalue()
    digest = hashlib.sha256(content).hexdigest()
    file = _free_name(folder, surface.id, surface.version, digest)
    if not (folder / file).exists():
        write_durably(folder / file, content)
    factors = graded.factors
    head = {
        "grid": dataclasses.asdict(surface.grid),
        "unit": surface.unit.name,
        "period": [surface.period.start.isoformat(), surface.period.end.isoformat()],
        "provenance": {
            **dataclasses.asdict(surface.provenance),
            "as_of": surface.provenance.as_of.isoformat(),
        },
        "score": dict(surface.score),
        "notes": list(surface.notes),
        "breaks": list(graded.breaks),
        "breaks_version": graded.breaks_version,
        "factors": None
        if factors is None
        else {"names": list(factors.names), "reference": factors.reference},
        "sha256": digest,
    }
    return {
        "position": position,
        "surface_id": surface.id,
        "version": surface.version,
        "file": file,
        "head": dump_exactly(head),
    }


def _free_name(folder: Path, surface_id: str, version: str, digest: str) -> str:
    """Name the file by its version; same values with other classes stand beside it."""
    plain = f"{surface_id}/{version}.npz"
    path = folder / plain
    if not path.exists() or hashlib.sha256(path.read_bytes()).hexdigest() == digest:
        return plain
    return f"{surface_id}/{version}.{digest[:8]}.npz"


def read_surface(path: Path, row: Mapping[Any, Any], *, whole: bool) -> GradedSurface:
    """Read a surface back, or say that its file is not what was published."""
    head = json.loads(row["head"])
    try:
        with path.open("rb") as stream, np.load(stream) as arrays:
            values, classes = arrays["values"], arrays["classes"]
            others = {name: arrays.get(name) if whole else None for name in _MAY_BE_NONE}
            parts = arrays.get("parts") if whole else None
    except FileNotFoundError:
        raise StoreError(
            f"{path} is missing.", "Build the park again, or restore a backup."
        ) from None
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise StoreError(
            f"{path} is damaged: {error}.", "Build the park again, or restore a backup."
        ) from None
    provenance = head["provenance"]
    surface = Surface(
        id=row["surface_id"],
        values=values,
        grid=Grid(
            head["grid"]["crs"],
            head["grid"]["cell_m"],
            tuple(head["grid"]["shape"]),
            tuple(head["grid"]["origin"]),
        ),
        unit=Unit[head["unit"]],
        period=Period(*map(datetime.fromisoformat, head["period"])),
        provenance=Provenance(
            **{**provenance, "as_of": datetime.fromisoformat(provenance["as_of"])}
        ),
        score=head["score"],
        notes=tuple(head["notes"]),
    )
    if surface.version != row["version"]:
        raise StoreError(
            f"{path} does not hold what was published.",
            "Build the park again, or restore a backup.",
        )
    factors = head["factors"]
    return GradedSurface(
        surface=surface,
        breaks=tuple(head["breaks"]),
        classes=classes,
        breaks_version=head["breaks_version"],
        factors=None
        if factors is None or parts is None
        else Factors(tuple(factors["names"]), parts, factors["reference"]),
        **others,
    )


def sweep(folder: Path, kept: set[str], gone: set[str]) -> None:
    """Remove the files of old publications, and what killed builds have left behind.

    A file that nobody names yet may be another build's, about to be published: it stays for a day.
    """
    for file in gone:
        (folder / file).unlink(missing_ok=True)
    written = {path: path.stat().st_mtime for path in folder.rglob("*") if path.is_file()}
    yesterday = max(written.values(), default=0.0) - _FRESH_S
    for path, moment in written.items():
        if moment < yesterday and path.relative_to(folder).as_posix() not in kept:
            path.unlink(missing_ok=True)


def dump_exactly(value: Any) -> str:
    """Write JSON that spells odd values as a surface's version does, which is a digest of it."""
    return json.dumps(value, ensure_ascii=False, default=_odd)


def _odd(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else str(value)
