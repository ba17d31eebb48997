"""Passwords, tokens, marks and throttling: what is given away, what is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from api import passwords
from api.auth import cookie_of, new_token, new_user
from api.throttle import Throttle
from geo_risk.errors import InputError, RateError
from geo_risk.records import Role

NOW = datetime(2026, 5, 13, 8, tzinfo=UTC)


def test_a_password_is_known_again_and_its_hash_gives_nothing_away():
    """argon2id with a salt: two hashes of one password differ."""
    first, second = (
        passwords.hash_password("样例口令-一二三四"),
        passwords.hash_password("样例口令-一二三四"),
    )
    assert first != second
    assert first.startswith("$argon2id$")
    assert "样例口令" not in first
    assert passwords.is_password(first, "样例口令-一二三四")
    assert not passwords.is_password(first, "样例口令-一二三五")


@pytest.mark.parametrize("stored", [None, "", "not a hash"])
def test_nobody_and_a_broken_hash_are_never_right(stored):
    """An unknown name is refused like a wrong password."""
    assert not passwords.is_password(stored, "anything at all")


def test_a_short_password_is_refused_with_the_remedy():
    """Eight characters at least."""
    with pytest.raises(InputError, match="Choose at least 8"):
        passwords.hash_password("1234567")


def test_random_secrets_never_repeat():
    """Passwords to type, session secrets, tokens."""
    for make in (passwords.random_password, passwords.random_secret, passwords.random_token):
        assert len({make() for _ in range(500)}) == 500


def test_a_secret_has_256_bits():
    """32 bytes in base64url."""
    assert len(passwords.random_secret()) == 43
    assert passwords.random_token().startswith("grt_")


def test_a_mark_holds_for_its_session_only():
    """And no two pages carry the same text."""
    mark = passwords.form_mark("session-a")
    assert passwords.is_form_mark("session-a", mark)
    assert mark != passwords.form_mark("session-a")
    for other in ("", ".", mark[:-1], mark.replace(".", ""), f"x{mark}", "标记.标记"):
        assert not passwords.is_form_mark("session-a", other)
    assert not passwords.is_form_mark("session-b", mark)


def test_a_token_and_a_user_hold_hashes_only():
    """What goes into the store does not open anything."""
    user = new_user("chief", "long enough", Role.CHIEF, NOW)
    secret, token = new_token("notebook", Role.ANALYST, NOW, life=timedelta(days=1), user=user)
    assert "long enough" not in repr(user)
    assert secret not in repr(token)
    assert token.hash == passwords.digest(secret)
    assert token.expires_at == NOW + timedelta(days=1)
    assert token.user_id == user.id


@pytest.mark.parametrize(
    ("header", "expected"),
    [("a=1; s=two; b=3", "two"), ("s=", ""), ("", ""), ("other=1", ""), ('s="q"', "q")],
)
def test_one_cookie_is_found_among_others(header, expected):
    """A missing or broken header gives nothing."""
    assert cookie_of(header, "s") == expected


def test_failures_close_the_door_and_time_opens_it():
    """The hint says how long."""
    throttle = Throttle(3, timedelta(minutes=5))
    for second in range(3):
        throttle.check("chief", NOW)
        throttle.fail("chief", NOW + timedelta(seconds=second))
    with pytest.raises(RateError, match=r"3 failed attempts .* Try again in 5 min"):
        throttle.check("chief", NOW + timedelta(seconds=3))
    throttle.check("officer", NOW + timedelta(seconds=3))
    throttle.check("chief", NOW + timedelta(minutes=5))


def test_a_success_forgives():
    """Somebody who mistyped twice starts anew."""
    throttle = Throttle(2, timedelta(minutes=5))
    throttle.fail("chief", NOW)
    throttle.forgive("chief")
    throttle.fail("chief", NOW)
    throttle.check("chief", NOW)


def test_a_throttle_remembers_so_many_keys_and_no_more():
    """A flood of names does not fill the memory."""
    throttle = Throttle(1, timedelta(minutes=5), keys=10)
    for number in range(100):
        throttle.fail(f"name-{number}", NOW)
    assert len(throttle._failures) == 10
