"""What every picture keeps: the numbers it was given, at their places, inside its box."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import pytest

from geo_risk.casework import wilson
from geo_risk.errors import InputError
from maps.charts import (
    CoverageRow,
    FunnelPoint,
    IntervalRow,
    ReliabilityClass,
    TrendPoint,
    draw_coverage,
    draw_distribution,
    draw_funnel,
    draw_intervals,
    draw_reliability,
    draw_trend,
    draw_waterfall,
    judge,
    months_between,
)
from maps.words import LANGS
from tests.unit.maps.charts.pictures import both, check_drawn, of_class, places

CUTS = (80.0, 70.0, 60.0)
EVIL = '<img src=x onerror="a()">&</svg>'
MONTHS = (
    TrendPoint("2025-11", 62.0, 55.0, 68.0, "orange"),
    TrendPoint("2025-12", 66.5, 60.0, 71.0, "orange", before=58.0),
    TrendPoint("2026-02", 71.0, 66.0, 75.0, "yellow"),
    TrendPoint("2026-04", 83.0, 79.0, 88.0, "blue"),
    TrendPoint("2026-05", 64.5, 58.0, 70.0, "orange"),
)
ZONES = [
    FunnelPoint(f"样例{n}区", hits, of)
    for n, (hits, of) in enumerate([(40, 44), (3, 4), (100, 120), (20, 60), (240, 241), (1, 3)])
]
CLASSES = [
    ReliabilityClass(0.0056, 248, 73_929),
    ReliabilityClass(0.029, 401, 14_119),
    ReliabilityClass(0.69, 368, 597),
]
SHARES = [
    IntervalRow(EVIL, 0.733, 0.70, 0.76, 3903, 2862),
    IntervalRow("抽签", 0.0, 0.0, 0.36, 8),
    IntervalRow("没有", None, 0.0, 0.0, 0, 0),
]


def middle(element: object) -> tuple[float, float]:
    """Where a mark stands."""
    corners = places(element)  # type: ignore[arg-type]
    xs, ys = zip(*corners, strict=True)
    return (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2


@pytest.mark.parametrize("lang", LANGS)
def test_every_picture_stays_in_its_box_is_named_and_has_no_style(lang: str) -> None:
    """Whatever the names: markup in them is words."""
    zones = [FunnelPoint(EVIL, 3, 90), *ZONES]
    made = [
        draw_trend("a", lang, MONTHS, CUTS),
        draw_trend("b", lang, MONTHS[:1], CUTS),
        draw_waterfall(
            "c", lang, EVIL, ("全园", 2.0), [(EVIL, 1.31), ("b", -4.0)], ("本处", -0.69), 2
        ),
        draw_funnel("d", lang, "按期销号率", zones, across="到期件数"),
        draw_funnel("e", lang, "上报", zones, across="企业数", poisson=True),
        draw_reliability("f", lang, "隐患", CLASSES, 12),
        draw_intervals("h", lang, EVIL, SHARES, level=90, none="none"),
        draw_distribution("i", lang, [0.0, 51.0, 64.9, 65.0, 100.0], CUTS),
        draw_coverage(
            "g", lang, "走访", ["2026-01", "2026-02"], [CoverageRow(EVIL, (1, 2), (0, 5))]
        ),
    ]
    for chart in made:
        check_drawn(chart)
        assert "<img" not in chart.narrow + chart.wide
        assert chart.table.rows
        assert all(len(row) == len(chart.table.head) for row in chart.table.rows)


def test_a_month_stands_where_the_scale_puts_it() -> None:
    """Higher scores stand higher, in proportion; months are evenly apart, missing ones too."""
    for root in both(draw_trend("a", "zh", MONTHS, CUTS)):
        dots = [middle(one) for one in of_class(root, "ch-dot")]
        values = [one.value for one in MONTHS]
        ratio = (dots[1][1] - dots[0][1]) / (values[1] - values[0])
        for (_, y), value in zip(dots, values, strict=True):
            assert y == pytest.approx(dots[0][1] + ratio * (value - values[0]), abs=0.1)
        gap = dots[1][0] - dots[0][0]
        assert dots[2][0] - dots[1][0] == pytest.approx(2 * gap, abs=0.1), "January is missing"
        assert ratio < 0


def test_a_line_ends_where_a_month_is_missing() -> None:
    """Two runs of two months have a line; the month alone has its interval only."""
    for root in both(draw_trend("a", "zh", MONTHS, CUTS)):
        assert [len(places(one)) for one in of_class(root, "ch-main")] == [2, 2]
        assert len(of_class(root, "ch-whisker")) == 1
        assert len(of_class(root, "ch-ring")) == 1
    chart = draw_trend("a", "zh", MONTHS, CUTS)
    assert "2026-01、2026-03" in chart.desc
    assert chart.table.rows[1] == ("2025-12", "66.5", "60.0–71.0", "橙色", "58.0")


def test_classes_meet_at_their_bounds() -> None:
    """The strip is whole: one class ends where the next begins, at the cut's own height."""
    for root in both(draw_trend("a", "zh", MONTHS, CUTS)):
        edges = [(top, foot) for (_, top), (_, foot) in map(places, of_class(root, "ch-class"))]
        for (_, foot), (top, _) in pairwise(edges):
            assert foot == pytest.approx(top, abs=0.01)
        cuts = [places(one)[0][1] for one in of_class(root, "ch-cut")]
        assert cuts == pytest.approx([foot for _, foot in edges[:-1]], abs=0.01)


