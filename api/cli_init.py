"""`geo-risk init`: a commented park file, from an enterprise list where there is one.

Without a list it writes every key with its default and comment. With one it shows what `ingest`
guesses, draws three of the enterprises in each reading of their coordinates, asks, and writes the
park file, a hull boundary and one zone. It asks in Chinese first, for who sets up a park is at a
station.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli_session import OUT, print_table, write_text
from geo_risk.errors import ConflictError
from geo_risk.ingest import ParkGuess, guess_park
from geo_risk.park import Boundary, ParkFile, ParkSection, Source, write_park
from geo_risk.records import Located
from maps.first_look import Place, first_look_page
from maps.words import DEFAULT_LANG, LANGS

if TYPE_CHECKING:
    from collections.abc import Callable

_EXAMPLE_CRS = "EPSG:4549"
_LOOK = "三个企业在哪里.html"

_WORDS = {
    "zh": {
        "counts": "读到 {read} 行：收下 {accepted}，退回 {rejected}；"
        "没有位置的 {unlocated} 行（待定位，照样计入）。",
        "columns": "表头这样理解：",
        "unused": "没有用到的列：{names}",
        "title": "三个企业在哪里？",
        "lead": "同一个坐标在不同基准下落点不同。请认一认：哪一种颜色落在真实的位置？"
        "也可以到门口用手机看 GPS 坐标，与下表比较。",
        "name": "企业",
        "wgs84": "按 WGS-84 / CGCS2000",
        "gcj02": "按 GCJ-02（高德、腾讯）",
        "bd09": "按 BD-09（百度）",
        "look": "三个企业按每种坐标基准的位置画在 {path}，请用浏览器打开对照。",
        "which": "坐标是哪一种？填序号",
        "centre": "表里没有坐标。园区中心的经度,纬度（WGS-84）",
        "no_pair": "请写成 119.98,30.54 这样的经度,纬度",
        "park_name": "园区名称",
        "write": "写入 {names}？",
        "done": "已写好。接下来：",
    },
    "en": {
        "counts": "{read} rows read: {accepted} accepted, {rejected} rejected; {unlocated} without "
        "a place (to be located, counted all the same).",
        "columns": "Headings are understood so:",
        "unused": "Columns not used: {names}",
        "title": "Where are these three enterprises?",
        "lead": "One pair of coordinates is another place in each datum. Which colour is the true "
        "place? You may also compare with a phone's GPS at the gate.",
        "name": "enterprise",
        "wgs84": "as WGS-84 / CGCS2000",
        "gcj02": "as GCJ-02 (Amap, Tencent)",
        "bd09": "as BD-09 (Baidu)",
        "look": "Three enterprises in each datum are drawn in {path}: open it in a browser.",
        "which": "Which datum? Number",
        "centre": "The list has no coordinates. Middle of the park as longitude,latitude (WGS-84)",
        "no_pair": "Write longitude,latitude as 119.98,30.54",
        "park_name": "Name of the park",
        "write": "Write {names}?",
        "done": "Written. Next:",
    },
}


@dataclass(frozen=True)
class _Asker:
    """Speaks one language, and takes every default when told to."""

    lang: str
    silent: bool

    def say(self, key: str, **slots: object) -> str:
        return _WORDS[self.lang][key].format(**slots)

    def note(self, english: str, chinese: str) -> str:
        return chinese if self.lang == "zh" else english


def register(app: typer.Typer) -> None:
    """Add this topic's commands."""
    app.command()(init)


def init(
    source: Annotated[
        Path | None,
        typer.Option("--from", metavar="FILE", help="An enterprise list.", show_default=False),
    ] = None,
    out: Annotated[Path, typer.Option(metavar="PARK", help="Park file to write.")] = Path(
        "park.toml"
    ),
    datum: Annotated[
        str,
        typer.Option(
            help="wgs84, cgcs2000, gcj02, bd09 or EPSG:n; else guessed.", show_default=False
        ),
    ] = "",
    centre: Annotated[
        str,
        typer.Option(
            metavar="LON,LAT", help="Middle of a park without coordinates.", show_default=False
        ),
    ] = "",
    lang: Annotated[str, typer.Option(help=f"{' or '.join(LANGS)}.")] = DEFAULT_LANG,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Take every guess; ask nothing.")] = False,
) -> None:
    """Write a commented park file; with --from, guessed from an enterprise list."""
    if lang not in LANGS:
        raise typer.BadParameter(f"{lang!r} is none of {', '.join(LANGS)}.", param_hint="--lang")
    _refuse_existing(out)
    if source is None:
        write_text(out, write_park(_template(out.resolve())))
        OUT.print(
            f"{out}: every key with its default. Fill in [park] and [[source]].", markup=False
        )
        return
    asker = _Asker(lang, silent=yes)
    guess_with = partial(guess_park, source, path=out)
    middle = _pair(centre) if centre else None
    guess = guess_with(datum=datum, centre=middle)
    _refuse_existing(*guess.files)
    _show(guess, asker)
    guess = _settle(guess, guess_with, asker, datum, middle)
    _write(guess, asker)


