"""Who is in the story and where: 900 made-up enterprises, 60 of them above scale, and what is told.

Nothing here is real: credit codes are of a running number, names are 样例企业 and a number.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from docs.month.office import CHIEF, CLERK, MEDIATOR, OFFICERS, Office
from geo_risk.records import credit_code_check_digit

MANY, EVERY = 900, 15
"""So many enterprises; one in so many is above scale (规上), which the index covers."""

PARK = "样例高新园区"
CENTRE = (119.97, 30.54)
MARCH, APRIL = "2026-03", "2026-04"
TEAMS = ("甲组", "乙组")
IN_SCOPE = tuple(range(0, MANY, EVERY))
PLACED = (*IN_SCOPE, *range(1, MANY, 45))
"""Those that get a pin: all above scale, and some others."""

OWN, LATE, TWIN, HELD, ASKED, AGAIN, PAIR = IN_SCOPE[:7]
"""Slip closed; hazard late; declared but unverified; slip withheld; slip with two visits; reopened;
major closed by two persons."""

FOLLOWED = IN_SCOPE[:7]
TARDY, ALIKE = IN_SCOPE[20], IN_SCOPE[50]
"""A visit to the one is entered after the closing; the other is visited as it is otherwise."""

SELF_REPORTED = -1
"""Stands for what `OWN` reported itself, beside what was found there."""

_ROW, _STEP = 10, (0.0026, 0.0022)


def code(number: int) -> str:
    """Give an enterprise's credit code: valid, and made up."""
    first = f"91330521MA{number:07d}"
    return first + credit_code_check_digit(first)


def name(number: int) -> str:
    """Give an enterprise's name."""
    return f"样例企业 {number:03d}"


def premises(number: int) -> str:
    """Give the id of an enterprise's premises."""
    return f"enterprises:{code(number)}"


def place(number: int) -> tuple[float, float]:
    """Give where an enterprise is, once somebody has said so: on a lattice about the middle."""
    row, column = divmod(PLACED.index(number), _ROW)
    east, north = (column - 4.5) * _STEP[0], (row - 3.5) * _STEP[1]
    return round(CENTRE[0] + east, 6), round(CENTRE[1] + north, 6)


def pathed(record_id: str) -> str:
    """Give an id as it stands in an address."""
    return quote(record_id, safe="")


@dataclass
class Story:
    """The month so far.

    Parameters
    ----------
    office
        Where it takes place.
    show
        Called where a page is worth a picture: its name, who looks ('' = nobody in particular), and
        its address.
    told
        Act to what was read of it, through another door than the one it was done by.
    visits, hazards, slips
        Number of the enterprise to the id of its last routine visit, its hazard, its slip.
    """

    office: Office
    show: Callable[[str, str, str], None] = lambda _moment, _who, _path: None
    told: dict[str, dict[str, Any]] = field(default_factory=dict)
    visits: dict[int, str] = field(default_factory=dict)
    hazards: dict[int, str] = field(default_factory=dict)
    slips: dict[int, str] = field(default_factory=dict)

    def value(self, surface: str, number: int) -> float:
        """Read a surface where an enterprise is; 0 where nothing is known."""
        lon, lat = place(number)
        path = f"/v1/surfaces/{surface}/value"
        return float(self.office.get(CHIEF, path, lon=lon, lat=lat)["value"] or 0.0)

    def own_month(self, number: int, month: str) -> dict[str, Any]:
        """Read an enterprise's own page of the index, as that enterprise."""
        rows = self.office.get(name(number), f"/v1/index/{month}")["enterprises"]
        return dict(rows[0])

    def own_slips(self, number: int) -> list[dict[str, Any]]:
        """Read an enterprise's own slips, as that enterprise."""
        return list(self.office.get(name(number), "/v1/slips")["slips"])

    def visit(self, number: int, officer: int, **said: Any) -> str:
        """Let an officer enter a visit that has just ended."""
        moment = self.office.clock().replace(microsecond=0).isoformat()
        body = {"premises_id": premises(number), "team": f"officers:{TEAMS[officer]}"}
        made = self.office.post(
            OFFICERS[officer],
            "/ogc/collections/visits/items",
            {"properties": {**body, "start": moment, "end": moment, **said}},
        )
        return str(made["id"])

    def report(self, who: str, key: str = "", **said: Any) -> str:
        """Let somebody report something, with an Idempotency-Key where there is one."""
        headers = {"Idempotency-Key": key} if key else {}
        body = {"properties": {"kind": "hazard", **said}}
        made = self.office.post(who, "/ogc/collections/reports/items", body, headers=headers)
        return str(made["id"])


__all__ = ["CHIEF", "CLERK", "MEDIATOR", "OFFICERS", "Story"]
