"""Records read for one reader: its own bounds joined with what it asked for.

Takes a `Sight` and a query, gives stored records, the next cursor and how many match. Filters that
the reader sets can only narrow what it may see. Person data is read, and the reading audited, only
where the sight allows it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from api.audience import (
    Sight,
    own_filters,
    own_prefix,
    party_filters,
    reach_fields,
    without_persons,
)
from geo_risk.errors import NotFoundError
from geo_risk.records import COLLECTIONS, Record, personal_fields
from geo_risk.store import Query

if TYPE_CHECKING:
    from geo_risk.store import Store, Stored


@dataclass(frozen=True)
class Found:
    """One page of records: the items, the cursor of the next page, and how many match in all."""

    items: Sequence[Stored[Record]]
    next: str | None
    matched: int


def find_page(store: Store, sight: Sight, query: Query) -> Found:
    """Read one page.

    Parameters
    ----------
    store
        Where from.
    sight
        Who reads.
    query
        What was asked for; `limit` and `after` are the page's.

    Returns
    -------
    Found
    """
    narrowed = narrow(sight, query)
    if narrowed is None:
        return Found((), None, 0)
    prefix = own_prefix(sight, query.collection)
    if prefix is not None:
        return _page_within(_within(store, sight, narrowed, prefix), query)
    page = store.page(narrowed, actor=sight.reader)
    items = _as_reached(store, sight, narrowed, page.items)
    return Found(items, page.next, store.count(replace(narrowed, after=None, limit=None)))


def find_all(store: Store, sight: Sight, query: Query) -> Sequence[Stored[Record]]:
    """Read every record of a query that the reader may see."""
    narrowed = narrow(sight, query)
    if narrowed is None:
        return ()
    prefix = own_prefix(sight, query.collection)
    if prefix is not None:
        return _within(store, sight, narrowed, prefix)
    return _as_reached(store, sight, narrowed, store.find(narrowed, actor=sight.reader))


def get_one(store: Store, sight: Sight, collection: str, record_id: str) -> Stored[Record]:
    """Read one record; one that the reader may not see is not there.

    Raises
    ------
    NotFoundError
        When there is none for this reader.
    """
    found = find_all(store, sight, Query(collection, ids=[record_id]))
    if not found:
        raise NotFoundError(f"There is no {record_id!r} in {collection}.", "Check the id.")
    return found[0]


def photo_path(report_id: str, photo_id: str) -> str:
    """Give the address of one photo of a report."""
    return f"/v1/reports/{quote(report_id, safe='')}/photos/{photo_id}"


def narrow(sight: Sight, query: Query) -> Query | None:
    """Join a query with the reader's own bounds; None where nothing can match.

    A collection that does not exist for the reader holds nothing, whoever asks for it.
    """
    if query.collection not in sight.collections:
        return None
    filters: dict[str, Any] = dict(query.filters)
    ids = query.ids
    for name, allowed in own_filters(sight, query.collection).items():
        if name == "id":
            ids = [one for one in allowed if ids is None or one in ids]
            continue
        wanted = _values(filters.get(name))
        kept = allowed if wanted is None else tuple(one for one in allowed if one in wanted)
        if not kept:
            return None
        filters[name] = kept
    if ids is not None and not ids:
        return None
    personal = query.collection in sight.personal and bool(
        personal_fields(COLLECTIONS[query.collection])
    )
    return replace(query, filters=filters, ids=ids, personal=personal)


def names_of(store: Store, sight: Sight, enterprise_ids: Sequence[str]) -> Mapping[str, str]:
    """Give the names of enterprises, '' where the reader may not see names.

    Parameters
    ----------
    store, sight
        As for `find_page`.
    enterprise_ids
        Whose; empty: everybody's.
    """
    if "enterprises" not in sight.personal:
        return {}
    ids = list(dict.fromkeys(one for one in enterprise_ids if one)) or None
    found = find_all(store, sight, Query("enterprises", ids=ids))
    return {one.record.id: getattr(one.record, "name", "") for one in found}


def _as_reached(
    store: Store, sight: Sight, query: Query, found: Sequence[Stored[Record]]
) -> Sequence[Stored[Record]]:
    """Empty what the reader sees of parties to its own cases only, where a record is none."""
    withheld = reach_fields(sight, query.collection)
    if not query.personal or not withheld or not found:
        return found
    parties = _parties(store, sight)
    nothing: dict[str, Any] = dict.fromkeys(withheld, "")
    return tuple(
        one if one.record.id in parties else replace(one, record=replace(one.record, **nothing))
        for one in found
    )


def _parties(store: Store, sight: Sight) -> frozenset[str]:
    """Give the enterprises that are party to a reader's own cases, by themselves or by premises."""
    filters = party_filters(sight)
    if filters is None:
        return frozenset()
    cases = find_all(store, without_persons(sight), Query("reports", filters=filters))
    named = {getattr(one.record, "enterprise_id", "") for one in cases}
    places = sorted({getattr(one.record, "premises_id", "") for one in cases} - {""})
    hosts = find_all(store, without_persons(sight), Query("premises", ids=places)) if places else ()
    return frozenset(named | {getattr(one.record, "enterprise_id", "") for one in hosts}) - {""}


def _values(asked: Any) -> tuple[str, ...] | None:
    if asked is None:
        return None
    return tuple(asked) if isinstance(asked, tuple | list) else (str(asked),)


def _within(store: Store, sight: Sight, query: Query, prefix: str) -> Sequence[Stored[Record]]:
    """Read one range of ids, those that begin with the prefix; person data of these only."""
    ids: list[str] = []
    after: str | None = prefix
    while after is not None:
        page = store.page(
            replace(query, after=after, limit=_RANGE_PAGE, personal=False), actor=sight.reader
        )
        own = [one.record.id for one in page.items if one.record.id.startswith(prefix)]
        ids += own
        after = page.next if len(own) == len(page.items) else None
    if not ids:
        return ()
    return store.find(replace(query, after=None, limit=None, ids=ids), actor=sight.reader)


def _page_within(own: Sequence[Stored[Record]], query: Query) -> Found:
    rest = [one for one in own if query.after is None or one.record.id > query.after]
    limit = query.limit if query.limit is not None else len(rest)
    shown = rest[:limit]
    more = len(rest) > limit and bool(shown)
    return Found(shown, shown[-1].record.id if more else None, len(own))


_RANGE_PAGE = 500
