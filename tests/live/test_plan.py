"""Visit plans over HTTP: made by the chief, read by who may, changed, confirmed, taken along."""

from __future__ import annotations

import io
import itertools
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import openpyxl
import pyogrio
import pytest
from icalendar import Calendar
from pyproj import Geod

from geo_risk.crs import gcj02_from_wgs84
from tests.live.conftest import Server
from tests.live.every_route import next_monday
from tests.live.planned_park import (
    NAMES,
    door,
    make_plan,
    planned_park,
    visits_of,
)
from tests.live.small_park import write_small_park

FAR = "2031-01-06"
"""A Monday for which nobody else plans here."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, server_on: Any) -> Iterator[Server]:
    """The park of two officers, served."""
    with server_on(planned_park(tmp_path_factory.mktemp("planned"))) as one:
        yield one


@pytest.fixture(scope="module")
def plan(server: Server) -> dict[str, Any]:
    """The chief's plan of two weeks."""
    return make_plan(server)


def _get(server: Server, role: str | None, path: str) -> Any:
    with server.client(role) as client:
        return client.get(path)


def test_a_plan_says_whom_when_why_and_what_was_left_out(plan: dict[str, Any]) -> None:
    """Both officers work, times do not overlap, parts add up, everything left out has a reason."""
    assert [one["name"] for one in plan["officers"]] == list(NAMES.values())
    for officer in plan["officers"]:
        own = visits_of(plan, officer["id"])
        assert own
        for one, following in itertools.pairwise(own):
            end = datetime.fromisoformat(one["end"])
            way = timedelta(seconds=following["travel_s"])
            assert end + (way if following["order"] > 1 else timedelta(0)) <= (
                datetime.fromisoformat(following["start"])
            )
        for one in own:
            assert sum(one["parts"].values()) == pytest.approx(one["prize"])
            assert one["name"].startswith(("样例企业", "待定"))
    assert plan["drawn"] > 0
    assert plan["bound"] is None or plan["bound"] >= plan["covered"] * (1 - 1e-9)
    assert sum(plan["left_out_by_reason"].values()) == len(plan["left_out"])
    assert all(one["reason"] for one in plan["left_out"])


def test_places_leave_in_wgs84(server: Server, plan: dict[str, Any]) -> None:
    """Whatever the park keeps, a program gets the true place."""
    truth = write_small_park(server.park_file.parent.parent / "again").places
    geod = Geod(ellps="WGS84")
    for one in visits_of(plan, "o:1"):
        if one["premises_id"] in truth and not one["place_guessed"]:
            lon, lat = truth[one["premises_id"]]
            assert geod.inv(one["lon"], one["lat"], lon, lat)[2] < 0.5


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("chief", 200),
        pytest.param("clerk", 200, marks=pytest.mark.soak),
        pytest.param("keeper", 200, marks=pytest.mark.soak),
        ("officer", 200),
        ("analyst", 200),
        pytest.param("mediator", 403, marks=pytest.mark.soak),
        ("enterprise", 403),
        pytest.param("volunteer", 403, marks=pytest.mark.soak),
        pytest.param("portal", 403, marks=pytest.mark.soak),
        (None, 401),
    ],
)
def test_who_reads_plans(server: Server, plan: dict[str, Any], role: str, status: int) -> None:
    """Staff and analysts; nobody else, by no door."""
    assert _get(server, role, door(plan)).status_code == status
    for path in ("/v1/plan", f"/plan?week={plan['week']}"):
        assert _get(server, role, path).status_code == status
    by_name = 403 if role == "analyst" else status
    for rest in ("", "/calendar.ics", "/track.gpx", "/sheet.html", "?f=xlsx"):
        assert _get(server, role, door(plan, "o:1", rest)).status_code == by_name, rest
    assert _get(server, role, "/today").status_code == by_name
    desk = 403 if role == "officer" else status
    assert _get(server, role, "/v1/plan/prevalence").status_code == desk


def test_an_officer_reads_its_own_part_only(server: Server, plan: dict[str, Any]) -> None:
    """The demo officer looks after the first zone; the other's plan is refused by every door."""
    own = _get(server, "officer", door(plan)).json()
    assert [one["id"] for one in own["officers"]] == ["o:1"]
    others = {one["id"] for one in visits_of(plan, "o:2")}
    assert not others & {one["id"] for one in own["officers"][0]["visits"]}
    for rest in ("", "/calendar.ics", "/track.gpx", "/sheet.html", "?f=xlsx"):
        assert _get(server, "officer", door(plan, "o:2", rest)).status_code == 403
    text = _get(server, "officer", f"/v1/plan/{plan['week']}/sheet.html").text
    assert NAMES["o:1"] in text
    assert NAMES["o:2"] not in text


