"""The officer's day on the sample park: from the sign-in on a phone to the board of the chief."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Page

from tests.live.browser import PHONE, Browse
from tests.live.field_day import NO_SIGNAL, FieldDay, field_day, keep, sign_in
from tests.live.field_steps import (
    choose,
    next_question,
    picture_with_place,
    save,
    take_photo,
    wait_for_form,
)

pytest_plugins = ("tests.live.browser_fixtures",)

MENDED = "样例：没有问题"
FOUND = "样例：西门消防通道停了一辆货车"


@pytest.fixture(scope="module")
def sample_day(sample_park: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FieldDay]:
    """A morning in the sample park, in a copy of its state."""
    with field_day(sample_park.copy(tmp_path_factory.mktemp("story") / "state")) as one:
        yield one


def test_an_officers_day(sample_day: FieldDay, browse: Browse) -> None:
    """Today, why, the gate; nothing, a hazard, a wrong pin, an undo; the chief sees it all."""
    day = sample_day
    stops = day.take(4)
    place = somewhere_near(day, stops[2])
    page, notes = browse(
        day, viewport=PHONE, has_touch=True, geolocation=place, permissions=["geolocation"]
    )
    notes.forgiven = NO_SIGNAL
    sign_in(page, day)
    keep(page)
    find_nothing(page, stops[0])
    find_a_hazard(page, stops[1])
    put_a_pin_right(page)
    take_a_slip_back(page)
    end_the_day(page)
    read_through_other_doors(day, stops, (place["longitude"], place["latitude"]))
    see_it_on_the_board(browse(day)[0], day, stops[1])


def find_nothing(page: Page, stop: dict[str, Any]) -> None:
    """Where now and why there; at the gate nothing is found: a few touches."""
    card = page.locator(".next")
    assert stop["name"] in card.inner_text()
    assert 1 <= card.locator(".because li").count() <= 3
    assert card.get_by_role("link", name="高德导航").count() == 1
    card.get_by_role("link", name="开始走访").tap()
    answer_rechecks(page)
    choose(page, "found", "none")
    save(page)


def find_a_hazard(page: Page, stop: dict[str, Any]) -> None:
    """The list leads on; a hazard is found, with a photo."""
    go_on(page)
    assert stop["name"] in page.locator("h1").inner_text()
    choose(page, "found", "some")
    choose(page, "category-0", "fire_exit")
    choose(page, "severity-0", "major")
    take_photo(page, picture_with_place())
    page.fill("[name=text-0]", FOUND)
    next_question(page)
    save(page)


def put_a_pin_right(page: Page) -> None:
    """The gate is elsewhere than the map says: two touches, and the phone knows where it is."""
    go_on(page)
    page.locator(".step.now [data-go=other]").tap()
    page.locator("label:has([name=pin_wrong])").tap()
    page.wait_for_function("() => document.querySelector('[name=lon]').value !== ''")
    next_question(page)
    answer_rechecks(page)
    choose(page, "found", "none")
    save(page)


def take_a_slip_back(page: Page) -> None:
    """What was saved in error comes back as it was typed, and is mended."""
    go_on(page)
    choose(page, "found", "none")
    page.fill("[name=note]", "样例：记错了一家")
    save(page)
    page.get_by_role("button", name="撤回").tap()
    wait_for_form(page)
    page.wait_for_function("() => document.querySelector('[name=note]').value !== ''")
    assert page.input_value("[name=note]") == "样例：记错了一家"
    page.fill("[name=note]", MENDED)
    save(page)


def end_the_day(page: Page) -> None:
    """All of it is at the station, each with its receipt, and the list counts it."""
    page.goto("/queue")
    page.get_by_role("button", name="现在上传").tap()
    page.get_by_text("今天已上传 4 条").tap()
    assert page.locator(".qi", has_text="回执").count() == 4
    page.goto("/today")
    page.get_by_text("已走访 4 /").wait_for()


def read_through_other_doors(
    day: FieldDay, stops: list[dict[str, Any]], place: tuple[float, float]
) -> None:
    """The collections tell the same: four visits, of the plan, one hazard, the pin."""
    visits = [one["properties"] for one in day.visits()]
    assert sorted(one["planned_id"] for one in visits) == sorted(one["id"] for one in stops)
    told = {one["premises_id"]: one for one in visits}
    assert {one["outcome"] for one in visits} == {"done"}
    assert told[stops[3]["premises_id"]]["note"] == MENDED
    assert pin_of(day, stops[2]) == pytest.approx(place, abs=2e-6)


def see_it_on_the_board(page: Page, day: FieldDay, stop: dict[str, Any]) -> None:
    """The chief finds the case on the board, with its words and its photo."""
    (report,) = day.reports()
    assert report["properties"]["premises_id"] == stop["premises_id"]
    sign_in(page, day, "chief")
    page.goto(f"/cases/{quote(report['id'], safe='')}")
    assert FOUND in page.locator("main").inner_text()
    assert page.locator(".photos img").count() == 1
    page.goto("/cases?kind=hazard&channel=visit")
    while not (here := page.get_by_role("link", name=stop["name"])).count():
        page.get_by_role("link", name="下一页").click()
    assert here.first.get_attribute("href") == f"/cases/{quote(report['id'], safe='')}"


def go_on(page: Page) -> None:
    """From what was saved to the list, and from there to the next gate."""
    page.get_by_role("link", name="下一家").tap()
    page.locator(".next .kept-next").wait_for()
    page.locator(".next .kept-next").tap()
    answer_rechecks(page)


def answer_rechecks(page: Page) -> None:
    """Say of every open hazard that it could not be seen; a new visit asks for each."""
    wait_for_form(page)
    for _ in range(page.locator("[data-step=recheck]").count()):
        shown = page.locator("[data-step=recheck].now")
        if not shown.count():
            break
        shown.locator("label:has([value=unseen])").click()


def somewhere_near(day: FieldDay, stop: dict[str, Any]) -> dict[str, float]:
    """Give a place 100 m from where the map has a stop, as a phone measures it."""
    lon, lat = pin_of(day, stop)
    return {"longitude": lon + 0.001, "latitude": lat, "accuracy": 10}


def pin_of(day: FieldDay, stop: dict[str, Any]) -> tuple[float, float]:
    """Give where a premises is, WGS-84."""
    with day.client("chief") as client:
        path = f"/ogc/collections/premises/items/{quote(stop['premises_id'], safe='')}"
        lon, lat = client.get(path).json()["geometry"]["coordinates"]
    return lon, lat
