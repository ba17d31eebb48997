"""Every route, asked as every role: what a reader may not see is not in the answer, in any form.

The table of routes is made from /openapi.json, so a new route is asked too. Forbidden are the real
names, phones, addresses and texts of the park's own store, and the points of its premises.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, cached_property

import pytest

from geo_risk.records import COLLECTIONS, personal_fields
from geo_risk.safety_index.shown import SUM_OF_THEM, TOLD_BY_OTHERS
from maps.bulletin import part_word
from tests.live.every_route import (
    COMPLAINTS,
    Said,
    ask_all,
    every_address,
)

ROLES = (None, "portal", "volunteer", "enterprise", "analyst", "mediator", "chief")
"""The chief stands for all who see everything (held in `tests/unit/api/test_audience.py`)."""
NAMELESS = (None, "portal", "analyst", "volunteer")
OUTSIDE = (None, "portal", "volunteer", "enterprise")
MONTH = "2026-10"
"""The last month of the sample park."""

STATION = ("officer", "clerk", "chief", "keeper", "mediator", "analyst")
OPEN = {
    "/healthz",
    "/readyz",
    "/metrics",
    "/login",
    "/ogc/",
    "/ogc/conformance",
    "/ogc/collections",
}


@dataclass(frozen=True)
class Secrets:
    """What must not come out: texts of persons, and points of premises to five decimals."""

    texts: dict[str, set[str]]
    points: set[tuple[float, float]]

    @cached_property
    def by_start(self) -> dict[str, list[str]]:
        """Texts that begin alike: where the beginning is not, none of them is."""
        found: dict[str, list[str]] = {}
        for one in self.texts:
            found.setdefault(one[:4], []).append(one)
        return found

    def read_in(self, said: str) -> set[str]:
        """Give those of the texts that stand in what was said."""
        near = [texts for start, texts in self.by_start.items() if start in said]
        return {one for texts in near for one in texts if one in said}


@pytest.fixture(scope="module")
def secrets(lived_in, lived) -> Secrets:
    texts: dict[str, set[str]] = {}
    for name, kind in COLLECTIONS.items():
        fields = personal_fields(kind)
        for record in lived_in.park.records(name, personal=True) if fields else ():
            for field in fields:
                if len(getattr(record, field)) >= 4:
                    texts.setdefault(getattr(record, field), set()).add(record.id)
    points = {
        (round(one.lon, 5), round(one.lat, 5))
        for one in lived_in.park.records("premises")
        if one.lon is not None
    }
    assert len(texts) > 1000
    assert len(points) > 500
    return Secrets(texts, points)


@pytest.fixture(scope="module")
def answers(lived_in, lived) -> Callable[[str | None], list[Said]]:
    """Every address asked as a role; each role asks once."""
    with lived_in.client("chief") as chief:
        addresses = every_address(chief, lived.fills)

    @cache
    def ask(role: str | None) -> list[Said]:
        with lived_in.client(role) as client:
            return ask_all(client, addresses)

    return ask


def points_in(text: str) -> set[tuple[float, float]]:
    pairs = re.findall(r"(-?\d+\.\d+)[,\s]+(-?\d+\.\d+)", text)
    return {(round(float(lon), 5), round(float(lat), 5)) for lon, lat in pairs}


@pytest.mark.parametrize("role", NAMELESS)
def test_who_may_not_see_names_sees_none_by_any_route(answers, secrets, lived, role):
    """No name, phone, address or text of the park; a slip's own page opens to who has its code."""
    for one in answers(role):
        by_code = lived.on_slip if one.address.startswith("/receipt/") else set()
        leaked = [text for text in secrets.read_in(one.text) if not secrets.texts[text] & by_code]
        assert not leaked, f"{role} at {one.address}: {leaked[:3]}"


@pytest.mark.parametrize("role", [None, "portal", "volunteer"])
def test_the_public_sees_no_point_of_a_premises_by_any_route(answers, secrets, role):
    """Not in GeoJSON, not in a workbook, not on a page."""
    for one in answers(role):
        leaked = points_in(one.text) & secrets.points
        assert not leaked, f"{role} at {one.address}: {sorted(leaked)[:3]}"


def test_the_crawl_would_find_what_leaks(answers, secrets):
    """The same look at the chief's answers finds names and points: the test can fail."""
    texts, points = set(), set()
    for one in answers("chief"):
        if one.address.startswith("/ogc/") and "xlsx" not in one.address:
            texts |= secrets.read_in(one.text)
            points |= points_in(one.text) & secrets.points
    assert len(texts) > 300
    assert len(points) > 50


