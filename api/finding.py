"""An enterprise found by what somebody types, with where it stands: for a map's search box.

Takes the one search of the service and a reader's board, gives the few that match best.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from geo_risk.records import Premises

if TYPE_CHECKING:
    from api.board import Board
    from api.finder import Finder

MOST = 12
"""So many are listed."""


def find_enterprises(finder: Finder, board: Board, wanted: str) -> list[dict[str, Any]]:
    """Find enterprises to show on a map, the best match first.

    Parameters
    ----------
    finder
        Knows how names are typed.
    board
        Reads for one reader at one moment.
    wanted
        As typed.

    Returns
    -------
    list
        At most `MOST` of id, name, credit code, longitude and latitude (WGS-84; None without a
        place); none for an empty text.
    """
    best, _ = finder.best(board.store, board.kept, board.sight, wanted, board.now, MOST)
    places = _places(board, {one.id for one in best})
    told = []
    for one in best:
        premises, place = places.get(one.id, ("", None))
        lon, lat = place or (None, None)
        named = {"id": one.id, "name": one.name, "credit_code": one.credit_code}
        told.append({**named, "premises": premises, "lon": lon, "lat": lat})
    return told


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
