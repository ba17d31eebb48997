"""Accounts: hashes in, and out only what still holds."""

from __future__ import annotations

from dataclasses import replace

import pytest

from geo_risk.errors import ConflictError, NotFoundError, StoreError
from geo_risk.records import Role
from geo_risk.store import Store, Token, User
from tests.contract.examples import DAY, KEEPER, NOW

CLERK = User(
    "u-1", "样例民警", Role.CLERK, "$argon2id$...", station_id="s:1", zone_ids=("z:1", "z:2")
)


def test_a_user_comes_back_by_id_and_name(store: Store) -> None:
    """With role, station and zones; the moment of creation is kept when the account changes."""
    assert store.user_by_name("样例民警") is None
    store.put_user(CLERK, actor=KEEPER, at=NOW)
    kept = replace(CLERK, created_at=NOW)
    assert store.user("u-1") == store.user_by_name("样例民警") == kept
    store.put_user(replace(CLERK, role=Role.CHIEF), actor=KEEPER, at=NOW + DAY)
    assert store.users() == [replace(kept, role=Role.CHIEF)]
    with pytest.raises(ConflictError, match="There is a user '样例民警' already"):
        store.put_user(replace(CLERK, id="u-2"), actor=KEEPER, at=NOW)
    assert [one.what for one in store.audits(subject="users/u-1")] == ["put_user"] * 2


def test_a_session_holds_until_its_end(store: Store) -> None:
    """Expired, dropped, of a disabled user: as good as none."""
    store.put_user(CLERK, actor=KEEPER, at=NOW)
    for name in ("a", "b", "c"):
        store.put_session(name, user_id="u-1", at=NOW, expires_at=NOW + DAY)
    held = store.session("a", now=NOW)
    assert held is not None
    assert held.user.name == CLERK.name
    assert (held.created_at, held.expires_at) == (NOW, NOW + DAY)
    assert store.session("a", now=NOW + DAY) is None
    assert store.session("unknown", now=NOW) is None
    store.drop_session("b")
    store.drop_session("b")
    assert store.session("b", now=NOW) is None
    store.put_user(replace(CLERK, disabled_at=NOW), actor=KEEPER, at=NOW)
    assert store.session("c", now=NOW) is None


def test_a_session_belongs_to_a_user(store: Store) -> None:
    """Foreign keys are on."""
    with pytest.raises(StoreError, match=r"(?i)foreign key"):
        store.put_session("a", user_id="nobody", at=NOW, expires_at=NOW + DAY)


def test_a_token_holds_until_revoked_or_expired(store: Store) -> None:
    """Its role, zones and owner come back; a disabled owner's token is none."""
    store.put_user(CLERK, actor=KEEPER, at=NOW)
    free = Token("t-1", "h1", "门户", Role.PORTAL, NOW, expires_at=NOW + 30 * DAY)
    owned = Token("t-2", "h2", "", Role.CLERK, NOW, user_id="u-1", zone_ids=("z:1",))
    for token in (free, owned):
        store.put_token(token, actor=KEEPER, at=NOW)
        assert store.token(token.hash, now=NOW) == token
    assert store.tokens() == [free, owned]
    assert store.token("h1", now=NOW + 30 * DAY) is None
    store.revoke_token("t-1", actor=KEEPER, at=NOW + DAY)
    store.revoke_token("t-1", actor=KEEPER, at=NOW + 2 * DAY)
    assert store.token("h1", now=NOW) is None
    assert store.tokens()[0].revoked_at == NOW + DAY
    store.put_user(replace(CLERK, disabled_at=NOW), actor=KEEPER, at=NOW)
    assert store.token("h2", now=NOW) is None
    with pytest.raises(NotFoundError, match="There is no token 't-9'"):
        store.revoke_token("t-9", actor=KEEPER, at=NOW)


def test_the_audit_is_in_order_and_can_be_searched(store: Store) -> None:
    """By moment and by subject."""
    for day, what in enumerate(("export", "render", "export")):
        store.audit(KEEPER, what, f"list/{day}", NOW + day * DAY, count=day)
    assert [(one.what, one.count) for one in store.audits()] == [
        ("export", 0),
        ("render", 1),
        ("export", 2),
    ]
    assert [one.subject for one in store.audits(since=NOW + DAY)] == ["list/1", "list/2"]
    assert [one.what for one in store.audits(subject="list/1")] == ["render"]


def test_the_last_keeper_stays(store: Store) -> None:
    """Neither disabled nor given another role, until somebody else can make accounts."""
    first = replace(CLERK, id="u-9", name="样例管理员", role=Role.KEEPER)
    store.put_user(first, actor=KEEPER, at=NOW)
    for less in (replace(first, disabled_at=NOW), replace(first, role=Role.CLERK)):
        with pytest.raises(ConflictError, match="the last keeper"):
            store.put_user(less, actor=KEEPER, at=NOW)
    closed = replace(first, id="u-8", name="样例旧管理员", disabled_at=NOW)
    store.put_user(closed, actor=KEEPER, at=NOW)
    with pytest.raises(ConflictError, match="the last keeper"):
        store.put_user(replace(first, disabled_at=NOW), actor=KEEPER, at=NOW)
    store.put_user(replace(closed, disabled_at=None), actor=KEEPER, at=NOW)
    store.put_user(replace(first, disabled_at=NOW), actor=KEEPER, at=NOW)
    assert [one.id for one in store.users() if one.disabled_at is None] == ["u-8"]


def test_another_password_ends_the_sessions_and_the_audit_says_what_was_done(store: Store) -> None:
    """Made, password, disabled, enabled: each by its own word."""
    store.put_user(CLERK, actor=KEEPER, at=NOW)
    store.put_session("a", user_id="u-1", at=NOW, expires_at=NOW + DAY)
    store.put_user(replace(CLERK, station_id="s:2"), actor=KEEPER, at=NOW)
    assert store.session("a", now=NOW) is not None
    store.put_user(replace(CLERK, password_hash="$other$"), actor=KEEPER, at=NOW)
    assert store.session("a", now=NOW) is None
    store.put_user(replace(CLERK, password_hash="$other$", disabled_at=NOW), actor=KEEPER, at=NOW)
    store.put_user(replace(CLERK, password_hash="$other$"), actor=KEEPER, at=NOW)
    assert [one.what for one in store.audits(subject="users/u-1")] == [
        *("put_user", "sign_in", "put_user", "change_password", "disable_user", "enable_user")
    ]
    assert store.last_audited("sign_in") == {"users/u-1": NOW}
    assert store.last_audited("token_used") == {}
