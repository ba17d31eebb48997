"""A visit saved at a gate, through the store: whole or not at all, once, and undone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from geo_risk import casebook, planbook, visitbook
from geo_risk.casework import Act
from geo_risk.errors import (
    ConflictError,
    ForbiddenError,
    IdempotencyError,
    InputError,
    NotFoundError,
)
from geo_risk.records import Actor, Premises, Report, Role, Severity, Visit, VisitOutcome
from geo_risk.store import Answer, Query, Store, User
from geo_risk.visitbook import Gate, Pin, Saved, Seen
from tests.contract.planbook_park import (
    KEEPER,
    MONDAY,
    PARK,
    fill,
    firms,
    ground,
    hazard,
    local,
    make,
    of,
    officers,
    order,
)

ONE = Actor("u-one", Role.OFFICER, "http")
TWO = Actor("u-two", Role.OFFICER, "http")
CHIEF = Actor("u-chief", Role.CHIEF, "http")
HERE = "p:00"
START = local(4, 9)
AT = START + timedelta(minutes=40)
LATER = AT + timedelta(minutes=5)


@pytest.fixture
def park_store(store: Store) -> Store:
    """Two officers of one team each, twelve premises, an open hazard at the first."""
    for actor in (ONE, TWO, CHIEF):
        store.put_user(User(actor.id, actor.id, actor.role, "x"), actor=KEEPER, at=AT)
    return fill(
        store,
        *ground(),
        *officers("o:1", "o:2"),
        *firms(),
        hazard("h:1", HERE),
        hazard("h:2", HERE),
    )


def gate(number: str = "1", who: str = "o:1", **values: Any) -> Gate:
    """Give a visit of half an hour to the first premises."""
    given = {"premises_id": HERE, "enterprise_id": "f:00", "start": START}
    given |= {"end": START + timedelta(minutes=30), "participant_ids": (who,)}
    told = {
        name: values.pop(name)
        for name in ("findings", "seen", "pin", "pin_wrong")
        if name in values
    }
    visit = Visit(id=f"http:{number}", source="http", number=number, **{**given, **values})
    return Gate(visit, **told)


def finding(key: str = "k-1", **values: Any) -> Report:
    given = {"kind": "hazard", "channel": "visit", "severity": Severity.GENERAL, "text": "样例"}
    given |= {"premises_id": HERE, "enterprise_id": "f:00"}
    given |= {"occurred_from": START, "occurred_to": AT, "reported_at": AT}
    return Report(id=f"http:{key}", source="http", number=key, **{**given, **values})


class Desk:
    """Saves gates and remembers what came of the last."""

    def __init__(self, store: Store) -> None:
        self.store, self.saved = store, None

    def save(
        self, one: Gate, actor: Actor = ONE, at: Any = AT, key: str = "", digest: str = "d"
    ) -> Saved:
        """Save a gate, give what was written; the answer of a repeated key says 'again'."""

        def answer(saved: Saved) -> Answer:
            self.saved = saved
            return Answer(201, saved.visit.id)

        self.answer = visitbook.save(
            self.store, PARK, one, actor=actor, at=at, answer=answer, key=key, digest=digest
        )
        assert self.saved is not None
        return self.saved

    def undo(self, visit_id: str, actor: Actor = ONE, after_s: float = 5) -> visitbook.Undone:
        """Undo so many seconds after it was saved."""
        at = AT + timedelta(seconds=after_s)
        return visitbook.undo(self.store, PARK, visit_id, actor=actor, at=at)


@pytest.fixture
def desk(park_store: Store) -> Desk:
    return Desk(park_store)


def all_of(store: Store, collection: str) -> dict[str, Any]:
    return {one.record.id: one.record for one in store.find(Query(collection), actor=KEEPER)}


def everything(store: Store) -> dict[str, dict[str, Any]]:
    names = ("visits", "reports", "steps", "orders", "premises")
    return {name: all_of(store, name) for name in names}


def test_visit_findings_and_rechecks_are_there_together(desk: Desk) -> None:
    """Findings name the visit; 'fixed' asks to close, 'not fixed' leaves a remark."""
    seen = (Seen("h:1", True, state_seen="reported"), Seen("h:2", False, "还差一半", "reported"))
    saved = desk.save(gate(findings=(finding(),), seen=seen))
    reports, visits = all_of(desk.store, "reports"), all_of(desk.store, "visits")
    assert reports["http:k-1"].visit_id == saved.visit.id
    assert visits[saved.visit.id].team == "t-o:1"
    assert (reports["h:1"].state, reports["h:2"].state) == ("rechecking", "reported")
    (step,) = casebook.steps_of(desk.store, "h:2", actor=ONE, personal=True)
    assert (step.action, step.text, step.other_id) == ("remark", "还差一半", saved.visit.id)
    assert [one.state for one in saved.rechecks] == ["rechecking", "reported"]
    assert all(one.conflict is None for one in saved.rechecks)


def test_an_officer_never_closes_a_case_alone_at_the_gate(desk: Desk) -> None:
    """What waits for its recheck gets the officer's word; what is not fixed there goes back."""
    for name in ("h:1", "h:2"):
        casebook.act(desk.store, PARK, name, Act("rectify"), actor=TWO, at=START)
    seen = (Seen("h:1", True, state_seen="rechecking"), Seen("h:2", False, "", "rechecking"))
    saved = desk.save(gate(seen=seen))
    assert [one.state for one in saved.rechecks] == ["rechecking", "rectifying"]
    assert all_of(desk.store, "reports")["h:1"].closed_at is None


