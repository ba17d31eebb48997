"""Embeds and secrets: kept as they were made, revoked once, the same on both engines."""

from __future__ import annotations

from dataclasses import replace

import pytest

from geo_risk.errors import NotFoundError
from geo_risk.store import Embed, Store
from tests.contract.examples import DAY, KEEPER, NOW

EMBED = Embed(
    "e-1",
    "reports",
    "2026-04",
    "zh",
    "light",
    "样例：各巡区上报",
    420,
    ("https://portal.example.cn", "https://www.example.cn:8443"),
    "u-1",
    NOW,
    NOW + 90 * DAY,
)


def test_an_embed_comes_back_as_it_was_made(store: Store) -> None:
    """By its id, and in the list, the newest first; who made it is in the audit."""
    later = replace(EMBED, id="e-2", created_at=NOW + DAY, month="latest")
    for one in (EMBED, later):
        store.put_embed(one, actor=KEEPER)
    assert store.embed("e-1") == EMBED
    assert store.embeds() == [later, EMBED]
    assert store.embed("e-9") is None
    assert [one.what for one in store.audits(subject="embeds/e-1")] == ["put_embed"]


def test_an_embed_is_revoked_once(store: Store) -> None:
    """The first time counts; it holds until then, or until it expires."""
    store.put_embed(EMBED, actor=KEEPER)
    assert EMBED.holds(NOW)
    assert not EMBED.holds(NOW + 90 * DAY)
    store.revoke_embed("e-1", actor=KEEPER, at=NOW + DAY)
    store.revoke_embed("e-1", actor=KEEPER, at=NOW + 2 * DAY)
    kept = store.embed("e-1")
    assert kept is not None
    assert kept.revoked_at == NOW + DAY
    assert not kept.holds(NOW)
    with pytest.raises(NotFoundError, match="There is no embed 'e-9'"):
        store.revoke_embed("e-9", actor=KEEPER, at=NOW)


def test_a_secret_is_made_once(store: Store) -> None:
    """Whoever comes second gets the first one's; each name has its own."""
    assert store.secret("embeds", "first") == "first"
    assert store.secret("embeds", "second") == "first"
    assert store.secret("other", "second") == "second"
