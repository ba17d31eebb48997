"""`python -m bench.safety_index --page docs/safety-index.md`: the index beside counts, on Chicago.

Takes Chicago's public files through the library's own ingest, month by month; fits the reference
table on the months before each, scores the rate part alone, and asks what the next visit found. The
tables go to their places on the page, where every column is defined. Teams are the files' anonymous
groups of inspectors; no row is a team.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bench.effort import ROOT, Row, shared_data, table, write_tables
from geo_risk.enterprises.scores import score_visits
from geo_risk.ingest import Known, ingest_source, read_boundary
from geo_risk.monthly.counted import sector_of
from geo_risk.monthly.months import month_of, shift_month
from geo_risk.park import read_park
from geo_risk.records import Enterprise, Premises, Visit
from geo_risk.safety_index import CountedVisit, EnterpriseMonth, IndexParams, fit_reference
from geo_risk.safety_index.indicators import measure_found_rates
from geo_risk.safety_index.parameters import FOUND_RATES
from geo_risk.safety_index.score import score_indicators

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo_risk.records import Record
    from geo_risk.safety_index import Reference

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

INDEX = "index, rate part"
COUNTS = ("month count", "24-month sum", "last visit", "mean per visit")
POINTS, PLAIN = "", ", plain"
MEASURES = (INDEX, *(f"{name}{how}" for how in (POINTS, PLAIN) for name in COUNTS))
"""The index, and counts by severity points (4, 2, 1) or plain: each finding is one."""

MONTH_COUNT = COUNTS[0]
USUAL, LAST = "usual", "last"
FIRST_MONTHS = 12
"""So many months are only history: the first month scored is the next one."""

WORST = 0.10
PARAMS = IndexParams()


@dataclass(frozen=True)
class City:
    """Establishments with their peers' sector and class; visits as (month, visit), in time."""

    peers: dict[str, tuple[str, int]]
    looks: dict[str, list[tuple[str, CountedVisit]]]
    months: list[str]
    teams: list[str]


@dataclass(frozen=True)
class Scored:
    """One month: everybody with a visit in its window, and the visits of the month after.

    Parameters
    ----------
    told
        Whether lookers can be told apart (specification, section 4).
    owner, usual, last
        (n,) number of the establishment, of the team that made most of its visits (the earliest of
        several), of the team of its last one; -1 where the files name none.
    here
        (n,) whether it was visited in the month itself.
    worse
        Measure to (n,): higher is worse.
    row, team, major
        (k,) of the next month's first visits: row in the above, who looked, major findings.
    foretold
        Measure to (k,): its forecast of `major`; of counts, in proportion to major findings alone.
    """

    month: str
    told: bool
    owner: Ints
    usual: Ints
    last: Ints
    here: NDArray[np.bool_]
    worse: dict[str, Floats]
    row: Ints
    team: Ints
    major: Floats
    foretold: dict[str, Floats]


def read_chicago(data: Path) -> City:
    """Read establishments and inspections as a build does."""
    park = read_park(ROOT / "data" / "chicago.toml", data)
    boundary = read_boundary(park)
    ids: dict[str, dict[str, str]] = {}
    records: list[Record] = []
    for source in park.sources_in_order():
        if source.kind in {"enterprises", "visits"}:
            batch = ingest_source(park, source, Known(ids, {}), boundary=boundary)
            for one in batch.records:
                ids.setdefault(one.collection, {})[one.number] = one.id
            records += batch.records
    classes = {
        one.enterprise_id: one.inherent_class or 0 for one in records if isinstance(one, Premises)
    }
    peers = {
        one.id: (sector_of(one.industry), classes.get(one.id, 0))
        for one in records
        if isinstance(one, Enterprise)
    }
    looks: dict[str, list[tuple[str, CountedVisit]]] = defaultdict(list)
    visits = [one for one in records if isinstance(one, Visit)]
    for one in sorted(visits, key=lambda one: (one.start, one.id)):
        if one.found is not None:
            counts = (one.found.major, one.found.general, one.found.minor)
            visit = CountedVisit(one.id, one.team, 1.0, counts)
            looks[one.enterprise_id].append((month_of(one.start, park), visit))
    months = sorted({month for some in looks.values() for month, _ in some})
    return City(peers, dict(looks), months, sorted({one.team for one in visits} - {""}))


def scored_months(city: City) -> list[str]:
    """Give the months with a year of history before them and a month of outcomes after."""
    return city.months[FIRST_MONTHS:-1]


