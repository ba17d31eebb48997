"""Who may be visited, what comes first, and what a visit is worth with all that was asked for.

Takes sites with their worth, what was asked for (slips, overdue hazards, orders, appointments,
another looker) and what the lot drew; gives candidates of a `Problem`, and which records asked for
each. A premises is a candidate from its shortest interval on, and is owed a visit after its
longest; what is asked for does not wait.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from geo_risk.records import VisitReason
from geo_risk.visits.lot import Drawn
from geo_risk.visits.prizes import ASKED, HAZARDS, LEARNING, Site, Worth
from geo_risk.visits.problem import Candidate, Shift, Tier

MORE_OVERDUE = "more_overdue"
"""Note: more premises are past their longest interval than a week can owe."""

_ORDER = (
    VisitReason.RANDOM,
    VisitReason.ORDER,
    VisitReason.SLIP,
    VisitReason.RECHECK,
    VisitReason.COMPLAINT,
    VisitReason.GUIDANCE,
    VisitReason.ROUTINE,
)
"""Of several reasons for one visit the first is written down; a visit drawn by lot stays one."""


@dataclass(frozen=True)
class Ask:
    """That somebody or something asks for a visit.

    Parameters
    ----------
    premises_id
        Where.
    reason, tier
        Why, and what comes first.
    source_id
        The slip, order, hazard that asks; '' the caller.
    points
        Severity points of an overdue hazard that is to be seen again.
    windows
        [from, to] within which the visit must begin, on the plan's clock; empty: any time.
    officer_ids
        Who alone may make it; with several, all of them come at the same time.
    """

    premises_id: str
    reason: VisitReason
    tier: Tier
    source_id: str = ""
    points: float = 0.0
    windows: tuple[tuple[int, int], ...] = ()
    officer_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rules:
    """What makes a premises a candidate.

    Parameters
    ----------
    min_days, max_days, service_s
        By inherent class 1 to 4: shortest and longest interval, seconds of a visit.
    asked_points, cross_points
        Worth of being asked for, and of another looker.
    owed
        So many are owed a visit at most, and of each officer's zones no more than the officer's
        share of the hours; those past their longest interval only where fewer are owed one for
        hazards, slips and the like, or were drawn by lot.
    """

    min_days: Mapping[int, float]
    max_days: Mapping[int, float]
    service_s: Mapping[int, int]
    asked_points: float = 2.0
    cross_points: float = 0.5
    owed: int = 10**9


@dataclass(frozen=True)
class Candidates:
    """Candidates of a plan, the records that asked for each by candidate's id, and notes."""

    candidates: tuple[Candidate, ...]
    source_ids: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def make_candidates(
    sites: Sequence[Site],
    worths: Sequence[Worth],
    rules: Rules,
    shifts: Sequence[Shift],
    *,
    asks: Sequence[Ask] = (),
    drawn: Mapping[str, Drawn] | None = None,
    cross: Mapping[str, tuple[str, ...]] | None = None,
    open_at: Mapping[str, tuple[tuple[int, int], ...]] | None = None,
    asked_only: Collection[str] = (),
) -> Candidates:
    """Give the candidates of a plan.

    Parameters
    ----------
    sites, worths
        In the same order.
    rules
        Intervals and lengths.
    shifts
        Of the plan: a window that no shift meets keeps nothing else from being done.
    asks
        In any order; one for a premises that is not among the sites is left out.
    drawn
        What the lot drew, by premises.
    cross
        Premises where another looker is wanted, with the officers who usually go.
    open_at
        By premises, windows of its opening hours where they restrict anything.
    asked_only
        Premises that are no unit of risk (dwellings): candidates only where asked for.

    Returns
    -------
    Candidates
        In the order of sites. What has no window of its own is one visit with what has one and can
        be kept; two windows are two visits.
    """
    drawn, cross, open_at = drawn or {}, cross or {}, open_at or {}
    of = defaultdict(list)
    for one in asks:
        of[one.premises_id].append(one)
    must = {name for name, own in of.items() if any(one.tier == Tier.MUST for one in own)}
    owed, notes = _owed(sites, rules, shifts, asked_only, must, drawn)
    made: list[Candidate] = []
    sources: dict[str, tuple[str, ...]] = {}
    for site, worth in zip(sites, worths, strict=True):
        own, lot = of[site.premises_id], drawn.get(site.premises_id)
        never = site.days_since is None
        rested = never or site.waited_days >= rules.min_days[site.inherent_class]
        by_risk = rested and site.premises_id not in asked_only
        if not (own or lot or by_risk):
            continue
        plain = _plain(site, worth, rules, open_at.get(site.premises_id, ()))
        if site.premises_id in owed:
            plain = replace(plain, tier=Tier.MUST)
        plain = _crossed(plain, cross.get(site.premises_id), shifts, rules)
        for candidate, ids in _visits(plain, own, lot, shifts, rules, wanted=by_risk):
            made.append(candidate)
            if ids:
                sources[candidate.id] = ids
    return Candidates(tuple(made), sources, notes)


