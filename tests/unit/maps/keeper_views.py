"""The keeper's pages with everything on them, for the tests that walk every page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from maps.keeper import (
    AccountRow,
    AuditRow,
    AuditView,
    HandIn,
    ImportOption,
    ImportsView,
    ImportView,
    RejectRow,
    Shown,
    TokenRow,
    UsersView,
    audit_page,
    import_page,
    imports_page,
    users_page,
)
from maps.month import FlagRow, FlagsView, flags_page
from maps.views import Frame, Refusal, SourceRow

NOW = datetime(2026, 5, 13, 6, tzinfo=UTC)
COUNTS = {"read": 9, "accepted": 8, "rejected": 1, "unlocated": 1, "outside": 0}


def _form(name: str) -> HandIn:
    options = (
        ImportOption("source:a", "source", "reports", name),
        ImportOption("mended:a", "mended", "reports", name),
        ImportOption("kind:zones", "kind", "zones"),
    )
    chosen = {"belongs": "source:a", "datum": "gcj02", "channel": "grid"}
    return HandIn(
        options, ("gcj02",), ("grid",), (".csv",), chosen, Refusal("what", "belongs", name)
    )


def _one(name: str) -> ImportView:
    reject = RejectRow(name, name, 7, name, name, name, name, name, name)
    return ImportView(
        "a" * 32,
        "done",
        name,
        name,
        "reports",
        NOW,
        name,
        counts=COUNTS,
        odd={"swapped": 2},
        written={"new": 1, "changed": 2, "unchanged": 5},
        rejects=(reject,),
        rejects_url="/v1/jobs/a/rejects.xlsx",
        again={"belongs": name},
    )


def _imports(frame: Frame, name: str, lang: str) -> str:
    source = SourceRow(name, "reports", name, 9, 8, 1, 0, 0, {"swapped": 2}, NOW, "/v1/imports/x")
    return imports_page(frame, lang, ImportsView(_form(name), (_one(name),), (source,)))


def _in_state(state: str) -> Callable[[Frame, str, str], str]:
    def page(frame: Frame, name: str, lang: str) -> str:
        one = replace(_one(name), state=state, code="column", error=name, hint=name, percent=40)
        return import_page(frame, lang, one, _form(name))

    return page


def _users(frame: Frame, name: str, lang: str) -> str:
    account = AccountRow(name, name, "officer", (name, name), NOW, NOW, is_own=True)
    token = TokenRow(name, name, "portal", name, NOW, NOW, NOW)
    view = UsersView(
        (account, replace(account, disabled=NOW)),
        (token, replace(token, revoked=NOW, used=None)),
        ("officer", "portal"),
        ((name, name),),
        ((name, name),),
        {"name": name, "label": name},
        (name,),
        Shown("password", name, name),
        "disabled",
        Refusal("name_taken", "name", name),
    )
    return users_page(frame, lang, view)


def _audit(frame: Frame, name: str, lang: str) -> str:
    rows = (
        AuditRow(NOW, name, "clerk", "console", "read", name, 7),
        AuditRow(NOW, name, "", "", name, name),
    )
    asked = {"person": name, "record": name}
    return audit_page(
        frame, lang, AuditView(rows, asked, ((name, name),), ("read",), 2, True, ("since",))
    )


def _flags(frame: Frame, name: str, lang: str) -> str:
    asks = FlagRow(name, "same_words", "visits", (name, name), NOW, "raised", may_answer=True)
    settles = replace(asks, state="answered", answer=name, may_answer=False, may_settle=True)
    refused = Refusal("input", detail=name)
    return flags_page(frame, lang, FlagsView((asks,), (settles,), "answered", refused, name, name))


KEEPER_PAGES: dict[str, Callable[[Frame, str, str], str]] = {
    "imports": _imports,
    **{f"import {one}": _in_state(one) for one in ("asked", "running", "done", "failed")},
    "users": _users,
    "audit": _audit,
    "flags": _flags,
}
