"""What /plan/move is filled with: a visit, where it is wanted, and what that would do to the week.

Takes the filler of pages and what was asked for, gives the frozen values of `maps.month`. Nothing
is kept here: a preview is a question.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from api import audience
from api.passwords import random_secret
from api.plan_desk import find_visit, preview_now, read_plan
from api.plan_views import PlanNames, names_in
from geo_risk.planbook import Change, Move
from maps.month import MoveCost, MoveView, Shifted

if TYPE_CHECKING:
    from api.pages import Pages
    from geo_risk.planbook import Changed
    from geo_risk.visits.week import PlannedVisit, WeekPlan


@dataclass(frozen=True)
class Target:
    """Where a visit is wanted; '' and None: where it is."""

    officer: str = ""
    day: date | None = None
    time: str = ""

    @property
    def asked(self) -> bool:
        """Whether anything was said."""
        return bool(self.officer and self.day and self.time)


def move_of(pages: Pages, visit: PlannedVisit, target: Target) -> Move:
    """Give what was asked as a move, on the park's wall clock."""
    day = target.day or visit.start.astimezone(pages.service.park.zone).date()
    at = datetime.combine(day, time.fromisoformat(target.time), pages.service.park.zone)
    return Move(visit.candidate_id, target.officer, at)


def move_view(pages: Pages, week: date, visit_id: str, target: Target) -> MoveView:
    """Fill the page of one visit's move.

    Parameters
    ----------
    pages
        Of the request.
    week, visit_id
        A day of the plan; the visit.
    target
        Where it is wanted: if anything is said, what it would do is worked out.

    Raises
    ------
    AuthError, ForbiddenError, NotFoundError
        When it is not this reader's; when there is no such visit.
    """
    audience.check_desk(pages.sight)
    zone = pages.service.park.zone
    read = read_plan(pages.service, pages.sight, week, pages.now)
    plan, names = read.plan, read.names
    visit = find_visit(plan, visit_id)
    start = visit.start.astimezone(zone)
    view = MoveView(
        week=plan.first_day,
        visit_id=visit.id,
        label=_label(names, visit),
        officer=names.officers.get(visit.officer_id, visit.officer_id),
        start=start,
        officers=tuple((one, names.officers.get(one, one)) for one in plan.officer_ids),
        dates=tuple(plan.first_day + timedelta(days=n) for n in range(plan.days)),
        asked_officer=target.officer or visit.officer_id,
        asked_day=target.day or start.date(),
        asked_time=target.time or f"{start:%H:%M}",
        key=random_secret()[:24],
    )
    if not target.asked:
        return view
    change = Change(moves=(move_of(pages, visit, target),))
    return _with_answer(pages, view, visit, _preview(pages, plan, change))


def _preview(pages: Pages, plan: WeekPlan, change: Change) -> Changed:
    actor = pages.sight.reader
    return preview_now(pages.service, pages.shown, actor, plan.first_day, change, pages.now)


def _with_answer(pages: Pages, view: MoveView, visit: PlannedVisit, made: Changed) -> MoveView:
    store, sight = pages.service.store, pages.sight
    if made.refused is not None:
        other = made.refused.other_id
        known = [one for one in made.before.visits if one.candidate_id == other]
        told = names_in(store, sight, replace(made.before, visits=tuple(known), left_out=()))
        label = _label(told, known[0]) if known else ""
        return replace(view, refused=made.refused.code, other=label)
    before = {one.id: one for one in made.before.visits}
    after = {one.id: one for one in made.after.visits}
    gone = [one for name, one in before.items() if name not in after]
    new = [one for name, one in after.items() if name not in before]
    both = [(before[one], after[one]) for one in before.keys() & after.keys() if one != visit.id]
    elsewhere = [(old, now) for old, now in both if _place(old) != _place(now)]
    some = (*gone, *new, *(old for old, _ in elsewhere))
    names = names_in(store, sight, replace(made.after, visits=some, left_out=()))
    zone, mine = pages.service.park.zone, after[visit.id]
    shifted = [
        Shifted(
            _label(names, old),
            names.officers.get(old.officer_id, old.officer_id),
            old.start.astimezone(zone),
            names.officers.get(now.officer_id, now.officer_id),
            now.start.astimezone(zone),
        )
        for old, now in elsewhere
    ]
    cost = MoveCost(
        officer=names.officers.get(mine.officer_id, mine.officer_id),
        start=mine.start.astimezone(zone),
        before=made.before.covered,
        after=made.after.covered,
        way_before=_way_min(made.before),
        way_after=_way_min(made.after),
        others=tuple(sorted(shifted, key=lambda one: (one.officer, one.start))),
        dropped=tuple(sorted(_label(names, one) for one in gone)),
        added=tuple(sorted(_label(names, one) for one in new)),
    )
    return replace(view, cost=cost)


def _place(one: PlannedVisit) -> tuple[str, datetime]:
    return one.officer_id, one.start


def _way_min(plan: WeekPlan) -> int:
    return round(sum(one.travel_s for one in plan.visits) / 60)


def _label(names: PlanNames, visit: PlannedVisit) -> str:
    return names.of(visit.enterprise_id) or visit.enterprise_id
