"""A plan as it is kept and handed round: visits with times of the world, reasons and places.

Ids, codes, times and numbers only, as canonical JSON; names belong to persons and are looked up by
whoever shows a plan. A plan on the plan's own clock is `problem.Plan`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True, kw_only=True)
class PlannedVisit:
    """One visit of a kept plan.

    Parameters
    ----------
    id
        `<first day>.<candidate>`: stays the same when the plan is changed.
    shift_id, officer_id, order
        In whose shift, and the how manieth from 1.
    candidate_id, premises_id, enterprise_id, zone_id
        What is visited.
    arrive, start, end
        Zone-aware; `start` later than `arrive` is waiting.
    travel_s
        From the stop before, or from the start of the shift.
    reason, tier
        Why, and what comes first: names of `VisitReason` and `Tier` in lower case.
    prize, parts
        Expected severity points, and name to share of them.
    selection_probability
        With which it was drawn, of a visit drawn by lot.
    place_guessed
        Where it is is not known.
    lon, lat
        Degrees of the park's datum; None where it has no point.
    window
        [from, to] within which it must begin; None: any time.
    source_ids
        Records that asked for it: a slip, an order, overdue hazards.
    confirmed
        The enterprise was told this time: it is not moved.
    """

    id: str
    shift_id: str
    officer_id: str
    order: int
    candidate_id: str
    premises_id: str
    enterprise_id: str
    zone_id: str
    arrive: datetime
    start: datetime
    end: datetime
    travel_s: int
    reason: str
    tier: str
    prize: float
    parts: Mapping[str, float] = field(default_factory=dict)
    selection_probability: float | None = None
    place_guessed: bool = False
    lon: float | None = None
    lat: float | None = None
    window: tuple[datetime, datetime] | None = None
    source_ids: tuple[str, ...] = ()
    confirmed: bool = False


@dataclass(frozen=True, kw_only=True)
class NotPlanned:
    """One candidate that is not in the plan: `reason` is one of `problem.REASONS`."""

    candidate_id: str
    premises_id: str
    enterprise_id: str
    reason: str
    other_id: str = ""
    tier: str = "optional"
    prize: float = 0.0
    source_ids: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class WeekPlan:
    """A kept plan.

    Parameters
    ----------
    first_day, days
        The days it covers, in the park's calendar.
    timezone
        Name of the park's zone, as Asia/Shanghai.
    made_at, as_of
        When it was made, and up to when things were known.
    officer_ids
        For whom.
    visits, left_out
        By officer and time; everything that is in no shift, with its reason.
    notes
        Codes of what a reader must know: `plan_note.<code>` of the words catalogue.
    covered, bound, solver, seconds, seed
        Expected severity points of its visits; no plan that makes the same visits of the higher
        tiers brings more than `bound` (None: not worked out); which search, how long, from which
        seed of chance.
    """

    first_day: date
    days: int
    timezone: str
    made_at: datetime
    as_of: datetime
    officer_ids: tuple[str, ...]
    visits: tuple[PlannedVisit, ...] = ()
    left_out: tuple[NotPlanned, ...] = ()
    notes: tuple[str, ...] = ()
    covered: float = 0.0
    bound: float | None = None
    solver: str = ""
    seconds: float = 0.0
    seed: int = 0

    def of_officer(self, officer_id: str) -> WeekPlan:
        """Give one officer's part of it; what was left out stays."""
        own = tuple(one for one in self.visits if one.officer_id == officer_id)
        return replace(self, officer_ids=(officer_id,), visits=own)


def week_text(plan: WeekPlan) -> str:
    """Write a plan as canonical JSON."""
    plain = {
        **vars(plan),
        "visits": [vars(one) for one in plan.visits],
        "left_out": [vars(one) for one in plan.left_out],
    }
    return json.dumps(
        plain, default=_time, ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )


def week_from(text: str) -> WeekPlan:
    """Read what `week_text` wrote."""
    plain = json.loads(text)
    moments = {name: datetime.fromisoformat(plain[name]) for name in ("made_at", "as_of")}
    return WeekPlan(
        **{
            **plain,
            **moments,
            "first_day": date.fromisoformat(plain["first_day"]),
            "officer_ids": tuple(plain["officer_ids"]),
            "visits": tuple(_visit(one) for one in plain["visits"]),
            "left_out": tuple(
                NotPlanned(**{**one, "source_ids": tuple(one["source_ids"])})
                for one in plain["left_out"]
            ),
            "notes": tuple(plain["notes"]),
        }
    )


def _visit(plain: Mapping[str, Any]) -> PlannedVisit:
    times = {name: datetime.fromisoformat(plain[name]) for name in ("arrive", "start", "end")}
    window = plain["window"]
    if window is not None:
        window = (datetime.fromisoformat(window[0]), datetime.fromisoformat(window[1]))
    sources = tuple(plain["source_ids"])
    return PlannedVisit(**{**plain, **times, "window": window, "source_ids": sources})


def _time(value: object) -> str:
    if isinstance(value, date):  # a datetime is one
        return value.isoformat()
    raise TypeError(type(value).__name__)
