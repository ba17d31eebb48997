"""The stack: a blend of densities, a log-linear learner and trees, mixed by what came later.

Takes what was seen at earlier cuts, oldest first, and what then came, gives one density at the next
cut. The learners start from the blend; plain counts come in for places hit again and again. Shares
maximise the likelihood of outcomes that none of the parts had seen (stacked generalisation: Wolpert
1992; Breiman 1996). With few events everything stays at the blend. The blend's own weights are
learnt in `forecast`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from geo_risk.surfaces.learner import RatioTrees, RidgePoisson
from geo_risk.surfaces.members import COUNT_ALL
from geo_risk.surfaces.pooling import fit_weights
from geo_risk.surfaces.predictors import Predictors, log_floored, log_relative, measure_predictors

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo_risk.surfaces.bench import Snapshot

    Floats = NDArray[np.float64]

PARTS = ("blend", "log_linear", "trees", COUNT_ALL)
"""What the stack mixes."""

_EVEN = np.array([0.3, 0.3, 0.3, 0.1])  # shares before any outcome
_PART_EVENTS = 50.0  # events that these are worth
_LEAST_EVENTS = 100.0  # with fewer past outcomes the learners stay the blend
_TREE_EVENTS = 1000.0
_TREE_EVERY = 3  # windows between two plantings: trees of an earlier window know nothing later
_REST = 4000  # cells without an event that are kept of each window, each for several


@dataclass(frozen=True)
class Seen:
    """What is kept of one past window: every cell with an event, and some of the others.

    Parameters
    ----------
    densities
        (members, n) at the kept cells.
    predictors
        At the kept cells.
    count
        (n,) events that came.
    weight
        (n,) how many cells each stands for.
    cells
        Cells in the park: a density of 1 / cells is a relative one of 1.
    """

    densities: NDArray[np.float32]
    predictors: Predictors
    count: Floats
    weight: Floats
    cells: int


@dataclass(frozen=True)
class Stack:
    """What has been learnt so far.

    Parameters
    ----------
    weights
        (members,) of the blend.
    shares
        (4,) of `PARTS`; sums to 1.
    linear, trees
        Fitted learners, None where there were too few outcomes.
    """

    weights: Floats
    shares: Floats = field(default_factory=_EVEN.copy)
    linear: RidgePoisson | None = None
    trees: RatioTrees | None = None

    def density(self, snapshot: Snapshot, densities: Floats | None = None) -> Floats:
        """Give the stack's density at a cut: (cells,), sums to 1."""
        return np.asarray(self.shares @ self.parts(snapshot, densities))

    def parts(
        self,
        snapshot: Snapshot,
        densities: Floats | None = None,
        predictors: Predictors | None = None,
    ) -> Floats:
        """Give the densities of `PARTS`: (4, cells), rows sum to 1."""
        densities = snapshot.densities() if densities is None else densities
        blend = self.weights @ densities
        blend = blend / blend.sum()
        if self.linear is None and self.trees is None:
            return np.array([blend] * len(PARTS))
        if predictors is None:
            predictors = measure_predictors(snapshot, densities)
        linear = trees = blend
        count = densities[snapshot.members.names.index(COUNT_ALL)]
        relative = log_relative(blend)
        if self.linear is not None:
            linear = self.linear.predict(_ratios(predictors, relative), exposure=blend)
        if self.trees is not None:
            trees = self.trees.predict(_levels(predictors, relative), exposure=blend)
        return np.array([one / one.sum() for one in (blend, linear, trees, count)])


def remember(densities: Floats, predictors: Predictors, blend: Floats, outcome: Floats) -> Seen:
    """Keep what a learner needs of a window.

    Parameters
    ----------
    densities
        (members, cells) from before the window.
    predictors
        Of the same cut.
    blend
        (cells,) by which the cells without an event are put in order: every so-many-th is kept, so
        that those kept have the same spread of risk as all.
    outcome
        (cells,) events that came.

    Returns
    -------
    Seen
    """
    hit = np.flatnonzero(outcome > 0)
    rest = np.flatnonzero(outcome <= 0)
    rest = rest[np.argsort(blend[rest], kind="stable")]
    every = max(1, -(-len(rest) // max(_REST, 2 * len(hit))))
    kept = rest[every // 2 :: every]
    rows = np.concatenate([hit, kept])
    each = len(rest) / len(kept) if len(kept) else 0.0
    return Seen(
        densities[:, rows].astype(np.float32),
        Predictors(predictors.logs[rows], predictors.others[rows]),
        outcome[rows],
        np.concatenate([np.ones(len(hit)), np.full(len(kept), each)]),
        densities.shape[1],
    )


def update_stack(
    stack: Stack, weights: Floats, seen: list[Seen], unseen: list[tuple[Floats, Floats]]
) -> Stack:
    """Learn from one more window.

    Parameters
    ----------
    stack
        As learnt before it.
    weights
        (members,) the blend's new weights.
    seen
        All windows so far, oldest first.
    unseen
        Per window the (4, n) parts as they were forecast before it at the n cells with events, and
        the (n,) events: what the shares are learnt from.

    Returns
    -------
    Stack
    """
    shares = fit_weights(
        np.hstack([part for part, _ in unseen]),
        np.concatenate([count for _, count in unseen]),
        _EVEN,
        start=_EVEN,
        prior_events=_PART_EVENTS,
    )
    events = sum(float(one.count.sum()) for one in seen)
    if events < _LEAST_EVENTS:
        return Stack(weights, shares)
    count, weight = (
        np.concatenate([getattr(one, name) for one in seen]) for name in ("count", "weight")
    )
    blends = [weights @ one.densities * one.cells for one in seen]
    logs = [log_floored(one) for one in blends]
    # Windows differ in how many events came: each is compared with its own mean.
    exposure = np.concatenate(
        [one * float(some.count.sum()) / some.cells for one, some in zip(blends, seen, strict=True)]
    )
    known = exposure > 0
    ratios = [_ratios(one.predictors, log) for one, log in zip(seen, logs, strict=True)]
    linear = RidgePoisson().fit(
        np.vstack(ratios)[known], count[known], weight[known], exposure[known], stack.linear
    )
    trees = stack.trees
    if events >= _TREE_EVENTS and (trees is None or len(seen) % _TREE_EVERY == 0):
        levels = [_levels(one.predictors, log) for one, log in zip(seen, logs, strict=True)]
        rising = 1 + seen[0].predictors.logs.shape[1]
        trees = RatioTrees(rising).fit(
            np.vstack(levels)[known], count[known], weight[known], exposure[known]
        )
    return Stack(weights, shares, linear, trees)


def _ratios(predictors: Predictors, relative: Floats) -> Floats:
    """Give what the log-linear learner sees: densities against the blend, the blend, the rest."""
    return np.hstack([predictors.logs - relative[:, None], relative[:, None], predictors.others])


def _levels(predictors: Predictors, relative: Floats) -> Floats:
    """Give what the trees see: the blend and densities themselves, which never lower the rate."""
    return np.hstack([relative[:, None], predictors.logs, predictors.others])
