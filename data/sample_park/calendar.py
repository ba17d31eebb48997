"""Days of the sample park: when its history starts and ends, its months and its working days.

Takes a number of months, gives day numbers. Day 0 is 2024-11-01 00:00 in Asia/Shanghai (no
summer time), day 730 is the as-of, 2026-11-01. Times are naive local times throughout the
recipe.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

START = pd.Timestamp("2024-11-01")
AS_OF = pd.Timestamp("2026-11-01")
MONTHS = 24
DAYS = (AS_OF - START).days
MONTHS_OFFERED = (0, 1, 3, 6, 13, 24)
DAYS_OFF = tuple(
    f"{year}-{day}"
    for year in (2024, 2025, 2026)
    for day in ("01-01", "05-01", "10-01", "10-02", "10-03")
)
"""Public holidays with a fixed date; nobody visits on them."""


@cache
def month_starts() -> NDArray[np.int64]:
    """Give the day numbers of the 24 first days of a month and of the as-of, shape (25,)."""
    firsts = [START + pd.DateOffset(months=k) for k in range(MONTHS + 1)]
    starts = np.array([(first - START).days for first in firsts], dtype=np.int64)
    starts.flags.writeable = False
    return starts


def month_of(day: ArrayLike) -> NDArray[np.int64]:
    """Give the month, 0 to 23, of each day number; days before the start count as month 0."""
    found = np.searchsorted(month_starts(), np.asarray(day, float), side="right") - 1
    return np.clip(found, 0, MONTHS - 1).astype(np.int64)


def month_text(month: int) -> str:
    """Give a month as YYYY-MM."""
    return (START + pd.DateOffset(months=month)).strftime("%Y-%m")


def cut_day(months: int) -> int:
    """Give the day number from which a history of so many months is kept."""
    return (AS_OF - pd.DateOffset(months=months) - START).days


@cache
def working_days(month: int) -> NDArray[np.int64]:
    """Give the day numbers of one month on which people work."""
    starts = month_starts()
    days = pd.date_range(START, periods=DAYS + 1, freq="D")[starts[month] : starts[month + 1]]
    work = (days.dayofweek < 5) & ~days.strftime("%Y-%m-%d").isin(DAYS_OFF)
    days_of_work = np.arange(starts[month], starts[month + 1])[work]
    days_of_work.flags.writeable = False
    return days_of_work


def times(days: ArrayLike) -> pd.Series:
    """Give naive local times of day numbers, to the second; NaN becomes NaT."""
    seconds = np.round(np.asarray(days, float) * 86400.0)
    # Not seconds to pd.to_timedelta: it multiplies what a missing one's memory held, and warns.
    known = np.isfinite(seconds)
    whole = np.where(known, seconds, 0.0).astype("timedelta64[s]")
    return pd.Series(START + pd.to_timedelta(whole)).where(known)
