"""Which forecast, at this cut: learnt from what came after earlier cuts, and from nothing later.

Takes a `Bench` (events in cells) and past windows, gives a `Lesson`: the kernel with the best
prospective likelihood, the weights of a blend of densities, and whether either beat the baselines.
The blend's weights maximise its likelihood over past outcomes (linear opinion pool by EM); where
nothing beats the best baseline, that baseline is served, and named. Densities themselves are made
in `bench`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo_risk.surfaces.bench import Bench, Window
from geo_risk.surfaces.evaluate import Scores, mean_scores, measure_scores, mixed
from geo_risk.surfaces.members import BASELINES, KDE_200M, Members

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

KDE, BLEND, FORECAST = "kde", "blend", "forecast"
"""Names of our models: one kernel, a weighted blend, and whichever of all was better before."""

DEFAULT_BASELINE = KDE_200M
"""Served where no outcome has been seen yet: nothing has beaten it."""

_PRIOR_EVENTS = 20.0  # events that the even blend is worth before outcomes speak
_ROUNDS = 60


@dataclass(frozen=True)
class Lesson:
    """What earlier windows teach.

    Parameters
    ----------
    weights
        (members,) of the blend, sums to 1.
    kde
        Row of the kernel with the highest prospective likelihood.
    scores
        Model to its scores, one per window, each made from the windows before it only.
    served
        The model to serve now.
    """

    weights: Floats
    kde: int
    scores: dict[str, list[Scores]]
    served: str

    def mix(self, model: str, members: Members) -> Floats:
        """Give the (members,) weights that a model puts on members."""
        if model == FORECAST:
            model = self.served
        if model == BLEND:
            return self.weights
        row = self.kde if model == KDE else members.names.index(model)
        one = np.zeros(len(members.names))
        one[row] = 1.0
        return one

    def means(self) -> dict[str, Scores]:
        """Give each model's mean over windows; empty without windows."""
        return {name: mean_scores(some) for name, some in self.scores.items() if some}


def learn(bench: Bench, windows: Sequence[Window], known_days: float) -> Lesson:
    """Learn from past windows, oldest first.

    Parameters
    ----------
    bench
        Events in cells.
    windows
        Rising, each over by `known_days`.
    known_days
        Only what was known by then is an outcome.

    Returns
    -------
    Lesson
        For each window, its scores rest on densities from before it and weights from windows before
        it.

    References
    ----------
    Diggle (1985): choosing a bandwidth by what it predicts; here by the likelihood of later events,
    which tied coordinates cannot drive to zero width, instead of cross-validation. Genest and Zidek
    (1986), Statistical Science 1, 114-135: the linear opinion pool; Dempster, Laird and Rubin
    (1977): EM for the weights of a mixture.
    """
    bench.start_over()
    members = bench.members
    prior = members.even_weights()
    weights, kde = prior, members.default_kernel
    names = (*BASELINES, KDE, BLEND)
    scores: dict[str, list[Scores]] = {name: [] for name in names}
    seen: list[tuple[Floats, Floats]] = []
    likelihood = np.zeros(len(members.names))
    for window in sorted(windows, key=lambda one: one.start_days):
        snapshot = bench.at(window.start_days)
        densities = snapshot.densities()
        outcome = bench.outcome(window, known_days)
        lesson = Lesson(weights, kde, {}, BLEND)
        expected = snapshot.expected(window.days)
        for name in names:
            density = lesson.mix(name, members) @ densities
            scores[name].append(measure_scores(density, outcome, expected))
        hit = outcome > 0
        if not hit.any():
            continue
        seen.append((densities[:, hit], outcome[hit]))
        for row, density in enumerate(densities):
            likelihood[row] += outcome[hit] @ np.log(mixed(density)[hit])
        kernels = list(members.kernel_rows)
        kde = kernels[int(np.argmax(likelihood[kernels]))]
        weights = fit_weights(
            np.hstack([part for part, _ in seen]),
            np.concatenate([count for _, count in seen]),
            prior,
            start=weights,
        )
    return Lesson(weights, kde, scores, _choose(scores))


def fit_weights(densities: Floats, count: Floats, prior: Floats, start: Floats) -> Floats:
    """Maximise the likelihood of a mixture's weights over past outcomes.

    Parameters
    ----------
    densities
        (members, n) each member's density at n cells where events came.
    count
        (n,) events there.
    prior
        (members,) weights before any outcome, worth 20 events.
    start
        (members,) where to begin; all above 0.

    Returns
    -------
    ndarray
        (members,) at least 0, sums to 1. EM: w_k <- sum_i n_i w_k p_k(i) / p(i) + 20 prior_k,
        normalised.
    """
    weights = np.maximum(start, 1e-6)
    weights = weights / weights.sum()
    for _ in range(_ROUNDS):
        # einsum, not @: products this small are slower with BLAS's threads on a busy machine.
        mixture = np.einsum("k,kn->n", weights, densities)
        per_density = count / np.maximum(mixture, 1e-300)
        share = weights * np.einsum("kn,n->k", densities, per_density)
        new = (share + _PRIOR_EVENTS * prior) / (share.sum() + _PRIOR_EVENTS)
        done = float(np.abs(new - weights).max()) < 1e-4
        weights = new
        if done:
            break
    return np.asarray(weights)


def _choose(scores: dict[str, list[Scores]]) -> str:
    """Give the model with the best mean gain; ours only where it beats every baseline."""
    gains = {
        name: mean_scores(some).ig_nats
        for name, some in scores.items()
        if any(np.isfinite(one.ig_nats) for one in some)
    }
    if not gains:
        return DEFAULT_BASELINE
    baseline = max(BASELINES, key=lambda name: gains[name])
    ours = max((KDE, BLEND), key=lambda name: gains[name])
    return ours if gains[ours] > gains[baseline] else baseline
