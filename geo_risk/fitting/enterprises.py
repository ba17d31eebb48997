"""From visits to a model of what the next one finds, chosen by earlier outcomes.

Takes a park's records and a day, gives the model fitted on what was known before that day, and what
each candidate told of the months before it. Nothing later enters: neither a parameter nor a
penalty. What is served to people of it, freed of the looker, is made in `fitting.premises_risk`;
how good it is on later visits is told in `evaluation.visits`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from geo_risk.enterprises.baselines import (
    PAST_COUNT,
    TEAM_RATE,
    tell_past_count,
    tell_team_rate,
)
from geo_risk.enterprises.estimators import FindingRisk
from geo_risk.enterprises.rolling import Origin, Told, tell_rolling
from geo_risk.features.visit_history import VisitFeatures, measure_visit_features
from geo_risk.features.visit_lookers import Targets
from geo_risk.features.visit_table import VisitTable, make_calls, make_visit_table

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from geo_risk.features.inputs import ParkInputs

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

RISK = "premises_risk"
"""Our model: looker, time, and what is known of the premises."""

VISIT_MODELS = (TEAM_RATE, PAST_COUNT, RISK)


@dataclass(frozen=True)
class Penalty:
    """How strongly coefficients are held to 0.

    Parameters
    ----------
    all
        Weight of a squared standardised coefficient.
    nearby
        So many times that for what is known of the neighbourhood only: other premises and calls.
    """

    all: float = 100.0
    nearby: float = 1.0

    def of(self, features: VisitFeatures) -> Floats:
        """Give the penalty of each column, (k,)."""
        near = features.of_factors("neighbourhood", "calls")
        return np.where(near, self.nearby, 1.0) * self.all


PENALTIES = tuple(Penalty(all_, nearby) for nearby in (1.0, 30.0) for all_ in (30.0, 100.0, 300.0))
"""What is chosen from by earlier outcomes; where there is no earlier month, `Penalty()` is used."""

_FOLDS = 12  # months before the day that choices rest on


@dataclass(frozen=True)
class VisitGround:
    """Visits of a park, and the features of every one."""

    table: VisitTable
    features: VisitFeatures


@dataclass(frozen=True)
class VisitLesson:
    """What was learnt before a day.

    Parameters
    ----------
    penalty
        Chosen by what the months before the day told.
    told
        What every model told of those months.
    served
        Name of the model with the least log loss there; the team's rate where there is no month.
    learn
        Rows of visits whose findings were known before the day.
    """

    penalty: Penalty
    told: Told
    served: str
    learn: Ints


def measure_visits(inputs: ParkInputs) -> VisitGround:
    """Measure every visit of a park, each by what was known before its day."""
    table = make_visit_table(inputs)
    return VisitGround(table, measure_visit_features(table, make_calls(inputs), Targets.of(table)))


def tellers(ground: VisitGround, penalty: Penalty) -> dict[str, Callable[[Ints, Ints], Floats]]:
    """Give every model as a function of the rows it learns from and the rows it tells."""
    positive, team = ground.table.positive, ground.table.team
    values = ground.features.values
    past = np.expm1(values[:, ground.features.names.index("past_major")])

    def risk(learn: Ints, tell: Ints) -> Floats:
        if not learn.size:
            return tell_team_rate(positive, team, learn, tell)
        model = FindingRisk(penalty.of(ground.features)).fit(values[learn], positive[learn])
        return np.asarray(model.predict_proba(values[tell])[:, 1])

    return {
        TEAM_RATE: lambda learn, tell: tell_team_rate(positive, team, learn, tell),
        PAST_COUNT: lambda learn, tell: tell_past_count(positive, np.rint(past), learn, tell),
        RISK: risk,
    }


def learn_before(ground: VisitGround, day: int) -> VisitLesson:
    """Choose penalty and model by what the months before a day would have told.

    Parameters
    ----------
    ground
        The park's visits.
    day
        Ordinal of the day: nothing of it, or later, is known.

    Returns
    -------
    VisitLesson
    """
    table = ground.table
    candidates = {str(n): tellers(ground, one)[RISK] for n, one in enumerate(PENALTIES)}
    baselines = {name: one for name, one in tellers(ground, Penalty()).items() if name != RISK}
    told = tell_rolling(
        {**candidates, **baselines},
        months_before(day, _FOLDS),
        day=table.day,
        known_day=table.known_day,
        positive=table.positive,
    )
    own = Told(told.rows, {name: told.probability[name] for name in candidates}, told.folds)
    chosen = own.best(table.positive, str(PENALTIES.index(Penalty())))
    probability = {name: told.probability[name] for name in baselines}
    told = Told(told.rows, {**probability, RISK: told.probability[chosen]}, told.folds)
    return VisitLesson(
        PENALTIES[int(chosen)],
        told,
        told.best(table.positive, TEAM_RATE),
        np.flatnonzero(table.known_day < day),
    )


def months_before(day: int, many: int) -> list[Origin]:
    """Give the months up to a day, oldest first; days after the 28th count as the 28th."""
    last = date.fromordinal(day)
    starts = []
    for step in range(many + 1):
        years, month = divmod(last.month - 1 - step, 12)
        if last.year + years < 1:
            break
        starts.append(date(last.year + years, month + 1, min(last.day, 28)).toordinal())
    starts[0] = day
    return [Origin(start, end) for start, end in zip(starts[:0:-1], starts[-2::-1], strict=True)]
