"""Stations on a screen (阵地): whom they reach, when they are open, what they gave, who mediates.

Takes a view already cut to its reader, gives the page. Some stations stand in an enterprise, so
outside of the station's staff only kinds are told, never a name or a place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from maps.console import render_page
from maps.proposal import draw
from maps.words import word

if TYPE_CHECKING:
    from maps.proposal import Ground
    from maps.views import Frame, Refusal


@dataclass(frozen=True)
class StationRow:
    """One station.

    Parameters
    ----------
    id, name, type, kind
        Which; the kind chooses its sign.
    zone
        Name of the zone it stands in, '' outside of all.
    hours, open_now
        As its source says; None where that does not tell.
    services, languages
        What it offers, in which languages.
    people, people_before
        Served in the month shown, and in the one before.
    """

    id: str
    name: str
    type: str
    kind: str
    zone: str = ""
    hours: str = ""
    open_now: bool | None = None
    services: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    people: int = 0
    people_before: int = 0


@dataclass(frozen=True)
class KindRow:
    """The stations of one kind: how many, how many are open now, what they offer, when."""

    kind: str
    many: int
    open_now: int
    services: tuple[str, ...]
    languages: tuple[str, ...]
    hours: tuple[str, ...]


@dataclass(frozen=True)
class ZoneReach:
    """Premises of a zone, and how many of them no station reaches in time."""

    name: str
    premises: int
    beyond: int


@dataclass(frozen=True)
class Reach:
    """Whom the stations reach.

    Parameters
    ----------
    minutes
        A station is near that can be reached in so many.
    zones
        Those with most beyond first.
    share
        Of the people, who are within; None without people.
    site_people
        How many more people one further station would bring within; None: not asked.
    site_beyond
        How many premises would stay beyond then.
    notes
        Codes of what a reader must know, as of a proposal.
    """

    minutes: float
    zones: tuple[ZoneReach, ...]
    share: float | None
    site_people: float | None = None
    site_beyond: int | None = None
    notes: Sequence[str] = ()

    @property
    def premises(self) -> int:
        """All of them."""
        return sum(one.premises for one in self.zones)

    @property
    def beyond(self) -> int:
        """Those that no station reaches in time."""
        return sum(one.beyond for one in self.zones)


@dataclass(frozen=True)
class Waiting:
    """A dispute that nobody mediates yet, and the studio proposed: how far, how much in hand."""

    case_id: str
    name: str
    level: str
    station: str
    distance_m: float | None
    in_hand: int


@dataclass(frozen=True)
class ServiceForm:
    """The form by which a service is written down."""

    stations: tuple[tuple[str, str], ...]
    services: tuple[str, ...]
    now: str
    typed: Mapping[str, str] = field(default_factory=dict)
    refusal: Refusal | None = None


@dataclass(frozen=True)
class StationsView:
    """The page.

    Parameters
    ----------
    month
        YYYY-MM, of the people served.
    kinds
        For every reader.
    rows, outside
        Stations in the park, those elsewhere; () for who sees kinds only.
    reach, ground
        Whom they reach, and the map of it; None for who is not told.
    waiting
        Disputes to be handed to a studio.
    studios
        Id of each studio to the open disputes it has in hand.
    heads
        Whether the reader makes proposals.
    form, key
        To write a service down, None where the reader does not; makes a repeat harmless.
    made
        One was just written down.
    """

    month: str
    kinds: tuple[KindRow, ...]
    rows: tuple[StationRow, ...] = ()
    outside: tuple[StationRow, ...] = ()
    reach: Reach | None = None
    ground: Ground | None = None
    waiting: tuple[Waiting, ...] = ()
    studios: Mapping[str, int] = field(default_factory=dict)
    heads: bool = False
    form: ServiceForm | None = None
    key: str = ""
    made: bool = False


MINUTES = (3, 5, 8, 12)
"""To choose from."""


def stations_page(frame: Frame, lang: str, view: StationsView) -> str:
    """Give the page.

    Parameters
    ----------
    frame, lang
        As for every page; `frame.csrf` goes with the form.
    view
        What it shows.
    """
    drawing: dict[str, Any] | None = None
    if view.ground is not None:
        drawing = draw(view.ground, synthetic=frame.synthetic)
    return render_page(
        "stations.html",
        frame,
        lang,
        "stations",
        view=view,
        drawing=drawing,
        choices=MINUTES,
        kind_name=lambda kind: word(f"legend.station_{kind}", lang),
    )
