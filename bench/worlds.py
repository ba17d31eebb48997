"""Sample parks with their truth, ready to be fitted and judged.

Takes a simulated park, gives what is on record of hazards as `Looks` and as events, the surfaces
made of them, and how near these come to the truth: all smoothed with the same kernel on the same
cells and normalised over them, rank correlation (Spearman) and log score (mean of log(p x cells)
under the truth, nats, p mixed with 0.1 % uniform). A flat surface scores 0 and 0.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from scipy.stats import spearmanr

from data.sample_park.calendar import DAYS
from data.sample_park.reports import make_reports
from geo_risk.events import Events, days_since_epoch
from geo_risk.features.looks import measure_looks
from geo_risk.grid import Grid, Period
from geo_risk.records import Enterprise, Premises, PremisesKind, Report, Visit, VisitReason
from geo_risk.surfaces.corrected import correct
from geo_risk.surfaces.detected import Detection
from geo_risk.surfaces.detection import fit_detection
from geo_risk.surfaces.kde import Density, KdeParams, fit_kde

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from data.sample_park import Park
    from geo_risk.looks import Looks

    Floats = NDArray[np.float64]

BANDWIDTH_M = 100.0
KIND = "hazard"
_ZONE = ZoneInfo("Asia/Shanghai")
AS_OF = datetime(2026, 11, 1, tzinfo=_ZONE)
START = AS_OF - timedelta(days=DAYS)
_UNIFORM = 0.001


@dataclass(frozen=True)
class World:
    """One park: its cells, what is on record, what is true.

    Parameters
    ----------
    grid, inside
        Its cells.
    looks
        Visits and public reports of hazards.
    recorded
        All hazards on record, as events: what a raw map shows.
    truth
        (rows, cols) true intensity, smoothed.
    """

    grid: Grid
    inside: NDArray[np.bool_]
    looks: Looks
    recorded: Events
    truth: Floats


def make_world(park: Park) -> World:
    """Read a simulated park's tables as a build would its files."""
    tables, cells = park.tables, park.place.cells
    grid = Grid("EPSG:4549", 25.0, cells.shape, (cells.west, cells.north))
    premises = [_premises(row) for row in tables["premises"].to_dict("records")]
    reports = tables["reports"]
    hazards = reports[(reports["kind"] == KIND) & (reports["duplicate_of"] == "")]
    hazards = hazards[hazards["occurred_from"] >= _naive(START)]
    looks = measure_looks(
        kind=KIND,
        premises=premises,
        enterprises=[
            Enterprise(id=row["id"], industry=row["industry"], employees=row["employees"])
            for row in tables["enterprises"].to_dict("records")
        ],
        visits=[_visit(row) for row in tables["visits"].to_dict("records")],
        reports=[_report(row) for row in hazards.to_dict("records")],
        zones=dict(zip(park.place.zone_ids, park.place.zones, strict=True)),
        grid=grid,
        boundary=park.place.edge,
        period=Period(START, AS_OF),
    )
    recorded = Events(
        grid.crs,
        hazards["easting"].to_numpy(),
        hazards["northing"].to_numpy(),
        days_since_epoch(START) + hazards["day"].to_numpy(),
        np.ones(len(hazards)),
    )
    truth = smooth(park.truth.intensity[KIND], grid, cells.inside)
    return World(grid, cells.inside, looks, recorded, truth)


def smooth(values: Floats, grid: Grid, inside: NDArray[np.bool_]) -> Floats:
    """Smooth an intensity on cells with the kernel of the surfaces, edge-corrected like them."""
    easting, northing = grid.centres()
    mass = values[inside]
    cells = Events(grid.crs, easting[inside], northing[inside], np.zeros(int(inside.sum())), mass)
    params = KdeParams(BANDWIDTH_M)
    return fit_kde(cells, grid, inside, params, as_of_days=1.0, history_days=30.0).mean


def fit_raw(world: World) -> Density:
    """Give the density of all that is on record."""
    return fit_kde(
        world.recorded,
        world.grid,
        world.inside,
        KdeParams(BANDWIDTH_M),
        as_of_days=days_since_epoch(AS_OF),
        history_days=float(DAYS),
    )


def fit_corrected(world: World) -> tuple[Density, Detection]:
    """Give the corrected density and the detection it rests on."""
    detection = fit_detection(world.looks, world.grid, world.inside)
    raw = fit_raw(world).mean
    total = float(np.nansum(raw)) * world.grid.cell_km2
    surface = correct(detection, world.grid, world.inside, bandwidth_m=BANDWIDTH_M, total=total)
    return surface, detection


