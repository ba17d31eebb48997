"""Orders: the diagram driven by several actors at random, single rules, a period's figures."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from geo_risk.errors import ConflictError, ForbiddenError, GeoRiskError, InputError
from geo_risk.orders import (
    ANSWERS,
    FOR_WANT,
    MACHINE,
    OTHER,
    Act,
    Asked,
    OrderState,
    agreed_of,
    decide,
    measure_orders,
    offered,
    place,
    possible,
    replay,
)
from geo_risk.records import Actor, Order, Role, Station, Step

NOW = datetime(2026, 11, 2, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
CLERK = Actor("u-clerk", Role.CLERK, "http")
OFFICER = Actor("u-officer", Role.OFFICER, "http")
OWN = Actor("u-own", Role.ENTERPRISE, "http", enterprise_id="e:1")
STRANGER = Actor("u-other", Role.ENTERPRISE, "http", enterprise_id="e:2")
ACTORS = (CLERK, OFFICER, OWN, STRANGER)
ACTIONS = tuple(one.action for one in MACHINE)
ORDER = Order(id="http:1", enterprise_id="e:1", service="training", ordered_at=NOW)


def take(order: Order, steps: list[Step], act: Act, actor: Actor, at: datetime):
    made = decide(order, steps, act, actor=actor, now=at, step_id=f"s:{len(steps):03d}")
    return replace(order, **made.changes), [*steps, made.step]


class OrderByMany(RuleBasedStateMachine):
    """Several people do whatever they like with one order, by a clock that runs both ways."""

    def __init__(self) -> None:
        super().__init__()
        self.order: Order = ORDER
        self.steps: list[Step] = []
        self.now = NOW

    @rule(hours=st.integers(-30, 200))
    def time_passes(self, hours: int) -> None:
        """Move the clock, backwards too."""
        self.now += hours * HOUR

    @rule(
        action=st.sampled_from([*ACTIONS, "nonsense"]),
        actor=st.sampled_from(ACTORS),
        text=st.sampled_from(["", "because"]),
        code=st.sampled_from(["", *ANSWERS]),
        ahead=st.sampled_from([None, -1, 1, 72, 100_000]),
    )
    def somebody_acts(self, action, actor, text, code, ahead) -> None:
        """Try a step; a refusal changes nothing."""
        allowed = {one.action for one in possible(self.order, self.steps, actor)}
        at = None if ahead is None else self.now + ahead * HOUR
        act = Act(action, text, code, officer_id="o:1", at=at)
        try:
            self.order, self.steps = take(self.order, self.steps, act, actor, self.now)
        except GeoRiskError:
            return
        assert action in allowed
        assert actor is not STRANGER

    @invariant()
    def steps_lead_to_the_state(self) -> None:
        """Replaying gives the state; time never runs backwards; an end has its reason."""
        assert replay(self.steps) == self.order.state
        times = [one.at for one in self.steps]
        assert times == sorted(times)
        for one in self.steps:
            if one.state_to in {OrderState.DECLINED, OrderState.CANCELLED, OrderState.MISSED}:
                assert one.text
        agreed = agreed_of(self.steps)
        if agreed is not None and self.order.state == OrderState.ACCEPTED:
            assert self.order.window_from == agreed.due
            assert self.order.window_to is None


TestOrderByMany = OrderByMany.TestCase
TestOrderByMany.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)


def test_an_order_is_for_a_service_that_stations_offer() -> None:
    """Free words would hold names; where no station says what it offers there is a short list."""
    stations = [Station(id="s:1", services=("安全培训", "法律咨询")), Station(id="s:2")]
    assert offered(stations) == ("安全培训", "法律咨询", OTHER)
    assert offered([Station(id="s:2")]) == FOR_WANT

    def ordered(actor: Actor = OWN, **said) -> Order:
        asked = Asked(**{"service": "安全培训", **said})
        return place(asked, offered(stations), actor=actor, now=NOW, order_id="http:7")

    made = ordered(text=" 想听一次课 ")
    assert (made.enterprise_id, made.state, made.text) == ("e:1", "ordered", "想听一次课")
    with pytest.raises(InputError, match="service is '张三'"):
        ordered(service="张三")
    with pytest.raises(InputError, match="text is missing"):
        ordered(service=OTHER)
    with pytest.raises(InputError, match="names no enterprise"):
        ordered(CLERK)
    with pytest.raises(ForbiddenError, match="for itself only"):
        ordered(enterprise_id="e:2")
    for begin, end in ((2, 1), (-48, 5), (-2, -1), (24 * 200, None)):
        window = {
            "window_from": NOW + begin * HOUR,
            "window_to": None if end is None else NOW + end * HOUR,
        }
        with pytest.raises(InputError, match=r"window|ahead"):
            ordered(**window)


def test_missed_needs_an_agreed_time_that_is_over() -> None:
    """It counts against the enterprise in the index, so nobody writes it down of the blue."""
    order, steps = take(ORDER, [], Act("accept"), OFFICER, NOW)
    with pytest.raises(ConflictError, match="no time was agreed"):
        take(order, steps, Act("miss", "没人"), OFFICER, NOW)
    order, steps = take(order, steps, Act("agree", at=NOW + HOUR), CLERK, NOW)
    with pytest.raises(ConflictError, match="no time was agreed"):
        take(order, steps, Act("miss", "没人"), OFFICER, NOW)
    order, steps = take(order, steps, Act("miss", "没人"), OFFICER, NOW + 2 * HOUR)
    assert order.state == "missed"


def test_not_done_opens_an_order_again_and_asks_for_words() -> None:
    """What was agreed is over then, so it is owed at any time; it is answered once."""
    order, steps = take(ORDER, [], Act("agree", at=NOW + HOUR), CLERK, NOW)
    order, steps = take(order, steps, Act("complete"), OFFICER, NOW + 2 * HOUR)
    with pytest.raises(InputError, match="text is missing"):
        take(order, steps, Act("confirm", code="not_done"), OWN, NOW + 3 * HOUR)
    again, more = take(order, steps, Act("confirm", "没人来过", "not_done"), OWN, NOW + 3 * HOUR)
    assert (again.state, again.window_from, agreed_of(more)) == ("accepted", None, None)
    order, steps = take(order, steps, Act("confirm", code="satisfied"), OWN, NOW + 3 * HOUR)
    assert order.state == "completed"
    with pytest.raises(ConflictError, match="confirmed already"):
        take(order, steps, Act("confirm", code="satisfied"), OWN, NOW + 4 * HOUR)


def test_a_periods_figures_are_of_the_orders_placed_in_it() -> None:
    """Counted by hand; an order that a file brought has no steps, so its waiting is not known."""
    order, steps = take(ORDER, [], Act("accept"), OFFICER, NOW + 4 * HOUR)
    order, steps = take(order, steps, Act("complete"), OFFICER, NOW + 30 * HOUR)
    order, steps = take(order, steps, Act("confirm", code="satisfied"), OWN, NOW + 31 * HOUR)
    brought = replace(ORDER, id="f:1", service="legal", state="completed")
    earlier = replace(ORDER, id="f:2", ordered_at=NOW - 40 * 24 * HOUR)
    figures = measure_orders(
        [order, brought, earlier], {order.id: steps}, NOW - HOUR, NOW + 100 * HOUR
    )
    assert (figures.placed, figures.answered, figures.median_hours) == (2, 1, 4.0)
    assert (figures.confirmed, figures.satisfied) == (1, 1)
    assert dict(figures.by_service) == {"legal": 1, "training": 1}
