"""Cases taken through the store: one step is one transaction, and nobody's step is lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from geo_risk import casebook
from geo_risk.casework import Act, figures, replay
from geo_risk.errors import (
    ConflictError,
    ForbiddenError,
    GeoRiskError,
    IdempotencyError,
    InputError,
    NotFoundError,
    StaleError,
)
from geo_risk.park import ParkFile, read_park
from geo_risk.records import Actor, Report, Role, Severity
from geo_risk.store import Answer, Idempotency, Query, Store, User
from tests.contract.examples import DAY, NOW, one_of_each, report

CLERK = Actor("u-clerk", Role.CLERK, "http")
CHIEF = Actor("u-chief", Role.CHIEF, "http")
OFFICER = Actor("u-officer", Role.OFFICER, "http")
CASE = "hotline:00001"


@pytest.fixture(scope="module")
def park(tmp_path_factory: pytest.TempPathFactory) -> ParkFile:
    return read_park(park_with_calendar(tmp_path_factory.mktemp("park")))


def park_with_calendar(folder: Path) -> Path:
    text = (
        '[park]\nid = "p"\nname = "样例"\ncrs = "EPSG:4549"\n'
        'boundary = { file = "b.geojson", datum = "wgs84" }\n'
    )
    path = folder / "park.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def cases(store: Store) -> Store:
    """Three hazards, a station and three accounts."""
    stations = [one for one in one_of_each() if one.collection == "stations"]
    reports = [report(n, severity=Severity.GENERAL, reported_at=NOW - DAY) for n in (1, 2, 3)]
    store.put([*stations, *reports], actor=CLERK, at=NOW)
    for actor in (CLERK, CHIEF, OFFICER):
        store.put_user(User(actor.id, actor.id, actor.role, "x"), actor=CHIEF, at=NOW)
    return store


def kept(store: Store, report_id: str = CASE) -> Report:
    return casebook.report_of(store, report_id, CLERK).record


def test_a_step_changes_the_case_and_is_appended(cases: Store, park: ParkFile) -> None:
    """State, station and step are there together; the words of the step are person data."""
    act = Act("assign", station_id="s:1", text="样例:转派")
    done = casebook.act(cases, park, CASE, act, actor=CLERK, at=NOW)
    assert (done.report.record.state, done.report.record.station_id) == ("assigned", "s:1")
    assert [one.action for one in casebook.steps_of(cases, CASE, actor=CLERK)] == ["assign"]
    (told,) = casebook.steps_of(cases, CASE, actor=CLERK, personal=True)
    assert told.text == "样例:转派"
    assert not casebook.steps_of(cases, CASE, actor=CLERK)[0].text


def test_who_saw_an_older_state_is_refused(cases: Store, park: ParkFile) -> None:
    """The etag of before is stale after a step."""
    before = casebook.report_of(cases, CASE, CLERK).etag
    casebook.act(cases, park, CASE, Act("start"), actor=OFFICER, at=NOW, if_match=before)
    with pytest.raises(StaleError):
        casebook.act(cases, park, CASE, Act("rectify"), actor=OFFICER, at=NOW, if_match=before)
    assert kept(cases).state == "rectifying"


def test_of_two_at_once_one_is_refused_and_nothing_is_lost(cases: Store, park: ParkFile) -> None:
    """Each of many closings is either a step or an error, and the case was closed once."""
    for action in ("start", "rectify"):
        casebook.act(cases, park, CASE, Act(action), actor=OFFICER, at=NOW)

    def close(n: int) -> bool:
        actor = (OFFICER, CHIEF)[n % 2]
        try:
            casebook.act(cases, park, CASE, Act("pass"), actor=actor, at=NOW)
        except (StaleError, ConflictError):
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(close, range(6)))
    assert done.count(True) == 1
    steps = casebook.steps_of(cases, CASE, actor=CLERK)
    assert [one.action for one in steps] == ["start", "rectify", "pass"]


def test_a_repeated_request_is_one_step(cases: Store, park: ParkFile) -> None:
    """The same key gives the first answer, also after later steps; another body is refused."""
    key = Idempotency("key-00001", "digest", lambda stored: Answer(201, stored[0].record.id))
    first = casebook.act(cases, park, CASE, Act("start"), actor=OFFICER, at=NOW, idempotency=key)
    casebook.act(cases, park, CASE, Act("rectify"), actor=OFFICER, at=NOW)
    again = casebook.act(cases, park, CASE, Act("start"), actor=OFFICER, at=NOW, idempotency=key)
    assert first.answer is not None
    assert again.answer is not None
    assert again.answer.body == first.answer.body
    assert len(casebook.steps_of(cases, CASE, actor=CLERK)) == 2
    other = replace(key, body_digest="other")
    with pytest.raises(IdempotencyError):
        casebook.act(cases, park, CASE, Act("pass"), actor=OFFICER, at=NOW, idempotency=other)


def test_names_that_are_no_ids_are_refused(cases: Store, park: ParkFile) -> None:
    """A station, a person or a case that is not there stays out of steps, which nobody forgets."""
    refused = [
        Act("assign", station_id="张三"),
        Act("merge", other_id="nobody"),
        Act("correct", text="x", changes={"premises_id": "nowhere"}),
        Act("correct", text="x", second_id="李四", changes={"legal_grade": "3.1"}),
    ]
    for act in refused:
        with pytest.raises(InputError):
            casebook.act(cases, park, CASE, act, actor=CLERK, at=NOW)
    with pytest.raises(NotFoundError):
        casebook.act(cases, park, "hotline:0", Act("start"), actor=OFFICER, at=NOW)
    assert not casebook.steps_of(cases, CASE, actor=CLERK)


def test_a_second_person_is_another_account_of_the_station(cases: Store, park: ParkFile) -> None:
    """Neither oneself nor an enterprise's account, and one that there is."""
    firm = User("u-firm", "firm", Role.ENTERPRISE, "x", enterprise_id="list:1")
    cases.put_user(firm, actor=CHIEF, at=NOW)
    grave = Act("correct", text="误判", changes={"severity": "major"})
    casebook.act(cases, park, CASE, grave, actor=CLERK, at=NOW)
    casebook.act(cases, park, CASE, Act("rectify"), actor=CLERK_AS_OFFICER, at=NOW)
    for second in ("", "u-officer", "u-clerk2", "u-firm"):
        with pytest.raises((InputError, ForbiddenError)):
            casebook.act(cases, park, CASE, Act("pass", second_id=second), actor=OFFICER, at=NOW)
    act = Act("pass", second_id="u-chief")
    assert (
        casebook.act(cases, park, CASE, act, actor=OFFICER, at=NOW).report.record.state == "closed"
    )


