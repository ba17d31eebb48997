"""Embeds: origins as a browser writes them, addresses that hold as they were made or not at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from api.cli_publish import swap_in
from api.embed_links import language_in, signed_token, token_in
from api.embeds import code_of, origins_of, state_of
from geo_risk.errors import InputError
from geo_risk.store import Embed

NOW = datetime(2026, 5, 10, tzinfo=UTC)
EMBED = Embed(
    "abc123",
    "reports",
    "2026-04",
    "zh",
    "light",
    "样例",
    480,
    ("https://portal.example.cn",),
    "user-1",
    NOW,
    NOW + timedelta(days=30),
)


KEY = "k" * 40


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("https://WWW.Example.gov.cn", "https://www.example.gov.cn"),
        ("https://a.cn:443/", "https://a.cn"),
        ("http://10.0.0.8:8080", "http://10.0.0.8:8080"),
        ("http://[::1]:9000", "http://[::1]:9000"),
        ("https://门户.example.cn", "https://xn--zoup46i.example.cn"),
    ],
)
def test_an_origin_is_kept_as_a_browser_writes_it(typed: str, kept: str) -> None:
    """Lower case, the standing port left out, other letters as the network has them."""
    assert origins_of([typed, "", typed]) == (kept,)


@pytest.mark.parametrize(
    "typed",
    [
        "example.cn",
        "https://*.example.cn",
        "https://a.cn/path",
        "https://a.cn?x=1",
        "https://user@a.cn",
        "javascript:alert(1)",
        "https://a.cn; script-src *",
        "https://a.cn 'unsafe-inline'",
        "https://a.cn:99999",
        "data:text/html,x",
        "*",
        "'self'",
    ],
)
def test_what_is_no_origin_is_refused(typed: str) -> None:
    """Nothing typed can add a word to the policy."""
    with pytest.raises(InputError, match="frame_ancestors"):
        origins_of([typed])


def test_one_to_ten_websites() -> None:
    """None, or eleven, are refused."""
    for typed in ([], [f"https://a{n}.cn" for n in range(11)]):
        with pytest.raises(InputError, match="websites"):
            origins_of(typed)


def test_an_address_opens_in_both_languages() -> None:
    """Each language has an address of its own."""
    found = {lang: signed_token(KEY, EMBED, lang) for lang in ("zh", "en")}
    assert len(set(found.values())) == 2
    assert all(language_in(KEY, EMBED, token) == lang for lang, token in found.items())


@pytest.mark.parametrize(
    "changed",
    [
        {"what": "risk"},
        {"month": "latest"},
        {"theme": "contrast"},
        {"title": "另一个"},
        {"height": 500},
        {"ancestors": ("https://other.example.cn",)},
        {"expires_at": NOW + timedelta(days=31)},
        {"id": "abc124"},
    ],
)
def test_a_changed_row_is_nobody_s_address(changed: dict[str, Any]) -> None:
    """Whoever writes into the table makes no address good."""
    address = signed_token(KEY, EMBED, "zh")
    assert language_in(KEY, replace(EMBED, **changed), address) == ""


def test_a_changed_letter_is_nobody_s_address() -> None:
    """Any of them; also with another deployment's secret, and cut short."""
    address = signed_token(KEY, EMBED, "zh")
    for n, letter in enumerate(address):
        other = "A" if letter != "A" else "B"
        assert language_in(KEY, EMBED, address[:n] + other + address[n + 1 :]) == ""
    assert language_in("x" * 40, EMBED, address) == ""
    for token in ("", ".", "abc123", "é", address[:-1], address.rpartition(".")[0], f"{address}A"):
        assert language_in(KEY, EMBED, token) == ""


def test_a_revoked_embed_keeps_its_address() -> None:
    """So that it can say that it was stopped."""
    revoked = replace(EMBED, revoked_at=NOW)
    assert language_in(KEY, revoked, signed_token(KEY, EMBED, "zh")) == "zh"
    assert state_of(revoked, NOW) == "revoked"
    assert [state_of(EMBED, NOW + timedelta(days=n)) for n in (0, 30)] == ["on", "expired"]


def test_the_code_escapes_what_its_maker_wrote() -> None:
    """A title is words, never markup of the portal's page."""
    evil = replace(EMBED, title='"><script>alert(1)</script>')
    code = code_of(evil, "https://a.cn/embed/x")
    assert "<script" not in code
    assert code.count("<") == 2


def test_only_our_own_addresses_have_a_token() -> None:
    """OEmbed answers for nobody else."""
    base = "https://risk.example.cn/geo"
    assert token_in(f"{base}/embed/t.zh.s", base) == "t.zh.s"
    for address in ("https://other.cn/geo/embed/t", f"{base}/embed/t?x=1", f"{base}/", "x"):
        assert token_in(address, base) == ""


def test_a_folder_is_swapped_whole(tmp_path: Path) -> None:
    """Old files go, a stranger's stay, and nothing is left beside it."""
    site = tmp_path / "site"
    swap_in(site, {"zh/a/index.html": b"one"})
    swap_in(site, {"zh/b/index.html": b"two"})
    names = sorted(one.relative_to(site).as_posix() for one in site.rglob("*") if one.is_file())
    assert names == ["geo-risk.json", "zh/b/index.html"]
    assert [one.name for one in tmp_path.iterdir()] == ["site"]
    other = tmp_path / "other"
    other.mkdir()
    (other / "thesis.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="holds other files"):
        swap_in(other, {"index.html": b"x"})
    assert (other / "thesis.txt").read_text(encoding="utf-8") == "mine"
