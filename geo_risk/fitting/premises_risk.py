"""The risk of premises as it is published: freed of the looker, with interval, reasons and scores.

Takes a `Setting` and the premises' summaries, gives them back with a probability each, and what is
told beside them. The ladder decides: no month of history, no risk; one to five, provisional; from
six on with the scores of the months before. Where a baseline told those months better, it is served
and named: every premises then has the park's rate. A dwelling has none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import expit

from geo_risk.enterprises.estimators import FindingCount, FindingRisk
from geo_risk.enterprises.freed import Lookers, free_of_lookers, premises_variance
from geo_risk.features.decayed import Past, sum_by_key
from geo_risk.features.history import is_known_report, is_known_visit
from geo_risk.features.visit_history import (
    FACTORS,
    LOOKER,
    TIME,
    VisitFeatures,
    measure_visit_features,
)
from geo_risk.features.visit_lookers import OF_TEAM_HERE, Targets
from geo_risk.features.visit_table import VisitTable, make_calls, make_visit_table
from geo_risk.fitting.enterprises import (
    RISK,
    Penalty,
    VisitGround,
    VisitLesson,
    learn_before,
)
from geo_risk.surfaces.ladder import FOLDS, FULL

if TYPE_CHECKING:
    from datetime import datetime

    from numpy.typing import NDArray

    from geo_risk.features.inputs import ParkInputs
    from geo_risk.fitting.setting import Setting
    from geo_risk.published import PremisesSummary

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

_YEAR = 365.0


def add_risk(
    setting: Setting, premises: Sequence[PremisesSummary]
) -> tuple[tuple[PremisesSummary, ...], dict[str, Any]]:
    """Give each premises its risk.

    Parameters
    ----------
    setting
        The park, its as-of and its rung.
    premises
        Summaries in any order.

    Returns
    -------
    premises
        The same, with `probability`, its interval, `expected_findings` and `contributions`.
    facts
        `status` (none, provisional, scored), `model`, `factors` (names of the contributions),
        `reference` (probability at the park's mean), `folds` and `score` (by model, of the months
        before).
    """
    day = setting.as_of.astimezone(setting.inputs.park.zone).toordinal()
    nothing: dict[str, Any] = {"status": "none", "factors": list(FACTORS), "folds": 0}
    if setting.months < 1:
        return tuple(premises), nothing
    inputs = _known(setting.inputs, setting.as_of)
    table = make_visit_table(inputs)
    row = {name: number for number, name in enumerate(table.places.ids)}
    some = [number for number, one in enumerate(premises) if one.premises_id in row]
    some.sort(key=lambda number: premises[number].premises_id)
    if not (table.known_day < day).any() or not some:
        return tuple(premises), nothing
    places = np.array([row[premises[number].premises_id] for number in some])
    asked = _measure(inputs, table, places, day)
    lesson = learn_before(asked.ground, day) if setting.rung in {FOLDS, FULL} else None
    told = _told(asked, lesson)
    summaries = list(premises)
    for number, one in zip(some, told.pop("each"), strict=True):
        summaries[number] = replace(summaries[number], **one)
    return tuple(summaries), {
        **nothing,
        **told,
        "status": "scored" if lesson and lesson.told.folds else "provisional",
        "folds": lesson.told.folds if lesson else 0,
    }


def _known(inputs: ParkInputs, as_of: datetime) -> ParkInputs:
    """Leave out what was not known: later records change no bit of what is told."""
    return replace(
        inputs,
        visits=[one for one in inputs.visits if is_known_visit(one, as_of)],
        reports=[one for one in inputs.reports if is_known_report(one, as_of)],
        premises=[
            one for one in inputs.premises if one.valid_from is None or one.valid_from <= as_of
        ],
    )


@dataclass(frozen=True)
class _Asked:
    """Features of visits, of n premises visited by nobody in particular, and of lookers.

    `looker_share` is each looker's share of visits, the last year's first; the looker -1 of visits
    without a team comes first.
    """

    ground: VisitGround
    places: Ints
    day: int
    premises: VisitFeatures
    lookers: VisitFeatures
    looker_share: Floats


def _measure(inputs: ParkInputs, table: VisitTable, places: Ints, day: int) -> _Asked:
    """Measure all in one pass; of a looker, no person of a team."""
    n, m = len(table), len(places)
    teams = np.arange(-1, len(table.teams))
    somewhere = np.zeros(len(teams), dtype=np.int64)
    everywhere = Targets(
        np.concatenate([places, somewhere]),
        np.full(m + len(teams), day),
        np.concatenate([np.full(m, -1), teams]),
    )
    targets = Targets.of(table).and_then(everywhere)
    told = measure_visit_features(table, make_calls(inputs), targets)
    where = [told.names.index(name) for name in OF_TEAM_HERE]
    told.values[n + m :, where] = told.values[:n][table.known_day < day][:, where].mean(axis=0)
    one = Past(table.day, table.known_day, np.ones((n, 1)))
    came = sum_by_key(one, table.team + 1, np.full(len(teams), day), teams + 1, _YEAR)[:, 0]
    return _Asked(
        VisitGround(table, told.rows(slice(n))),
        places,
        day,
        told.rows(slice(n, n + m)),
        told.rows(slice(n + m, None)),
        came / came.sum(),
    )


def _told(asked: _Asked, lesson: VisitLesson | None) -> dict[str, Any]:
    """Fit on what was known, tell every premises."""
    table, seen = asked.ground.table, asked.ground.features
    learn = np.flatnonzero(table.known_day < asked.day)
    penalty = (lesson.penalty if lesson else Penalty()).of(seen)
    model = FindingRisk(penalty).fit(seen.values[learn], table.positive[learn])
    number = FindingCount(penalty).fit(seen.values[learn], table.found[learn].sum(axis=1))
    tried = lesson is not None and lesson.told.folds > 0
    served = lesson.served if lesson and tried else RISK
    share = 1.0 if served == RISK else 0.0  # a baseline knows nothing of premises
    factors = {name: share * part for name, part in _parts(asked.premises, model).items()}
    freed = free_of_lookers(_lookers(asked, model), factors, _variance(asked, model, learn))
    counts = np.sum(list(_parts(asked.premises, number).values()), axis=0)
    expected = _lookers(asked, number).mean(share * counts, np.exp)
    scores = lesson.told.scores(table.positive, table.team) if lesson and tried else {}
    return {
        "model": served,
        "reference": freed.reference,
        "score": {name: one.as_json() for name, one in scores.items()},
        "learnt_from": len(learn),
        "each": [
            {
                "probability": float(freed.probability[i]),
                "probability_low": float(freed.low[i]),
                "probability_high": float(freed.high[i]),
                "expected_findings": float(expected[i]),
                "contributions": tuple(float(one) for one in freed.contributions[:, i]),
            }
            for i in range(len(asked.places))
        ],
    }


def _parts(features: VisitFeatures, model: FindingRisk | FindingCount) -> dict[str, Floats]:
    """Add the columns of each factor up."""
    terms = model.terms(features.values)
    return {name: terms[:, features.of_factors(name)].sum(axis=1) for name in FACTORS}


def _lookers(asked: _Asked, model: FindingRisk | FindingCount) -> Lookers:
    terms = model.terms(asked.lookers.values)[:, asked.lookers.of_factors(LOOKER, TIME)]
    return Lookers(model.intercept_ + terms.sum(axis=1), asked.looker_share)


def _variance(asked: _Asked, model: FindingRisk, learn: Ints) -> Floats:
    """Add what is not known of the coefficients to what peers do not tell of a premises.

    The latter is the variance of premises about their peers, less by what own visits told: prior
    and information add, 1 / (1 / tau^2 + sum of p (1 - p)), faded by half in a year.
    """
    table, seen, here = asked.ground.table, asked.ground.features, asked.premises
    peers = model.terms(seen.values)[:, ~seen.of_factors("own_findings")]
    by_peers = expit(model.intercept_ + peers.sum(axis=1))
    spread = by_peers * (1.0 - by_peers)
    residual = table.positive - by_peers
    between = premises_variance(residual[learn], spread[learn], table.place[learn])
    past = Past(table.day, table.known_day, spread[:, None])
    then = np.full(len(asked.places), asked.day)
    own = sum_by_key(past, table.place, then, asked.places, _YEAR)[:, 0]
    nobodys = here.of_factors(LOOKER, TIME)
    fixed = np.where(nobodys, model.centre_, here.values)
    return np.asarray(model.linear_variance(fixed) + 1.0 / (1.0 / between + own))
