"""Reminder slips at random: drawn, checked, issued, answered, objected to, verified, by anybody.

The diagram is written down here once more, by hand, as the judge.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from geo_risk import slipbook
from geo_risk.records import Actor, Role, Slip, Visit, VisitReason
from geo_risk.slips import Act, possible, replay
from geo_risk.store import Answer
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
from tests.contract.test_slipbook import frozen_of

UNDER_WAY = {"issued", "received", "answered", "objected"}
WAITING = {"drawn", "checked"}
ARROWS = {
    ("draw", "drawn", "drawn"),
    ("check", "drawn", "checked"),
    ("issue", "checked", "issued"),
    ("plan_visit", "issued", "issued"),
    *(("withhold", one, "withheld") for one in WAITING),
    ("receive", "issued", "received"),
    *(("answer", one, "answered") for one in ("issued", "received")),
    *(("withdraw", one, "withdrawn") for one in UNDER_WAY),
    ("decide_objection", "objected", "withdrawn"),
}
for _one in ("issued", "received", "answered"):
    ARROWS |= {
        ("object", _one, "objected"),
        ("decide_objection", "objected", _one),
        ("verify", _one, "closed"),
        ("verify", _one, _one),
        ("plan_visit", _one, _one),
    }
MOST_VISITS = 15
ACTIONS = sorted({action for action, _, _ in ARROWS} - {"draw"})


class SlipsAtRandom(DeskAtRandom):
    """Slips of two enterprises: for what is overdue now, and by a frozen month's figures."""

    def __init__(self) -> None:
        super().__init__()
        self.known |= {"slips": set(), "visits": set()}
        self.said: dict[str, Any] = {}
        """What each slip says, as it was when it was drawn up."""

    @rule(who=st.sampled_from([CHIEF, CHIEF, CHIEF, CHIEF, OFFICER]), luck=LUCK, hours=HOURS)
    def draw(self, who: Actor, luck: int, hours: int) -> None:
        """Somebody draws slips up, for a month that is frozen or without one."""
        luck = self.turn(luck, hours)
        month = self.now.strftime("%Y-%m") if luck % 2 else None
        results = frozen_of(1 + luck // 2 % 3) if month else None
        made = self.attempt(
            lambda: slipbook.draw(
                self.store, self.park, month, results=results, actor=who, at=self.now
            )
        )
        for one in made.slip_ids if made else ():
            self.known["slips"].add(one)
            self.taken[one] = 1
            self.said[one] = slipbook.content_of(self.store, one)

    @precondition(lambda self: len(self.known["visits"]) < MOST_VISITS)
    @rule(
        firm=st.sampled_from(FIRMS),
        reason=st.sampled_from([VisitReason.SLIP, VisitReason.SLIP, VisitReason.ROUTINE]),
    )
    def visit(self, firm: str, reason: VisitReason) -> None:
        """The officer goes there."""
        n = len(self.known["visits"])
        self.enter(
            [Visit(id=f"http:v{n}", enterprise_id=firm, start=self.now, reason=reason)], OFFICER
        )

    @precondition(lambda self: self.known["slips"])
    @rule(
        slip=st.integers(0, 20),
        action=st.sampled_from(ACTIONS),
        luck=LUCK,
        who=WHO,
        code=st.sampled_from(["fixed", "not_fixed", "upheld", "rejected", ""]),
        text=st.sampled_from(["样例", "样例", "样例", "样例", " "]),
        hours=HOURS,
    )
    def take_slip(
        self, slip: int, action: str, luck: int, who: Actor, code: str, text: str, hours: int
    ) -> None:
        """Somebody does something with a slip, with or without what it needs."""
        luck = self.turn(luck, hours // 4)
        ids = sorted(self.known["slips"])
        which = ids[slip % len(ids)]
        there: Slip = self.one("slips", which).record
        who, action = likely(lambda one: possible(there, one), who, action, luck)
        named = self.visit_of(there, luck)
        if luck % 5 and code:
            code = _code_for(there, code)
        act = Act(action, text, code, named)
        many = len(slipbook.steps_of(self.store, which))

        def do(if_match: str | None, key: Any) -> Answer | None:
            return slipbook.act(
                self.store, self.park, which, act,
                actor=who, at=self.now, if_match=if_match, idempotency=key,
            ).answer  # fmt: skip

        self.step("slips", which, luck, do)
        self.count_planned(which, many)

    def visit_of(self, slip: Slip, luck: int) -> str:
        """Give mostly the last visit to the enterprise, sometimes any, or one that is not there."""
        own = [one.id for one in self.found("visits") if one.enterprise_id == slip.enterprise_id]
        return max(own, default="http:none", key=len) if luck % 7 else f"http:v{luck % 20}"

    def count_planned(self, slip_id: str, before: int) -> None:
        """Beside an issue and a failed verification stands the next visit: a step of its own."""
        new = slipbook.steps_of(self.store, slip_id)[before:]
        self.taken[slip_id] += sum(one.action == "plan_visit" for one in new)

    def check(self, records: dict[str, list[Any]], steps: dict[str, list[Any]]) -> None:
        """States by the diagram, numbers without gaps, one open slip for a reason."""
        super().check(records, steps)
        slips: list[Slip] = records["slips"]
        visits = {one.id: one for one in records["visits"]}
        for slip in slips:
            taken = steps[slip.id]
            self.check_steps(slip.id, taken, ARROWS)
            assert replay(taken) == slip.state
            _check_decided(slip, taken)
            _check_verified(slip, visits)
        _check_numbers(slips, self.park.zone)
        _check_one_open_for_a_reason(slips)
        asked = {one.slip_id for one in slipbook.must_visits(self.store)}
        assert asked == {one.id for one in slips if one.state in UNDER_WAY - {"objected"}}

    def teardown(self) -> None:
        """What a slip says is what it said when it was drawn up."""
        for one in self.known["slips"]:
            assert slipbook.content_of(self.store, one) == self.said[one]
        super().teardown()


def _code_for(slip: Slip, code: str) -> str:
    """Give a code that fits the state."""
    decides = slip.state == "objected"
    fits = {"fixed": "upheld", "not_fixed": "rejected"}
    back = {new: old for old, new in fits.items()}
    return fits.get(code, code) if decides else back.get(code, code)


def _check_verified(slip: Slip, visits: dict[str, Visit]) -> None:
    """Closed by a visit made for it, after it was issued."""
    assert bool(slip.visit_id) is (slip.state == "closed")
    if slip.visit_id:
        visit = visits[slip.visit_id]
        assert visit.reason is VisitReason.SLIP
        assert visit.enterprise_id == slip.enterprise_id
        assert visit.start >= slip.decided_at


def _check_decided(slip: Slip, steps: list[Any]) -> None:
    """A chief decided, with a word; a draft has no number and an objection is heard once."""
    by_action = {one.action: one for one in steps}
    sent = slip.state not in {"drawn", "checked", "withheld"}
    assert bool(slip.slip_no) is sent is ("issue" in by_action)
    for action in ("issue", "withhold", "decide_objection", "withdraw"):
        assert action not in by_action or by_action[action].role == Role.CHIEF
    assert sum(one.action == "object" for one in steps) <= 1
    for one in steps:
        if one.role == Role.ENTERPRISE:
            assert one.actor_id == f"u-{slip.enterprise_id}"


def _check_numbers(slips: list[Slip], zone: Any) -> None:
    """1, 2, 3, ... of each year, in the year in which it was issued."""
    for year in {one.slip_no[3:7] for one in slips if one.slip_no}:
        own = [one for one in slips if one.slip_no[3:7] == year]
        numbers = sorted(int(one.slip_no[8:-1]) for one in own)
        assert numbers == list(range(1, len(own) + 1))
        assert {one.decided_at.astimezone(zone).strftime("%Y") for one in own} == {year}


def _check_one_open_for_a_reason(slips: list[Slip]) -> None:
    """A hazard is on one open slip at once; of routine slips one is open per enterprise."""
    is_open = [one for one in slips if one.state in UNDER_WAY | WAITING]
    reasons = Counter(
        (one.enterprise_id, one.basis, item)
        for one in is_open
        for item in (one.item_ids if one.basis == "at_once" else ("",))
    )
    assert max(reasons.values(), default=1) == 1
