"""Random acts of several actors on several cases: nothing is lost, nothing impossible happens.

Hypothesis draws the acts; the diagram is written down here once more, by hand, as the judge.
"""

from __future__ import annotations

import shutil
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from geo_risk import casebook
from geo_risk.casework import ACTIONS, GROUPS, LEVELS, Act, figures, possible, replay
from geo_risk.errors import GeoRiskError, StaleError
from geo_risk.park import ParkFile, read_park
from geo_risk.records import Actor, Report, Role, Severity
from geo_risk.store import Answer, Idempotency, Query, Store, User, open_store
from tests.contract.examples import DAY, NOW, one_of_each, report
from tests.contract.test_casebook import park_with_calendar

ACTORS = [
    Actor("u-officer", Role.OFFICER, "http"),
    Actor("u-clerk", Role.CLERK, "http"),
    Actor("u-chief", Role.CHIEF, "http"),
    Actor("u-mediator", Role.MEDIATOR, "http"),
    Actor("u-firm", Role.ENTERPRISE, "http", enterprise_id="list:1"),
    Actor("u-volunteer", Role.VOLUNTEER, "http"),
]
READER = ACTORS[2]
OPEN = {
    "hazard": {"reported", "assigned", "rectifying", "rechecking"},
    "dispute": {"reported", "assigned", "mediating", "not_settled"},
}
ARROWS = {
    "hazard": {
        *(("assign", one, "assigned") for one in ("reported", "assigned")),
        *(("start", one, "rectifying") for one in ("reported", "assigned")),
        *(("rectify", one, "rechecking") for one in ("reported", "assigned", "rectifying")),
        ("pass", "rechecking", "closed"),
        ("fail", "rechecking", "rectifying"),
        ("reopen", "closed", "rectifying"),
        *((word, one, one) for word in ("protect", "extend") for one in OPEN["hazard"]),
        ("correct", "closed", "closed"),
    },
    "dispute": {
        *(("assign", one, "assigned") for one in ("reported", "assigned")),
        *(("mediate", one, "mediating") for one in OPEN["dispute"]),
        ("settle", "mediating", "settled"),
        ("give_up", "mediating", "not_settled"),
        *(("follow_up", one, "followed_up") for one in ("settled", "not_settled")),
        *(("reopen", one, "mediating") for one in ("settled", "followed_up")),
        *(("correct", one, one) for one in ("settled", "followed_up")),
    },
}
for _kind, _open in OPEN.items():
    ARROWS[_kind] |= {("hand_over", one, "assigned") for one in _open}
    ARROWS[_kind] |= {("merge", one, "merged") for one in _open}
    ARROWS[_kind] |= {("unmerge", "merged", one) for one in _open}
    ARROWS[_kind] |= {("void", one, "void") for one in _open}
    ARROWS[_kind] |= {("restore", "void", one) for one in _open}
    ARROWS[_kind] |= {("correct", one, one) for one in _open}
IDS = [f"hotline:{n:05d}" for n in range(1, 6)]


