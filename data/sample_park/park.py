"""The sample park in memory: truth and tables, before anything is written.

Takes a seed, a variant and a number of months, gives a `Park`. The whole of 24 months is always
drawn; a shorter history is its last months, as of the same day, so that a year's history and the
two years' tell of the same park. Each part draws from its own stream of chance.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from data.sample_park import casework, desk, self_governance
from data.sample_park.calendar import DAYS, MONTHS, MONTHS_OFFERED, cut_day, times
from data.sample_park.enterprises import make_enterprises
from data.sample_park.events import daily_rates, simulate_events
from data.sample_park.place import Place, make_place
from data.sample_park.reports import make_reports
from data.sample_park.truth import VARIANTS, Truth, Variant, make_truth
from data.sample_park.visits import simulate_visits

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Park:
    """A sample park.

    Parameters
    ----------
    seed, variant, months
        What it was made from.
    place
        The ground, metres of EPSG:4549.
    truth
        What is true.
    events
        Everything that happened, noticed or not (see `simulate_events`).
    daily_rates
        Per kind seen at visits, events / 30 days of each premises on each day, (premises, 730).
    tables
        What is on record, by kind of source; field names as in the park file, times naive local,
        degrees WGS-84; columns beyond those (`day`, `mean_hazard`, ...) are known here only.
    """

    seed: int
    variant: Variant
    months: int
    place: Place
    truth: Truth
    events: pd.DataFrame
    daily_rates: dict[str, Floats]
    tables: dict[str, pd.DataFrame]

    def last(self, months: int) -> Park:
        """Give the same park with only its last months of history; ValueError as `simulate`."""
        if months not in MONTHS_OFFERED or months > self.months:
            raise ValueError(f"months is {months}. Choose one of {MONTHS_OFFERED}.")
        return replace(self, months=months, tables=_cut(self.tables, months))


def simulate(seed: int = 1, variant: Variant = "misspecified", months: int = MONTHS) -> Park:
    """Draw a park.

    Parameters
    ----------
    seed
        Any whole number of 0 or more: same seed, same park.
    variant
        `misspecified`, `well_specified` or `null`.
    months
        0, 1, 3, 6, 13 or 24 months of history up to 2026-11-01.

    Returns
    -------
    Park
        See there.

    Raises
    ------
    ValueError
        For another variant or number of months.
    """
    if variant not in VARIANTS:
        raise ValueError(f"variant is {variant!r}. Choose one of {', '.join(VARIANTS)}.")
    if months not in MONTHS_OFFERED:
        raise ValueError(f"months is {months}. Choose one of {MONTHS_OFFERED}.")
    streams = iter(np.random.default_rng([20261101, seed]).spawn(11))
    place = make_place()
    enterprises, premises = make_enterprises(place, next(streams))
    truth = make_truth(place, premises, variant, next(streams))
    events = simulate_events(place, premises, truth, next(streams))
    rates = daily_rates(events, premises, truth)
    visits, findings = simulate_visits(premises, truth, rates, next(streams))
    reports = make_reports(place, events, visits, findings, premises, truth, next(streams))
    desk_rng = next(streams)
    stations = desk.make_stations(place, desk_rng)
    tables = {
        "enterprises": enterprises,
        "premises": premises,
        "zones": desk.make_zones(place, truth.patrol_hours),
        "stations": stations,
        "roads": desk.make_roads(place),
        "officers": desk.make_officers(),
        "assignments": desk.make_assignments(place, enterprises),
        "population": desk.make_population(place, premises, desk_rng),
        "visits": _visit_table(visits, premises),
        "reports": reports,
        "declarations": desk.make_declarations(enterprises, desk_rng),
        "orders": desk.make_orders(enterprises, desk_rng),
        "services": desk.make_services(stations, desk_rng),
    }
    declared = self_governance.declare(enterprises, tables["declarations"], next(streams))
    tables["declarations"], tables["anti_fraud"] = declared
    tables["reports"] = reports = casework.handle(reports, next(streams))
    tables["enterprises"] = self_governance.key_list(enterprises, premises, next(streams))
    reports["visit"] = np.where(
        reports["visit"] >= 0, tables["visits"]["id"].to_numpy()[reports["visit"]], ""
    )
    return Park(seed, variant, MONTHS, place, truth, events, rates, tables).last(months)


def _visit_table(visits: pd.DataFrame, premises: pd.DataFrame) -> pd.DataFrame:
    index = visits["premises"].to_numpy()
    first = [f"JZ{2 * team + 1:02d}" for team in visits["team"]]
    second = [f"、JZ{k + 1:02d}" if k >= 0 else "" for k in visits["second"]]
    table = visits.assign(
        id=[f"XC{i + 1:06d}" for i in range(len(visits))],
        enterprise=premises["enterprise"].to_numpy()[index],
        premises=premises["id"].to_numpy()[index],
        premises_row=index,
        team_row=visits["team"],
        team=np.array(desk.TEAM_NAMES)[visits["team"]],
        participants=[a + b for a, b in zip(first, second, strict=True)],
        start=times(visits["day"]).dt.floor("min"),
        end=times(visits["day"] + visits["hours"] / 24).dt.floor("min"),
        note="样例走访记录",
    )
    return table.drop(columns=["second", "hours"])


def _cut(tables: dict[str, pd.DataFrame], months: int) -> dict[str, pd.DataFrame]:
    """Keep the last months of what is dated; a report stays if it was made in them."""
    first = cut_day(months) if months else DAYS
    kept = dict(tables)
    for name in ("visits", "declarations", "anti_fraud", "orders", "services"):
        kept[name] = tables[name][tables[name]["day"] >= first].reset_index(drop=True)
    reports = tables["reports"]
    reports = reports[reports["reported_at"] >= times([first])[0]].reset_index(drop=True)
    known = set(kept["visits"]["id"])
    reports = reports[(reports["visit"] == "") | reports["visit"].isin(known)].copy()
    gone = (reports["duplicate_of"] != "") & ~reports["duplicate_of"].isin(set(reports["id"]))
    reports.loc[gone, "duplicate_of"] = ""
    reports.loc[gone, "state"] = "closed"
    kept["reports"] = reports.reset_index(drop=True)
    return kept
