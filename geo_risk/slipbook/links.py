"""The address behind a slip's QR code: one secret, kept as its hash, that opens one slip.

Takes a slip and random bytes from the caller, gives the secret once. Looking uses nothing up; the
enterprise's last word (answer or objection) does. Who opens a link acts as that enterprise and can
do nothing else.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, cast

from geo_risk.errors import ConflictError
from geo_risk.records import Actor, Role, Slip
from geo_risk.slips import UNDER_WAY
from geo_risk.store import Link, Query

if TYPE_CHECKING:
    from geo_risk.store import Store, Stored

LINK_PURPOSE = "receipt"
LINK_LIFE = timedelta(days=60)
_READER = Actor(id="receipt", role=Role.KEEPER, door="http")


@dataclass(frozen=True)
class Opened:
    """What a secret opens: the link, the slip, and in whose name it acts."""

    link: Link
    slip: Stored[Slip]
    actor: Actor


def secret_digest(secret: str) -> str:
    """Give the hash under which a secret is known."""
    return hashlib.sha256(f"receipt:{secret}".encode()).hexdigest()


def make_link(store: Store, slip: Slip, secret: str, *, at: datetime) -> datetime:
    """Keep a link to an issued slip.

    Parameters
    ----------
    slip
        Which.
    secret
        At least 128 random bits, made by the caller and kept nowhere.
    at
        Now, zone-aware.

    Returns
    -------
    datetime
        Until when it holds.

    Raises
    ------
    ConflictError
        When the slip is not under way.
    """
    if slip.state not in UNDER_WAY:
        raise ConflictError(
            f"Slip {slip.id!r} is {slip.state}: nobody can answer it.", "Issue it first."
        )
    expires = max(at, slip.due or at) + LINK_LIFE
    store.put_link(Link(secret_digest(secret), LINK_PURPOSE, slip.id, at, expires))
    return expires


def open_link(store: Store, secret: str, *, now: datetime) -> Opened | None:
    """Give what a secret opens, used or not, and write nothing; None: unknown, expired or gone."""
    digest = secret_digest(secret)
    link = store.link(digest, now=now)
    if link is None or link.purpose != LINK_PURPOSE:
        return None
    slips = store.find(Query("slips", ids=[link.subject]), actor=_READER)
    if not slips:
        return None
    found = cast("Stored[Slip]", slips[0])
    actor = Actor(
        id=f"receipt-{digest[:12]}",
        role=Role.ENTERPRISE,
        door="receipt",
        enterprise_id=found.record.enterprise_id,
    )
    return Opened(link, found, actor)
