"""What a model of visits must beat: the team's rate, and the count of what was found before.

Take outcomes and one column, give probabilities. Both are counted on what may be learnt from, with
half a visit of each outcome added where there are few.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

TEAM_RATE, PAST_COUNT = "team_rate", "past_count"

_MOST = 3  # so many findings and more are one group


def tell_team_rate(positive: NDArray[np.bool_], team: Ints, learn: Ints, tell: Ints) -> Floats:
    """Give the share of positive visits of the same team; of all, where the team is not known.

    Parameters
    ----------
    positive, team
        (n,) of all visits; a negative team is not known.
    learn, tell
        Rows to count, rows to tell.

    Returns
    -------
    ndarray
        (len(tell),) probabilities.
    """
    return _shares(positive, team, learn, tell)


def tell_past_count(positive: NDArray[np.bool_], past: Floats, learn: Ints, tell: Ints) -> Floats:
    """Give the share of positive visits among those with as many `major` findings before.

    Parameters
    ----------
    past
        (n,) `major` findings at the place that were known before the visit's day; 3 and more are
        one group.
    """
    return _shares(positive, np.minimum(past, _MOST).astype(np.int64), learn, tell)


def _shares(positive: NDArray[np.bool_], group: Ints, learn: Ints, tell: Ints) -> Floats:
    overall = (positive[learn].sum() + 0.5) / (len(learn) + 1.0)
    groups, number = np.unique(group, return_inverse=True)
    came = np.bincount(number[learn], positive[learn], minlength=len(groups))
    many = np.bincount(number[learn], minlength=len(groups))
    share = np.where(groups < 0, overall, (came + overall) / (many + 1.0))
    return np.asarray(share[number[tell]])