def test_an_analyst_reads_neither_names_nor_who_goes_when(
    server: Server, plan: dict[str, Any]
) -> None:
    """By nothing in it could visits be sorted by who makes them."""
    answer = _get(server, "analyst", door(plan))
    told = answer.json()
    assert told["officers"] == []
    assert len(told["visits"]) == sum(len(one["visits"]) for one in plan["officers"])
    for word in ("样例企业", "样例警长", "o:1", "0830", "shift_id", "travel_s", '"start"'):
        assert word not in answer.text, word
    book = openpyxl.load_workbook(
        io.BytesIO(_get(server, "analyst", door(plan, "", "?f=xlsx")).content)
    )
    assert "走访" not in book.sheetnames
    assert "由来" in book.sheetnames


def _table(book: Any, sheet: str, column: str) -> list[dict[str, Any]]:
    """Give the rows under the headings, whatever stands above them."""
    rows = list(book[sheet].iter_rows(values_only=True))
    at = next(n for n, one in enumerate(rows) if column in one)
    return [dict(zip(rows[at], one, strict=True)) for one in rows[at + 1 :]]


def test_the_workbook_reads_back(server: Server, plan: dict[str, Any]) -> None:
    """Chinese headings, real dates and times, every visit, and why what was left out."""
    content = _get(server, "chief", door(plan, "", "?f=xlsx")).content
    book = openpyxl.load_workbook(io.BytesIO(content))
    told = _table(book, "走访", "走访编号")
    wanted = {one["id"]: one for who in plan["officers"] for one in who["visits"]}
    assert {one["走访编号"] for one in told} == set(wanted)
    for one in told:
        start = datetime.fromisoformat(wanted[one["走访编号"]]["start"])
        assert abs(one["开始"] - start.replace(tzinfo=None)) < timedelta(seconds=1)
        assert one["为什么去"]
    assert len(_table(book, "没排进来", "企业编号")) == len(plan["left_out"])


def test_a_phone_takes_the_calendar_and_gdal_the_track(
    server: Server, plan: dict[str, Any], tmp_path: Path
) -> None:
    """As many events as visits, at their times; as many points as placed visits, where they are."""
    own = visits_of(plan, "o:1")
    events = Calendar.from_ical(
        _get(server, "officer", door(plan, "o:1", "/calendar.ics")).content
    ).walk("VEVENT")
    assert {str(one["uid"]).removesuffix("@small-park") for one in events} == {
        one["id"] for one in own
    }
    starts = {one["id"]: datetime.fromisoformat(one["start"]) for one in own}
    for one in events:
        assert one["dtstart"].dt == starts[str(one["uid"]).removesuffix("@small-park")]
        assert str(one["url"]).startswith("http")
    file = tmp_path / "track.gpx"
    file.write_bytes(_get(server, "officer", door(plan, "o:1", "/track.gpx")).content)
    points = pyogrio.read_dataframe(file, layer="waypoints")
    placed = {one["id"]: one for one in own if one["lon"] is not None and not one["place_guessed"]}
    assert set(points["cmt"]) == set(placed)
    for name, place in zip(points["cmt"], points.geometry, strict=True):
        assert (place.x, place.y) == pytest.approx(
            (placed[name]["lon"], placed[name]["lat"]), abs=2e-7
        )


def test_links_are_shifted_for_the_application(server: Server, plan: dict[str, Any]) -> None:
    """On the officer's page Amap is led to the GCJ-02 place, `geo:` to the true one."""
    first = next(one for one in visits_of(plan, "o:1") if not one["place_guessed"])
    text = _get(server, "officer", f"/today?day={first['day']}&officer=o:1").text
    lon, lat = first["lon"], first["lat"]
    shifted = gcj02_from_wgs84(lon, lat)
    assert f"geo:{lat:.6f},{lon:.6f}"[:18] in text
    assert f"to={float(shifted[0]):.5f}"[:-1] in text


def test_only_the_chief_makes_plans(server: Server) -> None:
    """Others are refused, and nothing is made; what cannot be planned is said."""
    body = {"first_day": FAR, "days": 1, "seconds": 0}
    for role, status in (("officer", 403), ("clerk", 403), ("analyst", 403), (None, 401)):
        with server.client(role) as client:
            assert client.post("/v1/plan", json=body).status_code == status
    with server.client("chief") as chief:
        for wrong in ({"days": 0}, {"days": 15}, {"seconds": 61}, {"first_day": "soon"}):
            assert chief.post("/v1/plan", json={**body, **wrong}).status_code == 422, wrong
        assert chief.post("/v1/plan", json={**body, "officers": ["o:404"]}).status_code == 422
        assert FAR not in chief.get("/v1/plan").json()["weeks"]
        assert chief.get(f"/v1/plan/{FAR}").status_code == 404


