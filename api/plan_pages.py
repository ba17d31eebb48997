"""What /today and /plan are filled with: plans cut to their reader, in the frozen values of `maps`.

Takes the filler of pages and what was asked for, gives views. A stop is done when a visit to its
premises was written down for that day.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, cast

from api import audience
from api.jobs import DONE
from api.passwords import random_secret
from api.plan_days import DayMaker, ground_of
from api.plan_desk import read_plan, weeks_of
from api.plan_views import FIRST_TIERS, gap_of, left_by_reason, left_views, own_officers
from geo_risk import planbook
from geo_risk.errors import NotFoundError
from geo_risk.planbook.changing import UNDO
from geo_risk.records import Role, Visit
from geo_risk.store import Query
from maps.month import ChangeView, PlanTask, PlanView, TodayView
from maps.stops import DayView

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fastapi import Request

    from api.pages import Pages
    from api.plan_desk import PlanRead
    from maps.views import Refusal

_MOST_LEFT = 60
_DESK = frozenset({Role.CLERK, Role.CHIEF, Role.KEEPER})


def today_view(
    pages: Pages,
    request: Request,
    day: date | None,
    officer: str,
    *,
    said: str = "",
    refusal: Refusal | None = None,
) -> TodayView:
    """Fill one officer's day.

    Parameters
    ----------
    pages
        Of the request.
    request
        Gives the address of the service for links.
    day
        None: today.
    officer
        Whose; '' or one that this reader may not open: its own first, else the plan's first.
    said, refusal
        What came of a form just sent.
    """
    service, now = pages.service, pages.now
    day = day or now.astimezone(service.park.zone).date()
    try:
        read = read_plan(service, pages.sight, day, now)
    except NotFoundError:
        return TodayView(day=DayView(officer_id="", officer="", day=day), refusal=refusal)
    plan = read.plan
    offered = [(one, read.names.officers.get(one, one)) for one in plan.officer_ids]
    own = own_officers(service.kept, pages.sight.reader, now)
    whose = next((one for one in (officer, *own, *plan.officer_ids) if one in plan.officer_ids), "")
    base = service.settings.public_url.rstrip("/") or str(request.base_url).rstrip("/")
    maker = DayMaker(ground_of(service, pages.shown, now), plan, read.names, base)
    view = maker.day(whose, day) if whose else DayView(officer_id="", officer="", day=day)
    return TodayView(
        day=view,
        week=plan.first_day,
        made_at=plan.made_at,
        dates=maker.dates,
        officers=tuple(offered) if len(offered) > 1 else (),
        done=_done(pages, view, read),
        notes=plan.notes,
        may_change=bool(whose),
        now=now,
        key=random_secret()[:24],
        said=said,
        refusal=refusal,
    )


def plan_view(
    pages: Pages,
    week: date | None,
    *,
    job_id: str = "",
    cost: str = "",
    undo: int | None = None,
    typed: Mapping[str, str] | None = None,
    refusal: Refusal | None = None,
) -> PlanView:
    """Fill the chief's week, an officer's own part of it, or the analyst's figures.

    Parameters
    ----------
    pages
        Of the request.
    week
        A day of it; None: the plan of today, else the latest.
    job_id
        A plan being made, '' for none.
    cost
        What a change did: four counts, and what was covered before and after; '' for none.
    undo
        Number of the version that may be taken back, None for none.
    typed, refusal
        The form just sent, and why it was not taken.
    """
    service, sight, now = pages.service, pages.sight, pages.now
    weeks = tuple(date.fromisoformat(one) for one in weeks_of(service.store))
    asked = week or _default_week(pages, weeks)
    role = sight.reader.role
    given = {
        "weeks": weeks,
        "makes": role in {Role.CHIEF, Role.KEEPER},
        "typed": typed or {},
        "key": random_secret()[:24],
        "task": _task(pages, job_id),
        "change": _change(cost),
        "refusal": refusal,
    }
    try:
        read = read_plan(service, sight, asked, now)
    except NotFoundError:
        return PlanView(week=asked, **given)  # type: ignore[arg-type]
    plan = read.plan
    maker = DayMaker(ground_of(service, pages.shown, now), plan, read.names)
    told = "officers" in sight.collections
    officers = [(one, read.names.officers.get(one, one)) for one in plan.officer_ids if told]
    first = [one for one in plan.left_out if one.tier in FIRST_TIERS]
    return PlanView(
        week=plan.first_day,
        planned=True,
        dates=maker.dates,
        officers=tuple(officers),
        days={
            (who, day): maker.day(who, day, drawn=False)
            for who, _ in officers
            for day in maker.dates
        },
        made_at=plan.made_at,
        as_of=plan.as_of,
        visits=len(plan.visits),
        drawn=sum(one.selection_probability is not None for one in plan.visits),
        covered=plan.covered,
        bound=plan.bound,
        gap=gap_of(plan),
        left=left_views(first, read.names)[:_MOST_LEFT],
        left_by_reason=left_by_reason(plan),
        notes=plan.notes,
        changes=role in _DESK,
        undo=undo if undo == read.revision and now - plan.made_at <= UNDO else None,
        opens=service.park.plan.shifts[0].partition("-")[0],
        moved=_moved(pages, read) if given["makes"] else (),
        **given,  # type: ignore[arg-type]
    )


def _moved(pages: Pages, read: PlanRead) -> tuple[tuple[str, str, datetime], ...]:
    """Give the visits of a plan that were moved by hand and have not begun, the earliest first."""
    visits = {one.candidate_id: one for one in read.plan.visits}
    moves = planbook.moves_in(pages.service.store, read.plan.first_day)
    told = [
        (
            read.names.of(visits[one.candidate_id].enterprise_id) or one.candidate_id,
            read.names.officers.get(one.officer_id, one.officer_id),
            one.at,
        )
        for one in moves
        if one.candidate_id in visits and one.at > pages.now
    ]
    return tuple(sorted(told, key=lambda one: one[2]))


def _default_week(pages: Pages, weeks: tuple[date, ...]) -> date:
    """Give today where a plan covers it, else the latest plan's first day, else next Monday."""
    today = pages.now.astimezone(pages.service.park.zone).date()
    if not weeks:
        return today + timedelta(days=-today.weekday() % 7)
    return today if any(one <= today < one + timedelta(days=7) for one in weeks) else weeks[0]


def _done(pages: Pages, day: DayView, read: PlanRead) -> frozenset[str]:
    """Give the stops whose premises were visited that day."""
    if not day.stops:
        return frozenset()
    begin = day.stops[0].start.replace(hour=0, minute=0, second=0, microsecond=0)
    query = Query("visits", time_from=begin, time_to=begin + timedelta(days=1))
    found = pages.service.store.find(query, actor=pages.sight.reader)
    visited = {cast("Visit", one.record).premises_id for one in found}
    premises = {one.id: one.premises_id for one in read.plan.visits}
    return frozenset(one.id for one in day.stops if premises[one.id] in visited)


def _task(pages: Pages, job_id: str) -> PlanTask | None:
    """Say how far a plan is that is being made; one that is made needs no word."""
    if not job_id:
        return None
    audience.check_head(pages.sight)
    job = pages.service.jobs.find(job_id)
    if job.kind != "plan" or job.state == DONE:
        return None
    return PlanTask(job.id, job.percent, job.state, f"{job.error} {job.hint}".strip())


def _change(cost: str) -> ChangeView | None:
    if not cost:
        return None
    kept, moved, added, dropped, before, after = (float(one) for one in cost.split(","))
    return ChangeView(int(kept), int(moved), int(added), int(dropped), before, after)
