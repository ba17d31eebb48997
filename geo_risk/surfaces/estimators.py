"""The surfaces as estimators: fit, predict, get_params, clone, as scikit-learn has them.

Takes `Events`, counts or factors in `fit` and gives values on the grid in `predict`: for notebooks,
and for whoever searches parameters by scikit-learn's tools. Nothing is estimated here: each class
hands its parameters to the functions of `kde`, `relative`, `hotspots` and `terrain`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Self

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from geo_risk.errors import InputError
from geo_risk.surfaces.bandwidth import choose_bandwidth
from geo_risk.surfaces.evaluate import mixed
from geo_risk.surfaces.hotspots import choose_band, fit_hotspots
from geo_risk.surfaces.kde import Density, KdeParams, fit_kde
from geo_risk.surfaces.members import candidate_kernels
from geo_risk.surfaces.relative import FLOOR, relative_risk
from geo_risk.surfaces.terrain import TerrainParams, fit_terrain
from geo_risk.surfaces.terrain import relative_risk as terrain_risk

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo_risk.events import Events
    from geo_risk.grid import Grid
    from geo_risk.surfaces.adaptive import Kernel

    Floats = NDArray[np.float64]
    Mask = NDArray[np.bool_]

_YEAR_DAYS = 365.0


class SpaceTimeKDE(BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """Space-time kernel density of events; see `kde.fit_kde`.

    Parameters
    ----------
    grid
        Where.
    inside
        (rows, cols) of bool, the park's cells; None = all.
    bandwidth_m, half_life_days
        None = by prospective likelihood (see `bandwidth`).
    kernel
        `gaussian`, `quartic` or `epanechnikov`.
    adaptive
        Whether each event has a bandwidth of its own.
    as_of_days
        Days since the epoch; None = just after the last event.
    history_days
        For how long before it events were recorded.
    horizon_days
        Length of a fold of the likelihood.

    Attributes
    ----------
    params_
        `KdeParams` used in fact.
    density_
        Mean and variance, per km² and 30 days.
    gain_
        Mean log of density over uniform at later events of the best candidate; NaN where nothing
        was chosen.
    """

    def __init__(
        self,
        grid: Grid,
        inside: Mask | None = None,
        *,
        bandwidth_m: float | None = None,
        half_life_days: float | None = None,
        kernel: Kernel = "gaussian",
        adaptive: bool = False,
        as_of_days: float | None = None,
        history_days: float = _YEAR_DAYS,
        horizon_days: float = 30.0,
    ) -> None:
        self.grid = grid
        self.inside = inside
        self.bandwidth_m = bandwidth_m
        self.half_life_days = half_life_days
        self.kernel = kernel
        self.adaptive = adaptive
        self.as_of_days = as_of_days
        self.history_days = history_days
        self.horizon_days = horizon_days

    def fit(self, X: Events, y: None = None) -> Self:  # noqa: ARG002, N803 - scikit-learn's names
        """Fit to events."""
        inside = _inside(self.grid, self.inside)
        at = self.as_of_days
        if at is None:
            at = float(np.nextafter(X.time_days.max(initial=0.0), np.inf))
        candidates = [
            KdeParams(one.bandwidth_m, one.half_life_days, self.kernel, self.adaptive)
            for one in candidate_kernels(
                self.grid, self.bandwidth_m or 0.0, self.half_life_days or 0.0
            )
        ]
        self.params_, self.gain_ = candidates[0], float("nan")
        if len(candidates) > 1:
            choice = choose_bandwidth(
                X,
                self.grid,
                inside,
                candidates,
                as_of_days=at,
                history_days=self.history_days,
                horizon_days=self.horizon_days,
            )
            self.params_, self.gain_ = choice.params, float(np.max(choice.gain))
        self.density_ = fit_kde(
            X, self.grid, inside, self.params_, as_of_days=at, history_days=self.history_days
        )
        return self

    def predict(self, X: Floats | None = None) -> Floats:  # noqa: N803 - scikit-learn's name
        """Give the intensity on the grid, or at points: (n, 2) easting and northing, metres."""
        check_is_fitted(self, "density_")
        return _at(self.density_.mean, self.grid, X)

    def score(self, X: Events, y: None = None) -> float:  # noqa: ARG002, N803 - scikit-learn's names
        """Give the mean log of density over uniform at other events, nats; NaN without any."""
        check_is_fitted(self, "density_")
        inside = _inside(self.grid, self.inside)
        share = np.zeros(self.grid.shape)
        share[inside] = mixed(np.maximum(self.density_.mean[inside], 0.0)) * inside.sum()
        row, col = self.grid.cell_of(X.easting, X.northing)
        here = row >= 0
        here[here] = inside[row[here], col[here]]
        if not here.any():
            return float("nan")
        logs = np.log(share[row[here], col[here]])
        return float(np.average(logs, weights=X.weight[here]))


class RelativeRisk(BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """Log ratio of two densities of one bandwidth; see `relative.relative_risk`.

    Parameters
    ----------
    grid, inside
        As for `SpaceTimeKDE`.
    bandwidth_m
        Metres, of both.
    kernel
        As for `SpaceTimeKDE`.
    floor
        Share of the mean density added above and below.

    Attributes
    ----------
    relative_
        Log ratio, its variance, and where it is supported.
    """

    def __init__(
        self,
        grid: Grid,
        inside: Mask | None = None,
        *,
        bandwidth_m: float = 200.0,
        kernel: Kernel = "gaussian",
        floor: float = FLOOR,
    ) -> None:
        self.grid = grid
        self.inside = inside
        self.bandwidth_m = bandwidth_m
        self.kernel = kernel
        self.floor = floor

    def fit(self, X: Events, y: Events) -> Self:  # noqa: N803 - scikit-learn's name
        """Compare the events of X with those of y, of whatever time."""
        self.relative_ = relative_risk(self._density(X), self._density(y), floor=self.floor)
        return self

    def predict(self, X: Floats | None = None) -> Floats:  # noqa: N803 - scikit-learn's name
        """Give the log relative risk on the grid, or at points: (n, 2) easting and northing."""
        check_is_fitted(self, "relative_")
        return _at(self.relative_.log_ratio, self.grid, X)

    def _density(self, events: Events) -> Density:
        first, last = events.time_days.min(initial=np.inf), events.time_days.max(initial=-np.inf)
        span = float(last - first) if len(events) else 0.0
        return fit_kde(
            events,
            self.grid,
            _inside(self.grid, self.inside),
            KdeParams(self.bandwidth_m, kernel=self.kernel),
            as_of_days=float(last) + 1.0 if len(events) else 0.0,
            history_days=span + 2.0,
        )


class HotSpots(BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """Gi* hot spots over periods; see `hotspots.fit_hotspots`.

    Parameters
    ----------
    cell_m
        Side of a cell, metres.
    inside
        (rows, cols) of bool, the park's cells; None = all.
    band_m
        Distance of a neighbour, metres; None = the narrowest with four events to be expected.
    rate
        Share of false ones that is put up with.

    Attributes
    ----------
    spots_
        z, adjusted p-values and classes.
    band_m_
        Band used in fact.
    """

    def __init__(
        self,
        cell_m: float,
        inside: Mask | None = None,
        *,
        band_m: float | None = None,
        rate: float = 0.05,
    ) -> None:
        self.cell_m = cell_m
        self.inside = inside
        self.band_m = band_m
        self.rate = rate

    def fit(self, X: Floats, y: None = None) -> Self:  # noqa: ARG002, N803 - scikit-learn's names
        """Fit to counts: (periods, rows, cols), oldest first, or (rows, cols) of one period."""
        counts = np.asarray(X, dtype=np.float64)
        counts = counts[None] if counts.ndim == 2 else counts
        inside = np.ones(counts.shape[1:], dtype=bool) if self.inside is None else self.inside
        self.band_m_ = self.band_m
        if self.band_m_ is None:
            total = float(counts[:, inside].sum()) / len(counts)
            self.band_m_ = choose_band(total, int(inside.sum()), self.cell_m)
        self.spots_ = fit_hotspots(counts, inside, self.cell_m, self.band_m_, rate=self.rate)
        return self

    def predict(self, X: None = None) -> NDArray[np.int8]:  # noqa: ARG002, N803 - scikit-learn's name
        """Give the classes of `HotSpot` on the grid, -1 outside."""
        check_is_fitted(self, "spots_")
        return self.spots_.classes


class RiskTerrain(BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """Which kinds of places raise risk; see `terrain.fit_terrain`.

    Parameters
    ----------
    cell_m
        Side of a cell, metres.
    inside
        (rows, cols) of bool, the park's cells.
    names, groups
        Of the factors, and the kind of place of each; None = numbered, each its own.
    l1_ratio
        Mix of lasso and ridge, above 0 to 1.
    most_cells
        Cells are merged until there are no more than so many.

    Attributes
    ----------
    terrain_
        Factors with relative risks and intervals, and the surface.
    """

    def __init__(
        self,
        cell_m: float,
        inside: Mask,
        *,
        names: Sequence[str] | None = None,
        groups: Sequence[str] | None = None,
        l1_ratio: float = 0.5,
        most_cells: int = 1500,
    ) -> None:
        self.cell_m = cell_m
        self.inside = inside
        self.names = names
        self.groups = groups
        self.l1_ratio = l1_ratio
        self.most_cells = most_cells

    def fit(self, X: Floats, y: Floats, exposure: Floats | None = None) -> Self:  # noqa: N803 - as above
        """Fit factors (cells, factors) to counts, (cells,) or (rows, cols), over an exposure."""
        names = self.names or [f"x{column}" for column in range(np.shape(X)[1])]
        counts = np.asarray(y, dtype=np.float64)
        if counts.ndim == 1:
            if len(counts) != self.inside.sum():
                raise InputError(
                    f"{len(counts)} counts for {self.inside.sum()} cells.", "Give one per cell."
                )
            whole = np.zeros(self.inside.shape)
            whole[self.inside] = counts
            counts = whole
        self.terrain_ = fit_terrain(
            counts,
            self.inside,
            np.asarray(X, dtype=np.float64),
            names,
            self.groups or names,
            self.cell_m,
            TerrainParams(self.l1_ratio, self.most_cells),
            exposure,
        )
        return self

    def predict(self, X: Floats | None = None) -> Floats:  # noqa: N803 - scikit-learn's name
        """Give the relative risk on the grid, or of other cells' factors against their mean."""
        check_is_fitted(self, "terrain_")
        if X is None:
            return self.terrain_.values
        return terrain_risk(np.asarray(X)[:, list(self.terrain_.columns)], self.terrain_.coef)


def _inside(grid: Grid, inside: Mask | None) -> Mask:
    return np.ones(grid.shape, dtype=bool) if inside is None else inside


def _at(values: Floats, grid: Grid, points: Floats | None) -> Floats:
    if points is None:
        return values
    at = np.asarray(points, dtype=np.float64)
    row, col = grid.cell_of(at[:, 0], at[:, 1])
    return np.where(row >= 0, values[np.maximum(row, 0), np.maximum(col, 0)], np.nan)
