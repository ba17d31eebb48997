"""The lot: visits drawn by chance with a known probability, so that nobody's habits decide.

Takes every premises that could be visited and its zone, how many are to be drawn and a generator;
gives those drawn, each with its true inclusion probability and perhaps another officer than usual.
Systematic sampling with unequal probabilities (Madow 1949) over zones in turn, in random order
within each: every zone gets its share to within one. What the visits say is `prevalence`'s.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from geo_risk.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

    from geo_risk.visits.problem import Shift

EVEN_SHARE = 0.5
"""Half of the draws are spread evenly over zones, half by their number of premises."""


@dataclass(frozen=True)
class Drawn:
    """One premises that the lot drew.

    Parameters
    ----------
    premises_id
        Which.
    probability
        With which it was drawn, in (0, 1].
    officer_id
        Who is to go instead of the usual team; '' whoever the plan finds.
    zone_id
        Where it lay when it was drawn.
    """

    premises_id: str
    probability: float
    officer_id: str = ""
    zone_id: str = ""


def seed_of(park_id: str, first_day: date) -> int:
    """Give the seed of a park's week: anybody can draw the same lot again."""
    return int.from_bytes(hashlib.sha256(f"{park_id}/{first_day}".encode()).digest()[:8], "big")


def visits_that_fit(shifts: Sequence[Shift], visit_s: float, leg_s: float) -> int:
    """Give how many visits fit into some shifts, before any plan is made.

    Parameters
    ----------
    shifts
        Of the week.
    visit_s, leg_s
        Seconds of the mean visit, and of the way to the next.
    """
    one = max(1.0, visit_s + leg_s)
    return sum(int((shift.end_s - shift.start_s) // one) for shift in shifts)


def inclusion_probabilities(zones: Sequence[str], number: int) -> Floats:
    """Give with which probability each premises is drawn.

    Parameters
    ----------
    zones
        (n,) zone of each premises; '' is a zone of its own.
    number
        How many are drawn.

    Returns
    -------
    ndarray
        (n,) in (0, 1], the same within a zone; they sum to min(number, n). Half of the draws are
        spread evenly over zones, so that a small zone can be told of too; a zone that would have
        more draws than premises gives them to the others.
    """
    if not zones or number <= 0:
        return np.zeros(len(zones))
    names, row = np.unique(np.asarray(zones, dtype=object).astype(str), return_inverse=True)
    size = np.bincount(row).astype(float)
    wanted = EVEN_SHARE / len(names) + (1.0 - EVEN_SHARE) * size / size.sum()
    left, share = float(min(number, len(zones))), np.zeros(len(names))
    free = np.ones(len(names), dtype=bool)
    while free.any():
        share[free] = left * wanted[free] / wanted[free].sum()
        full = free & (share >= size)
        if not full.any():
            break
        share[full] = size[full]
        left -= size[full].sum()
        free &= ~full
    probability: Floats = np.minimum(1.0, share / size)[row]
    return probability


def draw_rows(zones: Sequence[str], probability: Floats, rng: np.random.Generator) -> Ints:
    """Draw rows with exactly these inclusion probabilities.

    Parameters
    ----------
    zones
        (n,) names; rows of one zone are counted through together, in random order.
    probability
        (n,) in [0, 1].
    rng
        Chance: the order within zones, and where the count begins.

    Returns
    -------
    ndarray
        Rows drawn, rising. Their number, and that of each zone, is the sum of probabilities
        rounded down or up.

    References
    ----------
    Madow, W. G. (1949). On the theory of systematic sampling, II. Ann. Math. Stat. 20, 333-354.
    """
    if not len(probability):
        return np.zeros(0, dtype=np.int64)
    shuffled = rng.permutation(len(zones))
    order = shuffled[
        np.argsort(np.asarray(zones, dtype=object)[shuffled].astype(str), kind="stable")
    ]
    ends = np.cumsum(probability[order])
    ends[-1] = max(round(float(ends[-1]), 9), 0.0)
    marks = rng.random() + np.arange(math.ceil(float(ends[-1])) + 1)
    starts = np.concatenate([[0.0], ends[:-1]])
    hit = np.searchsorted(marks, ends, side="left") > np.searchsorted(marks, starts, side="left")
    return np.sort(order[hit])


def draw_lot(
    zone_of: Mapping[str, str],
    number: int,
    rng: np.random.Generator,
    *,
    rotate_share: float = 0.0,
    usual: Mapping[str, Sequence[str]] | None = None,
    officers: Sequence[str] = (),
) -> tuple[Drawn, ...]:
    """Draw the visits of a week that chance decides.

    Parameters
    ----------
    zone_of
        Zone of every premises that could be visited that week, dwellings left out; those visited a
        day ago too, for a zone's prevalence is that of all its premises.
    number
        How many.
    rng
        Chance, and nothing else.
    rotate_share
        With this probability each goes to an officer drawn from those who do not usually come:
        place and team can be told apart only where teams change for no reason.
    usual
        By zone, the officers who usually come.
    officers
        Who works that week.

    Returns
    -------
    tuple of Drawn
        In the order of premises' ids.

    Raises
    ------
    InputError
        When the share is not in [0, 1].
    """
    if not 0 <= rotate_share <= 1:
        raise InputError(f"Rotate {rotate_share} of the visits.", "Give a share from 0 to 1.")
    ids = sorted(zone_of)
    zones = [zone_of[one] for one in ids]
    probability = inclusion_probabilities(zones, number)
    drawn = []
    for row in draw_rows(zones, probability, rng):
        others = sorted(set(officers) - set((usual or {}).get(zones[row], ())))
        turned, which = rng.random() < rotate_share, rng.random()
        officer = others[int(which * len(others))] if turned and others else ""
        drawn.append(Drawn(ids[row], float(probability[row]), officer, zones[row]))
    return tuple(drawn)
