"""Lists that answer while one types: in place, without losing anything, as plain forms too."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page, expect

from tests.live.browser import Browse

pytest_plugins = ("tests.live.browser_fixtures",)

# What is set on a window is gone when the page is loaded anew.
MARK = "window.samePage = true"
SAME = "window.samePage === true"


def query(address: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(address).query)


def open_list(page: Page, path: str) -> None:
    page.goto(path)
    page.evaluate(MARK)


def asked(notes: Any) -> list[str]:
    """The lists asked for while somebody typed."""
    return [one for one in notes.requests if "/enterprises?" in one]


def test_typing_finds_without_a_reload(sample_server: Any, browse: Browse) -> None:
    """List, count, workbook and address follow; what is typed and where one types stay."""
    page, _ = browse(sample_server, "chief")
    open_list(page, "/enterprises")
    before = page.locator("tbody tr").count()
    page.locator("#q").press_sequentially("ylqy 00", delay=20)
    page.wait_for_url("**/enterprises?q=ylqy%2000*")
    told = page.locator("#list-told")
    expect(told).not_to_be_empty()
    hits = page.locator("#list").get_attribute("data-found")
    expect(told).to_have_text(str(hits))
    assert 0 < page.locator("tbody tr").count() <= before
    assert page.evaluate(SAME)
    assert page.evaluate("document.activeElement.id") == "q"
    assert page.input_value("#q") == "ylqy 00"
    for link in ("#list-links a[href*='f=xlsx']", "#other-language"):
        assert query(str(page.locator(link).get_attribute("href")))["q"] == ["ylqy 00"], link
    expect(page.locator("h1")).to_have_count(1)


def test_back_from_what_was_found_leads_to_what_was_found(
    sample_server: Any, browse: Browse
) -> None:
    """Typing is no step of its own; the opened enterprise is; and nothing stays in the browser."""
    page, _ = browse(sample_server, "chief")
    open_list(page, "/enterprises")
    page.fill("#q", "样例")
    page.wait_for_url("**/enterprises?q=*")
    page.locator("tbody a").first.click()
    page.wait_for_url("**/enterprises/*")
    kept = "JSON.stringify([{...localStorage}, {...sessionStorage}])"
    assert "enterprises?q" not in page.evaluate(kept)
    page.go_back()
    page.wait_for_url("**/enterprises?q=*")
    expect(page.locator("#q")).to_have_value("样例")
    assert page.locator("tbody tr").count() > 0


def test_a_page_of_a_list_turns_in_place_and_back(sample_server: Any, browse: Browse) -> None:
    """The next page comes into the list, which has the focus; back is the page before."""
    page, _ = browse(sample_server, "chief")
    open_list(page, "/enterprises")
    first = page.locator("tbody th").first.inner_text()
    page.locator(".paging a[rel=next]").click()
    page.wait_for_url("**page=2*")
    expect(page.locator("tbody th").first).not_to_have_text(first)
    assert page.evaluate(SAME)
    page.wait_for_function("document.activeElement.id === 'list'")
    page.go_back()
    expect(page.locator("tbody th").first).to_have_text(first)


def test_choosing_filters_cases_and_each_choice_is_a_step(
    sample_server: Any, browse: Browse
) -> None:
    """A choice is in the address, the workbook's too; back undoes the choice."""
    page, _ = browse(sample_server, "chief")
    open_list(page, "/cases")
    page.select_option("#kind", "dispute")
    page.wait_for_url("**kind=dispute*")
    page.check("[name=overdue]")
    page.wait_for_url("**overdue=1*")
    assert page.evaluate(SAME)
    book = page.locator("#list-links a[href*=xlsx]")
    assert query(str(book.get_attribute("href")))["overdue"] == ["1"]
    page.go_back()
    page.wait_for_url(lambda address: "overdue=1" not in address)
    expect(page.locator("#kind")).to_have_value("dispute")
    expect(page.locator("[name=overdue]")).not_to_be_checked()


def test_a_failed_answer_loses_nothing(sample_server: Any, browse: Browse) -> None:
    """No connection, or a refusal: one plain sentence, the old list, and the next try is right."""
    page, notes = browse(sample_server, "chief")
    notes.forgiven = ("ERR_", "failed", "503", "Response Status", "htmx")
    open_list(page, "/enterprises")
    first = page.locator("tbody th").first.inner_text()
    told = page.locator("#list-told")
    page.route("**/enterprises?q=*", lambda route: route.abort())
    page.fill("#q", "样")
    expect(told).to_contain_text("没取到")
    expect(told).to_be_visible()
    page.unroute("**/enterprises?q=*")
    page.route("**/enterprises?q=*", lambda route: route.fulfill(status=503, body="<p>no</p>"))
    with page.expect_response(lambda answer: answer.status == 503):
        page.fill("#q", "样例")
    expect(told).to_contain_text("没取到")
    assert page.locator("tbody th").first.inner_text() == first
    assert page.input_value("#q") == "样例"
    page.unroute("**/enterprises?q=*")
    page.fill("#q", "样例企")
    expect(told).to_contain_text("找到")
    assert page.evaluate(SAME)


