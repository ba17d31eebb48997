"""Declarations, driven by several people at random, and their single rules."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from geo_risk.declarations import Checked, Form, correct_or_verify, declare, state_of
from geo_risk.errors import ConflictError, ForbiddenError, GeoRiskError, InputError
from geo_risk.records import Actor, Declaration, Role, Step, Visit

NOW = datetime(2026, 11, 2, 1, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
INDICATORS = ("drills", "rules")
OWN = Actor("u-own", Role.ENTERPRISE, "http", enterprise_id="e:1")
STRANGER = Actor("u-other", Role.ENTERPRISE, "http", enterprise_id="e:2")
CLERK = Actor("u-clerk", Role.CLERK, "http")
OFFICER = Actor("u-officer", Role.OFFICER, "http")
FORM = Form("e:1", "2026-10", "drills", 1.0, 2.0, "照片 3 张")
VISIT = Visit(id="v:1", enterprise_id="e:1", start=NOW - timedelta(hours=1))


def _declare(form=FORM, there=None, actor=OWN, now=NOW):
    return declare(
        form, there, indicators=INDICATORS, zone=ZONE, actor=actor, now=now, step_id="s:1"
    )


def _verify(one, checked=None, visit=VISIT, actor=OFFICER):
    asked = checked or Checked("v:1")
    return correct_or_verify(one, asked, visit, actor=actor, now=NOW, step_id="s:2")


class DeclarationByMany(RuleBasedStateMachine):
    """Several people say, say again, verify and correct in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: Declaration | None = None
        self.steps: list[Step] = []

    @rule(
        actor=st.sampled_from([OWN, STRANGER, CLERK, OFFICER]),
        have=st.sampled_from([0.0, 1.0, 2.0, -1.0, math.nan]),
        month=st.sampled_from(["2026-10", "2027-01", "26-10"]),
    )
    def somebody_declares(self, actor, have, month) -> None:
        """Try a form; a refusal changes nothing."""
        try:
            done = _declare(replace(FORM, have=have, month=month), self.kept, actor)
        except GeoRiskError:
            return
        assert actor in (OWN, CLERK)
        assert state_of(self.kept) != "verified"
        self._take(done)

    @rule(
        actor=st.sampled_from([OWN, CLERK, OFFICER]),
        have=st.sampled_from([None, 0.0, 1.0, 2.0]),
        text=st.sampled_from(["", "只演练了一次"]),
        visit=st.sampled_from([None, VISIT, replace(VISIT, enterprise_id="e:2")]),
    )
    def somebody_verifies(self, actor, have, text, visit) -> None:
        """Try to verify or correct; a refusal changes nothing."""
        if self.kept is None:
            return
        try:
            done = _verify(self.kept, Checked("v:1", have, None, text), visit, actor)
        except GeoRiskError:
            return
        assert actor == OFFICER
        assert visit == VISIT
        self._take(done)

    def _take(self, done) -> None:
        if done.record is not None:
            self.kept = done.record
        else:
            self.kept = replace(self.kept, **done.changes)
        self.steps.append(done.step)

    @invariant()
    def the_steps_lead_to_the_state(self) -> None:
        """Each step begins where the one before it ended."""
        state = ""
        for one in self.steps:
            assert one.state_from == state
            state = one.state_to
        assert state_of(self.kept) == state

    @invariant()
    def what_is_verified_names_who_and_the_visit(self) -> None:
        """Nobody verifies without having been there."""
        if state_of(self.kept) == "verified":
            assert self.kept.verified_by == OFFICER.id
            assert self.steps[-1].other_id == "v:1"


TestDeclarationByMany = DeclarationByMany.TestCase
TestDeclarationByMany.settings = settings(max_examples=40, stateful_step_count=15, deadline=None)


def test_an_enterprise_declares_for_itself_only() -> None:
    """Another's form is refused; a clerk writes down what came on paper."""
    with pytest.raises(ForbiddenError):
        _declare(actor=STRANGER)
    assert _declare(actor=CLERK).record.declared_by == "u-clerk"


@pytest.mark.parametrize(
    "changes",
    [{"indicator": "nonsense"}, {"month": "2026-12"}, {"have": math.inf}, {"need": -1.0}],
)
def test_what_cannot_be_declared_is_refused(changes) -> None:
    """An unknown indicator, a month that has not begun, amounts that are no amounts."""
    with pytest.raises(InputError):
        _declare(replace(FORM, **changes))


def test_a_month_begins_in_the_parks_time_zone() -> None:
    """At 16:00 UTC of the last day, December has begun in Shanghai."""
    last = datetime(2026, 11, 30, 15, 59, tzinfo=UTC)
    form = replace(FORM, month="2026-12")
    with pytest.raises(InputError, match="has not begun"):
        _declare(form, now=last)
    assert _declare(form, now=last + timedelta(minutes=1)).record.month == "2026-12"


def test_a_false_declaration_is_corrected_with_its_reason() -> None:
    """The amount changes, the step says corrected; without a reason it is refused."""
    record = _declare(replace(FORM, have=2.0)).record
    with pytest.raises(InputError, match="text is missing"):
        _verify(record, Checked("v:1", 1.0))
    done = _verify(record, Checked("v:1", 1.0, None, "只演练了一次"))
    assert (done.step.action, done.changes["have"]) == ("correct", 1.0)
    later = replace(record, **done.changes)
    with pytest.raises(ConflictError, match="was verified"):
        _declare(there=later)
    with pytest.raises(ConflictError, match="was verified"):
        _verify(later, Checked("v:1", 1.0))
