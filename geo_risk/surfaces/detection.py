"""Detection: what visits find is who looks times what is there; freed here of who looks.

Takes `Looks`, gives the risk of each premises and of each place as if everybody had been looked at
alike. Expected findings of a visit = detection of the looker (`lookers`) x items checked x risk of
the premises (what it is, and what was seen there) x risk of the place; reports of the public enter
with what their channels reach (`channels`), at the same risk. Fitted jointly by block-wise ascent,
every strength of shrinkage estimated (`shrinkage`). Whatever chose a premises for a visit, the
visit says what was found *given that they looked*; all else a choice rests on is in the data (Rubin
1976). No looker's level leaves this module. A surface is made of it in `corrected`.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from geo_risk.crs import check_same_crs
from geo_risk.surfaces.channels import Rates, measure_reach_of_channels, split_reports
from geo_risk.surfaces.detected import Detection, spread_of
from geo_risk.surfaces.lookers import Lookers, fit_lookers
from geo_risk.surfaces.place_field import PlaceField, lay_knots
from geo_risk.surfaces.shrinkage import ALIKE, Ridge, fit_ridge, measure_worth
from geo_risk.surfaces.told import Ground, Told, lay_ground, make_told

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo_risk.grid import Grid
    from geo_risk.looks import Looks

    Floats = NDArray[np.float64]

_ROUNDS = 40
_SETTLED = 5e-3  # of the log of any premises' risk between rounds
_SHARED_FIRST = 8  # rounds in which all that is seen in a place is taken as shared
_DAYS = 30.0


def fit_detection(looks: Looks, grid: Grid, inside: NDArray[np.bool_]) -> Detection:
    """Fit who looked and what is there, jointly.

    y_v ~ Poisson(d_lm s_v rho_i w_i) for visit v of looker l in month m at premises i, s the share
    of items checked; d_lm = d x (level of l ~ Gamma) x (drift of l in m ~ Gamma) x e^g_l(s_i), g_l
    a coarse field of l, normal, where there are two lookers or more. Reports of premises ~
    Poisson(b K_z T_i rho_i w_i), of the ground ~ Poisson(a K_z e^f per km² and day); log rho_i =
    features + f(s_i), f a smooth field, coefficients normal; w_i ~ Gamma. K_z is the channels'
    reach in zone z, T_i the days the premises was there.

    Parameters
    ----------
    looks
        Premises, visits and reports of one kind.
    grid, inside
        The park's cells; (rows, cols) of bool.

    Returns
    -------
    Detection
        Levels of lookers are not in it. The labels of lookers and the order of rows change nothing.

    Raises
    ------
    CRSMismatchError
        When looks and grid are in two systems.

    References
    ----------
    Clayton and Kaldor (1987), Biometrics 43, 671-681: gamma and normal risks of places. Breslow and
    Clayton (1993), JASA 88, 9-25, section 2: the approximation that a block-wise fit of such models
    rests on. Rubin (1976), Biometrika 63, 581-592: when how rows were chosen may be left out.
    """
    check_same_crs(looks.crs, grid.crs, "Detection")
    sites, visits = looks.premises, looks.visits
    field = lay_knots(grid, inside)
    ground = lay_ground(grid, inside, looks.zones)
    told = make_told(looks, grid, ground)
    design, groups, names = _design(looks, field)
    at_block = field.columns(ground.easting, ground.northing)
    at_report = field.columns(told.easting, told.northing)
    lies = slice(design.shape[1] - at_block.shape[1], design.shape[1])
    coarse = _coarse(design[:, lies], field)
    none: tuple[Floats, list[slice]] = (design[:, :0], [])
    eta, own = np.zeros(len(sites.ids)), np.ones(len(sites.ids))
    reach = np.ones(ground.area_km2.shape[1])
    ridge: Ridge | None = None
    place = np.zeros(at_block.shape[1])
    lookers: Lookers | None = None
    worth, rounds = ALIKE, 0
    while True:
        rounds += 1
        risk = np.exp(eta) * own
        rates = _split(told, ground, looks, risk, reach, at_block @ place, at_report @ place)
        reach = _reach(told, ground, looks, risk, rates, at_block @ place)
        lookers = fit_lookers(visits, risk, *(coarse if rounds > _SHARED_FIRST else none), lookers)
        exposure = lookers.exposure + _told_days(told, looks, reach, rates)
        counts = np.bincount(visits.premises, visits.found, minlength=len(risk)) + rates.at_premises
        worth = measure_worth(counts, exposure * np.exp(eta))
        blocks = rates.ground * looks.history_days * (ground.area_km2 @ reach)
        ridge = _regress(
            design, counts, exposure, worth, at_block, rates.at_block, blocks, groups, ridge
        )
        before, eta = eta + np.log(own), design @ ridge.coefficients
        own = (worth + counts) / (worth + exposure * np.exp(eta)) if worth < ALIKE else own * 0 + 1
        place = ridge.coefficients[lies]
        moved = float(np.abs(eta + np.log(own) - before).max(initial=0.0))
        if rounds > _SHARED_FIRST + 3 and (moved < _SETTLED or rounds >= _ROUNDS):
            break
    risk = np.exp(eta) * own
    shape = worth + counts
    shared = np.expm1(spread_of(design, ridge.covariance))
    alone = np.where(worth < ALIKE, 1.0 / shape, 0.0)
    mean = _mean_risk(risk, sites.days)
    public = float(told.named.sum()) + len(told.block) > 0
    return Detection(
        sites.ids,
        sites.easting,
        sites.northing,
        risk / mean,
        (risk / mean) ** 2 * (shared + alone + shared * alone),
        (risk / mean) ** 2 * alone,
        lookers.average * mean if len(visits) else np.nan,
        (rates.named + rates.unnamed) * _DAYS * mean if public else np.nan,
        rates.ground * _DAYS if public else np.nan,
        sites.days,
        looks.history_days,
        exposure * mean,
        reach[np.where(looks.zones >= 0, looks.zones, len(reach) - 1)],
        {
            "premises_worth": worth,
            "rounds": float(rounds),
            **{f"variance_{name}": v for name, v in zip(names, ridge.variances, strict=True)},
            "variance_seen_by_one": sum(lookers.variances),
        },
        field,
        place,
        ridge.covariance[lies, lies],
    )


def _design(looks: Looks, field: PlaceField) -> tuple[Floats, list[slice], list[str]]:
    """Give the columns of what premises are and where they lie, their groups and names."""
    sites = looks.premises
    columns = field.columns(sites.easting, sites.northing)
    parts = [*sites.features.values(), columns]
    sizes = [one.shape[1] for one in sites.features.values()] + list(field.sizes)
    names = [*sites.features, *(f"place_{one:.0f}m" for one in field.spacing_m)]
    ends = np.cumsum([0, *sizes])
    groups = [slice(int(a), int(b)) for a, b in pairwise(ends)]
    return np.concatenate(parts, axis=1), groups, names


def _coarse(columns: Floats, field: PlaceField) -> tuple[Floats, list[slice]]:
    """Give the columns of the coarser spacings, of which lookers' own fields are made."""
    first, both = field.sizes[0], sum(field.sizes[:2])
    return columns[:, :both], [slice(0, first), slice(first, both)][: len(field.sizes)]


