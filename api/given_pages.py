"""Guidance and campaigns as their pages show them; what a park gave in a month, as figures.

Takes records already read for their reader, gives the frozen values of `maps.month` and plain
figures. An enterprise reads what was agreed with it, not who was there.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

from api.case_pages import station_names
from api.order_pages import officer_names
from api.passwords import random_secret
from api.reading import find_all, names_of
from geo_risk import guidancebook, monthly, orderbook
from geo_risk.guidance import NOT_KEPT, OUTCOMES, PROMISE, measure_guidance, outcome_of, promised_in
from geo_risk.orders import measure_orders
from geo_risk.records import Actor, Campaign, Guidance, Role, Topic, may_create
from geo_risk.records.deadlines import is_overdue
from geo_risk.stations import people_served
from geo_risk.store import Query
from maps.month import (
    CampaignRow,
    CampaignsView,
    GivenForm,
    GuidanceRow,
    GuidanceView,
    StepField,
    StepForm,
    Whose,
    refused_forms,
)
from maps.views import Listing
from maps.words import word

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from api.pages import Pages
    from api.service import Service
    from geo_risk.records import Order, ServiceEvent, Step
    from maps.views import Refusal

PAGE_SIZE = 20
_READER = Actor(id="given", role=Role.KEEPER, door="http")
GUIDANCE_DOOR, CAMPAIGN_DOOR = "POST /guidance", "POST /campaigns"
SETTLES = frozenset({Role.OFFICER, Role.CLERK, Role.CHIEF})
"""Who says what came of a promise."""


def guidance_view(pages: Pages, page: int, whose: Whose, lang: str) -> GuidanceView:
    """Give one page of guidance: what is promised and over its day first, then the newest."""
    service, sight = pages.service, pages.sight
    found = [
        cast("Guidance", one.record) for one in find_all(service.store, sight, Query("guidance"))
    ]
    words = sight.reader if "guidance" in sight.personal else None
    steps = guidancebook.steps_of(service.store, [one.id for one in found], actor=words)
    waits = {one.id: promised_in(steps[one.id]) for one in found}
    late = {name for name, one in waits.items() if one and is_overdue(one.due, pages.now)}
    found.sort(key=lambda one: (one.at, one.id), reverse=True)
    found.sort(key=lambda one: one.id not in late)
    here = found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    owners = [one.enterprise_id for one in here]
    names = names_of(service.store, sight, owners) if owners else {}
    officers = officer_names(service, sight, pages.now)
    settles = sight.reader.role in SETTLES
    return GuidanceView(
        rows=tuple(
            replace(
                _guidance_row(one, steps[one.id], names, lang, settles=settles),
                officer=officers.get(one.officer_id, ""),
                late=one.id in late,
            )
            for one in here
        ),
        listing=Listing(len(found), page, PAGE_SIZE),
        form=_form(pages, whose, officers)
        if may_create(sight.reader.role, Guidance, GUIDANCE_DOOR)
        else None,
        waiting=sum(one is not None for one in waits.values()),
        late=len(late),
        key=random_secret()[:24],
    )


def refused_guidance(
    view: GuidanceView, guidance_id: str, typed: Mapping[str, str], refusal: Refusal
) -> GuidanceView:
    """Put a refusal at its guidance, with everything that was typed."""
    rows = list(view.rows)
    for place, row in enumerate(rows):
        if row.id == guidance_id:
            forms, words = refused_forms([row.settle] if row.settle else [], typed)
            field = f"{place + 1}-{refusal.field}" if refusal.field else ""
            settle = forms[0] if forms else None
            rows[place] = replace(
                row, settle=settle, refusal=replace(refusal, field=field), typed=words
            )
    return replace(view, rows=tuple(rows))


def campaigns_view(pages: Pages, page: int, whose: Whose) -> CampaignsView:
    """Give one page of campaigns, the newest first, with this month's counts."""
    service, sight = pages.service, pages.sight
    found = [
        cast("Campaign", one.record) for one in find_all(service.store, sight, Query("campaigns"))
    ]
    found.sort(key=lambda one: (one.at, one.id), reverse=True)
    month = monthly.month_of(pages.now, service.park)
    mine = [one for one in found if monthly.month_of(one.at, service.park) == month]
    here = found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    owners = [one.enterprise_id for one in here if one.enterprise_id]
    names = names_of(service.store, sight, owners) if owners else {}
    return CampaignsView(
        rows=tuple(
            CampaignRow(one.id, one.at, one.topic, one.people, names.get(one.enterprise_id, ""))
            for one in here
        ),
        listing=Listing(len(found), page, PAGE_SIZE),
        month=month,
        held=len(mine),
        people=sum(one.people for one in mine),
        by_topic=tuple(_people_by_topic(mine).items()),
        form=_form(pages, whose, {})
        if may_create(sight.reader.role, Campaign, CAMPAIGN_DOOR)
        else None,
        key=random_secret()[:24],
    )


