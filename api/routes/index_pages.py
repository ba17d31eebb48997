"""/index: the months, one month for the station or for the enterprise itself, and its publication.

A month that is not published is shown as a preview to whoever reads all of it; an enterprise sees
its own published months. Publishing is the chief's, by a form, and freezes the month.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from api import audience, schemas
from api.deps import FROM_OUR_PAGE
from api.forms import refusal_of, tried
from api.index_rows import MICRO, index_row, own_corrections, scores_before
from api.languages import Lang, remember_lang
from api.page_deps import ThePages
from api.problems import responses, status_of
from api.reading import names_of
from geo_risk import monthly
from geo_risk.errors import AuthError, ForbiddenError, GeoRiskError, NotFoundError
from geo_risk.records import Actor, Audience, Role
from geo_risk.safety_index import shown
from maps.charts import draw_distribution
from maps.month import (
    IndexView,
    MonthRow,
    MonthsView,
    index_page,
    months_page,
    own_index_page,
)
from maps.views import Listing, Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from api.audience import Sight
    from api.pages import Pages

router = APIRouter(tags=["console"], default_response_class=HTMLResponse)

_REFUSALS = (401, 403, 404, 503)
_REFUSED: dict[int | str, Any] = {409: schemas.REFUSED}
_PAGE_SIZE = 50
_MOST_MONTHS = 24
_PUBLISHERS = frozenset({Role.CHIEF, Role.KEEPER})
Month = Annotated[str, Path(pattern=r"^(19|20)\d{2}-(0[1-9]|1[0-2])$", description="YYYY-MM.")]
Colour = Annotated[str, Query(pattern="^(blue|yellow|orange|red|none)?$")]


@router.get("/index", responses={200: schemas.PAGE, **responses(*_REFUSALS, 422)})
def show_months(request: Request, pages: ThePages, lang: Lang) -> Response:
    """Show the published months; to a chief the one to publish now."""
    _check_reader(pages.sight)
    page = months_page(pages.frame(), lang, _months(pages))
    return remember_lang(HTMLResponse(page), request)


@router.get("/index/{month}", responses={200: schemas.PAGE, **responses(*_REFUSALS, 422)})
def show_month(
    month: Month,
    request: Request,
    pages: ThePages,
    lang: Lang,
    colour: Colour = "",
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
    *,
    fresh: bool = False,
) -> Response:
    """Show one month: the station all of it, also as a preview; an enterprise its own."""
    actor = _check_reader(pages.sight)
    if pages.sight.audience is Audience.ENTERPRISE:
        return remember_lang(HTMLResponse(_own(pages, actor, month, lang)), request)
    view = _month(pages, month, colour, page, lang, fresh=fresh)
    return remember_lang(HTMLResponse(index_page(pages.frame(), lang, view)), request)


@router.post(
    "/index/{month}/publish",
    status_code=303,
    dependencies=[FROM_OUR_PAGE],
    responses={
        303: {"description": "Published; the month's page follows."},
        **responses(*_REFUSALS, 422),
        **_REFUSED,
    },
)
def publish_month(month: Month, request: Request, pages: ThePages, lang: Lang) -> Response:
    """Freeze a month that has closed; refused, the months come back with why."""
    actor = _check_reader(pages.sight)
    if actor.role not in _PUBLISHERS:
        raise ForbiddenError(f"The role {actor.role} does not publish.", "A chief does.")
    service = pages.service
    done = tried(
        lambda: monthly.freeze(service.store, service.park, month, actor=actor, at=pages.now)
    )
    if not isinstance(done, GeoRiskError):
        return RedirectResponse(f"/index/{month}?lang={lang}", 303)
    refusal = Refusal("not_published", detail=refusal_of(done).detail)
    page = months_page(pages.frame(), lang, _months(pages, refusal))
    return HTMLResponse(page, status_of(done, request.url.path))


def _check_reader(sight: Sight) -> Actor:
    """Let the station read all, an enterprise itself; the public has the bulletin."""
    if sight.actor is None:
        raise AuthError("Scores are for the station and the enterprise itself.", "Sign in.")
    if sight.audience is not Audience.ENTERPRISE:
        audience.check_names(sight)
    return sight.actor


def _months(pages: Pages, refusal: Refusal | None = None) -> MonthsView:
    store, park, sight = pages.service.store, pages.service.park, pages.sight
    own = sight.audience is Audience.ENTERPRISE
    frozen = monthly.frozen_months(store)
    rows = []
    for month in reversed(frozen[-_MOST_MONTHS:]):
        said = monthly.results(store, month)
        mine = said["results"].get(sight.reader.enterprise_id) if own else None
        if own and mine is None:
            continue
        counts = Counter(one["colour"] for one in said["results"].values())
        rows.append(
            MonthRow(
                month,
                said["revision"],
                {} if own else dict(counts),
                mine["micro"] / MICRO if mine else None,
                mine["colour"] if mine else "",
            )
        )
    running = monthly.month_of(pages.now, park)
    ended = monthly.shift_month(running, -1)
    closes = monthly.closing_of(ended, park)
    if closes > pages.now:
        waiting, last = (ended, closes), monthly.shift_month(ended, -1)
    else:
        waiting, last = None, ended
    publishes = sight.reader.role in _PUBLISHERS and _is_next(frozen, last)
    return MonthsView(
        rows=tuple(rows),
        running="" if own else running,
        next_month=last if publishes else "",
        waiting=None if own else waiting,
        own=own,
        refusal=refusal,
    )


def _is_next(frozen: list[str], month: str) -> bool:
    """Say whether a month may be the next to be frozen: months follow one another."""
    return not frozen or month > frozen[-1]


def _month(
    pages: Pages, month: str, colour: str, page: int, lang: str, *, fresh: bool
) -> IndexView:
    service, sight = pages.service, pages.sight
    store, park = service.store, service.park
    frozen = monthly.frozen_months(store)
    made_at, revision = pages.now, None
    if month in frozen:
        said: Mapping[str, Any] = monthly.results(store, month)
        made_at, revision = datetime.fromisoformat(said["frozen_at"]), int(said["revision"])
    else:
        preview = service.previews.of(store, park, month, pages.now, fresh=fresh)
        said, made_at = preview.said, preview.at
    rows = [one for one in shown.ranking(said["results"]) if "out_of_scope" not in one["notes"]]
    rows.sort(key=lambda one: (not one["slip"], one["ranks"] is None, one["score"], one["id"]))
    counts = Counter(one["colour"] for one in rows)
    blue, yellow, orange = monthly.params_of(park).cuts
    scores = [one["score"] for one in rows]
    if colour:
        rows = [one for one in rows if (one["colour"] or "none") == colour]
    here = rows[(page - 1) * _PAGE_SIZE : page * _PAGE_SIZE]
    propose = list(said["propose_cross_visits"])
    named = [*(one["id"] for one in here), *propose]
    names = names_of(store, sight, named) if named else {}
    before = scores_before(store, month)
    closes = monthly.closing_of(month, park)
    publishes = sight.reader.role in _PUBLISHERS and month not in frozen
    return IndexView(
        month=month,
        revision=revision,
        rows=tuple(index_row(one, names.get(one["id"], ""), before.get(one["id"])) for one in here),
        listing=Listing(len(rows), page, _PAGE_SIZE),
        counts=counts,
        colour=colour,
        notes=tuple(said["notes"]),
        made_at=made_at,
        cuts=(blue, yellow, orange),
        distribution=draw_distribution("spread", lang, scores, (blue, yellow, orange)),
        propose=tuple(names.get(one) or one for one in propose),
        may_publish=publishes and closes <= pages.now and _is_next(frozen, month),
        closes=closes if closes > pages.now else None,
    )


def _own(pages: Pages, actor: Actor, month: str, lang: str) -> str:
    """Give an enterprise its own published month."""
    store = pages.service.store
    said = monthly.results(store, month)
    own = actor.enterprise_id or ""
    if own not in said["results"]:
        raise NotFoundError(f"{month} has nothing of you.", "It counts from your first day.")
    name = names_of(store, pages.sight, [own]).get(own, "")
    before = scores_before(store, month).get(own)
    row = index_row(shown.own_row(own, said["results"][own]), name, before)
    corrected = own_corrections(store, month, own)
    return own_index_page(pages.frame(), lang, month, int(said["revision"]), row, corrected)
