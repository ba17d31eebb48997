"""/orders: ordered on a phone, answered at the desk; plain forms, refused ones say why in place."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, cast
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from api import audience, schemas
from api.deps import FROM_OUR_PAGE
from api.forms import refusal_of, tried
from api.languages import Lang, remember_lang
from api.order_pages import (
    act_of,
    lacks_words,
    officer_names,
    order_card,
    refused_card,
    step_name,
    wished,
)
from api.order_views import find_orders, hours_since
from api.page_deps import ThePages
from api.passwords import random_secret
from api.problems import responses, status_of
from api.reading import get_one, names_of
from api.routes.orders import OrderIn, create_order, signed_in, take_step
from api.whose import whose_of
from geo_risk import orderbook
from geo_risk.errors import ForbiddenError, GeoRiskError, InputError
from geo_risk.orders import MACHINE, OTHER, OrderState
from geo_risk.records import Order, Role, may_create
from maps.month import OrderCard, OrderForm, OrdersView, Whose, first_missing, orders_page
from maps.views import Listing, Refusal

if TYPE_CHECKING:
    from api.pages import Pages
    from geo_risk.store import Stored

router = APIRouter(tags=["console"], default_response_class=HTMLResponse)

DOOR = "POST /orders"
_REFUSALS = (401, 403, 404, 503)
_REFUSED: dict[int | str, Any] = dict.fromkeys((403, 409, 412, 422), schemas.REFUSED)
_PAGE_SIZE = 20
_ACTIONS = tuple(one.action for one in MACHINE)
Short = Annotated[str, Form(max_length=100)]
Id = Annotated[str, Form(max_length=200)]
Long = Annotated[str, Form(max_length=2000)]


def asked_orders(
    state: Annotated[str, Query(pattern=f"^({'|'.join(one.value for one in OrderState)})?$")] = "",
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> dict[str, Any]:
    """Give which page of which orders is asked for."""
    return {"state": state, "page": page}


Asked = Annotated[dict[str, Any], Depends(asked_orders)]


@router.get("/orders", responses={200: schemas.PAGE, **responses(*_REFUSALS, 422)})
def show_orders(
    request: Request,
    pages: ThePages,
    lang: Lang,
    asked: Asked,
    enterprise: Annotated[str, Query(max_length=200)] = "",
    q: Annotated[str, Query(max_length=100)] = "",
    done: Annotated[str, Query(max_length=40)] = "",
    *,
    made: bool = False,
) -> Response:
    """Show orders, the newest unanswered first; an enterprise its own, with the form."""
    _check_reader(pages)
    view = _view(pages, asked, lang, _whose(pages, enterprise, q))
    known = next((one for one in _ACTIONS if one == done), "")
    view = replace(view, made=made, done=step_name(known, lang) if known else "")
    return remember_lang(HTMLResponse(orders_page(pages.frame(), lang, view)), request)


def the_order(
    service: Short = "",
    enterprise: Id = "",
    day: Short = "",
    part: Short = "any",
    text: Long = "",
) -> dict[str, str]:
    """Give an order as it was typed, field by field."""
    typed = dict(locals())
    return {name: value.strip() for name, value in typed.items()}


@router.post(
    "/orders",
    status_code=303,
    dependencies=[FROM_OUR_PAGE],
    responses={
        303: {"description": "Ordered; the page shows it."},
        **responses(*_REFUSALS),
        422: schemas.REFUSED,
    },
)
def take_order(
    request: Request,
    pages: ThePages,
    lang: Lang,
    typed: Annotated[dict[str, str], Depends(the_order)],
    key: Short = "",
) -> Response:
    """Take an order; what is missing is said at its field, and everything typed stays."""
    actor = signed_in(pages.sight)
    if not may_create(actor.role, Order, DOOR):
        raise ForbiddenError(
            f"The role {actor.role} does not order.", "The enterprise does, or a clerk for it."
        )
    own = actor.role is Role.ENTERPRISE
    whose = None if own else _whose(pages, typed["enterprise"], "")
    refusal = _lacking(typed)
    if refusal is None:
        made = tried(lambda: _place(pages, typed, key, own=own))
        if not isinstance(made, GeoRiskError):
            return RedirectResponse(f"/orders?{urlencode({'made': 1, 'lang': lang})}", 303)
        refusal = replace(refusal_of(made), field="day" if typed["day"] else "service")
    view = _view(pages, {"state": "", "page": 1}, lang, whose)
    if view.form is not None:
        view = replace(view, form=replace(view.form, typed=typed, refusal=refusal))
    status = status_of(InputError(""), request.url.path)
    return HTMLResponse(orders_page(pages.frame(), lang, view), status)


def the_step(
    action: Short,
    text: Long = "",
    code: Short = "",
    station_id: Id = "",
    officer_id: Id = "",
    at: Short = "",
) -> dict[str, str]:
    """Give a step as it was typed, field by field."""
    typed = dict(locals())
    return {name: value.strip() for name, value in typed.items()}


@router.post(
    "/orders/{order_id}",
    status_code=303,
    dependencies=[FROM_OUR_PAGE],
    responses={
        303: {"description": "Done; the page says where the order stands now."},
        **responses(401, 404, 503),
        **_REFUSED,
    },
)
def take_order_step(
    request: Request,
    order_id: str,
    pages: ThePages,
    lang: Lang,
    asked: Asked,
    typed: Annotated[dict[str, str], Depends(the_step)],
    etag: Short = "",
    key: Short = "",
) -> Response:
    """Take one step of an order; refused, the page comes back with why at that order."""
    audience.check_collection(pages.sight, "orders")
    service, sight = pages.service, pages.sight
    stored = cast("Stored[Order]", get_one(service.store, sight, "orders", order_id))
    (card,) = _cards(pages, [stored], lang)
    refusal = first_missing([*card.forms, *card.more], typed)
    if refusal is None and lacks_words(typed):
        refusal = Refusal("missing", f"{typed['action']}-text")
    status = status_of(InputError(""), request.url.path)
    if refusal is None:
        act = act_of(typed, service.park)
        done = tried(
            lambda: take_step(
                service,
                sight,
                order_id,
                act,
                actor=sight.reader,
                now=pages.now,
                if_match=etag or stored.etag,
                key=f"page-{key}" if key else None,
            )
        )
        if not isinstance(done, GeoRiskError):
            told = urlencode({**asked, "done": typed["action"], "lang": lang})
            return RedirectResponse(f"/orders?{told}", 303)
        refusal, status = refusal_of(done), status_of(done, request.url.path)
    view = _refused(pages, _view(pages, asked, lang, None), stored, typed, refusal, lang)
    return HTMLResponse(orders_page(pages.frame(), lang, view), status)


def _check_reader(pages: Pages) -> None:
    """Let those read who see orders with their names: staff, and the enterprise its own."""
    audience.check_personal(pages.sight, "orders")


def _whose(pages: Pages, enterprise: str, query: str) -> Whose | None:
    """Give for whom a clerk orders, None where the reader orders for itself or not at all."""
    sight = pages.sight
    if sight.reader.role is Role.ENTERPRISE or not may_create(sight.reader.role, Order, DOOR):
        return None
    return whose_of(pages, enterprise, query)


def _view(pages: Pages, asked: dict[str, Any], lang: str, whose: Whose | None) -> OrdersView:
    everything = find_orders(pages.service.store, pages.sight)
    found = [one for one in everything if asked["state"] in {"", one.record.state}]
    page = asked["page"]
    here = found[(page - 1) * _PAGE_SIZE : page * _PAGE_SIZE]
    waits = [
        hours_since(one.record, pages.now)
        for one in everything
        if one.record.state == OrderState.ORDERED
    ]
    orders = may_create(pages.sight.reader.role, Order, DOOR)
    return OrdersView(
        cards=_cards(pages, here, lang),
        listing=Listing(len(found), page, _PAGE_SIZE),
        counts=Counter(one.record.state for one in everything),
        state=asked["state"],
        states=tuple(one.value for one in OrderState),
        form=_form(pages, whose) if orders else None,
        query=f"?{urlencode({**asked, 'lang': lang})}",
        key=random_secret()[:24],
        oldest_hours=max(waits, default=0),
    )


def _form(pages: Pages, whose: Whose | None) -> OrderForm:
    tomorrow = pages.now.astimezone(pages.service.park.zone) + timedelta(days=1)
    if whose is None and pages.sight.reader.role is not Role.ENTERPRISE:
        whose = Whose()
    services = orderbook.services_of(pages.service.store, pages.now)
    return OrderForm(services, tomorrow.date(), whose)


def _cards(pages: Pages, found: list[Stored[Order]], lang: str) -> tuple[OrderCard, ...]:
    service, sight = pages.service, pages.sight
    owners = [one.record.enterprise_id for one in found]
    names = names_of(service.store, sight, owners) if owners else {}
    officers = officer_names(service, sight, pages.now)
    ids = [one.record.id for one in found]
    steps = orderbook.steps_of(service.store, ids, actor=sight.reader)
    return tuple(
        order_card(service, sight, one, steps[one.record.id], names, officers, pages.now, lang)
        for one in found
    )


def _lacking(typed: dict[str, str]) -> Refusal | None:
    if not typed["service"]:
        return Refusal("missing", "service")
    if typed["service"] == OTHER and not typed["text"]:
        return Refusal("missing", "text")
    try:
        datetime.fromisoformat(typed["day"] or "2000-01-01")
    except ValueError:
        return Refusal("no_date", "day")
    return None


def _place(pages: Pages, typed: dict[str, str], key: str, *, own: bool) -> Response:
    """Keep the order by the door of every order."""
    begin, end = wished(typed, pages.service.park)
    body = OrderIn(
        service=typed["service"],
        enterprise_id="" if own else typed["enterprise"],
        window_from=begin,
        window_to=end,
        text=typed["text"],
    )
    once = f"page-{key}" if key else None
    return create_order(body, pages.service, pages.sight, pages.now, once)


def _refused(
    pages: Pages,
    view: OrdersView,
    stored: Stored[Order],
    typed: dict[str, str],
    refusal: Refusal,
    lang: str,
) -> OrdersView:
    """Put a refusal at its order; one that is not on this page any more is put on top of it."""
    cards = list(view.cards)
    if all(one.id != stored.record.id for one in cards):
        fresh = cast(
            "Stored[Order]",
            get_one(pages.service.store, pages.sight, "orders", stored.record.id),
        )
        cards[:0] = _cards(pages, [fresh], lang)
    place = next(n for n, one in enumerate(cards) if one.id == stored.record.id)
    if refusal.field:
        refusal = replace(refusal, field=f"{place + 1}-{refusal.field}")
    cards[place] = refused_card(cards[place], typed, refusal)
    return replace(view, cards=tuple(cards))
