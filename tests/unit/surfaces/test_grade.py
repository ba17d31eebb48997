"""Four colours: breaks, hysteresis, probability of the class."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
import pytest
from scipy.stats import gamma, poisson

from geo_risk.grid import Grid, Period, Provenance, Surface, Unit
from geo_risk.published import GradedSurface, Publication, RiskClass, Rung, classes_of
from geo_risk.surfaces.grade import (
    Grader,
    class_probability,
    grade,
    interval,
    measure_breaks,
)
from geo_risk.surfaces.kde import Density

BREAKS = (10.0, 20.0, 30.0)
QUANTILES = (0.80, 0.95, 0.99)


def surface(values: Sequence[float], day: int = 1, cell_m: float = 25.0) -> Surface:
    at = datetime(2026, 1, day, tzinfo=UTC)
    row = np.array([values], dtype=np.float64)
    grid = Grid("EPSG:4549", cell_m, row.shape, (0.0, cell_m))
    return Surface(
        "risk.combined",
        row,
        grid,
        Unit.SEVERITY_PER_KM2_30D,
        Period(at, at),
        Provenance("test", {}, "", at),
    )


def shown_over(history: Sequence[float], margin: float = 0.05, dwell: int = 2) -> list[int]:
    """Publish one cell's values one after the other; give the classes shown."""
    published: list[GradedSurface] = []
    for day, value in enumerate(history, start=1):
        one = surface([value], day)
        classes = grade(one.values, BREAKS, published, margin=margin, dwell=dwell)
        published.append(GradedSurface(one, BREAKS, classes))
    return [int(one.classes[0, 0]) for one in published]


def test_breaks_are_quantiles_over_cells_and_time() -> None:
    """80, 95 and 99 % of everything given, whatever its shape."""
    pool = np.random.default_rng(0).gamma(1.0, 10.0, (12, 40, 50))
    assert measure_breaks(pool, QUANTILES, 0.05) == tuple(np.quantile(pool, QUANTILES))


def test_cells_outside_the_park_are_no_part_of_the_breaks() -> None:
    """NaN cells change no quantile."""
    pool = np.random.default_rng(0).gamma(1.0, 10.0, 900)
    padded = np.concatenate([pool, np.full(500, np.nan)])
    assert measure_breaks(padded, QUANTILES, 0.05) == measure_breaks(pool, QUANTILES, 0.05)


def test_a_flat_surface_is_blue_everywhere() -> None:
    """Where no place differs from another, none is worse: quantiles alone would paint it red."""
    flat = np.full((9, 9), 3.0)
    assert (classes_of(flat, measure_breaks(flat, QUANTILES, 0.05)) == RiskClass.BLUE).all()


def test_where_most_is_nothing_nothing_is_blue() -> None:
    """Zeros stay blue though 80 % of all values are zero."""
    values = np.concatenate([np.zeros(90), np.arange(1.0, 11.0)])
    breaks = measure_breaks(values, QUANTILES, 0.05)
    assert (classes_of(values, breaks)[:90] == RiskClass.BLUE).all()
    assert breaks[0] > 0


def test_all_zero_has_breaks_that_nothing_reaches() -> None:
    """No value at all still gives rising breaks, and blue."""
    assert measure_breaks(np.zeros(5), QUANTILES, 0.05) == (1.0, 2.0, 3.0)
    assert measure_breaks(np.full(5, np.nan), QUANTILES, 0.05) == (1.0, 2.0, 3.0)


def test_the_first_publication_shows_the_values_class() -> None:
    """A lower bound belongs to the class above it; outside there is no class."""
    values = np.array([[9.9, 10.0, 19.9, 20.0, 30.0, np.nan]])
    assert grade(values, BREAKS).tolist() == [[1, 2, 2, 3, 4, 0]]


def test_a_value_within_the_margin_never_changes_class() -> None:
    """Within 5 % of a break a cell stays what it is, however long."""
    assert shown_over([9.8, 10.4, 10.4, 10.4, 10.4]) == [1, 1, 1, 1, 1]
    assert shown_over([10.4, 9.6, 9.6, 9.6, 9.6]) == [2, 2, 2, 2, 2]


def test_a_value_beyond_the_margin_changes_class_at_the_second_publication() -> None:
    """One publication beyond is not enough; two in a row are."""
    assert shown_over([5, 15, 15, 15]) == [1, 1, 2, 2]
    assert shown_over([15, 5, 5, 5]) == [2, 2, 1, 1]


def test_a_single_excursion_changes_nothing() -> None:
    """Up and back again, on either side, leaves the class."""
    assert shown_over([5, 15, 5, 15, 5]) == [1, 1, 1, 1, 1]
    assert shown_over([15, 25, 5, 25, 5]) == [2, 2, 2, 2, 2]


def test_a_cell_moves_to_the_nearer_of_two_wants_and_counts_afresh() -> None:
    """Wanting red, then orange: orange; red must then be wanted twice anew."""
    assert shown_over([5, 40, 25, 40, 40]) == [1, 1, 3, 3, 4]


