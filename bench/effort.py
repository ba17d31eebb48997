"""`python -m bench.effort --page docs/effort.md`: what effort and detection are worth, measured.

Takes the sample park's truth and Chicago's public files, writes the tables of `docs/effort.md` into
their places. Truth: corrected and raw beside what is true (`bench.worlds`). Chicago: fitted without
one group of inspectors, how well the surfaces foretell what that group finds at each place, its own
level free. Rows of groups carry numbers in order of the visits they made, no names and no levels.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import spearmanr

from bench.worlds import (
    fit_corrected,
    fit_raw,
    log_score,
    make_world,
    moved_share,
    rank_correlation,
    variation,
    with_effort_in,
)
from data.sample_park import simulate
from data.sample_park.truth import VARIANTS
from geo_risk import Events, Grid, intake, open_park, pipeline
from geo_risk.crs import project_geometry
from geo_risk.features.history import start_of_history
from geo_risk.features.looks import measure_looks
from geo_risk.grid import Period
from geo_risk.records import Findings
from geo_risk.surfaces.corrected import correct
from geo_risk.surfaces.detection import fit_detection
from geo_risk.surfaces.kde import KdeParams, fit_kde
from geo_risk.workspace import KEEPER

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from data.sample_park.truth import Variant
    from geo_risk.features.inputs import ParkInputs
    from geo_risk.looks import Looks

    Floats = NDArray[np.float64]

Row = dict[str, float | str]
ROOT = Path(__file__).resolve().parents[1]
CHICAGO_AS_OF = datetime(2014, 1, 1, 6, tzinfo=UTC)
_NARROW_M, _WIDE_M = 200.0, 500.0
_FEWEST_VISITS = 5
_DRAWS = 1000


@dataclass(frozen=True)
class City:
    """Chicago's looks, its cells, and the place (patrol zone) of each premises.

    Parameters
    ----------
    looks
        Visits of all groups; `found` counts all findings, or the major ones.
    grid, inside
        Cells.
    place
        (n,) number of each premises' patrol zone, -1 in none.
    """

    looks: Looks
    grid: Grid
    inside: NDArray[np.bool_]
    place: NDArray[np.int64]


def shared_data() -> Path | None:
    """Give the folder of public files, from `GEO_RISK_SHARED_DATA` or beside the project."""
    said = os.environ.get("GEO_RISK_SHARED_DATA")
    folder = Path(said) if said else ROOT.parent / "shared" / "data"
    return folder if (folder / "chicago" / "inspections.csv.gz").is_file() else None


def read_chicago(data: Path) -> ParkInputs:
    """Read Chicago's files as a build does; nothing is published."""
    with (
        tempfile.TemporaryDirectory(prefix="chicago-") as state,
        open_park(ROOT / "data" / "chicago.toml", data=data, state=state) as park,
    ):
        boundary = intake.ingest_park(
            park.park,
            park.store,
            actor=KEEPER,
            now=CHICAGO_AS_OF,
            state_dir=park.state_dir,
            progress=lambda _stage, _done, _total: None,
        )
        return pipeline.inputs_of(park.park, park.store, boundary, actor=KEEPER)


def make_city(inputs: ParkInputs, *, major_only: bool = False) -> City:
    """Measure Chicago's looks."""
    grid = Grid.covering(inputs.outline, inputs.crs, inputs.park.park.cell_m)
    visits = inputs.visits
    start = start_of_history([one.start for one in visits])
    if major_only:
        visits = [
            replace(one, found=Findings(major=one.found.major) if one.found else None)
            for one in visits
        ]
    looks = measure_looks(
        kind="hazard",
        premises=inputs.premises,
        enterprises=inputs.enterprises,
        visits=visits,
        reports=inputs.reports,
        zones={one.id: project_geometry(one.geometry, inputs.crs) for one in inputs.zones},
        grid=grid,
        boundary=inputs.outline,
        period=Period(start or CHICAGO_AS_OF, CHICAGO_AS_OF),
    )
    row, col = grid.cell_of(looks.premises.easting, looks.premises.northing)
    place = np.where(row >= 0, looks.zones[row, col], -1)
    return City(looks, grid, grid.inside(inputs.outline), place)


