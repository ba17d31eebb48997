"""Detection: risk freed of who looked, against laws and what was put in."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from geo_risk.errors import CRSMismatchError
from geo_risk.looks import LookedPremises, LookedVisits, Looks, ToldReports
from geo_risk.surfaces.corrected import correct
from geo_risk.surfaces.detected import Detection
from geo_risk.surfaces.detection import fit_detection

CRS = "EPSG:4549"
DAYS = 360.0


@pytest.fixture(scope="module")
def looks_of(ell: Any) -> Callable[..., Looks]:
    """Make premises in the L with a risk of their own, looked at by teams of unlike eyes.

    `risk(easting, northing)` per visit; `eyes` one level per team; premises go to the team of their
    half, one visit in five to another; `visits` and `told` in all.
    """

    def make(
        risk: Callable[..., Any] = lambda e, _n: np.full(len(e), 1.0),
        eyes: tuple[float, ...] = (0.3, 1.2),
        premises: int = 120,
        visits: int = 3000,
        told: int = 0,
        seed: int = 0,
    ) -> Looks:
        rng = np.random.default_rng(seed)
        easting, northing = ell.points(premises, seed)
        level = risk(easting, northing)
        row = rng.integers(0, premises, visits)
        team = (easting[row] > 450).astype(int) % len(eyes)
        team = np.where(rng.random(visits) < 0.2, rng.integers(0, len(eyes), visits), team)
        by = np.repeat(np.arange(premises), rng.multinomial(told, level / level.sum()))
        return Looks(
            "hazard",
            CRS,
            LookedPremises(
                tuple(f"p:{n}" for n in range(premises)),
                easting,
                northing,
                np.full(premises, DAYS),
                {},
            ),
            LookedVisits(
                row,
                team,
                rng.integers(0, 12, visits),
                np.ones(visits),
                rng.poisson(np.array(eyes)[team] * level[row]).astype(float),
            ),
            ToldReports(
                np.full(told, -1),
                easting[by] + rng.normal(0, 5, told),
                northing[by] + rng.normal(0, 5, told),
                rng.integers(0, 2, told),
            ),
            np.zeros(ell.grid.shape, dtype=np.int64),
            DAYS,
            {},
        )

    return make


@pytest.fixture(scope="module")
def fit(ell: Any) -> Callable[[Looks], Detection]:
    return lambda looks: fit_detection(looks, ell.grid, ell.inside)


def hill(easting: Any, northing: Any) -> Any:
    return np.exp(1.5 * np.exp(-((easting - 900) ** 2 + (northing - 250) ** 2) / (2 * 200**2)))


def test_where_all_are_alike_nobody_is_told_apart(looks_of: Any, fit: Any) -> None:
    """Eyes four times as good in the east raise no risk in the east."""
    looks = looks_of()
    detection = fit(looks)
    east = looks.premises.easting > 450
    per_visit = np.bincount(looks.visits.premises, looks.visits.found) / np.bincount(
        looks.visits.premises
    )
    assert per_visit[east].mean() > 2 * per_visit[~east].mean()  # what a raw map shows
    assert detection.risk[east].mean() == pytest.approx(detection.risk[~east].mean(), rel=0.1)
    assert detection.risk.std() < 0.1


def test_a_hill_of_risk_is_found_under_unlike_eyes(looks_of: Any, fit: Any) -> None:
    """Risk follows what was put in, with slope 1 in logs, wherever the better team works."""
    for eyes in ((0.3, 1.2), (1.2, 0.3)):
        looks = looks_of(risk=hill, eyes=eyes, told=300)
        true = np.log(hill(looks.premises.easting, looks.premises.northing))
        slope, _ = np.polyfit(true, np.log(fit(looks).risk), 1)
        assert slope == pytest.approx(1.0, abs=0.15)


def test_two_teams_that_meet_at_one_visit_in_five_find_a_hill_too(looks_of: Any, fit: Any) -> None:
    """Without any public report, what both teams find is the place's; a little is shrunk away."""
    for eyes in ((0.3, 1.2), (1.2, 0.3)):
        looks = looks_of(risk=hill, eyes=eyes)
        true = np.log(hill(looks.premises.easting, looks.premises.northing))
        slope, _ = np.polyfit(true, np.log(fit(looks).risk), 1)
        assert 0.65 < slope < 1.15


