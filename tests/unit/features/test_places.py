"""Places: where records lie, and which of them hold."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from geo_risk.features.places import INSIDE, OUTSIDE, UNLOCATED, Directory, holds, in_order, place


def test_points_are_inside_outside_or_unlocated(square: Any, premises_of: Any) -> None:
    """By the polygon, its edge included; a flag of the source keeps a point outside."""
    some = [
        premises_of(1, 500, 500),
        premises_of(2, 1200, 500),
        premises_of(3, 500, 500, outside=True),
        premises_of(4, None, None),
        None,
    ]
    placed = place(some, square.outline, square.crs)
    assert placed.status.tolist() == [INSIDE, OUTSIDE, OUTSIDE, UNLOCATED, UNLOCATED]
    np.testing.assert_allclose(placed.easting[:2], [500_500, 501_200], atol=1e-3)
    assert np.isnan(placed.easting[3:]).all()
    assert placed.inside.tolist() == [True, False, False, False, False]


def test_no_records_have_no_places(square: Any) -> None:
    """An empty list gives empty columns."""
    assert place([], square.outline, square.crs).status.shape == (0,)


def test_a_visit_lies_where_its_premises_lay(premises_of: Any, visit_of: Any, square: Any) -> None:
    """A premises that has closed keeps its place for the visits of its time."""
    closed = premises_of(1, valid_to=square.days_ago(10))
    directory = Directory([closed])
    assert directory.premises_of(visit_of(1, 50)) is closed
    assert directory.premises_of(visit_of(2, 50, "p:9")) is None


@pytest.mark.parametrize(
    ("begins", "ends", "held"),
    [(None, None, True), (0, None, True), (-1, None, False), (9, 0, False), (9, -1, True)],
)
def test_valid_time_is_half_open(
    square: Any, premises_of: Any, begins: int | None, ends: int | None, *, held: bool
) -> None:
    """From its first moment, to before its last."""
    times = {
        name: square.days_ago(days)
        for name, days in (("valid_from", begins), ("valid_to", ends))
        if days is not None
    }
    assert holds(premises_of(1, **times), square.as_of) is held


def test_order_is_by_the_first_column_then_the_next() -> None:
    """Rows sort like tuples."""
    first, second = np.array([2.0, 1.0, 2.0, 1.0]), np.array([0.0, 9.0, -1.0, 3.0])
    assert in_order(first, second).tolist() == [3, 1, 2, 0]
