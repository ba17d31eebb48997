"""A served park of payloads, and the month of payloads on it: once for all who walk there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.live.conftest import BuiltPark, Server
from tests.live.every_route import Lived
from tests.live.evil_month import live_an_evil_month
from tests.live.evil_park import write_evil_park
from tests.live.small_park import SmallPark


@pytest.fixture(scope="session")
def evil(
    tmp_path_factory: pytest.TempPathFactory, server_on: Any
) -> Iterator[tuple[SmallPark, Server]]:
    """The park of payloads, built and served."""
    folder = tmp_path_factory.mktemp("evil")
    park = write_evil_park(folder / "park")
    built = BuiltPark(park.park_file, folder / "state")
    built.build()
    with server_on(built) as running:
        yield park, running


@pytest.fixture(scope="session")
def evil_month(evil: tuple[SmallPark, Server]) -> tuple[Server, Lived]:
    """It again, after a month in which everybody wrote nothing else."""
    return evil[1], live_an_evil_month(evil[1])
