"""The printed day: pages of six rows, everything to work without a phone, nothing from outside."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from maps.day_sheet import FIRST_ROWS, MORE_ROWS, day_sheets, pages_of_day
from maps.stops import MOST_REASONS, reasons_of
from maps.views import Frame
from maps.words import LANGS, word
from tests.unit.maps.plan_views import MADE_AT, ZONE, a_day, a_stop

FRAME = Frame("样例高新园区", ZONE, synthetic=True)
GIVEN = {"as_of": MADE_AT, "printed_at": MADE_AT + timedelta(days=3)}
EVIL = "<script>alert(1)</script>&"


@pytest.mark.parametrize("stops", [0, 1, FIRST_ROWS, FIRST_ROWS + 1, FIRST_ROWS + MORE_ROWS + 1])
def test_every_stop_is_on_one_page(stops: int) -> None:
    """In order, none twice, none lost; pages say how many there are."""
    day = a_day(stops)
    pages = pages_of_day(day)
    assert [one for page in pages for one in page.stops] == list(day.stops)
    assert [page.number for page in pages] == list(range(1, len(pages) + 1))
    assert {page.of for page in pages} == {len(pages)}
    assert all(len(page.stops) <= max(FIRST_ROWS, MORE_ROWS) for page in pages)


@pytest.mark.parametrize("lang", LANGS)
def test_a_sheet_works_without_a_phone(lang: str) -> None:
    """Times, whom to ask for, why, a QR code a stop, when printed, and what becomes of it."""
    day = a_day(4)
    text = day_sheets(FRAME, lang, [day], **GIVEN)
    for stop in day.stops:
        assert stop.name in text
        assert stop.phone in text
        assert f"{stop.start:%H:%M}–{stop.end:%H:%M}" in text
        for reason in reasons_of(stop, ZONE, lang):
            assert reason in text
    assert text.count('<img src="data:image/svg+xml') == 4
    assert text.count('class="box"') == 3 * 4
    assert ("销毁" if lang == "zh" else "destroyed") in text
    assert ("合成数据" if lang == "zh" else "SYNTHETIC") in text


@pytest.mark.parametrize("lang", LANGS)
def test_texts_are_escaped_and_nothing_is_outside(lang: str) -> None:
    """What somebody typed runs nowhere; every address is ours or in the page."""
    page = day_sheets(FRAME, lang, [a_day(8, EVIL)], **GIVEN)
    assert "<script" not in page
    found = re.findall(r'(?:src|href|action)="([^"]*)"', page)
    assert found
    assert all(one.startswith(("/assets/", "data:image/svg+xml")) for one in found)


@pytest.mark.parametrize("lang", LANGS)
def test_at_most_three_reasons_and_what_presses_comes_first(lang: str) -> None:
    """An appointment before anything, a draw says its chance, a plain visit says its parts."""
    for n in range(1, 15):
        said = reasons_of(a_stop(n), ZONE, lang)
        assert 1 <= len(said) <= MOST_REASONS
    assert "09:20–09:50" in reasons_of(a_stop(2), ZONE, lang)[0]
    assert "3.40%" in reasons_of(a_stop(1), ZONE, lang)[0]
    assert "1.2" in reasons_of(a_stop(7), ZONE, lang)[0]
    assert reasons_of(a_stop(7, parts={}), ZONE, lang)  # never without a reason
    ordered = reasons_of(a_stop(7, reason="order", ordered=("安全培训",)), ZONE, lang)
    assert ordered[0] == word("plan.why_ordered", lang, service="安全培训")
    assert word("visit_reason.order", lang) not in ordered
