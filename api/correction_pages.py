"""Corrections of a month as their pages show them: who stands differently, what of the slips.

Takes the filler of pages and a month, gives the frozen values of `maps.month`. What changed is
`safety_index.corrected`'s; the rules of slips are `slips`': a correction by itself changes none.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast
from urllib.parse import quote

from api.case_pages import kind_name
from api.reading import find_all, names_of
from api.slip_views import find_slips
from geo_risk import monthly
from geo_risk.errors import NotFoundError
from geo_risk.records import Report, Visit
from geo_risk.safety_index.corrected import changes_of
from geo_risk.slips.states import ROUTINE, SlipState
from geo_risk.store import Query
from maps.month import CorrectionNote, CorrectionView, CorrectView, Counted, SlipNote
from maps.views import Listing
from maps.words import phrase, word

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from api.pages import Pages
    from geo_risk.monthly import Correction
    from geo_risk.safety_index.corrected import Changed
    from geo_risk.store import Stored

PAGE_SIZE = 50
MOST_FOUND = 12
MOST_COUNTED = 60
"""So many records of an enterprise are offered, the newest first."""


def correction_view(
    pages: Pages,
    month: str,
    revision: int | None,
    since: int | None,
    page: int,
    lang: str,
    *,
    whole: bool = False,
) -> CorrectionView:
    """Fill the page of one correction: the newest, unless one is asked for; to print, `whole`.

    Raises
    ------
    NotFoundError
        When the month is not published, or has no such correction.
    """
    store, sight = pages.service.store, pages.sight
    newest = int(monthly.results(store, month)["revision"])
    notes = _notes(pages, monthly.corrections_of(store, month, actor=sight.reader), lang)
    empty = CorrectionView(month=month, all=notes)
    shown = newest if revision is None else revision
    if not shown and revision is None:
        return empty
    note = next((one for one in notes if one.revision == shown), None)
    first = shown - 1 if since is None else since
    if note is None or not 0 <= first < shown:
        raise NotFoundError(f"{month} has no such correction.", f"See /index/{month}/corrections.")
    before, after = (monthly.results(store, month, one) for one in (first, shown))
    every = changes_of(before, after, circulated=False)
    changes = changes_of(before, after)
    size = max(PAGE_SIZE, len(changes)) if whole else PAGE_SIZE
    here = changes[(page - 1) * size : page * size]
    newly = _newly(before, after)
    slips = find_slips(store, sight, month, None, None)
    routine = [one.record for one in slips if one.record.basis == ROUTINE]
    owners = {one.enterprise_id for one in routine}
    ids = sorted({*(one.id for one in here), *newly, *owners})
    names = names_of(store, sight, ids) if ids else {}
    return replace(
        empty,
        note=note,
        since=first,
        changes=tuple(here),
        names=tuple((one.id, names.get(one.id) or one.id) for one in here),
        listing=Listing(len(changes), page, size),
        recoloured=sum(_colours(one) for one in changes),
        unnamed=len(every) - len(changes),
        slips=tuple(
            SlipNote(
                one.id,
                one.slip_no,
                names.get(one.enterprise_id) or one.enterprise_id,
                one.state,
                _is_named(after, one.enterprise_id),
            )
            for one in routine
        ),
        newly=tuple(names.get(one) or one for one in newly if one not in owners),
        later=tuple(
            one
            for one, number in monthly.newest_revisions(store).items()
            if one > month and number and not note.through
        ),
    )


def correct_view(pages: Pages, month: str, asked: str, enterprise: str, lang: str) -> CorrectView:
    """Fill the form of a correction of a published month; raises where it is not published."""
    service, sight = pages.service, pages.sight
    store = service.store
    number = int(monthly.results(store, month)["revision"]) + 1
    found, _ = service.finder.best(store, service.kept, sight, asked, pages.now, MOST_FOUND)
    upheld = [
        one.record
        for one in find_slips(store, sight, month, SlipState.WITHDRAWN.value, None)
        if one.record.objected_at
    ]
    ids = {*(one.enterprise_id for one in upheld), *([enterprise] if enterprise else ())}
    names = names_of(store, sight, sorted(ids)) if ids else {}
    chosen = None
    if enterprise:
        if enterprise not in names:
            raise NotFoundError(f"There is no enterprise {enterprise!r}.", "Search for its name.")
        chosen = (enterprise, names[enterprise] or enterprise)
    return CorrectView(
        month=month,
        number=number,
        later=tuple(one for one in monthly.frozen_months(store) if one > month),
        asked=asked,
        found=tuple((one.id, one.name or one.id) for one in found),
        objections=tuple(
            (one.enterprise_id, names.get(one.enterprise_id) or one.enterprise_id, one.slip_no)
            for one in upheld
        ),
        enterprise=chosen,
        counted=_counted(pages, month, enterprise, lang) if chosen else (),
    )


def _counted(pages: Pages, month: str, enterprise: str, lang: str) -> tuple[Counted, ...]:
    """Give the newest records of an enterprise up to the end of a month that still count in it."""
    service, sight = pages.service, pages.sight
    done = monthly.corrections_of(service.store, month, actor=sight.reader)
    gone = {one for some in done for one in some.left_out}
    end = monthly.end_of(month, service.park)
    filters = {"enterprise_id": enterprise}
    found = [
        one
        for name in ("reports", "visits")
        for one in find_all(service.store, sight, Query(name, filters=filters, time_to=end))
        if one.record.id not in gone
    ]
    told = sorted((_told(pages, one, lang) for one in found), key=lambda one: one.id)
    return tuple(sorted(told, key=lambda one: one.at, reverse=True)[:MOST_COUNTED])


def _told(pages: Pages, stored: Stored[Any], lang: str) -> Counted:
    record = cast("Report | Visit", stored.record)
    if isinstance(record, Visit):
        reason = phrase("visit_reason", record.reason.value, lang)
        return Counted(record.id, reason, record.start, is_visit=True)
    parts = [kind_name(pages.service, record.kind, lang)]
    if record.severity:
        parts.append(word(f"severity.{record.severity.value}", lang))
    parts.append(phrase("case_state", record.state, lang))
    return Counted(record.id, " · ".join(parts), record.reported_at or record.occurred_to)


def _notes(pages: Pages, found: Sequence[Correction], lang: str) -> tuple[CorrectionNote, ...]:
    store, sight = pages.service.store, pages.sight
    if not found:
        return ()
    accounts = {one.id: one.name for one in store.users()}
    ids = sorted({one for some in found for one in some.left_out})
    told = {
        one.record.id: _told(pages, one, lang)
        for name in ("reports", "visits")
        for one in find_all(store, sight, Query(name, ids=ids))
    }
    return tuple(
        CorrectionNote(
            one.revision,
            one.at,
            accounts.get(one.by, one.by),
            one.reason,
            tuple(_left_out(id_, told.get(id_)) for id_ in one.left_out),
            one.through,
        )
        for one in found
    )


def _left_out(id_: str, told: Counted | None) -> tuple[str, str, str]:
    address = f"/cases/{quote(id_, safe='')}" if told and not told.is_visit else ""
    return id_, told.what if told else "", address


def _newly(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterable[str]:
    """Give whom only the corrected month names for a routine slip."""
    return [
        id_
        for id_ in sorted(after["results"])
        if _is_named(after, id_) and not _is_named(before, id_)
    ]


def _is_named(said: Mapping[str, Any], enterprise_id: str) -> bool:
    return bool(said["results"].get(enterprise_id, {}).get("slip") == ROUTINE)


def _colours(one: Changed) -> bool:
    return one.before is None or one.after is None or one.before.colour != one.after.colour
