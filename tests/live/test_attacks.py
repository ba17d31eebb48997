"""What an attacker tried and got: each was possible once, and is refused now.

On a copy of the sample park, with the server as its own process.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import httpx
import pytest

from tests.live.role_walk import operations

if TYPE_CHECKING:
    from tests.live.conftest import BuiltPark, Server

NAME = "样例联系人 002"
REPORTS = "/ogc/collections/reports/items"
VISITS = "/ogc/collections/visits/items"


@pytest.fixture(scope="module")
def server(
    sample_park: BuiltPark, server_on: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """Serve a copy of the sample park."""
    with server_on(sample_park.copy(Path(tmp_path_factory.mktemp("attacked")) / "state")) as server:
        yield server


def feature(**properties: object) -> dict[str, object]:
    """Give an entry without a place."""
    return {"type": "Feature", "geometry": None, "properties": properties}


@pytest.mark.parametrize("field", ["category", "referred_to"])
def test_a_name_cannot_be_written_where_it_could_not_be_forgotten(
    server: Server, field: str
) -> None:
    """Codes take no words; words belong in the text, which forgetting finds."""
    with server.client("officer") as client:
        answer = client.post(REPORTS, json=feature(kind="hazard", **{field: NAME}))
        assert answer.status_code == 400, answer.text
        assert client.post(REPORTS, json=feature(kind="hazard", text=NAME)).status_code == 201


@pytest.mark.parametrize("said", [{"team": NAME}, {"participant_ids": [NAME]}])
def test_a_visit_names_teams_and_officers_by_their_ids(
    server: Server, said: dict[str, object]
) -> None:
    """An id that nobody has is refused, and the message says where ids are found."""
    with server.client("officer") as client:
        premises = client.get("/ogc/collections/premises/items?limit=1").json()["features"][0]
        entry = feature(premises_id=premises["id"], start="2026-10-30T09:00:00+08:00", **said)
        answer = client.post(VISITS, json=entry)
    assert answer.status_code == 400, answer.text
    assert "there is no such record" in answer.json()["detail"]


def test_many_wrong_passwords_at_once_are_counted_like_one_after_another(server: Server) -> None:
    """Sixteen at the same moment: five are looked at, the others are told to wait."""
    page = httpx.get(f"{server.url}/login", trust_env=False)
    mark = page.text.split('name="csrf" value="')[1].split('"')[0]
    cookies = dict(page.cookies)

    def attempt(_: int) -> int:
        form = {"username": "nobody", "password": "wrong-password", "csrf": mark}
        return httpx.post(
            f"{server.url}/login", data=form, cookies=cookies, trust_env=False, timeout=60
        ).status_code

    with ThreadPoolExecutor(16) as pool:
        statuses = Counter(pool.map(attempt, range(16)))
    assert statuses[429] >= 11, statuses


@pytest.mark.parametrize("when", ["0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00"])
def test_a_time_before_all_times_is_refused_with_words(server: Server, when: str) -> None:
    """Not a 500."""
    with server.client("officer") as client:
        answer = client.post(REPORTS, json=feature(kind="hazard", occurred_from=when))
    assert answer.status_code == 400
    assert "before 1990" in answer.json()["detail"]


def test_a_number_too_large_for_any_column_is_refused_with_words(server: Server) -> None:
    """Not a 500 either."""
    with server.client("chief") as client:
        assert client.get(f"{VISITS}?items_checked=99999999999999999999999").status_code == 400


def test_an_analyst_cannot_count_findings_per_team(server: Server) -> None:
    """Who looked is not in the rows, and cannot be filtered by."""
    with server.client("analyst") as client:
        rows = client.get(f"{VISITS}?limit=5").json()["features"]
        assert rows
        assert all("team" not in row["properties"] for row in rows)
        assert client.get(f"{VISITS}?team=x").status_code == 400


FREE = frozenset({"POST /login", "POST /receipt/{secret}"})
"""Changes without a session: a sign-in has a mark of its own, a receipt's address is the secret."""


@contextmanager
def signed_in(server: Server, role: str) -> Iterator[httpx.Client]:
    """Give a client with a session's cookie, as a browser has it."""
    with server.client() as client:
        mark = client.get("/login").text.split('name="csrf" value="')[1].split('"')[0]
        name, password = server.logins[role]
        form = {"csrf": mark, "username": name, "password": password, "next": "/"}
        assert client.post("/login", data=form).status_code == 303
        yield client


