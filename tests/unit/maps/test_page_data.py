"""What the page's modules are told."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from maps.page_data import fixed_offset_min


def test_a_zone_whose_clocks_never_change_is_a_number_of_minutes() -> None:
    """Shanghai and Kathmandu stand still; Chicago and Berlin have a summer time."""
    assert fixed_offset_min(ZoneInfo("Asia/Shanghai")) == 480
    assert fixed_offset_min(ZoneInfo("Asia/Kathmandu")) == 345
    assert fixed_offset_min(ZoneInfo("America/Chicago")) is None
    assert fixed_offset_min(ZoneInfo("Europe/Berlin")) is None
