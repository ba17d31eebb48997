"""A morning in the field for what is saved at gates: each test stands at one of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.live.field_day import field_day
from tests.live.gates import Gate
from tests.live.planned_park import planned_park


@pytest.fixture(scope="session")
def next_gate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Gate]]:
    """Give a gate that no other test stands at."""
    built = planned_park(tmp_path_factory.mktemp("gates"))
    with field_day(built) as day:
        left = iter([*day.stops, *day.others])
        yield lambda: Gate(day, built, next(left))


@pytest.fixture
def gate(next_gate: Callable[[], Gate]) -> Gate:
    """A gate of this test's own."""
    return next_gate()
