"""What the provenance checks look at, and what they give: entries and doubts."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from geo_risk.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

BURST_GAP = timedelta(minutes=6)
BURST_SIZE = 3
"""So many entries in a row, each so soon after the one before, were written down in one go."""


@dataclass(frozen=True)
class Entry:
    """One visit as it was written down.

    Parameters
    ----------
    id
        Of the visit.
    person_id
        Who wrote it down.
    start, end
        What it says of its time, zone-aware local; `end` None where it says nothing.
    present_ids
        Everybody who is said to have been there; `person_id` alone where empty.
    premises_id
        Where.
    place
        (easting, northing), metres; None where not known.
    found
        Whether it tells of something found.
    photos
        Digests of its photos (`pixels_digest`).
    words
        Its note and what was told of it, each by itself: looked at here, kept nowhere.
    """

    id: str
    person_id: str
    start: datetime
    end: datetime | None = None
    present_ids: tuple[str, ...] = ()
    premises_id: str = ""
    place: tuple[float, float] | None = None
    found: bool = False
    photos: tuple[str, ...] = ()
    words: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse times without a zone: two of them could not be compared."""
        if self.start.tzinfo is None or (self.end is not None and self.end.tzinfo is None):
            raise InputError(f"Entry {self.id!r} has a time without a zone.", "Give one with it.")


@dataclass(frozen=True)
class Doubt:
    """A question to one person: which check asks, about which entries, in the order of ids."""

    check: str
    person_id: str
    entry_ids: tuple[str, ...]


def by_person(entries: Iterable[Entry]) -> dict[str, list[Entry]]:
    """Give each person's entries in the order of time; entries without a person are left out."""
    found: dict[str, list[Entry]] = defaultdict(list)
    for one in entries:
        if one.person_id:
            found[one.person_id].append(one)
    return {person: in_order(found[person]) for person in sorted(found)}


def in_order(entries: Iterable[Entry]) -> list[Entry]:
    """Give entries in the order of time."""
    return sorted(entries, key=lambda one: (one.start, one.id))


def told_times(entries: list[Entry]) -> list[Entry]:
    """Leave out what was written down in one go: its times say when it was written, no more.

    Parameters
    ----------
    entries
        Of one person, in the order of time.

    Returns
    -------
    list of Entry
        Without runs of `BURST_SIZE` and more whose starts follow one another within `BURST_GAP`.
    """
    kept: list[Entry] = []
    run: list[Entry] = []
    for one in [*entries, None]:
        if one is not None and run and one.start - run[-1].start <= BURST_GAP:
            run.append(one)
            continue
        kept += run if len(run) < BURST_SIZE else []
        run = [] if one is None else [one]
    return kept


def pixels_digest(pixels: NDArray[Any]) -> str:
    """Give the digest of a decoded picture: the same for every file that shows the same pixels.

    Parameters
    ----------
    pixels
        Shape (rows, columns, bands), as decoded.

    Returns
    -------
    str
        SHA-256, hex, of shape, type and values.
    """
    head = f"{pixels.shape}{pixels.dtype}".encode()
    return hashlib.sha256(head + pixels.tobytes()).hexdigest()


def doubts_of(check: str, found: Mapping[str, Iterable[str]]) -> list[Doubt]:
    """Make doubts of person to entries; people without any are left out."""
    return [
        Doubt(check, person, tuple(sorted(set(found[person]))))
        for person in sorted(found)
        if set(found[person])
    ]
