"""Which forecast, at this cut: learnt from what came after earlier cuts, and from nothing later.

Takes a `Bench` (events in cells) and past windows, gives a `Lesson`: the kernel with the best
prospective likelihood, the weights of a blend of densities, and whether either beat the baselines.
The blend's weights maximise its likelihood over past outcomes (linear opinion pool by EM); where
nothing beats the best baseline, that baseline is served, and named. Densities themselves are made
in `bench`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from geo_risk.surfaces.bench import Bench, Snapshot, Window
from geo_risk.surfaces.calibration import Chance, Outcomes, fit_chance, group_outcomes
from geo_risk.surfaces.evaluate import Scores, mean_scores, measure_scores, mixed
from geo_risk.surfaces.members import BASELINES, KDE_200M, Members
from geo_risk.surfaces.pooling import fit_weights
from geo_risk.surfaces.predictors import measure_predictors
from geo_risk.surfaces.stack import Seen, Stack, remember, update_stack

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

KDE, BLEND, STACK, FORECAST = "kde", "blend", "stack", "forecast"
"""Names of our models: one kernel, a weighted blend, that with learners, and what is served."""

OURS = (KDE, BLEND, STACK)

DEFAULT_BASELINE = KDE_200M
"""Served where no outcome has been seen yet: nothing has beaten it."""


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
    stack
        The blend with learners, as learnt from all windows.
    chance
        From what is expected of a cell to the probability of at least one event, by how the
        expectations of the model that is served turned out.
    turned_out
        Model to what it expected of cells and what came, one per window, oldest first.
    """

    weights: Floats
    kde: int
    scores: dict[str, list[Scores]]
    served: str
    stack: Stack
    chance: Chance = Chance()
    turned_out: Mapping[str, Sequence[Outcomes]] = field(default_factory=dict)

    def density(self, model: str, snapshot: Snapshot, densities: Floats) -> Floats:
        """Give a model's density at a cut: (cells,), from the members' (members, cells)."""
        if STACK in {model, self.served if model == FORECAST else ""}:
            return self.stack.density(snapshot, densities)
        return self.mix(model, snapshot.members) @ densities

    def mix(self, model: str, members: Members) -> Floats:
        """Give the (members,) weights that a model puts on members; the stack's are its blend's."""
        if model == FORECAST:
            model = self.served
        if model in {BLEND, STACK}:
            return self.weights
        row = self.kde if model == KDE else members.names.index(model)
        one = np.zeros(len(members.names))
        one[row] = 1.0
        return one

    def means(self) -> dict[str, Scores]:
        """Give each model's mean over windows; empty without windows."""
        return {name: mean_scores(some) for name, some in self.scores.items() if some}


def learn(
    bench: Bench, windows: Sequence[Window], known_days: float, *, learners: bool = True
) -> Lesson:
    """Learn from past windows, oldest first.

    Parameters
    ----------
    bench
        Events in cells.
    windows
        Rising, each over by `known_days`.
    known_days
        Only what was known by then is an outcome.
    learners
        Whether the stack learns: what makes no claim to forecast needs none, and is quicker.

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
    weights, kde, stack = prior, members.default_kernel, Stack(prior)
    scores: dict[str, list[Scores]] = {name: [] for name in (*BASELINES, *OURS)}
    hits: list[tuple[Floats, Floats]] = []
    unseen: list[tuple[Floats, Floats]] = []
    seen: list[Seen] = []
    turned_out: dict[str, list[Outcomes]] = {name: [] for name in scores}
    likelihood = np.zeros(len(members.names))
    for window in sorted(windows, key=lambda one: one.start_days):
        snapshot = bench.at(window.start_days)
        densities = snapshot.densities()
        predictors = measure_predictors(snapshot, densities) if learners else None
        parts = stack.parts(snapshot, densities, predictors)
        outcome = bench.outcome(window, known_days)
        lesson = Lesson(weights, kde, {}, BLEND, stack)
        expected, likely = snapshot.expected(window.days), snapshot.likely(window.days)
        for name, some in scores.items():
            density = (
                stack.shares @ parts if name == STACK else lesson.mix(name, members) @ densities
            )
            some.append(measure_scores(density, outcome, expected))
            turned_out[name].append(group_outcomes(likely * mixed(density), outcome))
        hit = outcome > 0
        if not hit.any():
            continue
        hits.append((densities[:, hit], outcome[hit]))
        for row, density in enumerate(densities):
            likelihood[row] += outcome[hit] @ np.log(mixed(density)[hit])
        kernels = list(members.kernel_rows)
        kde = kernels[int(np.argmax(likelihood[kernels]))]
        weights = fit_weights(
            np.hstack([part for part, _ in hits]),
            np.concatenate([count for _, count in hits]),
            prior,
            start=weights,
        )
        if predictors is None:
            stack = Stack(weights)
        else:
            unseen.append((parts[:, hit], outcome[hit]))
            seen.append(remember(densities, predictors, weights @ densities, outcome))
            stack = update_stack(stack, weights, seen, unseen)
    served = _choose(scores)
    chance = fit_chance(turned_out[served])
    return Lesson(weights, kde, scores, served, stack, chance, turned_out)


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
    ours = max(OURS, key=lambda name: gains[name])
    return ours if gains[ours] > gains[baseline] else baseline
