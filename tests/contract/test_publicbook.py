"""Public figures: kept when they are first shown, and the same ever after, on both engines."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import shapely

from geo_risk.errors import InputError, NotFoundError
from geo_risk.park import MapSection, ParkFile, ParkSection
from geo_risk.park.sections import Boundary
from geo_risk.publicbook import TABLE, PublicBook, last_closed
from geo_risk.records import Enterprise, PatrolZone, Premises, Report
from geo_risk.store import Store
from tests.contract.examples import KEEPER

ASKED = datetime(2026, 5, 20, tzinfo=UTC)
EDGE = shapely.box(120.0, 30.5, 120.04, 30.52)
PARK = ParkFile(
    Path("park.toml"),
    ParkSection(
        id="public",
        name="样例园区",
        crs="EPSG:4549",
        timezone="Asia/Shanghai",
        boundary=Boundary(file="boundary.geojson", datum="wgs84"),
    ),
    map=MapSection(approval_exemption="样例"),
)
COUNTS = {"z:1": (12, 9), "z:2": (10, 3), "z:3": (5, 2), "z:4": (4, 4)}
"""Zone to its enterprises and its reports in April."""


@pytest.fixture
def book(store: Store) -> PublicBook:
    """Four zones side by side, of which two are too small alone."""
    for n, (zone, (enterprises, reports)) in enumerate(COUNTS.items()):
        west = 120.0 + n * 0.01
        records = [PatrolZone(id=zone, name=f"样例巡区 {n}", geometry=shapely.box(
            west, 30.5, west + 0.01, 30.52))]  # fmt: skip
        for i in range(enterprises):
            number = f"{zone}-{i}"
            records.append(Enterprise(id=f"e:{number}", name="样例企业"))
            place = {"lon": west + 0.001 + i * 0.0005, "lat": 30.51}
            records.append(Premises(id=f"p:{number}", enterprise_id=f"e:{number}", **place))
        records += [april(f"r:{zone}-{i}", f"p:{zone}-{i % enterprises}") for i in range(reports)]
        store.put(records, actor=KEEPER, at=ASKED)
    return PublicBook(store, PARK, EDGE)


def april(report_id: str, premises_id: str, *, told: datetime | None = None) -> Report:
    at = datetime(2026, 4, 12, 3, tzinfo=UTC)
    return Report(
        id=report_id,
        kind="hazard",
        channel="hotline",
        premises_id=premises_id,
        occurred_from=at,
        occurred_to=at,
        reported_at=told or at,
    )


def test_a_month_is_cut_rounded_and_kept(book: PublicBook, store: Store) -> None:
    """Nine reports are ten; three are not said; two small zones stand together, without a rate."""
    month = book.month("2026-04", ASKED)
    said = {one.zone_ids: (one.withheld, one.reports, one.enterprises) for one in month.areas}
    assert said == {
        ("z:1",): (False, 10, 12),
        ("z:2",): (True, None, None),
        ("z:3", "z:4"): (False, 5, None),
    }
    assert month.as_of == datetime(2026, 5, 5, 16, tzinfo=UTC)
    assert book.latest(ASKED) == month
    assert store.document_keys(TABLE) == ["2026-04"]


def test_what_was_shown_does_not_change(book: PublicBook, store: Store) -> None:
    """Not by a late report, not by a correction, not by other rules, not in another process."""
    first = book.month("2026-04", ASKED)
    late = [april(f"r:late-{i}", "p:z:2-1") for i in range(9)]
    store.put(late, actor=KEEPER, at=ASKED)
    assert book.month("2026-04", ASKED) == first
    other = replace(PARK, map=MapSection(min_reports=50, report_breaks=(1.0, 2.0, 3.0)))
    assert PublicBook(store, other, EDGE).month("2026-04", ASKED + timedelta(days=99)) == first


def test_what_was_told_after_closing_is_not_in_the_month(book: PublicBook, store: Store) -> None:
    """A report of April that came on 7 May, before anybody looked."""
    told = datetime(2026, 5, 7, tzinfo=UTC)
    store.put(
        [april(f"r:late-{i}", "p:z:2-1", told=told) for i in range(9)], actor=KEEPER, at=ASKED
    )
    said = {one.zone_ids: one.withheld for one in book.month("2026-04", ASKED).areas}
    assert said["z:2",]


def test_a_month_of_which_nothing_is_said_is_not_kept(book: PublicBook, store: Store) -> None:
    """March is empty; a history that is read in later can still be shown."""
    assert all(one.withheld for one in book.month("2026-03", ASKED).areas)
    assert store.document_keys(TABLE) == []
    march = datetime(2026, 3, 9, tzinfo=UTC)
    read_in = [
        replace(april(f"r:{i}", "p:z:1-1"), occurred_from=march, occurred_to=march,
                reported_at=march)
        for i in range(20)
    ]  # fmt: skip
    store.put(read_in, actor=KEEPER, at=ASKED)
    later = ASKED + timedelta(hours=1)
    assert [one.reports for one in book.month("2026-03", later).areas] == [20, None, None]


def test_many_who_look_first_see_one_and_the_same(book: PublicBook, store: Store) -> None:
    """Several books on one store, at the same moment: one table is kept, all read it."""
    books = [PublicBook(store, PARK, EDGE) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        seen = list(pool.map(lambda one: one.month("2026-04", ASKED), books))
    assert all(one == seen[0] for one in seen)
    assert len(store.documents(TABLE)) == 1


def test_a_month_that_has_not_closed_is_not_shown(book: PublicBook) -> None:
    """May closes with 5 June; April is the last until then."""
    with pytest.raises(NotFoundError, match="2026-05 has not closed"):
        book.month("2026-05", ASKED)
    with pytest.raises(InputError, match="no month"):
        book.month("2026-4", ASKED)
    closing = datetime(2026, 5, 5, 16, tzinfo=UTC)
    assert last_closed(closing, PARK) == "2026-04"
    assert last_closed(closing - timedelta(seconds=1), PARK) == "2026-03"
