"""The sample park as a folder: its files, its park file, and beside them what is true.

Takes a `Park`, fills a folder: the sources, `park.toml`, and `truth/` with the arrays
(`truth.npz`), everything that happened (`events.parquet`), what each report really was
(`reports.parquet`), and `truth.json` with what was planted and how many rows of each file a
correct reader will count.
"""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np

from data.sample_park import truth as truths
from data.sample_park.calendar import AS_OF, DAYS_OFF, month_starts, month_text
from data.sample_park.desk import TEAM_NAMES
from data.sample_park.files import SourceFile, write_ground
from data.sample_park.formats import write_parquet
from data.sample_park.geodesy import CRS
from data.sample_park.history_files import FILES, write_history
from data.sample_park.place import CELL_M
from data.sample_park.risk import KINDS

if TYPE_CHECKING:
    from pathlib import Path

    from data.sample_park.park import Park

PARK_ID = "sample-park"
_FIRST_DAY = (1980, 1, 1, 0, 0, 0)


def write_park(park: Park, folder: Path) -> list[SourceFile]:
    """Write everything into a folder, over what an earlier run left there.

    Parameters
    ----------
    park
        From `simulate`.
    folder
        Made where it is not there.

    Returns
    -------
    list of SourceFile
        What was written, in the order of `park.toml`.
    """
    (folder / "truth").mkdir(parents=True, exist_ok=True)
    for old in FILES:
        (folder / old).unlink(missing_ok=True)
    sources = [*write_ground(park, folder), *write_history(park, folder)]
    (folder / "park.toml").write_text(park_toml(park, sources), encoding="utf-8")
    _write_truth(park, folder / "truth", sources)
    return sources


def park_toml(park: Park, sources: list[SourceFile]) -> str:
    """Give the park file's text."""
    lines = [
        "# The sample park: synthetic, written by `python -m data.sample_park`. Edit a copy of it.",
        f"# seed {park.seed}, {park.variant}, {park.months} months of history",
        "",
        "[park]",
        f'id = "{PARK_ID}"',
        'name = "样例高新园区"',
        "synthetic = true",
        'timezone = "Asia/Shanghai"',
        f'crs = "{CRS}"',
        f"cell_m = {CELL_M}",
        'boundary = { file = "boundary.geojson", datum = "wgs84" }',
        "",
        "[calendar]",
        f'as_of = "{AS_OF:%Y-%m-%d}"',
        f"days_off = {_toml(list(DAYS_OFF))}",
        "",
        "[map]",
        'approval_exemption = "合成样例数据,不对应任何真实区域"',
        "",
        "# Public order and fraud are shown as past records; nobody has decided to forecast them.",
        "[[kind]]",
        'id = "public_order"',
        'name = "治安"',
        "forecast = false",
        "",
        "[[kind]]",
        'id = "fraud"',
        'name = "涉诈"',
        "forecast = false",
    ]
    for one in sources:
        lines += ["", "[[source]]", f'kind = "{one.kind}"', f'name = "{one.name}"']
        lines += [f'file = "{one.file}"']
        lines += [f"{key} = {_toml(value)}" for key, value in one.keys.items()]
    return "\n".join(lines) + "\n"


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        inside = ", ".join(
            f"{json.dumps(k, ensure_ascii=False)} = {_toml(v)}" for k, v in value.items()
        )
        return f"{{ {inside} }}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(_toml(one) for one in value)}]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False)


def _write_truth(park: Park, folder: Path, sources: list[SourceFile]) -> None:
    truth, cells = park.truth, park.place.cells
    starts = month_starts()
    arrays: dict[str, Any] = {
        "west_north": np.array([cells.west, cells.north]),
        "inside": cells.inside,
        "memory": truth.memory,
        "detection": truth.detection,
        "channel_rate": truth.channel_rate,
        "patrol_hours": truth.patrol_hours,
    }
    for kind, values in truth.intensity.items():
        arrays[f"intensity_{kind}"] = values
    for kind, values in truth.premises_rate.items():
        arrays[f"premises_rate_{kind}"] = values
    for kind, values in park.daily_rates.items():
        arrays[f"premises_month_{kind}"] = np.add.reduceat(values, starts[:-1], axis=1) / np.diff(
            starts
        )
    _write_npz(folder / "truth.npz", arrays)
    write_parquet(folder / "events.parquet", park.events)
    known = ["id", "event", "late", "repeat", "premises_row", "easting", "northing"]
    write_parquet(folder / "reports.parquet", park.tables["reports"][known])
    means = ["id", "premises_row", "team_row", "mean_hazard", "mean_dispute", "mean_fraud"]
    write_parquet(folder / "visits.parquet", park.tables["visits"][means])
    facts = {
        "synthetic": True,
        "seed": park.seed,
        "variant": park.variant,
        "months": park.months,
        "as_of": f"{AS_OF:%Y-%m-%d}",
        "crs": CRS,
        "cell_m": CELL_M,
        "axes": {
            "kinds": KINDS,
            "channels": truths.CHANNELS,
            "teams": TEAM_NAMES,
            "months": [month_text(month) for month in range(len(starts) - 1)],
            "zones": park.place.zone_ids,
            "premises": "rows of the premises: the enterprises' own 896, then CS0001 to CS0104",
        },
        "units": {
            "intensity": "events / km2 / 30 days",
            "premises_rate": "events / 30 days",
            "premises_month": "events / 30 days, mean of the month",
            "detection": "share of what stands that a team sees",
            "channel_rate": "share of events that a channel brings in",
        },
        "per_30_days": truths.PER_30_DAYS,
        "standing": truths.STANDING,
        "offspring": truth.offspring,
        "late_share": truths.LATE_SHARE[park.variant],
        "duplicate_share": truths.DUPLICATE_SHARE[park.variant],
        "unvisited_zone": None
        if truth.unvisited_zone is None
        else park.place.zone_ids[truth.unvisited_zone],
        "counts": {name: len(table) for name, table in park.tables.items()},
        "sources": {one.name: one.planted.as_dict() for one in sources},
    }
    text = json.dumps(facts, ensure_ascii=False, indent=1)
    (folder / "truth.json").write_text(text + "\n", encoding="utf-8")


def _write_npz(path: Path, arrays: dict[str, Any]) -> None:
    """Write arrays as `numpy.savez_compressed` does, without the time of writing."""
    with zipfile.ZipFile(path, "w") as packed:
        for name, values in arrays.items():
            one = io.BytesIO()
            np.save(one, np.asarray(values), allow_pickle=False)
            member = zipfile.ZipInfo(f"{name}.npy", _FIRST_DAY)
            member.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(member, one.getvalue())
