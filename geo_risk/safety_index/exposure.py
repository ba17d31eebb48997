"""How much was to be expected of a visit: exposure, lookers, peers; and what of it repeats.

Takes counted visits with their enterprise and peer group, gives per severity the findings to expect
of each visit and how much enterprises and visits differ beyond chance. Only what repeats between
visits of one enterprise is signal. Clayton and Kaldor (1987), Biometrics 43, 671, with Buhlmann and
Straub's (1970) moments; specification, section 4.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

ROUNDS = 15
PRIOR = 20.0
"""Expected findings by which a looker, and a peer group, is shrunk to 1."""

LEAST_VISITS = 200
TAU2_BOUNDS = (0.02, 4.0)
PROVISIONAL = 0.5
"""tau^2 and phi where they cannot be told."""


@dataclass(frozen=True)
class VisitColumns:
    """Visits as columns, in the order of their ids.

    Parameters
    ----------
    enterprise, looker, group
        (n,) codes from 0; looker -1: not known.
    effort
        (n,) clipped.
    found
        (n, 3) major, general, minor.
    """

    enterprise: Ints
    looker: Ints
    group: Ints
    effort: Floats
    found: Floats

    def __len__(self) -> int:
        """Give the number of visits."""
        return len(self.effort)


@dataclass(frozen=True)
class Exposure:
    """What was fitted for one severity.

    Parameters
    ----------
    rate
        Findings per standard visit.
    looker, group
        Multipliers by code.
    tau2, phi
        Variance between enterprises; overdispersion of a visit.
    provisional
        Too little to tell lookers, groups and variances: 1, 1 and 0.5.
    """

    rate: float
    looker: Floats
    group: Floats
    tau2: float
    phi: float
    provisional: bool

    def expected(self, looker: Ints, group: Ints, effort: Floats) -> Floats:
        """Give e of visits: rate x looker x group x effort; an unknown looker or group counts 1."""
        return np.asarray(
            self.rate * _of(self.looker, looker) * _of(self.group, group) * np.asarray(effort)
        )


def fit_exposure(visits: VisitColumns, severity: int, lookers: int, groups: int) -> Exposure:
    """Fit one severity on the visits before a month.

    Parameters
    ----------
    visits
        n of them.
    severity
        Column of `found`.
    lookers, groups
        How many codes there are.

    Returns
    -------
    Exposure
        Provisional with fewer than 200 visits, or where no enterprise was visited twice.
    """
    found, effort = visits.found[:, severity], visits.effort
    total = float(found.sum())
    rate = total / float(effort.sum()) if len(visits) else 0.0
    looker, group = np.ones(lookers), np.ones(groups)
    flat = Exposure(rate, looker, group, PROVISIONAL, PROVISIONAL, provisional=True)
    if len(visits) < LEAST_VISITS or total == 0:
        return flat
    theta = np.ones(int(visits.enterprise.max()) + 1)
    tau2 = phi = PROVISIONAL
    for _ in range(ROUNDS):
        by_group = _of(group, visits.group)
        seen = rate * by_group * effort * theta[visits.enterprise]
        looker = _shrunk(found, seen, visits.looker, lookers)
        by_looker = _of(looker, visits.looker)
        group = _shrunk(found, rate * by_looker * effort, visits.group, groups)
        expected = rate * by_looker * _of(group, visits.group) * effort
        scale = total / float(expected.sum())
        rate, expected = rate * scale, expected * scale
        moments = measure_moments(found, expected, visits.enterprise)
        if moments is None:
            return flat
        tau2, phi = moments
        theta = _theta(found, expected, visits.enterprise, tau2, phi, len(theta))
    return Exposure(rate, looker, group, tau2, phi, provisional=False)


def measure_moments(
    found: Floats, expected: Floats, enterprise: Ints
) -> tuple[float, float] | None:
    """Give tau^2 and phi by moments; None where no enterprise was visited twice.

    tau^2 = sum_i [(sum rho)^2 - sum rho^2] / sum_i [(sum e)^2 - sum e^2], rho = O - e, clipped to
    [0.02, 4]; phi = max(0, sum [rho^2 - e] / sum e^2 - tau^2).
    """
    rho = found - expected
    below = (_sum(expected, enterprise) ** 2 - _sum(expected**2, enterprise)).sum()
    if below <= 1e-12:
        return None
    above = (_sum(rho, enterprise) ** 2 - _sum(rho**2, enterprise)).sum()
    tau2 = float(np.clip(above / below, *TAU2_BOUNDS))
    phi = max(0.0, float((rho**2 - expected).sum() / (expected**2).sum()) - tau2)
    return tau2, phi


def _theta(
    found: Floats, expected: Floats, enterprise: Ints, tau2: float, phi: float, many: int
) -> Floats:
    """Theta = A / B of every enterprise; specification, section 3.2."""
    worth = 1.0 + phi * expected
    a = 1.0 / tau2 + np.bincount(enterprise, found / worth, many)
    b = 1.0 / tau2 + np.bincount(enterprise, expected / worth, many)
    return np.asarray(a / b)


def _shrunk(found: Floats, expected: Floats, code: Ints, many: int) -> Floats:
    known = code >= 0
    above = np.bincount(code[known], found[known], many)
    below = np.bincount(code[known], expected[known], many)
    return np.asarray((above + PRIOR) / (below + PRIOR))


def _of(effect: Floats, code: Ints) -> Floats:
    """Give the effect of each code, 1 for an unknown one."""
    if not len(effect):
        return np.ones(len(code))
    return np.where(code >= 0, effect[np.maximum(code, 0)], 1.0)


def _sum(values: Floats, code: Ints) -> Floats:
    return np.asarray(np.bincount(code, values))
