"""What a reader is told of a month: the station all, an enterprise itself, the public a bulletin.

Takes what a month says (`publish.results`, or a preview's), gives plain values for one audience.
An enterprise sees what stands on what others said of it as one sum of three parts only. Public are
counts per colour and peer group, groups under 8 merged, the names in blue and the most improved;
no score, no rank, no other colour (specification, section 8).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MICRO = 1_000_000
LEAST_GROUP = 8
MOST_IMPROVED = 10
COLOURS = ("blue", "yellow", "orange", "red")
TOLD_BY_OTHERS = ("incidents", "disputes", "resolution")
SUM_OF_THEM = "incidents_and_disputes"
SETTLE = "settle_disputes"
OTHERS = "others"
PRIVATE = frozenset({"new", "out_of_scope"})
"""Whose score and interval go to the enterprise alone when a month is circulated."""


@dataclass(frozen=True)
class GroupCount:
    """How many of a peer group, or of several merged, have each colour; None: withheld."""

    group: str
    enterprises: int | None
    colours: Mapping[str, int | None]


@dataclass(frozen=True)
class Bulletin:
    """A month as it is made public.

    Parameters
    ----------
    month, revision, digest
        Which.
    scored
        How many have a colour.
    groups
        Counts per peer group.
    blue, improved
        Ids of those named: in blue, and most improved beyond the tie limit.
    named
        Id to colour of all, where the park file publishes all; empty otherwise.
    notes
        As the month's.
    """

    month: str
    revision: int
    digest: str
    scored: int
    groups: tuple[GroupCount, ...]
    blue: tuple[str, ...]
    improved: tuple[str, ...]
    named: Mapping[str, str]
    notes: tuple[str, ...]


def row_of(record_id: str, said: Mapping[str, Any]) -> dict[str, Any]:
    """Give one enterprise's month as the station reads it: numbers as numbers."""
    low, high = (float(one) for one in said["interval"])
    return {
        "id": record_id,
        "score": said["micro"] / MICRO,
        "interval": [low, high],
        "colour": said["colour"],
        "ranks": said["ranks"],
        "group": said["group"],
        "notes": list(said["notes"]),
        "slip": said["slip"],
        "slip_reasons": list(said["slip_reasons"]),
        "parts": dict(said["parts"]),
        "most": dict(said["most"]),
        "imputed": list(said["imputed"]),
        "measured": float(said["measured"]),
        "lifts": {
            name: {
                "target": float(lift["target"]),
                "acts": list(lift["acts"]),
                "score": lift["micro"] / MICRO,
            }
            for name, lift in said["lifts"].items()
        },
        "clean_visit": said.get("clean_visit", 0) / MICRO,  # months frozen before did not say it
        "leaves_window": said.get("leaves_window", ""),
    }


def own_row(record_id: str, said: Mapping[str, Any]) -> dict[str, Any]:
    """Give an enterprise its own month: what others told of it is one sum, and no act names it."""
    row = row_of(record_id, said)
    for name in ("parts", "most"):
        sums: dict[str, int] = defaultdict(int)
        for indicator, micro in row[name].items():
            sums[SUM_OF_THEM if indicator in TOLD_BY_OTHERS else indicator] += micro
        row[name] = dict(sums)
    for lift in row["lifts"].values():
        lift["acts"] = [SUM_OF_THEM if act == SETTLE else act for act in lift["acts"]]
    return row


def ranking(results: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Give all rows: ranked ones by score, ties and the others in the order of ids."""
    rows = [row_of(record_id, said) for record_id, said in results.items()]
    rows.sort(key=lambda row: (row["ranks"] is None, *(row["ranks"] or ()), row["id"]))
    return rows


def circulated(results: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Give the rows of the station's bulletin: a new enterprise's score is its own to read."""
    return [row for row in ranking(results) if not PRIVATE & set(row["notes"])]


def bulletin_of(
    said: Mapping[str, Any],
    before: Mapping[str, Any] | None,
    *,
    z: float,
    publish: str,
) -> Bulletin:
    """Cut a month to what is public.

    Parameters
    ----------
    said
        Of `publish.results`.
    before
        The month before, where it is frozen.
    z
        Of ties.
    publish
        `blue_and_improved` or `all`.

    Returns
    -------
    Bulletin
    """
    results = said["results"]
    coloured = {record_id: one for record_id, one in results.items() if one["colour"]}
    shown = {record_id: one["colour"] for record_id, one in coloured.items()}
    return Bulletin(
        month=said["month"],
        revision=said["revision"],
        digest=said["digest"],
        scored=len(coloured),
        groups=_groups(coloured),
        blue=tuple(sorted(one for one, colour in shown.items() if colour == "blue")),
        improved=_improved(coloured, before["results"] if before else {}, z),
        named=dict(sorted(shown.items())) if publish == "all" else {},
        notes=tuple(said["notes"]),
    )


def _groups(coloured: Mapping[str, Mapping[str, Any]]) -> tuple[GroupCount, ...]:
    """Count; groups under 8 are merged, with the smallest of the others if need be."""
    by_group: dict[str, list[str]] = defaultdict(list)
    for one in coloured.values():
        by_group[one["group"]].append(one["colour"])
    small = sorted((len(some), name) for name, some in by_group.items() if len(some) < LEAST_GROUP)
    merged = [colour for _, name in small for colour in by_group.pop(name)]
    while merged and len(merged) < LEAST_GROUP and by_group:
        smallest = min(by_group, key=lambda name: (len(by_group[name]), name))
        merged += by_group.pop(smallest)
    counts = [_count(name, some) for name, some in sorted(by_group.items())]
    if merged:
        counts.append(_count(OTHERS, merged))
    return tuple(counts)


def _count(name: str, colours: Sequence[str]) -> GroupCount:
    if len(colours) < LEAST_GROUP:
        return GroupCount(name, None, dict.fromkeys(COLOURS))
    return GroupCount(name, len(colours), {one: colours.count(one) for one in COLOURS})


def _improved(
    now: Mapping[str, Mapping[str, Any]], before: Mapping[str, Mapping[str, Any]], z: float
) -> tuple[str, ...]:
    """Give who rose beyond the tie limit, the most first chosen, in the order of ids."""
    risen = []
    for record_id, one in now.items():
        old = before.get(record_id)
        if old is None or not (one["ranked"] and old["ranked"]):
            continue
        gain = (one["micro"] - old["micro"]) / MICRO
        if gain > z * math.hypot(float(one["sd"]), float(old["sd"])):
            risen.append((-gain, record_id))
    return tuple(sorted(record_id for _, record_id in sorted(risen)[:MOST_IMPROVED]))
