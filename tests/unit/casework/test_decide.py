"""One step of a case: what may be done, by whom, and what is missing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from geo_risk.casework import LEVELS, due_of, machine_of, missing_of, possible, replay
from geo_risk.errors import ConflictError, ForbiddenError, InputError
from geo_risk.records import CaseState, Role, Severity
from tests.unit.casework.conftest import MONDAY, Bench, actor

OFFICER, CHIEF, CLERK = (actor(one) for one in (Role.OFFICER, Role.CHIEF, Role.CLERK))
MEDIATOR, VOLUNTEER = actor(Role.MEDIATOR), actor(Role.VOLUNTEER)
DAY = timedelta(days=1)


@pytest.fixture
def hazard(park: Any, report_of: Any) -> Any:
    return lambda **said: Bench(report_of(**said), park)


def test_every_state_of_a_diagram_can_be_reached_and_left(report_of: Any) -> None:
    """From reported on; and something can be done in each state."""
    for kind in ("hazard", "dispute", "fire"):
        reached = {CaseState.REPORTED}
        while True:
            more = {
                CaseState(one.target)
                for one in machine_of(kind)
                if one.target in set(CaseState) and reached & set(one.sources)
            }
            if more <= reached:
                break
            reached |= more
        states = {state for one in machine_of(kind) for state in one.sources}
        assert states == reached
        for state in states:
            assert possible(report_of(kind=kind, state=state.value), CHIEF)


def test_a_hazard_is_closed_by_a_recheck_only(hazard: Any) -> None:
    """No step but 复查 leads to 销号."""
    into = [one.action for one in machine_of("hazard") if one.target == CaseState.CLOSED]
    assert into == ["pass"]
    with pytest.raises(ConflictError, match="no pass"):
        hazard().do("pass", CHIEF)


def test_a_grave_hazard_needs_a_second_person(hazard: Any) -> None:
    """Not oneself, not who rectified; of major severity or of legal grade."""
    for said in ({"severity": Severity.MAJOR}, {"legal_grade": "4.2"}):
        case = hazard(**said).do("rectify", OFFICER)
        for second in ("", CHIEF.id, OFFICER.id):
            with pytest.raises(InputError):
                case.do("pass", CHIEF, second_id=second)
        assert case.do("pass", CHIEF, second_id=CLERK.id).report.state == "closed"


def test_legal_grade_is_named_by_two(hazard: Any) -> None:
    """The clause and another account."""
    case, changes = hazard(), {"legal_grade": "4.2"}
    for second in ("", CLERK.id):
        with pytest.raises(InputError, match="two persons"):
            case.do("correct", CLERK, text="x", changes=changes, second_id=second)
    case.do("correct", CLERK, text="x", changes=changes, second_id=CHIEF.id)
    assert case.report.legal_grade == "4.2"


@pytest.mark.parametrize(("severity", "days"), [("general", 30), ("major", 90)])
def test_there_is_one_extension_before_the_due_date(
    hazard: Any, park: Any, severity: str, days: int
) -> None:
    """After written protection, once, in time; never for a minor one."""
    case = hazard(severity=Severity(severity))
    due = due_of(case.report, park)
    with pytest.raises(InputError, match="interim protection"):
        case.do("extend", CHIEF, text="等材料")
    case.do("protect", OFFICER, text="围挡")
    with pytest.raises(ForbiddenError):
        case.do("extend", OFFICER, text="等材料")
    with pytest.raises(ConflictError, match="past its due"):
        case.do("extend", CHIEF, text="等材料", at=due)
    with pytest.raises(InputError, match="cannot be extended"):
        case.do("extend", CHIEF, text="等材料", due=due + (days + 20) * DAY)
    case.do("extend", CHIEF, text="等材料")
    assert timedelta(days=days) <= case.report.due - due <= timedelta(days=days + 5)
    with pytest.raises(ConflictError, match="once"):
        case.do("extend", CHIEF, text="再等")
    with pytest.raises(InputError, match="minor"):
        hazard(severity=Severity.MINOR).do("protect", OFFICER, text="x").do(
            "extend", CHIEF, text="x"
        )


def test_undoing_a_merge_or_a_void_leads_back(hazard: Any) -> None:
    """To the state before the last one, whatever came between."""
    case = hazard().do("start", OFFICER).do("merge", CLERK, other_id="r:2")
    assert case.report.duplicate_of == "r:2"
    case.do("unmerge", CLERK, text="不是").do("rectify", OFFICER).do("void", CHIEF, text="假")
    case.do("restore", CHIEF, text="真")
    assert case.report.state == "rechecking"
    assert not case.report.duplicate_of
    with pytest.raises(InputError, match="itself"):
        case.do("merge", CLERK, other_id=case.report.id)


def test_reopening_is_counted_and_opens(hazard: Any) -> None:
    """Closed and rectified no longer; the count says how often."""
    case = hazard()
    for n in range(1, 4):
        case.do("rectify", OFFICER).do("pass", CHIEF)
        assert case.report.closed_at is not None
        case.do("reopen", CLERK, text="又有")
        assert (case.report.reopened, case.report.closed_at) == (n, None)


def test_a_dispute_rises_and_does_not_sink(park: Any, report_of: Any) -> None:
    """Village, street, county; a mediator takes disputes only."""
    case = Bench(report_of(kind="dispute"), park)
    for level in LEVELS:
        case.do("mediate", MEDIATOR, level=level).do("give_up", MEDIATOR, text="未成")
    for level in ("village", "street"):
        with pytest.raises(ConflictError, match="raised"):
            case.do("mediate", MEDIATOR, level=level)
    with pytest.raises(InputError):
        case.do("mediate", MEDIATOR, level="world")
    assert not possible(report_of(), MEDIATOR)


def test_an_enterprise_does_its_own_and_a_volunteer_nothing(report_of: Any) -> None:
    """Start, protect, rectify of what is its own."""
    firm = actor(Role.ENTERPRISE, enterprise_id="e:1")
    own = possible(report_of(enterprise_id="e:1"), firm)
    assert {one.action for one in own} == {"start", "protect", "rectify"}
    assert not possible(report_of(enterprise_id="e:2"), firm)
    assert not possible(report_of(), actor(Role.ENTERPRISE))
    for role in (Role.VOLUNTEER, Role.ANALYST, Role.PORTAL, Role.KEEPER):
        assert not possible(report_of(), actor(role))


def test_a_correction_changes_what_it_may(hazard: Any) -> None:
    """Severity moves the due date, unless it was extended; a state is no correction."""
    case = hazard(severity=Severity.MINOR)
    case.do("correct", CLERK, text="误判", changes={"severity": "general"})
    assert case.report.due - MONDAY > 14 * DAY
    for changes in ({}, {"state": "closed"}, {"severity": "grave"}):
        with pytest.raises(InputError):
            case.do("correct", CLERK, text="x", changes=changes)


def test_what_a_page_calls_missing_is_what_is_refused(hazard: Any) -> None:
    """A step without what `missing_of` names is an input error; with it, it is taken."""
    case = hazard(severity=Severity.MAJOR).do("rectify", OFFICER)
    moves = {one.action: missing_of(case.report, one) for one in possible(case.report, CHIEF)}
    assert moves["pass"] == ("second_id",)
    assert moves["extend"] == ("text", "interim_at")
    for action, missing in moves.items():
        if missing:
            with pytest.raises(InputError):
                case.do(action, CHIEF)


def test_a_step_is_never_before_the_one_before_it(hazard: Any) -> None:
    """A clock that runs backwards changes no order, and replaying gives the state."""
    case = hazard().do("start", OFFICER, MONDAY + DAY).do("rectify", OFFICER, MONDAY - DAY)
    assert [one.at for one in case.steps] == [MONDAY + DAY] * 2
    assert replay(case.steps) == case.report.state
    with pytest.raises(ConflictError, match="begins at"):
        replay(case.steps[1:])
