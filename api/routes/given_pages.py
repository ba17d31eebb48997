"""/guidance and /campaigns: written down by the form, listed with what came of it."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from api import audience, schemas
from api.deps import FROM_OUR_PAGE
from api.forms import amount_of, refusal_of, tried
from api.given_pages import (
    CAMPAIGN_DOOR,
    GUIDANCE_DOOR,
    SETTLES,
    campaigns_view,
    guidance_view,
    lacks_words,
    refused_guidance,
)
from api.languages import Lang, remember_lang
from api.ogc.given import CampaignIn, CampaignProperties, GuidanceIn, GuidanceProperties
from api.page_deps import ThePages
from api.problems import responses, status_of
from api.routes.entries import create_campaign, create_guidance
from api.whose import whose_of
from geo_risk import guidancebook
from geo_risk.errors import AuthError, ForbiddenError, GeoRiskError, InputError
from geo_risk.records import Campaign, Guidance, Topic, may_create
from geo_risk.store import Answer, Idempotency
from maps.month import Whose, campaigns_page, guidance_page
from maps.views import Refusal

if TYPE_CHECKING:
    from api.pages import Pages
    from geo_risk.records import Actor, Record

router = APIRouter(tags=["console"], default_response_class=HTMLResponse)

_REFUSALS = (401, 403, 404, 503)
_KEPT: dict[int | str, Any] = {
    303: {"description": "Kept; the page shows it."},
    **responses(*_REFUSALS),
    422: schemas.REFUSED,
}
Short = Annotated[str, Form(max_length=100)]
Id = Annotated[str, Form(max_length=200)]
Long = Annotated[str, Form(max_length=5000)]
Text = Annotated[str, Query(max_length=200)]
Number = Annotated[int, Query(ge=1, le=100_000)]
Topics = Annotated[list[str], Form(default_factory=list, max_length=len(Topic))]


@router.get("/guidance", responses={200: schemas.PAGE, **responses(*_REFUSALS, 422)})
def show_guidance(
    request: Request,
    pages: ThePages,
    lang: Lang,
    page: Number = 1,
    enterprise: Text = "",
    q: Text = "",
    *,
    made: bool = False,
    done: bool = False,
) -> Response:
    """Show guidance with what was promised; an enterprise what was agreed with it."""
    audience.check_personal(pages.sight, "guidance")
    view = guidance_view(pages, page, whose_of(pages, enterprise, q), lang)
    text = guidance_page(pages.frame(), lang, replace(view, made=made, done=done))
    return remember_lang(HTMLResponse(text), request)


def the_guidance(
    topics: Topics,
    enterprise: Id = "",
    officer: Id = "",
    at: Short = "",
    text: Long = "",
    next_step: Annotated[str, Form(max_length=2000)] = "",
    next_by: Short = "",
) -> dict[str, str]:
    """Give guidance as it was typed, field by field; topics joined by a comma."""
    typed = {**locals(), "topics": ",".join(topics)}
    return {name: value.strip() for name, value in typed.items()}


@router.post("/guidance", status_code=303, dependencies=[FROM_OUR_PAGE], responses=_KEPT)
def take_guidance(
    request: Request,
    pages: ThePages,
    lang: Lang,
    typed: Annotated[dict[str, str], Depends(the_guidance)],
    key: Short = "",
) -> Response:
    """Write guidance down; what is missing is said at its field, and everything typed stays."""
    _check_maker(pages, Guidance, GUIDANCE_DOOR)
    whose = whose_of(pages, typed["enterprise"], "")
    refusal = _lacking_guidance(whose, typed)
    if refusal is None:
        made = tried(lambda: _keep_guidance(pages, whose.id, typed, key))
        if not isinstance(made, GeoRiskError):
            return RedirectResponse(f"/guidance?{urlencode({'made': 1, 'lang': lang})}", 303)
        refusal = replace(refusal_of(made), field="next_by" if "next" in str(made) else "at")
    view = guidance_view(pages, 1, whose, lang)
    if view.form is not None:
        view = replace(view, form=replace(view.form, typed=typed, refusal=refusal))
    return _again(request, guidance_page(pages.frame(), lang, view))


@router.post(
    "/guidance/{guidance_id}",
    status_code=303,
    dependencies=[FROM_OUR_PAGE],
    responses={**_KEPT, 409: schemas.REFUSED},
)
def settle_guidance(
    request: Request,
    guidance_id: str,
    pages: ThePages,
    lang: Lang,
    code: Short = "",
    text: Long = "",
    key: Short = "",
) -> Response:
    """Say what came of a promise; refused, the page comes back with why at that guidance."""
    actor = _signed_in(pages)
    if actor.role not in SETTLES:
        raise ForbiddenError(f"The role {actor.role} does not settle this.", "An officer does.")
    typed = {"action": "settle", "code": code, "text": text.strip()}
    refusal = Refusal("missing", "settle-code") if not code else None
    if refusal is None and lacks_words(typed):
        refusal = Refusal("missing", "settle-text")
    status = status_of(InputError(""), request.url.path)
    if refusal is None:
        told = hashlib.sha256(f"{guidance_id}\n{sorted(typed.items())!r}".encode()).hexdigest()
        once = Idempotency(f"page-{key}", told, lambda _: Answer(303, "")) if key else None
        done = tried(
            lambda: guidancebook.settle_by_hand(
                pages.service.store,
                guidance_id,
                code,
                typed["text"],
                actor=actor,
                at=pages.now,
                idempotency=once,
            )
        )
        if not isinstance(done, GeoRiskError):
            return RedirectResponse(f"/guidance?{urlencode({'done': 1, 'lang': lang})}", 303)
        refusal, status = refusal_of(done), status_of(done, request.url.path)
    view = guidance_view(pages, 1, Whose(), lang)
    page = guidance_page(pages.frame(), lang, refused_guidance(view, guidance_id, typed, refusal))
    return HTMLResponse(page, status)


@router.get("/campaigns", responses={200: schemas.PAGE, **responses(*_REFUSALS, 422)})
def show_campaigns(
    request: Request,
    pages: ThePages,
    lang: Lang,
    page: Number = 1,
    enterprise: Text = "",
    q: Text = "",
    *,
    made: bool = False,
) -> Response:
    """Show campaigns and how many people this month's reached."""
    audience.check_staff(pages.sight)
    view = campaigns_view(pages, page, whose_of(pages, enterprise, q))
    text = campaigns_page(pages.frame(), lang, replace(view, made=made))
    return remember_lang(HTMLResponse(text), request)


