"""What page routes ask for: the filler of pages, for one request."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import Depends, Request

from api.deps import Now, TheIdentity, TheService, TheShown, TheShownAt, TheSight
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


def the_pages_at(pages: ThePages, shown: TheShownAt) -> Pages:
    """Give the filler of pages for the moment asked for (`?time=`)."""
    return replace(pages, shown=shown)


ThePagesAt = Annotated[Pages, Depends(the_pages_at)]
