"""The ladder: how much history is there, and what may be claimed of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from geo_risk.surfaces.kde import Density
from geo_risk.surfaces.ladder import month_ends, rung_key, shrink, whole_months

SHANGHAI = ZoneInfo("Asia/Shanghai")


def local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("months", "key"),
    [
        (0, "inherent"),
        (1, "shrunk"),
        (5, "shrunk"),
        (6, "folds"),
        (11, "folds"),
        (12, "full"),
        (40, "full"),
    ],
)
def test_rung_changes_at_1_6_and_12_months(months: int, key: str) -> None:
    """0, 1 to 5, 6 to 11, 12 and more (design, 4b)."""
    assert rung_key(months) == key


@pytest.mark.parametrize(
    ("start", "as_of", "months"),
    [
        (local(2026, 10, 1), local(2026, 11, 1), 1),
        (local(2026, 10, 6), local(2026, 11, 1), 1),  # the first record comes some days late
        (local(2026, 10, 12), local(2026, 11, 1), 0),
        (local(2026, 10, 25), local(2026, 11, 1), 0),  # a week is no month
        (local(2025, 11, 1), local(2026, 11, 1), 12),
        (local(2025, 10, 1), local(2026, 11, 1), 13),
        (local(2026, 1, 31), local(2026, 2, 28), 1),
        (local(2026, 11, 1), local(2026, 10, 1), 0),
    ],
)
def test_whole_months_are_cut_in_the_parks_time_zone(
    start: datetime, as_of: datetime, months: int
) -> None:
    """From day of month to day of month, a week forgiven, never below 0."""
    assert whole_months(start.astimezone(UTC), as_of.astimezone(UTC), SHANGHAI) == months


def test_no_history_is_no_month() -> None:
    """A park without a record stands on the first rung."""
    assert whole_months(None, local(2026, 11, 1), SHANGHAI) == 0


def test_month_ends_go_back_from_the_as_of() -> None:
    """The as-of itself and so many months before; a day that a month lacks is its last."""
    ends = [one.astimezone(SHANGHAI) for one in month_ends(local(2026, 3, 31), 3, SHANGHAI)]
    assert ends == [local(2026, 3, 31), local(2026, 2, 28), local(2026, 1, 31)]


def test_shrinking_keeps_the_number_of_reports(ell: Any) -> None:
    """The park's total is that of the reports, however few: only the shape is shrunk."""
    rng = np.random.default_rng(0)
    mean = np.where(ell.inside, rng.random(ell.grid.shape), np.nan)
    inherent = np.where(ell.inside, rng.random(ell.grid.shape), np.nan)
    shrunk = shrink(Density(mean, mean**2), inherent, events=20.0, worth=60.0)
    assert np.nansum(shrunk.mean) == pytest.approx(np.nansum(mean), rel=1e-12)
    expected = 0.25 * mean + 0.75 * np.nanmean(mean) * inherent / np.nanmean(inherent)
    np.testing.assert_allclose(shrunk.mean, expected, rtol=1e-12)


def test_many_reports_outweigh_the_inherent_surface(ell: Any) -> None:
    """With reports without end the shrunk surface is the density; with none, the inherent shape."""
    mean = np.where(ell.inside, 2.0, np.nan)
    mean[19, 0] = 50.0
    inherent = np.where(ell.inside, 1.0, np.nan)
    density = Density(mean, 0 * mean)
    np.testing.assert_allclose(shrink(density, inherent, 1e12, 60.0).mean, mean, rtol=1e-9)
    flat = shrink(density, inherent, 0.0, 60.0).mean[ell.inside]
    np.testing.assert_allclose(flat, np.nanmean(mean), rtol=1e-12)


def test_a_park_without_people_is_shrunk_to_flat(ell: Any) -> None:
    """An inherent surface of zeros has no shape: reports are shrunk to even."""
    mean = np.where(ell.inside, 3.0, np.nan)
    shrunk = shrink(Density(mean, mean), np.where(ell.inside, 0.0, np.nan), 10.0, 60.0)
    np.testing.assert_allclose(shrunk.mean[ell.inside], 3.0)


def test_history_is_counted_in_days_below_a_month() -> None:
    """Thirteen days over a month's end are no month."""
    start = local(2026, 10, 20)
    assert whole_months(start, start + timedelta(days=13), SHANGHAI) == 0
