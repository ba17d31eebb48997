"""The send queue: what needs a person, what waits, and that nothing is sent twice or as another."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import quote

from tests.live.browser import PHONE, Browse
from tests.live.field_day import NO_SIGNAL, FieldDay, keep, sign_in
from tests.live.field_steps import (
    begin_hazard,
    choose,
    next_question,
    open_form,
    picture_with_place,
    save,
    take_photo,
    visit,
)

pytest_plugins = ("tests.live.browser_fixtures", "tests.live.field_fixtures")


NO_ROOM_FOR_BLOBS = """() => {
  const put = IDBObjectStore.prototype.put;
  IDBObjectStore.prototype.put = function (row) {
    if (row.blob || row.value instanceof Blob) throw new DOMException("full", "QuotaExceededError");
    return put.call(this, row);
  };
}"""
"""From here on the phone's store answers as a full one does: Chromium's own limit cannot be set."""


def test_a_conflict_shows_both_sides_and_a_person_decides(day: FieldDay, browse: Browse) -> None:
    """The station went on while the officer was offline: two outcomes, no default, both kept."""
    stops = day.take(2)
    cases = [hazard_at(day, one) for one in stops]
    page, notes = browse(day, viewport=PHONE)
    notes.forgiven = NO_SIGNAL
    sign_in(page, day)
    keep(page)
    page.context.set_offline(True)
    for one in stops:
        open_form(page, one)
        page.fill("[name=words-0]", "样例：纸箱搬走了")
        choose(page, "fixed-0", "yes")
        choose(page, "found", "none")
        save(page)
    for case in cases:
        step(day, "clerk", case, {"action": "assign", "station_id": station(day), "text": "派"})
    page.goto("/queue")
    page.context.set_offline(False)
    page.get_by_role("button", name="现在上传").click()
    page.wait_for_function("() => document.querySelectorAll('[data-conflict]').length === 2")
    shown = page.locator(f"[data-conflict='{cases[0]}']")
    for words in (
        "您离线时，站里先改了这条",
        "您的记录",
        "样例：纸箱搬走了",
        "站里的记录",
        "已派单",
    ):
        assert words in shown.inner_text()
    assert day.logins["clerk"][0] in shown.inner_text()
    shown.get_by_role("button", name="按我的").click()
    shown.wait_for(state="detached")
    page.wait_for_function("() => !document.querySelector('[data-state=waiting]')")
    assert state(day, cases[0]) == "rechecking"
    other = page.locator(f"[data-conflict='{cases[1]}']")
    other.get_by_role("button", name="按站里的").click()
    other.wait_for(state="detached")
    assert state(day, cases[1]) == "assigned"
    assert "样例：纸箱搬走了" in said_of(day, cases[1])


def test_a_record_leaves_under_its_writers_name_only(day: FieldDay, browse: Browse) -> None:
    """The session ends, somebody else signs in: it waits unseen, until its writer is back."""
    (stop,) = day.take(1)
    page, notes = browse(day, viewport=PHONE)
    notes.forgiven = (*NO_SIGNAL, "401")
    sign_in(page, day)
    keep(page)
    page.context.set_offline(True)
    visit(page, stop)
    page.context.clear_cookies()
    page.goto("/queue")
    page.context.set_offline(False)
    page.get_by_role("button", name="现在上传").click()
    page.get_by_text("登录已过期").wait_for()
    sign_in(page, day, "clerk")
    page.goto("/queue")
    page.get_by_text("没有要上传的").wait_for()
    assert posted(day, stop) == 0
    page.get_by_role("button", name="退出").click()
    page.wait_for_url("**/login*")
    sign_in(page, day)
    page.goto("/queue")
    page.get_by_text("今天已上传 1 条").wait_for()
    assert posted(day, stop) == 1


def test_what_the_station_does_not_take_is_mended_in_its_form(
    day: FieldDay, browse: Browse
) -> None:
    """A deadline in the past is refused: the queue says so, the form comes back as it was."""
    stop = day.take_another()
    page, notes = browse(day, viewport=PHONE)
    notes.forgiven = (*NO_SIGNAL, "422")
    sign_in(page, day)
    begin_hazard(page, stop)
    page.fill("[name=text-0]", "样例：东侧楼梯口")
    take_photo(page, picture_with_place())
    page.locator("[name=due-0]").evaluate("(field) => field.removeAttribute('min')")
    past = (day.clock[0] - timedelta(days=3)).date().isoformat()
    page.fill("[name=due-0]", past)
    next_question(page)
    save(page)
    page.goto("/queue")
    page.get_by_role("button", name="现在上传").click()
    refused = page.locator(".qi").filter(has_text="站里没收下")
    refused.wait_for()
    refused.get_by_role("button", name="去改").click()
    page.wait_for_selector("[data-draft=ready]")
    assert page.input_value("[name=text-0]") == "样例：东侧楼梯口"
    assert page.evaluate("document.querySelector('[name=photo-0]').files.length") == 1
    page.locator("[name=due-0]").evaluate("(field) => { field.value = ''; }")
    page.evaluate("document.querySelector('#visit-form').requestSubmit()")
    page.get_by_role("heading", name="已存本机").wait_for()
    page.goto("/queue")
    page.get_by_role("button", name="现在上传").click()
    page.get_by_text("今天已上传 1 条").wait_for()
    (report,) = reports_at(day, stop)
    assert report["properties"]["text"] == "样例：东侧楼梯口"


def test_an_answer_goes_to_its_own_case_when_the_list_of_cases_changed(
    day: FieldDay, browse: Browse
) -> None:
    """A graver hazard came in above the one that was answered: the draft answers what it saw."""
    stop = day.take_another()
    first = hazard_at(day, stop)
    page, _ = browse(day, viewport=PHONE)
    sign_in(page, day)
    open_form(page, stop)
    page.fill("[name=words-0]", "样例：只说这一条")
    choose(page, "fixed-0", "yes")
    page.wait_for_timeout(400)
    hazard_at(day, stop, severity="major")
    open_form(page, stop)
    cases = [one.get_attribute("value") for one in page.locator("[name^='case-']").all()]
    assert len(cases) == 2
    at, other = cases.index(first), 1 - cases.index(first)
    assert page.input_value(f"[name=words-{at}]") == "样例：只说这一条"
    assert page.locator(f"[name=fixed-{at}][value=yes]").is_checked()
    assert page.locator(f"[name=fixed-{other}]:checked").count() == 0


def test_two_tabs_send_a_record_once(day: FieldDay, browse: Browse) -> None:
    """Both see the signal come back; one of them sends."""
    (stop,) = day.take(1)
    page, notes = browse(day, viewport=PHONE)
    notes.forgiven = NO_SIGNAL
    sign_in(page, day)
    keep(page)
    page.context.set_offline(True)
    visit(page, stop)
    tabs = [page, page.context.new_page(), page.context.new_page()]
    for one in tabs:
        one.goto("/queue")
    page.context.set_offline(False)
    for one in tabs:
        one.evaluate("() => { document.getElementById('retry').click(); }")
    for one in tabs:
        one.get_by_text("今天已上传 1 条").wait_for()
    assert posted(day, stop) == 1


def test_a_photo_that_fails_does_not_hold_its_record(day: FieldDay, browse: Browse) -> None:
    """The text is sent and says so; the photo waits, and goes by hand."""
    stop = day.take_another()
    page, notes = browse(day, viewport=PHONE)
    notes.forgiven = NO_SIGNAL
    sign_in(page, day)
    visit(page, stop, photo=picture_with_place())
    page.context.route("**/photos", lambda route: route.abort())
    page.goto("/queue")
    page.get_by_role("button", name="现在上传").click()
    page.get_by_text("今天已上传 1 条").wait_for()
    page.locator(".qi[data-state=sent]").get_by_text("等待上传").wait_for()
    assert len(reports_at(day, stop)) == 1
    page.context.unroute("**/photos")
    page.get_by_role("button", name="现在上传").click()
    page.locator(".qi[data-state=sent]").get_by_text("等待上传").wait_for(state="detached")
    (report,) = reports_at(day, stop)
    with day.client("chief") as client:
        address = f"/v1/reports/{quote(report['id'], safe='')}/photos"
        assert len(client.get(address).json()["photos"]) == 1


def test_a_full_phone_keeps_the_words(day: FieldDay, browse: Browse) -> None:
    """It says so before the photo, keeps what was typed, and says what to do."""
    stop = day.take_another()
    page, _ = browse(day, viewport=PHONE)
    sign_in(page, day)
    begin_hazard(page, stop)
    page.fill("[name=text-0]", "样例：手机满了")
    page.evaluate(NO_ROOM_FOR_BLOBS)
    with page.expect_file_chooser() as chooser:
        page.locator("label.shot").first.click()
    page.get_by_text("手机空间快满了").wait_for()
    picked = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": picture_with_place()}
    chooser.value.set_files(picked)
    page.get_by_text("照片没存上").first.wait_for()
    page.reload()
    page.wait_for_selector("[data-draft=ready]")
    assert page.input_value("[name=text-0]") == "样例：手机满了"


def hazard_at(day: FieldDay, stop: dict[str, Any], severity: str = "general") -> str:
    """Report a hazard at a stop's premises; give its id."""
    at = (day.clock[0] - timedelta(days=2)).isoformat()
    told = {
        "kind": "hazard",
        "channel": "county_app",
        "premises_id": stop["premises_id"],
        "occurred_from": at,
        "occurred_to": at,
        "severity": severity,
        "text": "样例：通道堆物",
    }
    with day.client("clerk") as client:
        made = client.post("/ogc/collections/reports/items", json={"properties": told})
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


