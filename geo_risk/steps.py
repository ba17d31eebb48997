"""Steps as the store keeps them: by what they belong to, oldest first.

Takes a store and a collection, gives its records' steps. What a step means and who may take it is
each product's own; who reads the words is said by whoever asks.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, cast

from geo_risk.records import in_order
from geo_risk.store import Query

if TYPE_CHECKING:
    from collections.abc import Iterable

    from geo_risk.records import Actor, Step
    from geo_risk.store import Store


def steps_by_subject(
    store: Store,
    collection: str,
    ids: Iterable[str] | None = None,
    *,
    actor: Actor,
    personal: bool = False,
) -> defaultdict[str, list[Step]]:
    """Give the steps of a collection's records.

    Parameters
    ----------
    store
        Of the park.
    collection
        Whose steps, as `orders`.
    ids
        Of which records; None: all.
    actor, personal
        Who reads; whether their words are read too, which is audited.

    Returns
    -------
    defaultdict
        Id of the record to its steps, oldest first; [] for one without any.
    """
    taken: defaultdict[str, list[Step]] = defaultdict(list)
    filters: dict[str, object] = {"subject": collection}
    if ids is not None:
        filters["subject_id"] = tuple(ids)
        if not filters["subject_id"]:
            return taken
    query = Query("steps", filters=filters, personal=personal)
    for one in in_order([cast("Step", one.record) for one in store.find(query, actor=actor)]):
        taken[one.subject_id].append(one)
    return taken
