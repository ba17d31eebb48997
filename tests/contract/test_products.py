"""Documents that never change, links that are used once, numbers without gaps; on both engines."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from geo_risk.errors import ConflictError, InputError, NotFoundError, StaleError
from geo_risk.records import Slip, Step
from geo_risk.store import Link, Numbered, Query, Store, Update
from tests.contract.examples import DAY, KEEPER, NOW, report

NUMBER = Numbered("slip_no", "slips-2026", "2026-{n:03d}")


def _step(number: int) -> Step:
    return Step(
        id=f"st:{number}", subject="reports", subject_id="hotline:00001", action="assign", at=NOW
    )


def _slip(number: int) -> Slip:
    return Slip(id=f"sl:{number}", enterprise_id="list:1", month="2026-02")


def test_a_frozen_text_never_changes(store: Store) -> None:
    """The same again is the same; another text is refused; a revision follows the one before."""
    kept = store.keep_document("index", "2026-02", 0, '{"a":1}', actor=KEEPER, at=NOW)
    again = store.keep_document("index", "2026-02", 0, '{"a":1}', actor=KEEPER, at=NOW + DAY)
    assert again == kept
    with pytest.raises(ConflictError, match="kept already"):
        store.keep_document("index", "2026-02", 0, '{"a":2}', actor=KEEPER, at=NOW)
    with pytest.raises(ConflictError, match="1 revisions"):
        store.keep_document("index", "2026-02", 2, "{}", actor=KEEPER, at=NOW)
    newer = store.keep_document("index", "2026-02", 1, '{"a":2}', actor=KEEPER, at=NOW)
    assert store.document("index", "2026-02") == newer
    assert store.document("index", "2026-02", 0) == kept
    assert store.document("index", "2026-03") is None
    store.keep_document("index", "2026-01", 0, "{}", actor=KEEPER, at=NOW)
    assert list(store.newest_revisions("index").items()) == [("2026-01", 0), ("2026-02", 1)]
    assert store.newest_revisions("output") == {}


def test_several_documents_are_kept_together_or_not_at_all(store: Store) -> None:
    """Inputs and output of one month belong to one another."""
    store.keep_document("output", "2026-02", 0, "{}", actor=KEEPER, at=NOW)
    bodies = {"input": "[1]", "output": "[2]"}
    with pytest.raises(ConflictError):
        store.keep_documents("index", "2026-02", 0, bodies, actor=KEEPER, at=NOW)
    assert store.document("input", "2026-02") is None
    assert [one.what for one in store.audits()].count("freeze") == 1


def test_a_link_is_used_once_and_ends(store: Store) -> None:
    """Found until it expires, used at most once."""
    link = Link("h1", "receipt", "slips/sl:1", NOW, NOW + DAY)
    store.put_link(link)
    assert store.link("h1", now=NOW) == link
    assert store.link("h1", now=NOW + DAY) is None
    assert store.link("h2", now=NOW) is None
    store.use_link("h1", at=NOW)
    assert store.link("h1", now=NOW) == replace(link, used_at=NOW)
    with pytest.raises(ConflictError, match="used before"):
        store.use_link("h1", at=NOW)
    with pytest.raises(NotFoundError):
        store.use_link("h1", at=NOW + 2 * DAY)


def test_a_step_and_its_change_are_one(store: Store) -> None:
    """Where the change cannot be made, the step is not there either."""
    store.put([report(1)], actor=KEEPER, at=NOW)
    (found,) = store.find(Query("reports"), actor=KEEPER)
    change = Update("reports", "hotline:00001", {"state": "assigned"}, found.etag)
    store.apply([_step(1)], [change], actor=KEEPER, at=NOW)
    assert store.get("reports", "hotline:00001", actor=KEEPER).record.state == "assigned"
    with pytest.raises(StaleError):
        store.apply([_step(2)], [change], actor=KEEPER, at=NOW)
    with pytest.raises(InputError):
        store.apply(
            [_step(3)],
            [Update("reports", "hotline:00001", {"nonsense": 1})],
            actor=KEEPER,
            at=NOW,
        )
    assert [one.record.id for one in store.find(Query("steps"), actor=KEEPER)] == ["st:1"]


def test_numbers_have_no_gaps_and_nobody_shares_one(store: Store) -> None:
    """Twelve at once, one of them refused in the middle."""
    store.put([_slip(number) for number in range(12)], actor=KEEPER, at=NOW)

    def issue(number: int) -> bool:
        etag = "stale" if number == 5 else None
        update = Update("slips", f"sl:{number}", {"state": "issued"}, etag, NUMBER)
        try:
            store.apply(updates=[update], actor=KEEPER, at=NOW)
        except StaleError:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(issue, range(12)))
    assert done.count(False) == 1
    numbers = sorted(one.record.slip_no for one in store.find(Query("slips"), actor=KEEPER))
    assert numbers == ["", *(f"2026-{n:03d}" for n in range(1, 12))]
