"""An enterprise found by what somebody types: a part of its name, its code, or pinyin initials.

Takes a reader's board and the text, gives the few that match best, each with where it stands. Names
are read in the reader's name, so reading them is audited like any other.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from pypinyin import Style, lazy_pinyin

from api.reading import find_all
from geo_risk.records import Enterprise, Premises
from geo_risk.store import Query

if TYPE_CHECKING:
    from api.board import Board

MOST = 12
"""So many are listed."""


def find_enterprises(board: Board, wanted: str) -> list[dict[str, Any]]:
    """Find enterprises, those that begin with the text first.

    Parameters
    ----------
    board
        Reads for one reader at one moment.
    wanted
        Text; capitals, and spaces around it, do not matter.

    Returns
    -------
    list
        At most `MOST` of id, name, credit code, longitude and latitude (WGS-84; None without a
        place); none for an empty text.
    """
    text = wanted.strip().casefold()
    if not text:
        return []
    asked = Query("enterprises", valid_at=board.now)
    ranked = [
        (place, one.record)
        for one in find_all(board.store, board.sight, asked)
        if isinstance(one.record, Enterprise) and (place := match(one.record, text)) is not None
    ]
    ranked.sort(key=lambda pair: (pair[0], pair[1].name, pair[1].id))
    best = [record for _, record in ranked[:MOST]]
    places = _places(board, {one.id for one in best})
    return [
        {
            "id": one.id,
            "name": one.name,
            "credit_code": one.credit_code,
            "premises": places.get(one.id, ("", None))[0],
            "lon": lon_lat[0] if (lon_lat := places.get(one.id, ("", None))[1]) else None,
            "lat": lon_lat[1] if lon_lat else None,
        }
        for one in best
    ]


def match(record: Enterprise, text: str) -> int | None:
    """Say how well a record matches a case-folded text: 0 best, None not at all."""
    name, code = record.name.casefold(), record.credit_code.casefold()
    if name.startswith(text):
        return 0
    if text in name:
        return 1
    if text in code or text in record.id.casefold():
        return 2
    initials = initials_of(record.name)
    if initials.startswith(text):
        return 3
    return 4 if text in initials else None


@lru_cache(maxsize=50_000)
def initials_of(name: str) -> str:
    """Give the first letters of a name's syllables; what is no Chinese character stays.

    Examples
    --------
    >>> initials_of("样例企业 017")
    'ylqy017'
    """
    parts = lazy_pinyin(name, style=Style.FIRST_LETTER)
    return "".join(part.replace(" ", "") for part in parts).casefold()


def _places(board: Board, owners: set[str]) -> dict[str, tuple[str, list[float] | None]]:
    """Give the first premises of each with a place: its id and longitude, latitude."""
    found: dict[str, Premises] = {}
    for one in board.located("premises"):
        record = one.record
        if isinstance(record, Premises) and record.enterprise_id in owners:
            found.setdefault(record.enterprise_id, record)
    ids = list(found)
    lon = np.array([found[one].lon for one in ids], np.float64)
    lat = np.array([found[one].lat for one in ids], np.float64)
    places = board.wire.points_out(lon, lat).tolist() if ids else []
    return {one: (found[one].id, place) for one, place in zip(ids, places, strict=True)}
