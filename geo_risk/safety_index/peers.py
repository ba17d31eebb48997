"""Peer groups: who is compared with whom.

Takes enterprises with sector, class and expected findings, gives the group of each. A group of
fewer than 20 enterprises or 20 expected findings joins the nearest class of its sector, the higher
if two are as near; a sector that is still too small is compared with all. Specification, section 2.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

LEAST_ENTERPRISES = 20
LEAST_FINDINGS = 20.0
ALL = "all"
"""The group of those whose sector is too small."""


@dataclass(frozen=True)
class Member:
    """One enterprise in search of its peers; `expected` is summed over severities."""

    id: str
    sector: str
    inherent_class: int
    expected: float


def group_peers(members: Sequence[Member]) -> dict[str, str]:
    """Give the peer group of every enterprise.

    Parameters
    ----------
    members
        In any order.

    Returns
    -------
    dict
        Id to the name of its group: `sector/classes`, as `C/3+4`, or `all`.
    """
    cells: dict[str, dict[tuple[int, ...], list[Member]]] = {}
    for one in members:
        cells.setdefault(one.sector, {}).setdefault((one.inherent_class,), []).append(one)
    named: dict[str, str] = {}
    for sector, classes in sorted(cells.items()):
        merged = _merge(classes)
        for key, some in merged.items():
            name = f"{sector}/{'+'.join(map(str, key))}" if _enough(some) else ALL
            named |= {one.id: name for one in some}
    return named


def _merge(
    classes: Mapping[tuple[int, ...], list[Member]],
) -> dict[tuple[int, ...], list[Member]]:
    groups = dict(classes)
    while len(groups) > 1:
        small = sorted(key for key, some in groups.items() if not _enough(some))
        if not small:
            break
        key = small[0]
        others = [one for one in groups if one != key]
        nearest = min(others, key=lambda one: (_distance(one, key), -max(one)))
        joined = tuple(sorted((*key, *nearest)))
        groups[joined] = groups.pop(key) + groups.pop(nearest)
    return groups


def _distance(first: tuple[int, ...], second: tuple[int, ...]) -> int:
    return min(abs(a - b) for a in first for b in second)


def _enough(members: Sequence[Member]) -> bool:
    expected = sum(one.expected for one in members)
    return len(members) >= LEAST_ENTERPRISES and expected >= LEAST_FINDINGS