def test_a_bad_part_leaves_nothing_of_the_whole(desk: Desk) -> None:
    """A hazard of another premises among the rechecks: no visit, no finding, no step."""
    fill(desk.store, hazard("h:9", "p:05"))
    before = everything(desk.store)
    good = Seen("h:1", True, state_seen="reported")
    with pytest.raises(InputError, match="no hazard of"):
        desk.save(gate(findings=(finding(),), seen=(good, Seen("h:9", True))))
    assert everything(desk.store) == before


def test_a_case_that_went_on_is_left_alone_and_both_sides_come_back(desk: Desk) -> None:
    """The visit is saved; what the officer typed is kept with the case."""
    casebook.act(desk.store, PARK, "h:1", Act("rectify"), actor=TWO, at=START)
    casebook.act(desk.store, PARK, "h:1", Act("pass", text="看过"), actor=CHIEF, at=START)
    before = all_of(desk.store, "reports")["h:1"]
    saved = desk.save(gate(seen=(Seen("h:1", False, "还堆着纸箱", "reported"),)))
    (one,) = saved.rechecks
    assert one.conflict is not None
    assert (one.conflict.state, one.state) == ("closed", "closed")
    assert all_of(desk.store, "reports")["h:1"] == before
    steps = casebook.steps_of(desk.store, "h:1", actor=ONE, personal=True)
    assert one.conflict.step_id == steps[-2].id
    assert (steps[-1].action, steps[-1].text) == ("remark", "还堆着纸箱")


def test_words_about_a_case_that_is_gone_stay_with_the_visit(desk: Desk) -> None:
    """Nothing typed is lost, whatever became of the case."""
    desk.store.delete("reports", "h:1", actor=CHIEF, at=START)
    saved = desk.save(gate(seen=(Seen("h:1", False, "还堆着纸箱", "reported"),), note="门卫老张"))
    kept = desk.store.get("visits", saved.visit.id, actor=ONE, personal=True).record
    assert "还堆着纸箱" in kept.note
    assert "门卫老张" in kept.note


def test_the_same_key_is_one_visit_and_another_body_is_refused(desk: Desk) -> None:
    """Also when the case went on between the two."""
    one = gate(findings=(finding(),), seen=(Seen("h:1", True, state_seen="reported"),))
    desk.save(one, key="phone-0001")
    first, kept = desk.answer, everything(desk.store)
    desk.save(replace(one, visit=replace(one.visit, id="http:other")), at=LATER, key="phone-0001")
    assert desk.answer.body == first.body
    assert everything(desk.store) == kept
    with pytest.raises(IdempotencyError):
        desk.save(one, at=LATER, key="phone-0001", digest="another")


