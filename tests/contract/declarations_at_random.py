"""Declarations at random: said, said again, verified or corrected on a visit, by anybody.

The diagram is written down here once more, by hand, as the judge.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from geo_risk import declarationbook
from geo_risk.declarations import Checked, Form, state_of
from geo_risk.records import Actor, Role
from geo_risk.store import Answer
from tests.contract.desk_at_random import ACTORS, FIRMS, HOURS, LUCK, OFFICER, WHO, DeskAtRandom

ARROWS = {
    ("declare", "", "declared"),
    ("declare_again", "declared", "declared"),
    *((word, "declared", "verified") for word in ("verify", "correct")),
    ("correct", "verified", "verified"),
}
SAYERS = [one for one in ACTORS if one.role in {Role.ENTERPRISE, Role.CLERK}]
AMOUNTS = st.sampled_from([0.0, 1.0, 2.0, 3.0, -1.0, float("nan")])


class DeclarationsAtRandom(DeskAtRandom):
    """What two enterprises say of two indicators, and what officers find."""

    def __init__(self) -> None:
        super().__init__()
        self.known.setdefault("declarations", set())
        self.told: dict[str, tuple[float, float]] = {}
        """Have and need of each, as they were said or found last."""

    @rule(
        who=WHO,
        firm=st.sampled_from([*FIRMS, *FIRMS, "list:9"]),
        month=st.sampled_from(["2026-02", "2026-02", "2026-03", "2026-09", "2026-13"]),
        indicator=st.sampled_from(["drills", "guards", "drills", "guards", "luck"]),
        amounts=st.tuples(AMOUNTS, AMOUNTS),
        luck=LUCK,
        hours=HOURS,
    )
    def declare(
        self,
        who: Actor,
        firm: str,
        month: str,
        indicator: str,
        amounts: tuple[float, float],
        luck: int,
        hours: int,
    ) -> None:
        """Somebody declares, for itself or for another."""
        luck = self.turn(luck, hours // 4)
        if luck % 4:
            who = SAYERS[luck // 4 % len(SAYERS)]
            firm = who.enterprise_id or FIRMS[0]
            month, amounts = f"2026-0{1 + luck // 20 % 3}", (float(luck % 3), 2.0)
        form = Form(firm, month, indicator, *amounts)
        done = self.attempt(
            lambda: declarationbook.take_form(self.store, self.park, form, actor=who, at=self.now)
        )
        if done is not None:
            self.known["declarations"].add(done[0])
            self.taken[done[0]] = self.taken.get(done[0], 0) + 1
            self.told[done[0]] = amounts

    @precondition(lambda self: self.known["declarations"])
    @rule(
        which=st.integers(0, 20),
        who=WHO,
        have=st.sampled_from([None, None, 1.0, 5.0, -2.0]),
        text=st.sampled_from(["样例", ""]),
        luck=LUCK,
        hours=HOURS,
    )
    def verify(
        self, which: int, who: Actor, have: float | None, text: str, luck: int, hours: int
    ) -> None:
        """Somebody verifies or corrects, on a visit or on one to another."""
        luck = self.turn(luck, hours // 4)
        ids = sorted(self.known["declarations"])
        one = ids[which % len(ids)]
        record = self.one("declarations", one).record
        visits = [
            each.id
            for each in self.found("visits")
            if luck % 5 == 0 or each.enterprise_id == record.enterprise_id
        ]
        who = OFFICER if luck % 3 else who
        checked = Checked(visits[luck % len(visits)] if visits else "http:none", have, None, text)
        before = self.taken[one]

        def do(if_match: str | None, key: Any) -> Answer | None:
            return declarationbook.verify(
                self.store, one, checked, actor=who, at=self.now, if_match=if_match, idempotency=key
            ).answer

        self.step("declarations", one, luck, do)
        if self.taken[one] > before and have is not None:
            self.told[one] = (have, self.told[one][1])

    def check(self, records: dict[str, list[Any]], steps: dict[str, list[Any]]) -> None:
        """One record of a month and indicator; what was said last; verified by who may."""
        super().check(records, steps)
        said = [(one.enterprise_id, one.month, one.indicator) for one in records["declarations"]]
        assert len(set(said)) == len(said)
        for one in records["declarations"]:
            taken = steps[one.id]
            self.check_steps(one.id, taken, ARROWS)
            assert (one.have, one.need) == self.told[one.id]
            assert taken[0].state_from == ""
            assert taken[-1].state_to == state_of(one)
            for step in taken:
                by = {"verify": _FINDERS, "correct": _FINDERS}.get(step.action, _SAYERS)
                assert step.role in by
                assert step.role != Role.ENTERPRISE or step.actor_id == f"u-{one.enterprise_id}"


_FINDERS = {Role.OFFICER, Role.CHIEF}
_SAYERS = {one.role for one in SAYERS}
