"""One enterprise as its page shows it, filled for one reader.

Takes the filler of pages and an id, gives the frozen view. Everything is read through the reader's
own bounds (`reading`, `audience`): the enterprise finds its own only, of reports those that a visit
or it itself brought, of visits neither team nor reason. Texts of reports are not read here.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import numpy as np

from api.audience import without_persons
from api.case_pages import kind_name
from api.field_day import visit_path
from api.index_rows import index_row, scores_before
from api.pages import enterprise_row
from api.reading import find_all, get_one
from api.rounding import round_parts
from api.surroundings import surroundings_of
from geo_risk import casebook, monthly
from geo_risk.casework import is_open, lateness
from geo_risk.declarations import state_of
from geo_risk.records import Audience, Enterprise, Premises, Visit, VisitOutcome, may_create
from geo_risk.safety_index import shown
from geo_risk.store import Query
from maps.bulletin import part_word
from maps.charts import TrendPoint, draw_trend, draw_waterfall
from maps.month import (
    EnterpriseView,
    FirmCase,
    FirmDeclared,
    FirmIndex,
    FirmOrder,
    FirmPlace,
    FirmSlip,
    FirmVisit,
)
from maps.words import word

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from api.audience import Sight
    from api.pages import Pages
    from api.service import Service
    from geo_risk.casework import Case
    from maps.charts import Chart
    from maps.month import IndexRow

_VISIT = "POST /visit/{premises}"
_SHOWN_VISITS, _SHOWN_CLOSED = 12, 20
_ENDED = frozenset({"merged", "void"})

_HALF_UNIT = 0.005
"""Of the last digit that is printed of a score."""


def enterprise_path(enterprise_id: str) -> str:
    """Give the address of an enterprise's page."""
    return f"/enterprises/{quote(enterprise_id, safe='')}"


def enterprise_view(pages: Pages, enterprise_id: str, lang: str, *, whole: bool) -> EnterpriseView:
    """Fill the page of an enterprise.

    Parameters
    ----------
    pages
        For the reader.
    enterprise_id
        Whose; one that the reader may not see is not there.
    lang
        Of the pictures.
    whole
        Every visit and every closed hazard, for a workbook; else the last ones.

    Raises
    ------
    NotFoundError
        When there is none for this reader.
    """
    service, sight, now = pages.service, pages.sight, pages.now
    record: Any = get_one(service.store, sight, "enterprises", enterprise_id).record
    reads = _Reads(service, sight, enterprise_id, now)
    own = sight.audience is Audience.ENTERPRISE
    reports = reads.find("reports", personal=False)
    cases = [_case(service, one, now, lang) for one in reads.cases(reports)]
    hazards, others, closed = _sorted_cases(cases, {one.record.id: one.record for one in reports})
    visits = _visits(reads, reports)
    declared_month, declared = _declared(reads)
    premises = [one.record for one in reads.find("premises", valid_at=now)]
    row = None if own else _row_of(pages, record, premises)
    return EnterpriseView(
        id=record.id,
        name=record.name,
        credit_code=record.credit_code,
        industry=record.industry,
        employees=record.employees,
        above_scale=record.above_scale,
        contact=record.contact,
        phone=record.phone,
        own=own,
        **({} if row is None else {"risk_class": row.risk_class, "zone": row.zone}),
        hazards=tuple(hazards),
        others=() if own else tuple(others),
        closed=tuple(closed if whole else closed[:_SHOWN_CLOSED]),
        closed_total=len(closed),
        visits=tuple(visits if whole else visits[:_SHOWN_VISITS]),
        visits_total=len(visits),
        orders=_orders(reads),
        declared=declared,
        declared_month=declared_month,
        slips=_slips(reads),
        places=tuple(_place(pages, one, n, lang) for n, one in enumerate(premises)),
        index=_index(pages, enterprise_id, lang, own=own),
        trend=_trend(service, enterprise_id, lang),
        download=f"{'/enterprise' if own else enterprise_path(enterprise_id)}?f=xlsx",
    )


