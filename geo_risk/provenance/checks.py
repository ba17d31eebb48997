"""The four checks by name, and all of them in one go."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from geo_risk.provenance.copies import check_same_words, check_shared_photos
from geo_risk.provenance.entries import Doubt, Entry
from geo_risk.provenance.regular import check_regular_times
from geo_risk.provenance.travel import check_travel

CHECKS: Mapping[str, Callable[[Sequence[Entry]], list[Doubt]]] = MappingProxyType({
    "regular_times": check_regular_times,
    "shared_photo": check_shared_photos,
    "same_words": check_same_words,
    "impossible_travel": check_travel,
})  # fmt: skip
"""Name to check."""


def check_entries(entries: Sequence[Entry]) -> list[Doubt]:
    """Ask every check about the same entries.

    Parameters
    ----------
    entries
        Of one stretch of time (a month or so), of everybody.

    Returns
    -------
    list of Doubt
        By check, then by person; at most one of a check to a person.
    """
    return [doubt for check in CHECKS.values() for doubt in check(entries)]
