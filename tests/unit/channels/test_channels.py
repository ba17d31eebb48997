"""Channels back out: what is told, once; and two lists held against one another."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from geo_risk.channels import (
    OPEN,
    RULES,
    has_own_number,
    outbox_of,
    outcome_of,
    reconcile,
    result_of,
    rule_of,
)
from geo_risk.errors import NotFoundError
from geo_risk.records import CaseState, Channel, Report

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
ENDED = {"closed", "settled", "followed_up", "merged", "void"}


def report(number: str, state: str = "closed", **said: object) -> Report:
    first = Report(
        id=f"app:{number}",
        source="app",
        number=number,
        kind="hazard",
        channel="county_app",
        occurred_from=NOW,
        occurred_to=NOW,
        reported_at=NOW,
        state=state,
        closed_at=NOW if state in ENDED else None,
    )
    return replace(first, **said)  # type: ignore[arg-type]  # a test's shorthand


def test_there_is_a_rule_for_each_of_the_nine_channels() -> None:
    """And another word is refused with those there are; words go only where somebody is owed."""
    assert set(RULES) == {one.value for one in Channel}
    assert {name for name, one in RULES.items() if one.words} == {"petition", "hotline"}
    with pytest.raises(NotFoundError, match="'fax'"):
        rule_of("fax")


@pytest.mark.parametrize("state", [one.value for one in CaseState])
def test_every_state_has_an_outcome(state: str) -> None:
    """Open until it is ended; what was made up by a source counts as open."""
    assert (outcome_of(report("1", state)) == OPEN) == (state not in ENDED)
    assert outcome_of(report("1", "whatever")) == OPEN


def test_what_was_entered_here_has_no_number_of_anybody_elses() -> None:
    """There is nobody to tell under it."""
    assert has_own_number(report("1"))
    assert not has_own_number(report("1", source="http"))
    assert not has_own_number(report("", id="app:x"))


def test_a_result_is_told_once_and_again_when_it_changes() -> None:
    """Ended, confirmed, reopened, ended again: told, silent, told as open, told again."""
    closed = result_of(report("1"))
    assert outbox_of([closed], {}) == [closed]
    kept = {closed.report_id: closed.version}
    assert outbox_of([closed], kept) == []
    again = result_of(report("1", "rectifying"))
    assert again.outcome == OPEN
    assert again.closed_at is None
    assert outbox_of([again], kept) == [again]
    kept = {again.report_id: again.version}
    assert outbox_of([again], kept) == []
    later = result_of(report("1", closed_at=NOW + timedelta(days=9)))
    assert outbox_of([later], kept) == [later]


def test_an_open_case_of_which_nothing_was_told_waits_for_nobody() -> None:
    """Only what is ended goes out first."""
    assert outbox_of([result_of(report("1", "rectifying"))], {}) == []


def test_following_up_tells_nothing_new() -> None:
    """Settled and followed up are one outcome at one time: one version."""
    settled, followed = (result_of(report("1", one)) for one in ("settled", "followed_up"))
    assert settled.version == followed.version
    assert settled.version != result_of(report("2", "settled")).version


@pytest.mark.parametrize("seed", range(5))
def test_two_lists_are_parted_without_remainder(seed: int) -> None:
    """Every number is in one part; each part is what counting pair by pair gives."""
    rng = np.random.default_rng(seed)
    ours = [
        report(f"{k:03d}", str(rng.choice(["closed", "rectifying", "merged", "reported"])))
        for k in rng.choice(80, 50, replace=False)
    ]
    theirs = [(f"{rng.integers(100):03d}", bool(rng.random() < 0.5)) for _ in range(70)]
    found = reconcile(ours, theirs)
    here = {one.number: one.state in ENDED for one in ours}
    there: dict[str, set[bool]] = {}
    for number, closed in theirs:
        there.setdefault(number, set()).add(closed)
    expected = Counter(
        (here.get(one), next(iter(there[one])) if len(there[one]) == 1 else "both") for one in there
    )
    assert found.both_closed == expected[True, True]
    assert found.both_open == expected[False, False]
    assert len(found.closed_there) == expected[False, True]
    assert len(found.closed_here) == expected[True, False]
    assert set(found.unknown_here) == there.keys() - here.keys()
    assert set(found.unknown_there) == here.keys() - there.keys()
    parts = (found.closed_there, found.closed_here, found.unknown_here, found.contradicted)
    assert found.both_open + found.both_closed + sum(map(len, parts)) == len(there)
    assert reconcile(ours[::-1], theirs[::-1]) == found


def test_what_was_reported_after_their_list_is_not_missing_in_it() -> None:
    """A list knows nothing of what came later."""
    late = report("2", reported_at=NOW + timedelta(days=1))
    found = reconcile([report("1"), late], [], made_at=NOW)
    assert found.unknown_there == ("1",)
