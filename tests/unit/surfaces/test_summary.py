"""Summaries: plain figures of some cells."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import numpy as np
import pytest

from geo_risk.grid import Grid, Period, Provenance, Surface, Unit
from geo_risk.published import GradedSurface, RiskClass, classes_of
from geo_risk.surfaces.summary import summarise, values_at

BREAKS = (10.0, 20.0, 30.0)
AT = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def graded() -> GradedSurface:
    """Six cells of 100 m: 5, 15, none over 25, 35, 30."""
    values = np.array([[5.0, 15.0, np.nan], [25.0, 35.0, 30.0]])
    grid = Grid("EPSG:4549", 100.0, (2, 3), (0.0, 200.0))
    surface = Surface(
        "risk.combined",
        values,
        grid,
        Unit.SEVERITY_PER_KM2_30D,
        Period(AT, AT),
        Provenance("test", {}, "", AT),
    )
    return GradedSurface(surface, BREAKS, classes_of(values, BREAKS))


def test_a_zone_is_the_mean_the_maximum_and_the_total_of_its_cells(graded: GradedSurface) -> None:
    """Worked by hand: 15, 35 and 30 of three cells; the cell without a value is left out."""
    cells = np.array([[False, True, True], [False, True, True]])
    summary = summarise(graded, cells)
    assert summary.mean == pytest.approx(80 / 3)
    assert summary.maximum == 35.0
    assert summary.area_km2 == pytest.approx(0.03)
    assert summary.total == pytest.approx(80 * 0.01)
    assert summary.risk_class == RiskClass.ORANGE
    assert summary.class_cells == (0, 1, 0, 2)


def test_a_zone_without_cells_has_no_figures(graded: GradedSurface) -> None:
    """Smaller than a cell, or outside: NaN and no class, not zero and blue."""
    summary = summarise(graded, np.zeros((2, 3), dtype=bool))
    assert math.isnan(summary.mean)
    assert summary.risk_class == RiskClass.NONE
    assert summary.class_cells == (0, 0, 0, 0)


def test_a_point_has_the_value_of_its_cell(graded: GradedSurface) -> None:
    """Western and southern edges belong to the cell; outside and unlocated have nothing."""
    east = np.array([150.0, 100.0, 250.0, 301.0, np.nan])
    north = np.array([150.0, 100.0, 150.0, 50.0, np.nan])
    values, classes = values_at(graded, east, north)
    np.testing.assert_array_equal(values, [15.0, 15.0, np.nan, np.nan, np.nan])
    assert classes.tolist() == [2, 2, 0, 0, 0]
