"""One month of every enterprise, counted from the store as it was known when the month closed.

Takes the store, the park file and a month, gives `EnterpriseMonth` values: visits of the window,
declarations, hazards, disputes, incidents and frauds, employees month by month. Whose a record is
and what was known when is decided here; every rule of docs/safety-index-rules.md on what counts is
in `counted` and `rules`; how it is scored is `safety_index`'s.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING, TypeVar

from geo_risk.monthly.counted import Own, Span, count_month, in_scope
from geo_risk.monthly.known import Books, Known
from geo_risk.monthly.months import (
    begin_of,
    check_month,
    closing_of,
    end_of,
    shift_month,
)
from geo_risk.monthly.rules import FALSE_REPORT, LEFT
from geo_risk.records import (
    CaseState,
    Declaration,
    Enterprise,
    Order,
    Premises,
    Report,
    Step,
    Visit,
)
from geo_risk.safety_index import EnterpriseMonth

if TYPE_CHECKING:
    from geo_risk.park import ParkFile
    from geo_risk.records import Record
    from geo_risk.safety_index import IndexParams
    from geo_risk.store import Store

R = TypeVar("R", bound="Record")


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
        own = owns.get(one.record.id, Own())
        if one.record.id in heirs or _moved_out(own, span):
            continue
        if only_scope and not in_scope(one, span, park):
            continue
        months.append(count_month(one, own, declaring, span, park, params))
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


def _span(month: str, known_at: datetime | None, park: ParkFile, params: IndexParams) -> Span:
    closing = closing_of(month, park)
    return Span(
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


def _enterprises(books: Books, span: Span) -> list[Known]:
    """Give those that were there on any day of the month: one that closes is in its last month."""
    return [
        one
        for one in books.known("enterprises", span.known_at)
        if (one.record.valid_from is None or one.record.valid_from < span.end)
        and (one.record.valid_to is None or one.record.valid_to > span.begin)
        and (one.record.valid_to is None or one.record.valid_to != one.record.valid_from)
    ]


def _heirs(books: Books, there: Sequence[Known], span: Span) -> dict[str, str]:
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
    books: Books, span: Span, heirs: Mapping[str, str], left_out: frozenset[str]
) -> dict[str, Own]:
    owns: dict[str, Own] = defaultdict(Own)
    known_at = span.known_at

    def own(enterprise_id: str) -> Own:
        return owns[heirs.get(enterprise_id, enterprise_id)]

    owner_of = {}
    for premises in _all(books, "premises", Premises, known_at):
        owner_of[premises.id] = premises.enterprise_id
        owns[premises.enterprise_id].premises.append(premises)
    for visit in _all(books, "visits", Visit, known_at):
        if visit.looked and visit.start < span.end and visit.id not in left_out:
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


def _declaring_months(owns: Iterable[Own], span: Span) -> list[str]:
    """Give the months in which anybody declared anything: only they let an imputation age."""
    months = {month for own in owns for said in own.declarations.values() for month in said} | {
        span.month
    }
    return sorted(one for one in months if one <= span.month)


def _moved_out(own: Own, span: Span) -> bool:
    """Say whether all its premises had ended before the month."""
    return bool(own.premises) and all(
        one.valid_to is not None and one.valid_to <= span.begin for one in own.premises
    )