def test_what_was_confirmed_is_not_moved_when_the_day_changes(server: Server) -> None:
    """An absence moves the rest: the confirmed visit of the other officer stays to the second."""
    plan = make_plan(server)
    told, away = visits_of(plan, "o:1")[3], visits_of(plan, "o:2")[0]
    with server.client("officer") as officer:
        path = f"{door(plan)}/visits/{quote(told['id'], safe='')}/confirm"
        confirmed = officer.post(path)
        assert confirmed.status_code == 200, confirmed.text
        assert officer.post(path).status_code == 200  # said twice counts once
        other = f"{door(plan)}/visits/{quote(away['id'], safe='')}/confirm"
        assert officer.post(other).status_code == 404
        absent = {
            "officer_id": "o:2",
            "begin": f"{away['day']}T00:00:00+08:00",
            "end": f"{away['day']}T23:59:00+08:00",
        }
        assert officer.post(f"{door(plan)}/changes", json={"absences": [absent]}).status_code == 403
    with server.client("chief") as chief:
        changed = chief.post(f"{door(plan)}/changes", json={"absences": [absent]})
        assert changed.status_code == 200, changed.text
    after = changed.json()
    kept = next(one for one in visits_of(after, "o:1") if one["id"] == told["id"])
    assert (kept["start"], kept["confirmed"]) == (told["start"], True)
    assert all(one["day"] != away["day"] for one in visits_of(after, "o:2"))
    assert after["revision"] > plan["revision"]
    cost = after["change"]
    assert cost["kept"] + cost["moved"] + cost["dropped"] == sum(
        len(one["visits"]) for one in plan["officers"]
    )
    assert cost["moved"] + cost["dropped"] >= 1


def test_what_has_not_begun_does_not_run_long(server: Server) -> None:
    """Nor does a visit that is not in the plan, or is another officer's."""
    plan = make_plan(server)
    with server.client("officer") as officer:
        for name, status in (
            (visits_of(plan, "o:1")[0]["id"], 409),
            (visits_of(plan, "o:2")[0]["id"], 404),
            ("2026-01-01.nobody", 404),
        ):
            body = {"late": [{"visit_id": name, "minutes": 30}]}
            assert officer.post(f"{door(plan)}/changes", json=body).status_code == status


def _ended(server: Server, job: dict[str, Any], wait_s: float = 60.0) -> dict[str, Any]:
    until = time.monotonic() + wait_s
    with server.client("chief") as chief:
        while job["state"] in {"queued", "running"} and time.monotonic() < until:
            time.sleep(0.2)
            job = chief.get(f"/v1/jobs/{job['id']}").json()
    return job


def test_a_long_search_is_a_job_that_can_be_called_off(server: Server) -> None:
    """Called off it ends soon, and no plan is kept."""
    body = {"first_day": FAR, "days": 5, "seconds": 60}
    with server.client("chief") as chief:
        asked = chief.post("/v1/plan", json=body)
        assert asked.status_code == 202, asked.text
        job = asked.json()
        assert job["kind"] == "plan"
        assert asked.headers["location"] == f"/v1/jobs/{job['id']}"
        assert chief.delete(f"/v1/jobs/{job['id']}").status_code == 200
        assert _ended(server, job, 20)["state"] == "cancelled"
        assert chief.get(f"/v1/plan/{FAR}").status_code == 404
    with server.client("officer") as officer:
        assert officer.delete(f"/v1/jobs/{job['id']}").status_code == 403


@pytest.mark.soak
def test_a_long_search_ends_in_a_plan(server: Server) -> None:
    """The job counts its visits; the plan stands behind its week."""
    week = "2031-02-10"
    with server.client("chief") as chief:
        asked = chief.post("/v1/plan", json={"first_day": week, "days": 12, "seconds": 6})
        job = _ended(server, asked.json())
        assert job["state"] == "done", job
        plan = chief.get(f"/v1/plan/{week}").json()
    assert job["counts"]["visits"] == sum(len(one["visits"]) for one in plan["officers"])
    assert job["percent"] == 100


def test_prevalence_is_told_by_zone(server: Server, plan: dict[str, Any]) -> None:
    """The park first, then its zones; before any visit by lot it says that it knows nothing."""
    told = _get(server, "analyst", f"/v1/plan/prevalence?to={plan['week']}").json()
    assert told["to"] == next_monday().isoformat()
    park = told["rows"][0]
    assert park["zone_id"] is None
    assert park["visits"] == 0
    assert park["hazards"] is None
    assert park["not_visited"] > 0
    assert {one["zone_id"] for one in told["rows"][1:]} <= {"zones:Z0", "zones:Z1", ""}
