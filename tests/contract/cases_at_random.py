"""Casework at random: the diagram is written down here once more, by hand, as the judge."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from geo_risk import casebook
from geo_risk.casework import ACTIONS, GROUPS, LEVELS, Act, figures, possible, replay
from geo_risk.records import Actor, Report, Role, Severity
from geo_risk.store import Answer, Query
from tests.contract.desk_at_random import (
    CHIEF,
    FIRMS,
    HOURS,
    LUCK,
    OFFICER,
    WHO,
    DeskAtRandom,
    likely,
)
from tests.contract.examples import DAY, NOW, report

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
    _ended = {"closed"} if _kind == "hazard" else {"settled", "followed_up"}
    ARROWS[_kind] |= {("remark", one, one) for one in _open | _ended | {"merged", "void"}}
MAJOR, GENERAL, MINOR = Severity.MAJOR, Severity.GENERAL, Severity.MINOR
BEGUN = (
    ("hazard", MAJOR, "visit"),
    ("hazard", MAJOR, "visit"),
    ("hazard", GENERAL, "visit"),
    ("hazard", MAJOR, "hotline"),
    ("dispute", None, "petition"),
    ("hazard", None, "visit"),
    ("hazard", MINOR, "self_report"),
)
MOST = 10


class CasesAtRandom(DeskAtRandom):
    """Seven cases of two enterprises, and some that are told of meanwhile."""

    def __init__(self) -> None:
        super().__init__()
        for n, (kind, severity, channel) in enumerate(BEGUN, 1):
            self.tell_of(n, OFFICER, kind=kind, severity=severity, channel=channel)

    def tell_of(self, n: int, who: Actor, **values: Any) -> None:
        """Enter a report, of one enterprise and the other in turn."""
        firm = FIRMS[n % 2]
        given = report(n, enterprise_id=firm, reported_at=self.now - DAY, **values)
        self.enter([given], who)

    @property
    def cases(self) -> list[str]:
        """Give the ids of all cases."""
        return sorted(self.known["reports"])

    @precondition(lambda self: len(self.known["reports"]) < MOST)
    @rule(who=st.sampled_from([OFFICER, CHIEF]), severity=st.sampled_from([MAJOR, GENERAL]))
    def tell(self, who: Actor, severity: Severity) -> None:
        """Another hazard is found."""
        self.tell_of(len(self.cases) + 1, who, kind="hazard", severity=severity, channel="visit")

    @rule(
        case=st.integers(0, MOST),
        action=st.sampled_from(ACTIONS),
        luck=LUCK,
        who=WHO,
        other=st.integers(0, MOST),
        second=st.sampled_from(["u-clerk", "u-officer", "u-chief", "u-list:1", "", "", ""]),
        level=st.sampled_from([*LEVELS, ""]),
        severity=st.sampled_from(["minor", "major", "", "grave"]),
        hours=HOURS,
    )
    def take(
        self,
        case: int,
        action: str,
        luck: int,
        who: Actor,
        other: int,
        second: str,
        level: str,
        severity: str,
        hours: int,
    ) -> None:
        """Somebody does something with a case, with or without what it needs."""
        luck = self.turn(luck, hours)
        ids = self.cases
        which = ids[luck // 7 % len(ids) if luck % 2 else case % len(ids)]
        there = self.one("reports", which).record
        who, action = likely(lambda one: possible(there, one), who, action, luck)
        changes = {"severity": severity} if severity else {}
        act = Act(
            action,
            "样例",
            f"s:{1 + luck // 5 % 2}",
            ids[other % len(ids)],
            second,
            level,
            changes=changes,
        )

        def do(if_match: str | None, key: Any) -> Answer | None:
            return casebook.act(
                self.store, self.park, which, act,
                actor=who, at=self.now, if_match=if_match, idempotency=key,
            ).answer  # fmt: skip

        self.step("reports", which, luck, do)

    def check(self, records: dict[str, list[Any]], steps: dict[str, list[Any]]) -> None:
        """Steps replay to the state; a second person closed what is grave; figures reconcile."""
        super().check(records, steps)
        found = self.store.find(Query("reports"), actor=CHIEF)
        cases = casebook.cases_of(self.store, self.park, found, actor=CHIEF, teams=True)
        for case in cases:
            report, taken = case.report, case.steps
            assert list(taken) == steps.get(report.id, [])
            self.check_steps(report.id, list(taken), ARROWS[report.kind])
            assert replay(taken) == report.state
            assert report.reopened == sum(one.action == "reopen" for one in taken)
            assert bool(report.duplicate_of) is (report.state == "merged")
            over = report.state in {"closed", "settled"}
            assert (report.closed_at is not None) is over or report.state == "followed_up"
            _check_second_person(report, taken)
            for one in taken:
                if one.role == Role.ENTERPRISE:
                    assert one.actor_id == f"u-{report.enterprise_id}"
        self.check_figures(cases)

    def check_figures(self, cases: Any) -> None:
        """However grouped, the items are those of the whole."""
        start, end = NOW - 10 * DAY, NOW + 60 * DAY
        (whole,) = figures(cases, start, end, as_of=self.now)
        due = (*whole.items["in_time"], *whole.items["late"], *whole.items["overdue"])
        assert sorted(due) == sorted(whole.items["due"])
        for by in GROUPS:
            rows = figures(cases, start, end, as_of=self.now, by=by)
            for name, ids in whole.items.items():
                if by != "team" or name != "reported":
                    assert sorted(id_ for one in rows for id_ in one.items[name]) == list(ids)


def _check_second_person(report: Report, steps: Any) -> None:
    """A hazard that is major at its closing had two persons at it."""
    if report.state == "closed" and report.severity is Severity.MAJOR:
        corrected = [n for n, one in enumerate(steps) if one.action == "correct"]
        last = max(n for n, one in enumerate(steps) if one.action == "pass")
        if not any(n > last for n in corrected):
            assert steps[last].second_id not in {"", steps[last].actor_id}
