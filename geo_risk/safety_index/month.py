"""One month of the safety index: every enterprise scored, ranked, coloured, and who is reminded.

Takes enterprises as known when the month was closed, its reference table, parameters and the months
before; gives one result per enterprise in the order of ids. What is public of it, and how it is
frozen, is decided by who publishes. Specification, sections 5, 7, 8 and 9.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from geo_risk.safety_index.colours import ColourState, next_state, shown_colour
from geo_risk.safety_index.indicators import Measured, measure_found_rates, measure_indicators
from geo_risk.safety_index.lifting import Lift, find_lifts
from geo_risk.safety_index.parameters import COVERAGE
from geo_risk.safety_index.peers import ALL
from geo_risk.safety_index.score import MICRO, Score, rank_ranges, score_indicators
from geo_risk.safety_index.values import CountedVisit

if TYPE_CHECKING:
    from geo_risk.safety_index.parameters import IndexParams
    from geo_risk.safety_index.reference import Reference
    from geo_risk.safety_index.values import EnterpriseMonth, PastMonth

NEW_MONTHS, NEW_VISITS, STALE_MONTHS = 3, 2, 6

AT_ONCE, ROUTINE = "at_once", "routine"


@dataclass(frozen=True)
class Result:
    """What a month says of one enterprise.

    Parameters
    ----------
    id, group
        Enterprise and its peer group.
    score
        With its parts.
    measured
        Indicator to u.
    interval
        90 %, points.
    notes
        Why it is not ranked or what else to know: `new`, `stale`, `no_staff`, `out_of_scope`,
        `little_measured`, `imputed`.
    ranked
        Whether it has a rank and its colour moves.
    ranks
        First and last rank it may have; None without rank.
    colour
        blue, yellow, orange, red; '' without.
    state
        The state beneath.
    worst
        Both conditions of a routine slip held this month.
    slip
        `at_once`, `routine` or ''.
    slip_reasons
        Codes: `major_overdue`, `interim_missing`, `worst_two_months`.
    lifts
        What would lift it to yellow and to blue, where it is below.
    clean_visit
        Micro-points that one more clean visit by anybody would bring: to know, not an act.
    leaves_window
        Month (YYYY-MM) in which its oldest finding leaves the window; '' without a finding.
    """

    id: str
    group: str
    score: Score
    measured: Mapping[str, Measured]
    interval: tuple[float, float]
    notes: tuple[str, ...]
    ranked: bool
    ranks: tuple[int, int] | None
    colour: str
    state: ColourState
    worst: bool
    slip: str
    slip_reasons: tuple[str, ...]
    lifts: Mapping[str, Lift]
    clean_visit: int = 0
    leaves_window: str = ""


@dataclass(frozen=True)
class Month:
    """The index of one month.

    Parameters
    ----------
    month
        YYYY-MM.
    results
        In the order of ids.
    reference
        What it was measured by.
    notes
        `provisional`, `officer_effect_unidentified`, `left_out`: an indicator nobody has data of
        does not count, and the weights of the others are rescaled to 100.
    """

    month: str
    results: tuple[Result, ...]
    reference: Reference
    notes: tuple[str, ...]


def compute_month(
    month: str,
    enterprises: Sequence[EnterpriseMonth],
    reference: Reference,
    params: IndexParams,
    past: Mapping[str, Sequence[PastMonth]] | None = None,
    last_slip_days: Mapping[str, int] | None = None,
    *,
    lifts: bool = True,
) -> Month:
    """Compute the index of a month.

    Parameters
    ----------
    month
        YYYY-MM.
    enterprises
        As known when it was closed, in any order.
    reference
        Fitted on the months before.
    params
        Of this month.
    past
        Enterprise to its earlier months, oldest first.
    last_slip_days
        Enterprise to days since its last routine slip.
    lifts
        Whether to look for what would lift each.

    Returns
    -------
    Month
    """
    enterprises = sorted(enterprises, key=lambda one: one.id)
    past = past or {}
    measured = {one.id: measure_indicators(one, reference, params) for one in enterprises}
    scores = {name: score_indicators(some, params) for name, some in measured.items()}
    notes = {one.id: _notes(one, scores[one.id], params) for one in enterprises}
    ranked = [one for one in enterprises if not notes[one.id] & _UNRANKED]
    ranks = dict(
        zip(
            [one.id for one in ranked],
            rank_ranges(
                [scores[one.id].points for one in ranked],
                [scores[one.id].sd for one in ranked],
                params.z,
            ),
            strict=True,
        )
    )
    worst = _worst(ranked, scores, reference, params)
    unidentified = reference.unidentified or reference.provisional
    results = []
    for one in enterprises:
        score, is_ranked = scores[one.id], one.id in ranks
        before = past.get(one.id, ())
        stale = "stale" in notes[one.id]
        state = next_state(
            state_after(before),
            score.points if is_ranked else None,
            params,
            may_improve=not stale,
        )
        slip, reasons = _slip(
            one,
            worst=one.id in worst,
            before=before,
            days=(last_slip_days or {}).get(one.id),
            params=params,
            routine=is_ranked and not unidentified,
        )
        results.append(
            Result(
                id=one.id,
                group=reference.group_of(one.id),
                score=score,
                measured=measured[one.id],
                interval=score.interval(params),
                notes=tuple(sorted(notes[one.id])),
                ranked=is_ranked,
                ranks=ranks.get(one.id),
                colour=_colour(one, state, notes[one.id]),
                state=state,
                worst=one.id in worst,
                slip=slip,
                slip_reasons=reasons,
                lifts=_lifts(one, measured[one.id], reference, params)
                if lifts and one.in_scope
                else {},
                clean_visit=_clean_visit(one, score, reference, params),
                leaves_window=one.leaves_window,
            )
        )
    said = [
        note
        for note, holds in (
            ("provisional", reference.provisional),
            ("officer_effect_unidentified", reference.unidentified),
            ("left_out", any(reference.coverage_of(ALL, name) is None for name in COVERAGE)),
        )
        if holds
    ]
    return Month(month, tuple(results), reference, tuple(said))


def state_after(before: Sequence[PastMonth]) -> ColourState:
    """Give the colour state after earlier months: a month without rank breaks the run."""
    if not before:
        return ColourState()
    state = before[-1].state
    wants: list[int] = []
    for one in reversed(before):
        if not one.ranked or one.want == 0 or one.state != state:
            break
        wants.insert(0, one.want)
    return ColourState(state, tuple(wants))


_UNRANKED = frozenset({"new", "stale", "no_staff", "out_of_scope", "little_measured"})


def _notes(one: EnterpriseMonth, score: Score, params: IndexParams) -> set[str]:
    notes = set()
    if not one.in_scope:
        notes.add("out_of_scope")
    if one.months_known < NEW_MONTHS or len(one.visits) < NEW_VISITS:
        notes.add("new")
    if one.months_since_visit is not None and one.months_since_visit >= STALE_MONTHS:
        notes.add("stale")
    if one.employees <= 0:
        notes.add("no_staff")
    if score.measured < params.least_measured:
        notes.add("little_measured")
    if score.imputed:
        notes.add("imputed")
    return notes


def _worst(
    ranked: Sequence[EnterpriseMonth],
    scores: Mapping[str, Score],
    reference: Reference,
    params: IndexParams,
) -> set[str]:
    """Who is among the lowest tenth, and clearly below the median of its peers."""
    if not ranked:
        return set()
    points = sorted(scores[one.id].points for one in ranked)
    limit = points[math.ceil(params.worst_share * len(points)) - 1]
    by_group: dict[str, list[float]] = {}
    for one in ranked:
        by_group.setdefault(reference.group_of(one.id), []).append(scores[one.id].points)
    by_group[ALL] = points  # whose sector is too small is compared with all
    medians = {group: float(np.median(some)) for group, some in by_group.items()}
    return {
        one.id
        for one in ranked
        if scores[one.id].points <= limit
        and scores[one.id].interval(params)[1] < medians[reference.group_of(one.id)]
    }


def _slip(
    one: EnterpriseMonth,
    *,
    worst: bool,
    before: Sequence[PastMonth],
    days: int | None,
    params: IndexParams,
    routine: bool,
) -> tuple[str, tuple[str, ...]]:
    if not one.in_scope:
        return "", ()
    reasons = []
    if one.major_overdue:
        reasons.append("major_overdue")
    if one.interim_missing:
        reasons.append("interim_missing")
    if reasons:
        return AT_ONCE, tuple(reasons)
    ranked = [month for month in before if month.ranked]
    run = ranked[-(params.slip_months - 1) :] if params.slip_months > 1 else []
    again = len(run) == params.slip_months - 1 and all(month.worst for month in run)
    if routine and worst and again and (days is None or days >= params.repeat_days):
        return ROUTINE, ("worst_two_months",)
    return "", ()


def _colour(one: EnterpriseMonth, state: ColourState, notes: set[str]) -> str:
    if "out_of_scope" in notes:
        return ""
    overdue = bool(one.major_overdue)
    if "new" in notes and not overdue:
        return ""
    return shown_colour(state.state, major_overdue=overdue)


def _clean_visit(
    one: EnterpriseMonth, score: Score, reference: Reference, params: IndexParams
) -> int:
    """Give what one more clean visit adds; by nobody in particular, so that it tells of no looker.

    A clean visit only adds to what was to be expected, so it never lowers.
    """
    more = replace(one, visits=(*one.visits, CountedVisit("~", "")))
    found = measure_found_rates(more, reference, params)
    return sum(
        round(MICRO * score.weights[name] * some.u) - score.parts[name]
        for name, some in found.items()
        if some.u is not None
    )


def _lifts(
    one: EnterpriseMonth,
    measured: Mapping[str, Measured],
    reference: Reference,
    params: IndexParams,
) -> dict[str, Lift]:
    now = score_indicators(measured, params).points
    targets = {"yellow": params.cuts[1] + params.margin, "blue": params.cuts[0] + params.margin}
    below = {name: target for name, target in targets.items() if now < target}
    return find_lifts(one, measured, reference, params, below)