def test_no_change_is_made_by_a_cookie_alone(server: Server) -> None:
    """Every change that /openapi.json knows, as a form of another site and as JSON: 403."""
    taken = []
    with signed_in(server, "chief") as chief:
        for operation in set(operations(chief)) - FREE:
            method, path = operation.split(" ")
            if method == "GET":
                continue
            address = re.sub(r"\{\w+\}", "2026-10", path)
            for body in ({"data": {"a": "b"}}, {"json": {}}):
                answer = chief.request(method, address, **body)
                if answer.status_code != 403:
                    taken.append((operation, answer.status_code))
    assert taken == []


def test_a_key_made_by_one_opens_no_answer_of_another(server: Server) -> None:
    """The same key and body by three people: three reports."""
    body, key = feature(kind="hazard", severity="minor"), {"Idempotency-Key": "one-key-for-all"}
    made = []
    for role in ("officer", "enterprise", "volunteer"):
        with server.client(role) as client:
            made.append(client.post(REPORTS, json=body, headers=key).json()["id"])
    assert len(set(made)) == len(made)


def test_an_enterprise_cannot_tell_what_is_not_its_own_from_what_is_not_there(
    server: Server,
) -> None:
    """Whatever it asks, whatever state it claims to have seen."""
    with server.client("officer") as officer, server.client("enterprise") as own:
        other = officer.post(REPORTS, json=feature(kind="hazard", severity="minor")).json()["id"]
        said = [_asked_of(own, quote(one, safe="")) for one in (other, f"{other}x")]
    assert said[0] == said[1]
    assert set(said[0]) <= {403, 404, 405}


def _asked_of(client: httpx.Client, report_id: str) -> list[int]:
    """Give the statuses of all that may be asked of a report."""
    here, step = f"/v1/reports/{report_id}", {"action": "remark", "text": "x"}
    picture = {"file": ("a.jpg", b"x")}
    answers = [
        client.get(f"{REPORTS}/{report_id}", headers={"If-None-Match": "*"}),
        client.get(f"{here}/transitions"),
        client.get(f"{here}/photos"),
        client.get(f"/cases/{report_id}"),
        client.post(f"{here}/photos", files=picture),
        client.post(f"/cases/{report_id}", data=step),
        *(
            client.post(f"{here}/transitions", json=step, headers=seen)
            for seen in ({}, {"If-Match": "*"}, {"If-Match": '"x"'})
        ),
    ]
    return [one.status_code for one in answers]


NAMES = (
    "../../../../owned.csv",
    "a\r\nX-Evil: 1.csv",
    "C:\\x.csv",
    "a\0b.csv",
    f"{'企' * 200}.csv",
)


@pytest.mark.parametrize("name", NAMES)
def test_a_files_name_leads_nowhere(server: Server, name: str) -> None:
    """It is a name to show: the file stays in the state's own folder."""
    there = set(server.state_dir.parent.iterdir())
    with server.client("clerk") as clerk:
        files = {"file": (name, "企业编号,企业名称\nN1,样例甲\n".encode())}
        answer = clerk.post("/v1/imports", files=files, data={"kind": "enterprises"})
    assert answer.status_code in {202, 422}, answer.text
    assert "x-evil" not in answer.headers
    assert set(server.state_dir.parent.iterdir()) == there


@pytest.mark.parametrize("month", ["0907-11", "1900-01", "1989-12"])
def test_no_map_is_made_of_a_month_before_all_records(server: Server, month: str) -> None:
    """Its times would have seconds in their offset, which no program reads."""
    with server.client("chief") as chief:
        assert chief.get(f"/v1/map/reports?time={month}").status_code == 422
        assert chief.get(f"/v1/surfaces?time={month}").status_code == 422


def test_an_address_names_its_own_methods_only(server: Server) -> None:
    """`/visit/{id}/saved` is read, `/visit/{id}/undo` is posted to; neither is a premises."""
    with server.client("officer") as officer:
        allowed = {
            path: officer.request("OPTIONS", path).headers["allow"]
            for path in ("/visit/x", "/visit/x/saved", "/visit/x/undo")
        }
    assert allowed == {"/visit/x": "GET, POST", "/visit/x/saved": "GET", "/visit/x/undo": "POST"}


@pytest.mark.parametrize("path", ["/v1/cases?to=0", "/cases?from=20261001", "/v1/cases?from=1e3"])
def test_a_number_is_no_day(sample_server: Any, path: str) -> None:
    """It would be taken for seconds since 1970, and cut everything or nothing off in silence."""
    with sample_server.client("chief") as chief:
        assert chief.get(path).status_code == 422
        assert chief.get("/v1/cases?from=2026-10-01&to=2026-10-31").status_code == 200
