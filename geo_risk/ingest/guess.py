"""A park file from one list of enterprises: `geo-risk init --from 企业.xlsx`.

Takes the file, gives a `ParkGuess`: headings recognised, possible datums with points to compare,
a working CRS, a boundary about the points and one zone. Nothing is written and nothing is asked
here; the command line asks for the datum (and, where the file has no coordinates at all, for the
middle of the park) and calls again with the answer. Without any coordinates the boundary is a
square about that middle: enterprises then wait to be located, pins put them on the map, and the
square is replaced by the park's real edge when somebody draws it.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from geo_risk.errors import InputError
from geo_risk.ingest.batch import Batch, Known
from geo_risk.ingest.datum_guess import (
    DatumChoice,
    Sample,
    in_china,
    possible_datums,
    sample_points,
    working_crs,
)
from geo_risk.ingest.outline import (
    Note,
    about_points,
    feature_collection,
    geojson_text,
    registered_at,
    square_about,
)
from geo_risk.ingest.placing import shapes_of
from geo_risk.ingest.points import point_of, read_coordinate
from geo_risk.ingest.read import read_table
from geo_risk.ingest.sources import ingest_source
from geo_risk.ingest.validate import Parsed, parse_table
from geo_risk.park import Boundary, ParkFile, ParkSection, Source, write_park

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_SUFFIXES = re.compile(
    r"(企业|单位|公司)?(基本)?(信息|情况)?"
    r"(台账|名录|名单|清单|一览表|汇总表|统计表|花名册|表)$"
)


@dataclass(frozen=True)
class ParkGuess:
    """A park that could be made of one file.

    Parameters
    ----------
    park
        Complete; `geo_risk.park.write_park` writes it.
    boundary, zones
        GeoJSON, degrees WGS-84, to be written beside the park file under the names it gives.
    columns
        Field -> heading, as recognised.
    unused
        Headings that are not read.
    datum
        What the coordinates are taken for; '' where there are none.
    datum_choices
        The readings possible, the likeliest first; () where there is nothing to ask.
    samples
        Up to three rows to recognise, each with its place by each reading.
    needs_centre
        No coordinates at all: ask for the middle of the park and call again.
    centre
        The middle that was used, degrees WGS-84.
    batch
        What reading the file gave: counts, rejects, rows without a point.
    notes
        What to know.
    """

    park: ParkFile
    boundary: dict[str, Any]
    zones: dict[str, Any]
    columns: dict[str, str]
    unused: tuple[str, ...]
    datum: str
    datum_choices: tuple[DatumChoice, ...]
    samples: tuple[Sample, ...]
    needs_centre: bool
    centre: tuple[float, float]
    batch: Batch
    notes: tuple[Note, ...]

    @property
    def files(self) -> dict[Path, str]:
        """The three files to write: path -> text."""
        folder = self.park.path.parent
        return {
            self.park.path: write_park(self.park),
            self.park.park.boundary.file: geojson_text(self.boundary),
            folder / "zones.geojson": geojson_text(self.zones),
        }


def guess_park(
    file: Path,
    *,
    path: Path | None = None,
    park_id: str = "",
    name: str = "",
    datum: str = "",
    centre: tuple[float, float] | None = None,
    timezone: str = "",
) -> ParkGuess:
    """Work out a park from a list of enterprises.

    Parameters
    ----------
    file
        CSV, XLSX or another format of enterprises.
    path
        Where the park file will stand; `park.toml` beside the list by default.
    park_id, name
        Of the park; made from the file's title or name by default.
    datum
        The answer to `datum_choices`; '' takes the likeliest.
    centre
        Longitude and latitude of the park's middle, degrees WGS-84, where there are no coordinates.
    timezone
        Asia/Shanghai in China, else UTC, by default.

    Returns
    -------
    ParkGuess

    Raises
    ------
    FileFormatError, EncodingError, ColumnError
        When the file cannot be read, or no heading is a number or credit code.
    InputError
        When coordinates are metres of an unknown system and no datum is given.
    """
    file = file.expanduser().resolve()
    path = (path or file.parent / "park.toml").expanduser().resolve()
    source = Source(kind="enterprises", file=file, name="enterprises", datum=datum)
    park = _park(path, park_id or _slug(path, file), timezone or "Asia/Shanghai", source)
    table = read_table(file, replace(source, datum=datum or "wgs84"))
    parsed = parse_table(table, source, park)
    raw_lon, raw_lat, rows, names = _pairs(parsed)
    headings = [parsed.heading(one) for one in ("lon", "lat", "geometry")]
    choices = possible_datums(raw_lon, raw_lat, headings)
    if len(raw_lon) and not choices and not datum:
        raise InputError(
            f"{table.where}: coordinates such as {raw_lon[0]:g}, {raw_lat[0]:g} are metres.",
            "Ask who made the file, and give their system: --datum EPSG:n.",
        )
    chosen = datum or (choices[0].datum if choices else "")
    notes: list[Note] = []
    if len(raw_lon):
        hull, middle = about_points(raw_lon, raw_lat, chosen, notes)
    else:
        middle = centre or registered_at(parsed.values.get("credit_code") or (), notes)
        hull = square_about(middle)
    crs = working_crs(*middle)
    park = _finished(park, parsed, name or _title(table.title, file), chosen, crs, notes)
    if not timezone and not in_china(*middle):
        park = replace(park, park=replace(park.park, timezone="UTC"))
        notes.append(Note("The time zone is not known: set it.", "时区未知，请在园区文件中填写。"))
    batch = ingest_source(park, park.source[0], Known(), boundary=hull)
    return ParkGuess(
        park=park,
        boundary=feature_collection([(hull, {"name": park.park.name})]),
        zones=feature_collection([(hull, {"编号": "1", "名称": "全园"})]),
        columns={one: parsed.heading(one) for one in parsed.columns},
        unused=tuple(
            heading
            for j, heading in enumerate(table.headings)
            if heading and j not in parsed.columns.values()
        ),
        datum=chosen,
        datum_choices=choices,
        samples=sample_points(raw_lon, raw_lat, rows, names, [one.datum for one in choices]),
        needs_centre=not len(raw_lon) and centre is None,
        centre=middle,
        batch=batch,
        notes=tuple(notes),
    )


def _park(path: Path, park_id: str, timezone: str, source: Source) -> ParkFile:
    edge = Boundary(file=path.parent / "boundary.geojson", datum="wgs84")
    section = ParkSection(
        id=park_id, name=park_id, boundary=edge, crs="EPSG:4549", timezone=timezone
    )
    return ParkFile(path=path, park=section, source=(source,))


def _finished(
    park: ParkFile, parsed: Parsed, name: str, datum: str, crs: str, notes: list[Note]
) -> ParkFile:
    """Write the recognised headings out, add the zones, and choose whom the index covers."""
    source = replace(
        park.source[0],
        datum=datum,
        columns={one: parsed.heading(one) for one in parsed.columns},
    )
    zones = Source(
        kind="zones",
        file=park.path.parent / "zones.geojson",
        name="zones",
        datum="wgs84",
        columns={"id": "编号", "name": "名称"},
    )
    section = replace(park.park, name=name, crs=crs)
    if "above_scale" not in parsed.columns:
        section = replace(section, scope="all")
        notes.append(
            Note(
                "No column says which enterprises are above scale: the index covers all.",
                "没有“规上”列，安商指数覆盖全部企业。",
            )
        )
    return replace(park, park=section, source=(source, zones))


def _pairs(parsed: Parsed) -> tuple[Floats, Floats, list[int], list[str]]:
    """Give the usable pairs as they stand in the file, with row numbers and names."""
    table, found = parsed.table, []
    names = parsed.values.get("name") or [""] * len(table)
    shapes = shapes_of(parsed, "enterprises", None) or [None] * len(table)
    for i, shape in enumerate(shapes):
        if shape is not None and not shape.is_empty:
            lon, lat = point_of(shape) or (None, None)
        else:
            lon, lat = (read_coordinate(parsed.cell(one, i)) for one in ("lon", "lat"))
        if lon and lat and math.isfinite(lon) and math.isfinite(lat):
            found.append((lon, lat, i))
    flat = np.array([one[:2] for one in found], dtype=np.float64).reshape(-1, 2)
    rows = [table.rows[i] for _, _, i in found]
    return flat[:, 0], flat[:, 1], rows, [str(names[i] or table.rows[i]) for _, _, i in found]


def _title(title: str, file: Path) -> str:
    stem = re.sub(r"\..*$", "", file.name)
    return _SUFFIXES.sub("", title.strip()) or stem


def _slug(path: Path, file: Path) -> str:
    for text in (path.stem, file.name.split(".")[0], path.parent.name):
        slug = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
        if slug and slug != "park":
            return slug
    return "park"
