"""Combined risk: forecast intensity x consequence x (1 - protection), and why.

Takes six factors per cell, gives expected severity per km² and 30 days and each factor's exact
Shapley share against the park's mean. Consequence rises with people and class within reach and has
mean 1 over the park; patrols and stations earn a bounded credit. Shares are made by enumerating all
64 coalitions for all cells at once: no sampling, no remainder.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo_risk.errors import GridMismatchError
from geo_risk.published import Factors

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Values = Mapping[str, Floats | float]

FACTORS = ("hazards", "other_reports", "people", "inherent_class", "patrol", "stations")
"""Names of the factors: at most six, and there is no other."""


@dataclass(frozen=True)
class CombineParams:
    """What the credit of protection depends on.

    Parameters
    ----------
    patrol_half_credit_hours
        Patrol hours / km² / 30 days that earn half the credit.
    patrol_max_credit, station_max_credit
        Largest credits, 0 to 1, together below 1.
    """

    patrol_half_credit_hours: float = 400.0
    patrol_max_credit: float = 0.2
    station_max_credit: float = 0.1


@dataclass(frozen=True)
class Combined:
    """Combined risk and its explanation.

    Parameters
    ----------
    values
        (rows, cols) severity points / km² / 30 days, NaN outside.
    multiplier
        (rows, cols) consequence x (1 - protection): what the intensity was multiplied by.
    factors
        Shapley shares.
    """

    values: Floats
    multiplier: Floats
    factors: Factors


def combine(factors: Mapping[str, Floats], params: CombineParams) -> Combined:
    """Combine six factors into risk.

    risk = (hazards + other_reports) x u(people) x v(class) / Z x (1 - patrol credit - station
    credit), u = (1 + people / park mean) / 2: half the consequence is there whoever is near; v =
    class / park mean; Z = park mean of u v; patrol credit = m h / (h + h_half); station credit = m'
    x closeness.

    Parameters
    ----------
    factors
        By name of `FACTORS`, each (rows, cols), NaN outside: intensities in severity points / km² /
        30 days, people and class within reach, patrol hours / km² / 30 days, closeness of a station
        0 to 1.
    params
        Credits.

    Returns
    -------
    Combined

    Raises
    ------
    GridMismatchError
        When factors are missing or differ in shape or study area.
    """
    inside = _check(factors)
    cells = {name: factors[name][inside] for name in FACTORS}
    reference = {name: float(values.mean()) for name, values in cells.items()}
    risk = _model(cells, reference, params)
    parts = shapley(risk, cells, reference)
    values = np.full(inside.shape, np.nan)
    values[inside] = risk(cells)
    one: dict[str, Floats | float] = {**cells, "hazards": 1.0, "other_reports": 0.0}
    multiplier = np.full(inside.shape, np.nan)
    multiplier[inside] = risk(one)
    shares = np.full((len(FACTORS), *inside.shape), np.nan, dtype=np.float32)
    shares[:, inside] = parts
    return Combined(values, multiplier, Factors(FACTORS, shares, float(risk(reference))))


def shapley(
    value: Callable[[Values], Floats | float], cells: Mapping[str, Floats], reference: Values
) -> Floats:
    """Give each factor's exact Shapley share of value(cell) - value(reference).

    Parameters
    ----------
    value
        Function of all factors, elementwise.
    cells
        By factor, (n,) values.
    reference
        By factor, the value it has when it is not in a coalition.

    Returns
    -------
    ndarray
        (factors, n); columns sum to value(cells) - value(reference), and a factor at its reference
        has 0.

    References
    ----------
    Shapley (1953), "A value for n-person games": the sum over coalitions S without i of
    |S|! (n - |S| - 1)! / n! x (value(S and i) - value(S)).
    """
    names = list(cells)
    n = len(names)
    worth = {
        members: value(
            {
                name: cells[name] if is_in else reference[name]
                for name, is_in in zip(names, members, strict=True)
            }
        )
        for members in itertools.product((False, True), repeat=n)
    }
    parts = np.zeros((n, len(next(iter(cells.values())))))
    for members, before in worth.items():
        for row, is_in in enumerate(members):
            if not is_in:
                after = worth[(*members[:row], True, *members[row + 1 :])]
                # A difference, not two sums: what stands at its reference gets exactly 0.
                parts[row] += _coalition_weight(sum(members), n) * (after - before)
    return parts


def _model(
    cells: Mapping[str, Floats], reference: Mapping[str, float], params: CombineParams
) -> Callable[[Values], Floats | float]:
    people, gravity = reference["people"], reference["inherent_class"]

    def consequence(at: Values) -> Floats | float:
        near = at["people"] / people if people > 0 else 1.0
        return 0.5 * (1.0 + near) * (at["inherent_class"] / gravity)

    level = float(np.mean(consequence(cells)))

    def risk(at: Values) -> Floats | float:
        hours = at["patrol"]
        credit = params.patrol_max_credit * hours / (hours + params.patrol_half_credit_hours)
        credit = credit + params.station_max_credit * at["stations"]
        intensity = at["hazards"] + at["other_reports"]
        return intensity * consequence(at) / level * (1.0 - credit)

    return risk


def _coalition_weight(size: int, n: int) -> float:
    return math.factorial(size) * math.factorial(n - size - 1) / math.factorial(n)


def _check(factors: Mapping[str, Floats]) -> NDArray[np.bool_]:
    missing = [name for name in FACTORS if name not in factors]
    if missing:
        raise GridMismatchError(f"Factors {', '.join(missing)} are missing.", "Give all six.")
    inside = np.isfinite(factors[FACTORS[0]])
    for name in FACTORS:
        if factors[name].shape != inside.shape or (np.isfinite(factors[name]) != inside).any():
            raise GridMismatchError(f"Factor {name} is on other cells.", "Give one study area.")
    return inside
