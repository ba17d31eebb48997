"""Months as the park counts them: when one begins, ends and closes, in the park's time zone.

Takes `YYYY-MM`, gives moments in UTC. A month closes at the end of day 5 of the next one: what was
recorded later goes to the next month (specification, section 8). No clock is read here.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING

from geo_risk.errors import InputError

if TYPE_CHECKING:
    from geo_risk.park import ParkFile

CLOSING_DAY = 5
"""Day of the next month at whose end a month closes."""


def check_month(month: str) -> str:
    """Give a month back, or refuse what is none.

    Raises
    ------
    InputError
        When it is not YYYY-MM.
    """
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", month) or month < "1900":
        raise InputError(f"{month!r} is no month.", "Write YYYY-MM, as 2026-10.")
    return month


def shift_month(month: str, by: int) -> str:
    """Give the month so many months later, or earlier."""
    year, number = divmod(index_of(month) + by, 12)
    return f"{year:04d}-{number + 1:02d}"


def index_of(month: str) -> int:
    """Count months, so that two of them can be subtracted."""
    return int(month[:4]) * 12 + int(month[5:7]) - 1


def month_of(moment: datetime, park: ParkFile) -> str:
    """Give the month of a moment, in the park's time zone."""
    return moment.astimezone(park.zone).strftime("%Y-%m")


def begin_of(month: str, park: ParkFile) -> datetime:
    """Give the first moment of a month, UTC."""
    first = date(int(month[:4]), int(month[5:7]), 1)
    return datetime.combine(first, time(), tzinfo=park.zone).astimezone(UTC)


def end_of(month: str, park: ParkFile) -> datetime:
    """Give the first moment after a month, UTC."""
    return begin_of(shift_month(month, 1), park)


def closing_of(month: str, park: ParkFile) -> datetime:
    """Give the moment at which a month closes, UTC: the first one after day 5 of the next."""
    after = shift_month(month, 1)
    day = date(int(after[:4]), int(after[5:7]), CLOSING_DAY + 1)
    return datetime.combine(day, time(), tzinfo=park.zone).astimezone(UTC)
