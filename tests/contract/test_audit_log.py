"""The audit as its keeper reads it: three books in one order, one line for one act."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from geo_risk.records import Actor, Enterprise, Role
from geo_risk.store import AuditQuery, Query, SourceRun, Store

NOW = datetime(2026, 5, 13, 6, tzinfo=UTC)
DAY = timedelta(days=1)
KEEPER = Actor("cli", Role.KEEPER, "cli")
CLERK = Actor("u-1", Role.CLERK, "console")


@pytest.fixture
def kept(store: Store) -> Store:
    """A list read on day 0, a change by the clerk on day 1, an export on day 2; names read now."""
    firms = [Enterprise(id=f"list:{n}", name=f"样例企业 {n}") for n in range(3)]
    store.put(firms, actor=KEEPER, at=NOW, run=SourceRun("list", "d", {}, NOW))
    store.update("enterprises", "list:1", {"industry": "C26"}, actor=CLERK, at=NOW + DAY)
    store.audit(CLERK, "export", "企业", NOW + 2 * DAY, count=3)
    store.find(Query("enterprises", personal=True), actor=CLERK)
    return store


def _told(store: Store, **asked: object) -> list[tuple[str, str, str, int]]:
    lines = store.audit_lines(AuditQuery(**asked))  # type: ignore[arg-type]
    return [(one.actor_id, one.act, one.subject, one.count) for one in lines]


def test_what_was_done_in_one_go_is_one_line_newest_first(kept: Store) -> None:
    """The rows that a file brought are one line; so are three names that were read together."""
    told = _told(kept)
    assert told[0] == ("u-1", "read", "enterprises/list:0", 3)
    assert told[1:] == [
        ("u-1", "export", "企业", 3),
        ("u-1", "changed", "enterprises/list:1", 1),
        ("cli", "import", "sources/list", 1),
    ]
    assert told[2:3] == _told(kept, limit=1, offset=2)


def test_it_is_asked_by_person_days_act_and_record(kept: Store) -> None:
    """Of one record, what a file did to it is told too; ends of a stretch are half-open."""
    assert {one[0] for one in _told(kept, actor_ids=["cli"])} == {"cli"}
    assert _told(kept, time_from=NOW + DAY, time_to=NOW + 2 * DAY) == [
        ("u-1", "changed", "enterprises/list:1", 1)
    ]
    assert [one[1] for one in _told(kept, acts=("export", "import"))] == ["export", "import"]
    assert [one[1] for one in _told(kept, subject="list:1")] == ["read", "changed", "created"]
    assert [one[1] for one in _told(kept, subject="enterprises/list:2")] == ["read", "created"]
    assert len(_told(kept, subject="enterprises/")) == 3
    assert _told(kept, subject="list_1") == _told(kept, subject="%") == []


def test_no_line_holds_what_was_read_or_written(kept: Store) -> None:
    """Ids and codes only: neither a name nor the new value."""
    said = repr(kept.audit_lines(AuditQuery()))
    assert "样例企业" not in said
    assert "C26" not in said
