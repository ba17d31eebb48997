"""Where another looker should go: otherwise officer and enterprise cannot be told apart.

Takes the enterprises of a month, gives the ids to visit by somebody else, as many as bring visits
by another than the usual looker to 10 %. Who usually goes where decides; what anybody found does
not, and no looker is named. Specification, section 4.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from geo_risk.safety_index.reference import CROSS_VISITS

if TYPE_CHECKING:
    from geo_risk.safety_index import EnterpriseMonth

LEAST = 10
"""At least so many are proposed while there are that many."""


def propose_cross_visits(enterprises: Sequence[EnterpriseMonth]) -> list[str]:
    """Give the enterprises that another looker should visit, those visited most by one first.

    Parameters
    ----------
    enterprises
        Of the month, in any order; those outside the scope are left out.

    Returns
    -------
    list of str
        Ids.
    """
    total = cross = 0
    alone: list[tuple[int, str]] = []
    for one in enterprises:
        if not one.in_scope:
            continue
        counts = Counter(visit.looker for visit in one.visits if visit.looker)
        visits = sum(counts.values())
        usual = max(counts.values(), default=0)
        total += visits
        cross += visits - usual
        if visits == usual:
            alone.append((-visits, one.id))
    short = max(0.0, CROSS_VISITS * total - cross) / (1.0 - CROSS_VISITS)
    return [record_id for _, record_id in sorted(alone)[: max(LEAST, math.ceil(short))]]
