"""The form of a visit in a browser: few touches, a question at a time; the same without script."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page

from tests.live.browser import PHONE, Browse
from tests.live.field_day import sign_in
from tests.live.gates import Gate, finding

pytest_plugins = ("tests.live.browser_fixtures", "tests.live.gate_fixtures")

MOST_TOUCHES = 10
SECRET = b"sample-gps-30.5312N"
NO_QUEUE = ("failed:", "ERR_FAILED", "Failed to load")


class Officer:
    """Goes through the form by touch, and counts."""

    def __init__(self, page: Page, gate: Gate) -> None:
        self.page, self.gate, self.touches = page, gate, 0

    def touch(self, what: Locator) -> None:
        """Touch something that can be seen and is large enough for a finger."""
        what.scroll_into_view_if_needed()
        box = what.bounding_box()
        assert box is not None
        assert box["height"] >= 43.5, what
        what.tap()
        self.touches += 1

    def answer(self, name: str, value: str) -> None:
        """Touch the tile of an answer."""
        self.touch(self.page.locator(f"label.tile:has([name='{name}'][value='{value}'])"))

    def begin(self) -> None:
        """Start at the stop on the list of the day."""
        self.page.goto(f"/today?day={self.gate.stop['day']}")
        name = self.gate.stop["name"]
        card = self.page.locator(".next, .stops li").filter(has_text=name).first
        if card.locator("summary").count():
            card.locator("summary").first.tap()  # a later stop: of the list, not of the form
        self.touch(card.get_by_role("link", name="开始走访"))

    def photograph(self) -> None:
        """Take a photo with the phone's camera: not a touch of the form's."""
        self.page.set_input_files(
            "[name=photo-0]", {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": photo()}
        )


def photo() -> bytes:
    """Give a large photo that says where it was taken."""
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    held = io.BytesIO()
    noise = Image.effect_noise((1800, 1350), 60).convert("RGB")
    noise.save(held, "JPEG", quality=92, exif=exif)
    return held.getvalue()


def open_browser(browse: Browse, gate: Gate, **options: Any) -> Officer:
    """Sign in on a phone on which nothing is kept: the form posts itself."""
    page, notes = browse(gate.day, viewport=PHONE, has_touch=True, **options)
    notes.forgiven = NO_QUEUE
    page.route(re.compile(r"/bundle/phone\."), lambda route: route.abort())
    sign_in(page, gate.day)
    return Officer(page, gate)


def kept_here(gate: Gate) -> tuple[dict[str, Any], list[Any]]:
    """Give the one open hazard of the gate, and its photos."""
    (hazard,) = gate.here()["hazards"]
    photos = gate.read(f"/v1/reports/{hazard['id'].replace(':', '%3A')}/photos").json()["photos"]
    return hazard, photos


def test_a_hazard_with_a_photo_takes_ten_touches(gate: Gate, browse: Browse) -> None:
    """From the list of the day to saved; the photo is small and says nothing of its place."""
    officer = open_browser(browse, gate)
    page = officer.page
    officer.begin()
    page.wait_for_selector("html[data-ready]")
    assert page.locator(".step.now").count() == 1
    officer.answer("found", "some")
    officer.answer("category-0", "fire_exit")
    officer.answer("severity-0", "general")
    officer.touch(page.locator(".step.now [data-go=next]"))
    assert page.locator("#problems a").inner_text() == page.locator(".m").inner_text()
    assert page.evaluate("document.activeElement.id") == "problems"
    officer.photograph()
    page.locator("[data-photo-said='0']").get_by_text("kB").wait_for()
    officer.touch(page.locator(".step.now [data-go=next]"))
    assert "消防通道" in page.locator("#reviewed").inner_text()
    officer.touch(page.get_by_role("button", name="存好，结束走访"))
    page.wait_for_url("**/saved?*")
    assert officer.touches <= MOST_TOUCHES
    assert page.get_by_role("heading", name="存好了").is_visible()
    assert re.search(r"回执 \d{4}-[0-9A-F]{6}", page.inner_text("main"))
    hazard, photos = kept_here(gate)
    assert (hazard["category"], hazard["severity"]) == ("fire_exit", "general")
    assert len(photos) == 1
    (sent,) = [body for path, body in gate.day.bodies if path.startswith("/visit/")][-1:]
    assert SECRET in photo()
    assert SECRET not in sent
    assert len(sent) < 310_000
    page.get_by_role("button", name="撤销").tap()
    page.get_by_text("已撤销").wait_for()
    assert gate.here()["hazards"] == []


def test_without_a_script_it_is_one_form_that_loses_nothing(gate: Gate, browse: Browse) -> None:
    """Refused, it says why on top and at the fields and keeps what was typed; then it is saved."""
    officer = open_browser(browse, gate, java_script_enabled=False)
    page = officer.page
    officer.begin()
    officer.answer("found", "some")
    officer.answer("category-0", "electric")
    page.fill("#text-0", "样例：配电箱没有关")
    save = page.get_by_role("button", name="存好，结束走访")
    save.tap()
    page.wait_for_selector("#problems a")
    assert page.title().startswith("有误：")
    top = page.locator("#problems a").all_inner_texts()
    assert top == page.locator(".m").all_inner_texts()
    assert len(top) == 2  # how grave, and no photo
    assert page.input_value("#text-0") == "样例：配电箱没有关"
    assert page.locator("[name=category-0][value=electric]").is_checked()
    officer.answer("severity-0", "major")
    officer.photograph()
    officer.touch(save)
    page.wait_for_url("**/saved?*")
    assert officer.touches <= MOST_TOUCHES
    hazard, photos = kept_here(gate)
    assert (hazard["severity"], hazard["words"]) == ("major", "样例：配电箱没有关")
    assert len(photos) == 1
    page.get_by_role("button", name="撤销").tap()
    page.get_by_text("已撤销").wait_for()
    assert gate.here()["hazards"] == []


def test_fixed_and_nothing_found_is_three_touches(gate: Gate, browse: Browse) -> None:
    """What was open is asked first; answered it stands above, and can be changed."""
    gate.save("chief", findings=[finding()])
    gate.day.clock[0] += timedelta(hours=1)
    officer = open_browser(browse, gate)
    page = officer.page
    page.goto(f"/visit/{gate.stop['premises_id'].replace(':', '%3A')}")
    page.wait_for_selector("html[data-ready]")
    assert "样例：线头外露" in page.locator(".step.now").inner_text()
    officer.answer("fixed-0", "yes")
    assert page.locator("#answers li").inner_text().split() == ["上次隐患", "改好了", "改"]
    officer.answer("found", "none")
    officer.touch(page.get_by_role("button", name="存好，结束走访"))
    page.wait_for_url("**/saved?*")
    assert officer.touches == 3
    (hazard,) = gate.here()["hazards"]
    assert hazard["state"] == "rechecking"


def test_a_shut_gate_is_one_link_away_from_any_question(gate: Gate, browse: Browse) -> None:
    """Two touches and saved; the page says what it means."""
    officer = open_browser(browse, gate)
    page = officer.page
    officer.begin()
    page.wait_for_selector("html[data-ready]")
    officer.touch(page.locator(".step.now [data-go=other]"))
    officer.answer("outcome", "shut")
    officer.touch(page.get_by_role("button", name="存好，结束走访"))
    page.wait_for_url("**/saved?*")
    assert gate.here()["visits"][0]["outcome"] == "shut"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_form_fits_a_narrow_phone_and_is_walked_by_keyboard(
    gate: Gate, browse: Browse, lang: str
) -> None:
    """320 px wide; arrows choose without going on, the button goes on; back loses no answer."""
    officer = open_browser(browse, gate)
    page = officer.page
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(f"/visit/{gate.stop['premises_id'].replace(':', '%3A')}?lang={lang}")
    page.wait_for_selector("html[data-ready]")
    for name, value in (("found", "some"), ("category-0", "other"), ("severity-0", "minor")):
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        page.locator(f"[name='{name}'][value='{value}']").focus()
        page.keyboard.press("Space")
        assert page.locator(f"[name='{name}'][value='{value}']").is_checked()
        page.locator(".step.now [data-go=next]").press("Enter")
    assert page.locator(".step.now").get_attribute("data-step") == "details"
    page.locator(".step.now [data-go=back]").press("Enter")
    assert page.locator("[name='severity-0'][value='minor']").is_checked()
    assert page.locator("h1").count() == 1
