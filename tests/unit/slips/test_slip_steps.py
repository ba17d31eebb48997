"""The diagram of a slip, driven by several actors at random, and its single rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from geo_risk.errors import ConflictError, ForbiddenError, GeoRiskError, InputError
from geo_risk.records import Actor, Role, Slip, Step, Visit, VisitReason
from geo_risk.slips import (
    MACHINE,
    SENT,
    Act,
    Candidate,
    Circumstances,
    OpenMajor,
    SlipContent,
    SlipItem,
    at_once_reasons,
    content_from,
    content_text,
    decide,
    objection_ends,
    possible,
    replay,
    top_deficits,
    without_open,
)

NOW = datetime(2026, 11, 2, 1, tzinfo=UTC)
DAY = timedelta(days=1)
CHIEF = Actor("u-chief", Role.CHIEF, "http")
OTHER_CHIEF = Actor("u-chief-2", Role.CHIEF, "http")
OFFICER = Actor("u-officer", Role.OFFICER, "http")
OWN = Actor("u-own", Role.ENTERPRISE, "http", enterprise_id="e:1")
STRANGER = Actor("u-other", Role.ENTERPRISE, "http", enterprise_id="e:2")
ACTORS = (CHIEF, OTHER_CHIEF, OFFICER, OWN, STRANGER)
ACTIONS = tuple(one.action for one in MACHINE)
DRAFT = Slip(id="slip:1", enterprise_id="e:1", month="2026-10", item_ids=("r:1",))
VISIT = Visit(id="v:1", enterprise_id="e:1", start=NOW, reason=VisitReason.SLIP)


def _after(begun: datetime, days: int) -> datetime:
    return begun + days * DAY


AROUND = Circumstances(_after, finders=("u-chief",), visit=VISIT)


def _take(slip, steps, act, actor, at, around=AROUND):
    made = decide(slip, steps, act, around, actor=actor, now=at, step_id=f"s:{len(steps)}")
    return replace(slip, **made.changes), [*steps, *made.steps]


def _issued(at: datetime = NOW - DAY, basis: str = "routine") -> tuple[Slip, list[Step]]:
    slip, steps = _take(replace(DRAFT, basis=basis), [], Act("check"), OFFICER, at)
    return _take(slip, steps, Act("issue", "due twice"), CHIEF, at)


class SlipByMany(RuleBasedStateMachine):
    """Several people do whatever they like with one slip, by a clock that runs both ways."""

    def __init__(self) -> None:
        super().__init__()
        self.slip: Slip = DRAFT
        self.steps: list[Step] = []
        self.now = NOW

    @rule(hours=st.integers(-30, 400))
    def time_passes(self, hours: int) -> None:
        """Move the clock, backwards too."""
        self.now += timedelta(hours=hours)

    @rule(
        action=st.sampled_from([*ACTIONS, "nonsense"]),
        actor=st.sampled_from(ACTORS),
        text=st.sampled_from(["", "because"]),
        code=st.sampled_from(["", "upheld", "rejected", "fixed", "not_fixed"]),
        visited=st.booleans(),
    )
    def somebody_acts(self, action, actor, text, code, visited) -> None:
        """Try a step; a refusal changes nothing."""
        visit = replace(VISIT, id=f"v:{len(self.steps)}", start=self.now) if visited else None
        allowed = {one.action for one in possible(self.slip, actor)}
        around = Circumstances(_after, finders=("u-chief",), visit=visit)
        act = Act(action, text, code, visit.id if visit else "")
        try:
            slip, steps = _take(self.slip, self.steps, act, actor, self.now, around)
        except GeoRiskError:
            return
        assert action in allowed
        self.slip, self.steps = slip, steps

    @invariant()
    def replay_gives_the_state(self) -> None:
        """The steps lead to the state."""
        assert replay(self.steps) == self.slip.state

    @invariant()
    def time_never_runs_backwards(self) -> None:
        """No step is before the one before it."""
        times = [one.at for one in self.steps]
        assert times == sorted(times)

    @invariant()
    def nothing_is_sent_without_a_chief(self) -> None:
        """One issue, by a chief, with a reason, a date and a visit."""
        if self.slip.state in SENT:
            issued = [one for one in self.steps if one.action == "issue"]
            assert [one.role for one in issued] == ["chief"]
            assert issued[0].text
            assert self.slip.due is not None
            assert any(one.action == "plan_visit" for one in self.steps)

    @invariant()
    def only_a_visit_closes(self) -> None:
        """The last step of a closed slip names its visit."""
        if self.slip.state == "closed":
            assert self.steps[-1].code == "fixed"
            assert self.slip.visit_id == self.steps[-1].other_id != ""

    @invariant()
    def the_finder_decides_no_objection(self) -> None:
        """Never the one who made the finding."""
        decided = [one.actor_id for one in self.steps if one.action == "decide_objection"]
        assert "u-chief" not in decided

    @invariant()
    def strangers_do_nothing(self) -> None:
        """Another enterprise takes no step."""
        assert STRANGER.id not in {one.actor_id for one in self.steps}


TestSlipByMany = SlipByMany.TestCase
TestSlipByMany.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)


def test_an_impossible_step_names_the_possible_ones() -> None:
    """A draft is not issued before somebody checked it."""
    with pytest.raises(ConflictError, match="drawn: no issue") as refused:
        _take(DRAFT, [], Act("issue", "now"), CHIEF, NOW)
    assert "check" in refused.value.hint


def test_withholding_wants_a_reason_and_the_chief() -> None:
    """A written reason, by the chief; the slip stays there as withheld."""
    with pytest.raises(InputError, match="text is missing"):
        _take(DRAFT, [], Act("withhold", "  "), CHIEF, NOW)
    with pytest.raises(ForbiddenError):
        _take(DRAFT, [], Act("withhold", "no"), OFFICER, NOW)
    slip, _ = _take(DRAFT, [], Act("withhold", "repaired yesterday"), CHIEF, NOW)
    assert (slip.state, slip.decision, slip.decided_by) == (
        "withheld",
        "repaired yesterday",
        "u-chief",
    )


def test_an_objection_ends_ten_working_days_after_receipt() -> None:
    """On the last moment it is heard, after it no more; only once."""
    slip, steps = _issued()
    slip, steps = _take(slip, steps, Act("receive"), OWN, NOW)
    ends = objection_ends(slip, _after)
    assert ends == NOW + 10 * DAY
    with pytest.raises(ConflictError, match="over"):
        _take(slip, steps, Act("object", "not ours"), OWN, ends)
    slip, steps = _take(slip, steps, Act("object", "not ours"), OWN, ends - DAY)
    slip, steps = _take(
        slip, steps, Act("decide_objection", "it is", "rejected"), OTHER_CHIEF, ends
    )
    assert slip.state == "received"
    with pytest.raises(ConflictError, match="once"):
        _take(slip, steps, Act("object", "still not"), OWN, ends)


def test_an_upheld_objection_withdraws_the_slip() -> None:
    """It stays listed; the finder cannot decide."""
    slip, steps = _issued()
    slip, steps = _take(slip, steps, Act("object", "not ours"), OWN, NOW)
    with pytest.raises(ForbiddenError, match="did not make the finding"):
        _take(slip, steps, Act("decide_objection", "it is", "rejected"), CHIEF, NOW)
    slip, _ = _take(slip, steps, Act("decide_objection", "true", "upheld"), OTHER_CHIEF, NOW)
    assert slip.state == "withdrawn"


@pytest.mark.parametrize(
    "changes",
    [
        {"reason": VisitReason.ROUTINE},
        {"enterprise_id": "e:2"},
        {"start": NOW - 3 * DAY},
        {"start": NOW + 3 * DAY},
    ],
)
def test_only_a_visit_for_the_slip_verifies_it(changes) -> None:
    """Another reason, another enterprise, before the issue or in the future: refused."""
    slip, steps = _issued()
    around = Circumstances(_after, visit=replace(VISIT, **changes))
    with pytest.raises(InputError):
        _take(slip, steps, Act("verify", code="fixed", other_id="v:1"), OFFICER, NOW, around)


def test_not_fixed_asks_for_another_visit() -> None:
    """The state stays, the date moves, and the next visit is asked for; the same does not count."""
    slip, steps = _issued()
    slip, steps = _take(slip, steps, Act("verify", "no", "not_fixed", "v:1"), OFFICER, NOW)
    assert slip.state == "issued"
    assert [one.action for one in steps].count("plan_visit") == 2
    with pytest.raises(ConflictError, match="before"):
        _take(slip, steps, Act("verify", code="fixed", other_id="v:1"), OFFICER, NOW)


def test_an_at_once_slip_waits_for_its_hazard() -> None:
    """While the hazard is open, the slip about it is not closed."""
    slip, steps = _issued(basis="at_once")
    around = replace(AROUND, open_items=("r:1",))
    act = Act("verify", code="fixed", other_id="v:1")
    with pytest.raises(ConflictError, match="r:1"):
        _take(slip, steps, act, OFFICER, NOW, around)
    assert _take(slip, steps, act, OFFICER, NOW)[0].state == "closed"


def test_at_once_is_overdue_or_unprotected() -> None:
    """Past due, or 24 h without protection; rectified in time and not rechecked is neither."""
    one = OpenMajor("r:1", "e:1", NOW, NOW + 30 * DAY)
    assert at_once_reasons(one, NOW + DAY) == ()
    late = NOW + DAY + timedelta(seconds=1)
    assert at_once_reasons(one, late) == ("interim_missing",)
    covered = replace(one, interim_at=NOW)
    assert at_once_reasons(covered, NOW + 30 * DAY) == ("major_overdue",)
    done = replace(covered, rectified_at=NOW + 29 * DAY)
    assert at_once_reasons(done, NOW + 40 * DAY) == ()


@pytest.mark.parametrize(("state", "asked"), [("drawn", 0), ("objected", 0), ("closed", 1)])
def test_never_two_open_for_one_reason(state, asked) -> None:
    """An open slip holds its items; a new item is a new reason; routine slips are 90 days apart."""
    held = replace(DRAFT, basis="at_once", state=state)
    both = Candidate("e:1", "at_once", ("major_overdue",), ("r:1", "r:2"))
    (left,) = without_open([both], [held], NOW)
    assert len(left.item_ids) == 1 + asked
    routine = Candidate("e:1", "routine", ("worst_two_months",))
    assert len(without_open([routine], [replace(DRAFT, state=state)], NOW)) == asked
    sent = replace(DRAFT, state="closed", decided_at=NOW - 89 * DAY)
    assert without_open([routine], [sent], NOW) == []
    assert without_open([routine], [sent], NOW + DAY) == [routine]


@pytest.mark.parametrize(
    ("state", "decided"),
    [
        ("withheld", {"decided_at": NOW}),
        ("withdrawn", {"objected_at": NOW - DAY, "closed_at": NOW}),
    ],
)
def test_a_decision_not_to_remind_holds(state, decided) -> None:
    """For the same hazards and reason 30 days long; another hazard or reason is another matter."""
    said = replace(DRAFT, basis="at_once", state=state, reasons=("major_overdue",), **decided)
    one = Candidate("e:1", "at_once", ("major_overdue",), ("r:1",))
    assert without_open([one], [said], NOW + DAY) == []
    assert without_open([one], [said], NOW + 30 * DAY) == [one]
    more = replace(one, item_ids=("r:1", "r:2"))
    assert [left.item_ids for left in without_open([more], [said], NOW)] == [("r:2",)]
    graver = replace(one, reasons=("interim_missing", "major_overdue"))
    assert without_open([graver], [said], NOW + DAY) == [graver]
    mistaken = replace(said, state="withdrawn", objected_at=None)
    assert without_open([one], [mistaken], NOW + DAY) == [one]


def test_what_a_slip_says_reads_back() -> None:
    """Canonical JSON and back is the same; complaints are one sum; at most three deficits."""
    lost = {"overdue": 3.0, "disputes": 1.0, "incidents": 1.5, "resolution": 1.0, "drills": 0.5}
    deficits = top_deficits({**lost, "guards": 0.0, "rules": 0.25})
    assert deficits == (("incidents_and_disputes", 3.5), ("overdue", 3.0), ("drills", 0.5))
    said = SlipContent(
        "e:1",
        "2026-10",
        "at_once",
        ("major_overdue",),
        (SlipItem("r:1", "major", "用电", "p:1", NOW, None, ("major_overdue",)),),
        deficits,
        (("yellow", ("close_overdue",)),),
        0,
        "2027-03",
    )
    assert content_from(content_text(said)) == said
    assert top_deficits({"guards": 0.0}) == ()
