"""A month at random: casework, declarations and slips at one desk, by people who do not wait.

Hypothesis draws the acts of officers, a clerk, chiefs, a mediator, two enterprises and a volunteer.
No item is lost, no state outside the diagrams is reached, the events tell the same records again,
figures reconcile, numbers of slips have no gaps, and what is refused changes nothing.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from geo_risk.park import read_park
from tests.contract.cases_at_random import CasesAtRandom
from tests.contract.declarations_at_random import DeclarationsAtRandom
from tests.contract.slips_at_random import SlipsAtRandom
from tests.contract.test_casebook import park_with_calendar


class Month(CasesAtRandom, SlipsAtRandom, DeclarationsAtRandom):
    """All three at once: what closes a case lets a slip be verified; a visit serves both."""


def _run(template: Path, folder: Path, examples: int, steps: int, *, again: bool) -> None:
    Month.template, Month.park = template, read_park(park_with_calendar(folder))
    run_state_machine_as_test(
        Month,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            phases=[Phase.generate],
            derandomize=again,
        ),
    )


def test_random_acts_leave_a_month_in_order(sqlite_template: Path, tmp_path: Path) -> None:
    """The short form: a few desks, the same ones each time."""
    _run(sqlite_template, tmp_path, 6, 60, again=True)


@pytest.mark.soak
def test_many_random_acts_leave_a_month_in_order(sqlite_template: Path, tmp_path: Path) -> None:
    """The long form."""
    _run(sqlite_template, tmp_path, 150, 120, again=False)