def _owed(
    sites: Sequence[Site],
    rules: Rules,
    shifts: Sequence[Shift],
    asked_only: Collection[str],
    must: Collection[str],
    drawn: Mapping[str, Drawn],
) -> tuple[frozenset[str], tuple[str, ...]]:
    """Give those past their longest interval, the latest first, so many at most.

    Where all of a zone is late (nobody ever went there), one officer's week would be owed to the
    last visit, and what the lot drew there would never take place: each officer owes no more than a
    share of the hours, and hazards, slips and the lot count first.
    """
    room = _Room(rules.owed, shifts)
    for one in sites:
        if one.premises_id in must:
            room.take(one.zone_id)
        elif one.premises_id in drawn:
            room.take(one.zone_id, drawn[one.premises_id].officer_id)
    late = sorted(
        (-one.waited_days / rules.max_days[one.inherent_class], one.premises_id, one.zone_id)
        for one in sites
        if not (one.premises_id in must or one.premises_id in drawn)
        and one.premises_id not in asked_only
        and one.waited_days > rules.max_days[one.inherent_class]
    )
    owed = frozenset(name for _, name, zone in late if room.has(zone) and room.take(zone))
    return owed, (MORE_OVERDUE,) if len(late) > len(owed) else ()


class _Room:
    """How many visits may still be owed: of the whole plan, and of each officer."""

    def __init__(self, most: int, shifts: Sequence[Shift]) -> None:
        hours: Counter[str] = Counter()
        self._of_zone: defaultdict[str, set[str]] = defaultdict(set)
        for one in shifts:
            hours[one.officer_id] += one.end_s - one.start_s
            for zone in one.zone_ids or ("",):
                self._of_zone[zone].add(one.officer_id)
        self._most = float(most)
        self._left = {who: most * time / hours.total() for who, time in hours.items()}

    def has(self, zone: str) -> bool:
        """Say whether one more may be owed in a zone."""
        return self._most >= 1 and (not self._left or self._left[self._whose(zone)] > 0)

    def take(self, zone: str, officer_id: str = "") -> bool:
        """Owe one more there, the named officer's if there is one; True."""
        self._most -= 1
        if self._left:
            self._left[officer_id if officer_id in self._left else self._whose(zone)] -= 1
        return True

    def _whose(self, zone: str) -> str:
        """Give who has most room: of the zone's officers and those of all zones, else of all."""
        some: Iterable[str] = self._of_zone.get(zone, set()) | self._of_zone.get("", set())
        return max(some or self._left, key=lambda one: (self._left[one], one))


def _plain(
    site: Site, worth: Worth, rules: Rules, windows: tuple[tuple[int, int], ...]
) -> Candidate:
    return Candidate(
        id=site.premises_id,
        place=site.place,
        service_s=rules.service_s[site.inherent_class],
        prize=worth.prize,
        premises_id=site.premises_id,
        enterprise_id=site.enterprise_id,
        zone_id=site.zone_id,
        parts=worth.parts,
        windows=windows,
        place_guessed=site.place_guessed,
    )


