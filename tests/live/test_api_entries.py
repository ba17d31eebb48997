"""What people enter over HTTP: kept before it is answered, once, and found again by other doors."""

from __future__ import annotations

import os
import re
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from io import BytesIO
from urllib.parse import quote

import httpx
import pytest
from PIL import Image

from geo_risk.records import DOORS, Report, Role, Visit

REPORTS = "/ogc/collections/reports/items"
VISITS = "/ogc/collections/visits/items"
HAZARD = {"properties": {"kind": "hazard", "text": "样例隐患：消防通道堵塞"}}


@pytest.fixture(scope="module")
def server(sample_park, server_on, tmp_path_factory) -> Iterator[object]:
    """A server of its own, to be written to."""
    with server_on(sample_park.copy(tmp_path_factory.mktemp("entries") / "state")) as one:
        yield one


@pytest.fixture
def officer(server) -> Iterator[httpx.Client]:
    with server.client("officer") as client:
        yield client


def item(collection: str, record_id: str) -> str:
    return f"/ogc/collections/{collection}/items/{quote(record_id, safe='')}"


def may(role: str, kind: type) -> bool:
    return any(one.role == role and "POST /ogc/" in one.where for one in DOORS[kind])


@pytest.mark.parametrize("role", [None, *(role.value for role in Role)])
@pytest.mark.parametrize(("path", "kind"), [(REPORTS, Report), (VISITS, Visit)])
def test_who_creates_what_is_as_the_doors_say(server, role, path, kind):
    """Everybody else is refused: 401 without sign-in, 403 with the wrong role."""
    with server.client(role) as client:
        answer = client.post(
            path,
            json={"properties": {"kind": "hazard"}}
            if kind is Report
            else {
                "properties": {
                    "start": "2026-10-13T09:00:00Z",
                    "premises_id": first_premises(server),
                }
            },
        )
    expected = 201 if role and may(role, kind) else 403 if role else 401
    assert answer.status_code == expected, answer.text


def first_premises(server) -> str:
    return next(one.id for one in server.park.records("premises") if one.lon is not None)


def test_a_report_is_answered_with_its_address(officer):
    """201, Location, ETag, and the record itself without the text in it."""
    answer = officer.post(REPORTS, json=HAZARD)
    assert answer.status_code == 201
    made = answer.json()
    assert answer.headers["location"] == item("reports", made["id"])
    assert "text" not in made["properties"]
    there = officer.get(answer.headers["location"])
    assert there.headers["etag"] == answer.headers["etag"]
    assert there.json()["properties"]["text"] == HAZARD["properties"]["text"]
    assert there.json()["properties"]["state"] == "reported"


def test_the_same_key_with_the_same_body_is_one_report(server, officer):
    """The second answer is the first, word for word."""
    headers = {"Idempotency-Key": "phone-1-entry-1"}
    first = officer.post(REPORTS, json=HAZARD, headers=headers)
    again = officer.post(REPORTS, json=HAZARD, headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again.headers["location"] == first.headers["location"]
    other = {"properties": {"kind": "dispute"}}
    refused = officer.post(REPORTS, json=other, headers=headers)
    assert refused.status_code == 422
    assert refused.json()["code"] == "idempotency_key_reused"
    with server.client("clerk") as clerk:
        assert clerk.post(REPORTS, json=other, headers=headers).status_code == 201


def test_two_requests_at_once_with_one_key_make_one_report(server):
    """Both are answered with the same record."""
    before = len(server.park.records("reports"))
    gate = threading.Barrier(8)

    def post(_: int) -> httpx.Response:
        with server.client("officer") as client:
            gate.wait()
            return client.post(REPORTS, json=HAZARD, headers={"Idempotency-Key": "at-once-1"})

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(post, range(8)))
    assert {one.status_code for one in answers} == {201}
    assert len({one.json()["id"] for one in answers}) == 1
    assert len(server.park.records("reports")) == before + 1


def test_what_was_answered_201_survives_a_kill(sample_park, server_on, tmp_path):
    """SIGKILL right after the answer; the report is in the store, text and all."""
    park = sample_park.copy(tmp_path / "state")
    with server_on(park) as server, server.client("officer") as officer:
        made = officer.post(REPORTS, json=HAZARD)
        os.kill(server.pid, signal.SIGKILL)
    assert made.status_code == 201
    kept = {one.id: one for one in park.records("reports", personal=True)}
    assert kept[made.json()["id"]].text == HAZARD["properties"]["text"]
    with server_on(park) as server, server.client("officer") as officer:
        assert officer.get(made.headers["location"]).status_code == 200


