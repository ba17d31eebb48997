"""What counts of one enterprise in one month: each rule on what enters an indicator, one function.

Takes what is known of an enterprise (`Own`) and the month's moments (`Span`), gives its
`EnterpriseMonth`. Which records are its own, and what was known when, is `gather`'s; the rules on
hazards are `rules`'.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from geo_risk.monthly.known import EVER, Known
from geo_risk.monthly.months import (
    begin_of,
    end_of,
    index_of,
    month_of,
    shift_month,
)
from geo_risk.monthly.rules import AGAIN_DAYS, Counted, count_hazards, hazard_of
from geo_risk.records import (
    CaseState,
    Channel,
    Declaration,
    Enterprise,
    Order,
    Premises,
    Report,
    Visit,
    VisitReason,
)
from geo_risk.safety_index import CountedVisit, Coverage, EnterpriseMonth, MonthCount, Share
from geo_risk.safety_index.parameters import COVERAGE, SEVERITIES

if TYPE_CHECKING:
    from geo_risk.park import ParkFile
    from geo_risk.safety_index import IndexParams

COUNTED_REASONS = frozenset({VisitReason.ROUTINE, VisitReason.RANDOM})
"""Visits that were chosen without knowing of a hazard: only they enter O and E."""

LONG_AGO = 999
"""Months of an enterprise that was there before anybody counted."""

ATTENDED, MISSED = frozenset({"done", "completed", "attended", "closed"}), frozenset({"missed"})
_SERVICES = "services"


@dataclass
class Own:
    """What is known of one enterprise; filled while reading."""

    premises: list[Premises] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    declarations: dict[str, dict[str, Declaration]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    orders: list[Order] = field(default_factory=list)
    false_reports: list[datetime] = field(default_factory=list)


@dataclass(frozen=True)
class Span:
    """The moments of a month: its own, its windows', and by when things were known."""

    month: str
    begin: datetime
    end: datetime
    window: datetime
    incidents: tuple[str, ...]
    known_at: datetime


def count_month(
    known: Known,
    own: Own,
    declaring: Sequence[str],
    span: Span,
    park: ParkFile,
    params: IndexParams,
) -> EnterpriseMonth:
    """Count the month of one enterprise.

    Parameters
    ----------
    known
        The enterprise, as it was known.
    own
        What belongs to it.
    declaring
        Months in which anybody declared anything.
    span, park, params
        The month's moments, and the rules.
    """
    one = known.record
    assert isinstance(one, Enterprise)  # noqa: S101  (of the collection of enterprises)
    hazards = _hazards(own, span, park, params)
    found = _found(own, hazards.seen_first)
    visits = tuple(
        _counted(visit, found)
        for visit in sorted(own.visits, key=lambda visit: visit.id)
        if visit.start >= span.window and visit.reason in COUNTED_REASONS
    )
    staff = {month: _employees(known, month, park) for month in span.incidents}
    months_known = _months_known(known, span, park)
    return EnterpriseMonth(
        id=one.id,
        sector=sector_of(one.industry),
        inherent_class=max((premises.inherent_class or 0 for premises in own.premises), default=0),
        employees=_employees(known, span.month, park),
        months_known=months_known,
        months_since_visit=_months_since(own.visits, span, park),
        visits=visits,
        coverage=_coverage(own, declaring, months_known, span),
        shares={**hazards.shares, "resolution": _resolution(own, span)[0]},
        overdue=hazards.overdue,
        monthly=_monthly(own, staff, park),
        open_disputes=_resolution(own, span)[1],
        credited_points=hazards.credited_points,
        major_overdue=hazards.major_overdue,
        interim_missing=hazards.interim_missing,
        leaves_window=_leaves_window(own.visits, visits, park, params),
        in_scope=in_scope(known, span, park),
    )


def sector_of(industry: str) -> str:
    """Give the section of GB/T 4754 (one letter) of an industry; its own words where it has none.

    Examples
    --------
    >>> sector_of("C29 橡胶和塑料制品业")
    'C'
    """
    found = re.match(r"([A-T])\d{0,4}(?:\s|$)", industry.strip())
    return found[1] if found else industry.strip()


def _hazards(own: Own, span: Span, park: ParkFile, params: IndexParams) -> Counted:
    since = span.window - timedelta(days=AGAIN_DAYS)
    hazards = [
        hazard
        for report in own.reports
        if report.kind == "hazard"
        and (hazard := hazard_of(report, span.end, park)).found < span.end
        and (hazard.found >= since or hazard.rectified is None)
    ]
    return count_hazards(
        hazards,
        own.false_reports,
        end=span.end,
        begin=span.window,
        month_begin=span.begin,
        park=park,
        params=params,
    )


def _found(own: Own, seen_first: frozenset[str]) -> dict[str, tuple[list[int], list[int]]]:
    """Give per visit what its reports say by severity: what counts, and what was reported first."""
    found: dict[str, tuple[list[int], list[int]]] = defaultdict(lambda: ([0, 0, 0], [0, 0, 0]))
    for report in own.reports:
        if report.kind == "hazard" and report.visit_id and not report.self_reported:
            place = SEVERITIES.index(report.severity.value) if report.severity else 2
            found[report.visit_id][report.id in seen_first][place] += 1
    return found


