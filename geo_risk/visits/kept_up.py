"""Who was visited in time: which premises had a visit within their longest interval.

Takes premises with their longest interval, the times of their visits and moments, gives counts by
zone and moment. A premises counts at a moment only where records reach back over its whole
interval, and it was there all that time: of the others nobody knows. Who went is not asked.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Visited:
    """One premises: its zone ('' in none), its longest interval, from when to when it was there."""

    premises_id: str
    zone_id: str
    longest_days: int
    begun: datetime | None = None
    ended: datetime | None = None


def count_in_time(
    premises: Sequence[Visited],
    visits: Mapping[str, Sequence[datetime]],
    moments: Sequence[datetime],
    records_from: datetime,
) -> dict[str, list[tuple[int, int]]]:
    """Count premises that were visited in time.

    Parameters
    ----------
    premises
        Each once.
    visits
        Premises to the times of its visits, in any order.
    moments
        At which they are counted, rising.
    records_from
        Visits before this are not known.

    Returns
    -------
    dict
        Zone to one pair a moment: visited in time, of how many; zones that never count are left
        out.

    Examples
    --------
    >>> from datetime import UTC
    >>> day = lambda n: datetime(2026, 1, n, tzinfo=UTC)
    >>> one = Visited("a", "z", 10)
    >>> count_in_time([one], {"a": [day(2)]}, [day(5), day(11), day(20)], day(1))
    {'z': [(0, 0), (1, 1), (0, 1)]}
    """
    counts: dict[str, list[list[int]]] = {}
    for one in premises:
        times = sorted(visits.get(one.premises_id, ()))
        for place, moment in enumerate(moments):
            since = moment - timedelta(days=one.longest_days)
            if since < records_from or not _was_there(one, since, moment):
                continue
            zone = counts.setdefault(one.zone_id, [[0, 0] for _ in moments])
            last = bisect_right(times, moment)
            zone[place][0] += last > 0 and times[last - 1] > since
            zone[place][1] += 1
    return {zone: [(hits, of) for hits, of in counts[zone]] for zone in sorted(counts)}


def _was_there(one: Visited, since: datetime, moment: datetime) -> bool:
    begun = one.begun is None or one.begun <= since
    return begun and (one.ended is None or one.ended > moment)
