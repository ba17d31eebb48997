"""Risk terrain: which kinds of places raise risk, and by how much.

Takes counts per cell and a table of factors (near which places, how dense), gives the few factors
that tell, the relative risk of each with an interval, and a surface of relative risk against the
park's mean. The recipe is RTMDx's: a penalised Poisson regression judged on blocks of the park that
it was not fitted on, then factors added and dropped by BIC, Poisson or negative binomial. Factors
are measured in `features.terrain_factors`, which knows the deny-list.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo_risk.errors import InputError
from geo_risk.surfaces.count_models import CountModel, Family, covariance, fit_counts, step_by_bic
from geo_risk.surfaces.elastic_net import deviance, fit_path, largest_penalty

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Mask = NDArray[np.bool_]
    Integers = NDArray[np.int64]

FAMILIES: tuple[Family, ...] = ("poisson", "negative_binomial")
LEAST_EVENTS = 30.0
"""With fewer there is nothing to learn kinds of places from."""

_FOLDS = 5
_PENALTIES = 12
_SMALLEST_SHARE = 0.03  # of the largest penalty
_Z90 = 1.6448536269514722  # standard normal, 95 %
_BLOCKS_ACROSS = 10


@dataclass(frozen=True)
class TerrainParams:
    """How a risk terrain is fitted.

    Parameters
    ----------
    l1_ratio
        Mix of lasso and ridge, above 0 to 1.
    most_cells
        Cells are merged, 2 x 2, 3 x 3 ..., until there are no more than so many.
    block_m
        Side of the blocks of cross-validation, metres; 0 = a tenth of the park's extent.
    """

    l1_ratio: float = 0.5
    most_cells: int = 1500
    block_m: float = 0.0


@dataclass(frozen=True)
class RiskFactor:
    """What one factor does.

    Parameters
    ----------
    name
        Of the factor.
    relative_risk
        Risk where the factor is 1 over risk where it is 0, all else equal.
    low, high
        90 % interval. It is made after the factor was chosen by the same data, so the truth lies
        outside more often than one time in ten, mostly nearer to 1.
    """

    name: str
    relative_risk: float
    low: float
    high: float


@dataclass(frozen=True)
class Terrain:
    """A risk terrain.

    Parameters
    ----------
    factors
        Those that tell, strongest first; none where nothing does.
    columns
        Where they stand in the table of factors.
    coef
        (factors,) logarithms of the relative risks.
    values
        (rows, cols) relative risk, park's mean = 1, NaN outside.
    family, dispersion
        Of the model; variance = mu + dispersion mu².
    explained
        Share of the deviance explained on blocks not fitted on, by the penalised fit; 0 where it
        explains nothing.
    penalty
        That of the penalised fit.
    survivors
        Names of the factors it left.
    """

    factors: tuple[RiskFactor, ...]
    columns: tuple[int, ...]
    coef: Floats
    values: Floats
    family: Family
    dispersion: float
    explained: float
    penalty: float
    survivors: tuple[str, ...]


@dataclass(frozen=True)
class _Merged:
    """Cells merged to fewer: (n, factors), (n,) counts, (n,) exposure, (n,) block, (n,) fold."""

    x: Floats
    count: Floats
    exposure: Floats
    block: Integers
    fold: Integers


def fit_terrain(
    counts: Floats,
    inside: Mask,
    factors: Floats,
    names: Sequence[str],
    groups: Sequence[str],
    cell_m: float,
    params: TerrainParams | None = None,
    exposure: Floats | None = None,
) -> Terrain:
    """Find the factors that tell where events come.

    Parameters
    ----------
    counts
        (rows, cols) events per cell, at least 0.
    inside
        (rows, cols) the park's cells.
    factors
        (cells, factors) one row per cell of the park, as `inside` picks them; 0 to 1, say, so that
        a relative risk is that of all against nothing.
    names
        One per factor.
    groups
        One per factor: the kind of place it measures. One factor of a group is in the model.
    cell_m
        Side of a cell, metres.
    params
        How.
    exposure
        (rows, cols) above 0 in the park: how much of what there is gets on record in a cell, any
        scale, as of `looked.measure_looked`. Relative risks are then those had it been the same
        everywhere. 1 when left out.

    Returns
    -------
    Terrain
        Flat 1 without factors where there are fewer than 30 events, no factor varies, or none
        helps on blocks not fitted on.

    Raises
    ------
    InputError
        When shapes do not match, a name comes twice, or a value is negative or not finite.

    References
    ----------
    Caplan and Kennedy (2010), Risk Terrain Modeling Manual; Caplan, Kennedy and Piza (2013), Risk
    Terrain Modeling Diagnostics User Manual, pages 6-9: elastic net with cross-validation, then
    stepwise BIC, Poisson and negative binomial compared. One standard error rule: Hastie,
    Tibshirani and Friedman (2009), The Elements of Statistical Learning, section 7.10. Blocks:
    Roberts et al. (2017), Ecography 40, 913-929.
    """
    params = params or TerrainParams()
    exposure = np.where(inside, 1.0, np.nan) if exposure is None else exposure
    _check(counts, inside, factors, names, groups, exposure)
    flat = Terrain((), (), np.zeros(0), np.where(inside, 1.0, np.nan), "poisson", 0.0, 0.0, 0.0, ())
    if counts[inside].sum() < LEAST_EVENTS:
        return flat
    merged = _merge(counts, exposure, inside, factors, cell_m, params)
    spread = merged.x.std(axis=0)
    varied = np.flatnonzero(spread > 1e-9)
    if not varied.size or len(np.unique(merged.fold)) < 2:
        return flat
    scaled = (merged.x[:, varied] - merged.x[:, varied].mean(axis=0)) / spread[varied]
    penalty, explained, coef = _penalised(scaled, merged, params.l1_ratio)
    survivors = varied[np.flatnonzero(coef)].tolist()
    model = _by_bic(merged, survivors, groups)
    return _terrain(model, merged, inside, factors, names, explained, penalty, survivors)


def relative_risk(factors: Floats, coef: Floats) -> Floats:
    """Give the relative risk of each cell, with a mean of 1 over the cells given.

    Parameters
    ----------
    factors
        (cells, chosen).
    coef
        (chosen,) logarithms of relative risks.

    Returns
    -------
    ndarray
        (cells,) exp(x b) / mean exp(x b).
    """
    log_risk = factors @ coef
    risk = np.exp(log_risk - log_risk.max(initial=-math.inf)) if len(log_risk) else log_risk
    return np.asarray(risk / risk.mean()) if len(risk) else risk


def _check(
    counts: Floats,
    inside: Mask,
    factors: Floats,
    names: Sequence[str],
    groups: Sequence[str],
    exposure: Floats,
) -> None:
    cells = int(inside.sum())
    if counts.shape != inside.shape or factors.shape != (cells, len(names)):
        raise InputError(
            f"Counts are {counts.shape}, the park {inside.shape} with {cells} cells, factors "
            f"{factors.shape} with {len(names)} names.",
            "Give one grid, and (cells, factors).",
        )
    if len(groups) != len(names) or len(set(names)) != len(names):
        raise InputError("A factor has no group, or a name comes twice.", "Name each factor once.")
    bad = np.flatnonzero(~np.isfinite(factors).all(axis=0))
    if bad.size:
        raise InputError(
            f"Factor {names[bad[0]]!r} has a value that is not finite.", "Leave it out."
        )
    if not np.isfinite(counts[inside]).all() or (counts[inside] < 0).any():
        raise InputError("A count is negative or not finite.", "Give numbers of events.")
    if exposure.shape != inside.shape or not (exposure[inside] > 0).all():
        raise InputError("An exposure is not above 0.", "Give one above 0 for each cell.")
    if not np.isfinite(exposure[inside]).all():
        raise InputError("An exposure is not finite.", "Give one above 0 for each cell.")


def _merge(
    counts: Floats,
    exposure: Floats,
    inside: Mask,
    factors: Floats,
    cell_m: float,
    params: TerrainParams,
) -> _Merged:
    """Merge cells to squares: counts and exposure added, factors averaged by exposure.

    A sum of Poissons is a Poisson.
    """
    row, col = np.nonzero(inside)
    cells = len(row)
    step = max(1, math.ceil(math.sqrt(cells / params.most_cells)))
    across = inside.shape[1] // step + 1
    key = (row // step) * across + col // step
    numbers, at = np.unique(key, return_inverse=True)
    seen = exposure[inside] / exposure[inside].mean()
    held = np.bincount(at).astype(np.float64)
    looked = np.bincount(at, seen).astype(np.float64)
    order = np.argsort(at, kind="stable")
    starts = np.concatenate([[0], np.cumsum(held)[:-1]]).astype(np.int64)
    x = np.add.reduceat((factors * seen[:, None])[order], starts, axis=0) / looked[:, None]
    count = np.bincount(at, counts[inside], minlength=len(numbers)).astype(np.float64)
    side = params.block_m / cell_m
    if params.block_m <= 0:
        side = max(np.ptp(row), np.ptp(col)) / _BLOCKS_ACROSS
    side = max(side, float(step), 1.0)
    down, right = (numbers // across * step) // side, (numbers % across * step) // side
    block = (down * (inside.size + 1) + right).astype(np.int64)
    # A knight's move: the same fold never touches itself, whatever the park's shape.
    fold = (down.astype(np.int64) + 2 * right.astype(np.int64)) % _FOLDS
    return _Merged(x, count, looked, block, fold)


def _penalised(x: Floats, merged: _Merged, l1_ratio: float) -> tuple[float, float, Floats]:
    """Give the penalty by cross-validation, the deviance it explains, and its coefficients."""
    largest = largest_penalty(x, merged.count, merged.exposure, l1_ratio=l1_ratio)
    if largest <= 0:
        return 0.0, 0.0, np.zeros(x.shape[1])
    penalties = largest * np.geomspace(1.0, _SMALLEST_SHARE, _PENALTIES)
    loss, weight = [], []
    for fold in np.unique(merged.fold):
        out = merged.fold == fold
        if not merged.count[~out].sum() > 0:
            continue
        fits = fit_path(
            x[~out], merged.count[~out], merged.exposure[~out], penalties, l1_ratio=l1_ratio
        )
        loss.append(
            [deviance(merged.count[out], merged.exposure[out] * f.rate(x[out])) for f in fits]
        )
        weight.append(float(out.sum()))
    if len(loss) < 2:
        return float(largest), 0.0, np.zeros(x.shape[1])
    per_row = np.array(loss) / np.array(weight)[:, None]
    mean = np.average(per_row, axis=0, weights=weight)
    best = int(np.argmin(mean))
    # What counts is the gain over no factors at all: folds differ in level far more than in that.
    gain = per_row[:, :1] - per_row
    error = gain.std(axis=0, ddof=1) / math.sqrt(len(loss))
    enough = (mean[0] - mean) >= (mean[0] - mean[best]) - error[best]
    chosen = int(np.argmax(enough))
    whole = x, merged.count, merged.exposure
    fit = fit_path(*whole, penalties[: chosen + 1], l1_ratio=l1_ratio)[-1]
    explained = max(0.0, float((mean[0] - mean[chosen]) / mean[0])) if mean[0] > 0 else 0.0
    return float(penalties[chosen]), explained, fit.coef


def _by_bic(merged: _Merged, survivors: list[int], groups: Sequence[str]) -> CountModel:
    """Step in the family whose fit of all survivors has the lower BIC."""
    told = merged.x, merged.count, merged.exposure
    family = min(FAMILIES, key=lambda one: fit_counts(*told, survivors, one).bic)
    return step_by_bic(*told, survivors, groups, family)


def _terrain(
    model: CountModel,
    merged: _Merged,
    inside: Mask,
    factors: Floats,
    names: Sequence[str],
    explained: float,
    penalty: float,
    survivors: list[int],
) -> Terrain:
    spread = np.sqrt(covariance(model, merged.x, merged.count, merged.block).diagonal())[1:]
    slopes = model.coef[1:]
    order = np.argsort(-np.abs(slopes), kind="stable")
    columns = tuple(model.columns[k] for k in order)
    found = tuple(
        RiskFactor(
            names[model.columns[k]],
            *(float(np.exp(np.clip(slopes[k] + z * spread[k], -30, 30))) for z in (0, -_Z90, _Z90)),
        )
        for k in order
    )
    values = np.full(inside.shape, np.nan)
    values[inside] = relative_risk(factors[:, list(columns)], slopes[order])
    return Terrain(
        found,
        columns,
        slopes[order],
        values,
        model.family,
        model.dispersion,
        explained,
        penalty,
        tuple(names[j] for j in survivors),
    )
