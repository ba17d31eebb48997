"""Every page a person can open: the one list that drives the tests of what holds for all of them.

A page is a line: its address (with names from `Lived.fills` in braces) and who opens it. A route
that answers with a page and stands in no line fails `test_pages`: add it here, and everything that
holds for pages is asked of it: no error, no request elsewhere, axe-core, widths, both languages,
every rung of the ladder.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

LANGS = ("zh", "en")
WIDTHS = (320, 390, 768, 1440)


@dataclass(frozen=True)
class Page:
    """A page as one reader sees it.

    Parameters
    ----------
    path
        Its address; `{names}` are filled with what a lived month left behind.
    role
        Who opens it; None for the public.
    paper
        Whether it is a sheet for the printer: laid out in millimetres, a heading for each page.
    langs
        Which languages it speaks.
    """

    path: str
    role: str | None = "chief"
    paper: bool = False
    langs: tuple[str, ...] = LANGS

    @property
    def route(self) -> str:
        """The address as the application knows it."""
        return self.path.partition("?")[0]

    @property
    def standing(self) -> bool:
        """Whether it opens in any park, whatever was or was not done there."""
        return "{" not in self.path

    def address(self, lang: str, fills: Mapping[str, tuple[str, ...]] | None = None) -> str:
        """Give the address in a language."""
        path = re.sub(r"\{(\??\w+)\}", lambda found: (fills or {})[found[1]][0], self.path)
        return f"{path}{'&' if '?' in path else '?'}lang={lang}"

    def __str__(self) -> str:
        """Give its address and its reader: the name of its tests."""
        return f"{self.path} {self.role or 'public'}"


PAGES = (
    Page("/login", None),
    Page("/", None),
    Page("/"),
    Page("/zones", None),
    Page("/zones"),
    Page("/enterprises"),
    Page("/enterprises?q=ylqy"),
    Page("/enterprises/{enterprise_id}", "officer"),
    Page("/enterprise", "enterprise"),
    Page("/figures"),
    Page("/figures", "analyst"),
    Page("/to-locate"),
    Page("/sources"),
    Page("/today"),
    Page("/today?day={week}&officer={officer_id}"),
    Page("/today", "officer"),
    Page("/queue", "officer"),
    Page("/offline", None),
    Page("/visit/{premises_id}"),
    Page("/visit/{premises_id}", "officer"),
    Page("/visit/{premises_id}/saved?key={?key}"),
    Page("/plan"),
    Page("/plan?week={week}"),
    Page("/plan?week={week}", "analyst"),
    Page("/plan/move?week={week}&visit={?visit}"),
    Page("/plan/move?week={week}&visit={?visit}&officer={officer_id}&day={week}&time=15:00"),
    Page("/cases"),
    Page("/cases?state=assigned", "officer"),
    Page("/cases", "mediator"),
    Page("/cases/board"),
    Page("/cases/board?kind=dispute"),
    Page("/cases/{case_id}"),
    Page("/report", "enterprise"),
    Page("/declare", "clerk"),
    Page("/declare", "enterprise"),
    Page("/index"),
    Page("/index/{month}"),
    Page("/index/{month}/corrections"),
    Page("/index/{month}/corrections", "officer"),
    Page("/index/{month}/correct"),
    Page("/index/{month}/correct?q=ylqy&enterprise={enterprise_id}"),
    Page("/index", "enterprise"),
    Page("/index/{month}", "enterprise"),
    Page("/slips"),
    Page("/slips", "enterprise"),
    Page("/doubts", "officer"),
    Page("/doubts"),
    Page("/orders"),
    Page("/orders", "clerk"),
    Page("/orders?state=accepted", "officer"),
    Page("/orders", "enterprise"),
    Page("/guidance", "officer"),
    Page("/guidance", "enterprise"),
    Page("/campaigns", "clerk"),
    Page("/stations"),
    Page("/stations", "clerk"),
    Page("/stations", "mediator"),
    Page("/stations", None),
    Page("/receipt/{secret}", None),
    Page("/audit", "keeper"),
    Page("/users", "keeper"),
    Page("/imports", "clerk"),
    Page("/imports/{job_id}", "clerk"),
    Page("/zones/proposal"),
    Page("/stations/proposal"),
    Page("/report", "volunteer"),
    Page("/embeds"),
    Page("/embeds/method", None),
    Page("/embed/{token}", None, langs=("zh",)),
    Page("/v1/index/{month}/bulletin", paper=True),
    Page("/v1/plan/{week}/sheet.html?day={week}", paper=True),
    Page("/v1/plan/{week}/officers/{officer_id}/sheet.html?day={week}", paper=True),
    Page("/v1/slips/batch.html?month={month}", paper=True),
    Page("/v1/slips/{slip_id}.html", paper=True),
)
STANDING = tuple(one for one in PAGES if one.standing)
"""Those that open in any park, for the ladder."""


def page_routes(document: dict[str, Any]) -> set[str]:
    """Give every address of /openapi.json that answers with a page."""
    return {
        path
        for path, item in document["paths"].items()
        if "text/html" in item.get("get", {}).get("responses", {}).get("200", {}).get("content", {})
    }
