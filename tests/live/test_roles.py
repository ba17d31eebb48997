"""Page x role x own or another's: each address is answered to whom the declared table says.

The table is `maps.menu.PAGES` for pages and `api.rights` for all else. Who may not is refused with
401, 403 or 404; nothing is ever our own fault; and no answer to somebody outside of the station
holds the name of an enterprise that is not its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import httpx
import pytest

from api.rights import Right, rights
from geo_risk.records import Flag, Role
from maps.menu import PAGES, Reader, menu_of
from tests.live.conftest import KEEPER, Server
from tests.live.every_route import Lived, text_of
from tests.live.role_walk import (
    ANYBODYS,
    READERS,
    REFUSED,
    SLOW,
    Ids,
    body_of,
    filled,
    has_records,
    ids_of,
    names_in,
    operations,
    required,
)

OUTSIDE = (None, Role.PORTAL, Role.VOLUNTEER, Role.ENTERPRISE)


@dataclass(frozen=True)
class Asked:
    """One answer: to whom, to what, whether it was about the reader's own record."""

    role: Reader
    operation: str
    own: bool
    status: int
    text: str

    @property
    def where(self) -> str:
        """What was asked, in a sentence."""
        whose = "own" if self.own else "other's"
        return f"{self.role or 'nobody'} at {self.operation} ({whose}): {self.status}"


@pytest.fixture(scope="module")
def ids(lived_in: Server, lived: Lived) -> dict[Reader, Ids]:
    with lived_in.client("volunteer") as client:
        told = {"properties": {"kind": "hazard", "severity": "minor", "text": "样例：楼道堆物"}}
        made = client.post("/ogc/collections/reports/items", json=told)
        assert made.status_code == 201, made.text
    with lived_in.park.open() as store:
        flag = Flag(
            id="f:roles",
            check="same_words",
            subject="visits",
            person_id="demo-officer",
            at=datetime.now(UTC),
        )
        store.put([flag], actor=KEEPER, at=datetime.now(UTC))
    with lived_in.client("chief") as chief:
        return ids_of(chief, lived, made.json()["id"])


@pytest.fixture(scope="module")
def walked(lived_in: Server, lived: Lived, ids: dict[Reader, Ids]) -> list[Asked]:
    """Every address asked as everybody: what is read first, then changes by who may not."""
    with lived_in.client("chief") as chief:
        known, queries = operations(chief), required(chief, lived)
    declared = rights()
    asked: list[Asked] = []
    clients = {role: lived_in.client(role.value if role else None) for role in READERS}
    for operation in sorted(set(known) - ANYBODYS, key=lambda one: not one.startswith("GET")):
        right = declared.get(operation, Right())
        both = has_records(operation) and right.own
        for role in _askers(operation, right):
            for own in (False, True) if both else (True,):
                address = filled(operation, (ids[role].own if own else ids[role].other), queries)
                asked.append(_ask(clients[role], role, operation, address, lived, own=own))
    for one in clients.values():
        one.close()
    return asked


def _askers(operation: str, right: Right) -> list[Reader]:
    """Give who asks, those who may not first: what they ask changes nothing."""
    may = [one for one in READERS if one in right.all or one in right.own]
    return [*(one for one in READERS if one not in may), *(may[:1] if operation in SLOW else may)]


def _ask(
    client: httpx.Client, role: Reader, operation: str, address: str, lived: Lived, *, own: bool
) -> Asked:
    method = operation.split(maxsplit=1)[0]
    answer = client.request(
        method, address, **body_of(operation, role, lived.enterprise_id, own=own)
    )
    return Asked(role, operation, own, answer.status_code, text_of(answer))


def _expected(right: Right, one: Asked) -> bool:
    """Say whether the table lets somebody in."""
    return one.role in right.all or (one.own and one.role in right.own)


def test_every_address_is_declared(sample_server: Server) -> None:
    """Pages in `maps.menu.PAGES`, all else in `api.rights`; nothing is left over."""
    with sample_server.client("chief") as chief:
        known = set(operations(chief))
    declared = rights()
    missing = sorted(known - declared.keys())
    assert not missing, (
        f"Say who may ask {', '.join(missing)}: a page that is read in maps/menu.py (PAGES), "
        "everything else in api/rights.py (_TABLE)."
    )
    gone = sorted(declared.keys() - known)
    assert not gone, (
        f"No such address any more, take it out of maps/menu.py or api/rights.py: {gone}"
    )


def test_everybody_is_answered_as_the_table_says(walked: list[Asked]) -> None:
    """Who may is not refused for who it is; who may not gets 401, 403 or 404."""
    declared = rights()
    wrong = [
        f"{one.where}, declared {'open' if may else 'closed'}"
        for one in walked
        for may in [_expected(declared[one.operation], one)]
        if (one.status in REFUSED) == may and not (may and _is_missing(one))
    ]
    assert not wrong, "\n".join(wrong)


def _is_missing(one: Asked) -> bool:
    """Say whether a record that the walk made up was looked for, and nobody was refused."""
    return one.status == 404


def test_nobody_meets_a_fault_of_ours(walked: list[Asked]) -> None:
    """Never 500, whatever is asked by whom."""
    assert [one.where for one in walked if one.status >= 500] == []
    assert len(walked) > 800


def test_nobody_outside_reads_the_name_of_another_enterprise(
    lived_in: Server, lived: Lived, walked: list[Asked]
) -> None:
    """Not in a list, not on a page, not in the words of a refusal."""
    with lived_in.client("chief") as chief:
        names = set(names_in(chief, lived.enterprise_id))
        own = {
            one["properties"]["name"]
            for one in chief.get("/ogc/collections/enterprises/items?limit=10000").json()[
                "features"
            ]
            if one["id"] == lived.enterprise_id
        }
    assert len(names) > 500
    told = [
        one.where
        for one in walked
        if one.role in OUTSIDE and "{secret}" not in one.operation
        for name in names
        if name in one.text and not any(name in mine for mine in own)
    ]
    assert told == []
    chiefs = [one for one in walked if one.role is Role.CHIEF]
    assert any(name in one.text for one in chiefs for name in names), "the look finds nothing"


@pytest.mark.parametrize("role", READERS)
def test_every_entry_of_a_menu_opens(lived_in: Server, role: Reader) -> None:
    """And the page that a role lands on is the first of them."""
    entries = menu_of(role.value if role else "")
    assert entries
    with lived_in.client(role.value if role else None) as client:
        for one in entries:
            answer = client.get(one.path)
            assert answer.status_code == 200, f"{role} at {one.path}: {answer.text[:200]}"


def test_a_menu_holds_no_page_twice() -> None:
    """One entry per page, and per name in the menu."""
    for role in READERS:
        names = [one.name for one in menu_of(role.value if role else "")]
        assert len(names) == len(set(names))
    assert len({one.path for one in PAGES}) == len(PAGES)
