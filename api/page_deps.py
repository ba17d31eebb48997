"""What page routes ask for: the filler of pages, for one request."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from api.deps import Now, TheIdentity, TheService, TheShown, TheSight
from api.pages import Pages, pages_of


def the_pages(
    request: Request,
    service: TheService,
    shown: TheShown,
    identity: TheIdentity,
    sight: TheSight,
    now: Now,
) -> Pages:
    """Give the filler of pages."""
    return pages_of(request, service, shown, identity, sight, now)


ThePages = Annotated[Pages, Depends(the_pages)]
