"""Orders as their page shows them: cards with their next steps, and the form that orders.

Takes orders already read for their reader, gives the frozen values of `maps.month`. What an
enterprise is not told (accounts, the station's own words) is left out as by every other door.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from api.case_pages import move_name, station_names
from api.order_views import hours_since, is_told
from geo_risk.orders import Act, OrderState, agreed_of, may_be_missed, possible
from geo_risk.orders.states import (
    ACCEPT,
    AGREE,
    ANSWERS,
    COMPLETE,
    CONFIRM,
    MACHINE,
    MISS,
    SATISFIED,
)
from geo_risk.records import Officer, Order
from geo_risk.store import Query
from maps.month import OrderCard, StepField, StepForm, StepTaken, refused_forms
from maps.words import phrase, word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.audience import Sight
    from api.service import Service
    from geo_risk.orders.states import Move
    from geo_risk.park import ParkFile
    from geo_risk.records import Step
    from geo_risk.store import Stored
    from maps.views import Refusal

Typed = Mapping[str, str]
Names = Mapping[str, str]

_ONE_PRESS = (ACCEPT, COMPLETE)
"""Steps for which the desk types nothing."""

_LEAD_ON = frozenset({ACCEPT, AGREE, CONFIRM})
"""Steps that are always in sight; the others are behind one press."""


def order_card(
    service: Service,
    sight: Sight,
    stored: Stored[Order],
    steps: Sequence[Step],
    names: Names,
    officers: Names,
    now: datetime,
    lang: str,
) -> OrderCard:
    """Give one order for the actor that reads it.

    Parameters
    ----------
    service, sight
        Whoever reads is signed in.
    stored, steps
        The order, with its words where they may be seen; its steps.
    names, officers
        Of enterprises and officers, by id; {} where they are not told.
    now, lang
        Time of the request, language of the page.
    """
    order = stored.record
    agreed = agreed_of(steps)
    stations = station_names(service, now)
    moves = possible(order, steps, sight.actor) if sight.actor else []
    forms = [
        _form(one, officers, stations, lang)
        for one in moves
        if one.action != MISS or may_be_missed(steps, now)
    ]
    press = next((one for one in forms if one.action in _ONE_PRESS), None)
    station = next((one.station_id for one in reversed(steps) if one.station_id), "")
    answers = [one.code for one in steps if one.action == CONFIRM]
    return OrderCard(
        id=order.id,
        etag=stored.etag,
        service=order.service,
        state=order.state,
        ordered_at=order.ordered_at,
        window_from=order.window_from,
        window_to=order.window_to,
        hours=hours_since(order, now) if order.state == OrderState.ORDERED else None,
        agreed=agreed.due if agreed else None,
        name=names.get(order.enterprise_id, ""),
        officer=officers.get(agreed.other_id, "") if agreed else "",
        station=stations.get(station, ""),
        text=order.text,
        answer=answers[-1] if answers and answers[-1] in ANSWERS else "",
        press=press,
        forms=tuple(one for one in forms if one is not press and one.action in _LEAD_ON),
        more=tuple(one for one in forms if one is not press and one.action not in _LEAD_ON),
        taken=tuple(_taken(one, sight, stations, officers, lang) for one in steps),
    )


def officer_names(service: Service, sight: Sight, now: datetime) -> dict[str, str]:
    """Give the names of the officers there are, by id; {} for who is not told."""
    if "officers" not in sight.personal:
        return {}
    found = service.store.find(Query("officers", valid_at=now, personal=True), actor=sight.reader)
    return {
        one.record.id: one.record.name or one.record.id
        for one in found
        if isinstance(one.record, Officer)
    }


def act_of(typed: Typed, park: ParkFile) -> Act:
    """Give a step as it was typed; a time that is none is left out, so that it is missed."""
    return Act(
        typed.get("action", ""),
        typed.get("text", ""),
        typed.get("code", ""),
        typed.get("station_id", ""),
        typed.get("officer_id", ""),
        _moment(typed.get("at", ""), park),
    )


def refused_card(card: OrderCard, typed: Typed, refusal: Refusal) -> OrderCard:
    """Give an order again with why, and with everything that was typed."""
    forms, words = refused_forms([*card.forms, *card.more], typed)
    lead = len(card.forms)
    return replace(card, forms=forms[:lead], more=forms[lead:], refusal=refusal, typed=words)


def step_name(action: str, lang: str) -> str:
    """Give the name of a step in a language."""
    move = next((one for one in MACHINE if one.action == action), None)
    return move_name(move, lang) if move else action


def wished(typed: Typed, park: ParkFile) -> tuple[datetime, datetime] | tuple[None, None]:
    """Give the window that a day and its part mean; none where no day was named.

    Parameters
    ----------
    typed
        `day` as YYYY-MM-DD, `part` of `maps.month.orders.PARTS`.
    park
        Its shifts: the first is the morning, the last the afternoon.

    Raises
    ------
    ValueError
        When the day is none.
    """
    if not typed.get("day"):
        return None, None
    hours = sorted(park.plan.hours)
    spans = {
        "morning": hours[0],
        "afternoon": hours[-1],
        "any": (hours[0][0], hours[-1][1]),
    }
    begin, end = spans.get(typed.get("part", ""), spans["any"])
    midnight = datetime.combine(date.fromisoformat(typed["day"]), time(), tzinfo=park.zone)
    return midnight + timedelta(minutes=begin), midnight + timedelta(minutes=end)


def _form(move: Move, officers: Names, stations: Names, lang: str) -> StepForm:
    fields: list[StepField] = []
    for name in move.needs:
        if name == "code":
            codes = tuple((one, word(f"order_answer.{one}", lang)) for one in ANSWERS)
            fields += [StepField("code", "choice", codes), StepField("text", needed=False)]
        elif name == "at":
            fields.append(StepField("at", "moment"))
        else:
            fields.append(StepField(name, label=f"order.{move.action}"))
    if move.action == AGREE:
        fields += [
            StepField("officer_id", "choice", tuple(officers.items()), needed=False),
            StepField(
                "station_id", "choice", tuple(stations.items()), needed=False, label="order.station"
            ),
        ]
    return StepForm(move.action, move_name(move, lang), tuple(fields))


def lacks_words(typed: Typed) -> bool:
    """Say whether a receipt other than `satisfied` comes without a word of why."""
    return (
        typed.get("action") == CONFIRM
        and typed.get("code") not in {"", SATISFIED}
        and not typed.get("text")
    )


def _taken(step: Step, sight: Sight, stations: Names, officers: Names, lang: str) -> StepTaken:
    who = phrase("role", step.role, lang) if sight.is_station and step.role else ""
    said = {
        "officer_id": officers.get(step.other_id, ""),
        "station_id": stations.get(step.station_id, "") if step.station_id else "",
    }
    details = [
        (word("step_field.officer_id", lang), said["officer_id"]),
        (word("step_field.order.station", lang), said["station_id"]),
    ]
    if step.code in ANSWERS:
        details.append((word("step_field.code", lang), word(f"order_answer.{step.code}", lang)))
    told = sight.is_station or is_told(step)
    return StepTaken(
        step_name(step.action, lang),
        step.at,
        who,
        step.text if told else "",
        tuple((label, value) for label, value in details if value),
    )


def _moment(text: str, park: ParkFile) -> datetime | None:
    """Give a time as a browser sends it, None where it is none; without a zone it is the park's."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=park.zone)
