"""How far to trust the map is said on it, from no history at all to more than a year."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.live.browser import Browse, show_map

pytest_plugins = ("tests.live.browser_fixtures",)


@pytest.fixture(scope="module", params=[0, 13], ids=["no-history", "13-months"])
def served(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    sample_park: Any,
    server_on: Any,
) -> Iterator[tuple[int, Any]]:
    """Serve the sample park with no history, and with more than a year of it."""
    folder = tmp_path_factory.mktemp(f"months-{request.param}")
    subprocess.run(
        [
            *(sys.executable, "-m", "data.sample_park"),
            *("--out", folder / "park", "--months", str(request.param)),
        ],
        cwd=Path(__file__).resolve().parents[2],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    park = type(sample_park)(folder / "park" / "park.toml", folder / "state")
    park.build()
    with server_on(park) as running:
        yield request.param, running


def test_the_page_claims_no_more_than_its_history_allows(
    served: tuple[int, Any], browse: Browse
) -> None:
    """Without history: inherent risk, provisional, nothing of days to come. With a year: folds."""
    months, server = served
    page, _ = browse(server, "chief")
    show_map(page)
    text = page.locator("body").inner_text()
    finding = page.locator("#finding").inner_text()
    legend = page.locator("#legend").inner_text()
    if months == 0:
        assert "还没有历史" in text
        assert "不是预测" in text
        assert "未来" not in finding
        assert "暂定分级" in legend
        assert "底数风险" in legend
    else:
        assert "有 13 个月历史" in text
        assert "折回测" in text
        assert "现用模型" in text
        assert "未来 30 天" in finding or "没有红色和橙色" in finding
        assert "固定分级" in legend
    show_map(page, "/?lang=en")
    assert {0: "No history yet", 13: "13 months of history"}[months] in page.locator(
        "body"
    ).inner_text()


def test_sensitive_kinds_are_a_record_of_the_past_only(
    served: tuple[int, Any], browse: Browse
) -> None:
    """Public order and fraud are not forecast unless somebody decided so, and the map says it."""
    months, server = served
    if months == 0:
        with server.client("chief") as client:
            ids = [one["id"] for one in client.get("/v1/surfaces").json()["surfaces"]]
        assert "intensity.fraud" not in ids
        return
    page, _ = browse(server, "chief")
    show_map(page, "/#surface=intensity.fraud")
    assert page.locator("#notes").inner_text() == "只是过去的记录，不作预测。"
