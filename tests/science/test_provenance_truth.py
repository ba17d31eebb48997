"""Who is asked how an entry came about: honest officers hardly ever, fakers nearly always."""

from __future__ import annotations

import numpy as np
import pytest

from geo_risk.provenance import check_entries
from tests.science.written_entries import KINDS, OFFICERS, faked, honest_month

MOST_HONEST = 0.01
LEAST_FAKED = 0.80


def _asked_of_honest(seeds: range) -> float:
    asked = 0
    for seed in seeds:
        month = honest_month(np.random.default_rng([1, seed]))
        asked += len({one.person_id for one in check_entries(month)})
    return asked / (len(seeds) * OFFICERS)


def _found_fakers(kind: str, seeds: range) -> float:
    found = 0
    for seed in seeds:
        rng = np.random.default_rng([2, seed])
        false, _ = faked(kind, "F", rng)
        doubts = check_entries([*honest_month(rng), *false])
        found += any((one.check, one.person_id) == (kind, "F") for one in doubts)
    return found / len(seeds)


def test_hardly_any_honest_officer_is_asked() -> None:
    """Rounded times, a day entered in one go, a gate's photo, a wrong clock: at most 1 %."""
    assert _asked_of_honest(range(3)) <= MOST_HONEST


@pytest.mark.parametrize("kind", KINDS)
def test_a_faker_is_asked(kind: str) -> None:
    """Each kind of fake is met by its own check."""
    assert _found_fakers(kind, range(2)) >= LEAST_FAKED


@pytest.mark.soak
def test_hardly_any_honest_officer_is_asked_in_forty_months() -> None:
    """800 months of honest officers."""
    assert _asked_of_honest(range(40)) <= MOST_HONEST


@pytest.mark.soak
@pytest.mark.parametrize("kind", KINDS)
def test_a_faker_is_asked_in_twenty_months(kind: str) -> None:
    """20 fakers of each kind among honest officers."""
    assert _found_fakers(kind, range(20)) >= LEAST_FAKED