def test_the_average_look_finds_what_looks_found(looks_of: Any, fit: Any) -> None:
    """Detection of the average looker x mean risk: findings per visit, where all are alike."""
    looks = looks_of()
    assert fit(looks).per_visit == pytest.approx(looks.visits.found.mean(), rel=0.05)


def test_names_of_lookers_and_order_of_rows_change_nothing(looks_of: Any, fit: Any) -> None:
    """Numbers of lookers exchanged, visits shuffled: the same risk."""
    looks = looks_of(risk=hill, told=300)
    order = np.random.default_rng(1).permutation(len(looks.visits))
    visits = looks.visits
    shuffled = LookedVisits(
        *(
            getattr(visits, name)[order] if name != "looker" else 1 - visits.looker[order]
            for name in ("premises", "looker", "period", "share", "found")
        )
    )
    np.testing.assert_allclose(
        fit(replace(looks, visits=shuffled)).risk, fit(looks).risk, rtol=1e-6
    )


def test_half_the_items_are_half_a_look(looks_of: Any, fit: Any) -> None:
    """Findings at half the items checked say what twice as many say at all of them."""
    looks = looks_of(risk=hill)
    half = replace(looks.visits, share=np.full(len(looks.visits), 0.5))
    one, two = fit(looks), fit(replace(looks, visits=half))
    np.testing.assert_allclose(two.risk, one.risk, rtol=1e-6)
    assert two.per_visit == pytest.approx(2 * one.per_visit, rel=1e-6)


def test_more_looks_say_more(looks_of: Any, fit: Any) -> None:
    """Four times the visits at the same risk: about a quarter of the variance, never more of it."""
    few, many = (fit(looks_of(risk=hill, visits=n)) for n in (1500, 6000))
    ratio = (many.risk_variance / many.risk**2).mean() / (few.risk_variance / few.risk**2).mean()
    assert 0.1 < ratio < 0.6


def test_where_nobody_looked_the_interval_is_wide(looks_of: Any, fit: Any) -> None:
    """A part that nobody visits has its like's risk, and is the least certain."""
    looks = looks_of(risk=hill)
    seen = looks.premises.northing[looks.visits.premises] < 600
    detection = fit(replace(looks, visits=looks.visits.where(seen)))
    relative = np.sqrt(detection.risk_variance) / detection.risk
    far = looks.premises.northing > 750
    assert relative[far].min() > 1.3 * np.median(relative[~far])
    assert 0.4 < detection.risk[far].mean() < 1.6


def test_uniform_reports_are_of_the_ground_and_clustered_ones_of_premises(
    ell: Any, looks_of: Any, fit: Any
) -> None:
    """Reports spread evenly make a flat surface however premises lie; those at premises follow."""
    looks = looks_of(told=600)
    even = ell.points(600, seed=5)
    ground = replace(looks, reports=replace(looks.reports, easting=even[0], northing=even[1]))
    at_premises, on_ground = fit(looks), fit(ground)
    assert at_premises.told_per_30d * 120 * 12 == pytest.approx(600, rel=0.15)
    assert on_ground.ground_per_km2_30d * 0.9 * 12 == pytest.approx(600, rel=0.15)
    flat = correct(on_ground, ell.grid, ell.inside, bandwidth_m=75, total=600).mean[ell.inside]
    assert flat.std() / flat.mean() < 0.06


def test_the_corrected_surface_has_the_total_asked_for(ell: Any, looks_of: Any, fit: Any) -> None:
    """Mean x area is the total; twice the total doubles the mean and quadruples the variance."""
    detection = fit(looks_of(risk=hill, told=300))
    one, two = (
        correct(detection, ell.grid, ell.inside, bandwidth_m=75, total=total)
        for total in (50.0, 100.0)
    )
    assert np.nansum(one.mean) * ell.grid.cell_km2 == pytest.approx(50.0)
    np.testing.assert_allclose(two.mean, 2 * one.mean)
    np.testing.assert_allclose(two.variance, 4 * one.variance)