def score_month(city: City, month: str) -> Scored:
    """Score a month by what was known before it, and set the next month's visits beside it."""
    reference = fit_reference(_as_of(city, shift_month(month, -1)))
    after = shift_month(month, 1)
    owners = {one: n for n, one in enumerate(city.peers)}
    number = {"": -1, **{one: n for n, one in enumerate(city.teams)}}
    there = [one for one in _as_of(city, month) if one.visits]
    here = [sum(said == month for said, _ in city.looks[one.id]) for one in there]
    values = [_values(one, many, reference) for one, many in zip(there, here, strict=True)]
    nexts = [
        (row, visit, reference.found["major"].expected(visit.looker, reference.group_of(one.id), 1))
        for row, one in enumerate(there)
        for visit in [next((some for said, some in city.looks[one.id] if said == after), None)]
        if visit is not None and visit.looker
    ]
    rows = np.array([row for row, _, _ in nexts])
    usual = np.array([one for _, _, one in nexts])
    majors = {name: np.array([one[name][1] for one in values])[rows] for name in MEASURES}
    return Scored(
        month,
        not (reference.provisional or reference.unidentified),
        owner=np.array([owners[one.id] for one in there]),
        usual=np.array([number[_usual(one)] for one in there]),
        last=np.array([number[one.visits[-1].looker] for one in there]),
        here=np.array(here) > 0,
        worse={name: np.array([one[name][0] for one in values]) for name in MEASURES},
        row=rows,
        team=np.array([number[visit.looker] for _, visit, _ in nexts]),
        major=np.array([float(visit.found[0]) for _, visit, _ in nexts]),
        foretold={**majors, INDEX: majors[INDEX] * usual},
    )


def _as_of(city: City, month: str) -> list[EnterpriseMonth]:
    """Give all establishments with the visits of the window that ends with a month."""
    first = shift_month(month, 1 - PARAMS.window_months)
    return [
        EnterpriseMonth(
            record_id,
            sector=sector,
            inherent_class=level,
            visits=tuple(
                visit for said, visit in city.looks.get(record_id, ()) if first <= said <= month
            ),
        )
        for record_id, (sector, level) in city.peers.items()
    ]


def _usual(one: EnterpriseMonth) -> str:
    return Counter(visit.looker for visit in one.visits).most_common(1)[0][0]


def _values(
    one: EnterpriseMonth, here: int, reference: Reference
) -> dict[str, tuple[float, float]]:
    """Give what each measure says: of everything (the index: 100 - S), and of majors alone.

    Where indicators are left out, the score rescales the weights of the others to 100.
    """
    measured = measure_found_rates(one, reference, PARAMS)
    rate = measured[FOUND_RATES[0]]
    theta = rate.a / rate.b if rate.a is not None and rate.b else 1.0
    score = score_indicators(measured, PARAMS).points
    values = {INDEX: (100.0 - score, theta)}
    found = np.array([visit.found for visit in one.visits], dtype=np.float64)
    majors = _counts(found[:, 0], here)
    for how, weights in ((POINTS, PARAMS.severity_points), (PLAIN, (1.0, 1.0, 1.0))):
        counts = _counts(found @ np.array(weights), here)
        values |= {
            f"{name}{how}": pair
            for name, pair in zip(COUNTS, zip(counts, majors, strict=True), strict=True)
        }
    return values


def _counts(found: Floats, here: int) -> tuple[float, float, float, float]:
    month = float(found[len(found) - here :].sum())
    return month, float(found.sum()), float(found[-1]), float(found.mean())


def worst_share(value: Floats) -> Floats:
    """Give each one's chance to be among the worst tenth: ties share what room there is."""
    room = WORST * len(value)
    cut = np.sort(value)[::-1][int(np.ceil(room)) - 1]
    above, tied = value > cut, value == cut
    return np.asarray(above + (room - above.sum()) / tied.sum() * tied, dtype=np.float64)