class _Reads:
    """Collections of one enterprise, cut to the reader."""

    def __init__(self, service: Service, sight: Sight, enterprise_id: str, now: datetime) -> None:
        self.service, self.sight, self.now = service, sight, now
        self._filters = {"enterprise_id": enterprise_id}

    def find(self, collection: str, *, personal: bool = True, **asked: Any) -> Sequence[Any]:
        """Read the enterprise's records of a collection."""
        sight = self.sight if personal else without_persons(self.sight)
        return find_all(
            self.service.store, sight, Query(collection, filters=self._filters, **asked)
        )

    def cases(self, reports: Sequence[Any]) -> list[Case]:
        """Give its reports as cases, without their steps."""
        service = self.service
        return casebook.cases_of(
            service.store, service.park, reports, actor=self.sight.reader, steps=False
        )


def _case(service: Service, case: Case, now: datetime, lang: str) -> FirmCase:
    report, zone = case.report, service.park.zone
    as_of = service.park.as_of(now)
    late = lateness(case, as_of)
    left = None
    if case.due is not None and case.due > as_of:
        last = case.due.astimezone(zone).date()  # the first day after the last
        left = (last - as_of.astimezone(zone).date()).days - 1
    return FirmCase(
        id=report.id,
        kind=kind_name(service, report.kind, lang),
        state=report.state,
        severity=report.severity.value if report.severity else "",
        category=report.category,
        reported_at=report.reported_at or report.occurred_to,
        closed_at=report.closed_at,
        due=case.due,
        days_left=left if late is None else None,
        days_late=late.days if late else 0,
        level=late.level if late else 0,
        unprotected=bool(late and late.unprotected),
        extended=report.extended_at is not None,
    )


def _sorted_cases(
    cases: Sequence[FirmCase], reports: Mapping[str, Any]
) -> tuple[list[FirmCase], list[FirmCase], list[FirmCase]]:
    """Give open hazards, latest first; other open cases; ended hazards, the newest first."""
    live: list[FirmCase] = []
    closed: list[FirmCase] = []
    for one in cases:
        report = reports[one.id]
        if report.duplicate_of or report.state in _ENDED:
            continue
        if is_open(report.kind, report.state):
            live.append(one)
        elif report.kind == "hazard":
            closed.append(one)
    live.sort(key=lambda one: (-one.level, -one.days_late, one.due is None, one.due, one.id))
    closed.sort(key=lambda one: (one.closed_at or one.reported_at, one.id), reverse=True)
    hazards = [one for one in live if reports[one.id].kind == "hazard"]
    return hazards, [one for one in live if one not in hazards], closed


def _visits(reads: _Reads, reports: Sequence[Any]) -> list[FirmVisit]:
    found = [
        one.record
        for one in reads.find("visits", personal=False)
        if isinstance(one.record, Visit)
        and one.record.start <= reads.now
        and one.record.outcome is not VisitOutcome.WITHDRAWN
    ]
    told: Counter[str] = Counter()
    major: Counter[str] = Counter()
    for one in reports:
        report = one.record
        if report.visit_id and report.kind == "hazard" and report.state not in _ENDED:
            told[report.visit_id] += 1
            major[report.visit_id] += report.severity == "major"
    names = _names_of_officers(reads, found)
    said = reads.sight.shows
    return [
        FirmVisit(
            at=one.start,
            reason=one.reason.value if said("visits", "reason") else "",
            who=tuple(names.get(id_, id_) for id_ in one.participant_ids)
            if said("visits", "participant_ids")
            else (),
            found=_found(one, told[one.id]),
            major=major[one.id] if one.found is None else one.found.major,
            outcome=one.outcome.value,
        )
        for one in sorted(found, key=lambda one: (one.start, one.id), reverse=True)
    ]


def _found(visit: Visit, told: int) -> int | None:
    """Count what a visit found: as it says, else as reports name it; None where nobody looked."""
    if not visit.looked:
        return None
    if visit.found is None:
        return told
    return visit.found.major + visit.found.general + visit.found.minor


def _names_of_officers(reads: _Reads, visits: Sequence[Visit]) -> dict[str, str]:
    """Give the names of who went, where the reader is told."""
    ids = sorted({id_ for one in visits for id_ in one.participant_ids})
    if not ids or not reads.sight.shows("visits", "participant_ids"):
        return {}
    officers: list[Any] = [
        one.record for one in find_all(reads.service.store, reads.sight, Query("officers", ids=ids))
    ]
    return {one.id: one.name or one.id for one in officers}


def _orders(reads: _Reads) -> tuple[FirmOrder, ...]:
    orders: list[Any] = [one.record for one in reads.find("orders", personal=False)]
    orders.sort(key=lambda one: (one.ordered_at, one.id), reverse=True)
    return tuple(
        FirmOrder(one.service, one.ordered_at, one.state, one.window_from) for one in orders
    )