def test_two_officers_at_one_visit_are_one_record(desk: Desk) -> None:
    """Both were there, both drafts are in it, the second is told so; a finding of both is one."""
    first = desk.save(gate("1", findings=(finding("k-1"),)))
    other = gate("2", "o:2", start=START + timedelta(minutes=10), end=AT + timedelta(minutes=5))
    findings = (finding("k-1", text="同一条"), finding("k-2"))
    second = desk.save(replace(other, findings=findings), TWO, LATER)
    assert (first.joined, second.joined) == (False, True)
    assert second.visit.id == first.visit.id
    (visit,) = all_of(desk.store, "visits").values()
    assert visit.participant_ids == ("o:1", "o:2")
    assert visit.team == "o:1+o:2"
    assert (visit.start, visit.end) == (START, AT + timedelta(minutes=5))
    found = [one for one in all_of(desk.store, "reports").values() if one.visit_id == visit.id]
    assert sorted(one.number for one in found) == ["k-1", "k-2"]
    assert [one.number for one in second.reports] == ["k-1", "k-2"]


def test_another_time_another_place_or_a_shut_gate_is_another_visit(desk: Desk) -> None:
    """Only looks at the same time are one."""
    desk.save(gate("1"))
    later = {"start": LATER, "end": LATER + timedelta(minutes=9)}
    assert not desk.save(gate("2", **later), at=LATER).joined
    assert not desk.save(gate("3", premises_id="p:01", enterprise_id="f:01")).joined
    assert not desk.save(gate("4", outcome=VisitOutcome.SHUT)).joined
    assert len(all_of(desk.store, "visits")) == 4


def test_of_many_at_once_there_is_one_record(desk: Desk) -> None:
    """Whoever comes second joins, however close they are."""

    def save(number: int) -> bool:
        one = gate(str(number), f"o:{number % 2 + 1}", findings=(finding(f"k-{number}"),))
        return Desk(desk.store).save(one, (ONE, TWO)[number % 2]).joined

    with ThreadPoolExecutor(3) as pool:
        joined = list(pool.map(save, range(3)))
    assert sorted(joined) == [False, True, True]
    (visit,) = all_of(desk.store, "visits").values()
    assert sorted(visit.participant_ids) == ["o:1", "o:2"]
    found = [one for one in all_of(desk.store, "reports").values() if one.visit_id == visit.id]
    assert len(found) == 3


def test_the_plan_says_what_it_is_and_an_order_is_closed(desk: Desk) -> None:
    """A shut gate closes no order: it still waits. Then somebody looks."""
    fill(desk.store, order("order:1", "f:00"))
    (planned,) = of(make(desk.store), HERE)
    shut = desk.save(gate("1", outcome=VisitOutcome.SHUT))
    assert shut.visit.planned_id == planned.id
    assert all_of(desk.store, "orders")["order:1"].state == "accepted"
    later = {"start": LATER, "end": LATER + timedelta(minutes=9)}
    looked = desk.save(gate("2", **later), at=LATER + timedelta(minutes=9))
    assert all_of(desk.store, "orders")["order:1"].state == "completed"
    assert looked.visit.reason == planned.reason
    again = gate("3", "o:2", start=LATER + timedelta(hours=2), end=LATER + timedelta(hours=3))
    assert desk.save(again, TWO, LATER + timedelta(hours=3)).joined


