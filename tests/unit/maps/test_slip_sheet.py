"""The printed slip: a page each, however much is on it; Chinese embedded; nothing from outside."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from geo_risk.errors import InputError
from geo_risk.slips import SlipState
from maps import slip_sheet
from maps.slip_sheet import SheetItem, SheetView, receipt_page, slip_pdf, slip_sheets
from maps.views import Frame
from maps.words import LANGS

NOW = datetime(2026, 11, 5, 2, tzinfo=UTC)
FRAME = Frame("样例高新园区", ZoneInfo("Asia/Shanghai"), synthetic=True)
EVIL = "<script>alert(1)</script>&"
FULL = SheetView(
    name="样例新材料科技股份有限公司第一分公司" * 2,
    slip_no="安提〔2026〕123号",
    state="issued",
    month="2026-10",
    basis="at_once",
    reasons=("major_overdue", "interim_missing", "a_new_reason"),
    items=tuple(
        SheetItem("major", f"{n} 号配电间门口堆放纸箱，挡住了灭火器和通道；" * 5, NOW, NOW)
        for n in range(12)
    ),
    deficits=(("overdue", 7.25), ("incidents_and_disputes", 3.0), ("drills", 1.5)),
    lifts=(
        ("blue", ()),
        ("yellow", ("close_overdue", "complete.drills", "self_report", "settle_disputes")),
    ),
    leaves_window="2027-03",
    issued=NOW,
    due=NOW + timedelta(days=7),
    objection_ends=NOW + timedelta(days=14),
    link="https://park.example/receipt/0123456789abcdef0123456789abcdef",
)
EMPTY = SheetView("", "", "drawn", "2026-10", "routine")


@pytest.mark.parametrize("lang", LANGS)
def test_a_slip_is_one_page_however_much_is_on_it(lang) -> None:
    """Three slips, the fullest and an empty one among them, are three pages of A4."""
    laid = slip_sheet._laid_out(slip_sheets(FRAME, lang, [FULL, EMPTY, FULL], linked=False))
    assert len(laid.pages) == 3
    assert {(round(one.width), round(one.height)) for one in laid.pages} == {(794, 1123)}


def test_the_pdf_has_its_fonts_in_it() -> None:
    """A printer without Chinese prints it all the same."""
    page = slip_sheets(FRAME, "zh", [FULL], linked=False)
    made = slip_sheet._laid_out(page).write_pdf(uncompressed_pdf=True)
    assert made.startswith(b"%PDF-")
    assert b"/FontFile" in made
    assert slip_pdf(FRAME, "zh", [FULL]).startswith(b"%PDF-")


def test_without_the_extra_a_pdf_is_refused_with_the_remedy(monkeypatch) -> None:
    """The page can still be printed from the browser."""
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(InputError, match="weasyprint") as refused:
        slip_pdf(FRAME, "zh", [FULL])
    assert "geo-risk[pdf]" in refused.value.hint


@pytest.mark.parametrize("lang", LANGS)
def test_texts_are_escaped_and_nothing_is_outside(lang) -> None:
    """What an officer typed runs nowhere; every address is ours or in the page."""
    evil = replace(FULL, name=EVIL, items=(SheetItem("minor", EVIL),), slip_no=EVIL)
    for page in (slip_sheets(FRAME, lang, [evil]), receipt_page(FRAME, lang, evil, status="open")):
        assert "<script" not in page
        found = re.findall(r'(?:src|href|action)="([^"]*)"', page)
        assert all(one.startswith(("/assets/", "data:image/svg+xml", "?lang=")) for one in found)


def test_more_items_than_a_page_holds_are_counted() -> None:
    """Eight rows and a line that says how many more."""
    page = slip_sheets(FRAME, "zh", [FULL])
    assert page.count("配电间") >= 8
    assert "另有 4 项" in page


def test_where_no_acts_reach_a_colour_the_month_of_the_oldest_finding_is_named() -> None:
    """On the sheet and on the receipt's page; without a finding nothing is said of it."""
    for page in (slip_sheets(FRAME, "zh", [FULL]), receipt_page(FRAME, "zh", FULL, status="open")):
        assert page.count("2027-03") == 1
    bare = replace(FULL, leaves_window="")
    assert "不再计分" not in slip_sheets(FRAME, "zh", [bare])


def test_the_tone_is_help() -> None:
    """It says that it is no penalty, how to object, and that the data is made up."""
    page = slip_sheets(FRAME, "zh", [FULL])
    for words in ("不是处罚", "上门", "不同意见", "合成数据"):
        assert words in page


@pytest.mark.parametrize("state", [one.value for one in SlipState])
def test_the_receipt_page_speaks_in_every_state_it_can_show(state) -> None:
    """A used or expired address shows nothing of the slip."""
    sent = {"issued", "received", "answered", "objected", "closed", "withdrawn"}
    if state in sent:
        page = receipt_page(FRAME, "zh", replace(FULL, state=state), status="open", may=["answer"])
        assert "安提〔2026〕123号" in page
    for status in ("used", "gone"):
        assert "安提" not in receipt_page(FRAME, "zh", None, status=status)
