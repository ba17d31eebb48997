"""Search by name, pinyin, code, id and address: keys worked out once for each record's version.

Takes the store and what was typed, gives which enterprises match and by what. Keys of names are
person data: they are in memory only, the reading of names they are made from is audited, and all
are dropped as soon as anything was forgotten. Who reads no names searches codes and ids.
"""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any

from api.reading import find_all
from geo_risk.names import How, NameKeys, fold, keys_of, match
from geo_risk.records import Enterprise, Premises
from geo_risk.store import Query

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from api.audience import Sight
    from api.kept import KeptRecords
    from geo_risk.store import Store, Stored

_WHY = {
    How.WHOLE: "name",
    How.BEGINNING: "name",
    How.PART: "name",
    How.INITIALS: "initials",
    How.PINYIN: "pinyin",
}
_RANKS = ("exact", "beginning", "name", "code", "initials", "pinyin", "address")


@dataclass(frozen=True)
class Hit:
    """Why an enterprise was found: `name`, `initials`, `pinyin`, `code`, `id` or `address`.

    `exact` where all of a name, code or id was typed; `rank` is 0 for these and rises from there.
    """

    why: str
    rank: int

    @property
    def exact(self) -> bool:
        """Whether nothing is missing."""
        return self.rank == 0


class Finder:
    """Keys of names and addresses, by collection and record."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._forgotten = -1
        self._keys: dict[str, dict[str, tuple[str, NameKeys]]] = {}

    def find(
        self, store: Store, kept: KeptRecords, sight: Sight, typed: str, now: datetime
    ) -> dict[str, Hit]:
        """Give the enterprises that match, by id.

        Parameters
        ----------
        store, kept, sight
            Where from, and who reads.
        typed
            As typed; matches nothing where it has neither letter nor digit.
        now
            Records valid at this moment.
        """
        wanted = fold(typed)
        enterprises = kept.valid("enterprises", now)
        names = self._keys_of(store, sight, "enterprises", enterprises)
        found: dict[str, Hit] = {}
        for one in enterprises:
            if isinstance(one.record, Enterprise):
                _keep_best(found, one.record.id, _by_code(wanted, one.record))
                if (keys := names.get(one.record.id)) is not None:
                    _keep_best(found, one.record.id, _by_name(wanted, keys))
        for owner, hit in self._by_premises(store, kept, sight, wanted, now):
            _keep_best(found, owner, hit)
        return found

    def best(
        self, store: Store, kept: KeptRecords, sight: Sight, typed: str, now: datetime, most: int
    ) -> tuple[list[Enterprise], int]:
        """Give the enterprises that match best, and how many match; names of these alone are read.

        Parameters
        ----------
        store, kept, sight, typed, now
            As for `find`.
        most
            So many are given at most.
        """
        hits = self.find(store, kept, sight, typed, now)
        ranked = sorted(hits, key=lambda one: (hits[one].rank, one))[:most]
        read = find_all(store, sight, Query("enterprises", ids=ranked)) if ranked else ()
        known = {one.record.id: one.record for one in read}
        found = [known[one] for one in ranked if one in known]
        return [one for one in found if isinstance(one, Enterprise)], len(hits)

    def _by_premises(
        self, store: Store, kept: KeptRecords, sight: Sight, wanted: str, now: datetime
    ) -> list[tuple[str, Hit]]:
        premises = kept.valid("premises", now)
        addresses = self._keys_of(store, sight, "premises", premises)
        found = []
        for one in premises:
            if not isinstance(one.record, Premises) or not wanted:
                continue
            owner = one.record.enterprise_id
            if wanted in {fold(one.record.id), fold(one.record.number)} - {""}:
                found.append((owner, Hit("id", _RANKS.index("exact"))))
            keys = addresses.get(one.record.id)
            if keys is not None and wanted in keys.text:
                found.append((owner, Hit("address", _RANKS.index("address"))))
        return found

    def _keys_of(
        self, store: Store, sight: Sight, collection: str, records: Sequence[Stored[Any]]
    ) -> dict[str, NameKeys]:
        """Give the keys of records, reading the words of those that are new or changed."""
        if collection not in sight.personal:
            return {}
        with self._lock:
            forgotten = store.forgotten_count()
            if forgotten != self._forgotten:
                self._keys.clear()
                self._forgotten = forgotten
            there = self._keys.get(collection, {})
            stale = [
                one.record.id
                for one in records
                if one.record.id not in there or there[one.record.id][0] != one.etag
            ]
            read = find_all(store, sight, Query(collection, ids=stale)) if stale else ()
            fresh = {one.record.id: (one.etag, keys_of(_words(one.record))) for one in read}
            known = {one.record.id for one in records}
            self._keys[collection] = {
                id_: kept for id_, kept in {**there, **fresh}.items() if id_ in known
            }
            return {id_: keys for id_, (_, keys) in self._keys[collection].items()}


def _words(record: Any) -> str:
    return str(record.address if isinstance(record, Premises) else record.name)


def _by_name(wanted: str, keys: NameKeys) -> Hit | None:
    how = match(wanted, keys)
    if how is None:
        return None
    rank = {How.WHOLE: "exact", How.BEGINNING: "beginning"}.get(how, _WHY[how])
    return Hit(_WHY[how], _RANKS.index(rank))


def _by_code(wanted: str, record: Enterprise) -> Hit | None:
    if not wanted:
        return None
    code, others = fold(record.credit_code), {fold(record.id), fold(record.number)} - {""}
    if wanted == code:
        return Hit("code", _RANKS.index("exact"))
    if wanted in others:
        return Hit("id", _RANKS.index("exact"))
    if code and wanted in code:
        return Hit("code", _RANKS.index("code"))
    if any(wanted in one for one in others):
        return Hit("id", _RANKS.index("code"))
    return None


def _keep_best(found: dict[str, Hit], owner: str, hit: Hit | None) -> None:
    if hit is not None and (owner not in found or hit.rank < found[owner].rank):
        found[owner] = hit
