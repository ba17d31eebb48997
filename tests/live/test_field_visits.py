"""What a phone takes along and brings back, over HTTP: each act read through another door."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from tests.live.gates import VISITS, Gate, finding

pytest_plugins = ("tests.live.gate_fixtures",)


def test_a_day_is_all_that_a_phone_needs_and_its_reading_is_audited(gate: Gate) -> None:
    """Stops in their order with reasons, whom to call, words and rules; an officer's own day."""
    day, where = gate.day, f"/v1/field/day?day={gate.stop['day']}"
    with day.client("officer") as officer, day.client("chief") as chief:
        told = officer.get(where).json()
        assert officer.get(f"{where}&officer=o:2").status_code == 403
        assert chief.get(f"{where}&officer=o:2").json()["officer"]["id"] == "o:2"
        assert officer.get("/v1/field/day?day=2001-01-01").json()["stops"] == []
    starts = [one["start"] for one in told["stops"]]
    assert starts == sorted(starts)
    assert {one["premises_id"] for one in told["stops"]} == {one["id"] for one in told["premises"]}
    assert all(one["reasons"]["zh"] and one["reasons"]["en"] for one in told["stops"])
    assert all(one["name"] for one in told["premises"])
    assert [one["id"] for one in told["severities"]] == ["major", "general", "minor"]
    with gate.store() as store:
        read = {one.subject for one in store.audits() if one.what == "read"}
    assert {f"premises/{one['id']}" for one in told["premises"]} <= read


@pytest.mark.parametrize(
    ("role", "day_status", "visit_status"),
    [
        (None, 401, 401),
        ("portal", 403, 403),
        ("enterprise", 403, 403),
        ("volunteer", 403, 403),
        ("mediator", 403, 403),
        ("analyst", 403, 403),
        ("clerk", 200, 403),
    ],
)
def test_a_gate_is_for_who_visits(
    gate: Gate, role: str | None, day_status: int, visit_status: int
) -> None:
    """Nobody else saves there, and only staff takes a day along."""
    day = gate.day
    headers = {"Authorization": f"Bearer {day.tokens[role]}"} if role else {}
    body = {"premises_id": "x", "start": "2026-01-01T00:00:00Z", "end": "2026-01-01T00:00:00Z"}
    with httpx.Client(base_url=day.url, headers=headers, trust_env=False) as client:
        assert client.get("/v1/field/day").status_code == day_status
        assert client.post(VISITS, json=body).status_code == visit_status
        assert client.post(f"{VISITS}/x/undo").status_code == visit_status


def test_a_visit_saved_twice_is_once_and_its_hazard_is_on_the_next_phone(gate: Gate) -> None:
    """The first answer again for the same, a refusal for something else with the key."""
    said = {"findings": [finding()], "clock_offset_s": 2.0, "plan": None}
    first = gate.save(key="phone-key-1", **said)
    assert first.status_code == 201, first.text
    again = gate.save(key="phone-key-1", **{**said, "clock_offset_s": 3.0})
    assert (again.status_code, again.text) == (201, first.text)
    other = gate.save(key="phone-key-1", **{**said, "note": "样例"})
    assert other.status_code == 422
    told = first.json()
    assert gate.read(told["visit"]["href"]).json()["properties"]["clock_offset_s"] == 2.0
    (report,) = told["reports"]
    assert gate.read(report["href"]).json()["properties"]["visit_id"] == told["visit"]["id"]
    (hazard,) = gate.here()["hazards"]
    assert (hazard["id"], hazard["words"]) == (report["id"], "样例：线头外露")
    assert gate.here()["visits"][0]["found"] == 1


def test_a_recheck_asks_to_close_and_meets_what_the_station_did(gate: Gate) -> None:
    """Fixed leads to its recheck; a case that was driven on comes back with both sides."""
    made = gate.save(findings=[finding(), finding()]).json()
    one, other = (report["id"] for report in made["reports"])
    with gate.day.client("chief") as chief:
        steps = f"/v1/reports/{quote(other, safe='')}/transitions"
        void = {"action": "void", "text": "样例：报错了地方"}
        assert chief.post(steps, json=void, headers={"If-Match": "*"}).status_code == 201
    seen = [
        {"report_id": id_, "fixed": True, "words": "样例：已收好", "state_seen": "reported"}
        for id_ in (one, other)
    ]
    fixed, met = gate.save(rechecks=seen).json()["rechecks"]
    assert (fixed["state"], fixed["conflict"]) == ("rechecking", None)
    assert met["state"] == met["conflict"]["state"] == "void"
    assert (met["conflict"]["by"], met["conflict"]["said"]) == ("chief", "样例：报错了地方")
    story = gate.read(f"/v1/reports/{quote(other, safe='')}/transitions").json()
    assert story["state"] == "void"
    assert (story["steps"][-1]["action"], story["steps"][-1]["text"]) == ("remark", "样例：已收好")