def step(day: FieldDay, role: str, case: str, body: dict[str, Any]) -> None:
    """Take a step of a case as a role."""
    with day.client(role) as client:
        address = f"/v1/reports/{quote(case, safe='')}/transitions"
        done = client.post(address, json=body, headers={"If-Match": "*"})
    assert done.status_code == 201, done.text


def station(day: FieldDay) -> str:
    """Give a station of the park."""
    with day.client("chief") as client:
        found = client.get("/ogc/collections/stations/items", params={"limit": 1}).json()
    return str(found["features"][0]["id"])


def state(day: FieldDay, case: str) -> str:
    """Say where a case stands."""
    with day.client("chief") as client:
        told = client.get(f"/ogc/collections/reports/items/{quote(case, safe='')}").json()
    return str(told["properties"]["state"])


def said_of(day: FieldDay, case: str) -> str:
    """Give all that was said in the steps of a case."""
    with day.client("chief") as client:
        return client.get(f"/v1/reports/{quote(case, safe='')}/transitions").text


def posted(day: FieldDay, stop: dict[str, Any]) -> int:
    """Count how often a record of a stop left the phone."""
    named = stop["premises_id"].encode()
    return sum(path == "/v1/field/visits" and named in body for path, body in day.bodies)


def reports_at(day: FieldDay, stop: dict[str, Any]) -> list[dict[str, Any]]:
    """Give what was found at a stop."""
    here = stop["premises_id"]
    return [one for one in day.reports() if one["properties"]["premises_id"] == here]