def _crossed(
    one: Candidate, usual: tuple[str, ...] | None, shifts: Sequence[Shift], rules: Rules
) -> Candidate:
    """Let another looker come, where there is another."""
    if usual is None or not {shift.officer_id for shift in shifts} - set(usual):
        return one
    worth = _worth(one).plus(**{LEARNING: one.parts.get(LEARNING, 0.0) + rules.cross_points})
    return replace(one, never=usual, free_of_zones=True, prize=worth.prize, parts=dict(worth.parts))


def _visits(
    plain: Candidate,
    asks: Sequence[Ask],
    lot: Drawn | None,
    shifts: Sequence[Shift],
    rules: Rules,
    *,
    wanted: bool,
) -> list[tuple[Candidate, tuple[str, ...]]]:
    """Give the visits of one premises: one for each window, one more where none can be kept."""
    timed = sorted(
        (one for one in asks if one.windows or one.officer_ids),
        key=lambda one: (-one.tier, one.windows, one.source_id),
    )
    loose = [one for one in asks if not (one.windows or one.officer_ids)]
    kept = [one for one in timed if _can_be_kept(one, plain.service_s, shifts)]
    rest = bool(loose) or lot is not None or wanted
    host = kept[0] if kept else None
    visits = []
    if host is None and rest:
        visits.append(_visit(plain, loose, lot, rules))
    for one in timed:
        with_rest = one is host
        own = [one, *loose] if with_rest else [one]
        visits += _together(plain, own, lot if with_rest else None, rules, one)
    return _named(visits, plain.id)


def _together(
    plain: Candidate, asks: Sequence[Ask], lot: Drawn | None, rules: Rules, timed: Ask
) -> list[tuple[Candidate, tuple[str, ...]]]:
    """Give one visit with a window, or one for each of the officers it names."""
    windows = timed.windows or plain.windows
    base = replace(plain, never=(), windows=windows)
    first, *others = timed.officer_ids or ("",)
    made = [_visit(replace(base, only=(first,) if first else ()), asks, lot, rules)]
    for officer in others:  # what it brings counts once
        beside = replace(base, only=(officer,), prize=0.0, parts={})
        made.append(_visit(beside, [timed], None, rules))
    return made


def _visit(
    base: Candidate, asks: Sequence[Ask], lot: Drawn | None, rules: Rules
) -> tuple[Candidate, tuple[str, ...]]:
    reasons = {one.reason for one in asks} | ({VisitReason.RANDOM} if lot else set())
    reason = next((one for one in _ORDER if one in reasons), base.reason)
    tier = max([base.tier, *(one.tier for one in asks), *((Tier.DRAWN,) if lot else ())])
    hazards = sum(one.points for one in asks)
    asked = rules.asked_points if any(one.points == 0.0 for one in asks) else 0.0
    worth = _worth(base).plus(**{HAZARDS: hazards, ASKED: asked})
    made = replace(base, reason=reason, tier=tier, prize=worth.prize, parts=dict(worth.parts))
    if lot is not None:
        made = replace(made, selection_probability=lot.probability)
        if lot.officer_id and not made.only and not any(one.windows for one in asks):
            made = replace(made, only=(lot.officer_id,), never=())
    return made, tuple(sorted({one.source_id for one in asks if one.source_id}))


def _worth(one: Candidate) -> Worth:
    return Worth(one.prize, one.parts)


def _named(
    visits: list[tuple[Candidate, tuple[str, ...]]], name: str
) -> list[tuple[Candidate, tuple[str, ...]]]:
    """Give the first visit the premises' id, the others a number behind it."""
    return [
        (one if not number else replace(one, id=f"{name}~{number + 1}"), ids)
        for number, (one, ids) in enumerate(visits)
    ]


def _can_be_kept(one: Ask, service_s: int, shifts: Sequence[Shift]) -> bool:
    """Say whether a shift of whoever may come meets the window, travel not counted."""
    return any(
        begin <= end and begin <= shift.end_s - service_s and end >= shift.start_s
        for shift in shifts
        if not one.officer_ids or shift.officer_id in one.officer_ids
        for begin, end in (one.windows or ((shift.start_s, shift.end_s),))
    )