def test_no_month_is_no_picture_but_words() -> None:
    """An empty frame says nothing; one month says that it is one."""
    none = draw_trend("a", "zh", (), CUTS)
    assert not none.narrow
    assert none.notes == ("还没有发布过月份，走势从第一个发布的月份开始。",)
    assert any("1 个月" in one for one in draw_trend("a", "zh", MONTHS[:1], CUTS).notes)


def test_months_between_count_over_new_year() -> None:
    """Both ends are included."""
    assert months_between("2025-11", "2026-02") == ("2025-11", "2025-12", "2026-01", "2026-02")
    assert months_between("2026-05", "2026-05") == ("2026-05",)


def test_steps_of_a_waterfall_hang_together_and_add_up() -> None:
    """Each bar begins where the one before ended, and is as long as its number."""
    steps = [("a", 1.31), ("b", -0.52), ("c", 0.4)]
    chart = draw_waterfall("c", "zh", "综合风险", ("全园", 2.0), steps, ("本处", 3.19), 2)
    printed = [Decimal(row[1].replace("−", "-").replace("+", "")) for row in chart.table.rows]
    assert sum(printed[:-1]) == printed[-1]
    for root in both(chart):
        first, last = of_class(root, "ch-total")
        (left, _), (right, _) = places(first)
        unit = (right - left) / 2.0
        tips = [places(one)[0][0] for one in of_class(root, "ch-tip")]
        stands = [2.0, 3.31, 2.79, 3.19]
        assert [right, *tips] == pytest.approx([left + unit * one for one in stands], abs=0.05)
        assert places(last)[1][0] == pytest.approx(tips[-1], abs=0.02)
        joins = [places(one)[0][0] for one in of_class(root, "ch-join")]
        assert joins == pytest.approx([right, *tips], abs=0.02)


def test_a_waterfall_that_does_not_add_up_is_refused() -> None:
    """One hundredth is enough."""
    with pytest.raises(InputError, match="add up"):
        draw_waterfall("c", "zh", "t", ("a", 2.0), [("b", 1.0)], ("c", 3.01), 2)
    with pytest.raises(InputError, match="at least one"):
        draw_waterfall("c", "zh", "t", ("a", 2.0), [], ("c", 2.0), 2)


def test_a_small_area_does_not_look_worst() -> None:
    """One of three in time is chance; a third of sixty is not."""
    verdicts = {one.point.name: one.verdict for one in judge(ZONES)}
    assert verdicts["样例5区"] == "within"
    assert verdicts["样例3区"] == "below_998"
    assert verdicts["样例4区"].startswith("above")


def test_areas_stand_at_their_count_and_rate() -> None:
    """Dots within and diamonds beyond lie on one pair of scales."""
    for root in both(draw_funnel("d", "zh", "t", ZONES, across="件")):
        marks = sorted(middle(one) for one in of_class(root, "ch-area"))
        ordered = sorted(ZONES, key=lambda one: one.of)
        (x0, y0), (x1, y1) = marks[0], marks[-1]
        across = (x1 - x0) / (ordered[-1].of - ordered[0].of)
        up = (y1 - y0) / (ordered[-1].rate - ordered[0].rate)
        for (x, y), one in zip(marks, ordered, strict=True):
            assert x == pytest.approx(x0 + across * (one.of - ordered[0].of), abs=0.1)
            assert y == pytest.approx(y0 + up * (one.rate - ordered[0].rate), abs=0.1)
        assert len(of_class(root, "far")) >= 2, "the outer limits are drawn"
        assert len(of_class(root, "ch-name")) >= 1