def test_a_mediator_without_a_case_reads_nobodys_phone_by_any_route(lived_in, answers):
    """Names and addresses, to take up a case; whom to call comes with the case."""
    firms = lived_in.park.records("enterprises", personal=True)
    phones = {one.phone for one in firms if len(one.phone) >= 7}
    assert len(phones) > 100
    for one in answers("mediator"):
        leaked = [phone for phone in phones if phone in one.text]
        assert not leaked, f"mediator at {one.address}: {leaked[:3]}"


def test_an_enterprise_sees_itself_and_nobody_else(lived_in, lived, answers, secrets):
    """Of all names and texts in the answers, each is of a record of its own."""
    with lived_in.client("enterprise") as client:
        own = client.get("/ogc/collections/enterprises/items").json()["features"]
        assert len(own) == 1
        mine = {own[0]["id"]}
        for name in ("premises", "visits", "reports", "declarations", "orders", "slips"):
            page = client.get(f"/ogc/collections/{name}/items?limit=10000").json()
            assert all(one["properties"]["enterprise_id"] in mine for one in page["features"])
            mine |= {one["id"] for one in page["features"]}
    for one in answers("enterprise"):
        for text in secrets.read_in(one.text):
            assert secrets.texts[text] & mine, f"enterprise at {one.address}: {text}"


def test_an_enterprise_learns_nothing_of_who_looked_or_complained(sample_server):
    """No team, no reason of a visit, no channel of a report; no report that came as a complaint."""
    with sample_server.client("enterprise") as client:
        visits = client.get("/ogc/collections/visits/items").json()["features"]
        assert visits
        hidden = {"team", "participant_ids", "reason", "selection_probability", "note"}
        assert not hidden & set(visits[0]["properties"])
        for query in ("reason=complaint", "team=x"):
            assert client.get(f"/ogc/collections/visits/items?{query}").status_code == 400
        assert client.get("/ogc/collections/reports/items?channel=hotline").status_code == 400
        seen = {
            one["id"] for one in client.get("/ogc/collections/reports/items").json()["features"]
        }
        owner = client.get("/ogc/collections/enterprises/items").json()["features"][0]["id"]
    others = {
        one.id
        for one in sample_server.park.records("reports")
        if one.enterprise_id == owner and one.channel not in {"visit", "self_report"}
    }
    assert not seen & others


def test_an_enterprise_reads_of_complaints_one_sum_of_three_by_any_route(answers, lived):
    """No part alone, no act that names one, no channel, no report that somebody else made."""
    alone = {*TOLD_BY_OTHERS, "settle_disputes", *COMPLAINTS, *lived.complaint_ids}
    alone |= {part_word(one, lang) for one in TOLD_BY_OTHERS for lang in ("zh", "en")}
    parts = re.compile("|".join(rf"[\">]{re.escape(one)}[\"<]" for one in sorted(alone)))
    for one in answers("enterprise"):
        assert not parts.findall(one.text), one.address
    seen = {one.address: one.text for one in answers("chief") if parts.search(one.text)}
    assert {f"/v1/index/{MONTH}", f"/v1/index/{MONTH}?f=xlsx", "/v1/cases"} <= seen.keys()
    whole, own = (
        next(json.loads(one.text) for one in answers(role) if one.address == f"/v1/index/{MONTH}")
        for role in ("chief", "enterprise")
    )
    (mine,) = own["enterprises"]
    told = next(one for one in whole["enterprises"] if one["id"] == lived.enterprise_id)
    summed = sum(told["parts"].get(one, 0) for one in TOLD_BY_OTHERS)
    assert mine["parts"][SUM_OF_THEM] == summed


@pytest.mark.parametrize("role", OUTSIDE)
def test_cells_and_lists_of_the_station_are_refused_to_others(answers, role):
    """Tiles, values, coverage, who waits for a place, sources: 401 without sign-in, else 403."""
    wanted = 401 if role is None else 403
    stations = ("/tiles/", "/value", "/explain", "/coverage.tif", "/v1/premises", "/v1/imports")
    pages = ("/enterprises", "/to-locate", "/sources")
    refused = [
        one
        for one in answers(role)
        if any(part in one.address for part in stations) or one.address.startswith(pages)
    ]
    assert len(refused) > 15
    assert {one.address: one.status for one in refused if one.status != wanted} == {}


