"""Without any history the map claims nothing about the days to come, and says why."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.live.browser import Browse, show_map

pytest_plugins = ("tests.live.browser_fixtures",)


def test_without_history_the_map_is_inherent_risk_and_says_so(
    tmp_path: Path, built_sample: Any, server_on: Any, browse: Browse
) -> None:
    """Headline, ladder, legend and list of surfaces: no forecast, provisional breaks, no fraud."""
    with server_on(built_sample(0, tmp_path)) as server:
        page, _ = browse(server, "chief")
        show_map(page)
        text = page.locator("body").inner_text()
        legend = page.locator("#legend").inner_text()
        assert "还没有历史" in text
        assert "不是预测" in text
        assert "未来" not in page.locator("#finding").inner_text()
        assert "暂定分级" in legend
        assert "底数风险" in legend
        values = [one.get_attribute("value") or "" for one in page.locator("#surface option").all()]
        assert not [one for one in values if one.startswith("intensity.")]
        assert page.locator("#score").inner_text() == "这一层没有回测成绩。"
        show_map(page, "/?lang=en")
        assert "No history yet" in page.locator("body").inner_text()


@pytest.mark.parametrize("surface", ["intensity.fraud", "intensity.public_order"])
def test_sensitive_kinds_are_a_record_of_the_past_only(
    sample_server: Any, browse: Browse, surface: str
) -> None:
    """Public order and fraud are not forecast unless somebody decided so, and the map says it."""
    page, _ = browse(sample_server, "chief")
    show_map(page, f"/#surface={surface}")
    assert page.locator("#notes").inner_text() == "只是过去的记录，不作预测。"
