"""Who asks: sign-in by form or bearer token, sessions, roles; the `Actor` goes down from here.

Takes cookies and headers, gives an `Identity`. A session is 256 random bits in a cookie that
scripts cannot read, kept hashed, gone after twelve hours or at sign-out. A change asked for by
cookie must carry a mark that only our own pages can make (`passwords.form_mark`). Failed sign-ins
are counted per name and per address. What an actor may see is decided in `audience`, not here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING
from uuid import uuid4

from api.passwords import (
    digest,
    hash_password,
    is_form_mark,
    is_password,
    random_secret,
    random_token,
)
from api.throttle import Throttle
from geo_risk.errors import AuthError, ForbiddenError
from geo_risk.records import Actor, Role
from geo_risk.store import Token, User

if TYPE_CHECKING:
    from geo_risk.store import Store

SESSION_LIFE = timedelta(hours=12)
FORM_FIELD = "csrf"
FORM_HEADER = "x-csrf-token"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True)
class Identity:
    """Who a request comes from.

    Parameters
    ----------
    actor
        None: not signed in, which is the public.
    session_secret
        Secret of the session's cookie; None with a bearer token and without sign-in.
    name
        What the person types at sign-in, shown in the page's head; '' otherwise.
    """

    actor: Actor | None = None
    session_secret: str | None = None
    name: str = ""


PUBLIC = Identity()


@dataclass(frozen=True)
class Opened:
    """A session that was just opened: the secret for its cookie, and what the account is."""

    secret: str
    role: Role


class TokenUses:
    """Notes, once a day for each token, that it was used: in the audit, for the keeper to see."""

    def __init__(self) -> None:
        self._noted: dict[str, date] = {}

    def note(self, store: Store, token_id: str, actor: Actor, now: datetime) -> None:
        """Note a use; the second of a day leaves no trace."""
        day = now.date()
        if self._noted.get(token_id) != day:
            store.audit(actor, "token_used", f"tokens/{token_id}", now)
            self._noted[token_id] = day


def identify(
    store: Store,
    uses: TokenUses,
    cookie_name: str,
    cookie_header: str,
    authorization: str,
    now: datetime,
) -> Identity:
    """Find out who asks.

    Parameters
    ----------
    store
        Knows sessions and tokens by their hashes.
    uses
        Notes that a token is used.
    cookie_name
        Name of the session's cookie.
    cookie_header, authorization
        The headers' text, '' where missing.
    now
        Time of the request.

    Returns
    -------
    Identity
        A session that has ended is nobody's: the public.

    Raises
    ------
    AuthError
        When a bearer token is given and is not good.
    """
    if authorization:
        return Identity(actor=_actor_of_bearer(store, uses, authorization, now))
    secret = cookie_of(cookie_header, cookie_name)
    if not secret:
        return PUBLIC
    session = store.session(digest(secret), now=now)
    if session is None:
        return PUBLIC
    return Identity(actor_of_user(session.user, "console"), secret, session.user.name)


def sign_in(
    store: Store, throttles: Throttles, name: str, password: str, address: str, now: datetime
) -> Opened | None:
    """Open a session for a name and a password.

    Parameters
    ----------
    store
        Where users and sessions are kept.
    throttles
        Counts failures.
    name, password
        As typed.
    address
        Network address of the asker.
    now
        Time of the request.

    Returns
    -------
    Opened or None
        The secret for the cookie, and whose it is; None when name or password is wrong, and nobody
        learns which.

    Raises
    ------
    RateError
        After too many failures.
    """
    throttles.take(name, address, now)
    user = store.user_by_name(name)
    good = user is not None and user.disabled_at is None
    right = is_password(user.password_hash if user and good else None, password)
    if user is None or not right:
        return None
    throttles.forgive(name, address, now)
    secret = random_secret()
    store.put_session(digest(secret), user_id=user.id, at=now, expires_at=now + SESSION_LIFE)
    return Opened(secret, user.role)


def sign_out(store: Store, identity: Identity) -> None:
    """End the session of a request, if it has one."""
    if identity.session_secret is not None:
        store.drop_session(digest(identity.session_secret))


def check_form_mark(identity: Identity, method: str, given: str) -> None:
    """Refuse a change that a session's cookie alone asks for.

    Parameters
    ----------
    identity
        Who asks; a bearer token needs no mark, for no browser sends it by itself.
    method
        HTTP method.
    given
        The mark in the header or the form, '' where missing.

    Raises
    ------
    ForbiddenError
        When the mark is missing or another session's.
    """
    if identity.session_secret is None or method in SAFE_METHODS:
        return
    if not is_form_mark(identity.session_secret, given):
        raise ForbiddenError(
            "The request does not come from a page of ours.", "Load the page again and repeat it."
        )


def new_user(
    name: str,
    password: str,
    role: Role,
    now: datetime,
    *,
    station_id: str | None = None,
    zone_ids: tuple[str, ...] = (),
    enterprise_id: str | None = None,
    user_id: str | None = None,
) -> User:
    """Make an account; only the password's hash is in it.

    Raises
    ------
    InputError
        When the password is too short.
    """
    return User(
        id=user_id or f"user-{uuid4().hex[:12]}",
        name=name,
        role=role,
        password_hash=hash_password(password),
        station_id=station_id,
        zone_ids=zone_ids,
        enterprise_id=enterprise_id,
        created_at=now,
    )


def new_token(
    label: str,
    role: Role,
    now: datetime,
    *,
    life: timedelta | None = None,
    user: User | None = None,
    enterprise_id: str | None = None,
) -> tuple[str, Token]:
    """Make a bearer token.

    Parameters
    ----------
    label
        What it is for.
    role
        What it may do.
    now
        When it is made.
    life
        How long it is good; None: until revoked.
    user
        Whose it is, if somebody's; it then carries that user's zones and enterprise.
    enterprise_id
        The enterprise that it is limited to, for the role `enterprise`.

    Returns
    -------
    secret, token
        The secret is shown once; the token goes into the store.
    """
    secret = random_token()
    return secret, Token(
        id=f"token-{uuid4().hex[:12]}",
        hash=digest(secret),
        label=label,
        role=role,
        created_at=now,
        expires_at=None if life is None else now + life,
        user_id=user.id if user else None,
        station_id=user.station_id if user else None,
        zone_ids=user.zone_ids if user else (),
        enterprise_id=user.enterprise_id if user else enterprise_id,
    )


def actor_of_user(user: User, door: str) -> Actor:
    """Give the actor that an account acts as."""
    return Actor(
        id=user.id,
        role=user.role,
        door=door,
        station_id=user.station_id,
        zone_ids=user.zone_ids,
        enterprise_id=user.enterprise_id,
    )


def cookie_of(header: str, name: str) -> str:
    """Give one cookie of a Cookie header, '' where it is missing or the header is broken."""
    try:
        found = SimpleCookie(header).get(name)
    except CookieError:
        return ""
    return found.value if found else ""


class Throttles:
    """Failed sign-ins: few per name and address together, more per name, more per address.

    `receipts` counts, per address, who tries addresses of receipts that do not hold.
    """

    def __init__(self) -> None:
        self._pair = Throttle(5, timedelta(minutes=5))
        self._name = Throttle(30, timedelta(minutes=15))
        self._address = Throttle(30, timedelta(minutes=5))
        self.receipts = Throttle(20, timedelta(minutes=5))

    def take(self, name: str, address: str, now: datetime) -> None:
        """Count a sign-in as failed before it is looked at, or raise RateError.

        Counted first, so that many at once are not all let through while one is looked at.
        """
        self._address.take(address, now)
        self._name.take(name, now)
        self._pair.take(f"{name}\0{address}", now)

    def forgive(self, name: str, address: str, now: datetime) -> None:
        """Give a name's count back after it signed in; the address keeps its failures."""
        self._name.forgive(name)
        self._pair.forgive(f"{name}\0{address}")
        self._address.give_back(address, now)


def _actor_of_bearer(store: Store, uses: TokenUses, authorization: str, now: datetime) -> Actor:
    scheme, _, secret = authorization.partition(" ")
    good = scheme.lower() == "bearer" and secret.strip() != ""
    token = store.token(digest(secret.strip()), now=now) if good else None
    if token is None:
        raise AuthError(
            "The bearer token is not known, was revoked, or has run out.",
            "Ask the keeper for one: `geo-risk token add`.",
        )
    actor = Actor(
        id=token.user_id or token.id,
        role=token.role,
        door="http",
        station_id=token.station_id,
        zone_ids=token.zone_ids,
        enterprise_id=token.enterprise_id,
    )
    uses.note(store, token.id, actor, now)
    return actor
