"""One month of every enterprise, counted from the store as it was known when the month closed.

Takes the store, the park file and a month, gives `EnterpriseMonth` values: visits of the window,
declarations, hazards, disputes, incidents and frauds, employees month by month. Every rule of
docs/safety-index-rules.md on what counts is here or in `rules`; how it is scored is
`safety_index`'s.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, TypeVar

from geo_risk.monthly.known import EVER, Books, Known
from geo_risk.monthly.months import (
    begin_of,
    check_month,
    closing_of,
    end_of,
    index_of,
    month_of,
    shift_month,
)
from geo_risk.monthly.rules import AGAIN_DAYS, FALSE_REPORT, LEFT, Counted, count_hazards, hazard_of
from geo_risk.records import (
    CaseState,
    Channel,
    Declaration,
    Enterprise,
    Order,
    Premises,
    Report,
    Step,
    Visit,
    VisitReason,
)
from geo_risk.safety_index import CountedVisit, Coverage, EnterpriseMonth, MonthCount, Share
from geo_risk.safety_index.parameters import COVERAGE, SEVERITIES

if TYPE_CHECKING:
    from geo_risk.park import ParkFile
    from geo_risk.records import Record
    from geo_risk.safety_index import IndexParams
    from geo_risk.store import Store

COUNTED_REASONS = frozenset({VisitReason.ROUTINE, VisitReason.RANDOM})
"""Visits that were chosen without knowing of a hazard: only they enter O and E."""

LONG_AGO = 999
"""Months of an enterprise that was there before anybody counted."""

ATTENDED, MISSED = frozenset({"done", "completed", "attended", "closed"}), frozenset({"missed"})
_SERVICES = "services"

R = TypeVar("R", bound="Record")


@dataclass
class _Own:
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
class _Span:
    """The moments of a month: its own, its windows', and by when things were known."""

    month: str
    begin: datetime
    end: datetime
    window: datetime
    incidents: tuple[str, ...]
    known_at: datetime


def gather(
    store: Store,
    park: ParkFile,
    month: str,
    known_at: datetime | None = None,
    *,
    params: IndexParams,
    without: Iterable[str] = (),
    books: Books | None = None,
    only_scope: bool = False,
) -> list[EnterpriseMonth]:
    """Count a month.

    Parameters
    ----------
    store, park
        Whose.
    month
        YYYY-MM, in the park's time zone.
    known_at
        What was recorded later is left out; when the month closes, unless given.
    params
        Windows, points, caps.
    without
        Ids of reports and visits that an upheld objection takes out.
    books
        Records read before, to spare reading them again.
    only_scope
        Leave out those outside the index's scope.

    Returns
    -------
    list of EnterpriseMonth
        One per enterprise that was there in the month, in the order of ids.
    """
    books = books or Books(store)
    span = _span(check_month(month), known_at, park, params)
    left_out = frozenset(without)
    there = _enterprises(books, span)
    heirs = _heirs(books, there, span)
    owns = _read(books, span, heirs, left_out)
    declaring = _declaring_months(owns.values(), span)
    months = []
    for one in there:
        own = owns.get(one.record.id, _Own())
        if one.record.id in heirs or _moved_out(own, span):
            continue
        if only_scope and not _in_scope(one, span, park):
            continue
        months.append(_month(one, own, declaring, span, park, params))
    return months


def is_empty(store: Store, park: ParkFile, month: str, books: Books | None = None) -> bool:
    """Say whether nothing at all was told of a month by the time it closed."""
    books = books or Books(store)
    closing, begin, end = closing_of(month, park), begin_of(month, park), end_of(month, park)
    if any(begin <= one.start < end for one in _all(books, "visits", Visit, closing)):
        return False
    if any(begin <= one.time < end for one in _all(books, "reports", Report, closing)):
        return False
    return all(one.month != month for one in _all(books, "declarations", Declaration, closing))


def _span(month: str, known_at: datetime | None, park: ParkFile, params: IndexParams) -> _Span:
    closing = closing_of(month, park)
    return _Span(
        month=month,
        begin=begin_of(month, park),
        end=end_of(month, park),
        window=begin_of(shift_month(month, 1 - params.window_months), park),
        incidents=tuple(
            shift_month(month, -back) for back in reversed(range(params.incident_window_months))
        ),
        known_at=closing if known_at is None else min(known_at, closing),
    )


def _all(books: Books, collection: str, kind: type[R], known_at: datetime) -> list[R]:
    found = books.known(collection, known_at)
    return [one.record for one in found if isinstance(one.record, kind)]


def _enterprises(books: Books, span: _Span) -> list[Known]:
    """Give those that were there on any day of the month: one that closes is in its last month."""
    return [
        one
        for one in books.known("enterprises", span.known_at)
        if (one.record.valid_from is None or one.record.valid_from < span.end)
        and (one.record.valid_to is None or one.record.valid_to > span.begin)
        and (one.record.valid_to is None or one.record.valid_to != one.record.valid_from)
    ]