class Comparison:
    """Some months together, to be drawn again and again by establishments.

    The reference tables stay as fitted, and the deciles as cut.

    Parameters
    ----------
    city, months
        Whose, and which.
    """

    def __init__(self, city: City, months: Sequence[Scored]) -> None:
        self.months = months
        self._shape = len(city.peers), len(city.teams)
        self._worse = {
            name: np.concatenate([one.worse[name][one.row] for one in months]) for name in MEASURES
        }
        self._foretold = {
            name: np.concatenate([one.foretold[name] for one in months]) for name in MEASURES
        }
        self.team = np.concatenate([one.team for one in months])
        self.major = np.concatenate([one.major for one in months])
        owner = np.concatenate([one.owner[one.row] for one in months])
        self._order = np.argsort(owner, kind="stable")
        self._begin = np.searchsorted(owner[self._order], np.arange(self._shape[0] + 1))
        every = [np.ones(len(one.owner), dtype=np.bool_) for one in months]
        here = [one.here for one in months]
        self._stood = {
            (name, by): self._stand(name, by, every) for name in MEASURES for by in (USUAL, LAST)
        }
        self._stood["here", USUAL] = self._stand(MONTH_COUNT, USUAL, here)

    def _stand(
        self, name: str, by: str, among: Sequence[NDArray[np.bool_]]
    ) -> tuple[Floats, Floats]:
        """Give months in the worst decile, and months scored, by establishment and team."""
        worst, there = np.zeros(self._shape), np.zeros(self._shape)
        for one, inside in zip(self.months, among, strict=True):
            team = one.usual if by == USUAL else one.last
            known = team[inside] >= 0
            cell = one.owner[inside][known], team[inside][known]
            worst[cell] += worst_share(one.worse[name][inside])[known]
            there[cell] += 1.0
        return worst, there

    def draw(self, weight: Ints | None = None) -> dict[tuple[str, str], float]:
        """Give every figure, (column, measure), of all, or with establishments so many times.

        AUC: concordant pairs within a team, pooled, of whether the next visit found a major one.
        Spread: highest over lowest chance, between teams, to stand in the worst decile. Slope: of
        major findings on what was foretold, team means taken out; a count's level is set so that as
        many are found as foretold, and there is none (NaN) where it foretells nothing.
        """
        weight = np.ones(self._shape[0], dtype=np.int64) if weight is None else weight
        rows = np.repeat(self._order, np.repeat(weight, np.diff(self._begin)))
        team, major = self.team[rows], self.major[rows]
        many = np.maximum(np.bincount(team), 1)
        residual = major - (np.bincount(team, major) / many)[team]
        figures = {}
        for name in MEASURES:
            value, said = self._worse[name][rows], self._foretold[name][rows]
            scores = score_visits(value / (1.0 + value), major > 0, team)
            figures["auc", name] = scores.auc_within_team
            if name != INDEX:
                said = said * (major.sum() / said.sum() if said.any() else 0.0)
            apart = said - (np.bincount(team, said) / many)[team]
            spread = float((apart**2).sum())
            figures["slope", name] = float((apart * residual).sum()) / spread if spread else np.nan
            figures["gain", name] = figures["auc", INDEX] - figures["auc", name]
        for (name, by), (worst, there) in self._stood.items():
            chance = (weight @ worst) / (weight @ there)
            figures[f"spread, {by}", name] = float(chance.max() / chance.min())
        return figures

    def intervals(
        self, rng: np.random.Generator, draws: int
    ) -> dict[tuple[str, str], tuple[float, float]]:
        """Give 5 and 95 % bootstrap quantiles of every figure."""
        many = self._shape[0]
        drawn = [
            self.draw(np.bincount(rng.integers(0, many, many), minlength=many))
            for _ in range(draws)
        ]
        return {
            key: (float(low), float(high))
            for key in drawn[0]
            for low, high in [np.quantile([one[key] for one in drawn], (0.05, 0.95))]
        }

    def visited_share(self) -> tuple[float, float]:
        """Give how many of the month count's worst decile, and of all, were visited that month."""
        worst = [worst_share(one.worse[MONTH_COUNT]) for one in self.months]
        here = np.concatenate([one.here for one in self.months])
        chance = np.concatenate(worst)
        return float(chance[here].sum() / chance.sum()), float(here.mean())


COLUMNS = (
    ("AUC within team", "auc", ".3f"),
    ("index's AUC less it", "gain", "+.3f"),
    ("spread, usual team", "spread, usual", ".1f"),
    ("spread, last team", "spread, last", ".1f"),
    ("calibration slope", "slope", ".2f"),
)


def compare(one: Comparison, rng: np.random.Generator, draws: int) -> str:
    """Set a table of every measure, with what it was taken from below it."""
    whole, between = one.draw(), one.intervals(rng, draws)

    def said(key: tuple[str, str], form: str) -> str:
        if np.isnan(whole[key]):
            return "none"
        low, high = between[key]
        return f"{whole[key]:{form}} [{low:{form}}, {high:{form}}]"

    rows: Iterable[Row] = [
        {
            "measure": name,
            **{
                title: "" if (column, name) == ("gain", INDEX) else said((column, name), form)
                for title, column, form in COLUMNS
            },
        }
        for name in MEASURES
    ]
    inside, of_all = one.visited_share()
    return (
        f"{table(rows)}\n\n{len(one.major):,} next visits, {int((one.major > 0).sum()):,} with a "
        f"major finding; months {one.months[0].month} to {one.months[-1].month}; {draws} draws. "
        f"Of the month count's worst decile {inside:.0%} had simply been visited in that month "
        f"({of_all:.0%} of all were); among those alone its spread is "
        f"{said(('spread, usual', 'here'), '.1f')}."
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure; print it, and write it to the page."""
    parser = argparse.ArgumentParser(prog="python -m bench.safety_index", description=__doc__)
    parser.add_argument("--page", type=Path, help="page whose tables are written anew")
    parser.add_argument("--draws", type=int, default=500)
    parser.add_argument("--data", type=Path, default=shared_data(), help="folder with chicago/")
    asked = parser.parse_args(arguments)
    if asked.data is None:
        parser.error("Chicago's files are not here. Name their folder with --data.")
    city = read_chicago(asked.data)
    scored = [score_month(city, month) for month in scored_months(city)]
    rng = np.random.default_rng(0)
    tables = {
        name: compare(Comparison(city, some), rng, asked.draws)
        for name, some in (
            ("all months", scored),
            ("lookers told", [one for one in scored if one.told]),
        )
    }
    for name, lines in tables.items():
        print(f"\n{name}\n\n{lines}")
    if asked.page is not None:
        write_tables(asked.page, tables)
    return 0


if __name__ == "__main__":
    sys.exit(main())