def given_figures(service: Service, month: str, now: datetime) -> dict[str, Any]:
    """Give what the park gave in a month: orders, services by station, guidance, campaigns.

    Counts only, nobody's name: the same for every reader of the station.
    """
    store, park = service.store, service.park
    begin, end = monthly.begin_of(month, park), monthly.end_of(month, park)

    def all_of(collection: str) -> list[Any]:
        found = store.find(Query(collection), actor=_READER)
        return [one.record for one in found]

    orders = cast("list[Order]", all_of("orders"))
    placed = [one for one in orders if begin <= one.ordered_at < end]
    answered = orderbook.steps_of(store, [one.id for one in placed])
    given = cast("list[Guidance]", all_of("guidance"))
    held = [one for one in cast("list[Campaign]", all_of("campaigns")) if begin <= one.at < end]
    events = store.find(Query("services", time_from=begin, time_to=end), actor=_READER)
    served = people_served([cast("ServiceEvent", one.record) for one in events], begin, end)
    names = station_names(service, now)
    return {
        "month": month,
        "orders": asdict(measure_orders(placed, answered, begin, end)),
        "stations": [
            {
                "id": one,
                "name": names.get(one, one),
                "people": sum(some.values()),
                "by_service": some,
            }
            for one, some in sorted(served.items(), key=lambda pair: (-sum(pair[1].values()), pair))
        ],
        "guidance": asdict(measure_guidance(given, guidancebook.steps_of(store), begin, end, now)),
        "campaigns": {
            "held": len(held),
            "people": sum(one.people for one in held),
            "by_topic": _people_by_topic(held),
        },
    }


def _guidance_row(
    one: Guidance, steps: Sequence[Step], names: Mapping[str, str], lang: str, *, settles: bool
) -> GuidanceRow:
    promised = next((step for step in steps if step.action == PROMISE), None)
    ended = outcome_of(steps)
    waits = promised_in(steps) is not None
    return GuidanceRow(
        id=one.id,
        at=one.at,
        topics=one.topics,
        name=names.get(one.enterprise_id, ""),
        text=one.text,
        next_text=promised.text if promised else "",
        next_due=promised.due if promised else None,
        outcome=ended.code if ended else "",
        outcome_text=ended.text if ended else "",
        settle=_settle_form(lang) if waits and settles else None,
    )


def _settle_form(lang: str) -> StepForm:
    codes = tuple((one, word(f"guidance.outcome_of.{one}", lang)) for one in OUTCOMES)
    fields = (StepField("code", "choice", codes), StepField("text", needed=False))
    return StepForm("settle", "", fields)


def lacks_words(typed: Mapping[str, str]) -> bool:
    """Say whether a promise that was not kept comes without a word of why."""
    return typed.get("code") == NOT_KEPT and not typed.get("text")


def _form(pages: Pages, whose: Whose, officers: Mapping[str, str]) -> GivenForm:
    local = pages.now.astimezone(pages.service.park.zone)
    return GivenForm(
        topics=tuple(one.value for one in Topic),
        whose=whose,
        now=f"{local:%Y-%m-%dT%H:%M}",
        first_day=(local + timedelta(days=1)).date(),
        officers=tuple(officers.items()),
    )


def _people_by_topic(held: Sequence[Campaign]) -> dict[str, int]:
    counted: Counter[str] = Counter()
    for one in held:
        counted[one.topic] += one.people
    return dict(sorted(counted.items(), key=lambda pair: (-pair[1], pair[0])))