def test_a_volunteer_reads_its_own_reports_and_no_others(server):
    """The officer sees them all."""
    with server.client("volunteer") as volunteer, server.client("officer") as officer:
        made = [volunteer.post(REPORTS, json=HAZARD).json()["id"] for _ in range(3)]
        page = volunteer.get(f"{REPORTS}?limit=2").json()
        own = [one["id"] for one in page["features"]]
        following = next(one["href"] for one in page["links"] if one["rel"] == "next")
        own += [one["id"] for one in volunteer.get(following).json()["features"]]
        assert set(made) <= set(own)
        assert page["numberMatched"] == len(server_reports_of_volunteer(server))
        others = officer.post(REPORTS, json=HAZARD).headers["location"]
        assert volunteer.get(others).status_code == 404
        assert officer.get(item("reports", made[0])).json()["properties"]["channel"] == "volunteers"


def server_reports_of_volunteer(server) -> list[str]:
    return [
        one.id
        for one in server.park.records("reports")
        if one.channel == "volunteers" and one.source == "http"
    ]


def test_an_enterprise_reports_about_itself_only(server):
    """Left out: its own. Another's: refused."""
    with server.client("enterprise") as enterprise:
        own = enterprise.get("/ogc/collections/enterprises/items").json()["features"][0]["id"]
        made = enterprise.post(REPORTS, json=HAZARD).json()
        assert made["properties"]["enterprise_id"] == own
        assert made["properties"]["self_reported"] is True
        other = next(one.id for one in server.park.records("enterprises") if one.id != own)
        body = {"properties": {"kind": "hazard", "enterprise_id": other}}
        assert enterprise.post(REPORTS, json=body).status_code in {400, 403}


@pytest.mark.parametrize(
    ("path", "body", "words"),
    [
        (REPORTS, {"properties": {}}, "kind"),
        (REPORTS, {"properties": {"kind": "gossip"}}, "Give one of hazard"),
        (
            REPORTS,
            {"properties": {"kind": "hazard", "premises_id": "no:1"}},
            "premises_id is 'no:1'",
        ),
        (REPORTS, {"properties": {"kind": "hazard", "visit_id": "no:1"}}, "visit_id is 'no:1'"),
        (
            REPORTS,
            {"properties": {"kind": "hazard", "enterprise_id": "no:1"}},
            "enterprise_id is 'no:1'",
        ),
        (
            REPORTS,
            {"properties": {"kind": "hazard", "occurred_from": "2199-01-01T00:00:00Z"}},
            "occurred_from 2199-01-01T00:00:00+00:00 lies ahead. Give when it happened.",
        ),
        (REPORTS, {"properties": {"kind": "hazard", "state": "closed"}}, "state"),
        (
            REPORTS,
            {
                "geometry": {"type": "Point", "coordinates": [200, 10]},
                "properties": {"kind": "hazard"},
            },
            "200",
        ),
        (REPORTS, {"geometry": {"type": "Point"}, "properties": {"kind": "hazard"}}, "coordinates"),
        (REPORTS, [], "body"),
        (VISITS, {"properties": {"premises_id": "no:1", "start": "2026-10-01T00:00:00Z"}}, "no:1"),
        (VISITS, {"properties": {"start": "soon", "premises_id": "x"}}, "'soon'"),
        (VISITS, {"properties": {"start": "2026-10-01T00:00:00Z", "found": {"major": -1}}}, "-1"),
    ],
)
def test_a_bad_entry_is_400_with_field_value_and_remedy(officer, path, body, words):
    """Nothing of it is kept."""
    answer = officer.post(path, json=body)
    problem = answer.json()
    assert answer.status_code == 400, answer.text
    assert words in f"{problem['detail']} {problem['hint']}"
    assert problem["hint"]


def test_a_visit_that_lies_ahead_is_refused(server, officer):
    """A phone whose clock is years ahead is told so; nothing of it is kept."""
    before = len(server.park.records("visits"))
    start = {"premises_id": first_premises(server), "start": "2199-01-01T00:00:00Z"}
    problem = officer.post(VISITS, json={"properties": start})
    assert problem.status_code == 400
    assert "start 2199-01-01T00:00:00+00:00 lies ahead" in problem.json()["detail"]
    assert problem.json()["hint"] == "Give when it happened."
    assert len(server.park.records("visits")) == before


