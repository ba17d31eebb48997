"""Rows to records of what happens: visits, reports, declarations, orders, services."""

from __future__ import annotations

from datetime import datetime

from geo_risk.ingest.row import Context, Place, Row, RowRefusedError, check_order, require
from geo_risk.ingest.times import Moment
from geo_risk.records import (
    CaseState,
    Declaration,
    Findings,
    Order,
    Record,
    Report,
    ServiceEvent,
    Visit,
    VisitReason,
)

_SEVERITIES = ("major", "general", "minor")


def build_visit(context: Context, row: Row) -> tuple[Record, ...]:
    """Make a visit. Its place is the premises'; of an enterprise alone, its main premises."""
    require(row, "start")
    premises, enterprise = _attached(context, row)
    if not premises and not enterprise:
        raise RowRefusedError("", "no_place")
    start = row.values["start"]
    end = row.end("end") or (start.end if start.end > start.start else None)
    check_order(start.start, end, "end", "start")
    people = row.values.get("participants") or ()
    participants = tuple(_officer(context, one) for one in people)
    counts = [row.values.get(name) for name in _SEVERITIES]
    found = None if all(one is None for one in counts) else Findings(*(one or 0 for one in counts))
    visit = Visit(
        **context.common(row),
        premises_id=premises,
        enterprise_id=enterprise,
        team=_team(context, row.text("team")) or "+".join(sorted(participants)),
        participant_ids=participants,
        start=start.start,
        end=end,
        reason=row.values.get("reason") or VisitReason.ROUTINE,
        selection_probability=row.values.get("selection_probability"),
        items_checked=row.values.get("items_checked"),
        items_standard=row.values.get("items_standard"),
        found=found,
        note=row.text("note"),
    )
    return (visit,)


def build_report(context: Context, row: Row) -> tuple[Record, ...]:
    """Make a report. Without a point of its own, its place is that of the premises it names."""
    require(row, "kind")
    located = row.place.lon is not None
    try:
        premises, enterprise = _attached(context, row)
        visit = context.refer(row, "visit", "visits", "unknown_visit")
        station = context.refer(row, "station", "stations", "unknown_station")
    except RowRefusedError as refused:
        if not located:
            raise
        context.odd[refused.code] += 1
        premises, enterprise, visit, station = _usable(context, row)
    place = row.place
    if premises and place.unlocated == "missing":
        place = Place(unlocated="")
    from_, to = _occurred(row)
    middle = row.start("occurred_mid")
    context.odd["mid_outside_interval"] += middle is not None and not from_ <= middle <= to
    closed, reported = row.start("closed_at"), row.start("reported_at")
    context.odd["closed_before_reported"] += bool(closed and reported and closed < reported)
    report = Report(
        **context.common(row),
        **place.fields,
        kind=row.values["kind"],
        channel=row.text("channel"),
        category=row.text("category"),
        premises_id=premises,
        enterprise_id=enterprise,
        visit_id=visit,
        occurred_from=from_,
        occurred_to=to,
        occurred_mid=middle,
        reported_at=reported,
        closed_at=closed,
        interim_at=row.start("interim_at"),
        rectified_at=row.start("rectified_at"),
        extended_at=row.start("extended_at"),
        severity=row.values.get("severity"),
        self_reported=bool(row.values.get("self_reported")),
        state=row.text("state") or _state(row).value,
        due=row.end("due"),
        station_id=station,
        level=row.text("level"),
        reopened=row.values.get("reopened") or 0,
        legal_grade=row.text("legal_grade"),
        referred_to=row.text("referred_to"),
        duplicate_of=_found(context, row, "duplicate_of", "reports"),
        text=row.text("text"),
        reporter=row.text("reporter"),
    )
    return (report,)


