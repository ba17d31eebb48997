"""Addresses of embeds: signed, so that what is locked in one stays locked.

An address ends in `<id>.<language>.<signature>`. The signature is an HMAC, with the deployment's
own secret, over everything that is locked: change a letter of the address or a field of the row,
and it is nobody's.
"""

from __future__ import annotations

import base64
import hmac
import json
import secrets
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from maps.words import LANGS

if TYPE_CHECKING:
    from geo_risk.store import Embed, Store

_SECRET = "embeds"  # noqa: S105 (its name)
_SIGNATURE_BYTES = 18


def signed_token(key: str, embed: Embed, lang: str) -> str:
    """Give the last part of an embed's address in a language; `key` is the deployment's secret."""
    locked = replace(embed, lang=lang, revoked_at=None)
    said = json.dumps(locked.__dict__, sort_keys=True, default=_plain, ensure_ascii=False)
    digest = hmac.new(key.encode(), f"embed:{said}".encode(), "sha256").digest()
    signature = base64.urlsafe_b64encode(digest[:_SIGNATURE_BYTES]).decode()
    return f"{embed.id}.{lang}.{signature}"


def language_in(key: str, embed: Embed, token: str) -> str:
    """Give the language that a token of this embed asks for, '' where nobody signed it."""
    lang = next((one for one in LANGS if token.startswith(f"{embed.id}.{one}.")), "")
    good = signed_token(key, embed, lang) if lang else ""
    return lang if hmac.compare_digest(good.encode(), token.encode()) else ""


def token_of(store: Store, embed: Embed, lang: str = "") -> str:
    """Give the last part of an embed's address, in its own language or in another."""
    return signed_token(_key(store), embed, lang or embed.lang)


def embed_of(store: Store, token: str) -> tuple[Embed, str] | None:
    """Give the embed of an address and the language asked for; None: nobody made this address."""
    embed = store.embed(token.partition(".")[0])
    lang = language_in(_key(store), embed, token) if embed else ""
    return (embed, lang) if embed and lang else None


def token_in(address: str, base: str) -> str:
    """Give the token of an embed's own address, '' where the address is none of ours."""
    asked, own = urlsplit(address), urlsplit(base)
    if (asked.scheme, asked.netloc) != (own.scheme, own.netloc):
        return ""
    before, found, token = asked.path.partition("/embed/")
    return token if found and before == own.path and not asked.query else ""


def _key(store: Store) -> str:
    return store.secret(_SECRET, secrets.token_urlsafe(32))


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else list(value)