def test_no_words_are_kept_with_an_answer(gate: Gate) -> None:
    """An answer is kept for thirty days, out of reach of who must forget somebody."""
    made = gate.save(findings=[finding(words="样例：张三说的话")]).json()
    report = made["reports"][0]["id"]
    with gate.day.client("chief") as chief:
        steps = f"/v1/reports/{quote(report, safe='')}/transitions"
        void = {"action": "void", "text": "样例：李四说的话"}
        chief.post(steps, json=void, headers={"If-Match": "*"})
    seen = {"report_id": report, "fixed": False, "words": "样例：王五说的话"}
    met = gate.save(key="phone-key-2", rechecks=[{**seen, "state_seen": "reported"}])
    assert "李四" in met.text
    with gate.store() as store:
        user = store.user_by_name(gate.day.logins["officer"][0])
        kept = store.answer(user.id, "phone-key-2")
    assert not any(name in kept.body for name in ("张三", "李四", "王五"))


def test_a_part_that_cannot_be_leaves_nothing(gate: Gate) -> None:
    """The answer says which; neither the visit nor the good finding is there."""
    before = (len(gate.day.visits()), len(gate.day.reports()))
    bad = {"report_id": "http:desk-nobody", "fixed": True}
    refused = [
        gate.save(findings=[finding(), finding(due="2001-01-01")]),
        gate.save(findings=[finding(severity=None)], rechecks=[bad]),
        gate.save(findings=[finding(category="a name, not a code")]),
        gate.save(premises_id="nowhere", findings=[finding()]),
        gate.save(findings=[finding(kind="no-kind")]),
    ]
    assert [one.status_code for one in refused] == [422] * len(refused)
    assert all(one.json()["hint"] for one in refused)
    assert (len(gate.day.visits()), len(gate.day.reports())) == before


def test_two_officers_at_once_are_one_visit(gate: Gate) -> None:
    """The second is told which one it went into, and finds both drafts there."""
    answers: list[dict[str, Any]] = []

    def save(role: str) -> None:
        answers.append(gate.save(role, findings=[finding()]).json())

    threads = [threading.Thread(target=save, args=(role,)) for role in ("officer", "chief")]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len({one["visit"]["id"] for one in answers}) == 1
    assert sorted(one["joined"] is None for one in answers) == [False, True]
    assert len(gate.here()["hazards"]) == 2


@pytest.mark.parametrize("outcome", ["shut", "refused"])
def test_a_gate_that_stayed_shut_is_a_visit_and_no_look(gate: Gate, outcome: str) -> None:
    """It says so on the next phone, and the plan still wants somebody there."""
    made = gate.save(outcome=outcome).json()
    kept = gate.read(made["visit"]["href"]).json()["properties"]
    assert (kept["outcome"], kept["found"]) == (outcome, None)
    assert gate.here()["visits"][0]["outcome"] == outcome


def test_who_has_moved_waits_to_be_located(gate: Gate) -> None:
    """One touch more than any visit; the desk finds it where all others wait."""
    made = gate.save(outcome="moved").json()
    assert made["premises"]["place"] == "moved_away"
    waiting = gate.read("/v1/premises/unlocated").json()["premises"]
    assert any(one["reason"] == "moved" for one in waiting)


def test_undo_in_time_takes_all_back_and_later_withdraws(gate: Gate) -> None:
    """By the service's own clock; what was taken back is not there for anybody."""
    first = gate.save(findings=[finding()]).json()
    with gate.day.client("officer") as officer:
        done = officer.post(first["visit"]["undo"])
        assert (done.status_code, done.json()["how"]) == (200, "taken_back")
        assert officer.post(first["visit"]["undo"]).status_code == 404
    assert gate.read(first["visit"]["href"]).status_code == 404
    assert gate.here()["hazards"] == []
    second = gate.save(findings=[finding()]).json()
    gate.day.clock[0] += timedelta(minutes=1)
    with gate.day.client("officer") as officer, gate.day.client("chief") as chief:
        assert chief.post(second["visit"]["undo"]).status_code == 403
        done = officer.post(second["visit"]["undo"])
        assert done.status_code == 200, done.text
        assert done.json()["how"] == "withdrawn"
        assert done.json()["cases"] == [second["reports"][0]["id"]]
        assert officer.post(second["visit"]["undo"]).status_code == 409
    kept = gate.read(second["visit"]["href"]).json()["properties"]
    assert kept["outcome"] == "withdrawn"
    (hazard,) = gate.here()["hazards"]
    assert hazard["state"] == "reported"
