"""What /visit is filled with, and what its form says: the same body that a phone sends.

Takes the filler of pages and a form's fields, gives views, the body, and the fields that lack
something. Nothing is written here.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from uuid import UUID, uuid4

from api.field_day import visit_path
from api.field_places import PlaceRead, places_of
from api.passwords import random_secret
from api.reading import photo_path
from geo_risk.casework import CATEGORIES, Case, end_of_day, lateness
from geo_risk.errors import NotFoundError
from geo_risk.photobook import MOST
from geo_risk.records import Severity, VisitOutcome
from geo_risk.visitbook import UNDO_S
from maps.month import (
    BLOCKS,
    OUTCOMES,
    OpenHazard,
    PastVisit,
    SavedConflict,
    SavedHazard,
    SavedView,
    VisitView,
)
from maps.words import word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.pages import Pages
    from geo_risk.park import ParkFile
    from geo_risk.records import Report
    from geo_risk.store import Answer, Stored
    from maps.views import Refusal

    Typed = Mapping[str, str]

_NOT_SAID = frozenset({"csrf", "took", "start", "lon", "lat", "accuracy"})

_MOST_DIGITS = 4
_LONGEST = timedelta(hours=12)
"""A form left open longer than that says nothing of how long a visit was."""


@dataclass(frozen=True)
class VisitForm:
    """A form as it was sent: texts by name, photos as bytes by number of the new hazard."""

    texts: Mapping[str, str]
    photos: Mapping[int, tuple[bytes, ...]]

    def get(self, name: str) -> str:
        """Give what was typed in a field, '' for nothing."""
        return self.texts.get(name, "")

    @property
    def digest(self) -> str:
        """What says whether the same is sent again: all that was typed, not how long it took."""
        told = {name: text for name, text in self.texts.items() if name not in _NOT_SAID}
        return hashlib.sha256(f"visit\n{sorted(told.items())!r}".encode()).hexdigest()

    @property
    def looked(self) -> bool:
        """Whether the visit could look."""
        return (self.get("outcome") or "done") == "done"

    @property
    def blocks(self) -> list[int]:
        """Numbers of the new hazards in use."""
        if self.get("found") != "some":
            return []
        names = ("category", "severity", "text")
        return [
            b
            for b in range(BLOCKS)
            if not b or self.photos.get(b) or any(self.get(f"{name}-{b}") for name in names)
        ]

    @property
    def cases(self) -> list[int]:
        """Numbers of the open hazards that it names."""
        names = (one.partition("-")[2] for one in self.texts if one.startswith("case-"))
        return sorted(int(one) for one in names if one.isdecimal() and len(one) < _MOST_DIGITS)


def read_form(sent: Mapping[str, Sequence[Any]]) -> VisitForm:
    """Give a form's fields by name; of several texts of one name the last counts."""
    texts = {name: some[-1] for name, some in sent.items() if isinstance(some[-1], str)}
    photos = {}
    for b in range(BLOCKS):
        found = tuple(one for one in sent.get(f"photo-{b}", ()) if isinstance(one, bytes) and one)
        if found:
            photos[b] = found
    return VisitForm(texts, photos)


def visit_view(
    pages: Pages,
    premises_id: str,
    *,
    week: str = "",
    planned_id: str = "",
    undone: str = "",
    form: VisitForm | None = None,
    wrong: Mapping[str, str] | None = None,
    refusal: Refusal | None = None,
) -> VisitView:
    """Fill the form of a visit.

    Parameters
    ----------
    pages
        Of the request.
    premises_id
        Where.
    week, planned_id, undone
        As of `VisitView`.
    form, wrong, refusal
        What was sent before, and what it lacks.

    Raises
    ------
    NotFoundError
        When there is no such premises.
    """
    place = place_at(pages, premises_id)
    one, firm, park = place.premises.record, place.enterprise, pages.service.park
    typed = form.texts if form else {}
    again = refusal is not None and refusal.code == "repeated"
    keys = [typed.get("key", "") if not again else ""]
    keys[0] = keys[0] or random_secret()[:24]
    keys += [typed.get(f"finding-{b}") or str(uuid4()) for b in range(BLOCKS)]
    return VisitView(
        premises_id=one.id,
        name=(firm.name if firm else "") or one.enterprise_id or one.id,
        action=visit_path(one.id),
        dues=dues_of(park, pages.now),
        categories=CATEGORIES,
        today=pages.now.astimezone(park.zone).date(),
        keys=tuple(keys),
        start=_begun(form, pages.now) if form else pages.now,
        address=one.address,
        contact=firm.contact if firm else "",
        phone=firm.phone if firm else "",
        hours=one.opening_hours,
        located=one.is_located,
        hazards=tuple(_hazard(pages, place, some) for some in place.hazards),
        past=tuple(
            PastVisit(some.start, some.found if some.outcome == VisitOutcome.DONE else None)
            for some in place.visits
            if some.outcome != VisitOutcome.WITHDRAWN
        ),
        week=typed.get("week", week),
        planned_id=typed.get("planned", planned_id),
        typed=typed,
        wrong=wrong or {},
        refusal=refusal,
        undone=undone,
    )


def place_at(pages: Pages, premises_id: str) -> PlaceRead:
    """Read one premises; raises NotFoundError where there is none."""
    found = places_of(pages.service, pages.sight, [premises_id], pages.now)
    if premises_id not in found:
        raise NotFoundError(f"There is no {premises_id!r} in premises.", "Check the id.")
    return found[premises_id]


def dues_of(park: ParkFile, now: datetime) -> dict[str, datetime]:
    """Give the deadline of each severity found now: the first moment after it, gravest first."""
    return {
        one.value: end_of_day(now, int(getattr(park.severity, one.value).due_days), park)
        for one in Severity
    }


