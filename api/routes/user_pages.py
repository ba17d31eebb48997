"""/users: the keeper's accounts and tokens. What a form does is what the command does (`accounts`).

A password or token that was just made stands on the answer to the very form that asked for it, and
nowhere else: that answer is kept by nobody, and there is no address that shows it again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Form, Path, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from api import accounts, audience, schemas
from api.deps import FROM_OUR_PAGE
from api.forms import amount_of, refusal_of, tried
from api.languages import Lang, remember_lang
from api.page_deps import ThePages
from api.problems import responses, status_of
from geo_risk.errors import ConflictError, GeoRiskError, InputError, NotFoundError
from geo_risk.records import PatrolZone, Role, Station
from geo_risk.store import Query as Asked
from maps.keeper import AccountRow, Shown, TokenRow, UsersView, users_page
from maps.views import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from api.pages import Pages
    from geo_risk.store import User

router = APIRouter(tags=["console"], default_response_class=HTMLResponse)

_REFUSALS = (401, 403, 404, 503)
_ONCE = {"Cache-Control": "no-store"}
_MOST_DAYS = 3660
Short = Annotated[str, Form(max_length=200)]
Id = Annotated[str, Path(max_length=100)]
_TAKEN: dict[int | str, dict[str, Any]] = {
    **responses(*_REFUSALS, 409),
    422: schemas.REFUSED,
}


@dataclass(frozen=True)
class NewAccount:
    """The form of a new account, as typed."""

    name: str
    role: str
    zone: list[str]
    enterprise: str
    station: str


def new_account(
    name: Short = "",
    role: Short = "",
    zone: Annotated[list[str] | None, Form(max_length=1000)] = None,
    enterprise: Short = "",
    station: Short = "",
) -> NewAccount:
    """Take the form of a new account."""
    return NewAccount(name, role, zone or [], enterprise, station)


@router.get("/users", responses={200: schemas.PAGE, **responses(*_REFUSALS, 422)})
def show_users(
    request: Request,
    pages: ThePages,
    lang: Lang,
    done: Annotated[str, Query(pattern="^(|disabled|enabled|revoked)$")] = "",
) -> Response:
    """Show accounts and tokens, without secrets."""
    audience.check_keeper(pages.sight)
    page = users_page(pages.frame(), lang, _view(pages, done=done))
    return remember_lang(HTMLResponse(page), request)


@router.post("/users", dependencies=[FROM_OUR_PAGE], responses={200: schemas.PAGE, **_TAKEN})
def add_account(
    request: Request,
    pages: ThePages,
    lang: Lang,
    asked: Annotated[NewAccount, Depends(new_account)],
) -> Response:
    """Make an account, and show its password this once."""
    actor = audience.check_keeper(pages.sight)
    typed = {one: getattr(asked, one) for one in ("name", "role", "enterprise", "station")}
    refusal = _lacking(asked)
    if refusal is None:
        belongs = accounts.Belongs(tuple(asked.zone), asked.enterprise, asked.station)
        made = tried(
            lambda: accounts.add_account(
                pages.service.store,
                asked.name,
                Role(asked.role),
                belongs,
                actor=actor,
                now=pages.now,
            )
        )
        if not isinstance(made, GeoRiskError):
            return _once(pages, lang, "password", made[1])
        refusal = _why(made, asked.role)
    view = _view(pages, typed=typed, zone_ids=tuple(asked.zone), refusal=refusal)
    return _refused(request, pages, lang, view)


@router.post(
    "/users/{user_id}", dependencies=[FROM_OUR_PAGE], responses={200: schemas.PAGE, **_TAKEN}
)
def change_account(
    request: Request,
    user_id: Id,
    pages: ThePages,
    lang: Lang,
    action: Annotated[str, Form(pattern="^(password|disable|enable)$")],
) -> Response:
    """Reset the password, which is shown this once; disable or enable the account."""
    actor, store, now = audience.check_keeper(pages.sight), pages.service.store, pages.now
    user = store.user(user_id)
    if user is None:
        raise NotFoundError(f"There is no user {user_id!r}.", "See /users.")
    if action == "password":
        secret = accounts.reset_password(store, user, actor=actor, now=now)
        return _once(pages, lang, "password", secret)
    step = accounts.close_account if action == "disable" else accounts.open_account
    done = tried(lambda: step(store, user, actor=actor, now=now))
    if isinstance(done, GeoRiskError):
        view = _view(pages, refusal=Refusal("last_keeper", detail=str(done)))
        return HTMLResponse(
            users_page(pages.frame(), lang, view), status_of(done, request.url.path)
        )
    return RedirectResponse(f"/users?done={action}d&lang={lang}", 303)


@router.post("/tokens", dependencies=[FROM_OUR_PAGE], responses={200: schemas.PAGE, **_TAKEN})
def add_token(
    request: Request,
    pages: ThePages,
    lang: Lang,
    label: Short = "",
    role: Short = "",
    days: Short = "",
    enterprise: Short = "",
) -> Response:
    """Make a token for a program, and show it this once."""
    actor = audience.check_keeper(pages.sight)
    life = amount_of(days)
    refusal = None
    if not label.strip():
        refusal = Refusal("missing_label", "label")
    elif role not in set(Role):
        refusal = Refusal("missing_role", "token-role")
    elif life is None or not 1 <= life <= _MOST_DAYS:
        refusal = Refusal("days", "days")
    else:
        many = int(life)
        made = tried(
            lambda: accounts.add_token(
                pages.service.store,
                label,
                Role(role),
                actor=actor,
                now=pages.now,
                days=many,
                enterprise=enterprise,
            )
        )
        if not isinstance(made, GeoRiskError):
            return _once(pages, lang, "token", made[1])
        refusal = Refusal("no_enterprise", "token-enterprise", str(made))
    typed = {"label": label, "token_role": role, "days": days, "token_enterprise": enterprise}
    return _refused(request, pages, lang, _view(pages, typed=typed, refusal=refusal))


@router.post(
    "/tokens/{token_id}",
    status_code=303,
    dependencies=[FROM_OUR_PAGE],
    responses={303: {"description": "Revoked."}, **responses(*_REFUSALS, 422)},
)
def revoke_token(
    token_id: Id,
    pages: ThePages,
    lang: Lang,
    action: Annotated[str, Form(pattern="^revoke$")],  # noqa: ARG001  # the form says what it does
) -> Response:
    """End a token at once."""
    actor = audience.check_keeper(pages.sight)
    pages.service.store.revoke_token(token_id, actor=actor, at=pages.now)
    return RedirectResponse(f"/users?done=revoked&lang={lang}", 303)


def _lacking(asked: NewAccount) -> Refusal | None:
    if not asked.name.strip():
        return Refusal("missing_name", "name")
    if asked.role not in set(Role):
        return Refusal("missing_role", "role")
    return None


def _why(error: GeoRiskError, role: str) -> Refusal:
    """Give the words of what refused an account, and the field to mend."""
    if isinstance(error, ConflictError):
        return Refusal("name_taken", "name", str(error))
    if role == Role.ENTERPRISE and "enterprise" in error.message:
        return Refusal("no_enterprise", "enterprise", str(error))
    return Refusal(refusal_of(error).code, "name", str(error))


def _once(pages: Pages, lang: str, kind: str, secret: accounts.Secret | None) -> Response:
    shown = Shown(kind, secret.of, secret.text) if secret else None
    page = users_page(pages.frame(), lang, _view(pages, shown=shown))
    return HTMLResponse(page, headers=_ONCE)


def _refused(request: Request, pages: Pages, lang: str, view: UsersView) -> Response:
    html = users_page(pages.frame(), lang, view)
    return HTMLResponse(html, status_of(InputError(""), request.url.path))


def _view(pages: Pages, **more: Any) -> UsersView:
    store = pages.service.store
    zones, stations = _names(pages, "zones"), _names(pages, "stations")
    ins, uses = store.last_audited("sign_in"), store.last_audited("token_used")
    users = store.users()
    names = {one.id: one.name for one in users}
    own = pages.sight.reader.id
    return UsersView(
        accounts=tuple(
            AccountRow(
                id=one.id,
                name=one.name,
                role=one.role.value,
                belongs=_belongs(one, zones, stations),
                made=one.created_at,
                last_in=ins.get(f"users/{one.id}"),
                disabled=one.disabled_at,
                is_own=one.id == own,
            )
            for one in sorted(users, key=lambda one: (one.disabled_at is not None, one.name))
        ),
        tokens=tuple(
            TokenRow(
                id=one.id,
                label=one.label,
                role=one.role.value,
                of=names.get(one.user_id or "", one.enterprise_id or ""),
                made=one.created_at,
                expires=one.expires_at,
                used=uses.get(f"tokens/{one.id}"),
                revoked=one.revoked_at,
            )
            for one in sorted(store.tokens(), key=lambda one: one.revoked_at is not None)
        ),
        roles=tuple(one.value for one in Role),
        zones=tuple(zones.items()),
        stations=tuple(stations.items()),
        **more,
    )


def _names(pages: Pages, collection: str) -> dict[str, str]:
    """Give id to name of what an account may belong to."""
    found = pages.service.store.find(
        Asked(collection, valid_at=pages.now), actor=pages.sight.reader
    )
    return {
        one.record.id: one.record.name or one.record.id
        for one in found
        if isinstance(one.record, PatrolZone | Station)
    }


def _belongs(user: User, zones: Mapping[str, str], stations: Mapping[str, str]) -> tuple[str, ...]:
    named = [zones.get(one, one) for one in user.zone_ids]
    if user.station_id:
        named.append(stations.get(user.station_id, user.station_id))
    return (*named, *((user.enterprise_id,) if user.enterprise_id else ()))
