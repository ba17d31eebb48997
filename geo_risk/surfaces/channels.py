"""Channels: how much of what the public reports comes from premises, and how far channels reach.

Takes reports with their channel, and how risk lies over premises and ground, gives the rates of
both sources, what of each report belongs to which of them, and the reach of the channels in each
zone. A report that names its premises belongs there; another may come from premises nearby or from
the ground between, in proportion to what each would bring (EM: Dempster, Laird and Rubin 1977).
What lies under the rates is fitted in `detection`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import minimize_scalar

from geo_risk.surfaces.shrinkage import ALIKE, measure_worth

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo_risk.surfaces.told import Told

    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Rates:
    """How much is told per day of each source, and where the unnamed reports belong.

    Parameters
    ----------
    ground
        Reports per km² and day where the field is 1 and channels reach as in the mean.
    named, unnamed
        Reports per day of a premises of risk 1, by whether they name it.
    at_premises
        (n,) reports that belong to each premises, named ones among them.
    at_block
        (j,) reports that belong to the ground of each block.
    """

    ground: float
    named: float
    unnamed: float
    at_premises: Floats
    at_block: Floats


def split_reports(
    told: Told, premises: Floats, days: Floats, ground: Floats, exposed: float, at_report: Floats
) -> Rates:
    """Find the rates of ground and premises, and what belongs to which.

    An unnamed report at x has intensity reach(x) x (a G(x) + b sum_i P_i N(x - s_i; error)). Of the
    models a only, b only and both, each with its best error of location, the mean of the rates by
    their BIC weights is taken: where one source explains all, the other gets next to nothing.

    Parameters
    ----------
    told
        Reports.
    premises
        (n,) risk of each premises, whatever its reach.
    days
        (n,) days at the mean reach that each premises' reports rest on, 0 where it has no point.
    ground
        (j,) G integrated: km² days of each block, field and reach included.
    exposed
        Days at the mean reach x risk of all premises, those without a point too.
    at_report
        (u,) G at each unnamed report, reach left out.

    Returns
    -------
    Rates

    References
    ----------
    Kass and Raftery (1995), JASA 90, 773-795, section 4: weights from BIC. Zhuang, Ogata and
    Vere-Jones (2002), JASA 97, 369-380, equation (8): to which source an event belongs.
    """
    named = float(told.named.sum()) / exposed if exposed > 0 else 0.0
    total, many = float(ground.sum()), len(told.block)
    at_block = np.zeros(len(ground))
    if not many:
        return Rates(0.0, named, 0.0, told.named.copy(), at_block)
    there = float((premises * days).sum())
    share = _shares(told, premises * (days > 0), there, at_report / total)
    weights = np.array([one[0] for one in share])
    weights = np.exp(weights - weights.max())
    weights /= weights.sum()
    rate_ground = many * sum(w * one[1] for w, one in zip(weights, share, strict=True)) / total
    rate_premises, owned = 0.0, np.zeros(many)
    at_premises = told.named.copy()
    for weight, (_, of_ground, error) in zip(weights, share, strict=True):
        own = np.zeros(many)
        if of_ground < 1.0:
            rate_premises += weight * many * (1.0 - of_ground) / there
            near = told.near[error]
            pull = (near @ premises) * ((1.0 - of_ground) / there)
            whole = pull + of_ground * at_report / total
            at_premises += weight * premises * (near.T @ ((1.0 - of_ground) / there / whole))
            own = pull / whole
        owned += weight * own
    np.add.at(at_block, told.block, 1.0 - owned)
    return Rates(float(rate_ground), named, float(rate_premises), at_premises, at_block)


def measure_reach_of_channels(by_zone: Floats, expected: Floats) -> Floats:
    """Give how far all channels together reach in each zone, against the park.

    N_cz ~ Poisson(k_c g_cz M_z), g_cz ~ Gamma(t_c, t_c): a channel whose share of reports differs
    between zones more than chance is believed to reach some of them better; t_c by `measure_worth`.

    Parameters
    ----------
    by_zone
        (channels, z) reports N.
    expected
        (z,) M, reports expected of each zone at even reach.

    Returns
    -------
    ndarray
        (z,) sum_c k_c g_cz with sum_c k_c = 1; 1 everywhere for one channel or one zone, where
        reach cannot be told from risk.
    """
    channels, zones = by_zone.shape
    flat = np.ones(zones)
    if channels < 2 or np.count_nonzero(expected) < 2 or not by_zone.sum():
        return flat
    reach = np.zeros(zones)
    share = by_zone.sum(1) / by_zone.sum()
    expected = expected * by_zone.sum() / expected.sum()
    for counts, own in zip(by_zone, share, strict=True):
        mean = own * expected
        worth = measure_worth(counts, mean)
        level = flat if worth >= ALIKE else (worth + counts) / (worth + mean)
        reach += own * level
    return reach


def _shares(
    told: Told, premises: Floats, there: float, ground: Floats
) -> list[tuple[float, float, float]]:
    """Give (log evidence, share of the ground, error of location) of each model that can be."""
    bic = 0.5 * np.log(len(ground))
    found = [(float(np.log(ground).sum()) - bic, 1.0, 0.0)]
    if there <= 0:
        return found
    best: tuple[float, float, float] | None = None
    for error, near in told.near.items():
        pull = (near @ premises) / there

        def loss(share: float, pull: Floats = pull) -> float:
            return -float(np.log(share * ground + (1.0 - share) * pull).sum())

        fit = minimize_scalar(loss, bounds=(1e-6, 1.0), method="bounded", options={"xatol": 1e-5})
        if best is None or -fit.fun > best[0]:
            best = (-float(fit.fun), float(fit.x), error)
        if (pull > 0).all():
            found.append((float(np.log(pull).sum()) - bic, 0.0, error))
    if best is not None:
        found.append((best[0] - 2.0 * bic, best[1], best[2]))
    return found
