"""/audit: the keeper reads who looked at, exported or changed what; also as XLSX.

Asked for by person, days, record and kind of act; days are the park's own. What a line holds is the
store's (`AuditLine`): ids, never what was read or written.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import HTMLResponse

from api import audience, schemas, sheets
from api.languages import Lang, remember_lang
from api.page_deps import ThePages
from api.problems import responses
from api.routes.console import PageFormat
from geo_risk.store import AuditQuery
from maps.keeper import AuditRow, AuditView, audit_page
from maps.words import phrase

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from api.pages import Pages
    from geo_risk.store import AuditLine

router = APIRouter(tags=["console"], default_response_class=HTMLResponse)

FAMILIES: dict[str, tuple[str, ...]] = {
    "read": ("read",),
    "export": ("export", "render"),
    "sign_in": ("sign_in", "token_used"),
    "change": ("created", "changed", "deleted", "restored", "photo_added", "published", "freeze"),
    "import": ("import",),
    "account": (
        *("put_user", "change_password", "disable_user", "enable_user"),
        *("put_token", "revoke_token"),
    ),
    "forget": ("forget", "expire"),
}
"""What may be asked for, and the words of the books that are meant."""

_REFUSALS = (401, 403, 404, 422, 503)
_PAGE_SIZE = 100
_SHEET_SIZE = 50_000
_SHOWN_DAYS = 30
_COLUMNS = {
    "at": "时间",
    "who": "谁",
    "role": "身份",
    "act": "做了什么",
    "subject": "对象",
    "count": "条数",
    "door": "入口",
}
Short = Annotated[str, Query(max_length=200)]


def asked_for(
    person: Short = "",
    act: Annotated[str, Query(pattern=f"^(|{'|'.join(FAMILIES)})$")] = "",
    since: Annotated[str, Query(max_length=10)] = "",
    until: Annotated[str, Query(max_length=10)] = "",
    record: Short = "",
) -> dict[str, str]:
    """Take the filters, '' for each that is not asked for."""
    return {"person": person, "act": act, "since": since, "until": until, "record": record.strip()}


@router.get("/audit", responses={200: schemas.LIST_PAGE, **responses(*_REFUSALS)})
def show_audit(
    request: Request,
    pages: ThePages,
    lang: Lang,
    asked: Annotated[dict[str, str], Depends(asked_for)],
    form: PageFormat = "html",
    page: Annotated[int, Query(ge=1, le=10_000)] = 1,
) -> Response:
    """Show one page of the audit, the newest first; of the last 30 days where none is asked for."""
    audience.check_keeper(pages.sight)
    days = {name: _day(asked[name]) for name in ("since", "until")}
    unread = tuple(name for name, day in days.items() if asked[name] and day is None)
    query = _query(pages, asked, days["since"], days["until"])
    names = _names(pages)
    store = pages.service.store
    if form == "xlsx":
        lines = [] if unread else store.audit_lines(replace(query, limit=_SHEET_SIZE))
        return _workbook(pages, asked, [_plain(one, names) for one in lines])
    offset = (page - 1) * _PAGE_SIZE
    lines = [] if unread else store.audit_lines(replace(query, limit=_PAGE_SIZE + 1, offset=offset))
    view = AuditView(
        rows=tuple(_row(one, names) for one in lines[:_PAGE_SIZE]),
        asked=asked,
        persons=tuple(sorted(names.items(), key=lambda one: one[1])),
        acts=tuple(FAMILIES),
        page=page,
        has_more=len(lines) > _PAGE_SIZE,
        unread=unread,
    )
    return remember_lang(HTMLResponse(audit_page(pages.frame(), lang, view)), request)


def _query(
    pages: Pages, asked: Mapping[str, str], since: date | None, until: date | None
) -> AuditQuery:
    """Give the query of all that is asked for; its days are the park's own."""
    first = since
    if first is None and until is None and not asked["record"]:
        first = pages.now.astimezone(pages.service.park.zone).date() - timedelta(days=_SHOWN_DAYS)
    return AuditQuery(
        time_from=_midnight(pages, first),
        time_to=_midnight(pages, until + timedelta(days=1) if until else None),
        actor_ids=[asked["person"]] if asked["person"] else None,
        subject=asked["record"],
        acts=FAMILIES[asked["act"]] if asked["act"] else None,
    )


def _midnight(pages: Pages, day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), pages.service.park.zone)


def _day(text: str) -> date | None:
    """Read a day as a form's field sends it; None where it is none, or none that is stored."""
    found = re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", text)
    if found is None or not 1970 <= int(found[1]) <= 9000:
        return None
    year, month, day = (int(one) for one in found.groups())
    good = 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]
    return date(year, month, day) if good else None


def _names(pages: Pages) -> dict[str, str]:
    """Give who may stand in the audit: account, token and command line, id to name."""
    store = pages.service.store
    tokens = {one.id: one.label for one in store.tokens() if one.user_id is None}
    return {**tokens, **{one.id: one.name for one in store.users()}, "cli": "geo-risk"}


def _row(line: AuditLine, names: Mapping[str, str]) -> AuditRow:
    return AuditRow(
        at=line.at,
        who=names.get(line.actor_id, line.actor_id),
        role=line.role,
        door=line.door,
        act=line.act,
        subject=_subject(line),
        count=line.count,
    )


def _plain(line: AuditLine, names: Mapping[str, str]) -> dict[str, object]:
    return {
        **vars(line),
        "who": names.get(line.actor_id, line.actor_id),
        "role": phrase("role", line.role, "zh"),
        "act": phrase("audit_act", line.act, "zh"),
        "door": phrase("audit_door", line.door, "zh"),
        "subject": _subject(line),
    }


def _subject(line: AuditLine) -> str:
    """Give what it was done to; of a long list its name, not how it was asked for."""
    return line.subject.partition("?")[0]


def _workbook(
    pages: Pages, asked: Mapping[str, str], rows: Sequence[Mapping[str, object]]
) -> Response:
    filters = {name: value for name, value in asked.items() if value}
    return sheets.download(
        "留痕",
        [sheets.table("留痕", _COLUMNS, rows)],
        store=pages.service.store,
        park=pages.service.park,
        sight=pages.sight,
        as_of=pages.now,
        now=pages.now,
        filters=filters,
    )
