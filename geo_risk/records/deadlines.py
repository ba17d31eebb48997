"""What a due date means, for every figure, list and page alike.

`due` is kept as the first moment after the last day, in the park's time zone: what is due on
31 October is kept as 1 November, 0:00. It fell due in October, is in time when it ended in October,
and is overdue from that moment on.
"""

from __future__ import annotations

from datetime import datetime


def falls_due_in(due: datetime, start: datetime, end: datetime) -> bool:
    """Say whether the last day of something due lies in the days of [start, end)."""
    return start < due <= end


def is_overdue(due: datetime | None, now: datetime) -> bool:
    """Say whether the last day is over; never where nothing is due."""
    return due is not None and due <= now


def ended_in_time(ended: datetime | None, due: datetime | None) -> bool:
    """Say whether something ended on its last day or before; what ended nobody knows when, not."""
    return ended is not None and due is not None and ended < due
