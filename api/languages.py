"""Which language a page speaks: `?lang=`, else what the browser remembered, else Chinese."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request, Response

from maps.words import checked_lang

COOKIE = "geo_risk_lang"
_LIFE_S = 365 * 86400


def lang_of(request: Request) -> str:
    """Give the language of a page: `zh` or `en`."""
    asked = request.query_params.get("lang")
    return checked_lang(asked if asked is not None else request.cookies.get(COOKIE))


def remember_lang(answer: Response, request: Request) -> Response:
    """Let the browser remember a language that was chosen in the address."""
    if "lang" in request.query_params:
        secure = request.url.scheme == "https"
        chosen = lang_of(request)
        answer.set_cookie(COOKIE, chosen, max_age=_LIFE_S, secure=secure, samesite="lax")
    return answer


Lang = Annotated[str, Depends(lang_of)]
