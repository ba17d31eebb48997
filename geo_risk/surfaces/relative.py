"""Relative risk: where one thing crowds more than another does.

Takes two densities of one bandwidth (say, fires and premises; this year and last), gives the log of
their ratio, how uncertain it is, and where there is anything to compare with. After Kelsall and
Diggle (1995). The densities themselves are made in `kde`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo_risk.errors import GridMismatchError, InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo_risk.surfaces.kde import Density

    Floats = NDArray[np.float64]

FLOOR = 0.01
"""Share of the park's mean density that is added above and below."""


@dataclass(frozen=True)
class Relative:
    """A log relative risk.

    Parameters
    ----------
    log_ratio
        (rows, cols) natural logarithm, 0 = as the park as a whole; NaN outside.
    variance
        (rows, cols) its sampling variance.
    supported
        (rows, cols) of bool: the denominator is above its floor here. Elsewhere there is nothing to
        compare with: where the numerator has nothing either the ratio is near 0 by the floor, not
        by evidence; where it has something, the ratio says "more than the floor", no more.
    """

    log_ratio: Floats
    variance: Floats
    supported: NDArray[np.bool_]

    @property
    def z(self) -> Floats:
        """(rows, cols) log ratio over its standard deviation; 0 where nothing is known."""
        deviation = np.sqrt(self.variance)
        flat = np.where(np.isnan(self.log_ratio), np.nan, 0.0)
        return np.asarray(np.divide(self.log_ratio, deviation, out=flat, where=deviation > 0))


def relative_risk(cases: Density, controls: Density, *, floor: float = FLOOR) -> Relative:
    """Compare the shapes of two densities.

    rho(c) = log((f(c) + d) / (g(c) + d)), with f and g the densities over their mean in the park,
    and d the floor. Only where they lie is compared, not how many there are.

    Parameters
    ----------
    cases, controls
        On one grid, fitted with one bandwidth (a common one cancels most of the bias where the two
        are alike); any unit.
    floor
        Above 0.

    Returns
    -------
    Relative
        Flat 0 where one of the two is nothing at all in the whole park, and nowhere supported.

    Raises
    ------
    GridMismatchError
        When the two are on other cells.
    InputError
        When the floor is not above 0.

    References
    ----------
    Kelsall and Diggle (1995), Statistics in Medicine 14, 2335-2342, equation 1 and section 3
    (common bandwidth); the floor after Bowman and Azzalini (1997), Applied Smoothing Techniques,
    section 1.4. Variance by the delta method, as Hazelton and Davies (2009), Biometrical Journal
    51, 98-109, equation 5.
    """
    if not floor > 0:
        raise InputError(f"The floor is {floor}.", "Give a number above 0, as 0.01.")
    inside = np.isfinite(cases.mean)
    if cases.mean.shape != controls.mean.shape or (np.isfinite(controls.mean) != inside).any():
        raise GridMismatchError("The two densities are on other cells.", "Fit both on one grid.")
    tops, bottoms = float(np.nansum(cases.mean)), float(np.nansum(controls.mean))
    if not (tops > 0 and bottoms > 0):
        flat = np.where(inside, 0.0, np.nan)
        return Relative(flat, flat.copy(), np.zeros(inside.shape, dtype=bool))
    n = int(inside.sum())
    f, g = cases.mean * n / tops, controls.mean * n / bottoms
    variance = cases.variance * (n / tops) ** 2 / (f + floor) ** 2
    variance = variance + controls.variance * (n / bottoms) ** 2 / (g + floor) ** 2
    supported = np.where(inside, g, 0.0) > floor
    return Relative(np.log((f + floor) / (g + floor)), variance, supported)