@router.post("/campaigns", status_code=303, dependencies=[FROM_OUR_PAGE], responses=_KEPT)
def take_campaign(
    request: Request,
    pages: ThePages,
    lang: Lang,
    topic: Short = "",
    enterprise: Id = "",
    at: Short = "",
    people: Short = "",
    key: Short = "",
) -> Response:
    """Write a campaign down; what is missing is said at its field, and everything typed stays."""
    _check_maker(pages, Campaign, CAMPAIGN_DOOR)
    typed = {"topic": topic, "at": at, "people": people.strip()}
    whose = whose_of(pages, enterprise, "")
    refusal = _lacking_campaign(typed)
    if refusal is None:
        made = tried(lambda: _keep_campaign(pages, whose.id, typed, key))
        if not isinstance(made, GeoRiskError):
            return RedirectResponse(f"/campaigns?{urlencode({'made': 1, 'lang': lang})}", 303)
        refusal = replace(refusal_of(made), field="at")
    view = campaigns_view(pages, 1, whose)
    if view.form is not None:
        view = replace(view, form=replace(view.form, typed=typed, refusal=refusal))
    return _again(request, campaigns_page(pages.frame(), lang, view))


def _keep_guidance(pages: Pages, whose: str, typed: dict[str, str], key: str) -> Response:
    """Keep guidance by the door of all guidance."""
    body = GuidanceIn(
        properties=GuidanceProperties(
            enterprise_id=whose,
            officer_id=typed["officer"],
            at=_moment(typed["at"]),
            topics=tuple(Topic(one) for one in typed["topics"].split(",")),
            text=typed["text"],
            next_step=typed["next_step"],
            next_by=date.fromisoformat(typed["next_by"]) if typed["next_by"] else None,
        )
    )
    return create_guidance(body, pages.service, pages.sight, pages.now, _once(key))


def _keep_campaign(pages: Pages, whose: str, typed: dict[str, str], key: str) -> Response:
    """Keep a campaign by the door of all campaigns."""
    body = CampaignIn(
        properties=CampaignProperties(
            topic=Topic(typed["topic"]),
            at=_moment(typed["at"]),
            people=int(amount_of(typed["people"]) or 0),
            enterprise_id=whose,
        )
    )
    return create_campaign(body, pages.service, pages.sight, pages.now, _once(key))


def _lacking_guidance(whose: Whose, typed: dict[str, str]) -> Refusal | None:
    if not whose.id:
        return Refusal("missing", "q")
    chosen = [one for one in typed["topics"].split(",") if one]
    if not chosen or any(one not in set(Topic) for one in chosen):
        return Refusal("missing", "topics")
    if not _is_moment(typed["at"]):
        return Refusal("no_date", "at")
    if not typed["text"]:
        return Refusal("missing", "text")
    if typed["next_step"] and not typed["next_by"]:
        return Refusal("missing", "next_by")
    return None if _is_moment(typed["next_by"]) else Refusal("no_date", "next_by")


def _lacking_campaign(typed: dict[str, str]) -> Refusal | None:
    if typed["topic"] not in set(Topic):
        return Refusal("missing", "topic")
    if not _is_moment(typed["at"]):
        return Refusal("no_date", "at")
    people = amount_of(typed["people"])
    if people is None or not people.is_integer() or people > 1_000_000:
        return Refusal("not_people", "people")
    return None


def _check_maker(pages: Pages, kind: type[Record], door: str) -> None:
    actor = _signed_in(pages)
    if not may_create(actor.role, kind, door):
        raise ForbiddenError(
            f"The role {actor.role} does not write this down.",
            f"Who does: docs, doors of {kind.collection}.",
        )


def _signed_in(pages: Pages) -> Actor:
    if pages.sight.actor is None:
        raise AuthError("Nobody is signed in.", "Sign in at /login.")
    return pages.sight.actor


def _again(request: Request, page: str) -> Response:
    return HTMLResponse(page, status_of(InputError(""), request.url.path))


def _is_moment(text: str) -> bool:
    """Say whether a field holds a day or a time, or nothing."""
    try:
        _moment(text)
    except ValueError:
        return False
    return True


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _once(key: str) -> str | None:
    return f"page-{key}" if key else None
