"""One morning in the field for all tests of the phone; each takes stops of its own from it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.live.field_day import FieldDay, field_day
from tests.live.planned_park import planned_park


@pytest.fixture(scope="session")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FieldDay]:
    """A morning with several stops ahead."""
    with field_day(planned_park(tmp_path_factory.mktemp("field"))) as one:
        yield one
