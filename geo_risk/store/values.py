"""What goes into the store and what comes out, apart from the records themselves.

Frozen values only: a query, a stored record with its revision, what a put did, an event, an
account. Times are zone-aware; boxes are degrees in the park's datum, longitude first.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from geo_risk.errors import InputError
from geo_risk.records import Record, Role

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

R_co = TypeVar("R_co", bound=Record, covariant=True)

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Query:
    """Which records of one collection.

    Parameters
    ----------
    collection
        Name of the collection, as `reports`.
    bbox
        (west, south, east, north) degrees, edges included; west > east crosses 180 degrees.
        A visit is where its premises is, a service event where its station is.
    time_from, time_to
        Half-open [from, to) on the record's main time (occurred, start to end, at, ...; valid time
        where it has no other); both equal means that instant; None leaves a side open.
    valid_at
        Only what is valid at this moment.
    filters
        Field to value, or to a tuple of values of which one must hold; text is read as the field's
        type. Person data cannot be asked for.
    ids
        Only these.
    after
        Only ids greater than this: the cursor of the next page.
    limit
        At most so many, in the order of ids (by code point).
    located
        True: with a place; False: without.
    personal
        Give person data too; such a read is audited.
    """

    collection: str
    bbox: Box | None = None
    time_from: datetime | None = None
    time_to: datetime | None = None
    valid_at: datetime | None = None
    filters: Mapping[str, Any] = field(default_factory=dict)
    ids: Sequence[str] | None = None
    after: str | None = None
    limit: int | None = None
    located: bool | None = None
    personal: bool = False

    def __post_init__(self) -> None:
        """Refuse naive times, a box that is none, and a negative limit."""
        for name in ("time_from", "time_to", "valid_at"):
            moment = getattr(self, name)
            if moment is not None and moment.tzinfo is None:
                raise InputError(f"Query: {name} {moment} has no time zone.", "Give one with it.")
        if self.time_from and self.time_to and self.time_to < self.time_from:
            raise InputError("Query: time_to is before time_from.", "Exchange the two.")
        if self.limit is not None and self.limit < 0:
            raise InputError(f"Query: limit is {self.limit}.", "Give 0 or more.")
        if self.bbox is not None:
            west, south, east, north = self.bbox
            if not (
                south <= north
                and max(abs(west), abs(east)) <= 180
                and max(abs(south), abs(north)) <= 90
            ):
                raise InputError(
                    f"Query: {self.bbox} is no box.", "Give west, south, east, north in degrees."
                )


@dataclass(frozen=True)
class Stored(Generic[R_co]):
    """A record as it is kept.

    Parameters
    ----------
    record
        Person data empty unless asked for.
    revision
        1 when new, one more with every change.
    etag
        Opaque text that changes with the revision; without quotation marks.
    changed_at
        When the last change was made.
    place
        (lon, lat) of the record, or of the premises or station it hangs on; None: to be located.
    """

    record: R_co
    revision: int
    etag: str
    changed_at: datetime
    place: tuple[float, float] | None = None


@dataclass(frozen=True)
class Page(Generic[R_co]):
    """One page of a query, and the cursor of the next (None: this was the last)."""

    items: tuple[Stored[R_co], ...]
    next: str | None


@dataclass(frozen=True)
class SourceRun:
    """That a source was read: its name, its digest, and its summary as in `build --json`."""

    name: str
    digest: str
    summary: Mapping[str, Any] = field(default_factory=dict)
    at: datetime | None = None


@dataclass(frozen=True)
class Answer:
    """What was answered to a request that carried an idempotency key."""

    status: int
    body: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body_digest: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class Idempotency:
    """A client's key for one write.

    Parameters
    ----------
    key
        The client's own; counts per actor, for 30 days.
    body_digest
        Digest of the request; the same key with another digest is refused.
    answer
        Makes the answer from what was stored; it is kept in the same transaction.
    """

    key: str
    body_digest: str
    answer: Callable[[Sequence[Stored[Record]]], Answer]


@dataclass(frozen=True)
class PutResult:
    """How many records were new, changed, unchanged; the answer, where the write had a key."""

    new: int
    changed: int
    unchanged: int
    answer: Answer | None = None
    replayed: bool = False


@dataclass(frozen=True)
class Numbered:
    """A number without gaps, given in the transaction that needs it.

    Parameters
    ----------
    field
        Where it is written.
    series
        Counts on its own, as `slips-2026`.
    pattern
        Its spelling, as `2026-{n:03d}`.
    """

    field: str
    series: str
    pattern: str


@dataclass(frozen=True)
class Update:
    """One record to change.

    Parameters
    ----------
    collection, record_id
        Which.
    changes
        Field to new value; '' takes person data away.
    if_match
        Etag of the state that was read; None: whatever it is now.
    numbered
        A number to give with it.
    """

    collection: str
    record_id: str
    changes: Mapping[str, Any]
    if_match: str | None = None
    numbered: Numbered | None = None


@dataclass(frozen=True)
class Delete:
    """One record to take out of every answer; `if_match` as of `Update`."""

    collection: str
    record_id: str
    if_match: str | None = None


@dataclass(frozen=True)
class Counted:
    """What a decision rests on: of a query there were so many; with another number it is stale."""

    query: Query
    number: int


@dataclass(frozen=True)
class Document:
    """A text that was frozen: an index of a month, its inputs, a set of weights.

    Parameters
    ----------
    kind, key, revision
        Which: as `index`, `2026-10`, 1.
    digest
        SHA-256 of `body`, hex.
    body
        Canonical JSON; ids, codes, times and numbers only, never person data.
    at, actor_id
        When and by whom it was kept.
    """

    kind: str
    key: str
    revision: int
    digest: str
    body: str
    at: datetime
    actor_id: str


@dataclass(frozen=True)
class Link:
    """A one-time address by the hash of its secret: what for, of what, until when."""

    hash: str
    purpose: str
    subject: str
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None


class Telling(NamedTuple):
    """An event as it is read by the thousand: of which record, when, what, by which source."""

    record_id: str
    at: datetime
    action: str
    source: str
    changes: str


@dataclass(frozen=True)
class Event:
    """One change: ids, codes, times and points only.

    Parameters
    ----------
    id
        UUIDv7; ids rise in the order of commits.
    at, actor_id, role, door
        When, who, as what, by which door.
    action
        `created`, `changed`, `deleted`, `restored`, `published`, `photo_added`.
    collection, record_id, revision
        What was changed; the revision it led to.
    source
        Name of the source that brought it, '' for a person's own act.
    changes
        Field to new value (JSON); for a new record, what differs from the field's default.
    persons
        Person field to the random id of its data, None where it was taken away.
    """

    id: str
    at: datetime
    actor_id: str
    role: str
    door: str
    action: str
    collection: str
    record_id: str
    revision: int
    source: str = ""
    changes: Mapping[str, Any] = field(default_factory=dict)
    persons: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True)
class AuditEntry:
    """Who looked at, exported or removed what, and when; subjects are ids."""

    id: str
    at: datetime
    actor_id: str
    role: str
    door: str
    what: str
    subject: str
    count: int = 1


@dataclass(frozen=True)
class User:
    """An account. `name` is what is typed at sign-in; the store sees the password's hash only."""

    id: str
    name: str
    role: Role
    password_hash: str
    station_id: str | None = None
    zone_ids: tuple[str, ...] = ()
    enterprise_id: str | None = None
    created_at: datetime | None = None
    disabled_at: datetime | None = None


@dataclass(frozen=True)
class Session:
    """A sign-in that still holds: whose, and until when."""

    user: User
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True)
class Token:
    """A bearer token by its hash; what it may do is the role's."""

    id: str
    hash: str
    label: str
    role: Role
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    user_id: str | None = None
    station_id: str | None = None
    zone_ids: tuple[str, ...] = ()
    enterprise_id: str | None = None


@dataclass(frozen=True)
class Forgotten:
    """What `forget` or retention removed: how many pieces of person data, and which files."""

    records: int
    values: int
    files: tuple[str, ...] = ()