def foretell(city: City, group: int) -> tuple[dict[str, Floats], Floats, NDArray[np.int64]]:
    """Fit without one group and foretell its visits.

    Parameters
    ----------
    city
        All visits.
    group
        Number of the looker left out.

    Returns
    -------
    foretold
        By surface, (v,) what it expects of each of the group's visits, up to a factor.
    found, place
        (v,) what the group found, and where.
    """
    visits, sites = city.looks.visits, city.looks.premises
    row, col = city.grid.cell_of(sites.easting, sites.northing)
    on_map = (row >= 0) & city.inside[row, col] & (city.place >= 0)
    left_out = (visits.looker == group) & on_map[visits.premises]
    kept = replace(city.looks, visits=visits.where(visits.looker != group))
    detection = fit_detection(kept, city.grid, city.inside)
    row = visits.premises[left_out]
    at = sites.easting[row], sites.northing[row]
    seen = kept.visits.premises
    findings = _spread(city, seen, kept.visits.found, _NARROW_M, kept.history_days)
    corrected = correct(
        detection,
        city.grid,
        city.inside,
        bandwidth_m=_NARROW_M,
        total=float(np.nansum(findings)) * city.grid.cell_km2,
    ).mean
    every = np.arange(len(sites.ids))
    per_visit, per_premises = (
        _spread(city, rows, weight, _WIDE_M) / _spread(city, rows, 0 * weight + 1, _WIDE_M)
        for rows, weight in ((seen, kept.visits.found), (every, detection.risk))
    )
    cell = city.grid.cell_of(*at)
    foretold = {
        "raw map": findings[cell],
        "corrected map": corrected[cell],
        "raw per visit": per_visit[cell],
        "corrected per premises": per_premises[cell],
        "premises itself": detection.risk[row],
    }
    return foretold, visits.found[left_out], city.place[row]


def _spread(
    city: City,
    rows: NDArray[np.int64],
    weight: Floats,
    bandwidth_m: float,
    days: float = 30.0,
) -> Floats:
    sites = city.looks.premises
    has = sites.located[rows]
    events = Events(
        city.looks.crs,
        sites.easting[rows][has],
        sites.northing[rows][has],
        np.zeros(int(has.sum())),
        weight[has],
    )
    params = KdeParams(bandwidth_m)
    return fit_kde(events, city.grid, city.inside, params, as_of_days=1.0, history_days=days).mean


def gain(foretold: Floats, found: Floats) -> float:
    """Give the Poisson log score per visit, nats, less that of one level; the level is free."""
    return float((found * np.log(_level(foretold))).mean())


def rank_by_place(foretold: Floats, found: Floats, place: NDArray[np.int64]) -> float:
    """Give Spearman's correlation over places of findings per visit and what was foretold."""
    _, number, visits = np.unique(place, return_inverse=True, return_counts=True)
    enough = visits >= _FEWEST_VISITS
    said, seen = (np.bincount(number, one) / visits for one in (foretold, found))
    return float(spearmanr(said[enough], seen[enough]).statistic)


def interval(
    one: Floats, two: Floats, found: Floats, place: NDArray[np.int64], rng: np.random.Generator
) -> tuple[float, float]:
    """Give the 90 % bootstrap interval, over places, of one's gain less the other's."""
    _, number = np.unique(place, return_inverse=True)
    p, q = _level(one), _level(two)
    columns = (found * np.log(p / q), p, q, found, np.ones(len(found)))
    sums = np.stack([np.bincount(number, column) for column in columns])
    drawn = rng.integers(0, sums.shape[1], (_DRAWS, sums.shape[1]))
    told, of_p, of_q, seen, many = (row[drawn].sum(1) for row in sums)
    low, high = np.quantile((told - seen * np.log(of_p / of_q)) / many, (0.05, 0.95))
    return float(low), float(high)


def _level(foretold: Floats) -> Floats:
    share = np.maximum(foretold / foretold.mean(), 1e-3)
    return np.asarray(share / share.mean())


PAIRS = (
    ("corrected map", "raw map"),
    ("corrected per premises", "raw per visit"),
    ("premises itself", "raw per visit"),
)