def test_a_body_that_is_no_json_is_a_problem_too(officer):
    """Whatever is sent."""
    for content in (b"", b"{", b"\xff\xfe", b"null"):
        answer = officer.post(
            REPORTS, content=content, headers={"Content-Type": "application/json"}
        )
        assert answer.status_code == 400
        assert answer.headers["content-type"] == "application/problem+json"
    plain = officer.post(REPORTS, content=b"{}", headers={"Content-Type": "text/plain"})
    assert plain.status_code in {400, 415}


@pytest.fixture
def waiting(server) -> str:
    """A premises that waits for a place."""
    return next(one.id for one in server.park.records("premises") if one.lon is None)


def test_a_pin_moves_a_premises_onto_the_map(server, officer, waiting):
    """From the to-be-located list to the map, with value and class, at once."""
    main = officer.get("/v1/surfaces").json()["main"]
    listed = {one["id"]: one for one in officer.get("/v1/premises/unlocated").json()["premises"]}
    place = next(
        one
        for one in officer.get("/v1/map").json()["premises"]["features"]
        if one["properties"]["class"] != "none"
    )
    lon, lat = place["geometry"]["coordinates"]
    answer = officer.patch(
        item("premises", waiting),
        json={"lon": lon, "lat": lat},
        headers={"If-Match": listed[waiting]["etag"]},
    )
    assert answer.status_code == 200, answer.text
    assert answer.json()["properties"]["located_by"] == "pin"
    assert answer.json()["properties"]["outside"] is False
    after = officer.get("/v1/map").json()
    drawn = {one["properties"]["id"]: one for one in after["premises"]["features"]}
    assert drawn[waiting]["geometry"]["coordinates"] == pytest.approx([lon, lat], abs=1e-7)
    value = officer.get(f"/v1/surfaces/{main}/value?lon={lon}&lat={lat}").json()
    assert drawn[waiting]["properties"]["class"] == value["class"]
    left = officer.get("/v1/premises/unlocated").json()
    assert waiting not in {one["id"] for one in left["premises"]}
    assert left["total"] == after["unlocated"] == len(listed) - 1


def test_a_pin_names_the_state_it_was_made_from(server, officer, waiting):
    """Without If-Match 428, with an old one 412: nobody overwrites what another saved meanwhile."""
    path, pin = item("premises", waiting), {"lon": 120.0, "lat": 30.55}
    missing = officer.patch(path, json=pin)
    assert (missing.status_code, missing.json()["code"]) == (428, "precondition_missing")
    etag = officer.get(path).headers["etag"]
    assert officer.patch(path, json=pin, headers={"If-Match": etag}).status_code == 200
    stale = officer.patch(path, json=pin, headers={"If-Match": etag})
    assert (stale.status_code, stale.json()["code"]) == (412, "stale")


def test_a_pin_outside_the_boundary_is_taken_and_flagged(server, officer, waiting):
    """It counts, and stays out of surfaces."""
    path = item("premises", waiting)
    headers = {"If-Match": officer.get(path).headers["etag"]}
    answer = officer.patch(path, json={"lon": 121.5, "lat": 31.2}, headers=headers)
    assert answer.json()["properties"]["outside"] is True


@pytest.mark.parametrize("role", ["chief", "analyst", "enterprise", "volunteer", "portal", None])
def test_only_officer_and_clerk_set_pins(server, role, waiting):
    """As the doors say."""
    with server.client(role) as client:
        answer = client.patch(
            item("premises", waiting), json={"lon": 120.0, "lat": 30.5}, headers={"If-Match": "*"}
        )
    assert answer.status_code == (403 if role else 401)


def test_what_was_entered_has_its_event_with_who_and_when(server, officer):
    """Ids and codes, never the text."""
    made = officer.post(REPORTS, json=HAZARD).json()["id"]
    with server.park.open() as store:
        (event,) = store.events("reports", made)
    assert (event.actor_id, event.role, event.action) == ("demo-officer", "officer", "created")
    assert "消防通道" not in str(event)


