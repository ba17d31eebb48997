"""A kept plan changed to what has happened since, or to what the chief wants; and taken back.

What was told to an enterprise stays where it is, few of the others move, visits made since have
left the plan. `preview` says what a change would do and keeps nothing; a change of moves alone is
searched without chance, so that it does what the preview said.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from geo_risk.errors import ConflictError
from geo_risk.planbook.clock import Clock
from geo_risk.planbook.gather import Before, Gathered, gather
from geo_risk.planbook.keeping import Basis, keep, kept_plan
from geo_risk.planbook.making import check_role, pinned_in, seed_for
from geo_risk.planbook.moving import MoveRefused, check_moves, lost_by, move_visits
from geo_risk.planbook.request import Change, with_change
from geo_risk.planbook.standing import standing_at
from geo_risk.planbook.writing import Search, as_it_was, week_of
from geo_risk.visits.replan import replan

if TYPE_CHECKING:
    from collections.abc import Collection

    from geo_risk.park import ParkFile
    from geo_risk.planbook.ways import Ways
    from geo_risk.published import Publication
    from geo_risk.records import Actor
    from geo_risk.store import Store
    from geo_risk.visits.week import WeekPlan

CHANGE_SECONDS = 0.3
"""Time of the search when a plan is changed: reading and keeping take as long again."""

KEEP_SHARE = 0.9
"""At least this share of the other visits stays where it is."""

UNDO = timedelta(seconds=15)
"""So long a change may be taken back: the ten seconds that a page says, and the way."""


@dataclass(frozen=True)
class Changed:
    """What a change would do.

    Parameters
    ----------
    before, after
        The plan as it is, and as it would be.
    basis
        What it would be made from.
    refused
        Why it cannot be; `after` is then `before`.
    """

    before: WeekPlan
    after: WeekPlan
    basis: Basis
    refused: MoveRefused | None = None


def change(
    store: Store,
    park: ParkFile,
    publication: Publication | None,
    first_day: date,
    what: Change | None = None,
    *,
    actor: Actor,
    now: datetime,
    seconds: float = CHANGE_SECONDS,
    ways: Ways | None = None,
) -> WeekPlan:
    """Change a plan to what has happened since: in the store, and as it is told here.

    Parameters
    ----------
    first_day
        Of the plan.
    what
        Absences (a visit that ran long is one, until its end), agreed times, visits moved; None:
        only what the store knows: visits made, new hazards, slips, orders.
    actor, now
        Who, and when.
    seconds
        Time of the search; where visits are moved nothing is searched, so that a preview tells
        what the change then does.
    store, park, publication, ways
        As of `make_week`.

    Returns
    -------
    WeekPlan
        The new version. What was confirmed is where it was, or is left out with a reason where its
        officer is away; of the other visits at least 90 % stay.

    Raises
    ------
    NotFoundError
        When there is no such plan.
    ConflictError
        When a visit cannot be moved so; and as `make_week`.
    ForbiddenError, InputError
        As `make_week`.
    """
    what = what or Change()
    made = preview(
        store,
        park,
        publication,
        first_day,
        what,
        actor=actor,
        now=now,
        seconds=seconds,
        ways=ways,
    )
    if made.refused is not None:
        raise made.refused.error()
    return keep(store, made.after, made.basis, actor=actor, at=now).plan


def preview(
    store: Store,
    park: ParkFile,
    publication: Publication | None,
    first_day: date,
    what: Change,
    *,
    actor: Actor,
    now: datetime,
    seconds: float = CHANGE_SECONDS,
    ways: Ways | None = None,
) -> Changed:
    """Say what a change would do; nothing is kept. Parameters and errors as of `change`."""
    check_role(actor)
    old = kept_plan(store, first_day.isoformat())
    if refused := check_moves(old.plan, what.moves, now):
        return Changed(old.plan, old.plan, old.basis, refused)
    request = with_change(old.basis.request, what)
    clock = Clock(request.first_day, park.zone)
    standing = standing_at(store, old, request, what, clock, now)
    before = Before(
        old.basis.drawn,
        old.basis.learned,
        {name: one for name, one in pinned_in(old).items() if name not in standing.under_way_ids},
        standing.held,
    )
    gathered = gather(store, park, publication, request, at=now, ways=ways, before=before)
    gathered = _without(gathered, standing.under_way_ids)
    fixed = frozenset(before.pinned) & frozenset(gathered.problem.candidate)
    was = as_it_was(gathered, old.plan)
    problem, was, refused = move_visits(gathered.problem, was, what.moves, clock, park, fixed)
    if refused is not None:
        return Changed(old.plan, old.plan, old.basis, refused)
    gathered = replace(gathered, problem=problem)
    seed = seed_for(park, request)
    seconds = 0.0 if what.moves else seconds
    plan = replan(problem, was, fixed=fixed, seconds=seconds, seed=seed, keep_share=KEEP_SHARE)
    if what.moves and (lost := lost_by(old.plan, problem, plan, what.moves)):
        return Changed(old.plan, old.plan, old.basis, lost)
    week = week_of(
        gathered,
        plan,
        request,
        Search(seconds, seed),
        as_of=publication.as_of if publication else now,
        pinned=before.pinned,
        under_way=standing.under_way,
    )
    return Changed(old.plan, week, Basis(request, gathered.drawn, gathered.learned))


def take_back(
    store: Store, first_day: date, revision: int, *, actor: Actor, now: datetime
) -> WeekPlan:
    """Take the last change back: the version before it is the newest again.

    Parameters
    ----------
    first_day
        Of the plan.
    revision
        The version that is taken back: the newest, kept within the last `UNDO` by the same person.
    store, actor, now
        As of `change`.

    Returns
    -------
    WeekPlan
        As it was before, kept as a further version.

    Raises
    ------
    ConflictError
        When it is too late, or something came after it.
    NotFoundError, ForbiddenError
        As `change`.
    """
    check_role(actor)
    key = first_day.isoformat()
    newest_now = kept_plan(store, key)
    late = now - newest_now.plan.made_at > UNDO
    if newest_now.revision != revision or revision == 0 or late:
        raise ConflictError(
            f"The change of the plan of {key} cannot be taken back any more.",
            "Move the visit again.",
        )
    before = kept_plan(store, key, revision - 1)
    week = replace(before.plan, made_at=now)
    return keep(store, week, before.basis, actor=actor, at=now).plan


def _without(gathered: Gathered, names: Collection[str]) -> Gathered:
    """Take candidates out that are being visited."""
    left = tuple(one for one in gathered.problem.candidates if one.id not in names)
    return replace(gathered, problem=replace(gathered.problem, candidates=left))