def measure_groups(city: City, rng: np.random.Generator) -> tuple[list[Row], list[Row], list[Row]]:
    """Leave out every group in turn, in order of visits made: gains, their intervals, ranks."""
    sizes = np.bincount(city.looks.visits.looker)
    gains, intervals, ranks = [], [], []
    for number, group in enumerate(np.argsort(-sizes, kind="stable"), start=1):
        foretold, found, place = foretell(city, int(group))
        head: Row = {"left out": number, "visits": len(found)}
        gains.append({**head, **{name: gain(one, found) for name, one in foretold.items()}})
        apart: Row = {}
        for better, worse in PAIRS:
            low, high = interval(foretold[better], foretold[worse], found, place, rng)
            apart[f"{better} less {worse}"] = f"{low:+.3f} to {high:+.3f}"
        intervals.append({**head, **apart})
        over = {f"{name}": rank_by_place(one, found, place) for name, one in foretold.items()}
        ranks.append({**head, **over})
    return gains, intervals, ranks


def measure_seed(seed: int, variant: Variant) -> Row:
    """Give the figures of one world: nearness to the truth, or flatness where there is none."""
    world = make_world(simulate(seed, variant))
    raw, corrected = fit_raw(world).mean, fit_corrected(world)[0].mean
    both = {"raw": raw, "corrected": corrected}
    if variant == "null":
        return {f"variation {name}": variation(one, world) for name, one in both.items()}
    return {
        **{f"rank {name}": rank_correlation(one, world) for name, one in both.items()},
        **{f"log score {name}": log_score(one, world) for name, one in both.items()},
    }


def measure_moved(seed: int) -> Row:
    """Give what share of each surface moves with effort, the truth staying."""
    park = simulate(seed, "misspecified")
    worlds = [
        make_world(with_effort_in(park, zones, np.random.default_rng(seed)))
        for zones in ((0, 2, 4, 6, 8), (1, 3, 5, 7, 9))
    ]
    raw = [fit_raw(one).mean for one in worlds]
    corrected = [fit_corrected(one)[0].mean for one in worlds]
    return {
        "moved raw": moved_share(*raw, worlds[0]),
        "moved corrected": moved_share(*corrected, worlds[0]),
    }


def table(rows: Iterable[Row]) -> str:
    """Set rows of one shape as a Markdown table."""
    some = list(rows)
    lines = ["| " + " | ".join(some[0]) + " |", "|" + "---:|" * len(some[0])]
    for row in some:
        cells = [f"{one:.3f}" if isinstance(one, float) else str(one) for one in row.values()]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def write_tables(page: Path, tables: dict[str, str]) -> None:
    """Put tables between their marks on a page; other text stays."""
    text = page.read_text(encoding="utf-8")
    for name, lines in tables.items():
        mark = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
        if not mark.search(text):
            raise SystemExit(f"{page} has no place marked {name}.")
        text = mark.sub(lambda found, lines=lines: f"{found[1]}{lines}\n{found[2]}", text)
    page.write_text(text, encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what is asked for; print it, and write it to the page."""
    parser = argparse.ArgumentParser(prog="python -m bench.effort", description=__doc__)
    parser.add_argument("--page", type=Path, help="page whose tables are written anew")
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--data", type=Path, default=shared_data(), help="folder with chicago/")
    parser.add_argument("--only", choices=["truth", "chicago"], help="measure one of the two")
    asked = parser.parse_args(arguments)
    tables: dict[str, str] = {}
    if asked.only != "chicago":
        seeds = range(1, asked.seeds + 1)
        for variant in VARIANTS:
            tables[variant] = table({"seed": s, **measure_seed(s, variant)} for s in seeds)
        tables["moved"] = table({"seed": s, **measure_moved(s)} for s in seeds)
    if asked.only != "truth":
        if asked.data is None:
            parser.error("Chicago's files are not here. Name their folder with --data.")
        inputs, rng = read_chicago(asked.data), np.random.default_rng(0)
        for name, major in (("all findings", False), ("major findings", True)):
            measured = measure_groups(make_city(inputs, major_only=major), rng)
            for what, rows in zip(("gains", "intervals", "ranks"), measured, strict=True):
                tables[f"{name}: {what}"] = table(rows)
    for name, lines in tables.items():
        print(f"\n{name}\n\n{lines}")
    if asked.page is not None:
        write_tables(asked.page, tables)
    return 0


if __name__ == "__main__":
    sys.exit(main())