def test_what_officers_enter_is_in_the_next_map(sample_park, server_on, tmp_path):
    """Hazards at one place, then a build: the surface rises there, the zone counts them."""
    text = sample_park.park_file.read_text(encoding="utf-8")
    ongoing = re.sub(r"^as_of = .*$", "", text, flags=re.MULTILINE)
    assert ongoing != text
    park_file = sample_park.park_file.parent / "ongoing.toml"
    park_file.write_text(ongoing, encoding="utf-8")
    park = replace(sample_park.copy(tmp_path / "state"), park_file=park_file)
    park.build()
    with server_on(park) as server, server.client("officer") as officer:
        place = next(
            one
            for one in officer.get("/v1/map").json()["premises"]["features"]
            if one["properties"]["class"] == "blue"
        )
        lon, lat = place["geometry"]["coordinates"]
        value = f"/v1/surfaces/intensity.hazard/value?lon={lon}&lat={lat}"
        before = officer.get(value).json()
        zones = "/v1/surfaces/intensity.hazard/zones"
        counted = {one["id"]: one["reports"] for one in officer.get(zones).json()["zones"]}
        entry = {"kind": "hazard", "severity": "major", "premises_id": place["properties"]["id"]}
        for _ in range(20):
            assert officer.post(REPORTS, json={"properties": entry}).status_code == 201
        park.build()
        deadline = time.monotonic() + 20
        while (after := officer.get(value).json())["version"] == before["version"]:
            assert time.monotonic() < deadline, "never shown"
            time.sleep(0.1)
        assert after["value"] > before["value"] + 1
        recounted = {one["id"]: one["reports"] for one in officer.get(zones).json()["zones"]}
        assert recounted[after["zone_id"]] >= counted[after["zone_id"]] + 20


def photograph(colour: int) -> bytes:
    """A JPEG whose EXIF names a device and a place."""
    exif = Image.Exif()
    exif[0x0110], exif[0x8825] = "handset of somebody", {1: "N", 2: (30.0, 33.0, 0.0)}
    out = BytesIO()
    Image.new("RGB", (64, 48), (colour, 0, 0)).save(out, "JPEG", exif=exif)
    return out.getvalue()


def test_a_photo_is_kept_without_its_metadata_once_and_for_who_may_see_it(server):
    """The enterprise adds it to its own report, twice; the station sees it, others do not."""
    picture = {"file": ("a.jpg", photograph(200), "image/jpeg")}
    with server.client("enterprise") as own, server.client("officer") as officer:
        report = own.post(REPORTS, json=HAZARD).json()["id"]
        path = f"/v1/reports/{quote(report, safe='')}/photos"
        first, again = own.post(path, files=picture), own.post(path, files=picture)
        assert first.status_code == again.status_code == 201
        assert first.json() == again.json()
        assert len(officer.get(path).json()["photos"]) == 1
        seen = officer.get(first.json()["href"])
        assert seen.headers["content-type"] == "image/jpeg"
        assert "no-store" in seen.headers["cache-control"]
        assert b"handset of somebody" not in seen.content
        other = officer.post(REPORTS, json=HAZARD).json()["id"]
        assert own.get(f"/v1/reports/{quote(other, safe='')}/photos").status_code == 404
        assert (
            officer.get(first.json()["href"].replace(quote(report, safe=""), other)).status_code
            == 404
        )
    for role, status in ((None, 401), ("analyst", 403), ("portal", 403), ("volunteer", 404)):
        with server.client(role) as client:
            assert client.get(path).status_code == status, role
            assert client.get(first.json()["href"]).status_code == status, role
            assert client.post(path, files=picture).status_code == status, role


def test_what_is_no_photo_or_one_too_many_is_refused_and_nothing_is_kept(server, officer):
    """The answer says what may be sent."""
    report = officer.post(REPORTS, json=HAZARD).json()["id"]
    path = f"/v1/reports/{quote(report, safe='')}/photos"
    refused = officer.post(path, files={"file": ("a.jpg", b"no picture", "image/jpeg")})
    assert refused.status_code == 422
    assert "JPEG" in refused.json()["hint"]
    assert officer.get(path).json()["photos"] == []
    statuses = [
        officer.post(path, files={"file": ("a.jpg", photograph(n * 15), "image/jpeg")}).status_code
        for n in range(13)
    ]
    assert statuses == [201] * 12 + [409]
    missing = officer.post("/v1/reports/http%3Anone/photos", files={"file": photograph(9)})
    assert missing.status_code == 404