@pytest.mark.parametrize("role", STATION)
def test_the_station_may_read_its_own_pages(sample_server, role):
    """Map, zones, enterprises, who waits, sources; and the cells."""
    with sample_server.client(role) as client:
        for path in ("/", "/zones", "/enterprises", "/to-locate", "/sources", "/v1/map"):
            assert client.get(path).status_code == 200, path
        main = client.get("/v1/surfaces").json()["main"]
        value = client.get(f"/v1/surfaces/{main}/value?lon=120.0&lat=30.55")
        assert value.status_code == 200


@pytest.mark.parametrize("role", ROLES)
def test_no_route_fails_for_any_role(answers, role):
    """An answer or a refusal, never our own fault; a refusal is a problem."""
    for one in answers(role):
        assert one.status < 500, f"{role} at {one.address}: {one.text[:300]}"
        if one.status >= 400 and not one.address.startswith("/receipt/"):  # a page, for a phone
            assert one.headers["content-type"] == "application/problem+json"


def test_no_answer_is_kept_between_readers(answers):
    """What depends on the reader is private; nothing is public."""
    for one in answers("chief"):
        said = one.headers["cache-control"]
        assert "public" not in said, one.address
        assert "private" in said or "no-store" in said, one.address


def test_a_field_that_is_hidden_cannot_be_filtered_by(sample_server):
    """Otherwise an answer's length would tell it."""
    with sample_server.client("analyst") as client:
        assert client.get("/ogc/collections/enterprises/items?name=x").status_code == 400
        assert client.get("/ogc/collections/visits/items?participant_ids=x").status_code == 400
        allowed = client.get("/ogc/collections/visits/queryables").json()["properties"]
        assert "participant_ids" not in allowed


def test_the_public_sees_aggregates_only(sample_server):
    """Zones of at least 8 enterprises and 5 reports; no counts of cells, visits or premises."""
    with sample_server.client() as public:
        seen = public.get("/v1/surfaces").json()
        assert len(seen["surfaces"]) == 1
        assert all(one["cells"] is None for one in seen["surfaces"][0]["classes"])
        assert "tiles" not in seen["surfaces"][0]
        zones = public.get(f"/v1/surfaces/{seen['main']}/zones").json()
        for one in zones["zones"]:
            few = not one["merged"] and one["enterprises"] < 8
            assert one["withheld"] or (not few and one["reports"] >= 5)
            assert not {"class_cells", "premises", "visits", "maximum"} & set(one)
        if any(one["withheld"] for one in zones["zones"]):
            assert zones["total"] is None
        drawn = public.get("/v1/map").json()
        assert drawn["premises"]["features"] == drawn["stations"]["features"] == []
        assert drawn["unlocated"] == 0


def test_reads_of_person_data_are_in_the_audit(sample_server):
    """Who read whose names, and who exported what."""
    with sample_server.client("clerk") as clerk:
        clerk.get("/ogc/collections/officers/items")
        clerk.get("/zones?f=xlsx")
    with sample_server.park.open() as store:
        entries = [one for one in store.audits() if one.role == "clerk"]
    officers = {one.id for one in sample_server.park.records("officers")}
    assert {f"officers/{one}" for one in officers} <= {one.subject for one in entries}
    assert any(one.what == "export" and one.subject == "巡区风险" for one in entries)


def test_a_map_without_approval_asks_the_public_to_sign_in(sample_park, server_on, tmp_path):
    """审图号 or a declared exemption; the station needs neither."""
    text = sample_park.park_file.read_text(encoding="utf-8")
    bare = re.sub(r"approval_exemption = .*", "", text)
    assert bare != text
    park_file = sample_park.park_file.parent / "unapproved.toml"
    park_file.write_text(bare, encoding="utf-8")
    with server_on(replace(sample_park.copy(tmp_path / "state"), park_file=park_file)) as server:
        with server.client() as public:
            led = public.get("/", headers={"Accept": "text/html"})
            assert (led.status_code, led.headers["location"]) == (303, "/login")
            for path in ("/v1/map", "/v1/surfaces", "/ogc/collections/zones/items", "/zones"):
                answer = public.get(path)
                assert answer.status_code == 401, path
                assert "approval_number" in answer.json()["hint"]
            assert public.get("/ogc/").status_code == 200
            assert public.get("/login").status_code == 200
        with server.client("portal") as portal:
            assert portal.get("/v1/map").status_code == 403
        with server.client("chief") as chief:
            assert chief.get("/v1/map").status_code == 200
