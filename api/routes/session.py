"""/login and /logout: sign-in by form. The form is bound to the browser that loaded it."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from api import auth
from api.deps import TheIdentity, TheService
from api.languages import Lang, remember_lang
from api.page_deps import ThePages
from api.passwords import form_mark, is_form_mark, random_secret
from api.problems import responses
from geo_risk.errors import ForbiddenError
from maps.console import login_page
from maps.menu import first_page

router = APIRouter(tags=["sign-in"], default_response_class=HTMLResponse)

_FORM_LIFE_S = 3600


@router.get("/login", responses=responses(422))
def show_login(request: Request, service: TheService, pages: ThePages, lang: Lang) -> Response:
    """Show the sign-in page."""
    secret = request.cookies.get(service.form_cookie) or random_secret()
    frame = pages.frame(form_mark(secret))
    wanted = _local(request.query_params.get("next", ""))
    page = HTMLResponse(login_page(frame, lang, next_path=wanted))
    _set_cookie(page, request, service.form_cookie, secret, _FORM_LIFE_S, path="/login")
    return remember_lang(page, request)


@router.post("/login", responses=responses(401, 403, 422, 429), status_code=303)
def sign_in(
    request: Request,
    service: TheService,
    pages: ThePages,
    lang: Lang,
    username: Annotated[str, Form(max_length=200)],
    password: Annotated[str, Form(max_length=200)],
    csrf: Annotated[str, Form(max_length=200)] = "",
    next_path: Annotated[str, Form(alias="next", max_length=2000)] = "",
) -> Response:
    """Open a session; back to the page that asked for it, else to the role's first page."""
    bound = request.cookies.get(service.form_cookie, "")
    secrets = [one for one in (bound, pages.identity.session_secret) if one]
    if not any(is_form_mark(one, csrf) for one in secrets):
        raise ForbiddenError(
            "The form does not come from a page of ours.", "Load /login again and repeat it."
        )
    address = request.client.host if request.client else ""
    opened = auth.sign_in(service.store, service.throttles, username, password, address, pages.now)
    if opened is None:
        frame = pages.frame(form_mark(secrets[0]))
        page = login_page(frame, lang, next_path=_local(next_path), failed=True)
        return HTMLResponse(page, 401)
    auth.sign_out(service.store, pages.identity)
    answer = RedirectResponse(_local(next_path) or first_page(opened.role), 303)
    life_s = int(auth.SESSION_LIFE.total_seconds())
    _set_cookie(answer, request, service.session_cookie, opened.secret, life_s)
    answer.delete_cookie(service.form_cookie, path="/login")
    return answer


@router.post("/logout", responses=responses(403), status_code=303)
def sign_out(
    request: Request,
    service: TheService,
    identity: TheIdentity,
    csrf: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """End the session."""
    auth.check_form_mark(identity, request.method, csrf)
    auth.sign_out(service.store, identity)
    answer = RedirectResponse("/login", 303)
    answer.delete_cookie(service.session_cookie, path="/")
    return answer


def _local(wanted: str) -> str:
    """Give a path on this host; '' for anything else."""
    parts = urlsplit(wanted)
    plain = wanted.startswith("/") and not wanted.startswith(("//", "/\\"))
    return wanted if plain and not parts.netloc and wanted.isprintable() else ""


def _set_cookie(
    answer: Response, request: Request, name: str, value: str, life_s: int, path: str = "/"
) -> None:
    answer.set_cookie(
        name,
        value,
        max_age=life_s,
        path=path,
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="lax",
    )