class Desk(RuleBasedStateMachine):
    """Five cases at one desk; what was answered is remembered, to be compared with the store."""

    template: Path
    park: ParkFile

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        shutil.copy(self.template, self.folder / "store.sqlite")
        self.store: Store = open_store(
            f"sqlite:///{self.folder / 'store.sqlite'}", park_id="t", state_dir=self.folder
        )
        stations = [one for one in one_of_each() if one.collection == "stations"]
        severities = [None, *Severity]
        cases = [
            report(
                n,
                kind="dispute" if n == 5 else "hazard",
                severity=None if n == 5 else severities[n - 1],
                enterprise_id="list:1",
                reported_at=NOW - DAY,
            )
            for n in range(1, 6)
        ]
        self.store.put([*stations, *cases], actor=READER, at=NOW)
        for one in ACTORS:
            self.store.put_user(User(one.id, one.id, one.role, "x"), actor=READER, at=NOW)
        self.now: datetime = NOW
        self.acts = 0
        self.taken = dict.fromkeys(IDS, 0)
        self.keys: dict[str, tuple[str, Act, Actor, str, datetime]] = {}

    @rule(
        case=st.sampled_from(IDS),
        action=st.sampled_from(ACTIONS),
        luck=st.integers(0, 999),
        who=st.sampled_from([*ACTORS, READER, READER]),
        other=st.sampled_from(IDS),
        second=st.sampled_from(["u-clerk", "u-officer", "u-firm", "u-chief", ""]),
        level=st.sampled_from([*LEVELS, ""]),
        severity=st.sampled_from(["minor", "major", "", "grave"]),
        hours=st.integers(-40, 400),
    )
    def act(
        self,
        case: str,
        action: str,
        luck: int,
        who: Actor,
        other: str,
        second: str,
        level: str,
        severity: str,
        hours: int,
    ) -> None:
        """Somebody does something, with or without what it needs; the clock may run backwards."""
        self.now = max(NOW, self.now + timedelta(hours=hours))
        self.acts += 1
        luck = crc32(f"{luck} {self.acts}".encode())  # drawn numbers tend to be small
        case = IDS[luck // 7 % len(IDS)] if luck % 2 else case
        who = READER if luck % 3 else who
        before = self.kept(case)
        words = [one.action for one in possible(before.record, who)]
        if luck % 5 and words:  # else most acts would be refused
            action = words[luck // 3 % len(words)]
        stale, keyed = luck % 11 == 1, luck % 4 == 1
        changes = {"severity": severity} if severity else {}
        act = Act(action, "样例", "s:1", other, second, level, changes=changes)
        key = None
        if keyed:
            key = Idempotency(f"key-{len(self.keys):05d}", "d", lambda stored: _answer(stored[0]))
        refused: GeoRiskError | None
        try:
            done = casebook.act(
                self.store,
                self.park,
                case,
                act,
                actor=who,
                at=self.now,
                if_match="old" if stale and not keyed else None,
                idempotency=key,
            )
        except GeoRiskError as error:
            refused = error
        else:
            refused = None
        if refused is not None:
            assert isinstance(refused, StaleError) is (stale and not keyed)
            assert refused.hint
            assert self.kept(case) == before
            return
        self.taken[case] += 1
        if key is not None:
            assert done.answer is not None
            self.keys[key.key] = (case, act, who, done.answer.body, self.now)

    @precondition(lambda self: len(self.keys) > 2)
    @rule(which=st.integers(0, 50))
    def repeat(self, which: int) -> None:
        """A request comes a second time: the first answer, and nothing else."""
        name = sorted(self.keys)[which % len(self.keys)]
        case, act, who, body, at = self.keys[name]
        if self.now >= at + 30 * DAY:
            return  # keys are kept so long
        key = Idempotency(name, "d", lambda stored: _answer(stored[0]))
        done = casebook.act(
            self.store, self.park, case, act, actor=who, at=self.now, idempotency=key
        )
        assert done.answer is not None
        assert done.answer.body == body

    @invariant()
    def nothing_is_lost_and_nothing_impossible_is_there(self) -> None:
        """As many steps as were taken, each an arrow; replayed they give the state."""
        found = self.store.find(Query("reports"), actor=READER)
        assert [one.record.id for one in found] == IDS
        cases = casebook.cases_of(self.store, self.park, found, actor=READER)
        for case in cases:
            report, steps = case.report, case.steps
            assert len(steps) == self.taken[report.id]
            assert replay(steps) == report.state
            assert [one.at for one in steps] == sorted(one.at for one in steps)
            for one in steps:
                assert (one.action, one.state_from, one.state_to) in ARROWS[report.kind]
            assert report.reopened == sum(one.action == "reopen" for one in steps)
            assert bool(report.duplicate_of) is (report.state == "merged")
            over = report.state in {"closed", "settled"}
            assert (report.closed_at is not None) is over or report.state == "followed_up"
            self.second_person(report, steps)

    def second_person(self, report: Report, steps: Any) -> None:
        """A hazard that is major at its closing had two persons at it."""
        if report.state == "closed" and report.severity is Severity.MAJOR:
            corrected = [n for n, one in enumerate(steps) if one.action == "correct"]
            last = max(n for n, one in enumerate(steps) if one.action == "pass")
            if not any(n > last for n in corrected):
                assert steps[last].second_id not in {"", steps[last].actor_id}

    @invariant()
    def figures_reconcile(self) -> None:
        """However grouped, the items are those of the whole."""
        found = self.store.find(Query("reports"), actor=READER)
        cases = casebook.cases_of(self.store, self.park, found, actor=READER, teams=True)
        start, end = NOW - 10 * DAY, NOW + 60 * DAY
        (whole,) = figures(cases, start, end, as_of=self.now)
        due = (*whole.items["in_time"], *whole.items["late"], *whole.items["overdue"])
        assert sorted(due) == sorted(whole.items["due"])
        for by in GROUPS:
            rows = figures(cases, start, end, as_of=self.now, by=by)
            for name, ids in whole.items.items():
                if by != "team" or name != "reported":
                    assert sorted(id_ for one in rows for id_ in one.items[name]) == list(ids)

    def kept(self, case: str) -> Any:
        """Give a report as it is kept."""
        return casebook.report_of(self.store, case, READER)

    def teardown(self) -> None:
        """Close the store and take it away."""
        self.store.close()
        shutil.rmtree(self.folder)


def _answer(stored: Any) -> Answer:
    return Answer(201, stored.record.id)


def _run(template: Path, folder: Path, examples: int, steps: int) -> None:
    Desk.template, Desk.park = template, read_park(park_with_calendar(folder))
    run_state_machine_as_test(
        Desk,
        settings=settings(
            max_examples=examples, stateful_step_count=steps, phases=[Phase.generate]
        ),
    )


def test_random_acts_leave_every_case_in_order(sqlite_template: Path, tmp_path: Path) -> None:
    """The short form: ten desks."""
    _run(sqlite_template, tmp_path, 10, 30)


@pytest.mark.soak
def test_many_random_acts_leave_every_case_in_order(sqlite_template: Path, tmp_path: Path) -> None:
    """The long form."""
    _run(sqlite_template, tmp_path, 150, 80)
