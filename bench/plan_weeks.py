"""Weeks of the sample park to be planned, with what is true of them, for the tables of visit plans.

A park is drawn from its recipe, written as files, read in and fitted as a deployment would: only
the surfaces that a plan does not look at are left out. The problem is the desk's own (`planbook`).
What a visit truly brings is known from the recipe alone: the severity points that are expected to
stand at the premises on the last day of the history. No plan sees it.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from data.sample_park import simulate
from data.sample_park.truth import STANDING
from data.sample_park.write import write_park
from geo_risk.fitting.premises_risk import add_risk
from geo_risk.fitting.setting import make_setting
from geo_risk.fitting.told import summarise_premises, told_rung
from geo_risk.fitting.whole import inherent_surface
from geo_risk.intake import ingest_park
from geo_risk.pipeline import inputs_of
from geo_risk.planbook import PlanRequest, gather
from geo_risk.planbook.proposals import propose_zones
from geo_risk.planbook.survey import read_survey
from geo_risk.published import GradedSurface, Publication, classes_of
from geo_risk.surfaces.threads import one_blas_thread
from geo_risk.visits.problem import Candidate, Plan, Problem, Tier
from geo_risk.workspace import KEEPER, Workspace, open_park

if TYPE_CHECKING:
    from collections.abc import Mapping

    from data.sample_park import Park
    from geo_risk.planbook import Gathered

FIRST_DAY = date(2026, 11, 2)
"""The Monday after the sample's last day."""
POINTS = {"major": 4.0, "general": 2.0, "minor": 1.0}


@dataclass(frozen=True, eq=False)
class Week:
    """One park's week.

    Parameters
    ----------
    seed
        Of the park.
    gathered
        What the desk gathered.
    true_points
        Premises to the expected severity points that truly stand there.
    proposed
        Premises to the zone it would be in if zones were balanced by workload.
    """

    seed: int
    gathered: Gathered
    true_points: Mapping[str, float]
    proposed: Mapping[str, str]

    @property
    def problem(self) -> Problem:
        """As the desk made it; officers may cross zones at a loss."""
        return self.gathered.problem

    @cached_property
    def closed(self) -> Problem:
        """The same with zones that nobody leaves but where somebody asked for it."""
        return replace(self.problem, crossing=0.0)

    @cached_property
    def balanced(self) -> Problem:
        """As `closed`, in the zones that are proposed."""
        moved = tuple(
            replace(one, zone_id=self.proposed.get(one.premises_id, one.zone_id))
            for one in self.problem.candidates
        )
        return replace(self.closed, candidates=moved)

    def covered(self, plan: Plan) -> float:
        """Give the true points at the premises a plan visits."""
        of = self.problem.candidate
        return sum(
            self.true_points.get(of[stop.candidate_id].premises_id, 0.0) for _, stop in plan.visits
        )


def make_week(seed: int, *, days: int = 7) -> Week:
    """Draw a park, read it in, fit it, and gather its next week."""
    park = simulate(seed)
    with tempfile.TemporaryDirectory(prefix="geo-risk-bench-") as folder:
        write_park(park, Path(folder))
        with open_park(Path(folder) / "park.toml", state=Path(folder) / "state") as workspace:
            at = datetime.combine(FIRST_DAY, datetime.min.time(), workspace.park.zone)
            at -= timedelta(hours=6)
            publication = _publish(workspace, at)
            request = PlanRequest(FIRST_DAY, days)
            gathered = gather(workspace.store, workspace.park, publication, request, at=at)
            survey = read_survey(workspace.store, workspace.park, at)
            zones = propose_zones(survey).proposal.zone_of
    proposed = {one.id: zone for one, zone in zip(survey.premises, zones, strict=True)}
    return Week(seed, gathered, true_points(park), proposed)


def true_points(park: Park) -> dict[str, float]:
    """Give the expected severity points that stand at each premises on the last day."""
    premises = park.tables["premises"]
    grade = premises["inherent_class"].to_numpy(float)
    major, minor = 0.02 + 0.03 * grade, 0.65 - 0.06 * grade
    mean = POINTS["major"] * major + POINTS["minor"] * minor
    mean += POINTS["general"] * (1.0 - major - minor)
    points = STANDING["hazard"] * park.daily_rates["hazard"][:, -1] * mean
    ids = premises["listed"] + ":" + premises["id"]  # the file that lists it names its record
    return {one: float(value) for one, value in zip(ids, points, strict=True)}


def without_lot(problem: Problem) -> Problem:
    """Give a problem in which those drawn by lot are worth what they are, to whoever may go."""

    def free(one: Candidate) -> Candidate:
        return one if one.tier != Tier.DRAWN else replace(one, tier=Tier.OPTIONAL, only=())

    return replace(problem, candidates=tuple(free(one) for one in problem.candidates))


def _publish(workspace: Workspace, at: datetime) -> Publication:
    """Fit what a plan looks at: the risk of premises; the map is the inherent one."""
    boundary = ingest_park(
        workspace.park, workspace.store, actor=KEEPER, now=at, state_dir=workspace.state_dir,
        progress=lambda _stage, _done, _total: None,
    )  # fmt: skip
    inputs = inputs_of(workspace.park, workspace.store, boundary, actor=KEEPER)
    with one_blas_thread():
        setting = make_setting(inputs, at)
        inherent = inherent_surface(setting)
        breaks = tuple(float(one) for one in np.nanquantile(inherent.values, (0.8, 0.95, 0.99)))
        shown = GradedSurface(inherent, breaks, classes_of(inherent.values, breaks))  # type: ignore[arg-type]  # three of them
        premises, risk = add_risk(setting, summarise_premises(setting, shown))
    return Publication(
        as_of=at,
        rung=told_rung(setting, {}),
        surfaces={shown.id: shown},
        main=shown.id,
        premises=premises,
        facts={"enterprise_risk": risk},
    )
