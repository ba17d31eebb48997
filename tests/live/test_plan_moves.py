"""A visit dragged, or moved by a form: what it costs is seen first, kept after, and taken back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.live.browser import PHONE, Browse
from tests.live.conftest import Server
from tests.live.planned_park import NAMES, door, make_plan, planned_park, visits_of

pytest_plugins = ("tests.live.browser_fixtures",)


WALL = {"width": 2600, "height": 2000}
"""A screen on which the whole table is seen: nothing has to be scrolled while dragging."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, server_on: Any) -> Iterator[Server]:
    """The park of two officers, served."""
    with server_on(planned_park(tmp_path_factory.mktemp("plan-moves"))) as one:
        yield one


def plan_now(server: Server) -> dict[str, Any]:
    with server.client("chief") as chief:
        return dict(chief.get("/v1/plan").json()) | dict(
            chief.get(f"/v1/plan/{chief.get('/v1/plan').json()['latest']}").json()
        )


def free_visit(plan: dict[str, Any], officer: str = "o:1") -> dict[str, Any]:
    """Give a visit that no lot drew and nobody was told of: anybody may make it at any time."""
    return next(
        one
        for one in visits_of(plan, officer)
        if one["selection_probability"] is None and not one["confirmed"]
    )


def other_day(plan: dict[str, Any], visit: dict[str, Any]) -> str:
    """Give a working day of the plan that is not the visit's."""
    return next(one["day"] for one in visits_of(plan, "o:2") if one["day"] != visit["day"])


def where(server: Server, visit_id: str) -> tuple[str, str] | None:
    """Give who makes a visit and when it begins, as the API tells it."""
    for officer in plan_now(server)["officers"]:
        for one in officer["visits"]:
            if one["id"] == visit_id:
                return officer["id"], one["start"]
    return None


def test_a_preview_is_what_the_change_then_does(server: Server) -> None:
    """Over HTTP: the same visits at the same seconds; asked only, nothing is kept."""
    plan = make_plan(server, moves="drop")
    visit = free_visit(plan)
    at = f"{other_day(plan, visit)}T10:00:00+08:00"
    body = {"moves": [{"visit_id": visit["id"], "officer_id": "o:2", "at": at}]}
    with server.client("chief") as chief:
        path = door(plan, rest="/changes")
        said = chief.post(path, params={"preview": True}, json=body).json()
        assert plan_now(server)["revision"] == plan["revision"]
        done = chief.post(path, json=body).json()
    assert said["officers"] == done["officers"]
    assert said["change"] == done["change"]
    assert done["revision"] == plan["revision"] + 1
    moved = where(server, visit["id"])
    assert moved is not None
    assert moved[0] == "o:2"
    late = datetime.fromisoformat(moved[1]) - datetime.fromisoformat(at)
    assert timedelta(0) <= late <= timedelta(minutes=30)


def test_only_the_desk_moves_and_a_told_time_stays(server: Server) -> None:
    """An officer is refused; a confirmed visit is refused with its reason, and nothing changes."""
    plan = make_plan(server, moves="drop")
    visit = free_visit(plan)
    at = f"{other_day(plan, visit)}T10:00:00+08:00"
    body = {"moves": [{"visit_id": visit["id"], "officer_id": "o:1", "at": at}]}
    path = door(plan, rest="/changes")
    with server.client("officer") as officer:
        assert officer.post(path, json=body).status_code in {403, 404}
        asked = {"week": plan["week"], "visit": visit["id"]}
        assert officer.get("/plan/move", params=asked).status_code == 403
    with server.client("chief") as chief:
        confirm = f"/visits/{visit['id'].replace(':', '%3A')}/confirm"
        assert chief.post(door(plan, rest=confirm)).status_code == 200
        before = where(server, visit["id"])
        for preview in (True, False):
            refused = chief.post(path, params={"preview": preview}, json=body)
            assert refused.status_code == 409
            assert "told" in refused.json()["detail"]
    assert where(server, visit["id"]) == before


def opened(server: Server, browse: Browse, plan: dict[str, Any], **options: Any) -> Page:
    page, _ = browse(server, "chief", **options)
    page.goto(f"/plan?week={plan['week']}")
    return page


