"""Corrections (更正版) of a published month: made with a written reason, numbered, listed.

Takes the store, a month and what is left out of it, gives the next revision of the month and of
every later one; who made it, and when, is kept with the revision's documents, why as the words of
a step, which are person data. A revision without such a step was made before reasons were asked.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from geo_risk.errors import InputError
from geo_risk.monthly.freeze import OUTPUT, PARAMS
from geo_risk.monthly.publish import preview_revision, results, revise
from geo_risk.records import Step
from geo_risk.steps import steps_by_subject
from geo_risk.store import Query

if TYPE_CHECKING:
    from geo_risk.park import ParkFile
    from geo_risk.records import Actor
    from geo_risk.store import Document, Store

SUBJECT, CORRECT = "index", "correct"


@dataclass(frozen=True)
class Correction:
    """One correction of a month.

    Parameters
    ----------
    month, revision
        Which; the first correction is revision 1.
    at, by
        When, and the account that made it.
    left_out
        Ids of the reports and visits that it took out, beside those left out before.
    reason
        In words, '' where none is kept any more.
    through
        The earlier month that was corrected, where this one only follows; else ''.
    """

    month: str
    revision: int
    at: datetime
    by: str
    left_out: tuple[str, ...]
    reason: str = ""
    through: str = ""


def correct(
    store: Store,
    park: ParkFile,
    month: str,
    without: Iterable[str],
    reason: str,
    *,
    actor: Actor,
    at: datetime,
) -> list[dict[str, Document]]:
    """Correct a published month, and every later one with it.

    Parameters
    ----------
    store, park
        Records; calendar.
    month
        YYYY-MM, published.
    without
        Ids of the reports or visits that are taken out of it.
    reason
        Why, in words.
    actor, at
        Who decides, and when (zone-aware).

    Returns
    -------
    list
        As of `revise`.

    Raises
    ------
    NotFoundError
        When the month is not published.
    InputError
        Without a reason, without anything to take out, or where it is left out already or unknown.
    """
    ids = _asked(store, month, without, reason, actor)
    revised = revise(store, park, month, ids, actor=actor, at=at)
    steps = [_step(one[OUTPUT], month, reason.strip(), actor, at) for one in revised]
    store.apply(steps, actor=actor, at=at)
    return revised


def preview_correction(
    store: Store,
    park: ParkFile,
    month: str,
    without: Iterable[str],
    reason: str,
    *,
    actor: Actor,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give what a published month says, and what it would say corrected; nothing is kept.

    Parameters and errors as of `correct`; later months, which follow, are not worked out.
    """
    ids = _asked(store, month, without, reason, actor)
    return results(store, month), preview_revision(store, park, month, ids)


def corrections_of(store: Store, month: str, *, actor: Actor) -> list[Correction]:
    """Give the corrections of a month, the first one first; reading their reasons is audited."""
    kept = store.documents(PARAMS, month)
    if len(kept) < 2:
        return []
    steps = steps_by_subject(store, SUBJECT, [month], actor=actor, personal=True)[month]
    told = {one.state_to: one for one in steps if one.action == CORRECT}
    found = []
    for before, one in pairwise(kept):
        gone = set(json.loads(one.body)["without"]) - set(json.loads(before.body)["without"])
        step = told.get(str(one.revision))
        found.append(
            Correction(
                month,
                one.revision,
                one.at,
                one.actor_id,
                tuple(sorted(gone)),
                step.text if step else "",
                step.other_id if step else "",
            )
        )
    return found


def _asked(
    store: Store, month: str, without: Iterable[str], reason: str, actor: Actor
) -> list[str]:
    """Give the ids that are to be left out of a published month; refuse what cannot be."""
    results(store, month)
    ids = sorted({one.strip() for one in without if one.strip()})
    _check(store, month, ids, reason, actor)
    return ids


def _check(store: Store, month: str, ids: list[str], reason: str, actor: Actor) -> None:
    if not reason.strip():
        raise InputError(f"The correction of {month} has no reason.", "Write why, in words.")
    if not ids:
        raise InputError(
            f"The correction of {month} takes nothing out.", "Name the reports or visits."
        )
    params = store.document(PARAMS, month)
    left_out = set(json.loads(params.body)["without"]) if params else set()
    again = [one for one in ids if one in left_out]
    if again:
        raise InputError(
            f"{', '.join(again)}: left out of {month} already.", "Name what still counts in it."
        )
    known = {
        one.record.id
        for collection in ("reports", "visits")
        for one in store.find(Query(collection, ids=ids), actor=actor)
    }
    unknown = [one for one in ids if one not in known]
    if unknown:
        raise InputError(f"There is no report or visit {', '.join(unknown)}.", "Check the numbers.")


def _step(output: Document, month: str, reason: str, actor: Actor, at: datetime) -> Step:
    return Step(
        id=f"step:{SUBJECT}.{output.key}.{output.revision:03d}",
        source="http",
        subject=SUBJECT,
        subject_id=output.key,
        action=CORRECT,
        state_from=str(output.revision - 1),
        state_to=str(output.revision),
        at=at,
        actor_id=actor.id,
        role=actor.role.value,
        other_id=month if output.key != month else "",
        text=reason,
    )