def test_nothing_that_is_given_back_says_who_found_how_much(looks_of: Any, fit: Any) -> None:
    """No field is named for lookers, and none has one number for each of the two teams."""
    fields = {one.name for one in dataclasses.fields(Detection)}
    assert not any("look" in name or "team" in name for name in fields)
    detection = fit(looks_of())
    for name in fields - {"parameters"}:
        value = getattr(detection, name)
        assert np.ndim(value) == 0 or len(value) != 2 or name == "_field", name
    assert not any("look" in name or "team" in name for name in detection.parameters)


def no_reports(looks: Looks) -> ToldReports:
    none = np.zeros(0, dtype=np.int64)
    return ToldReports(none, none.astype(float), none.astype(float), none)


@pytest.mark.parametrize(
    "change",
    [
        lambda one: replace(one, visits=one.visits.where(np.arange(len(one.visits)) < 0)),
        lambda one: replace(one, visits=one.visits.where(np.arange(len(one.visits)) < 1)),
        lambda one: replace(one, reports=no_reports(one)),
        lambda one: replace(
            one,
            reports=no_reports(one),
            visits=one.visits.where(np.arange(len(one.visits)) < 0),
        ),
        lambda one: replace(
            one, visits=replace(one.visits, looker=np.zeros(len(one.visits), np.int64))
        ),
        lambda one: replace(one, visits=replace(one.visits, found=0 * one.visits.found)),
        lambda one: replace(
            one, premises=replace(one.premises, easting=one.premises.easting * 0 + 300.0)
        ),
        lambda one: replace(
            one,
            premises=replace(
                one.premises,
                easting=one.premises.easting * np.nan,
                northing=one.premises.easting * np.nan,
            ),
        ),
        lambda one: replace(one, premises=replace(one.premises, days=one.premises.days * 0)),
        lambda one: replace(
            one, reports=replace(one.reports, channel=np.arange(len(one.reports)))
        ),
    ],
    ids=[
        "no visits", "one visit", "no reports", "nothing", "one team", "nothing found",
        "all at one point", "no points", "no days", "a channel each",
    ],
)  # fmt: skip
def test_little_or_odd_data_give_a_finite_surface(
    ell: Any, looks_of: Any, fit: Any, change: Any
) -> None:
    """Never NaN within the boundary, never below 0, and the total asked for."""
    detection = fit(change(looks_of(told=60, visits=400)))
    assert np.isfinite(detection.risk).all()
    assert (detection.risk_variance >= 0).all()
    surface = correct(detection, ell.grid, ell.inside, bandwidth_m=75, total=10.0)
    assert np.isfinite(surface.mean[ell.inside]).all()
    assert (surface.mean[ell.inside] >= 0).all()
    assert (surface.variance[ell.inside] >= 0).all()
    assert np.nansum(surface.mean) * ell.grid.cell_km2 == pytest.approx(10.0)


def test_a_park_of_one_cell_and_without_premises(ell: Any) -> None:
    """One cell, nobody there, nobody looked: flat."""
    none, no = np.zeros(0), np.zeros(0, dtype=np.int64)
    inside = np.zeros(ell.grid.shape, dtype=bool)
    inside[-1, 0] = True
    looks = Looks(
        "hazard",
        CRS,
        LookedPremises((), none, none, none, {}),
        LookedVisits(no, no, no, none, none),
        ToldReports(no, none, none, no),
        np.full(ell.grid.shape, -1),
        30.0,
        {},
    )
    detection = fit_detection(looks, ell.grid, inside)
    surface = correct(detection, ell.grid, inside, bandwidth_m=75, total=2.0)
    assert surface.mean[inside].tolist() == pytest.approx([2.0 / ell.grid.cell_km2])


def test_looks_in_another_system_are_refused(ell: Any, looks_of: Any) -> None:
    """Metres of two systems are never mixed."""
    with pytest.raises(CRSMismatchError):
        fit_detection(replace(looks_of(), crs="EPSG:26916"), ell.grid, ell.inside)