def test_a_visit_is_dragged_to_another_officers_day(server: Server, browse: Browse) -> None:
    """The cost stands there while the button is still down; then it is moved, and taken back."""
    plan = make_plan(server, moves="drop")
    visit = free_visit(plan)
    before, day = where(server, visit["id"]), other_day(plan, visit)
    page = opened(server, browse, plan, viewport=WALL)
    stop = page.locator(f'li[data-visit="{visit["id"]}"]')
    lane = page.locator(f'td[data-officer="o:2"][data-day="{day}"]')
    stop.hover()
    page.mouse.down()
    box = lane.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 40, box["y"] + 100, steps=6)
    page.locator("#move-box .cost, #move-box .err").wait_for()
    assert where(server, visit["id"]) == before
    page.mouse.up()
    page.locator("#move-box .cost .btn").first.wait_for()
    assert "还有谁跟着变" in page.locator("#move-box").inner_text()
    page.get_by_role("button", name="就这样改").click()
    page.wait_for_url("**cost=**")
    moved = where(server, visit["id"])
    assert moved is not None
    assert moved[0] == "o:2"
    assert moved[1].startswith(day)
    page.get_by_role("button", name="撤销").click()
    page.wait_for_url(lambda address: "undo" not in address)
    assert where(server, visit["id"]) == before


def test_escape_lets_go_and_nothing_is_asked(server: Server, browse: Browse) -> None:
    """A drag that was a mistake costs nothing: no box, no change."""
    plan = make_plan(server, moves="drop")
    visit = free_visit(plan)
    before = where(server, visit["id"])
    page = opened(server, browse, plan)
    page.locator(f'li[data-visit="{visit["id"]}"]').hover()
    page.mouse.down()
    page.mouse.move(600, 500, steps=4)
    page.keyboard.press("Escape")
    page.mouse.up()
    expect(page.locator("#move-box")).to_be_hidden()
    assert page.locator(".drag-sign").count() == 0
    assert where(server, visit["id"]) == before


def test_a_visit_is_moved_by_keyboard_alone(server: Server, browse: Browse) -> None:
    """Enter opens the form in place, Tab walks through it, Enter asks, Enter moves."""
    plan = make_plan(server, moves="drop")
    visit = free_visit(plan)
    page = opened(server, browse, plan)
    page.locator(f'li[data-visit="{visit["id"]}"] a').focus()
    page.keyboard.press("Enter")
    page.locator("#move-box select").first.wait_for()
    assert page.evaluate("document.activeElement.id") == "move-title"
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    assert page.input_value("#move-officer") == "o:2"
    page.fill("#move-time", "14:30")
    page.keyboard.press("Enter")
    button = page.locator("#move-box .cost .btn").first
    button.wait_for()
    assert NAMES["o:2"] in page.locator("#move-box .cost h2").inner_text()
    expect(button).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**cost=**")
    moved = where(server, visit["id"])
    assert moved is not None
    assert moved[0] == "o:2"


def test_a_visit_is_moved_without_script_on_a_phone(server: Server, browse: Browse) -> None:
    """Plain links and forms do it too; at night it is refused in words and nothing changes."""
    plan = make_plan(server, moves="drop")
    visit = free_visit(plan)
    before = where(server, visit["id"])
    page, notes = browse(server, "chief", viewport=PHONE, java_script_enabled=False)
    notes.forgiven = ("409",)
    page.goto(f"/plan/move?week={plan['week']}&visit={visit['id']}")
    page.fill("#move-time", "02:00")
    page.get_by_role("button", name="看看代价").click()
    page.locator(".err").wait_for()
    assert "那时候没有人上班" in page.locator(".err").inner_text()
    assert page.title().startswith("有误")
    assert where(server, visit["id"]) == before
    page.select_option("#move-day", other_day(plan, visit))
    page.fill("#move-time", "09:30")
    page.get_by_role("button", name="看看代价").click()
    page.get_by_role("button", name="就这样改").click()
    page.wait_for_url("**cost=**")
    assert where(server, visit["id"]) != before