def test_two_areas_are_no_funnel() -> None:
    """Their numbers stand in the table, and the picture says why it is not there."""
    few = draw_funnel("d", "zh", "t", [*ZONES[:2], FunnelPoint("空", 0, 0)], across="件")
    assert not few.wide
    assert len(few.table.rows) == 2
    assert "2" in few.notes[0]


def test_said_and_seen_stand_on_one_pair_of_root_scales() -> None:
    """A class whose share is what was said stands on the slanting line."""
    fair = [ReliabilityClass(0.1, 10, 100), ReliabilityClass(0.4, 20, 100)]
    for root in both(draw_reliability("f", "zh", "t", fair, 6)):
        (start, end) = places(of_class(root, "ch-target")[0])
        (x, y), (_, lower) = (middle(one) for one in of_class(root, "ch-dot"))
        slope = (end[1] - start[1]) / (end[0] - start[0])
        assert y == pytest.approx(start[1] + slope * (x - start[0]), abs=0.1)
        x_far = middle(of_class(root, "ch-dot")[1])[0]
        assert lower > start[1] + slope * (x_far - start[0]), "0.2 came where 0.4 was said"
    assert fair[0].interval == (wilson(10, 100).low, wilson(10, 100).high)


def test_columns_are_as_high_as_their_share() -> None:
    """All is the whole column; a zone without premises has none."""
    rows = [CoverageRow("a", (0, 5, 10), (10, 10, 10)), CoverageRow("b", (1, 0, 3), (4, 0, 4))]
    for root in both(draw_coverage("g", "zh", "t", months_between("2026-01", "2026-03"), rows)):
        heights = [places(one)[1][1] - places(one)[0][1] for one in of_class(root, "ch-fill")]
        whole = [places(one)[1][1] - places(one)[0][1] for one in of_class(root, "ch-whole")]
        assert len(whole) == 5
        shares = [one / full for one, full in zip(heights, whole, strict=True)]
        assert shares == pytest.approx([0, 0.5, 1, 0.25, 0.75], abs=0.001)


def test_an_interval_holds_its_share_and_nothing_due_has_no_line() -> None:
    """Dot between its whiskers, on one scale; a share of nothing is a dash in the table only."""
    chart = draw_intervals("h", "zh", "t", SHARES, level=90, none="none")
    for root in both(chart):
        dots = [middle(one) for one in of_class(root, "ch-dot")]
        bars = [places(one) for one in of_class(root, "ch-whisker")[::3]]
        assert len(dots) == len(bars) == 2
        scale = (dots[0][0] - dots[1][0]) / SHARES[0].share
        for (x, y), ((left, top), (right, _)), row in zip(dots, bars, SHARES, strict=False):
            assert y == pytest.approx(top)
            assert left - 0.1 <= x <= right + 0.1
            assert right - left == pytest.approx(scale * (row.high - row.low), abs=0.1)
    assert chart.table.rows[2][3:] == ("–", "–")
    assert draw_intervals("h", "zh", "t", SHARES[2:], level=90, none="none").notes == ("none",)


def test_columns_of_a_distribution_count_every_score_once() -> None:
    """A score at a bound counts above it; the highest counts in the last column."""
    scores = [51.0, 55.0, 59.99, 60.0, 64.9, 65.0, 100.0]
    chart = draw_distribution("i", "zh", scores, CUTS)
    counts = {name: int(n) for name, n in chart.table.rows}
    assert sum(counts.values()) == len(scores)
    assert (counts["50–55"], counts["55–60"], counts["60–65"], counts["95–100"]) == (1, 2, 2, 1)
    for root in both(chart):
        columns = [places(one) for one in of_class(root, "ch-fill")]
        heights = [foot - top for (_, top), (_, foot) in columns]
        tallest = max(heights)
        assert [round(2 * one / tallest) for one in heights] == list(counts.values())
        strip = of_class(root, "ch-class")
        edges = [places(one) for one in strip]
        assert edges[0][0][0] == pytest.approx(columns[0][0][0] - 1, abs=0.01)
        for (_, (right, _)), ((left, _), _) in pairwise(edges):
            assert right == pytest.approx(left, abs=0.01)
    assert not draw_distribution("i", "zh", [], CUTS).narrow


def test_nothing_to_draw_says_what_is_missing() -> None:
    """No history, no forecast, no visits: words instead of frames."""
    for chart in (
        draw_reliability("f", "zh", "t", (), 0),
        draw_coverage("g", "zh", "t", (), ()),
        draw_funnel("d", "zh", "t", (), across="件"),
    ):
        assert not chart.narrow
        assert not chart.wide
        assert chart.notes