def _declared(reads: _Reads) -> tuple[str, tuple[FirmDeclared, ...]]:
    """Give the last month that it declared, and what."""
    said: list[Any] = [one.record for one in reads.find("declarations", personal=False)]
    month = max((one.month for one in said), default="")
    return month, tuple(
        FirmDeclared(one.indicator, one.have, one.need, state_of(one))
        for one in sorted(said, key=lambda one: one.indicator)
        if one.month == month
    )


def _slips(reads: _Reads) -> tuple[FirmSlip, ...]:
    slips: list[Any] = [one.record for one in reads.find("slips", personal=False)]
    slips.sort(key=lambda one: (one.month, one.id), reverse=True)
    return tuple(FirmSlip(one.id, one.slip_no, one.month, one.state, one.due) for one in slips)


def _row_of(pages: Pages, record: Enterprise, premises: Sequence[Any]) -> Any:
    publication = pages.shown.publication
    known = publication.premises_by_id if publication else {}
    zones: dict[str, str] = {
        one.record.id: getattr(one.record, "name", "") or one.record.id
        for one in pages.service.kept.valid("zones", pages.now)
    }
    return enterprise_row(record, [(one, known.get(one.id)) for one in premises], zones)


def _place(pages: Pages, premises: Premises, n: int, lang: str) -> FirmPlace:
    service, sight = pages.service, pages.sight
    visits = sight.is_station and may_create(sight.reader.role, Visit, _VISIT)
    return FirmPlace(
        id=premises.id,
        kind=premises.kind.value,
        address=premises.address,
        hours=premises.opening_hours,
        people=premises.people,
        inherent_class=premises.inherent_class,
        dangerous_goods=premises.dangerous_goods,
        outside=premises.outside,
        map_path=_map_path(service, premises),
        visit_path=visit_path(premises.id) if visits else "",
        around=surroundings_of(
            service,
            pages.shown.publication,
            sight,
            premises,
            pages.now,
            name=f"why-{n}",
            lang=lang,
        ),
    )


def _map_path(service: Service, premises: Premises) -> str:
    if premises.lon is None or premises.lat is None:
        return ""
    ((lon, lat),) = service.wire.points_out(np.array([premises.lon]), np.array([premises.lat]))
    return f"/#at={lat:.6f},{lon:.6f},17&point={lon:.6f},{lat:.6f}"


def _index(pages: Pages, enterprise_id: str, lang: str, *, own: bool) -> FirmIndex | None:
    """Give its newest published month; of what others told the enterprise sees one sum."""
    store = pages.service.store
    for month in reversed(monthly.frozen_months(store)):
        said = monthly.results(store, month)
        if enterprise_id not in said["results"]:
            continue
        cut = shown.own_row if own else shown.row_of
        before = scores_before(store, month).get(enterprise_id)
        row = index_row(cut(enterprise_id, said["results"][enterprise_id]), "", before)
        return FirmIndex(month, int(said["revision"]), row, losses_of(row, lang))
    return None


def losses_of(row: IndexRow, lang: str) -> Chart | None:
    """Draw what is lost from full marks, the largest first: every part, so that they add up.

    A part at its full marks may be printed a hundredth above them: that is shared by the others.
    """
    gaps = {name: most - points for name, points, most in row.parts if most - points > _HALF_UNIT}
    if not gaps:
        return None
    whole = round(sum(most for _, _, most in row.parts), 2)
    _, rounded = round_parts(whole - row.score, list(gaps.values()), 2)
    lost = sorted((one for one in zip(rounded, gaps, strict=True) if one[0]), reverse=True)
    if not lost:
        return None
    steps = [(part_word(name, lang), -points) for points, name in lost]
    return draw_waterfall(
        "losses",
        lang,
        word("firm.losses", lang),
        (word("firm.full", lang), whole),
        steps,
        (word("firm.score", lang), row.score),
        2,
    )


def _trend(service: Service, enterprise_id: str, lang: str) -> Chart:
    points = [
        TrendPoint(
            one.month,
            one.now.score,
            one.now.low,
            one.now.high,
            one.now.colour,
            one.first.score if one.first else None,
        )
        for one in service.months.of(service.store, enterprise_id)
    ]
    blue, yellow, orange = monthly.params_of(service.park).cuts
    return draw_trend("trend", lang, points, (blue, yellow, orange))