def test_undo_is_there_for_ten_seconds(server: Server, browse: Browse) -> None:
    """Then the button is gone, and the server would not do it any more either."""
    plan = make_plan(server, moves="drop")
    visit = free_visit(plan)
    day = other_day(plan, visit)
    page, _ = browse(server, "chief")
    page.clock.install()
    page.goto(
        f"/plan/move?week={plan['week']}&visit={visit['id']}&officer=o:2&day={day}&time=10:00"
    )
    page.get_by_role("button", name="就这样改").click()
    page.wait_for_url("**undo=**")
    assert page.get_by_role("button", name="撤销").is_visible()
    page.clock.fast_forward(11_000)
    expect(page.get_by_role("button", name="撤销")).to_have_count(0)


def test_a_week_made_anew_keeps_what_was_moved_unless_it_is_let_go(
    server: Server, browse: Browse
) -> None:
    """The page lists it and asks; kept it stays where it was put, let go it is planned anew."""
    plan = make_plan(server, moves="drop")
    visit = free_visit(plan)
    day = other_day(plan, visit)
    move = {"visit_id": visit["id"], "officer_id": "o:2", "at": f"{day}T10:00:00+08:00"}
    with server.client("chief") as chief:
        made = chief.post(f"/v1/plan/{plan['week']}/changes", json={"moves": [move]})
        assert made.status_code < 300, made.text
        moved = where(server, visit["id"])
    assert moved is not None
    assert moved[0] == "o:2"
    page, _ = browse(server, "chief")

    def again(choice: str) -> None:
        page.goto(f"/plan?week={plan['week']}")
        assert (
            f"{int(day[8:])}日 10:00" in page.locator("form[action='/plan'] fieldset").inner_text()
        )
        page.locator("#days").fill("14")
        page.locator("#seconds").fill("0.3")
        page.locator(f"input[name=keep_moves][value={choice}]").check()
        page.locator("form[method=post][action='/plan'] .btn").click()
        page.wait_for_load_state()

    def held() -> list[tuple[str, str]]:
        return [
            (officer["id"], one["start"])
            for officer in plan_now(server)["officers"]
            for one in officer["visits"]
            if one["premises_id"] == visit["premises_id"]
        ]

    again("yes")
    assert (moved[0], day) in [(who, start[:10]) for who, start in held()]
    again("no")
    page.goto(f"/plan?week={plan['week']}")
    assert page.locator("input[name=keep_moves]").count() == 0


def test_a_week_made_anew_over_http_keeps_its_moves_and_says_which_it_lost(server: Server) -> None:
    """By default what was moved stays; what cannot stay is named with its reason; drop lets go."""
    plan = make_plan(server, moves="drop")
    assert plan["moves"] == []
    visit = free_visit(plan)
    day = other_day(plan, visit)
    move = {"visit_id": visit["id"], "officer_id": "o:2", "at": f"{day}T10:00:00+08:00"}
    with server.client("chief") as chief:
        made = chief.post(door(plan, rest="/changes"), json={"moves": [move]})
        assert made.status_code == 200, made.text
    again = make_plan(server)
    told = [(one["visit_id"], one["kept"], one["reason"]) for one in again["moves"]]
    assert told == [(visit["id"], True, "")]
    held = where(server, visit["id"])
    assert held is not None
    assert (held[0], held[1][:10]) == ("o:2", day)
    away = {"officer_id": "o:2", "begin": f"{day}T00:00:00+08:00", "end": f"{day}T23:59:00+08:00"}
    lost = make_plan(server, absences=[away])
    told = [(one["visit_id"], one["kept"], one["reason"]) for one in lost["moves"]]
    assert told == [(visit["id"], False, "outside_shifts")]
    long = make_plan(server)
    assert [one["kept"] for one in long["moves"]] == [True], "away no more: it is held again"
    let_go = make_plan(server, moves="drop")
    assert let_go["moves"] == []
    assert make_plan(server)["moves"] == [], "let go is let go"
    with server.client("chief") as chief:
        body = {"first_day": plan["week"], "moves": "perhaps"}
        assert chief.post("/v1/plan", json=body).status_code == 422
