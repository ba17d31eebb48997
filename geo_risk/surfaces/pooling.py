"""Pooling: weights of a mixture of densities, by the likelihood of what came later.

Takes each member's density at the cells where events came, gives weights that sum to 1. A prior
worth so many events keeps them where outcomes say little. Used for the members of a blend
(`forecast`) and for the parts of a stack (`stack`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_PRIOR_EVENTS = 20.0  # events that the even blend is worth before outcomes speak
_ROUNDS = 60


def fit_weights(
    densities: Floats,
    count: Floats,
    prior: Floats,
    start: Floats,
    prior_events: float = _PRIOR_EVENTS,
) -> Floats:
    """Maximise the likelihood of a mixture's weights over past outcomes.

    Parameters
    ----------
    densities
        (members, n) each member's density at n cells where events came.
    count
        (n,) events there.
    prior
        (members,) weights before any outcome.
    start
        (members,) where to begin; all above 0.
    prior_events
        m, events that the prior is worth.

    Returns
    -------
    ndarray
        (members,) at least 0, sums to 1. EM: w_k <- sum_i n_i w_k p_k(i) / p(i) + m prior_k,
        normalised.

    References
    ----------
    Genest and Zidek (1986), Statistical Science 1, 114-135: the linear opinion pool; Dempster,
    Laird and Rubin (1977): EM for the weights of a mixture.
    """
    weights = np.maximum(start, 1e-6)
    weights = weights / weights.sum()
    for _ in range(_ROUNDS):
        # einsum, not @: products this small are slower with BLAS's threads on a busy machine.
        mixture = np.einsum("k,kn->n", weights, densities)
        per_density = count / np.maximum(mixture, 1e-300)
        share = weights * np.einsum("kn,n->k", densities, per_density)
        new = (share + prior_events * prior) / (share.sum() + prior_events)
        done = float(np.abs(new - weights).max()) < 1e-4
        weights = new
        if done:
            break
    return np.asarray(weights)
