"""Dates and numbers as people read them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from maps.words.figures import (
    day_text,
    decimals_of,
    moment_text,
    number_text,
    period_text,
    share_text,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def test_a_moment_is_written_in_the_parks_own_zone() -> None:
    """22:00 UTC is six in the morning of the next day in Shanghai."""
    moment = datetime(2026, 5, 12, 22, 0, tzinfo=UTC)
    assert moment_text(moment, SHANGHAI, "zh") == "2026年5月13日 06:00"
    assert moment_text(moment, SHANGHAI, "en") == "13 May 2026, 06:00"
    assert day_text(moment, ZoneInfo("America/New_York"), "en") == "12 May 2026"


@pytest.mark.parametrize(
    ("start", "end", "zh", "en"),
    [
        ("2026-05-13", "2026-05-20", "2026年5月13日–19日", "13–19 May 2026"),
        ("2026-05-13", "2026-06-12", "2026年5月13日–6月11日", "13 May – 11 June 2026"),
        ("2025-12-20", "2026-01-03", "2025年12月20日–2026年1月2日", "20 Dec 2025 – 2 Jan 2026"),
        ("2026-05-13", "2026-05-14", "2026年5月13日", "13 May 2026"),
        ("2026-05-13", "2026-05-13", "2026年5月13日", "13 May 2026"),
    ],
)
def test_a_period_is_named_by_its_first_and_last_day(
    start: str, end: str, zh: str, en: str
) -> None:
    """The end is exclusive, so the last day is the one before it."""
    assert period_text(_at(start), _at(end), SHANGHAI, "zh") == zh
    assert period_text(_at(start), _at(end), SHANGHAI, "en") == en.replace("June", "Jun")


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (2.6, "2.60"), (0.01234, "0.0123"), (1234.5, "1,234"), (17.04, "17.0"),
     (1e-9, "0.000000"), (None, "–"), (float("nan"), "–")],
)  # fmt: skip
def test_numbers_have_three_significant_digits(value: float | None, text: str) -> None:
    """Enough to tell a value from a break, no more than is known."""
    assert number_text(value) == text


def test_decimals_never_exceed_six() -> None:
    """A tiny value is not printed with twenty zeros."""
    assert decimals_of(1e-12) == 6
    assert decimals_of(999.4) == 0


@pytest.mark.parametrize(("share", "text"), [(0.038, "3.8%"), (0.0004, "0.04%"), (0, "0.0%")])
def test_small_shares_keep_a_digit(share: float, text: str) -> None:
    """Four cells in ten thousand are not none."""
    assert share_text(share) == text
