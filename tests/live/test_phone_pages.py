"""What a phone keeps: the day's pages of whoever is signed in, and of nobody else."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from maps.worker import worker_script
from tests.live.browser import PHONE, Browse
from tests.live.field_day import NO_SIGNAL, FieldDay, keep, sign_in

pytest_plugins = ("tests.live.browser_fixtures", "tests.live.field_fixtures")

KEPT = (
    "async () => (await Promise.all((await caches.keys()).filter(name => name.startsWith('pages-'))"
    ".map(async name => (await (await caches.open(name)).keys()).map(one => new URL(one.url)"
    ".pathname)))).flat().sort()"
)


@pytest.fixture
def next_release(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Let the service give the worker of a release with another style sheet."""

    def release() -> None:
        script = worker_script()
        name = re.search(r'"name": "(\w+)"', script)
        assert name
        fresh = script.replace(name[1], f"next-{name[1]}")
        monkeypatch.setattr("api.routes.phone.worker_script", lambda: fresh)

    return release


def test_without_signal_the_days_pages_open_and_others_say_so(
    day: FieldDay, browse: Browse
) -> None:
    """Kept pages come up as they were; any other is a calm page with the ways that still work."""
    page, notes = browse(day, viewport=PHONE)
    notes.forgiven = NO_SIGNAL
    sign_in(page, day)
    keep(page)
    page.context.set_offline(True)
    page.goto("/today")
    assert page.locator("h1").inner_text().startswith("今日走访")
    page.get_by_text("无信号").wait_for()
    page.goto("/queue")
    page.get_by_text("没有要上传的").wait_for()
    page.goto("/enterprises")
    assert page.locator("h1").inner_text() == "没有信号，这一页没存在手机里"
    page.get_by_role("link", name="今日走访").last.click()
    page.wait_for_url("**/today")
    page.context.set_offline(False)
    page.goto("/enterprises")
    assert page.locator("h1").inner_text() != "没有信号，这一页没存在手机里"


def test_a_new_release_replaces_what_the_old_one_kept(
    day: FieldDay, browse: Browse, next_release: Callable[[], None]
) -> None:
    """Its files come in, the old ones go, and the day is still there without signal."""
    page, notes = browse(day, viewport=PHONE)
    notes.forgiven = NO_SIGNAL
    sign_in(page, day)
    keep(page)
    before, kept = page.evaluate("caches.keys()"), page.evaluate(KEPT)
    next_release()
    page.evaluate("async () => (await navigator.serviceWorker.getRegistration()).update()")
    page.wait_for_function(
        "async (old) => !(await caches.keys()).some((name) => old.includes(name))", arg=before
    )
    assert page.evaluate(KEPT) == kept
    page.context.set_offline(True)
    page.goto("/today")
    assert page.locator("h1").inner_text().startswith("今日走访")


def test_signing_out_leaves_nothing_of_the_day_on_the_phone(day: FieldDay, browse: Browse) -> None:
    """Pages go with whoever leaves, and the next person gets its own; also without signal."""
    page, notes = browse(day, viewport=PHONE)
    notes.forgiven = NO_SIGNAL
    sign_in(page, day)
    keep(page)
    assert "/today" in page.evaluate(KEPT)
    page.context.set_offline(True)
    page.get_by_role("button", name="退出").click()
    page.get_by_text("这一页没存在手机里").first.wait_for()
    assert page.evaluate(KEPT) == []
    page.goto("/today")
    assert page.locator("h1").inner_text() == "没有信号，这一页没存在手机里"
    page.context.set_offline(False)
    page.goto("/today")
    assert "/login" in page.url, "the sign-out was said to the service when there was signal"
    sign_in(page, day, "clerk")
    keep(page)
    page.context.set_offline(True)
    page.goto("/queue")
    assert day.logins["clerk"][0] in page.locator(".top").inner_text()


def test_the_public_gets_no_worker(day: FieldDay, browse: Browse) -> None:
    """Nothing is registered and nothing kept; on an enterprise's phone the same."""
    for role in (None, "enterprise"):
        page, _ = browse(day, role, viewport=PHONE)
        page.goto("/zones")
        page.wait_for_load_state("networkidle")
        assert (
            page.evaluate("async () => (await navigator.serviceWorker.getRegistrations()).length")
            == 0
        )
        assert page.evaluate("async () => (await caches.keys()).length") == 0


def test_a_shared_phone_locks_and_five_wrong_tries_sign_out(day: FieldDay, browse: Browse) -> None:
    """Left alone it covers names; the right PIN opens, wrong ones sign out; no PIN is kept."""
    page, notes = browse(day, viewport=PHONE)
    notes.forgiven = ("/today net::ERR_FAILED",)  # asked for while the session was ended
    sign_in(page, day)
    keep(page)
    page.goto("/queue")
    page.get_by_text("设一个密码锁").click()
    page.fill("#pin-new", "2580")
    page.fill("#pin-again", "2581")
    page.get_by_role("button", name="设好").click()
    page.get_by_text("两次输的不一样").wait_for()
    page.fill("#pin-again", "2580")
    page.get_by_role("button", name="设好").click()
    page.get_by_text("已设密码锁").wait_for()
    assert "2580" not in page.evaluate(_EVERYTHING_KEPT)
    _leave_alone(page)
    page.goto("/today")
    page.wait_for_selector("#lock[open]")
    assert page.locator("h1").is_hidden()
    page.keyboard.press("Escape")
    _try_pin(page, "1111")
    page.get_by_text("还能试 4 次").wait_for()
    _try_pin(page, "2580")
    page.wait_for_selector("#lock", state="detached")
    assert page.locator("h1").is_visible()
    _leave_alone(page)
    page.reload()
    for n in range(5):
        _try_pin(page, f"000{n}")
        if n < 4:
            page.get_by_text(f"还能试 {4 - n} 次").wait_for()
    page.wait_for_url("**/login*")
    assert page.evaluate(KEPT) == []
    page.goto("/today")
    assert "/login" in page.url


_EVERYTHING_KEPT = """async () => {
  const database = await new Promise((done) => {
    const asked = indexedDB.open("geo-risk");
    asked.onsuccess = () => done(asked.result);
  });
  const rows = [];
  for (const name of database.objectStoreNames) {
    rows.push(await new Promise((done) => {
      const asked = database.transaction(name).objectStore(name).getAll();
      asked.onsuccess = () => done(asked.result);
    }));
  }
  return JSON.stringify([rows, { ...localStorage }, { ...sessionStorage }]);
}"""


def _leave_alone(page: Page) -> None:
    """Nobody has touched the phone for an hour."""
    page.evaluate("localStorage.setItem('geo-risk.active', Date.now() - 3600_000)")


def _try_pin(page: Page, digits: str) -> None:
    page.fill("#pin", digits)
    page.get_by_role("button", name="解锁").click()