def test_a_gate_that_stayed_shut_does_not_use_up_the_lot(desk: Desk) -> None:
    """The draw waits for a look, and the premises is not visited."""
    from geo_risk.planbook.clock import Clock  # noqa: PLC0415
    from geo_risk.planbook.linking import visited_in  # noqa: PLC0415

    make(desk.store, replace(PARK, plan=replace(PARK.plan, explore_share=0.5)))
    kept = planbook.newest(desk.store, MONDAY)
    drawn = kept.basis.drawn[0].premises_id
    where = {"premises_id": drawn, "enterprise_id": drawn.replace("p:", "f:")}
    later = {"start": LATER, "end": LATER + timedelta(minutes=9)}
    shut = desk.save(gate("1", outcome=VisitOutcome.REFUSED, **where)).visit
    assert visited_in(desk.store, Clock(MONDAY, PARK.zone), LATER) == frozenset()
    looked = desk.save(gate("2", **where, **later), at=LATER + timedelta(minutes=9)).visit
    assert shut.reason == looked.reason == "random"
    assert looked.selection_probability == kept.basis.drawn[0].probability
    assert visited_in(desk.store, Clock(MONDAY, PARK.zone), LATER) == frozenset({drawn})


@pytest.mark.parametrize(
    ("values", "word", "where"),
    [
        ({"pin_wrong": True, "pin": Pin(120.009, 30.505, 12.0)}, "pinned", (120.009, 30.505)),
        ({"pin_wrong": True, "pin": Pin(120.009, 30.505, 900.0)}, "waits", (None, None)),
        ({"pin_wrong": True}, "waits", (None, None)),
        ({"pin": Pin(120.009, 30.505, 12.0)}, "", (120.0, 30.5)),
    ],
)
def test_a_wrong_pin_is_moved_where_the_phone_is_sure(
    desk: Desk, values: dict[str, Any], word: str, where: tuple[float | None, float | None]
) -> None:
    """Else the premises waits to be located; findings lie where the premises lies."""
    saved = desk.save(gate(findings=(finding(),), **values))
    here: Premises = all_of(desk.store, "premises")[HERE]
    assert (saved.place, here.lon, here.lat) == (word, *where)
    found = all_of(desk.store, "reports")["http:k-1"]
    assert (found.lon, found.lat) == where


def test_a_first_visit_places_what_had_no_place(desk: Desk) -> None:
    """Without a word from the officer; a pin that somebody set since is not moved."""
    fill(desk.store, Premises(id="p:new", enterprise_id="f:00", unlocated="missing"))
    where = {"premises_id": "p:new", "pin": Pin(120.004, 30.504, 8.0)}
    assert desk.save(gate("1", **where)).place == "pinned"
    assert all_of(desk.store, "premises")["p:new"].located_by == "visit"
    wrong = gate("2", premises_id="p:new", pin_wrong=True, pin=Pin(120.0, 30.5, 8.0))
    assert desk.save(wrong).place == "newer"
    assert all_of(desk.store, "premises")["p:new"].lon == 120.004


def test_who_has_moved_is_a_new_row_that_waits_for_its_place(desk: Desk) -> None:
    """The old row ends with the visit and keeps its place; both are of one enterprise."""
    saved = desk.save(gate(outcome=VisitOutcome.MOVED))
    kept = all_of(desk.store, "premises")
    new = kept[f"http:{saved.visit.number}"]
    assert saved.place == "moved_away"
    assert kept[HERE].valid_to == new.valid_from == saved.visit.end
    assert (new.enterprise_id, new.unlocated, new.lon) == ("f:00", "moved", None)
    assert new.inherent_class == kept[HERE].inherent_class


def test_undone_in_time_nothing_of_it_counts(desk: Desk) -> None:
    """Visit, findings, steps, order and place are as before; the events of it stay."""
    fill(desk.store, order("order:1", "f:00"))
    make(desk.store)
    before = everything(desk.store)
    seen = (Seen("h:1", True, state_seen="reported"), Seen("h:2", False, "差", "reported"))
    saved = desk.save(gate(findings=(finding(),), seen=seen, pin_wrong=True))
    assert everything(desk.store)["orders"]["order:1"].state == "completed"
    assert desk.undo(saved.visit.id).how == "taken_back"
    assert everything(desk.store) == before
    assert [one.action for one in desk.store.events("visits")] == ["created", "deleted"]
    with pytest.raises(NotFoundError):
        desk.undo(saved.visit.id)
    moved = desk.save(gate("2", outcome=VisitOutcome.MOVED))
    desk.undo(moved.visit.id)
    assert everything(desk.store) == before


