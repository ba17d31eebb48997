"""An enterprise's own month on a page: what reaches a colour, and what is only to know."""

from __future__ import annotations

from dataclasses import replace

from maps.month.index import IndexRow, own_index_page
from tests.unit.maps.test_slip_sheet import FRAME

ROW = IndexRow(
    "e",
    "样例企业",
    70.0,
    66.0,
    74.0,
    "yellow",
    lifts=(("blue", (), 70.0),),
    clean_visit=0.26,
    leaves_window="2027-03",
)


def test_it_names_the_month_of_the_oldest_finding_and_what_a_clean_visit_brings() -> None:
    """Where no acts reach blue; a clean visit is not to be ordered."""
    page = own_index_page(FRAME, "zh", "2026-10", 0, ROW)
    assert "2027-03" in page
    assert "0.26" in page
    assert "不用申请" in page
    assert "不再计分" not in own_index_page(
        FRAME, "zh", "2026-10", 0, replace(ROW, leaves_window="")
    )