def _counted(visit: Visit, reports: Mapping[str, tuple[list[int], list[int]]]) -> CountedVisit:
    said, first = reports.get(visit.id, ([0, 0, 0], [0, 0, 0]))
    if visit.found is not None:
        counts = (visit.found.major, visit.found.general, visit.found.minor)
        said = [max(0, all_ - own) for all_, own in zip(counts, first, strict=True)]
    effort = 1.0
    if visit.items_checked is not None and visit.items_standard:
        effort = visit.items_checked / visit.items_standard
    looker = visit.team or "+".join(sorted(visit.participant_ids))
    return CountedVisit(visit.id, looker, effort, (said[0], said[1], said[2]))


def _employees(known: Known, month: str, park: ParkFile) -> int:
    """Give the employees at the end of a month: 0 before its first day and after its last."""
    end = end_of(month, park)
    first, last = known.record.valid_from, known.record.valid_to
    if (first is not None and first >= end) or (last is not None and last <= begin_of(month, park)):
        return 0
    return int(known.value_at("employees", end) or 0)


def in_scope(known: Known, span: Span, park: ParkFile) -> bool:
    """Say whether the index runs over an enterprise in the month; dated by valid time."""
    if park.park.scope == "all":
        return True
    name = "key_listed" if park.park.scope == "key_list" else "above_scale"
    return bool(known.value_at(name, span.end))


def _months_known(known: Known, span: Span, park: ParkFile) -> int:
    """Give whole months since its first day; those a first reading brought were there before."""
    first = known.record.valid_from
    if first is None:
        first = known.since
    if first == EVER:
        return LONG_AGO
    return _whole_months(first, span.end, park)


def _months_since(visits: Sequence[Visit], span: Span, park: ParkFile) -> int | None:
    if not visits:
        return None
    return _whole_months(max(one.start for one in visits), span.end, park)


def _whole_months(first: datetime, end: datetime, park: ParkFile) -> int:
    a, b = first.astimezone(park.zone), end.astimezone(park.zone)
    months = index_of(b.strftime("%Y-%m")) - index_of(a.strftime("%Y-%m"))
    return max(0, months - ((b.day, b.time()) < (a.day, a.time())))


def _coverage(
    own: Own, declaring: Sequence[str], months_known: int, span: Span
) -> dict[str, Coverage]:
    first = shift_month(span.month, 1 - min(max(months_known, 1), 1200))
    coverage = {}
    for name in COVERAGE:
        said = own.declarations.get(name, {})
        if span.month in said:
            one = said[span.month]
            coverage[name] = Coverage(one.have, one.need, verified=bool(one.verified_at))
        elif name == _SERVICES:
            coverage[name] = _services(own, span)
        else:
            last = max(said, default="")
            waited = sum(last < month and first <= month for month in declaring)
            coverage[name] = Coverage(missing=max(1, waited))
    return coverage


def _services(own: Own, span: Span) -> Coverage:
    """Count the services of twelve months that a station delivered: attended, of delivered."""
    since = span.end - timedelta(days=365)
    states = [one.state for one in own.orders if one.ordered_at >= since]
    have = sum(one in ATTENDED for one in states)
    need = have + sum(one in MISSED for one in states)
    return Coverage(have, need) if need else Coverage(neutral=True)


def _resolution(own: Own, span: Span) -> tuple[Share, int]:
    """Give settled of taken up in the twelve months, and how many are still to be settled."""
    settled = taken = still = 0
    for report in own.reports:
        if report.kind != "dispute" or report.state == CaseState.REPORTED:
            continue
        if report.time >= span.end:
            continue
        ended = report.closed_at is not None and report.closed_at < span.end
        if report.time >= span.end - timedelta(days=365):
            taken += 1
            settled += ended and report.state != CaseState.NOT_SETTLED
            still += not ended and report.state not in {
                CaseState.NOT_SETTLED,
                CaseState.FOLLOWED_UP,
            }
    return Share(settled, taken), still


def _monthly(
    own: Own, staff: Mapping[str, int], park: ParkFile
) -> dict[str, tuple[MonthCount, ...]]:
    rules = park.safety_index
    counts: dict[str, dict[str, int]] = {
        name: dict.fromkeys(staff, 0) for name in ("incidents", "disputes", "fraud_loss")
    }
    for report in own.reports:
        month = month_of(report.time, park)
        if month not in staff:
            continue
        if report.kind in rules.incident_kinds:
            counts["incidents"][month] += 1
        elif report.kind == "dispute":
            own_word = report.self_reported or report.channel == Channel.SELF_REPORT
            counts["disputes"][month] += not own_word
        elif report.kind == "fraud" and report.category in rules.completed_fraud:
            counts["fraud_loss"][month] += 1
    return {
        name: tuple(MonthCount(some[month], staff[month]) for month in staff)
        for name, some in counts.items()
    }


def _leaves_window(
    visits: Sequence[Visit],
    counted: Sequence[CountedVisit],
    park: ParkFile,
    params: IndexParams,
) -> str:
    found = {one.id for one in counted if sum(one.found)}
    starts = [one.start for one in visits if one.id in found]
    return shift_month(month_of(min(starts), park), params.window_months) if starts else ""