def _heirs(books: Books, there: Sequence[Known], span: _Span) -> dict[str, str]:
    """Give who goes on for an enterprise that has closed: same legal person, or merged into.

    A reopened licence of the same credit code is the same legal person; premises that name another
    enterprise since their own one closed were taken over with it.
    """
    present = {one.record.id: one.record for one in there}
    code_of = {
        one.credit_code: one.id
        for one in present.values()
        if isinstance(one, Enterprise)
        and one.credit_code
        and (one.valid_to is None or one.valid_to > span.end)
    }
    heirs: dict[str, str] = {}
    closed = [
        one.record
        for one in books.known("enterprises", span.known_at)
        if isinstance(one.record, Enterprise)
        and one.record.valid_to is not None
        and one.record.valid_to <= span.end
    ]
    ids = {one.id for one in closed}
    for one in closed:
        if one.credit_code and code_of.get(one.credit_code, one.id) != one.id:
            heirs[one.id] = code_of[one.credit_code]
    for known in books.known("premises", span.known_at):
        owners = [
            changes["enterprise_id"]
            for at, changes in known.history
            if "enterprise_id" in changes and at < span.end
        ]
        for before, after in pairwise(owners):
            if before in ids and after in present and after != before:
                heirs.setdefault(before, after)
    return {before: after for before, after in heirs.items() if after not in heirs}


def _read(
    books: Books, span: _Span, heirs: Mapping[str, str], left_out: frozenset[str]
) -> dict[str, _Own]:
    owns: dict[str, _Own] = defaultdict(_Own)
    known_at = span.known_at

    def own(enterprise_id: str) -> _Own:
        return owns[heirs.get(enterprise_id, enterprise_id)]

    owner_of = {}
    for premises in _all(books, "premises", Premises, known_at):
        owner_of[premises.id] = premises.enterprise_id
        owns[premises.enterprise_id].premises.append(premises)
    for visit in _all(books, "visits", Visit, known_at):
        if visit.start < span.end and visit.id not in left_out:
            own(visit.enterprise_id or owner_of.get(visit.premises_id, "")).visits.append(visit)
    false = {
        step.subject_id: step.at
        for step in _all(books, "steps", Step, known_at)
        if step.subject == "reports" and step.code == FALSE_REPORT
    }
    for report in _all(books, "reports", Report, known_at):
        enterprise = report.enterprise_id or owner_of.get(report.premises_id, "")
        if not enterprise or report.id in left_out:
            continue
        if report.state not in LEFT:
            own(enterprise).reports.append(report)
        elif report.id in false and report.state == CaseState.VOID and report.self_reported:
            own(enterprise).false_reports.append(false[report.id])
    for said in _all(books, "declarations", Declaration, known_at):
        if said.month <= span.month:
            own(said.enterprise_id).declarations[said.indicator][said.month] = said
    for order in _all(books, "orders", Order, known_at):
        if order.ordered_at < span.end:
            own(order.enterprise_id).orders.append(order)
    return owns


def _declaring_months(owns: Iterable[_Own], span: _Span) -> list[str]:
    """Give the months in which anybody declared anything: only they let an imputation age."""
    months = {month for own in owns for said in own.declarations.values() for month in said} | {
        span.month
    }
    return sorted(one for one in months if one <= span.month)


def _moved_out(own: _Own, span: _Span) -> bool:
    """Say whether all its premises had ended before the month."""
    return bool(own.premises) and all(
        one.valid_to is not None and one.valid_to <= span.begin for one in own.premises
    )


def _month(
    known: Known,
    own: _Own,
    declaring: Sequence[str],
    span: _Span,
    park: ParkFile,
    params: IndexParams,
) -> EnterpriseMonth:
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
        in_scope=_in_scope(known, span, park),
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


def _hazards(own: _Own, span: _Span, park: ParkFile, params: IndexParams) -> Counted:
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


def _found(own: _Own, seen_first: frozenset[str]) -> dict[str, tuple[list[int], list[int]]]:
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


def _in_scope(known: Known, span: _Span, park: ParkFile) -> bool:
    if park.park.scope == "all":
        return True
    name = "key_listed" if park.park.scope == "key_list" else "above_scale"
    return bool(known.value_at(name, span.end))


def _months_known(known: Known, span: _Span, park: ParkFile) -> int:
    """Give whole months since its first day; those a first reading brought were there before."""
    first = known.record.valid_from
    if first is None:
        first = known.since
    if first == EVER:
        return LONG_AGO
    return _whole_months(first, span.end, park)


def _months_since(visits: Sequence[Visit], span: _Span, park: ParkFile) -> int | None:
    if not visits:
        return None
    return _whole_months(max(one.start for one in visits), span.end, park)


def _whole_months(first: datetime, end: datetime, park: ParkFile) -> int:
    a, b = first.astimezone(park.zone), end.astimezone(park.zone)
    months = index_of(b.strftime("%Y-%m")) - index_of(a.strftime("%Y-%m"))
    return max(0, months - ((b.day, b.time()) < (a.day, a.time())))


def _coverage(
    own: _Own, declaring: Sequence[str], months_known: int, span: _Span
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


def _services(own: _Own, span: _Span) -> Coverage:
    """Count the services of twelve months that a station delivered: attended, of delivered."""
    since = span.end - timedelta(days=365)
    states = [one.state for one in own.orders if one.ordered_at >= since]
    have = sum(one in ATTENDED for one in states)
    need = have + sum(one in MISSED for one in states)
    return Coverage(have, need) if need else Coverage(neutral=True)


def _resolution(own: _Own, span: _Span) -> tuple[Share, int]:
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
    own: _Own, staff: Mapping[str, int], park: ParkFile
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
