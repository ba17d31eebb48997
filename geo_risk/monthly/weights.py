"""The chief's weights: a draft, who would move, two signatures, in force from the next month only.

Takes the store and who acts, keeps drafts and signatures as documents that never change. Weights
are judgement, to be settled by people; what they do is shown before anybody signs. The two who sign
are different persons, one of them chief; nothing signed ever touches a month that has begun.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from geo_risk.errors import ConflictError, ForbiddenError, NotFoundError
from geo_risk.monthly.freeze import canonical
from geo_risk.monthly.months import month_of, shift_month
from geo_risk.monthly.params import params_of
from geo_risk.records import Role

if TYPE_CHECKING:
    from geo_risk.park import ParkFile
    from geo_risk.records import Actor
    from geo_risk.store import Store

DRAFT, SIGNED = "index.weights", "index.weights.signed"
SIGNERS = frozenset({Role.CHIEF, Role.KEEPER})
NEEDED = 2


@dataclass(frozen=True)
class Signature:
    """Who signed, as what, when, and the first month it may hold for."""

    actor_id: str
    role: str
    at: str
    month: str


@dataclass(frozen=True)
class Weights:
    """One set of weights.

    Parameters
    ----------
    id
        `w1`, `w2`, ... in the order of drafts.
    weights
        Indicator to points, 100 together.
    drafted_by, drafted_at
        Who drew it up, when.
    signatures
        At most two, of different persons.
    valid_from
        First month (YYYY-MM) it holds for; '' until it has both signatures.
    """

    id: str
    weights: Mapping[str, float]
    drafted_by: str
    drafted_at: datetime
    signatures: tuple[Signature, ...] = ()
    valid_from: str = ""


def all_weights(store: Store) -> list[Weights]:
    """Give every draft with its signatures, oldest first."""
    found = []
    signed = store.documents(SIGNED)
    for number, one in enumerate(store.documents(DRAFT, "draft"), start=1):
        body = json.loads(one.body)
        key = f"w{number}"
        signatures = tuple(
            Signature(**json.loads(document.body)) for document in signed if document.key == key
        )
        complete = len(signatures) >= NEEDED
        found.append(
            Weights(
                id=key,
                weights={name: float(some) for name, some in body["weights"].items()},
                drafted_by=one.actor_id,
                drafted_at=one.at,
                signatures=signatures,
                valid_from=max(some.month for some in signatures) if complete else "",
            )
        )
    return found


def weights_of(store: Store, park: ParkFile, month: str) -> tuple[str, Mapping[str, float] | None]:
    """Give the weights in force in a month: id and points; '' and None for the park file's."""
    del park
    held = [one for one in all_weights(store) if one.valid_from and one.valid_from <= month]
    if not held:
        return "", None
    newest = max(held, key=lambda one: (one.valid_from, int(one.id[1:])))
    return newest.id, newest.weights


def draft(
    store: Store, park: ParkFile, weights: Mapping[str, float], *, actor: Actor, at: datetime
) -> Weights:
    """Keep a draft; nothing changes by it.

    Parameters
    ----------
    weights
        Indicator to points; all of them, 100 together.

    Raises
    ------
    InputError
        When weights are missing, unknown, negative, or not 100 together.
    ForbiddenError
        When somebody else than a chief or the keeper draws it up.
    """
    _check_role(actor, "draw up weights")
    params_of(park, weights)
    number = len(store.documents(DRAFT, "draft"))
    body = canonical({"weights": {name: float(one) for name, one in weights.items()}})
    store.keep_document(DRAFT, "draft", number, body, actor=actor, at=at)
    return all_weights(store)[number]


def sign(store: Store, park: ParkFile, weights_id: str, *, actor: Actor, at: datetime) -> Weights:
    """Sign a draft: with the second signature it holds from the next month.

    Raises
    ------
    NotFoundError
        When there is no such draft.
    ConflictError
        When it has both signatures, this person signed it already, or no chief would have signed.
    ForbiddenError
        When the role does not sign.
    """
    _check_role(actor, "sign weights")
    found = next((one for one in all_weights(store) if one.id == weights_id), None)
    if found is None:
        raise NotFoundError(f"There are no weights {weights_id!r}.", "See the list of drafts.")
    if len(found.signatures) >= NEEDED:
        raise ConflictError(f"{weights_id} has both signatures.", "Draw up another draft.")
    if any(one.actor_id == actor.id for one in found.signatures):
        raise ConflictError(
            f"You signed {weights_id} already.", "The second signature is another person's."
        )
    roles = {one.role for one in found.signatures} | {actor.role.value}
    if len(found.signatures) == NEEDED - 1 and Role.CHIEF.value not in roles:
        raise ConflictError("No chief has signed.", "One of the two signatures is a chief's.")
    signature = Signature(
        actor.id, actor.role.value, at.isoformat(), shift_month(month_of(at, park), 1)
    )
    store.keep_document(
        SIGNED, weights_id, len(found.signatures), canonical(signature), actor=actor, at=at
    )
    return next(one for one in all_weights(store) if one.id == weights_id)


def _check_role(actor: Actor, what: str) -> None:
    if actor.role not in SIGNERS:
        raise ForbiddenError(f"The role {actor.role} does not {what}.", "A chief does.")
