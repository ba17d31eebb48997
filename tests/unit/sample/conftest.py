"""Sample parks in memory, each drawn once for all tests of a worker."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest

from data.sample_park import Park, simulate

Draw = Callable[..., Park]


@pytest.fixture(scope="session")
def draw() -> Draw:
    """Give `simulate`, each park once."""
    return cache(simulate)


@pytest.fixture(scope="session")
def park(draw: Draw) -> Park:
    """The sample park as people see it: seed 1, misspecified, 24 months."""
    return draw(1)