def lacking(
    form: VisitForm, dues: Mapping[str, datetime], park: ParkFile, now: datetime
) -> dict[str, str]:
    """Give the fields that lack something: id to the code of the words, in the page's order."""
    wrong: dict[str, str] = {}
    if form.looked:
        wrong |= {f"fixed-{i}": "fixed" for i in form.cases if not form.get(f"fixed-{i}")}
        if form.get("found") not in {"none", "some"}:
            wrong["found"] = "found"
    for b in form.blocks:
        if form.get(f"category-{b}") not in CATEGORIES:
            wrong[f"category-{b}"] = "category"
        severity = form.get(f"severity-{b}")
        if severity not in dues:
            wrong[f"severity-{b}"] = "severity"
        if not form.photos.get(b) and not form.get(f"nophoto-{b}"):
            wrong[f"photo-{b}"] = "photo"
        if len(form.photos.get(b, ())) > MOST:
            wrong[f"photo-{b}"] = "photo_many"
        if not _is_due(form.get(f"due-{b}"), dues.get(severity), park, now):
            wrong[f"due-{b}"] = "due"
    return wrong


def values_of(form: VisitForm, premises_id: str, now: datetime, lang: str) -> dict[str, Any]:
    """Give the body that a phone would send; the visit ends now."""
    week = form.get("week")
    lon, lat, accuracy = (_number(form.get(one)) for one in ("lon", "lat", "accuracy"))
    pinned = form.get("pin_wrong") and None not in {lon, lat, accuracy}
    answers = {"yes": True, "no": False}
    return {
        "premises_id": premises_id,
        "plan": {"week": week, "visit": form.get("planned")} if week else None,
        "start": _begun(form, now).isoformat(),
        "end": now.isoformat(),
        "outcome": form.get("outcome") if form.get("outcome") in OUTCOMES else "done",
        "rechecks": [
            {
                "report_id": form.get(f"case-{i}"),
                "fixed": answers[form.get(f"fixed-{i}")],
                "words": form.get(f"words-{i}"),
                "state_seen": form.get(f"state-{i}"),
            }
            for i in (form.cases if form.looked else ())
            if form.get(f"fixed-{i}") in answers
        ],
        "findings": [_finding(form, b, lang) for b in form.blocks],
        "note": form.get("note"),
        "pin_wrong": bool(form.get("pin_wrong")),
        "pin": {"lon": lon, "lat": lat, "accuracy_m": accuracy} if pinned else None,
    }


def saved_view(pages: Pages, premises_id: str, answer: Answer, next_stop: Any) -> SavedView:
    """Fill the page that says saved from what the saving was answered."""
    place = place_at(pages, premises_id)
    body = json.loads(answer.body)
    firm = place.enterprise
    left = UNDO_S - (pages.now - (answer.at or pages.now)).total_seconds()
    return SavedView(
        receipt=body["receipt"],
        visit_id=body["visit"]["id"],
        action=visit_path(premises_id),
        name=(firm.name if firm else "") or premises_id,
        seconds=max(0, round(left)),
        hazards=tuple(SavedHazard(one["id"], _moment(one["due"])) for one in body["reports"]),
        conflicts=tuple(
            SavedConflict(
                one["report_id"],
                other["state"],
                other["by"],
                _moment(other["at"]) or pages.now,
                other["said"],
            )
            for one in body["rechecks"]
            if (other := one["conflict"])
        ),
        joined=bool(body["joined"]),
        place=body["premises"]["place"],
        next=next_stop,
    )


def saved_address(premises_id: str, key: str, lang: str) -> str:
    """Give the address of the page that says saved."""
    return f"{visit_path(premises_id)}/saved?key={quote(key, safe='')}&lang={lang}"


def _hazard(pages: Pages, place: PlaceRead, stored: Stored[Report]) -> OpenHazard:
    one, due = stored.record, place.dues[stored.record.id]
    late = lateness(Case(one, due, None), pages.service.park.as_of(pages.now))
    photos = pages.service.store.photos_of("reports", one.id)
    return OpenHazard(
        id=one.id,
        severity=(one.severity or Severity.MINOR).value,
        category=one.category,
        text=one.text,
        state=one.state,
        found_at=one.reported_at or one.occurred_to,
        due=due,
        days_late=late.days if late else 0,
        level=late.level if late else 0,
        unprotected=bool(late and late.unprotected),
        photo=photo_path(one.id, photos[-1]) if photos else "",
    )


def _finding(form: VisitForm, b: int, lang: str) -> dict[str, Any]:
    why = form.get(f"nophoto-{b}")
    said = [form.get(f"text-{b}"), word("visit.nophoto_said", lang, why=why) if why else ""]
    return {
        "key": str(_uuid(form.get(f"finding-{b}"))),
        "kind": "hazard",
        "category": form.get(f"category-{b}"),
        "severity": form.get(f"severity-{b}"),
        "words": "\n".join(one for one in said if one),
        "due": form.get(f"due-{b}") or None,
    }


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return uuid4()


def _begun(form: VisitForm, now: datetime) -> datetime:
    """Give when the visit began: so long ago as the phone counted, else when the form was made."""
    took = _number(form.get("took"))
    if took is not None and 0 <= took <= _LONGEST.total_seconds():
        return now - timedelta(seconds=took)
    begun = _moment(form.get("start"))
    return begun if begun is not None and now - _LONGEST <= begun <= now else now


def _is_due(text: str, end: datetime | None, park: ParkFile, now: datetime) -> bool:
    """Say whether a deadline may be so: none, or a day from today to the rule's."""
    if not text:
        return True
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return False
    last = (end or now) - timedelta(seconds=1)
    return now.astimezone(park.zone).date() <= day <= last.astimezone(park.zone).date()


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _moment(text: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
