"""What an attacker tried and got: each was possible once, and is refused now.

On a copy of the sample park, with the server as its own process.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

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