def test_a_second_person_may_be_named_as_they_sign_in(cases: Store, park: ParkFile) -> None:
    """People know names, not ids; the step holds the id, and oneself by name is still oneself."""
    for one, name in ((CHIEF, "样例站长"), (OFFICER, "样例警长")):
        cases.put_user(User(one.id, name, one.role, "x"), actor=CHIEF, at=NOW)
    grave = Act("correct", text="误判", changes={"severity": "major"})
    casebook.act(cases, park, CASE, grave, actor=CLERK, at=NOW)
    casebook.act(cases, park, CASE, Act("rectify"), actor=CLERK_AS_OFFICER, at=NOW)
    own = Act("pass", second_id="样例警长")
    with pytest.raises(InputError):
        casebook.act(cases, park, CASE, own, actor=OFFICER, at=NOW)
    act = Act("pass", second_id="样例站长")
    casebook.act(cases, park, CASE, act, actor=OFFICER, at=NOW)
    assert casebook.steps_of(cases, CASE, actor=CLERK)[-1].second_id == CHIEF.id


CLERK_AS_OFFICER = Actor("u-clerk2", Role.OFFICER, "http")


def test_two_cases_are_never_merged_into_each_other(cases: Store, park: ParkFile) -> None:
    """Neither one after the other nor at once; undoing brings the case back where it was."""
    casebook.act(cases, park, "hotline:00002", Act("start"), actor=OFFICER, at=NOW)

    def merge(pair: tuple[str, str]) -> bool:
        try:
            act = Act("merge", other_id=pair[1])
            casebook.act(cases, park, pair[0], act, actor=CLERK, at=NOW)
        except (ConflictError, StaleError):
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(merge, [(CASE, "hotline:00002"), ("hotline:00002", CASE)]))
    assert done.count(True) == 1
    merged = CASE if done[0] else "hotline:00002"
    act = Act("merge", other_id=merged)
    with pytest.raises(ConflictError):
        casebook.act(cases, park, "hotline:00003", act, actor=CLERK, at=NOW)
    casebook.act(cases, park, merged, Act("unmerge", text="不是一件"), actor=CLERK, at=NOW)
    assert kept(cases, merged).state == ("reported" if done[0] else "rectifying")
    assert not kept(cases, merged).duplicate_of


