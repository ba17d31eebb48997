"""Cases that may be one and the same: near in place, time and words.

Takes reports with their places, gives pairs in two steps: near in place and time first, so that
words, which are person data, are read of these few only; then by how alike the words are (Dice's
coefficient of pairs of characters: it needs no dictionary, in Chinese as in English). Proposals
only: a person merges, and may undo it.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geo_risk.records import Report

Place = tuple[float, float]

NEAR_M = 100.0
NEAR_DAYS = 7.0
LEAST_ALIKE = 0.35
"""Words less alike than this are about two things."""

_M_PER_DEGREE = 111_320.0


@dataclass(frozen=True)
class Pair:
    """Two reports that may be one.

    Parameters
    ----------
    first_id, second_id
        The earlier, and the later, which would be merged into it.
    metres
        Between them; 0 at one premises; None where only the enterprise is known.
    days
        Between them.
    alike
        Dice's coefficient of their words, 0 to 1; None where one of them has none.
    """

    first_id: str
    second_id: str
    metres: float | None
    days: float
    alike: float | None = None


def near_pairs(reports: Sequence[tuple[Report, Place | None]]) -> list[Pair]:
    """Give the pairs of one kind within 100 m and 7 days of one another.

    Parameters
    ----------
    reports
        Each with (lon, lat) degrees; one without a place is compared by its enterprise.

    Returns
    -------
    list of Pair
        In the order of time; never two findings of one visit, which an officer told apart.
    """
    ordered = sorted(reports, key=lambda one: (one[0].time, one[0].id))
    span, pairs, start = timedelta(days=NEAR_DAYS), [], 0
    for n, (later, there) in enumerate(ordered):
        while ordered[start][0].time < later.time - span:
            start += 1
        for earlier, here in ordered[start:n]:
            if earlier.kind != later.kind or (
                later.visit_id and later.visit_id == earlier.visit_id
            ):
                continue
            close, metres = _how_far(earlier, here, later, there)
            if close:
                days = (later.time - earlier.time) / timedelta(days=1)
                pairs.append(Pair(earlier.id, later.id, metres, days))
    return pairs


def likely_pairs(near: Sequence[Pair], texts: Mapping[str, str]) -> list[Pair]:
    """Keep the pairs whose words are alike, likeliest first.

    Parameters
    ----------
    near
        As of `near_pairs`.
    texts
        Report id to words. Where one of a pair has none, place and time alone decide: one premises
        or 25 m, and one day.
    """
    kept = []
    for pair in near:
        alike = likeness(texts.get(pair.first_id, ""), texts.get(pair.second_id, ""))
        close = pair.metres is not None and pair.metres <= NEAR_M / 4 and pair.days <= 1
        if close if alike is None else alike >= LEAST_ALIKE:
            kept.append(replace(pair, alike=alike))
    return sorted(kept, key=lambda one: (-(one.alike or 0.0), one.days, one.first_id))


def likeness(one: str, other: str) -> float | None:
    """Give how alike two texts are: 2 x shared pairs of characters / all pairs; None without words.

    References
    ----------
    Dice (1945), Ecology 26, 297-302, equation 1, over pairs of neighbouring characters.
    """
    first, second = _pairs_of(one), _pairs_of(other)
    total = first.total() + second.total()
    if not first or not second:
        return None
    return 2.0 * (first & second).total() / total


def _pairs_of(text: str) -> Counter[str]:
    plain = re.sub(r"[\W_]+", "", text.lower())
    return Counter(a + b for a, b in pairwise(plain))


def _how_far(
    one: Report, here: Place | None, other: Report, there: Place | None
) -> tuple[bool, float | None]:
    if one.premises_id and one.premises_id == other.premises_id:
        return True, 0.0
    if here is None or there is None:
        same = bool(one.enterprise_id) and one.enterprise_id == other.enterprise_id
        return same, None
    wide = math.cos(math.radians((here[1] + there[1]) / 2.0))
    metres = _M_PER_DEGREE * math.hypot((here[0] - there[0]) * wide, here[1] - there[1])
    return metres <= NEAR_M, metres
