"""The park's figures for one page: closing rates, reports, coverage, prevalence, all by zone.

Takes the service and a moment, gives plain values in no language, made once for everybody who may
see figures and shown for a while. By team or officer nothing is counted here: whose eyes saw it
leaves by no page. Rates are `casework`'s, prevalence `planbook`'s.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, cast

from api import casework
from api.audience import without_persons
from api.reading import find_all
from geo_risk import casebook, monthly, planbook
from geo_risk.casework import figures, zones_at
from geo_risk.records import Channel, Premises, Visit
from geo_risk.store import Query
from geo_risk.visits.kept_up import Visited, count_in_time

if TYPE_CHECKING:
    from api.audience import Sight
    from api.service import Service
    from geo_risk.casework import Case, Figures
    from geo_risk.records import PatrolZone
    from geo_risk.visits.prevalence import Prevalence

_LOOK_BACK = timedelta(days=365)
_MOST_MONTHS = 13
_NOT_TOLD = frozenset({Channel.VISIT.value, Channel.SELF_REPORT.value})
"""Who looks finds: what only visits and the enterprise itself report depends on who looked."""


@dataclass(frozen=True)
class ParkFigures:
    """Values of the page.

    Parameters
    ----------
    period
        First and last day of the rates, as text.
    total, by_kind, by_zone
        Rates of the cases that fell due in the period; zones are those of the report's time.
    told
        Zone to reports of the period by channels other than visits and self-reports.
    months, coverage
        Complete months, and zone to (visited in time, of how many) at the end of each.
    records_from
        First visit that is known, None without any.
    prevalence
        What visits by lot tell, the park first.
    zones
        Id to name of every zone there is or was, and whether it was redrawn since.
    """

    period: Mapping[str, str]
    total: Figures
    by_kind: tuple[Figures, ...]
    by_zone: tuple[Figures, ...]
    told: Mapping[str, int]
    months: tuple[str, ...]
    coverage: Mapping[str, list[tuple[int, int]]]
    records_from: datetime | None
    prevalence: tuple[Prevalence, ...]
    zones: Mapping[str, tuple[str, bool]]


def park_figures(service: Service, sight: Sight, now: datetime) -> tuple[ParkFigures, datetime]:
    """Give the figures, made now or a moment ago, and when they were made."""
    return service.proposed.of("figures", lambda: _made(service, sight, now), now)


def _made(service: Service, sight: Sight, now: datetime) -> ParkFigures:
    store, park = service.store, service.park
    as_of = park.as_of(now)
    today = as_of.astimezone(park.zone).date()
    last = today - timedelta(days=1)
    start, end, said = casework.period(park, last - _LOOK_BACK + timedelta(days=1), last, as_of)
    found = find_all(store, without_persons(sight), Query("reports"))
    cases = casebook.cases_of(store, park, found, actor=sight.reader)
    zones = casebook.zones_of(store, actor=sight.reader)
    (total,) = figures(cases, start, end, as_of=as_of)
    months, coverage, records_from = _coverage(service, sight, zones, as_of)
    return ParkFigures(
        period=said,
        total=total,
        by_kind=tuple(figures(cases, start, end, as_of=as_of, by="kind")),
        by_zone=tuple(figures(cases, start, end, as_of=as_of, by="zone", zones=zones)),
        told=_told(cases, zones, start, end),
        months=months,
        coverage=coverage,
        records_from=records_from,
        prevalence=_prevalence(service, today),
        zones={
            one.id: (one.name or one.id, one.valid_to is not None and one.valid_to <= as_of)
            for one in zones
        },
    )


def _told(
    cases: Sequence[Case], zones: Sequence[PatrolZone], start: datetime, end: datetime
) -> dict[str, int]:
    """Count what others told, by the zone it was in at the time."""
    told = [
        (one, one.report.reported_at or one.report.occurred_to)
        for one in cases
        if one.report.channel not in _NOT_TOLD and not one.report.duplicate_of
    ]
    told = [(one, at) for one, at in told if start <= at < end]
    keys = zones_at([one.place for one, _ in told], [at for _, at in told], zones)
    return dict(Counter(keys))


def _coverage(
    service: Service, sight: Sight, zones: Sequence[PatrolZone], as_of: datetime
) -> tuple[tuple[str, ...], dict[str, list[tuple[int, int]]], datetime | None]:
    park, store = service.park, service.store
    visits: dict[str, list[datetime]] = defaultdict(list)
    for one in find_all(store, without_persons(sight), Query("visits")):
        visit = cast("Visit", one.record)
        if visit.looked and visit.start < as_of:
            visits[visit.premises_id].append(visit.start)
    records_from = min((at for times in visits.values() for at in times), default=None)
    if records_from is None:
        return (), {}, None
    months = _complete_months(monthly.month_of(records_from, park), monthly.month_of(as_of, park))
    moments = [monthly.end_of(one, park) for one in months]
    premises = _premises(service, sight, zones, as_of)
    return months, count_in_time(premises, visits, moments, records_from), records_from


def _complete_months(first: str, running: str) -> tuple[str, ...]:
    """Give the last months that are over, none before the first."""
    months: list[str] = []
    month = monthly.shift_month(running, -1)
    while month >= first and len(months) < _MOST_MONTHS:
        months.append(month)
        month = monthly.shift_month(month, -1)
    return tuple(reversed(months))


def _premises(
    service: Service, sight: Sight, zones: Sequence[PatrolZone], as_of: datetime
) -> list[Visited]:
    plan = service.park.plan
    found = find_all(service.store, without_persons(sight), Query("premises"))
    keys = zones_at([one.place for one in found], [as_of] * len(found), zones)
    records = cast("list[Premises]", [one.record for one in found])
    return [
        Visited(
            one.id,
            zone,
            plan.revisit_max_days[str(one.inherent_class or plan.unknown_class)],
            one.valid_from,
            one.valid_to,
        )
        for one, zone in zip(records, keys, strict=True)
    ]


def _prevalence(service: Service, today: date) -> tuple[Prevalence, ...]:
    told = planbook.prevalence(service.store, service.park, today - _LOOK_BACK, today)
    return tuple(told)
