"""A stop as it leaves for the field: put into words, with a place, ready for a calendar or a track.

Takes and gives plain values. Whoever makes these has chosen the language and cut the words to the
reader; a calendar, a track and a printed sheet then say the same of a visit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from geo_risk import crs


@dataclass(frozen=True, kw_only=True)
class FieldStop:
    """One visit in words.

    Parameters
    ----------
    id
        Of the visit: stays the same when the plan is changed.
    officer, order
        Whose, in words; the how manieth of the shift, from 1.
    start, end
        Zone-aware.
    title, text
        One line; what else is to be known, lines parted by a line feed.
    address
        Where, in words; '' not known.
    lon, lat
        Degrees; None where it has no point.
    link
        Address of the visit on our own server; '' for none.
    confirmed
        The enterprise was told this time.
    """

    id: str
    officer: str
    order: int
    start: datetime
    end: datetime
    title: str
    text: str = ""
    address: str = ""
    lon: float | None = None
    lat: float | None = None
    link: str = ""
    confirmed: bool = False

    @property
    def place(self) -> tuple[float, float] | None:
        """Longitude and latitude; None where it has no point."""
        return None if self.lon is None or self.lat is None else (self.lon, self.lat)


def in_wgs84(stops: Sequence[FieldStop], datum: str) -> tuple[FieldStop, ...]:
    """Bring the places of stops to WGS-84; one without a point stays without.

    Parameters
    ----------
    stops
        Places in degrees of one datum.
    datum
        Which: the park's own, as for `crs.check_datum`.

    Returns
    -------
    tuple of FieldStop
        As many, in the same order.
    """
    placed = {n: one.place for n, one in enumerate(stops) if one.place is not None}
    lon, lat = crs.to_wgs84(
        [place[0] for place in placed.values()], [place[1] for place in placed.values()], datum
    )
    moved = {n: (float(x), float(y)) for n, x, y in zip(placed, lon, lat, strict=True)}
    return tuple(
        replace(one, lon=moved[n][0], lat=moved[n][1]) if n in moved else one
        for n, one in enumerate(stops)
    )
