"""Secrets: passwords with argon2, random tokens, and the mark against forged requests.

Takes what a person or a program sends, gives hashes and yes or no. Nothing here is stored: the
store sees hashes only. Passwords are slow to check on purpose (argon2id); session and bearer
secrets are 256 random bits, so one SHA-256 is enough for them.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from geo_risk.errors import InputError

MIN_PASSWORD = 8
TOKEN_MARK = "grt_"  # noqa: S105 (the beginning by which a leaked token is recognised)
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_HASHER = PasswordHasher()


def hash_password(password: str) -> str:
    """Hash a password with argon2id and a fresh salt.

    Raises
    ------
    InputError
        When it is shorter than eight characters.
    """
    if len(password) < MIN_PASSWORD:
        raise InputError(
            f"The password has {len(password)} characters.", f"Choose at least {MIN_PASSWORD}."
        )
    return _HASHER.hash(password)


def is_password(stored: str | None, given: str) -> bool:
    """Say whether a password is the one that was hashed; None costs the same time and is never."""
    try:
        _HASHER.verify(stored or _nobody(), given)
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


def random_password() -> str:
    """Make a password that a person can type: three groups of four, about 59 bits."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(3))


def random_secret() -> str:
    """Make a secret of 256 random bits, as text for a cookie."""
    return secrets.token_urlsafe(32)


def random_token() -> str:
    """Make a bearer token: a recognisable beginning and 256 random bits."""
    return TOKEN_MARK + secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """Give what the store keeps of a random secret: its SHA-256 (hex)."""
    return hashlib.sha256(secret.encode()).hexdigest()


def form_mark(session_secret: str) -> str:
    """Make the mark that a form or script of ours sends with a change.

    Salted, so that two pages never carry the same text: a compressed page gives nothing away.

    Parameters
    ----------
    session_secret
        The secret in the session's cookie.

    Returns
    -------
    str
        `salt.signature`, good as long as the session.
    """
    salt = secrets.token_urlsafe(9)
    return f"{salt}.{_signature(session_secret, salt)}"


def is_form_mark(session_secret: str, given: str) -> bool:
    """Say whether a mark was made for this session."""
    salt, _, signature = given.partition(".")
    expected = _signature(session_secret, salt)
    return hmac.compare_digest(expected.encode(), signature.encode())


def _signature(session_secret: str, salt: str) -> str:
    return hmac.new(session_secret.encode(), f"form:{salt}".encode(), "sha256").hexdigest()


@cache
def _nobody() -> str:
    """Give a hash of no known password: an unknown name then takes as long as a known one."""
    return _HASHER.hash(secrets.token_urlsafe(32))
