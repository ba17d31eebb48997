"""An attacker with public doors only: asks them all, and works out every count that could be true.

`knock` asks every address of /openapi.json as nobody. `Ledger` holds what was said of sums of
unknown counts, each as a range, and tells by exact integer programming which values one count can
still have. It knows the method as it is published, the zones and their enterprises; of reports it
knows what it was told.
"""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import dataclass, field

import httpx
import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

Cell = tuple[str, str]
"""A zone and a month: how many reports?"""

MOST = 40
FLOOR = 5
ROUNDED_TO = 5
CLOCKS = ("/healthz", "/readyz", "/openapi.json")
"""These say that the service runs and which build it shows: not what is in it."""


def knock(client: httpx.Client, known: dict[str, tuple[str, ...]]) -> dict[str, str]:
    """Ask every address that can be read, as the client is signed in; give what each says.

    Parameters
    ----------
    client
        Who asks.
    known
        Name of a parameter to the values that the attacker has; `x` for all others.
    """
    said = {}
    for path, item in client.get("/openapi.json").json()["paths"].items():
        if "get" not in item or path in CLOCKS:
            continue
        for address in _addresses(path, item["get"], known):
            answer = client.get(address, headers={"Accept": "text/html, */*"})
            told = {name: answer.headers.get(name) for name in ("etag", "last-modified")}
            body = re.sub(rb'"timeStamp":"[^"]*"', b"", answer.content)
            body = re.sub(rb'"(csrf|csrf-token)" (value|content)="[^"]*"', b"", body)  # fresh
            said[address] = f"{answer.status_code} {told} {body!r}"
    return said


def _addresses(path: str, operation: dict, known: dict[str, tuple[str, ...]]) -> list[str]:
    found = [path]
    for name in re.findall(r"\{([\w:]+)\}", path):
        plain = name.partition(":")[0]
        values = known.get(plain, ("x",))
        found = [one.replace(f"{{{name}}}", value) for one in found for value in values]
    needed = [
        one["name"]
        for one in operation.get("parameters", ())
        if one["in"] == "query" and one.get("required")
    ]
    query = "&".join(f"{name}={known.get(f'?{name}', ('1',))[0]}" for name in needed)
    return [f"{one}?{query}" if query else one for one in found]


@dataclass
class Ledger:
    """What was said of sums: cells, least, most."""

    enterprises: dict[str, int]
    lines: list[tuple[frozenset[Cell], int, int]] = field(default_factory=list)

    def hear(self, cells: frozenset[Cell], said: int | None, *, exact: bool = False) -> None:
        """Note a count of some cells: a multiple of five, an exact one, or withheld (None)."""
        zones = {zone for zone, _ in cells}
        if said is None:
            large = sum(self.enterprises[zone] for zone in zones) >= 8
            if large:  # so it is withheld for its reports
                self.lines.append((cells, 0, FLOOR - 1))
        elif exact:
            self.lines.append((cells, said, said))
        else:
            low = max(FLOOR, said - ROUNDED_TO // 2)
            self.lines.append((cells, low, said + ROUNDED_TO // 2))

    def possible(self, cell: Cell, values: range) -> set[int]:
        """Give which of these values a cell can have, all that was said being true."""
        cells = sorted({one for some, _, _ in self.lines for one in some} | {cell})
        at = {one: n for n, one in enumerate(cells)}
        matrix = np.zeros((len(self.lines) + 1, len(cells)))
        low, high = np.zeros(len(matrix)), np.full(len(matrix), float(MOST))
        for n, (some, least, most) in enumerate(self.lines):
            matrix[n, [at[one] for one in some]] = 1
            low[n], high[n] = least, most
        matrix[-1, at[cell]] = 1
        found = set()
        for value in values:
            low[-1] = high[-1] = value
            solved = milp(
                np.zeros(len(cells)),
                constraints=LinearConstraint(matrix, low, high),
                integrality=np.ones(len(cells)),
                bounds=Bounds(0, MOST),
            )
            if solved.status == 0:
                found.add(value)
        return found


def table_of(text: str, zone_of: dict[str, str]) -> list[tuple[tuple[str, ...], int | None]]:
    """Read a frame's CSV: zones and their count, None where it is withheld."""
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    start = next(n for n, row in enumerate(rows) if len(row) >= 5) + 1
    found = []
    for name, _, _, reports, _ in rows[start:]:
        zones = tuple(zone_of[one] for one in name.split("、"))
        found.append((zones, int(reports) if reports else None))
    return found


def zones_of(text: str) -> list[tuple[tuple[str, ...], int | None]]:
    """Read /v1/surfaces/{id}/zones: zones and the reports said of them."""
    found = []
    for one in json.loads(text)["zones"]:
        zones = tuple(one["merged"] or [one["id"]])
        found.append((zones, None if one["withheld"] else one["reports"]))
    return found
