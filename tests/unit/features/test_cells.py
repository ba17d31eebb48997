"""Traits of cells: land, premises and zones, as they held at a moment."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from geo_risk.errors import InputError
from geo_risk.events import days_since_epoch
from geo_risk.features.cells import TRAITS, measure_cells
from geo_risk.features.denied import check_inputs
from geo_risk.features.inputs import ParkInputs
from geo_risk.park import parse_park
from geo_risk.records import PatrolZone, Premises, PremisesKind

PARK = """
[park]
id = "square"
name = "square"
crs = "EPSG:4549"
boundary = { file = "b.geojson", datum = "wgs84" }
"""


@pytest.fixture
def inputs(square: Any) -> Any:
    """A square with three premises in one cell: one open, one that closes, one dormitory."""

    def make(**more: Any) -> ParkInputs:
        at = square.degrees(125, 125)
        premises = [
            Premises(id="p:open", **at),
            Premises(id="p:closed", **at, valid_to=square.days_ago(100)),
            Premises(id="p:sleep", **at, kind=PremisesKind.DORMITORY),
        ]
        kept = {"premises": premises, **more}
        boundary = square.polygon(0, 0, 1000, 1000)
        return ParkInputs(parse_park(PARK, Path("park.toml")), boundary, **kept)

    return make


def now(square: Any) -> float:
    return days_since_epoch(square.as_of)


def test_premises_count_while_they_are_open_and_dormitories_never(square: Any, inputs: Any) -> None:
    """Two before one closed, one after; who sleeps there is no trait."""
    traits = measure_cells(inputs(), square.grid, square.inside)
    column = TRAITS.index("premises_in_cell")
    cells = square.inside.sum()
    before, after = (np.expm1(traits.at(now(square) - ago)[:, column]) for ago in (101.0, 99.0))
    assert before.sum() == pytest.approx(cells)  # relative to the mean
    row, col = square.cell(125, 125)
    index = int(np.cumsum(square.inside.ravel())[row * square.grid.shape[1] + col]) - 1
    assert np.flatnonzero(before).tolist() == np.flatnonzero(after).tolist() == [index]
    assert len(traits.cell) == 2
    check_inputs(TRAITS)


def test_premises_around_spread_and_the_edge_is_no_gap(square: Any, inputs: Any) -> None:
    """Evenly placed premises are even up to the corner."""
    places = [
        Premises(id=f"p:{east}-{north}", **square.degrees(east, north))
        for east in range(25, 1000, 50)
        for north in range(25, 1000, 50)
    ]
    table = measure_cells(inputs(premises=places), square.grid, square.inside).at(now(square))
    for name in TRAITS[1:]:
        column = table[:, TRAITS.index(name)]
        np.testing.assert_allclose(column, column[0], rtol=1e-6)


def test_land_is_the_share_of_the_cell_within_the_boundary(square: Any, inputs: Any) -> None:
    """1 inside: its logarithm is 0; where the boundary cuts a cell, less."""
    whole = measure_cells(inputs(), square.grid, square.inside)
    assert np.median(whole.land) == 1.0
    narrow = inputs()
    cut = ParkInputs(narrow.park, square.polygon(0, 0, 1000, 970), premises=narrow.premises)
    land = measure_cells(cut, square.grid, square.inside).land
    top = square.grid.centres()[1][square.inside] > square.grid.bounds[3] - 50
    assert set(np.round(land[top], 6)) == {0.4}
    assert (land[~top] > 0.9).all()


def test_each_cell_has_the_zone_of_its_centre(square: Any, inputs: Any) -> None:
    """From 1 in the order given; 0 where there is none; the first where two overlap."""
    zones = [
        PatrolZone(id="z:1", geometry=square.polygon(0, 0, 500, 500)),
        PatrolZone(id="z:2", geometry=square.polygon(0, 0, 1000, 500)),
    ]
    zone = measure_cells(inputs(zones=zones), square.grid, square.inside).zone
    assert [int((zone == one).sum()) for one in (0, 1, 2)] == [200, 100, 100]


def test_without_premises_traits_are_finite(square: Any, inputs: Any) -> None:
    """A park whose places are not known yet."""
    table = measure_cells(inputs(premises=[]), square.grid, square.inside).at(now(square))
    assert table.shape == (square.inside.sum(), len(TRAITS))
    assert np.isfinite(table).all()


def test_premises_of_the_future_do_not_count_yet(square: Any, inputs: Any) -> None:
    """Known in advance, open tomorrow: not there today."""
    soon = Premises(
        id="p:soon", **square.degrees(700, 700), valid_from=square.as_of + timedelta(days=1)
    )
    traits = measure_cells(inputs(premises=[soon]), square.grid, square.inside)
    column = TRAITS.index("premises_in_cell")
    assert traits.at(now(square))[:, column].sum() == 0
    assert traits.at(now(square) + 2)[:, column].sum() > 0


def test_a_trait_of_persons_is_refused() -> None:
    """The deny-list holds for what may enter a forecast."""
    with pytest.raises(InputError):
        check_inputs([*TRAITS, "dormitories_1_5_cells"])
