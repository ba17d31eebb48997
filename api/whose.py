"""Which enterprise a form is about: named by its id, or found by what somebody types."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from api.reading import get_one
from maps.month import Whose

if TYPE_CHECKING:
    from api.pages import Pages
    from geo_risk.records import Enterprise

_MOST_FOUND = 30


def whose_of(pages: Pages, enterprise: str, query: str) -> Whose:
    """Give the enterprise that was named, else what a search for it finds.

    Raises
    ------
    NotFoundError
        When the reader knows no enterprise of this id.
    """
    service, sight = pages.service, pages.sight
    if enterprise:
        named = cast("Enterprise", get_one(service.store, sight, "enterprises", enterprise).record)
        return Whose(named.id, named.name)
    found, many = service.finder.best(
        service.store, service.kept, sight, query, pages.now, _MOST_FOUND
    )
    rows = tuple((one.id, one.name, one.credit_code) for one in found)
    return Whose("", "", query, rows, many - len(rows))
