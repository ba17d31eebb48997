"""Lookers: how much each finds of what is there, by month and by where they look.

Takes visits and the risk of what they looked at, gives what each premises would have been found to
hold at risk 1. A looker's level drifts from month to month, and is not the same everywhere: a team
is several people with streets of their own, so each team has a coarse field beside its level. What
only one team finds in a place is theirs until another agrees; how much is anybody's, the data say.
Levels and fields stay inside `detection`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from geo_risk.surfaces.shrinkage import ALIKE, Ridge, fit_ridge, measure_variances, measure_worth

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo_risk.looks import LookedVisits

    Floats = NDArray[np.float64]

_SWEEPS = 8
_AT_FIRST = 0.002  # variance of a looker's field at first: what all may share is shared first


@dataclass(frozen=True)
class Lookers:
    """What was fitted of lookers.

    Parameters
    ----------
    exposure
        (n,) findings expected at each premises at risk 1, by all who looked there.
    average
        Findings of a full visit by the average looker at risk 1.
    fields
        Per looker its field's coefficients.
    variances
        Prior variance of each group of these, common to all lookers.
    """

    exposure: Floats
    average: float
    fields: tuple[Ridge, ...]
    variances: tuple[float, ...]


def fit_lookers(
    visits: LookedVisits,
    risk: Floats,
    columns: Floats,
    groups: list[slice],
    before: Lookers | None,
) -> Lookers:
    """Fit levels, drift and fields of lookers at known risk, one step from where they were.

    Parameters
    ----------
    visits
        Who looked at what.
    risk
        (n,) risk of each premises.
    columns, groups
        (n, p) columns of the lookers' fields at premises, and their groups.
    before
        What was fitted in the last round; None in the first.

    Returns
    -------
    Lookers
        One looker alone has no field: it could not be told from the place's risk.

    References
    ----------
    Clayton and Kaldor (1987), Biometrics 43, 671-681, for levels and drift; MacKay (1992), Neural
    Computation 4, 415-447, equation (2.20), for the variances of fields.
    """
    n = len(risk)
    if not len(visits):
        return Lookers(np.zeros(n), 0.0, (), ())
    many = int(visits.looker.max()) + 1
    bent = np.ones(len(visits))
    if before is not None and before.fields:
        theta = np.stack([one.coefficients for one in before.fields])
        bent = np.exp((columns[visits.premises] * theta[visits.looker]).sum(1))
    rate = _rates(visits, visits.share * bent * risk[visits.premises]) * visits.share
    fields: tuple[Ridge, ...] = ()
    variances: tuple[float, ...] = ()
    if many > 1 and columns.shape[1]:
        fields, variances = _fields(visits, rate, risk, columns, groups, before)
        theta = np.stack([one.coefficients for one in fields])
        bent = np.exp((columns[visits.premises] * theta[visits.looker]).sum(1))
    rate = rate * bent
    seen = visits.share @ risk[visits.premises]
    return Lookers(
        _sums(visits.premises, rate, n),
        float(rate @ risk[visits.premises] / seen),
        fields,
        variances,
    )


def _rates(visits: LookedVisits, stood: Floats) -> Floats:
    """Give each visit's detection: level x the looker's own x its drift in the month."""
    _, cell = np.unique(
        visits.looker * (int(visits.period.max()) + 1) + visits.period, return_inverse=True
    )
    of_cell = np.zeros(int(cell.max()) + 1, dtype=np.int64)
    of_cell[cell] = visits.looker
    found, there = _sums(cell, visits.found), _sums(cell, stood)
    level = float(found.sum() / there.sum())
    drift, own = np.ones(len(found)), np.ones(int(visits.looker.max()) + 1)
    if level > 0:
        for _ in range(_SWEEPS):
            own = _levels(_sums(of_cell, found), _sums(of_cell, level * drift * there))
            drift = _levels(found, level * own[of_cell] * there)
    return np.asarray(level * (own[of_cell] * drift)[cell])


def _levels(found: Floats, expected: Floats) -> Floats:
    """Give each group's level against what was expected, shrunk to 1."""
    worth = measure_worth(found, expected)
    if worth >= ALIKE:
        return np.ones(len(found))
    return np.asarray((worth + found) / (worth + expected))


def _fields(
    visits: LookedVisits,
    rate: Floats,
    risk: Floats,
    columns: Floats,
    groups: list[slice],
    before: Lookers | None,
) -> tuple[tuple[Ridge, ...], tuple[float, ...]]:
    """Step each looker's field, then re-estimate their common variances."""
    many, size = int(visits.looker.max()) + 1, columns.shape[1]
    known = before is not None and len(before.fields) == many
    variances = before.variances if before is not None and known else (_AT_FIRST,) * len(groups)
    fields = []
    for looker in range(many):
        own = visits.looker == looker
        rows, at = np.unique(visits.premises[own], return_inverse=True)
        theta = before.fields[looker].coefficients if before is not None and known else None
        start = Ridge(np.zeros(size) if theta is None else theta, variances, np.zeros((0, 0)))
        expected = _sums(at, rate[own], len(rows)) * risk[rows]
        found = _sums(at, visits.found[own], len(rows))
        worth = np.full(len(rows), ALIKE)
        fit = fit_ridge(columns[rows], found, expected, worth, groups, start)
        fields.append(replace(fit, variances=variances))
    return tuple(fields), measure_variances(fields, groups)


def _sums(group: NDArray[np.int64], weight: Floats, many: int = 0) -> Floats:
    return np.bincount(group, weight, minlength=many).astype(np.float64)
