"""Which role opens which page: one declaration for the menu, the docs' table and the matrix test.

Takes a role, gives the entries of its menu and the page it sees first. Who may see what is decided
by the service (`api.audience`); what is declared here is held against it: a test walks every page
as every role, and fails on a page that has no entry in `PAGES`. A page that opens only for the
reader's own records says so (`own`), a page without an entry in the menu has `menu=()`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from geo_risk.records import Role

Reader = Role | None
"""Who reads: a role, or nobody that is signed in."""

NOBODY: Reader = None
"""Who is not signed in."""

EVERYBODY: frozenset[Reader] = frozenset({NOBODY, *Role})
STAFF = frozenset({Role.OFFICER, Role.CLERK, Role.CHIEF, Role.KEEPER})
DESK = frozenset({Role.CLERK, Role.CHIEF, Role.KEEPER})
HEADS = frozenset({Role.CHIEF, Role.KEEPER})
STATION = STAFF | {Role.MEDIATOR, Role.ANALYST}


@dataclass(frozen=True)
class PageEntry:
    """One page.

    Parameters
    ----------
    name
        Its name: the words `nav.<name>` and `help.<name>`, and what its template calls itself.
    path
        Its address, as /openapi.json has it.
    all
        Who opens it for every record.
    own
        Who opens it for its own records only: its enterprise, its cases, what it entered.
    menu
        Who has it in the menu; None: all who open it.
    shows
        Collections whose records are seen on it.
    """

    name: str
    path: str
    all: Collection[Reader] = frozenset()
    own: Collection[Reader] = frozenset()
    menu: Collection[Reader] | None = None
    shows: tuple[str, ...] = ()

    def opens_for(self, role: Reader) -> bool:
        """Say whether a role opens it, for whatever records."""
        return role in self.all or role in self.own

    def is_listed_for(self, role: Reader) -> bool:
        """Say whether it stands in a role's menu."""
        return self.opens_for(role) and (self.menu is None or role in self.menu)


_OWN = frozenset({Role.ENTERPRISE})
_AT_GATES = frozenset({Role.OFFICER, Role.CHIEF})

PAGES: tuple[PageEntry, ...] = (
    PageEntry("today", "/today", all=DESK, own={Role.OFFICER}, shows=("visits",)),
    PageEntry("queue", "/queue", all=STAFF),
    PageEntry("today", "/visit/{premises_id}", all=_AT_GATES, menu=(), shows=("visits",)),
    PageEntry("today", "/visit/{premises_id}/saved", all=_AT_GATES, menu=()),
    PageEntry("plan", "/plan/move", all=DESK, menu=()),
    PageEntry(
        "plan",
        "/plan",
        all=STAFF | {Role.ANALYST},
        shows=("officers", "visits"),
    ),
    PageEntry("map", "/", all=EVERYBODY, shows=("premises", "stations", "roads")),
    PageEntry("zones", "/zones", all=EVERYBODY, shows=("zones",)),
    PageEntry("enterprises", "/enterprises", all=STATION, shows=("enterprises",)),
    PageEntry("enterprise", "/enterprises/{enterprise_id}", all=STAFF, menu=()),
    PageEntry("enterprise", "/enterprise", own=_OWN),
    PageEntry("locate", "/to-locate", all=STATION, shows=("premises",)),
    PageEntry("imports", "/imports", all=DESK),
    PageEntry("imports", "/imports/{job_id}", all=DESK, menu=()),
    PageEntry(
        "sources",
        "/sources",
        all=STATION,
        menu=STATION - DESK,
        shows=("teams", "assignments", "population"),
    ),
    PageEntry("cases", "/cases", all=STATION - {Role.MEDIATOR}, own={Role.MEDIATOR}),
    PageEntry("cases", "/cases/board", all=STATION - {Role.MEDIATOR}, own={Role.MEDIATOR}, menu=()),
    PageEntry(
        "cases",
        "/cases/{case_id}",
        all=STATION - {Role.MEDIATOR},
        own={Role.MEDIATOR, Role.ENTERPRISE, Role.VOLUNTEER},
        menu=(),
        shows=("reports", "steps"),
    ),
    PageEntry("report", "/report", own=_OWN | {Role.VOLUNTEER}, shows=("reports",)),
    PageEntry("declare", "/declare", all={Role.CLERK}, own=_OWN, shows=("declarations",)),
    PageEntry("index", "/index", all=STAFF, own=_OWN),
    PageEntry("index", "/index/{month}", all=STAFF, own=_OWN, menu=()),
    PageEntry("index", "/index/{month}/corrections", all=STAFF, menu=()),
    PageEntry("index", "/index/{month}/correct", all=HEADS, menu=()),
    PageEntry("slips", "/slips", all=STAFF, own=_OWN, shows=("slips",)),
    PageEntry("doubts", "/doubts", all=STAFF, menu={Role.OFFICER, Role.CHIEF}, shows=("flags",)),
    PageEntry("figures", "/figures", all=DESK | {Role.ANALYST}),
    PageEntry("stations", "/stations", all=EVERYBODY, shows=("stations", "services")),
    PageEntry("orders", "/orders", all=STAFF, own=_OWN, shows=("orders",)),
    PageEntry("guidance", "/guidance", all=STAFF, own=_OWN, shows=("guidance",)),
    PageEntry("campaigns", "/campaigns", all=STAFF, shows=("campaigns",)),
    PageEntry("embeds", "/embeds", all=HEADS),
    PageEntry("rebalance", "/zones/proposal", all=HEADS),
    PageEntry("site", "/stations/proposal", all=HEADS, shows=("stations",)),
    PageEntry("users", "/users", all={Role.KEEPER}),
    PageEntry("audit", "/audit", all={Role.KEEPER}),
    PageEntry("login", "/login", all=EVERYBODY, menu=()),
)
"""Every page, in the order of the menu. A new page gets its line here."""

FIRST: dict[Reader, str] = {
    Role.OFFICER: "/today",
    Role.CLERK: "/cases",
    Role.MEDIATOR: "/cases",
    Role.ENTERPRISE: "/report",
    Role.VOLUNTEER: "/report",
}
"""Where a role lands after signing in, where that is not the map."""


def menu_of(role: str) -> tuple[PageEntry, ...]:
    """Give the entries of a role's menu: the page it lands on, then the others in order.

    Parameters
    ----------
    role
        As `Frame.role` says it; '' for nobody.
    """
    reader = Role(role) if role else NOBODY
    listed = [one for one in PAGES if one.is_listed_for(reader)]
    return tuple(sorted(listed, key=lambda one: one.path != first_page(reader)))


def pages_showing(collection: str) -> tuple[PageEntry, ...]:
    """Give the pages on which the records of a collection are seen."""
    return tuple(one for one in PAGES if collection in one.shows)


def first_page(role: Reader) -> str:
    """Give the page that a role sees first: what it came for, on one screen."""
    return FIRST.get(role, "/")