def test_who_is_signed_out_meanwhile_comes_to_the_sign_in(
    sample_server: Any, browse: Browse
) -> None:
    """The whole page, not a sign-in inside a list; afterwards it leads back to what was asked."""
    page, _ = browse(sample_server, "chief")
    open_list(page, "/enterprises")
    page.context.clear_cookies()
    page.fill("#q", "样例")
    page.wait_for_url(re.compile(r"/login\?next="))
    back = query(page.url)["next"][0]
    assert back.startswith("/enterprises?")
    assert query(back)["q"] == ["样例"], "and to what was looked for"
    expect(page.locator("#list")).to_have_count(0)


def test_a_word_being_composed_asks_for_nothing(sample_server: Any, browse: Browse) -> None:
    """Letters of an input method wait; the finished word is asked for once."""
    page, notes = browse(sample_server, "chief")
    open_list(page, "/enterprises")
    session = page.context.new_cdp_session(page)
    page.focus("#q")
    for letters in ("y", "ya", "yang"):
        words = {"text": letters, "selectionStart": len(letters), "selectionEnd": len(letters)}
        session.send("Input.imeSetComposition", words)
    expect(page.locator("#q")).to_have_value("yang")
    page.wait_for_timeout(500)  # longer than a typed letter waits: nothing may come
    assert asked(notes) == []
    session.send("Input.insertText", {"text": "样"})
    page.wait_for_url("**/enterprises?q=*")
    expect(page.locator("#list-told")).to_contain_text("找到")
    assert [query(one)["q"] for one in asked(notes)] == [["样"]]


def test_a_whole_name_opens_the_enterprise_only_when_it_is_sent(
    sample_server: Any, browse: Browse
) -> None:
    """While one types the list stays; Enter opens the one that is meant, as without a script."""
    page, _ = browse(sample_server, "chief")
    open_list(page, "/enterprises")
    name = page.locator("tbody th a").first.inner_text()
    page.fill("#q", name)
    page.wait_for_url("**/enterprises?q=*")
    expect(page.locator("tbody th a").first).to_have_text(name)
    page.press("#q", "Enter")
    page.wait_for_url("**/enterprises/*")


def test_without_a_script_lists_are_plain_forms(sample_server: Any, browse: Browse) -> None:
    """The button sends what was chosen; the same list comes."""
    page, _ = browse(sample_server, "chief", java_script_enabled=False)
    page.goto("/cases")
    page.select_option("#kind", "dispute")
    page.locator("form[action='/cases'] button").click()
    page.wait_for_url("**kind=dispute*")
    assert page.locator("#kind").input_value() == "dispute"
    expect(page.locator("#list-told")).to_be_empty()


def test_whose_it_is_for_is_found_while_one_types(sample_server: Any, browse: Browse) -> None:
    """The same box before an order for somebody else; what else is on the page stays as it is."""
    page, _ = browse(sample_server, "clerk")
    open_list(page, "/orders?q=")
    box = page.locator("#q")
    if not box.is_visible():
        page.locator("details.fold summary").first.click()
    box.fill("样例")
    expect(page.locator("#whose a").first).to_be_visible()
    assert page.evaluate(SAME)
    assert page.evaluate("document.activeElement.id") == "q"


def test_every_list_has_what_its_form_puts_in_place(sample_server: Any) -> None:
    """Form, list, sentence, head: on each page that asks while one types; none on the map."""
    lists = {"chief": ("/enterprises", "/cases", "/orders", "/slips"), "keeper": ("/audit",)}
    for role, paths in lists.items():
        with sample_server.client(role) as client:
            for path in paths:
                text = client.get(path, headers={"Accept": "text/html"}).text
                assert f'hx-get="{path}"' in text, path
                for name in ("list", "list-told", "list-head", "list-links", "other-language"):
                    assert text.count(f'id="{name}"') == 1, (path, name)
                assert '"allowEval": false' in text
            for path in ("/", "/today") if role == "chief" else ():
                assert "htmx" not in client.get(path, headers={"Accept": "text/html"}).text
