"""What the pages are handed: plain frozen values, already cut to what their reader may see.

Takes nothing, knows no store. Whoever fills these (the service) has decided about the audience
before; a page shows what is in them and asks no further. A value that is withheld is None here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from urllib.parse import parse_qsl, urlencode, urlsplit

from geo_risk.grid import Period
from geo_risk.published import RiskClass, Rung
from geo_risk.records import Audience
from maps.basemap import OnlineBase


@dataclass(frozen=True)
class Frame:
    """What every page shows around its content.

    Parameters
    ----------
    park_name
        Name of the park, as people know it.
    zone
        The park's time zone.
    synthetic
        The data's own flag: the page then carries the tag and the watermark.
    audience
        For whom the page is.
    path
        Path and query of this page, without the host: for the language switch.
    user
        Name of who is signed in, '' for nobody.
    role
        As what, '' for nobody: the menu names the pages that are this role's.
    person
        Id of who is signed in, '' for nobody: what a phone keeps is bound to it.
    csrf
        Token that forms and the pin send back, '' where there is no session.
    as_of
        What was known by then is shown; None before the first build.
    now
        The present, to say that data is old; None for data that has ended on purpose.
    unlocated
        How many premises wait for a place; shown beside the entry of the menu.
    approval_number, approval_exemption
        审图号, or why none is needed.
    base
        The base map from the internet that the park file asks for; None: nobody is asked.
    """

    park_name: str
    zone: tzinfo
    synthetic: bool = False
    audience: Audience = Audience.PUBLIC
    path: str = "/"
    user: str = ""
    role: str = ""
    person: str = ""
    csrf: str = ""
    as_of: datetime | None = None
    now: datetime | None = None
    unlocated: int = 0
    approval_number: str = ""
    approval_exemption: str = ""
    base: OnlineBase | None = None

    def path_in(self, lang: str) -> str:
        """Give this page's address in another language, everything else in it kept."""
        parts = urlsplit(self.path)
        query = [pair for pair in parse_qsl(parts.query) if pair[0] != "lang"]
        return f"{parts.path}?{urlencode([*query, ('lang', lang)])}"


@dataclass(frozen=True)
class Refusal:
    """Why a form was not taken.

    Parameters
    ----------
    code
        Of the catalogue's `refusal` words.
    field
        The `id` of the field to mend, '' for none.
    detail
        More about it in English, shown on English pages; '' for nothing.
    """

    code: str
    field: str = ""
    detail: str = ""


@dataclass(frozen=True)
class ZoneRow:
    """One zone as a row: its mean under the main surface, its class, and counts.

    `class_cells` counts the cells in blue, yellow, orange, red. `withheld` says that there are too
    few to show any figure; they are None then.
    """

    id: str
    name: str
    risk_class: RiskClass = RiskClass.NONE
    mean: float | None = None
    area_km2: float | None = None
    class_cells: tuple[int, int, int, int] | None = None
    enterprises: int | None = None
    reports: int | None = None
    visits: int | None = None
    withheld: bool = False


@dataclass(frozen=True)
class MomentView:
    """A time whose map can be shown: `kind` is `now`, `publication` or `month`."""

    key: str
    kind: str
    start: datetime
    end: datetime


@dataclass(frozen=True)
class MapView:
    """What the map page needs before its data arrives.

    Parameters
    ----------
    frame
        As for every page.
    zones
        Rows under the main surface, for the finding in the headline.
    rung
        Where the park stands between no history and a full year; None before the first build.
    period
        What time the main surface is for.
    unit, unit_zh
        Unit of the rows' means.
    title
        What is counted, Chinese and English.
    time
        Key of the moment whose map this is.
    moments
        The times whose map this reader may open, oldest first; () where there is but one.
    cases
        Whether this reader has the page of cases.
    """

    frame: Frame
    zones: tuple[ZoneRow, ...] = ()
    rung: Rung | None = None
    period: Period | None = None
    unit: str = ""
    unit_zh: str = ""
    title: tuple[str, str] = ("", "")
    time: str = "now"
    moments: tuple[MomentView, ...] = ()
    cases: bool = False


@dataclass(frozen=True)
class EnterpriseRow:
    """One enterprise as a row: value and class of its gravest premises.

    `why` says by what a search found it, '' for no search; `rank` how close, 0 for all of a name,
    code or id.
    """

    id: str
    name: str
    credit_code: str = ""
    industry: str = ""
    above_scale: bool = False
    zone: str = ""
    risk_class: RiskClass = RiskClass.NONE
    value: float | None = None
    last_visit: datetime | None = None
    located: bool = True
    why: str = ""
    rank: int = 0


@dataclass(frozen=True)
class UnlocatedRow:
    """One premises that waits for a place. `reason` is a code, `etag` what a change must name."""

    id: str
    name: str
    address: str = ""
    reason: str = ""
    etag: str = ""


@dataclass(frozen=True)
class SourceRow:
    """One source of the last build: accepted + rejected = read; `odd` counts oddities by code."""

    name: str
    kind: str
    file: str = ""
    read: int = 0
    accepted: int = 0
    rejected: int = 0
    unlocated: int = 0
    outside: int = 0
    odd: Mapping[str, int] = field(default_factory=dict)
    read_at: datetime | None = None
    rejects_url: str = ""


@dataclass(frozen=True)
class Listing:
    """Where a long table stands: which page of how many rows, and what was searched for."""

    total: int
    page: int = 1
    page_size: int = 50
    query: str = ""

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // self.page_size))
