"""The ladder from no history to a full year: what a surface may claim (design, 4b).

Takes the start of history and the as-of, gives the rung; shrinks a density of few reports to the
inherent surface. 0 months: inherent risk, titled so. 1 to 5: shrunk, no claim to forecast. 6 to 11:
a forecast with the folds there are. 12 and more: the full rule.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np

from geo_risk.surfaces.kde import Density

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

INHERENT, SHRUNK, FOLDS, FULL = "inherent", "shrunk", "folds", "full"

_SHORTEST = timedelta(days=14)
_FORGIVEN = timedelta(days=7)
_RUNGS = ((12, FULL), (6, FOLDS), (1, SHRUNK), (0, INHERENT))


def rung_key(months: int) -> str:
    """Give the rung of so many whole months of history."""
    return next(key for least, key in _RUNGS if months >= least)


def whole_months(start: datetime | None, as_of: datetime, zone: ZoneInfo) -> int:
    """Count whole months from the start of history to the as-of.

    Parameters
    ----------
    start
        First record, zone-aware; None without history.
    as_of
        Zone-aware.
    zone
        Months are cut here, from day of month to day of month. Seven days are forgiven: a park that
        starts on the 1st has its first record on some later day.

    Returns
    -------
    int
        0 or more; a history shorter than 14 days is 0 months.
    """
    if start is None or as_of - start < _SHORTEST:
        return 0
    first = start.astimezone(zone)
    last = as_of.astimezone(zone) + _FORGIVEN
    months = (last.year - first.year) * 12 + last.month - first.month
    return max(0, months - (last.day < first.day))


def month_ends(as_of: datetime, months: int, zone: ZoneInfo) -> list[datetime]:
    """Give the as-of and the moments 1, 2, ... months before it, `months` in all, in UTC.

    A day that a month does not have is its last one.
    """
    last = as_of.astimezone(zone)
    ends = []
    for step in range(months):
        years, month = divmod(last.month - 1 - step, 12)
        year = last.year + years
        day = min(last.day, monthrange(year, month + 1)[1])
        ends.append(last.replace(year=year, month=month + 1, day=day).astimezone(UTC))
    return ends


def shrink(density: Density, inherent: Floats, events: float, worth: float) -> Density:
    """Shrink the density of few reports to the inherent surface.

    mean = a x density + (1 - a) x R x inherent / mean(inherent), a = n / (n + worth), R = park mean
    of the density: the same number of reports, spread by people x class.

    Parameters
    ----------
    density
        Of the reports there are.
    inherent
        (rows, cols) people x class / km²; all zero is taken as flat.
    events
        n, reports that the density rests on.
    worth
        Reports that the inherent surface is worth.

    Returns
    -------
    Density
        The prior part enters the variance with its square: how far the inherent surface is from the
        truth of a cell is not known better than to its own size.

    References
    ----------
    Bühlmann and Straub (1970): credibility n / (n + k), the weight of n own observations against a
    prior worth k.
    """
    share = events / (events + worth) if events + worth > 0 else 0.0
    level = float(np.nanmean(inherent))
    shape = inherent / level if level > 0 else np.where(np.isnan(inherent), np.nan, 1.0)
    prior = float(np.nanmean(density.mean)) * shape
    return Density(
        share * density.mean + (1.0 - share) * prior,
        share**2 * density.variance + ((1.0 - share) * prior) ** 2,
    )
