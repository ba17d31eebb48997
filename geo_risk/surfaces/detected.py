"""What is known of risk once it is freed of who looked: of premises, and of places.

Given by `detection`, taken by whoever wants risk: `corrected` makes a surface of it, enterprise
risk asks for its premises. Nothing in it is about a looker. Mean and variance are those of the
posterior as `detection` approximates it; what lookers' own fields leave open is not in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo_risk.surfaces.place_field import PlaceField

    Floats = NDArray[np.float64]

_BLOCK = 4096  # places at a time: memory stays flat


@dataclass(frozen=True)
class Detection:
    """Risk, freed of who looked.

    Parameters
    ----------
    premises_ids
        n ids, those that models may count.
    easting, northing
        (n,) metres, NaN without a point.
    risk
        (n,) risk of each premises against the mean of all, posterior mean: 2 finds twice as much
        by whoever looks. Its place is part of it.
    risk_variance
        (n,) posterior variance; large where nobody looked.
    own_variance
        (n,) the part of it that is the premises' own; the rest it shares with its like and its
        neighbours.
    per_visit
        Findings of a full visit by the average looker at a premises of risk 1; NaN without visits.
    told_per_30d
        Public reports per 30 days of a premises of risk 1; NaN without public reports.
    ground_per_km2_30d
        Public reports per km² and 30 days of the ground between premises, where the place's risk is
        1; NaN without public reports.
    days
        (n,) days of the history during which each premises was there.
    history_days
        Its length.
    on_record
        (n,) findings and public reports to be expected of each premises at risk 1 in the history,
        by all who looked and told, those channels' reach included. For use inside a fit only: where
        one team alone looked, it is that team's.
    reach
        (rows, cols) how far channels reach in each cell against their mean.
    parameters
        Strengths of shrinkage as estimated, and how many rounds it took.
    """

    premises_ids: tuple[str, ...]
    easting: Floats
    northing: Floats
    risk: Floats
    risk_variance: Floats
    own_variance: Floats
    per_visit: float
    told_per_30d: float
    ground_per_km2_30d: float
    days: Floats
    history_days: float
    on_record: Floats
    reach: Floats
    parameters: dict[str, float]
    _field: PlaceField
    _coefficients: Floats
    _covariance: Floats

    def place_risk(self, easting: Floats, northing: Floats) -> tuple[Floats, Floats]:
        """Give the risk of places: how much riskier than elsewhere, whatever stands there.

        Parameters
        ----------
        easting, northing
            (m,) metres; NaN both where there is no place.

        Returns
        -------
        mean, variance
            (m,) each; 1 and the prior variance far from all that is known.
        """
        mean, variance = np.empty(len(easting)), np.empty(len(easting))
        for first in range(0, len(easting), _BLOCK):
            part = slice(first, first + _BLOCK)
            columns = self._field.columns(easting[part], northing[part])
            mean[part] = columns @ self._coefficients
            variance[part] = spread_of(columns, self._covariance)
        mean = np.exp(mean)
        return mean, mean**2 * np.expm1(variance)


def spread_of(columns: Floats, covariance: Floats) -> Floats:
    """Give the variance of each row's linear predictor; 4 is as good as nothing known.

    Parameters
    ----------
    columns, covariance
        (n, p) and (p, p).

    Returns
    -------
    ndarray
        (n,).
    """
    return np.asarray(np.minimum(((columns @ covariance) * columns).sum(1), 4.0))