def rank_correlation(values: Floats, world: World) -> float:
    """Give Spearman's correlation with the truth over the park's cells."""
    return float(spearmanr(values[world.inside], world.truth[world.inside]).statistic)


def log_score(values: Floats, world: World) -> float:
    """Give the mean of log(p x cells) under the truth, nats; a flat surface has 0."""
    true = world.truth[world.inside] / world.truth[world.inside].sum()
    p = values[world.inside] / values[world.inside].sum()
    p = (1.0 - _UNIFORM) * p + _UNIFORM / len(p)
    return float(true @ np.log(p * len(p)))


def variation(values: Floats, world: World) -> float:
    """Give the coefficient of variation over the park's cells; 0 is flat."""
    some = values[world.inside]
    return float(some.std() / some.mean())


def moved_share(one: Floats, two: Floats, world: World) -> float:
    """Give what share of a surface lies elsewhere in the other, 0 to 1."""
    p, q = (v[world.inside] / v[world.inside].sum() for v in (one, two))
    return float(np.abs(p - q).sum() / 2.0)


def with_effort_in(park: Park, zones: tuple[int, ...], rng: np.random.Generator) -> Park:
    """Give the same truth, events and luck at visits with effort elsewhere.

    Three of four visits outside `zones` (numbers) are not made, and with them goes what they found;
    patrols, and so what the grid reports, are moved there too.
    """
    visits = park.tables["visits"]
    zone = park.tables["premises"]["zone"].to_numpy()[visits["premises_row"]]
    made = np.isin(zone, zones) | (rng.random(len(visits)) < 0.25)
    kept = visits[made].reset_index(drop=True)
    hours = np.where(np.isin(np.arange(len(park.truth.patrol_hours)), zones), 8.0, 2.0)
    truth = replace(park.truth, patrol_hours=hours)
    nothing = pd.DataFrame({"visit": np.zeros(0, int), "kind": [], "severity": []})
    shaped = visits.iloc[:0].assign(premises=0, hours=0.0)
    told = make_reports(
        park.place, park.events, shaped, nothing, park.tables["premises"], truth, rng
    ).assign(visit="")
    before = park.tables["reports"]
    found = before[before["visit"].isin(set(kept["id"]))]
    reports = pd.concat([told, found], ignore_index=True)
    reports["id"] = [f"R{row}" for row in range(len(reports))]
    return replace(park, truth=truth, tables={**park.tables, "visits": kept, "reports": reports})


def _premises(row: dict[str, Any]) -> Premises:
    located = row["shown"] == "yes"
    return Premises(
        id=row["id"],
        enterprise_id=row["enterprise"],
        kind=PremisesKind(row["kind"]),
        people=row["people"],
        inherent_class=row["inherent_class"],
        lon=row["lon"] if located else None,
        lat=row["lat"] if located else None,
        valid_from=_moment(row["start"]),
        valid_to=_moment(row["end"]),
    )


def _visit(row: dict[str, Any]) -> Visit:
    return Visit(
        id=row["id"],
        premises_id=row["premises"],
        team=row["team"],
        reason=VisitReason(row["reason"]),
        start=row["start"].to_pydatetime().replace(tzinfo=_ZONE),
        end=row["end"].to_pydatetime().replace(tzinfo=_ZONE),
        items_checked=row["items_checked"],
        items_standard=row["items_standard"],
    )


def _report(row: dict[str, Any]) -> Report:
    first = row["occurred_from"].to_pydatetime().replace(tzinfo=_ZONE)
    return Report(
        id=row["id"],
        kind=row["kind"],
        channel=row["channel"],
        premises_id=row["premises"],
        visit_id=row["visit"],
        occurred_from=first,
        occurred_to=row["occurred_to"].to_pydatetime().replace(tzinfo=_ZONE),
        reported_at=row["reported_at"].to_pydatetime().replace(tzinfo=_ZONE),
        lon=row["lon"],
        lat=row["lat"],
    )


def _moment(day: float) -> datetime | None:
    if not np.isfinite(day):
        return None
    return (START + timedelta(days=day)).astimezone(UTC)


def _naive(moment: datetime) -> datetime:
    return moment.replace(tzinfo=None)