def test_margin_and_dwell_off_give_the_values_class() -> None:
    """Margin 0 and one publication are no hysteresis."""
    history = [5, 15, 9, 31, 22, 10, 30]
    assert shown_over(history, margin=0.0, dwell=1) == [1, 2, 1, 4, 3, 2, 4]


def test_three_publications_in_a_row_may_be_asked_for() -> None:
    """`dwell` counts publications, this one included."""
    assert shown_over([5, 15, 15, 15, 15], dwell=3) == [1, 1, 1, 2, 2]


def test_hysteresis_follows_the_rule_of_the_safety_index() -> None:
    """The example of the index's section 7, turned upside down, moves where it says."""
    scores = [81, 79.5, 78.9, 78.8, 80.5, 81.2, 81.1, 58.5, 68.9, 68, 68]
    wanted = [1, 1, 1, 2, 2, 2, 1, 1, 3, 3, 3]
    # The index has cuts 80, 70, 60 and a margin of 1 point; risk is 1000 - score, whose breaks
    # 920, 930, 940 have 5 / 4600 of themselves as nearly one point.
    published: list[GradedSurface] = []
    breaks = (920.0, 930.0, 940.0)
    for day, score in enumerate(scores, start=1):
        one = surface([1000.0 - score], day)
        classes = grade(one.values, breaks, published, margin=1 / 930, dwell=2)
        published.append(GradedSurface(one, breaks, classes))
    assert [int(one.classes[0, 0]) for one in published] == wanted


def publication(graded: GradedSurface) -> Publication:
    return Publication(
        graded.surface.provenance.as_of,
        Rung(13, "full", 12, "kde"),
        {graded.id: graded},
        graded.id,
    )


def grader(*earlier: GradedSurface, final: bool) -> Grader:
    return Grader(tuple(map(publication, earlier)), final, QUANTILES, 0.05, 2)


def test_breaks_once_fixed_stay() -> None:
    """With a year the breaks become v1; the next publication keeps them, whatever its values."""
    values = np.arange(1.0, 101.0)
    first = grader(final=True).grade(surface(values), values)
    second = grader(first, final=True).grade(surface(values * 3, day=2), values * 3)
    assert first.breaks_version == second.breaks_version == "v1"
    assert second.breaks == first.breaks


def test_provisional_breaks_move_with_the_data() -> None:
    """Before a year breaks follow, and are called provisional."""
    values = np.arange(1.0, 101.0)
    first = grader(final=False).grade(surface(values), values)
    second = grader(first, final=False).grade(surface(values * 3, day=2), values * 3)
    assert second.breaks_version == "provisional"
    assert second.breaks == pytest.approx(tuple(3 * one for one in first.breaks))


def test_another_grid_gets_breaks_of_a_new_version() -> None:
    """Values of other cells are other values: v2, and no memory of classes."""
    values = np.arange(1.0, 101.0)
    first = grader(final=True).grade(surface(values), values)
    second = grader(first, final=True).grade(surface(values * 3, 2, cell_m=50.0), values * 3)
    assert second.breaks_version == "v2"
    assert (second.classes == classes_of(second.surface.values, second.breaks)).all()


def test_interval_holds_nine_tenths_of_a_gamma() -> None:
    """5 % and 95 % quantiles of the gamma with the density's mean and variance."""
    mean, variance = np.array([[12.0, 3.0]]), np.array([[6.0, 9.0]])
    low, high = interval(Density(mean, variance))
    oracle = gamma(mean**2 / variance, scale=variance / mean)
    np.testing.assert_allclose(low, oracle.ppf(0.05))
    np.testing.assert_allclose(high, oracle.ppf(0.95))


def test_interval_covers_the_truth_of_poisson_counts() -> None:
    """The interval from a count holds the true rate of 20 in nine tenths of 4,000 cells."""
    count = poisson.rvs(20.0, size=(40, 100), random_state=1).astype(np.float64)
    low, high = interval(Density(count, count))
    assert np.mean((low <= 20.0) & (high >= 20.0)) == pytest.approx(0.90, abs=0.03)


def test_class_probability_is_the_gammas_mass_between_the_breaks() -> None:
    """The probability of the class shown, by quadrature of many draws."""
    density = Density(np.array([[18.0]]), np.array([[16.0]]))
    draws = gamma.rvs(18.0**2 / 16, scale=16 / 18.0, size=200_000, random_state=3)
    for shown in RiskClass:
        got = class_probability(density, np.array([[shown]], dtype=np.uint8), BREAKS)[0, 0]
        if shown == RiskClass.NONE:
            assert np.isnan(got)
        else:
            assert got == pytest.approx(np.mean(classes_of(draws, BREAKS) == shown), abs=0.005)


def test_class_probabilities_add_up_to_one() -> None:
    """Over the four classes a cell's probabilities are 1, at 0 events too."""
    density = Density(np.array([[0.0, 1e-9, 5.0, 400.0]]), np.array([[0.0, 0.0, 9.0, 40.0]]))
    total = sum(
        class_probability(density, np.full((1, 4), shown, dtype=np.uint8), BREAKS)
        for shown in range(1, 5)
    )
    np.testing.assert_allclose(total, 1.0, rtol=1e-6)
