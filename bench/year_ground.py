"""The park of the year of visit plans, as records: premises, teams, ways; nothing of the truth.

Takes the sample park's recipe up to its truth, gives the records that a station would hold on the
first day, and beside them, kept apart, the `Town`. Dwellings are no premises of a plan; premises
beyond the edge are left out. With fewer teams it is a part of the park: their zones only.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import shapely

from bench.year_world import Hazards, Town, draw_hazards, make_town
from data.sample_park.calendar import START
from data.sample_park.desk import TEAM_NAMES
from data.sample_park.enterprises import make_enterprises
from data.sample_park.geodesy import CRS
from data.sample_park.place import make_place, rounded
from data.sample_park.truth import TEAMS, make_truth
from geo_risk.features.inputs import ParkInputs
from geo_risk.park import parse_park
from geo_risk.planbook.clock import Clock
from geo_risk.planbook.ground import Ground
from geo_risk.records import Enterprise, PatrolZone, Premises, PremisesKind
from geo_risk.travel import TravelParams, make_roads, measure_travel

if TYPE_CHECKING:
    import pandas as pd

    from data.sample_park.place import Place
    from geo_risk.park import ParkFile

FIRST_DAY = date(2024, 11, 4)
"""A Monday: day 0. The sample's history begins on the Friday before."""

BURN_WEEKS = 26
SPEED_KMH = {"主干路": 60.0, "次干路": 40.0, "支路": 30.0}
_PARK = f"""
[park]
id = "year"
name = "样例高新园区"
synthetic = true
timezone = "Asia/Shanghai"
crs = "{CRS}"
cell_m = 100
boundary = {{ file = "boundary.geojson", datum = "wgs84" }}
"""
"""Every number of `[plan]` is as given out."""


@dataclass(frozen=True, eq=False)
class YearPark:
    """One park, before anybody visits it.

    Parameters
    ----------
    seed
        Of the park.
    town, hazards
        What is true: for the world only.
    inputs
        Records without any visit.
    ids
        (n,) premises ids, in the order of the town's rows.
    zone_ids
        Zone id of each zone's number.
    teams
        Names; team k looks after zones 2k and 2k + 1.
    ground
        Rows and ways, as a plan has them.
    """

    seed: int
    town: Town
    hazards: Hazards
    inputs: ParkInputs
    ids: tuple[str, ...]
    zone_ids: tuple[str, ...]
    teams: tuple[str, ...]
    ground: Ground

    @property
    def park(self) -> ParkFile:
        """The park file."""
        return self.inputs.park

    @cached_property
    def row(self) -> dict[str, int]:
        """Premises to the town's row."""
        return {name: number for number, name in enumerate(self.ids)}

    @cached_property
    def clock(self) -> Clock:
        """Counts from day 0."""
        return Clock(FIRST_DAY, self.park.zone)

    def moment(self, day: int, seconds: int = 0) -> datetime:
        """Give a moment of the park's wall clock, so many seconds after a day's midnight."""
        return self.clock.moment(day * 86_400 + seconds)


def make_park(
    seed: int, weeks: int, *, teams: int = TEAMS, burn_weeks: int = BURN_WEEKS
) -> YearPark:
    """Draw a park and all that will happen in it.

    Parameters
    ----------
    seed
        As of `data.sample_park.simulate`: the same seed, the same park and truth.
    weeks, burn_weeks
        How long it is planned, and visited by habit before that.
    teams
        How many of the five teams, with their zones.
    """
    streams = iter(np.random.default_rng([20261101, seed]).spawn(11))
    place = make_place()
    firms, premises = make_enterprises(place, next(streams))
    truth = make_truth(place, premises, "misspecified", next(streams))
    first_day = (FIRST_DAY - START.date()).days
    days = 7 * (burn_weeks + weeks) + 1
    premises["row"] = np.arange(len(premises))
    zone = premises["zone"]
    kept = (zone >= 0) & (zone < 2 * teams) & (premises["kind"] != "dormitory")
    kept &= ~(premises["end"] <= first_day) & (premises["start"] < first_day + days)
    premises = premises[kept].reset_index(drop=True)
    town = make_town(premises, truth, first_day, days, teams)
    hazards = draw_hazards(town, np.random.default_rng([20261101, seed, 5]))
    inputs = _inputs(place, firms, premises, teams)
    return YearPark(
        seed,
        town,
        hazards,
        inputs,
        tuple(premises["id"]),
        place.zone_ids[: 2 * teams],
        TEAM_NAMES[:teams],
        _lay(place, premises, inputs.park, teams),
    )


def _inputs(place: Place, firms: pd.DataFrame, premises: pd.DataFrame, teams: int) -> ParkInputs:
    park = parse_park(_PARK, Path("park.toml"))
    zones = zip(place.zone_ids, place.zones, strict=True)
    return ParkInputs(
        park=park,
        boundary=rounded(place.edge),
        enterprises=[
            Enterprise(id=row["id"], industry=row["industry"], employees=row["employees"])
            for row in firms.to_dict("records")
        ],
        premises=[
            Premises(
                id=row["id"],
                enterprise_id=row["enterprise"],
                kind=PremisesKind(row["kind"]),
                people=row["people"],
                inherent_class=row["inherent_class"],
                lon=row["lon"],
                lat=row["lat"],
                valid_from=_moment(row["start"], park),
                valid_to=_moment(row["end"], park),
            )
            for row in premises.to_dict("records")
        ],
        zones=[PatrolZone(id=one, geometry=rounded(shape)) for one, shape in zones][: 2 * teams],
    )


def _moment(day: float, park: ParkFile) -> datetime | None:
    if not np.isfinite(day):
        return None
    return (START.to_pydatetime() + timedelta(days=float(day))).replace(tzinfo=park.zone)


def _lay(place: Place, premises: pd.DataFrame, park: ParkFile, teams: int) -> Ground:
    """Measure all ways; a team sets out from the middle of its zones."""
    middle = [shapely.union_all(place.zones[2 * k : 2 * k + 2]).centroid for k in range(teams)]
    east = [*(one.x for one in middle), *premises["easting"]]
    north = [*(one.y for one in middle), *premises["northing"]]
    params = TravelParams(drive_kmh=park.plan.speed_kmh, straight_factor=park.plan.straight_factor)
    roads = make_roads(place.road_lines, [SPEED_KMH[one] for one in place.road_classes], params)
    zone = [place.zone_ids[one] for one in premises["zone"]]
    return Ground(
        row={name: teams + number for number, name in enumerate(premises["id"])},
        begin={TEAM_NAMES[number]: number for number in range(teams)},
        zone=dict(zip(premises["id"], zone, strict=True)),
        guessed=frozenset(),
        travel=measure_travel(roads, np.array(east), np.array(north), params),
    )