def test_undone_later_it_is_withdrawn_where_everybody_can_see(desk: Desk) -> None:
    """No look any more; cases go on with a remark; order and place are put back; once only."""
    fill(desk.store, order("order:1", "f:00"))
    make(desk.store)
    before = everything(desk.store)
    seen = (Seen("h:1", True, state_seen="reported"), Seen("h:2", False, "差", "reported"))
    saved = desk.save(gate(findings=(finding(),), seen=seen, pin_wrong=True))
    done = desk.undo(saved.visit.id, after_s=60)
    assert (done.how, sorted(done.cases)) == ("withdrawn", ["h:1", "h:2", "http:k-1"])
    after = everything(desk.store)
    assert after["visits"][saved.visit.id].outcome is VisitOutcome.WITHDRAWN
    assert after["orders"] == before["orders"]
    assert after["premises"] == before["premises"]
    assert after["reports"]["h:1"].state == "rechecking"
    codes = [one.code for one in casebook.steps_of(desk.store, "http:k-1", actor=ONE)]
    assert codes == ["withdrawn"]
    with pytest.raises(ConflictError):
        desk.undo(saved.visit.id, after_s=90)


def test_what_was_saved_at_the_very_same_moment_elsewhere_stays(desk: Desk) -> None:
    """Clocks may be coarse: what belongs to another visit is not taken back with this one."""
    other = gate("2", premises_id="p:05", enterprise_id="f:05")
    elsewhere = {"premises_id": "p:05", "enterprise_id": "f:05"}
    desk.save(replace(other, findings=(finding("k-2", **elsewhere),)))
    before = everything(desk.store)
    saved = desk.save(gate("1", findings=(finding("k-1"),), pin_wrong=True))
    desk.undo(saved.visit.id)
    assert everything(desk.store) == before
    again = desk.save(gate("3", findings=(finding("k-3"),)))
    assert desk.undo(again.visit.id, after_s=60).cases == ("http:k-3",)


def test_only_who_saved_it_undoes_it(desk: Desk) -> None:
    """Not a colleague, not the chief."""
    saved = desk.save(gate())
    for actor in (TWO, CHIEF):
        with pytest.raises(ForbiddenError):
            desk.undo(saved.visit.id, actor)


@pytest.mark.parametrize("after_s", [5, 60])
def test_who_joined_takes_only_its_own_part_back(desk: Desk, after_s: float) -> None:
    """The first one's visit and findings stay, and it is their look again."""
    first = desk.save(gate("1", findings=(finding("k-1"),)))
    before = all_of(desk.store, "visits")
    desk.save(gate("2", "o:2", end=LATER, findings=(finding("k-2"),)), TWO)
    desk.undo(first.visit.id, TWO, after_s)
    assert all_of(desk.store, "visits") == before
    assert ("http:k-2" in all_of(desk.store, "reports")) == (after_s > 15)
    assert "http:k-1" in all_of(desk.store, "reports")


def test_who_was_first_leaves_the_visit_to_who_joined(desk: Desk) -> None:
    """It is the second one's look then, with the second one's findings."""
    first = desk.save(gate("1", findings=(finding("k-1"),)))
    desk.save(gate("2", "o:2", findings=(finding("k-2"),)), TWO)
    assert desk.undo(first.visit.id).how == "taken_back"
    (visit,) = all_of(desk.store, "visits").values()
    assert (visit.participant_ids, visit.team) == (("o:2",), "t-o:2")
    kept = all_of(desk.store, "reports")
    assert "http:k-1" not in kept
    assert kept["http:k-2"].visit_id == visit.id


def test_what_somebody_did_since_is_left_to_them(desk: Desk) -> None:
    """A case that was driven on in these seconds keeps its steps, and undo says so."""
    saved = desk.save(gate(findings=(finding(),)))
    casebook.act(desk.store, PARK, "http:k-1", Act("start"), actor=TWO, at=AT)
    done = desk.undo(saved.visit.id)
    assert ("reports", "http:k-1") in done.left
    assert all_of(desk.store, "reports")["http:k-1"].state == "rectifying"