def test_a_clock_that_runs_behind_does_not_turn_steps_round(cases: Store, park: ParkFile) -> None:
    """A step takes the time of the one before it; the order stays."""
    casebook.act(cases, park, CASE, Act("start"), actor=OFFICER, at=NOW)
    casebook.act(cases, park, CASE, Act("rectify"), actor=OFFICER, at=NOW - 3 * DAY)
    casebook.act(cases, park, CASE, Act("pass"), actor=CHIEF, at=NOW - DAY)
    steps = casebook.steps_of(cases, CASE, actor=CLERK)
    assert [one.action for one in steps] == ["start", "rectify", "pass"]
    assert {one.at for one in steps} == {NOW}
    assert replay(steps) == kept(cases).state == "closed"


def test_the_store_and_its_cases_say_the_same(cases: Store, park: ParkFile) -> None:
    """Figures read from the store hold each report once."""
    casebook.act(cases, park, CASE, Act("start"), actor=OFFICER, at=NOW)
    reports = cases.find(Query("reports"), actor=CLERK)
    found = casebook.cases_of(cases, park, reports, actor=CLERK, teams=True)
    assert [one.report.id for one in found] == [one.record.id for one in reports]
    assert [len(one.steps) for one in found] == [1, 0, 0]
    (row,) = figures(found, NOW - 5 * DAY, NOW + DAY, as_of=NOW)
    assert row.counts["reported"] == row.counts["open_not_due"] == 3


def test_words_propose_a_duplicate_and_stay_apart(cases: Store) -> None:
    """The same thing said twice near by is proposed; something else near by is not."""
    words = {
        "hotline:10001": "三号车间东侧消防通道被纸箱堵塞",
        "hotline:10002": "东侧消防通道堵塞,全是纸箱",
        "hotline:10003": "配电箱门没有关,线头外露",
    }
    where = {"lon": 120.2, "lat": 30.6, "occurred_from": NOW - DAY, "occurred_to": NOW - DAY}
    made = [report(0, id=id_, number=id_[-5:], text=text, **where) for id_, text in words.items()]
    cases.put(made, actor=CLERK, at=NOW)
    (pair,) = casebook.duplicates(cases, actor=CLERK, as_of=NOW)
    assert (pair.first_id, pair.second_id) == ("hotline:10001", "hotline:10002")
    assert any(one.what == "read" for one in cases.audits())


def test_every_refusal_says_what_to_do(cases: Store, park: ParkFile) -> None:
    """Any word at any state by anybody is a step or a clear error."""
    refusals = []
    for actor in (CLERK, CHIEF, OFFICER, Actor("u-v", Role.VOLUNTEER, "http")):
        for action in ("assign", "pass", "settle", "nonsense", "", "unmerge"):
            try:
                casebook.act(cases, park, CASE, Act(action), actor=actor, at=NOW)
            except GeoRiskError as error:
                refusals.append(error.hint)
    assert len(refusals) == 24
    assert all(refusals)