def _show(guess: ParkGuess, asker: _Asker) -> None:
    batch = guess.batch
    counts = {one: getattr(batch, one) for one in ("read", "accepted", "rejected", "unlocated")}
    OUT.print(asker.say("counts", **counts), markup=False)
    for one in batch.rejects:
        OUT.print(f"  {one.text_zh if asker.lang == 'zh' else one}", markup=False)
    OUT.print(asker.say("columns"), markup=False)
    for name, heading in guess.columns.items():
        OUT.print(f"  {heading} → {name}", markup=False)
    if guess.unused:
        OUT.print(asker.say("unused", names="、".join(guess.unused)), markup=False)
    for note in guess.notes:
        OUT.print(f"· {asker.note(note.text, note.text_zh)}", markup=False)


def _settle(
    guess: ParkGuess,
    guess_with: Callable[..., ParkGuess],
    asker: _Asker,
    datum: str,
    centre: tuple[float, float] | None,
) -> ParkGuess:
    """Ask what a person must answer: datum, middle of the park, its name."""
    if len(guess.datum_choices) > 1 and not datum:
        _draw(guess, asker)
        datum = _ask_datum(guess, asker)
    if guess.needs_centre and not asker.silent:
        proposed = "{:.4f},{:.4f}".format(*guess.centre)
        read = partial(_pair, hint=asker.say("no_pair"))
        centre = typer.prompt(asker.say("centre"), default=proposed, value_proc=read)
    name = guess.park.park.name
    if not asker.silent:
        name = str(typer.prompt(asker.say("park_name"), default=name))
    return guess_with(datum=datum, centre=centre, name=name)


def _ask_datum(guess: ParkGuess, asker: _Asker) -> str:
    choices = guess.datum_choices
    for number, one in enumerate(choices, start=1):
        reason = asker.note(one.reason, one.reason_zh)
        OUT.print(f"  {number}  {one.datum}  {reason}", markup=False)
    if asker.silent:
        return choices[0].datum
    numbers = {str(number): one.datum for number, one in enumerate(choices, start=1)}
    read = partial(_one_of, numbers)
    return str(typer.prompt(asker.say("which"), default="1", value_proc=read))


def _one_of(known: dict[str, str], text: str) -> str:
    if text not in known:
        raise typer.BadParameter(f"{text!r}: {', '.join(known)}")
    return known[text]


def _pair(text: str, hint: str = "Write LON,LAT, as 119.98,30.54") -> tuple[float, float]:
    found = re.fullmatch(r"\s*(-?\d+(?:\.\d+)?)\s*[,，]\s*(-?\d+(?:\.\d+)?)\s*", text)
    if found is None:
        raise typer.BadParameter(f"{text!r}: {hint}.")
    return float(found.group(1)), float(found.group(2))


def _draw(guess: ParkGuess, asker: _Asker) -> None:
    """Write the page on which a person recognises three places."""
    rings = [
        ring
        for feature in guess.boundary["features"]
        for ring in _rings(feature["geometry"]["type"], feature["geometry"]["coordinates"])
    ]
    points = [
        (one.lon, one.lat)
        for one in guess.batch.records
        if isinstance(one, Located) and one.lon is not None and one.lat is not None
    ]
    places = [Place(one.name, one.readings) for one in guess.samples]
    path = guess.park.path.parent / _LOOK
    write_text(path, first_look_page(rings, points, places, _WORDS[asker.lang]))
    OUT.print(asker.say("look", path=path.name), markup=False)
    rows = [
        (one.name, *(f"{lon:.6f}, {lat:.6f}" for lon, lat in one.readings.values()))
        for one in places
    ]
    readings = places[0].readings if places else ()
    print_table((asker.say("name"), *(asker.say(one) for one in readings)), rows)


def _rings(kind: str, coordinates: list[Any]) -> list[list[tuple[float, float]]]:
    polygons = [coordinates] if kind == "Polygon" else coordinates
    return [[(x, y) for x, y, *_ in ring] for polygon in polygons for ring in polygon]


def _write(guess: ParkGuess, asker: _Asker) -> None:
    names = ", ".join(one.name for one in guess.files)
    if not asker.silent:
        typer.confirm(asker.say("write", names=names), default=True, abort=True)
    for path, text in guess.files.items():
        write_text(path, text)
    (guess.park.path.parent / _LOOK).unlink(missing_ok=True)
    OUT.print(asker.say("done"), markup=False)
    for command in ("build", "serve"):
        OUT.print(f"  geo-risk {command} {_beside(guess.park.path)}", markup=False)


def _beside(path: Path) -> str:
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def _refuse_existing(*paths: Path) -> None:
    there = next((one for one in paths if one.exists()), None)
    if there is not None:
        raise ConflictError(
            f"{there} is there already.", "Name another place with --out, or move it away."
        )


def _template(path: Path) -> ParkFile:
    folder = path.parent
    return ParkFile(
        path=path,
        park=ParkSection(
            id=re.sub(r"[^a-z0-9-]+", "-", folder.name.lower()).strip("-") or "my-park",
            name=folder.name,
            boundary=Boundary(folder / "boundary.geojson", "wgs84"),
            crs=_EXAMPLE_CRS,
        ),
        source=(Source(kind="enterprises", file=folder / "enterprises.xlsx", datum="wgs84"),),
    )
