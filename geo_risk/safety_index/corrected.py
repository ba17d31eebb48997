"""What a correction changed: the months as published and as corrected, enterprise by enterprise.

Takes what two revisions of a month say, gives those whose score, colour or ranks differ as printed.
What a correction only moves behind the second decimal is no change to anybody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from geo_risk.safety_index.shown import MICRO, PRIVATE

_DECIMALS = 2


@dataclass(frozen=True)
class Standing:
    """Where an enterprise stands in one revision: score of 100, colour and ranks, if any."""

    score: float
    colour: str
    ranks: tuple[int, int] | None


@dataclass(frozen=True)
class Changed:
    """An enterprise before and after; None where that revision says nothing of it."""

    id: str
    before: Standing | None
    after: Standing | None

    @property
    def moved(self) -> float:
        """By how much the score changed, points; 0 where one of the two is missing."""
        return self.after.score - self.before.score if self.before and self.after else 0.0


def changes_of(
    before: Mapping[str, Any], after: Mapping[str, Any], *, circulated: bool = True
) -> list[Changed]:
    """Give who stands differently, those of another colour first, then by how far the score moved.

    Parameters
    ----------
    before, after
        Of `publish.results`: two revisions of one month.
    circulated
        Only what a bulletin may tell: a score that is private goes to its enterprise alone, and
        stands for none.

    Returns
    -------
    list of Changed
    """
    first, second = before["results"], after["results"]
    found = []
    for id_ in sorted({*first, *second}):
        told = [some.get(id_) for some in (first, second)]
        if circulated:
            told = [None if one is None or PRIVATE & set(one["notes"]) else one for one in told]
        one = Changed(id_, standing_of(told[0]), standing_of(told[1]))
        if one.before != one.after:
            found.append(one)
    return sorted(found, key=lambda one: (not _recoloured(one), -abs(one.moved), one.id))


def standing_of(said: Mapping[str, Any] | None) -> Standing | None:
    """Give where an enterprise stands, as printed; None where nothing is said of it."""
    if said is None:
        return None
    ranks = said["ranks"]
    return Standing(
        round(said["micro"] / MICRO, _DECIMALS),
        said["colour"],
        (ranks[0], ranks[1]) if ranks else None,
    )


def _recoloured(one: Changed) -> bool:
    return one.before is None or one.after is None or one.before.colour != one.after.colour
