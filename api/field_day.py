"""What a phone takes along for one day: the stops, what is known of each place, words and rules.

Takes the service and who asks, gives plain values. An officer takes its own day along and nothing
else: what lies on a phone may be lost with it. Reading it is in the audit, name by name.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from api.field_places import PlaceRead, places_of
from api.figures import CLASS_NAMES
from api.ogc.features import plain
from api.plan_days import DayMaker, ground_of
from api.plan_desk import PlanRead, check_officer, read_plan
from api.plan_views import own_officers
from api.reading import photo_path
from geo_risk import crs
from geo_risk.casework import CATEGORIES, end_of_day
from geo_risk.errors import NotFoundError
from geo_risk.published import RiskClass
from geo_risk.records import Severity
from geo_risk.visitbook import UNDO_S
from maps.stops import StopView, reasons_of
from maps.words import LANGS, phrase, word

if TYPE_CHECKING:
    from datetime import date, datetime

    from api.audience import Sight
    from api.service import Service
    from api.shown import Shown
    from geo_risk.park import ParkFile
    from geo_risk.published import PremisesSummary
    from geo_risk.records import Report
    from geo_risk.store import Stored


def field_day(
    service: Service, shown: Shown, sight: Sight, day: date, officer: str, now: datetime
) -> dict[str, Any]:
    """Give one officer's day.

    Parameters
    ----------
    service, shown
        The running service; what it shows.
    sight
        Who asks: staff.
    day
        Which, in the park's calendar.
    officer
        Whose; '': the reader's own, else the plan's first.
    now
        Time of the request.

    Raises
    ------
    ForbiddenError
        When an officer asks for somebody else's day.
    """
    park = service.park
    if officer:
        check_officer(service, sight, officer, now)
    told = {
        "server_time": now.isoformat(),
        "day": day.isoformat(),
        "timezone": park.park.timezone,
        "officer": None,
        "week": None,
        "stops": [],
        "premises": [],
        "undo_s": UNDO_S,
        **_rules(park, now),
    }
    read = _plan(service, sight, day, now)
    if read is None:
        return told
    own = own_officers(service.kept, sight.reader, now)
    wanted = (officer,) if officer else (*own, *read.plan.officer_ids)
    whose = next((one for one in wanted if one in read.plan.officer_ids), "")
    if not whose:
        return told
    view = DayMaker(ground_of(service, shown, now), read.plan, read.names).day(whose, day)
    places = places_of(service, sight, [one.premises_id for one in view.stops], now)
    summaries = shown.publication.premises_by_id if shown.publication else {}
    return {
        **told,
        "officer": {"id": whose, "name": view.officer},
        "week": read.week,
        "stops": [_stop(one, park) for one in view.stops],
        "premises": [place_json(one, summaries, park) for one in places.values()],
    }


def place_json(place: PlaceRead, summaries: Any, park: ParkFile) -> dict[str, Any]:
    """Give one premises as the phone keeps it; its pin in WGS-84."""
    one, firm = place.premises.record, place.enterprise
    risk: PremisesSummary | None = summaries.get(one.id)
    return {
        "id": one.id,
        "enterprise_id": one.enterprise_id,
        "name": firm.name if firm else "",
        "contact": firm.contact if firm else "",
        "phone": firm.phone if firm else "",
        "address": one.address,
        "hours": one.opening_hours,
        "kind": one.kind.value,
        "class": CLASS_NAMES[risk.risk_class if risk else RiskClass.NONE],
        "inherent_class": one.inherent_class,
        "dangerous_goods": one.dangerous_goods,
        "pin": _pin(one.lon, one.lat, park),
        "unlocated": one.unlocated,
        "href": visit_path(one.id),
        "hazards": [_hazard(some, place.dues[some.record.id]) for some in place.hazards],
        "visits": [
            {
                "id": some.id,
                "start": plain(some.start),
                "reason": some.reason,
                "outcome": some.outcome,
                "found": some.found,
            }
            for some in place.visits
        ],
    }


def visit_path(premises_id: str) -> str:
    """Give the address of the form of a visit to a premises."""
    return f"/visit/{quote(premises_id, safe='')}"


def photos_path(report_id: str) -> str:
    """Give the address to which photos of a report are sent."""
    return photo_path(report_id, "").removesuffix("/")


def _plan(service: Service, sight: Sight, day: date, now: datetime) -> PlanRead | None:
    try:
        return read_plan(service, sight, day, now)
    except NotFoundError:
        return None


def _rules(park: ParkFile, now: datetime) -> dict[str, Any]:
    """Give kinds, categories, and severities with their deadlines, in both languages."""
    return {
        "kinds": [
            {"id": name, "name": one.name, "name_en": one.en} for name, one in park.kinds.items()
        ],
        "categories": [
            {"id": one, **_named(lambda lang, one=one: phrase("category", one, lang))}
            for one in CATEGORIES
        ],
        "severities": [_severity(one, park, now) for one in Severity],
        "outcomes": [
            {"id": one, **_named(lambda lang, one=one: word(f"visit.outcome.{one}", lang))}
            for one in ("done", "shut", "moved", "refused")
        ],
    }


def _severity(one: Severity, park: ParkFile, now: datetime) -> dict[str, Any]:
    days = int(getattr(park.severity, one.value).due_days)
    last = end_of_day(now, days, park) - timedelta(seconds=1)
    return {
        "id": one.value,
        **_named(lambda lang: word(f"severity.{one.value}", lang)),
        "due_days": days,
        "due": last.astimezone(park.zone).date().isoformat(),
    }


def _named(say: Any) -> dict[str, str]:
    zh, en = (say(lang) for lang in LANGS)
    return {"name": zh, "name_en": en}


def _stop(one: StopView, park: ParkFile) -> dict[str, Any]:
    return {
        "id": one.id,
        "number": one.number,
        "premises_id": one.premises_id,
        "enterprise_id": one.enterprise_id,
        "name": one.label,
        "address": one.address,
        "zone": one.zone,
        "class": CLASS_NAMES[one.risk_class],
        "arrive": plain(one.arrive),
        "start": plain(one.start),
        "end": plain(one.end),
        "minutes": one.minutes,
        "confirmed": one.confirmed,
        "reasons": {lang: reasons_of(one, park.zone, lang) for lang in LANGS},
        "links": dict(one.links),
        "href": visit_path(one.premises_id),
    }


def _hazard(stored: Stored[Report], due: datetime | None) -> dict[str, Any]:
    one = stored.record
    return {
        "id": one.id,
        "kind": one.kind,
        "category": one.category,
        "words": one.text,
        "severity": one.severity.value if one.severity else Severity.MINOR.value,
        "state": one.state,
        "etag": stored.etag,
        "reported_at": plain(one.reported_at or one.occurred_to),
        "due": plain(due),
    }


def _pin(lon: float | None, lat: float | None, park: ParkFile) -> dict[str, float] | None:
    if lon is None or lat is None:
        return None
    east, north = (round(float(one), 7) for one in crs.to_wgs84(lon, lat, park.park.datum))
    return {"lon": east, "lat": north}
