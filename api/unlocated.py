"""Who waits for a place: premises without a point, with their names, reasons and ETags."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from api.reading import find_all, names_of
from geo_risk.records import Premises
from geo_risk.store import Query

if TYPE_CHECKING:
    from datetime import datetime

    from api.audience import Sight
    from geo_risk.store import Store


def unlocated_rows(store: Store, sight: Sight, now: datetime) -> list[dict[str, Any]]:
    """List them.

    Parameters
    ----------
    store, sight
        Where from, and who reads; names and addresses only where the sight has them.
    now
        Premises valid at this moment.

    Returns
    -------
    list of dict
        In the order of ids; `reason` is a code, `etag` what a pin must name.
    """
    found = find_all(store, sight, Query("premises", located=False, valid_at=now))
    premises = [(one, one.record) for one in found if isinstance(one.record, Premises)]
    if not premises:
        return []
    names = names_of(store, sight, [record.enterprise_id for _, record in premises])
    return [
        {
            "id": record.id,
            "enterprise_id": record.enterprise_id,
            "name": names.get(record.enterprise_id, ""),
            "address": record.address,
            "reason": record.unlocated,
            "people": record.people,
            "inherent_class": record.inherent_class,
            "source": record.source,
            "etag": one.etag,
        }
        for one, record in premises
    ]
