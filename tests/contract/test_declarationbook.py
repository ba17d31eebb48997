"""Declarations on both engines: one record per month and indicator, verified on a visit."""

from __future__ import annotations

import pytest

from geo_risk import declarationbook
from geo_risk.declarations import Checked, Form, state_of
from geo_risk.errors import ConflictError, InputError, StaleError
from geo_risk.records import Actor, Declaration, Enterprise, Role, Visit
from geo_risk.store import Query, Store
from tests.contract.examples import DAY, KEEPER, NOW, RUN
from tests.contract.test_slipbook import PARK

OWN = Actor("u-own", Role.ENTERPRISE, "http", enterprise_id="list:1")
OFFICER = Actor("u-officer", Role.OFFICER, "http")
FORM = Form("list:1", "2026-02", "drills", 1.0, 2.0, "照片")


@pytest.fixture
def park_store(store: Store) -> Store:
    """Two enterprises, one of which has left, and a visit to the first."""
    left = Enterprise(id="list:2", valid_to=NOW - 100 * DAY)
    visit = Visit(id="http:v1", enterprise_id="list:1", start=NOW)
    store.put([Enterprise(id="list:1"), left, visit], actor=KEEPER, at=NOW)
    return store


def _kept(store: Store) -> list[Declaration]:
    return [one.record for one in store.find(Query("declarations", personal=True), actor=KEEPER)]


def test_what_a_file_brought_and_the_form_are_one_record(park_store: Store) -> None:
    """The enterprise corrects what the file said; the next month's file does not undo it."""
    row = Declaration(
        id="forms:7", enterprise_id="list:1", month="2026-02", indicator="drills", have=0, need=2
    )
    park_store.put([row], actor=KEEPER, at=NOW, run=RUN)
    record_id, _ = declarationbook.take_form(park_store, PARK, FORM, actor=OWN, at=NOW)
    assert record_id == "forms:7"
    park_store.put([row], actor=KEEPER, at=NOW + DAY, run=RUN)
    (kept,) = _kept(park_store)
    assert (kept.have, kept.evidence, kept.declared_by) == (1.0, "照片", "u-own")


def test_every_word_stays_in_the_events(park_store: Store) -> None:
    """Said, said again, corrected on a visit: three steps, and what was said before."""
    record_id, _ = declarationbook.take_form(park_store, PARK, FORM, actor=OWN, at=NOW)
    again = Form("list:1", "2026-02", "drills", 2.0, 2.0)
    declarationbook.take_form(park_store, PARK, again, actor=OWN, at=NOW)
    found = Checked("http:v1", 1.0, None, "只演练了一次")
    declarationbook.verify(park_store, record_id, found, actor=OFFICER, at=NOW)
    (kept,) = _kept(park_store)
    assert (kept.have, state_of(kept), kept.verified_by) == (1.0, "verified", "u-officer")
    steps = declarationbook.steps_of(park_store, record_id)
    assert [one.action for one in steps] == ["declare", "declare_again", "correct"]
    events = park_store.events("declarations", record_id)
    assert [one.changes["have"] for one in events] == [1.0, 2.0, 1.0]
    with pytest.raises(ConflictError):
        declarationbook.take_form(park_store, PARK, again, actor=OWN, at=NOW)


def test_a_clock_that_runs_behind_leaves_the_order_of_what_was_said(park_store: Store) -> None:
    """Said again by a clock a day behind: the later word is the later step, at the same moment."""
    late = NOW + DAY
    record_id, _ = declarationbook.take_form(park_store, PARK, FORM, actor=OWN, at=late)
    again = Form("list:1", "2026-02", "drills", 2.0, 2.0)
    declarationbook.take_form(park_store, PARK, again, actor=OWN, at=NOW)
    steps = declarationbook.steps_of(park_store, record_id)
    assert [(one.action, one.at) for one in steps] == [("declare", late), ("declare_again", late)]
    (kept,) = _kept(park_store)
    assert (kept.have, kept.declared_at) == (2.0, late)


def test_nobody_declares_for_whom_there_is_not(park_store: Store) -> None:
    """An unknown enterprise, or one that had left by that month."""
    clerk = Actor("u-clerk", Role.CLERK, "http")
    for firm in ("list:2", "list:9"):
        form = Form(firm, "2026-02", "drills", 1.0, 1.0)
        with pytest.raises(InputError):
            declarationbook.take_form(park_store, PARK, form, actor=clerk, at=NOW)


def test_who_read_an_older_state_is_refused(park_store: Store) -> None:
    """The enterprise says it again while the officer verifies: 412, and both words are kept."""
    record_id, _ = declarationbook.take_form(park_store, PARK, FORM, actor=OWN, at=NOW)
    etag = park_store.get("declarations", record_id, actor=KEEPER).etag
    again = Form("list:1", "2026-02", "drills", 2.0, 2.0)
    declarationbook.take_form(park_store, PARK, again, actor=OWN, at=NOW)
    with pytest.raises(StaleError):
        declarationbook.verify(
            park_store, record_id, Checked("http:v1"), actor=OFFICER, at=NOW, if_match=etag
        )