def _split(
    told: Told,
    ground: Ground,
    looks: Looks,
    risk: Floats,
    reach: Floats,
    at_block: Floats,
    at_report: Floats,
) -> Rates:
    days = looks.premises.days * reach[told.zone]
    return split_reports(
        told,
        risk,
        days * looks.premises.located,
        looks.history_days * (ground.area_km2 @ reach) * np.exp(at_block),
        float(days @ risk),
        np.exp(at_report),
    )


def _reach(
    told: Told, ground: Ground, looks: Looks, risk: Floats, rates: Rates, at_block: Floats
) -> Floats:
    days = looks.premises.days * risk
    at_premises = days * (rates.named + rates.unnamed * looks.premises.located)
    zones = ground.area_km2.shape[1]
    expected = np.bincount(told.zone, at_premises, minlength=zones).astype(np.float64)
    expected += rates.ground * looks.history_days * (np.exp(at_block) @ ground.area_km2)
    return measure_reach_of_channels(told.by_zone, expected)


def _told_days(told: Told, looks: Looks, reach: Floats, rates: Rates) -> Floats:
    """Give the public reports expected of each premises at risk 1."""
    sites = looks.premises
    return np.asarray(sites.days * reach[told.zone] * (rates.named + rates.unnamed * sites.located))


def _regress(
    design: Floats,
    counts: Floats,
    exposure: Floats,
    worth: float,
    at_block: Floats,
    block_counts: Floats,
    block_exposure: Floats,
    groups: list[slice],
    start: Ridge | None,
) -> Ridge:
    """Fit premises (negative binomial) and ground (Poisson) with one set of coefficients."""
    told = exposure > 0
    rows = [design[told]]
    ys, es = [counts[told]], [exposure[told]]
    if block_exposure.sum() > 0:
        blank = np.zeros((len(at_block), design.shape[1] - at_block.shape[1]))
        rows.append(np.concatenate([blank, at_block], axis=1))
        ys.append(block_counts)
        es.append(block_exposure)
    ks = np.full(sum(map(len, ys)), ALIKE)
    ks[: len(ys[0])] = worth
    return fit_ridge(
        np.concatenate(rows), np.concatenate(ys), np.concatenate(es), ks, groups, start
    )


def _mean_risk(risk: Floats, days: Floats) -> float:
    """Give the mean over premises, each as long as it was there; 1 without any."""
    total = float(days.sum())
    return float(risk @ days) / total if total > 0 else 1.0
