"""The finding at the top: two zones at most, no forecast where there is none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from geo_risk.grid import Period
from geo_risk.published import RiskClass, Rung
from maps.headline import write_headline
from maps.views import Frame, MapView, ZoneRow

NOW = datetime(2026, 5, 13, tzinfo=UTC)
FRAME = Frame("样例", UTC)


def _row(number: int, cells: tuple[int, int, int, int] | None, mean: float = 1.0) -> ZoneRow:
    risk_class = RiskClass.ORANGE if number == 2 else RiskClass.BLUE
    return ZoneRow(f"z:{number}", f"巡区 {number}", risk_class, mean, 1.0, cells)


def _view(key: str, *rows: ZoneRow) -> MapView:
    rung = Rung({"inherent": 0, "shrunk": 3, "folds": 6, "full": 13}[key], key, 3, "kde")
    return MapView(FRAME, rows, rung, Period(NOW, NOW + timedelta(days=7)))


ROWS = (_row(1, (10, 5, 1, 0)), _row(2, (0, 5, 5, 12)), _row(3, (0, 0, 9, 16)))


@pytest.mark.parametrize(
    ("key", "finding"),
    [
        ("full", "未来 7 天先看巡区 3 和巡区 2"),
        ("folds", "未来 7 天先看巡区 3 和巡区 2"),
        ("shrunk", "现在先看巡区 3 和巡区 2"),
        ("inherent", "巡区 3 和巡区 2 的底数风险最高"),
    ],
)
def test_only_a_forecast_speaks_of_the_days_to_come(key: str, finding: str) -> None:
    """With little history the headline makes no claim about the future."""
    headline = write_headline(_view(key, *ROWS), "zh")
    assert headline.finding == finding
    assert headline.detail == "红色 28 格，占全区 44.4%。巡区 3 有 16 格，巡区 2 有 12 格。"


def test_without_red_the_orange_is_named_and_without_either_it_is_calm() -> None:
    """The finding says what is there, not what would look grave."""
    orange = write_headline(_view("full", _row(1, (10, 5, 1, 0))), "en")
    assert orange.finding == "Next 7 days: look at 巡区 1 first"
    assert "1 orange cell, 6.2% of the park; none is red." in orange.detail
    calm = write_headline(_view("full", _row(1, (10, 5, 0, 0))), "en")
    assert calm.finding == "Nothing is red or orange"


def test_the_public_hears_of_zones_only() -> None:
    """Rows without counts of cells come from means; withheld zones are not named."""
    rows = (_row(1, None), _row(2, None), ZoneRow("z:3", "巡区 3", RiskClass.RED, withheld=True))
    headline = write_headline(_view("full", *rows), "zh")
    assert headline.finding == "未来 7 天先看巡区 2"
    assert "巡区 3" not in headline.finding + headline.detail
    assert "格" not in headline.finding


def test_before_the_first_build_the_page_says_what_to_do() -> None:
    """An empty park is not an error."""
    assert "geo-risk build" in write_headline(MapView(FRAME), "zh").detail
