"""Copies: one photo used for two places or days, one text told of several premises.

A photo of a common gate serves the neighbours of one day; anywhere else, or on another day, it
shows something else than what is claimed. Words are compared by shared runs of three characters
(Jaccard 1901; Broder 1997), digits and marks left out; a wording that several people use is a form,
and a short one, or one that says nothing was found, is everybody's. Whoever used a photo first is
not asked about who took it from them.
"""

from __future__ import annotations

import math
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from itertools import combinations

from geo_risk.provenance.entries import Doubt, Entry, by_person, doubts_of, in_order

SAME_GATE_M = 300.0
SAME_DAY = timedelta(hours=24)
SHORT_WORDS = 12
SHORT_WORDS_NOTHING_FOUND = 30
"""Characters below which a text is a set phrase; longer where nothing was found."""
ALIKE = 0.75
"""Jaccard index from which two texts are the same."""
FORM_PEOPLE = 2
"""A wording that so many others use too is a form."""
TOLD_TIMES = 3
"""One text of so many premises is doubted."""
_RUN = 3


def check_shared_photos(entries: Sequence[Entry]) -> list[Doubt]:
    """Give doubts about photos that show another place or day.

    Parameters
    ----------
    entries
        Of everybody, with the digests of their photos.

    Returns
    -------
    list of Doubt
        To those who used a photo after its first use, with their own entries that have it.
    """
    users: dict[str, list[Entry]] = defaultdict(list)
    for one in in_order(entries):
        for digest in set(one.photos):
            users[digest].append(one)
    doubted: dict[str, list[str]] = defaultdict(list)
    for some in users.values():
        first = some[0]
        for one in some[1:]:
            if not _same_gate(first, one):
                own = [use.id for use in some if use.person_id == one.person_id]
                doubted[one.person_id] += own
    return doubts_of("shared_photo", {who: ids for who, ids in doubted.items() if who})


def check_same_words(entries: Sequence[Entry]) -> list[Doubt]:
    """Give doubts about texts that were copied from one premises to others.

    Parameters
    ----------
    entries
        Of everybody, with their words.

    Returns
    -------
    list of Doubt
        With the entries that share a text.
    """
    told = {
        person: [(one, runs) for one in own for text in one.words if (runs := _runs_of(text, one))]
        for person, own in by_person(entries).items()
    }
    doubted: dict[str, list[str]] = defaultdict(list)
    for person, own in told.items():
        for group in _alike(own):
            if len({one.premises_id or one.id for one, _ in group}) < TOLD_TIMES:
                continue
            others = sum(_uses(some, group) for other, some in told.items() if other != person)
            if others < FORM_PEOPLE:
                doubted[person] += [one.id for one, _ in group]
    return doubts_of("same_words", doubted)


Told = tuple[Entry, frozenset[str]]


def _same_gate(first: Entry, one: Entry) -> bool:
    if abs(one.start - first.start) > SAME_DAY:
        return False
    if first.place is None or one.place is None:
        return True  # not known to be elsewhere
    return math.dist(first.place, one.place) <= SAME_GATE_M


def _uses(told: Sequence[Told], group: Sequence[Told]) -> bool:
    """Say whether one of a person's texts is like one of a group."""
    return any(_jaccard(a, b) >= ALIKE for a in {runs for _, runs in group} for _, b in told)


def _runs_of(text: str, one: Entry) -> frozenset[str]:
    """Give the runs of three characters of a text that is long enough to be somebody's own."""
    plain = "".join(
        char
        for char in unicodedata.normalize("NFKC", text).casefold()
        if char.isalnum() and not char.isdigit()
    )
    if len(plain) < (SHORT_WORDS if one.found else SHORT_WORDS_NOTHING_FOUND):
        return frozenset()
    return frozenset(plain[k : k + _RUN] for k in range(len(plain) - _RUN + 1))


def _alike(told: Sequence[Told]) -> list[list[Told]]:
    """Give the groups of texts that are alike, directly or through another."""
    root = list(range(len(told)))

    def find(k: int) -> int:
        while root[k] != k:
            k = root[k] = root[root[k]]
        return k

    for i, j in combinations(range(len(told)), 2):
        if find(i) != find(j) and _jaccard(told[i][1], told[j][1]) >= ALIKE:
            root[find(j)] = find(i)
    groups: dict[int, list[Told]] = defaultdict(list)
    for k, one in enumerate(told):
        groups[find(k)].append(one)
    return [some for some in groups.values() if len(some) >= TOLD_TIMES]


def _jaccard(a: frozenset[str], b: frozenset[str]) -> float:
    small, large = sorted((len(a), len(b)))
    if small < ALIKE * large:
        return 0.0  # cannot reach it
    shared = len(a & b)
    return shared / (small + large - shared)
