"""A report passed on with its number comes back out under it; a flag goes to its person first."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import httpx
import openpyxl
import pytest

from geo_risk import flagbook
from geo_risk.park import read_park
from geo_risk.records import Actor, Role
from tests.live.conftest import BuiltPark, Server
from tests.live.small_park import SmallPark, write_small_park

REPORTS = "/ogc/collections/reports/items"
VISITS = "/ogc/collections/visits/items"
OUTBOX = "/v1/channels/county_app/outbox"
KEEPER = Actor("cli", Role.KEEPER, "cli")


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> SmallPark:
    return write_small_park(tmp_path_factory.mktemp("channels") / "park")


@pytest.fixture(scope="module")
def server(small, server_on) -> Iterator[Server]:
    """An empty park of 64 enterprises, served."""
    park = BuiltPark(small.park_file, small.park_file.parents[1] / "state")
    park.build()
    with server_on(park) as one:
        yield one


def passed_on(server: Server, number: str, key: str = "", role: str = "clerk") -> httpx.Response:
    said = {"kind": "traffic", "channel": "county_app", "source": "app", "number": number}
    headers = {"Idempotency-Key": key} if key else {}
    with server.client(role) as client:
        return client.post(REPORTS, json={"properties": said}, headers=headers)


def get(server: Server, path: str, role: str | None = "clerk") -> httpx.Response:
    with server.client(role) as client:
        return client.get(path)


def post(server: Server, path: str, body: Any, role: str | None = "clerk") -> httpx.Response:
    with server.client(role) as client:
        return client.post(path, json=body)


def close(server: Server, report_id: str) -> None:
    path = f"/v1/reports/{quote(report_id, safe='')}/transitions"
    with server.client("clerk") as client:
        headers = {"If-Match": client.get(path).headers["etag"]}
        done = client.post(path, json={"action": "close", "text": "样例"}, headers=headers)
    assert done.status_code == 201, done.text


def test_a_number_is_passed_on_once(server):
    """201, then the first answer again by its key; 409 without: nothing is written over."""
    first = passed_on(server, "ZS-1", key="channel-key-1")
    assert first.status_code == 201, first.text
    assert first.json()["id"] == "app:ZS-1"
    again = passed_on(server, "ZS-1", key="channel-key-1")
    assert (again.status_code, again.text) == (201, first.text)
    assert passed_on(server, "ZS-1").status_code == 409
    assert passed_on(server, "ZS-9", role="volunteer").status_code == 403


def test_what_is_closed_here_goes_out_and_is_confirmed_once(server):
    """Outbox, sheet, confirmation, empty outbox; the lists of both sides agree."""
    assert passed_on(server, "ZS-2").status_code == 201
    theirs = {
        "made_at": (datetime.now(UTC) - timedelta(minutes=1)).isoformat(),
        "items": [{"number": "ZS-2", "closed": True}, {"number": "ZS-77", "closed": False}],
    }
    before = post(server, "/v1/channels/county_app/reconciliation", theirs).json()
    assert (before["closed_there"], before["unknown_here"]) == (["ZS-2"], ["ZS-77"])
    close(server, "app:ZS-2")
    after = get(server, "/v1/channels/county_app/reconciliation").json()
    assert (after["closed_there"], after["both_closed"]) == ([], 1)
    (item,) = get(server, OUTBOX).json()["items"]
    assert (item["number"], item["outcome"], item["words"]) == ("ZS-2", "done", "")
    book = openpyxl.load_workbook(io.BytesIO(get(server, f"{OUTBOX}?f=xlsx").content))
    cells = [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]
    assert any("ZS-2" in row for row in cells)
    waiting = get(server, "/v1/channels").json()["channels"]
    assert [one["waiting"] for one in waiting if one["channel"] == "county_app"] == [1]
    body = {"items": [{key: item[key] for key in ("source", "number", "version")}]}
    taken = post(server, "/v1/channels/county_app/acknowledged", body)
    assert taken.json() == {"acknowledged": 1, "before": 0, "changed": []}
    taken = post(server, "/v1/channels/county_app/acknowledged", body)
    assert taken.json() == {"acknowledged": 0, "before": 1, "changed": []}
    assert get(server, OUTBOX).json()["items"] == []


@pytest.mark.parametrize("role", [None, *(role.value for role in Role)])
def test_channels_are_the_desks(server, role):
    """Clerk, chief and keeper; 401 without sign-in, 403 for everybody else."""
    expected = 200 if role in {"clerk", "chief", "keeper"} else 403 if role else 401
    for path in ("/v1/channels", OUTBOX, "/v1/channels/hotline/outbox?f=xlsx"):
        assert get(server, path, role).status_code == expected
    assert get(server, "/v1/flags", role).status_code == (
        200 if role in {"officer", "clerk", "chief", "keeper"} else 403 if role else 401
    )


def test_what_is_no_channel_is_not_found(server):
    """404 with those there are; a list that was never sent too."""
    assert get(server, "/v1/channels/fax/outbox").status_code == 404
    assert get(server, "/v1/channels/hotline/reconciliation").status_code == 404
    unknown = {"items": [{"source": "app", "number": "no", "version": "x"}]}
    assert post(server, "/v1/channels/hotline/acknowledged", unknown).status_code == 422


def test_a_flag_goes_to_its_person_first(server, small):
    """Entered by one officer in two places at once: asked, answered, then settled by the chief."""
    placed = [one for one in server.park.records("premises") if one.lon is not None]
    premises = [one.id for one in sorted(placed, key=lambda one: one.lon)]
    start = datetime.now(UTC) - timedelta(days=3)
    for day in range(2):
        for where in (premises[0], premises[-1]):
            when = start + timedelta(days=day)
            said = {
                "premises_id": where,
                "start": when.isoformat(),
                "end": (when + timedelta(hours=2)).isoformat(),
            }
            made = post(server, VISITS, {"properties": said}, "officer")
            assert made.status_code == 201, made.text
    now = datetime.now(UTC)
    with server.park.open() as store:
        park = read_park(server.park_file)
        raised = flagbook.check(store, park, now - timedelta(days=9), now, actor=KEEPER, at=now)
    (flag,) = [one for one in raised if one.check == "impossible_travel"]
    assert get(server, "/v1/flags", "chief").json() == {"own": [], "others": []}
    (mine,) = [
        one
        for one in get(server, "/v1/flags", "officer").json()["own"]
        if one["check"] == "impossible_travel"
    ]
    assert len(mine["subject_ids"]) == 4
    assert "person_id" not in mine
    path = f"/v1/flags/{quote(flag.id, safe='')}"
    assert post(server, f"{path}/settle", {"outcome": "explained"}, "chief").status_code == 404
    assert post(server, f"{path}/answer", {"text": "样例"}, "clerk").status_code == 404
    assert post(server, f"{path}/answer", {"text": "分头走访"}, "officer").status_code == 200
    (seen,) = get(server, "/v1/flags", "chief").json()["others"]
    assert seen["answer"] == "分头走访"
    done = post(server, f"{path}/settle", {"outcome": "explained"}, "chief")
    assert done.json()["state"] == "settled"
    assert len(server.park.records("visits")) == 4
