"""Impossible travel: somebody in two places at once, or faster between them than a car.

Takes entries with places and times. Clocks are wrong by minutes and times are rounded, so twenty
minutes are granted to every pair, and one pair alone is a slip of the pen. Entries that were
written down in one go say nothing of when somebody was where.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from geo_risk.provenance.entries import Doubt, Entry, by_person, doubts_of, told_times

SPEED_M_PER_S = 60 / 3.6
GRANTED = timedelta(minutes=20)
"""Two clocks that are wrong by ten minutes each."""
FAR_M = 300.0
LEAST_PAIRS = 2
_LONGEST_WAY = timedelta(hours=2)
LONGEST_VISIT = timedelta(hours=12)
"""An end later than that is an end forgotten: the next entry is compared with the start."""


def check_travel(entries: Sequence[Entry]) -> list[Doubt]:
    """Give doubts about people in two places at once.

    Parameters
    ----------
    entries
        Of everybody; everyone present at an entry is looked at.

    Returns
    -------
    list of Doubt
        To who wrote the entries down.
    """
    there = [
        replace(one, person_id=person)
        for one in entries
        for person in (one.present_ids or (one.person_id,))
    ]
    writers = {one.id: one.person_id for one in entries}
    doubted: dict[str, list[str]] = defaultdict(list)
    for own in by_person(there).values():
        pairs = _impossible([one for one in told_times(own) if one.place is not None])
        if len(pairs) >= LEAST_PAIRS:
            for ids in pairs:
                for one in ids:
                    doubted[writers[one]].append(one)
    return doubts_of("impossible_travel", {who: ids for who, ids in doubted.items() if who})


def _impossible(entries: Sequence[Entry]) -> list[tuple[str, str]]:
    pairs = []
    for k, one in enumerate(entries):
        end = one.end or one.start
        if end - one.start > LONGEST_VISIT:
            end = one.start
        for other in entries[k + 1 :]:
            if other.start > end + GRANTED + _LONGEST_WAY:
                break
            away_m = math.dist(one.place or (0, 0), other.place or (0, 0))
            available = other.start - end + GRANTED
            if away_m > FAR_M and available < timedelta(seconds=away_m / SPEED_M_PER_S):
                pairs.append((one.id, other.id))
    return pairs
