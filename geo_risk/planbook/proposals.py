"""Proposals for the chief: zones of equal workload, places for stations. Read, never applied.

Takes a `Survey`, gives a division of the park with who changes, and sites with what each adds.
Seeds are fixed, so the same records give the same proposal. What commands, routes and pages show of
them is `proposal_figures`'.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo_risk.districts import (
    BalanceParams,
    Coverage,
    Proposal,
    Siting,
    WorkloadParams,
    balance_zones,
    measure_coverage,
    measure_workload,
    site_stations,
)
from geo_risk.errors import NotFoundError
from geo_risk.travel import measure_travel, travel_between

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from geo_risk.planbook.survey import Survey

    Floats = NDArray[np.float64]

NOTES = (
    "no_zones",
    "no_demand",
    "no_stations",
    "unlocated",
    "class_assumed",
    "people_assumed",
    "no_roads",
    "off_road",
    "not_connected",
)
"""What a reader must know of the records behind a proposal, beside `BALANCE_NOTES`."""
_SEED = 20_260_101  # of the search: the same records, the same proposal
_STEP_M = 100.0  # between places on a road that may become a station
_MOST_PLACES = 500
_EDGE_M = 100.0  # a road along the edge of the park still serves it


@dataclass(frozen=True)
class ZonesProposed:
    """Zones proposed, and what they were made of.

    Parameters
    ----------
    survey
        The records.
    hours
        (n,) hours a month of each premises.
    proposal
        The division.
    notes
        Codes, of `NOTES` and `BALANCE_NOTES`.
    """

    survey: Survey
    hours: Floats
    proposal: Proposal
    notes: tuple[str, ...]


@dataclass(frozen=True)
class ZoneCoverage:
    """People of a zone, how many are within the standard today and with the sites; premises."""

    zone_id: str
    people: float
    today: float
    proposed: float
    premises: int
    beyond: int


@dataclass(frozen=True)
class StationsProposed:
    """Sites proposed, and what they were made of.

    Parameters
    ----------
    survey
        The records.
    minutes, type
        The standard; which type of station counts, '' for any.
    stations
        Rows of `survey.stations` that count.
    today
        Coverage by these.
    site_at
        (k, 2) where the sites are, metres.
    siting
        What they bring; None where only today's coverage was asked for.
    by_zone
        In the order of zones.
    notes
        Codes, of `NOTES`.
    """

    survey: Survey
    minutes: float
    type: str
    stations: tuple[int, ...]
    today: Coverage
    site_at: Floats
    siting: Siting | None
    by_zone: tuple[ZoneCoverage, ...]
    notes: tuple[str, ...]


def propose_zones(
    survey: Survey,
    *,
    params: BalanceParams | None = None,
    workload: WorkloadParams | None = None,
) -> ZonesProposed:
    """Propose zones of more equal workload.

    Parameters
    ----------
    survey
        The records.
    params, workload
        What a good division is; how often and how long premises are visited.

    Raises
    ------
    NotFoundError
        When the park has no patrol zone.
    """
    if not survey.zones:
        raise NotFoundError("The park has no patrol zone.", "Bring the zones in first.")
    hours = measure_workload(
        survey.inherent_class,
        survey.zone_of,
        survey.easting,
        survey.northing,
        survey.graph,
        params=workload,
    )
    proposal = balance_zones(
        survey.shapes,
        survey.easting,
        survey.northing,
        hours,
        rng=np.random.default_rng(_SEED),
        officers=survey.officers,
        params=params,
    )
    said = _said(survey, _ways_notes(survey))
    said.discard("people_assumed")
    notes = tuple(code for code in NOTES if code in said) + proposal.notes
    return ZonesProposed(survey, hours, proposal, notes)


def propose_stations(
    survey: Survey, *, count: int, minutes: float, type_: str = "", seconds: float = 5.0
) -> StationsProposed:
    """Say whom today's stations reach, and propose further ones.

    Parameters
    ----------
    survey
        The records.
    count
        So many sites at most; 0: only today's coverage.
    minutes
        A station is near that can be reached in so many minutes.
    type_
        Count stations of this type only; '' counts all.
    seconds
        Time for the exact solver.

    Raises
    ------
    NotFoundError
        When no station is of this type.
    InputError
        For minutes that are not above 0, or fewer than no sites.
    """
    rows = tuple(n for n, one in enumerate(survey.stations) if type_ in ("", one.type))
    if type_ and not rows:
        known = "、".join(sorted({one.type for one in survey.stations if one.type}))
        raise NotFoundError(f"No station is of type {type_!r}.", f"There are: {known or 'none'}.")
    at = survey.station_at[list(rows)].reshape(-1, 2)
    premises = (survey.easting, survey.northing)
    ways = travel_between(survey.graph, (at[:, 0], at[:, 1]), premises)
    today = measure_coverage(ways.seconds, survey.people, minutes * 60)
    places = _places(survey)
    siting = None
    said, sites, proposed = set(ways.notes), np.zeros((0, 2)), today.covered
    if count:
        reach = travel_between(survey.graph, (places[:, 0], places[:, 1]), premises)
        siting = site_stations(
            reach.seconds,
            survey.people,
            minutes * 60,
            count=count,
            covered=today.covered,
            seconds=seconds,
        )
        sites, proposed = places[list(siting.sites)], siting.covered
        said |= set(reach.notes)
    said = _said(survey, said)
    said.discard("class_assumed")
    said |= {"no_stations"} if not rows else set()
    return StationsProposed(
        survey=survey,
        minutes=minutes,
        type=type_,
        stations=rows,
        today=today,
        site_at=sites,
        siting=siting,
        by_zone=_by_zone(survey, today.covered, proposed),
        notes=tuple(code for code in NOTES if code in said),
    )


def _said(survey: Survey, ways: set[str]) -> set[str]:
    """Give the codes that the records themselves call for."""
    facts = {
        "no_zones": not survey.zones,
        "no_demand": not survey.premises,
        "unlocated": survey.unlocated > 0,
        "class_assumed": survey.assumed[0] > 0,
        "people_assumed": survey.assumed[1] > 0,
    }
    return {code for code, holds in facts.items() if holds} | ways


def _ways_notes(survey: Survey) -> set[str]:
    """Give the codes of ways within zones."""
    if survey.graph is None:
        return {"no_roads"} if len(survey.premises) > 1 else set()
    notes: set[str] = set()
    names = np.array(survey.zone_of, dtype=object)
    for one in survey.shapes:
        rows = names == one
        notes |= set(
            measure_travel(survey.graph, survey.easting[rows], survey.northing[rows]).notes
        )
    return notes


def _places(survey: Survey) -> Floats:
    """Give where a station may stand: at premises, and along the roads of the park."""
    premises = np.column_stack([survey.easting, survey.northing])
    every = np.unique(np.round(premises, 1), axis=0)
    thinned = every[:: max(1, -(-len(every) // _MOST_PLACES))]
    return np.unique(np.concatenate([thinned, _roadside(survey)]), axis=0)


def _roadside(survey: Survey) -> Floats:
    if survey.graph is None:
        return np.zeros((0, 2))
    lines = list(survey.graph.lines)
    if survey.shapes:
        park = shapely.union_all(list(survey.shapes.values())).buffer(_EDGE_M)
        shapely.prepare(park)
        lines = [one for one in lines if park.intersects(one)]
    step = max(_STEP_M, sum(one.length for one in lines) / _MOST_PLACES)
    found = [
        shapely.get_coordinates(one.interpolate(along))[0]
        for one in lines
        for along in np.linspace(0.0, one.length, max(1, round(one.length / step)) + 1)
    ]
    return np.round(np.array(found).reshape(-1, 2), 1)


def _by_zone(
    survey: Survey, today: NDArray[np.bool_], proposed: NDArray[np.bool_]
) -> tuple[ZoneCoverage, ...]:
    rows_of: Mapping[str, list[int]] = defaultdict(list)
    for row, zone in enumerate(survey.zone_of):
        rows_of[zone].append(row)
    ids = list(survey.shapes) or ([""] if survey.premises else [])
    found = []
    for one in ids:
        rows = np.array(rows_of[one], dtype=np.int64)
        people = survey.people[rows]
        found.append(
            ZoneCoverage(
                one,
                float(people.sum()),
                float(people[today[rows]].sum()),
                float(people[proposed[rows]].sum()),
                len(rows),
                int((~proposed[rows]).sum()),
            )
        )
    return tuple(found)