def build_declaration(context: Context, row: Row) -> tuple[Record, ...]:
    """Make what an enterprise says of one indicator in one month."""
    require(row, "enterprise", "month", "indicator", "have", "need")
    declaration = Declaration(
        **context.common(row),
        enterprise_id=context.refer(row, "enterprise", "enterprises", "unknown_enterprise"),
        month=row.values["month"],
        indicator=row.text("indicator"),
        have=row.values["have"],
        need=row.values["need"],
        declared_by=row.text("declared_by"),
        declared_at=row.start("declared_at"),
        verified_by=row.text("verified_by"),
        verified_at=row.start("verified_at"),
        evidence=row.text("evidence"),
    )
    return (declaration,)


def build_order(context: Context, row: Row) -> tuple[Record, ...]:
    """Make a service that an enterprise orders."""
    require(row, "enterprise", "service", "ordered_at")
    ordered = row.start("ordered_at")
    from_, to = row.start("window_from"), row.end("window_to")
    check_order(from_, to, "window_to", "window_from")
    order = Order(
        **context.common(row),
        enterprise_id=context.refer(row, "enterprise", "enterprises", "unknown_enterprise"),
        service=row.text("service"),
        ordered_at=_given(ordered),
        window_from=from_,
        window_to=to,
        state=row.text("state") or "ordered",
        text=row.text("text"),
    )
    return (order,)


def build_service(context: Context, row: Row) -> tuple[Record, ...]:
    """Make a service that a station gave."""
    require(row, "station", "service", "at")
    people = row.values.get("people")
    service = ServiceEvent(
        **context.common(row),
        station_id=context.refer(row, "station", "stations", "unknown_station"),
        service=row.text("service"),
        at=_given(row.start("at")),
        people=1 if people is None else people,
    )
    return (service,)


def _attached(context: Context, row: Row) -> tuple[str, str]:
    """Give premises and enterprise; each is filled from the other where only one is named."""
    premises = context.refer(row, "premises", "premises", "unknown_premises")
    enterprise = context.refer(row, "enterprise", "enterprises", "unknown_enterprise")
    if enterprise and not premises:
        premises = context.resolver.main_premises(enterprise)
    elif premises and not enterprise:
        enterprise = context.resolver.enterprise_of(premises)
    return premises, enterprise


def _usable(context: Context, row: Row) -> tuple[str, str, str, str]:
    """Give those of premises, enterprise, visit and station that are known."""
    pairs = (
        ("premises", "premises"),
        ("enterprise", "enterprises"),
        ("visit", "visits"),
        ("station", "stations"),
    )
    premises, enterprise, visit, station = (_found(context, row, *pair) for pair in pairs)
    return premises, enterprise, visit, station


def _state(row: Row) -> CaseState:
    """Give where a case stands whose source does not say: closed, rectified, or reported only."""
    if row.values.get("closed_at") is not None:
        return CaseState.CLOSED
    hazard = row.values["kind"] == "hazard"
    if hazard and row.values.get("rectified_at") is not None:
        return CaseState.RECHECKING
    return CaseState.REPORTED


def _found(context: Context, row: Row, name: str, collection: str) -> str:
    text = row.text(name)
    return (context.resolver.find(collection, text) or "") if text else ""


def _officer(context: Context, text: str) -> str:
    found = context.resolver.find("officers", text)
    if found is None:
        raise RowRefusedError("participants", "unknown_officer", value=text)
    return found


def _team(context: Context, text: str) -> str:
    """Give the id of a known team; a team that no source of officers lists keeps its own name."""
    return (context.resolver.find("teams", text) or text) if text else ""


def _occurred(row: Row) -> tuple[datetime, datetime]:
    """Give the interval in which it happened, from the best of what the row says."""
    first: Moment | None = row.values.get("occurred_from") or row.values.get("occurred_to")
    last: Moment | None = row.values.get("occurred_to") or first
    if first is not None and last is not None:
        from_, to = first.start, last.end
        check_order(from_, to, "occurred_to", "occurred_from")
        return from_, to
    for name in ("occurred", "occurred_mid", "reported_at"):
        moment: Moment | None = row.values.get(name)
        if moment is not None:
            return moment.start, moment.end
    raise RowRefusedError("occurred", "missing_time")


def _given(moment: datetime | None) -> datetime:
    if moment is None:
        raise RowRefusedError("", "missing_time")
    return moment
