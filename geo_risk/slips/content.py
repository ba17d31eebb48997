"""What a slip says, frozen when it is drawn up: items, deficits, what would lift the colour.

Takes a candidate, its items and the frozen month, gives ids, codes, times and numbers as canonical
JSON; no names and no words, for those belong to persons or to the page's language. Parts of the
index that stand on complaints are told as one sum of their dimension, never one by one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

SHOWN_DEFICITS = 3
COMPLAINT_SUMS = {
    "incidents": "incidents_and_disputes",
    "disputes": "incidents_and_disputes",
    "resolution": "incidents_and_disputes",
}
"""Indicators that stand on what others said of the enterprise: shown as one sum."""


@dataclass(frozen=True)
class SlipItem:
    """One hazard on a slip.

    Parameters
    ----------
    id, severity, category, premises_id
        Of the report.
    found, due
        When it was reported, and its due date (UTC).
    reasons
        Why it is on an at-once slip.
    """

    id: str
    severity: str
    category: str = ""
    premises_id: str = ""
    found: datetime | None = None
    due: datetime | None = None
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class SlipContent:
    """The frozen content of a slip.

    Parameters
    ----------
    enterprise_id, month, basis, reasons
        Of the slip.
    items
        The very hazards.
    deficits
        Indicator to points lost, largest first, at most three.
    lifts
        Colour to the acts that reach it; no acts: nothing in reach.
    revision
        Of the month's index it was drawn from; None without one.
    leaves_window
        Month (YYYY-MM) in which the oldest finding leaves the index's window; '' without one.
    """

    enterprise_id: str
    month: str
    basis: str
    reasons: tuple[str, ...]
    items: tuple[SlipItem, ...] = ()
    deficits: tuple[tuple[str, float], ...] = ()
    lifts: tuple[tuple[str, tuple[str, ...]], ...] = ()
    revision: int | None = None
    leaves_window: str = ""


def content_text(content: SlipContent) -> str:
    """Write a content as canonical JSON."""
    plain = asdict(content)
    plain["deficits"] = [[name, f"{points:.6f}"] for name, points in content.deficits]
    return json.dumps(
        plain, default=_time, ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )


def content_from(text: str) -> SlipContent:
    """Read what `content_text` wrote."""
    plain = json.loads(text)
    return SlipContent(
        enterprise_id=plain["enterprise_id"],
        month=plain["month"],
        basis=plain["basis"],
        reasons=tuple(plain["reasons"]),
        items=tuple(_item(one) for one in plain["items"]),
        deficits=tuple((name, float(points)) for name, points in plain["deficits"]),
        lifts=tuple((colour, tuple(acts)) for colour, acts in plain["lifts"]),
        revision=plain["revision"],
        leaves_window=plain.get("leaves_window", ""),
    )


def top_deficits(points_lost: Mapping[str, float]) -> tuple[tuple[str, float], ...]:
    """Give the three largest deficits, those from complaints summed; none of them zero.

    Parameters
    ----------
    points_lost
        Indicator to points lost.
    """
    sums: dict[str, float] = {}
    for name, points in points_lost.items():
        shown = COMPLAINT_SUMS.get(name, name)
        sums[shown] = sums.get(shown, 0.0) + float(points)
    ranked = sorted(sums.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple(pair for pair in ranked[:SHOWN_DEFICITS] if pair[1] > 0)


def _item(plain: Mapping[str, Any]) -> SlipItem:
    times = {
        name: datetime.fromisoformat(plain[name]) if plain[name] else None
        for name in ("found", "due")
    }
    reasons: Sequence[str] = plain["reasons"]
    return SlipItem(**{**plain, **times, "reasons": tuple(reasons)})


def _time(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)
