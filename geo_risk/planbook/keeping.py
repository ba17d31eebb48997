"""Plans as they are kept: each version a document, with the draws and numbers it was made from.

A plan's key is its first day; a change is a further revision, so that every version that somebody
was shown can be read again. What the lot drew for a week stays drawn.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from geo_risk.errors import NotFoundError
from geo_risk.planbook.learned import Learned, learned_from
from geo_risk.planbook.request import (
    MOST_DAYS,
    Move,
    PlanRequest,
    request_from,
    request_plain,
)
from geo_risk.visits.lot import Drawn
from geo_risk.visits.week import WeekPlan, week_from, week_text

if TYPE_CHECKING:
    from geo_risk.records import Actor
    from geo_risk.store import Store

PLAN, BASIS = "plan", "plan.basis"


@dataclass(frozen=True)
class Basis:
    """What a plan was made from, beyond the store.

    Parameters
    ----------
    request
        Days, officers, absences, agreed times.
    drawn
        What the lot drew.
    learned
        What past visits told.
    """

    request: PlanRequest
    drawn: tuple[Drawn, ...]
    learned: Learned


@dataclass(frozen=True)
class Kept:
    """A version of a plan with its basis and its revision."""

    plan: WeekPlan
    basis: Basis
    revision: int


def newest(store: Store, day: date | None = None) -> Kept | None:
    """Give the newest version of the plan that covers a day; without one, of the latest plan.

    Returns
    -------
    Kept or None
        Where two plans cover the day, the one that begins last.
    """
    keys = store.document_keys(PLAN)
    if day is not None:
        first = (day - timedelta(days=MOST_DAYS - 1)).isoformat()
        keys = [one for one in keys if first <= one <= day.isoformat()]
    for key in reversed(keys):
        found = _read(store, key)
        if day is None or day <= found.basis.request.last_day:
            return found
    return None


def kept_plan(store: Store, key: str, revision: int | None = None) -> Kept:
    """Give a version of a plan by its first day.

    Raises
    ------
    NotFoundError
        When there is none.
    """
    if store.document(PLAN, key, revision) is None:
        raise NotFoundError(f"There is no plan of {key}.", "Make one: geo-risk plan.")
    return _read(store, key, revision)


def moves_in(store: Store, first_day: date) -> tuple[Move, ...]:
    """Give what was moved by hand in the plan that begins on a day; () where there is none."""
    key = first_day.isoformat()
    return _read(store, key).basis.request.moves if store.document(PLAN, key) else ()


def keep(store: Store, plan: WeekPlan, basis: Basis, *, actor: Actor, at: datetime) -> Kept:
    """Keep a further version of a plan.

    Raises
    ------
    ConflictError
        When somebody else kept one at the same moment: nothing of theirs is lost.
    """
    key = basis.request.key
    last = store.document(PLAN, key)
    revision = 0 if last is None else last.revision + 1
    bodies = {PLAN: week_text(plan), BASIS: _basis_text(basis)}
    store.keep_documents(PLAN, key, revision, bodies, actor=actor, at=at)
    return Kept(plan, basis, revision)


def _read(store: Store, key: str, revision: int | None = None) -> Kept:
    plan = store.document(PLAN, key, revision)
    basis = None if plan is None else store.document(BASIS, key, plan.revision)
    if plan is None or basis is None:
        raise NotFoundError(f"There is no plan of {key}.", "Make one: geo-risk plan.")
    return Kept(week_from(plan.body), _basis_from(json.loads(basis.body)), plan.revision)


def _basis_text(basis: Basis) -> str:
    plain = {
        "request": request_plain(basis.request),
        "drawn": [
            [one.premises_id, one.probability, one.officer_id, one.zone_id] for one in basis.drawn
        ],
        "learned": basis.learned.as_plain(),
    }
    return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _basis_from(plain: Mapping[str, Any]) -> Basis:
    return Basis(
        request_from(plain["request"]),
        tuple(Drawn(*one) for one in plain["drawn"]),
        learned_from(plain["learned"]),
    )
