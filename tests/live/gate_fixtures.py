"""A morning in the field for what is saved at gates: each test stands at one of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.live.field_day import field_day
from tests.live.gates import Gate
from tests.live.planned_park import visits_of


@pytest.fixture(scope="session")
def next_gate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Gate]]:
    """Give a gate that no other test stands at."""
    folder = tmp_path_factory.mktemp("gates")
    with field_day(folder) as day:
        with day.client("chief") as chief:
            plan = chief.get(f"/v1/plan/{day.stops[0]['id'].split('.')[0]}").json()
        left = iter(visits_of(plan, "o:1"))
        yield lambda: Gate(day, folder, next(left))


@pytest.fixture
def gate(next_gate: Callable[[], Gate]) -> Gate:
    """A gate of this test's own."""
    return next_gate()
