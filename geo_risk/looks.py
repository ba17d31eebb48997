"""Looks: who looked at which premises and what they found, and what the public told.

Takes columns of equal length, gives checked frozen tables, the currency between `features.looks`
(which records they are made from) and `surfaces.detection` (what is made of them). Lookers are
numbers without names: nobody who holds this can say who found how much. Positions are metres in a
stated working CRS; a row without a place has NaN.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from geo_risk.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


@dataclass(frozen=True)
class LookedPremises:
    """Premises that models may count.

    Parameters
    ----------
    ids
        n ids.
    easting, northing
        (n,) metres, NaN both where it has no point within the boundary.
    days
        (n,) days of the history during which it was there, 0 or more.
    features
        Group of columns (`class`, `people`, `kind`, `industry`) to (n, p), what a premises is;
        0 where not known.
    """

    ids: tuple[str, ...]
    easting: Floats
    northing: Floats
    days: Floats
    features: Mapping[str, Floats]

    def __post_init__(self) -> None:
        """Refuse columns that do not fit, and numbers that are none."""
        n = len(self.ids)
        columns = (self.easting, self.northing, self.days, *self.features.values())
        _check_length("Premises", n, columns)
        _check_finite("Premises", (self.days, *self.features.values()), low=None)
        _check_finite("Premises", (self.days,), low=0.0)

    @property
    def located(self) -> NDArray[np.bool_]:
        """(n,) of bool: has a point."""
        return np.isfinite(self.easting)


@dataclass(frozen=True)
class LookedVisits:
    """Visits, each to one premises by one looker.

    Parameters
    ----------
    premises
        (v,) row of its premises.
    looker
        (v,) number of the team of participants, 0 upwards; one number for all that are not known.
    period
        (v,) number of the 30 days before the as-of in which it was, 0 the last.
    share
        (v,) items checked / items standard, in (0, 1]; 1 where not known.
    found
        (v,) number found; 0 is 'looked and found nothing'.
    """

    premises: Ints
    looker: Ints
    period: Ints
    share: Floats
    found: Floats

    def __post_init__(self) -> None:
        """Refuse columns that do not fit, shares outside (0, 1], negative counts."""
        _check_length(
            "Visits", len(self.premises), (self.looker, self.period, self.share, self.found)
        )
        _check_finite("Visits", (self.found,), low=0.0)
        _check_finite("Visits", (self.share,), low=0.0)
        if len(self) and not (self.share.min() > 0 and self.share.max() <= 1):
            raise InputError("A visit checked nothing, or more than all.", "Give (0, 1].")
        if len(self) and min(self.premises.min(), self.looker.min(), self.period.min()) < 0:
            raise InputError("A visit has a negative row number.", "Leave it out.")

    def __len__(self) -> int:
        """How many visits."""
        return len(self.premises)

    def where(self, keep: NDArray[np.bool_]) -> LookedVisits:
        """Keep the visits whose flag is set: `keep` is (v,) of bool."""
        return LookedVisits(*(getattr(self, one.name)[keep] for one in fields(self)))


@dataclass(frozen=True)
class ToldReports:
    """Reports that came by another way than a visit.

    Parameters
    ----------
    premises
        (r,) row of the premises it names, -1 where it names none that models may count.
    easting, northing
        (r,) metres; NaN both only where it names a premises without a point.
    channel
        (r,) number of its channel, 0 upwards.
    """

    premises: Ints
    easting: Floats
    northing: Floats
    channel: Ints

    def __post_init__(self) -> None:
        """Refuse columns that do not fit, and reports from nowhere."""
        _check_length("Reports", len(self.premises), (self.easting, self.northing, self.channel))
        if ((self.premises < 0) & ~np.isfinite(self.easting)).any():
            raise InputError("A report has neither premises nor point.", "Leave it out.")

    def __len__(self) -> int:
        """How many reports."""
        return len(self.premises)


@dataclass(frozen=True)
class Looks:
    """All that is known of who looked, of one kind of report.

    Parameters
    ----------
    kind
        Kind of report.
    crs
        Working CRS of the positions.
    premises, visits, reports
        See there.
    zones
        (rows, cols) number of the patrol zone of each cell of the park's grid, -1 in none: what a
        channel reaches may differ from zone to zone.
    history_days
        Length of the history, days, above 0.
    left_out
        Number of known visits and reports left out, by reason.
    """

    kind: str
    crs: str
    premises: LookedPremises
    visits: LookedVisits
    reports: ToldReports
    zones: Ints
    history_days: float
    left_out: Mapping[str, int]

    def __post_init__(self) -> None:
        """Refuse rows of premises that are not there, and a history without length."""
        n = len(self.premises.ids)
        for rows in (self.visits.premises, self.reports.premises):
            if rows.size and rows.max() >= n:
                raise InputError(f"Row {rows.max()} of {n} premises.", "Give rows that are there.")
        if not (np.isfinite(self.history_days) and self.history_days > 0):
            raise InputError(f"A history of {self.history_days} days.", "Give days above 0.")


def _check_length(what: str, n: int, columns: tuple[NDArray[np.generic], ...]) -> None:
    lengths = {column.shape[0] for column in columns}
    if lengths - {n}:
        raise InputError(f"{what}: columns of lengths {sorted(lengths | {n})}.", "Give one length.")


def _check_finite(what: str, columns: tuple[Floats, ...], low: float | None) -> None:
    for column in columns:
        if not np.isfinite(column).all():
            raise InputError(f"{what} hold a value that is not finite.", "Leave that row out.")
        if low is not None and column.size and column.min() < low:
            raise InputError(f"{what} hold {column.min()}, below {low:g}.", "Leave that row out.")
