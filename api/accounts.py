"""Accounts and tokens as their keeper handles them: what the command and the page both do.

Takes an open store and what was asked for, gives accounts and, where one was made, the password or
token to show this once. Checked here: that what an account belongs to exists. That the last keeper
stays, that a name is one account's, and the audit are the store's.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from api.auth import new_token, new_user
from api.passwords import hash_password, random_password
from geo_risk.errors import InputError, NotFoundError
from geo_risk.records import Role
from geo_risk.store import Query

if TYPE_CHECKING:
    from collections.abc import Collection

    from geo_risk.records import Actor
    from geo_risk.store import Store, Token, User

TOKEN_LIFE_DAYS = 365
_LONGEST_NAME = 60


@dataclass(frozen=True)
class Secret:
    """What is shown this once: of which account or token, and the text."""

    of: str
    text: str


@dataclass(frozen=True)
class Belongs:
    """What an account is limited to, as its keeper names it.

    Parameters
    ----------
    zone_ids
        An officer's zones.
    enterprise
        Of the role enterprise: id, number, credit code or whole name.
    station_id
        The station it works for.
    """

    zone_ids: tuple[str, ...] = ()
    enterprise: str = ""
    station_id: str = ""


def add_account(
    store: Store,
    name: str,
    role: Role,
    belongs: Belongs,
    *,
    actor: Actor,
    now: datetime,
    password: str | None = None,
) -> tuple[User, Secret | None]:
    """Make an account.

    Parameters
    ----------
    store
        The park's.
    name
        What is typed at sign-in.
    role, belongs
        What it is, and what it is limited to.
    actor, now
        Who makes it, and when.
    password
        Its password; None makes one, to be shown once.

    Returns
    -------
    user, secret
        The secret is None where the password was given.

    Raises
    ------
    InputError, ConflictError
        When the name or the password is none, what it belongs to does not exist, or the name is
        taken.
    """
    name = _checked_name(name)
    zone_ids = belongs.zone_ids if role is Role.OFFICER else ()
    _check_there(store, "zones", zone_ids)
    _check_there(store, "stations", (belongs.station_id,) if belongs.station_id else ())
    enterprise_id = (
        _enterprise(store, belongs.enterprise, actor) if role is Role.ENTERPRISE else None
    )
    chosen = random_password() if password is None else password
    user = new_user(
        name,
        chosen,
        role,
        now,
        station_id=belongs.station_id or None,
        zone_ids=zone_ids,
        enterprise_id=enterprise_id,
    )
    kept = store.put_user(user, actor=actor, at=now)
    return kept, Secret(name, chosen) if password is None else None


def reset_password(
    store: Store, user: User, *, actor: Actor, now: datetime, password: str | None = None
) -> Secret | None:
    """Give an account another password, which ends its sessions; None makes one, shown once."""
    chosen = random_password() if password is None else password
    store.put_user(replace(user, password_hash=hash_password(chosen)), actor=actor, at=now)
    return Secret(user.name, chosen) if password is None else None


def close_account(store: Store, user: User, *, actor: Actor, now: datetime) -> None:
    """Disable an account: no sign-in, no session, no token; what it did stays.

    Raises
    ------
    ConflictError
        When it is the last keeper who can sign in.
    """
    store.put_user(replace(user, disabled_at=user.disabled_at or now), actor=actor, at=now)


def open_account(store: Store, user: User, *, actor: Actor, now: datetime) -> None:
    """Let a disabled account sign in again, with the password it had."""
    store.put_user(replace(user, disabled_at=None), actor=actor, at=now)


def add_token(
    store: Store,
    label: str,
    role: Role,
    *,
    actor: Actor,
    now: datetime,
    days: int = TOKEN_LIFE_DAYS,
    user: User | None = None,
    enterprise: str = "",
) -> tuple[Token, Secret]:
    """Make a bearer token.

    Parameters
    ----------
    store
        The park's.
    label
        What it is for.
    role
        What it may do.
    actor, now
        Who makes it, and when.
    days
        How long it is good.
    user
        Whose it is, if somebody's.
    enterprise
        Of the role enterprise, as for an account.

    Raises
    ------
    InputError
        When it says nothing of what it is for, or names no enterprise.
    """
    if not label.strip():
        raise InputError("The token has no label.", "Say what it is for.")
    own = role is Role.ENTERPRISE and user is None
    secret, token = new_token(
        label.strip(),
        role,
        now,
        life=timedelta(days=days),
        user=user,
        enterprise_id=_enterprise(store, enterprise, actor) if own else None,
    )
    store.put_token(token, actor=actor, at=now)
    return token, Secret(token.id, secret)


def find_account(store: Store, name: str) -> User:
    """Give the account with this name.

    Raises
    ------
    NotFoundError
        When there is none.
    """
    user = store.user_by_name(name)
    if user is None:
        raise NotFoundError(f"There is no user {name!r}.", "See `geo-risk user list`.")
    return user


def _checked_name(name: str) -> str:
    plain = name.strip()
    if not plain or len(plain) > _LONGEST_NAME or not plain.isprintable():
        raise InputError(
            f"{plain[:_LONGEST_NAME]!r} is no name to sign in with.",
            f"Give 1 to {_LONGEST_NAME} characters.",
        )
    return plain


def _check_there(store: Store, collection: str, ids: Collection[str]) -> None:
    for one in ids:
        if not store.count(Query(collection, ids=[one])):
            raise InputError(
                f"There is no {collection.removesuffix('s')} {one!r}.",
                f"Take an id of /ogc/collections/{collection}/items.",
            )


def _enterprise(store: Store, named: str, actor: Actor) -> str:
    """Find an enterprise by id, number or credit code, else by its whole name."""
    wanted = named.strip()
    if not wanted:
        raise InputError("The account says no enterprise.", "Give its id, code or name.")
    ids, _ = store.known({"enterprises"})
    found = ids["enterprises"].get(wanted)
    if found is not None:
        return found
    everybody = store.find(Query("enterprises", personal=True), actor=actor)
    same = [one.record.id for one in everybody if getattr(one.record, "name", "") == wanted]
    if len(same) == 1:
        return same[0]
    raise InputError(
        f"{len(same) or 'No'} enterprises are called {wanted!r}.", "Give its id or credit code."
    )
