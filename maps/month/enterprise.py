"""One enterprise on a page: what is still open first, then its index, its places, its story.

Takes a view already cut to its reader, gives the page. The enterprise itself sees its own without
who looked, without what others told of it, and without cells; the station sees all but looker
effects, which no page has.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from geo_risk.published import RiskClass
from maps.bulletin import note_word, part_word, ranks_text
from maps.console import render_page
from maps.month.cases import last_day

if TYPE_CHECKING:
    from maps.charts import Chart
    from maps.month.index import IndexRow
    from maps.views import Frame


@dataclass(frozen=True)
class FirmCase:
    """One case of the enterprise.

    Parameters
    ----------
    id, kind, state, severity, category
        Of the report; `kind` is its name.
    reported_at, closed_at, due
        When; `due` is the first moment after the last day.
    days_left
        Whole days until its last day, None where it is late or has none.
    days_late, level, unprotected
        As of a case in the list.
    extended
        Whether the one extension was given.
    """

    id: str
    kind: str
    state: str
    severity: str = ""
    category: str = ""
    reported_at: datetime | None = None
    closed_at: datetime | None = None
    due: datetime | None = None
    days_left: int | None = None
    days_late: int = 0
    level: int = 0
    unprotected: bool = False
    extended: bool = False


@dataclass(frozen=True)
class FirmVisit:
    """One visit: why and by whom for the station only.

    `found` counts hazards, None where nobody looked; `outcome` is `done`, or why it was not.
    """

    at: datetime
    reason: str = ""
    who: tuple[str, ...] = ()
    found: int | None = None
    major: int = 0
    outcome: str = "done"


@dataclass(frozen=True)
class FirmOrder:
    """One order of a service."""

    service: str
    ordered_at: datetime
    state: str
    window_from: datetime | None = None


@dataclass(frozen=True)
class FirmDeclared:
    """One indicator as declared: have of need, and whether somebody verified it."""

    indicator: str
    have: float
    need: float
    state: str


@dataclass(frozen=True)
class FirmSlip:
    """One slip: its number and where it stands."""

    id: str
    slip_no: str
    month: str
    state: str
    due: datetime | None = None


@dataclass(frozen=True)
class NearStation:
    """A station nearby: straight distance in metres."""

    name: str
    type: str
    metres: float
    hours: str = ""


@dataclass(frozen=True)
class Surroundings:
    """What lies around a premises.

    Parameters
    ----------
    risk_class, value, unit
        Of its cell under the main surface; the value is None where there is none.
    why
        Contributions that add up to the value, None where the surface has none.
    open_hazards, within_m, neighbours
        Open hazards of other enterprises, within how many metres, at how many premises.
    stations
        The nearest, nearest first.
    """

    risk_class: RiskClass = RiskClass.NONE
    value: float | None = None
    unit: str = ""
    why: Chart | None = None
    open_hazards: int | None = None
    within_m: int = 0
    neighbours: int = 0
    stations: tuple[NearStation, ...] = ()


@dataclass(frozen=True)
class FirmPlace:
    """One premises: where, when it receives, what lies around it; addresses to open it with."""

    id: str
    kind: str
    address: str = ""
    hours: str = ""
    people: int | None = None
    inherent_class: int | None = None
    dangerous_goods: bool = False
    outside: bool = False
    map_path: str = ""
    visit_path: str = ""
    around: Surroundings | None = None


@dataclass(frozen=True)
class FirmIndex:
    """Its newest published month, and the months before it as pictures."""

    month: str
    revision: int
    row: IndexRow
    losses: Chart | None = None


@dataclass(frozen=True)
class EnterpriseView:
    """One enterprise for one reader.

    Parameters
    ----------
    id, name, credit_code, industry, employees, above_scale
        Who it is.
    contact, phone
        Person data, '' where the reader is not told.
    own
        The reader is the enterprise itself.
    risk_class, zone
        Of its gravest premises; not for the enterprise.
    hazards
        Open ones, latest first.
    others
        Other open cases, for the station.
    closed, closed_total
        The hazards closed last, and how many there were.
    visits, visits_total
        The last ones, newest first; how many.
    orders, declared, declared_month, slips
        What it asked for, what it said of itself last, what it was sent.
    places
        Its premises.
    index
        None before it has a published month.
    trend
        Its months; says so where there is none.
    download
        Address of the same as XLSX.
    """

    id: str
    name: str
    credit_code: str = ""
    industry: str = ""
    employees: int | None = None
    above_scale: bool = False
    contact: str = ""
    phone: str = ""
    own: bool = False
    risk_class: RiskClass = RiskClass.NONE
    zone: str = ""
    hazards: tuple[FirmCase, ...] = ()
    others: tuple[FirmCase, ...] = ()
    closed: tuple[FirmCase, ...] = ()
    closed_total: int = 0
    visits: tuple[FirmVisit, ...] = ()
    visits_total: int = 0
    orders: tuple[FirmOrder, ...] = ()
    declared: tuple[FirmDeclared, ...] = ()
    declared_month: str = ""
    slips: tuple[FirmSlip, ...] = ()
    places: tuple[FirmPlace, ...] = ()
    index: FirmIndex | None = None
    trend: Chart | None = None
    download: str = ""

    @property
    def late(self) -> int:
        """How many of its open hazards are late."""
        return sum(bool(one.level) for one in self.hazards)


def enterprise_page(frame: Frame, lang: str, view: EnterpriseView) -> str:
    """Give one enterprise.

    Parameters
    ----------
    frame, lang
        As for every page.
    view
        What it shows.
    """
    return render_page(
        "enterprise.html",
        frame,
        lang,
        "enterprise" if view.own else "enterprises",
        view=view,
        last_day=last_day(frame, lang),
        part=lambda name: part_word(name, lang),
        note=lambda code: note_word(code, lang),
        ranks=ranks_text,
    )
