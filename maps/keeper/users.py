"""Accounts and tokens (账号): who may sign in as what, and programs that may ask.

Takes a view, gives the page. A password or token that was just made stands on it this once; the
list never holds a secret.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from maps.console import render_page

if TYPE_CHECKING:
    from maps.views import Frame, Refusal


@dataclass(frozen=True)
class AccountRow:
    """One account: `belongs` names zones, enterprise or station, `is_own` is the reader's."""

    id: str
    name: str
    role: str
    belongs: tuple[str, ...] = ()
    made: datetime | None = None
    last_in: datetime | None = None
    disabled: datetime | None = None
    is_own: bool = False


@dataclass(frozen=True)
class TokenRow:
    """One token: `of` names whose it is, `used` the last day it was used."""

    id: str
    label: str
    role: str
    of: str = ""
    made: datetime | None = None
    expires: datetime | None = None
    used: datetime | None = None
    revoked: datetime | None = None


@dataclass(frozen=True)
class Shown:
    """What was just made and is shown this once: `kind` password or token, of whom, the text."""

    kind: str
    of: str
    text: str


@dataclass(frozen=True)
class UsersView:
    """The page.

    Parameters
    ----------
    accounts, tokens
        As they stand.
    roles
        Codes to choose from.
    zones, stations
        Id and name of what an account may belong to.
    typed, zone_ids
        What was typed before, and the zones chosen.
    shown
        What was just made.
    done
        What was just done: disabled, enabled, revoked; '' for nothing.
    refusal
        Why it was not done.
    """

    accounts: tuple[AccountRow, ...]
    tokens: tuple[TokenRow, ...]
    roles: tuple[str, ...]
    zones: tuple[tuple[str, str], ...] = ()
    stations: tuple[tuple[str, str], ...] = ()
    typed: Mapping[str, str] = field(default_factory=dict)
    zone_ids: tuple[str, ...] = ()
    shown: Shown | None = None
    done: str = ""
    refusal: Refusal | None = None


def users_page(frame: Frame, lang: str, view: UsersView) -> str:
    """Give the page.

    Parameters
    ----------
    frame, lang
        As for every page; `frame.csrf` goes with its forms.
    view
        What it shows.
    """
    return render_page("users.html", frame, lang, "users", view=view)
