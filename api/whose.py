"""Which enterprise something is about: found by name or code, or named by its id.

Takes a store and a `Sight`, gives ids and names as this reader may see them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.reading import find_all
from geo_risk.records import Enterprise
from geo_risk.store import Query

if TYPE_CHECKING:
    from datetime import datetime

    from api.audience import Sight
    from geo_risk.store import Store

MOST_FOUND = 30


def find_enterprises(
    store: Store, sight: Sight, wanted: str, now: datetime
) -> list[tuple[str, str, str]]:
    """Give id, name and credit code of the enterprises whose name, code or id holds a text."""
    text = wanted.strip().casefold()
    if not text:
        return []
    found = find_all(store, sight, Query("enterprises", valid_at=now))
    return [
        (one.id, one.name, one.credit_code)
        for one in (stored.record for stored in found)
        if isinstance(one, Enterprise)
        and any(text in some.casefold() for some in (one.name, one.credit_code, one.id))
    ]
