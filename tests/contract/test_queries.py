"""Asking: by place, time, valid time and field, the same answers as looking at every record."""

from __future__ import annotations

import math
import threading
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pytest
import shapely
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_risk.errors import InputError
from geo_risk.records import COLLECTIONS, Record, VisitReason
from geo_risk.store import Query, Store
from geo_risk.store.column_types import iso
from geo_risk.store.rows import main_time, plain_of
from geo_risk.store.values import Box
from tests.contract.conftest import Place
from tests.contract.examples import (
    DAY,
    KEEPER,
    NOW,
    enterprise,
    one_of_each,
    premises,
    report,
    scattered_reports,
    visit,
    zone,
)


def the_world() -> list[Record]:
    """Points, shapes, visits through premises, the far side of the Earth, all kinds of times."""
    reports = scattered_reports(120)
    far = [
        report(900 + n, lon=lon, lat=lat)
        for n, (lon, lat) in enumerate([(180.0, 0.0), (-180.0, 1.0), (179.5, -1.0), (-179.5, 90.0)])
    ]
    instant = report(910, occurred_from=NOW, occurred_to=NOW)
    dated = [
        enterprise(n, valid_from=start, valid_to=end)
        for n, (start, end) in enumerate(
            [(None, None), (None, NOW), (NOW, None), (NOW - DAY, NOW + DAY), (NOW, NOW)], start=1
        )
    ]
    places = [premises(n, lat=30.5 + n / 300) for n in range(1, 10)]
    places.append(premises(10, lon=None, lat=None, unlocated="missing"))
    visits = [visit(n, end=NOW - n * DAY + timedelta(hours=n)) for n in range(1, 9)]
    visits += [visit(9), visit(10), visit(11, premises_id="", reason=VisitReason.RANDOM)]
    return [*reports, *far, instant, *dated, *places, *visits, *(zone(n) for n in range(8))]


WORLD = the_world()
OF = {name: [one for one in WORLD if one.collection == name] for name in COLLECTIONS}
PLACES = {one.id: one for one in OF["premises"]}


@pytest.fixture(scope="module")
def world(shared_store: Store) -> Store:
    """A store that holds all of it."""
    shared_store.put(WORLD, actor=KEEPER, at=NOW)
    return shared_store


@pytest.fixture(scope="module")
def two_worlds(both_stores: tuple[Store, Store]) -> tuple[Store, Store]:
    """The same on each engine."""
    for one in both_stores:
        one.put(WORLD, actor=KEEPER, at=NOW)
    return both_stores


def ids(store: Store, query: Query) -> list[str]:
    return [one.record.id for one in store.find(query, actor=KEEPER)]


def point_of(record: Record) -> tuple[float, float] | None:
    holder = PLACES.get(record.premises_id) if record.collection == "visits" else record
    lon, lat = getattr(holder, "lon", None), getattr(holder, "lat", None)
    return None if lon is None else (lon, lat)


def is_in(record: Record, box: tuple[float, float, float, float]) -> bool:
    west, south, east, north = box
    halves = [box] if west <= east else [(west, south, 180, north), (-180, south, east, north)]
    if record.collection == "zones":
        return any(record.geometry.intersects(shapely.box(*half)) for half in halves)
    point = point_of(record)
    return point is not None and any(
        half[0] <= point[0] <= half[2] and half[1] <= point[1] <= half[3] for half in halves
    )


def is_at(record: Record, start: datetime | None, end: datetime | None) -> bool:
    """Overlap of half-open intervals, each of which may be one instant, or open."""
    low, high = main_time(record.collection, plain_of(record))
    late = end is not None and low is not None and not low < iso(end)
    if late and not (start == end and low == iso(end)):
        return False
    if start is None or high is None:
        return True
    return high > iso(start) or (low == high and low >= iso(start))


lons = st.one_of(
    st.floats(119.85, 120.15),
    st.sampled_from([120.0, 180.0, -180.0, *(p[0] for r in WORLD if (p := point_of(r)))]),
)
lats = st.one_of(
    st.floats(30.35, 30.65),
    st.sampled_from([30.5, 0.0, 90.0, *(p[1] for r in WORLD if (p := point_of(r)))]),
)
edges = st.sampled_from([0.0, 1e-9, -1e-9, 4e-6, -4e-6])
"""Boxes that end exactly at a point, or a hair beside it: 32-bit indexes round there."""


@st.composite
def boxes(draw: st.DrawFn) -> tuple[float, float, float, float]:
    west, east = draw(lons) + draw(edges), draw(lons) + draw(edges)
    south, north = sorted([draw(lats) + draw(edges), draw(lats) + draw(edges)])
    if draw(st.booleans()):
        west, east = sorted([west, east])
    if draw(st.integers(0, 9)) == 0:
        east, north = west, south
    return max(-180, min(180, west)), max(-90, south), max(-180, min(180, east)), min(90, north)


moments = st.one_of(
    st.none(),
    st.integers(-90 * 24, 20 * 24).map(lambda hours: NOW + timedelta(hours=hours)),
    st.just(NOW),
)


@st.composite
def queries(draw: st.DrawFn) -> Query:
    start, end = draw(moments), draw(moments)
    if start and end and end < start:
        start, end = end, start
    collection = draw(st.sampled_from(["reports", "visits", "premises", "zones", "enterprises"]))
    filters = {}
    if collection == "reports":
        filters = draw(
            st.sampled_from(
                [{}, {"kind": "fire"}, {"kind": ("fire", "traffic")}, {"self_reported": "true"}]
            )
        )
    return Query(
        collection,
        bbox=draw(st.one_of(st.none(), boxes())),
        time_from=start,
        time_to=end,
        valid_at=draw(moments),
        filters=filters,
        after=draw(st.one_of(st.none(), st.sampled_from([one.id for one in WORLD]))),
        limit=draw(st.one_of(st.none(), st.integers(0, 30))),
        located=draw(st.sampled_from([None, True, False])),
    )


def brute_force(query: Query) -> list[str]:
    """Look at every record, one by one."""
    found = []
    for one in sorted(OF[query.collection], key=lambda record: record.id):
        valid = query.valid_at is None or (
            (one.valid_from is None or one.valid_from <= query.valid_at)
            and (one.valid_to is None or one.valid_to > query.valid_at)
        )
        placed = one.collection == "zones" or point_of(one) is not None
        wanted = (
            valid
            and (query.bbox is None or is_in(one, query.bbox))
            and is_at(one, query.time_from, query.time_to)
            and (query.after is None or one.id > query.after)
            and (query.located is None or placed == query.located)
            and all(
                str(getattr(one, name)).lower() in ([value] if isinstance(value, str) else value)
                for name, value in query.filters.items()
            )
        )
        if wanted:
            found.append(one.id)
    return found if query.limit is None else found[: query.limit]


@given(collection=st.sampled_from(["reports", "premises", "visits", "zones"]), box=boxes())
@settings(max_examples=80)
def test_a_box_gives_what_looking_at_every_record_gives(
    world: Store, collection: str, box: Box
) -> None:
    """To the last bit, edges included, across 180 degrees, for points, shapes and visits."""
    query = Query(collection, bbox=box)
    expected = brute_force(query)
    assert ids(world, query) == expected
    assert world.count(query) == len(expected)


@given(query=queries())
@settings(max_examples=100)
def test_both_engines_answer_alike_and_as_brute_force(
    two_worlds: tuple[Store, Store], query: Query
) -> None:
    """Random questions with everything in them: same rows, same order, same count."""
    one, two = two_worlds
    expected = brute_force(query)
    assert ids(one, query) == expected
    assert ids(two, query) == expected
    assert one.count(query) == two.count(query) == len(expected)


def test_boxes_find_at_all(world: Store) -> None:
    """The laws above are not about empty answers."""
    assert len(ids(world, Query("reports", bbox=(119.95, 30.45, 120.05, 30.55)))) > 20
    assert len(ids(world, Query("reports", bbox=(179, -10, -179, 90)))) == 4
    assert len(ids(world, Query("visits", bbox=(120, 30, 120.005, 31)))) == 5
    assert len(ids(world, Query("zones", bbox=(120.011, 30.51, 120.012, 30.511)))) == 1
    assert ids(world, Query("enterprises", bbox=(-180, -90, 180, 90))) == []


def test_the_rtree_holds_every_place_and_no_other(place: Place) -> None:
    """SQLite's index after inserts, moves, losses of place and deletions of rows."""
    if place.engine != "sqlite":
        store = place.open()
        with store._database.read() as connection:
            names = set(connection.scalars(sa.text("SELECT indexname FROM pg_indexes")))
        assert {"ix_reports_geom", "ix_zones_geom", "ix_premises_geom"} <= names
        return
    store = place.open()
    store.put(scattered_reports(60), actor=KEEPER, at=NOW)
    for n in range(1, 20):
        moved = {"lon": 121.0 + n, "lat": 31.0} if n % 2 else {"lon": None, "lat": None}
        store.update("reports", report(n).id, moved, actor=KEEPER, at=NOW)
    with store._database.write() as connection:
        connection.exec_driver_sql("DELETE FROM reports WHERE id > ?", (report(50).id,))
    with store._database.read() as connection:
        told = connection.exec_driver_sql(
            'SELECT "row", west, south, east, north FROM reports WHERE west IS NOT NULL ORDER BY 1'
        ).all()
        tree = connection.exec_driver_sql(
            'SELECT "row", west, south, east, north FROM reports_box ORDER BY 1'
        ).all()
        check = connection.exec_driver_sql("SELECT rtreecheck('reports_box')").scalar()
    assert check == "ok"
    assert [row[0] for row in told] == [row[0] for row in tree]
    exact, rounded = np.array(told)[:, 1:], np.array(tree)[:, 1:]
    assert np.allclose(exact, rounded, atol=2e-5)
    assert (rounded[:, :2] <= exact[:, :2]).all()
    assert (rounded[:, 2:] >= exact[:, 2:]).all()


def test_rows_keep_their_place_in_the_index_after_a_vacuum(store: Store) -> None:
    """Row numbers survive VACUUM, so that the index means the same rows."""
    store.put(scattered_reports(80), actor=KEEPER, at=NOW)
    store.delete("reports", report(3).id, actor=KEEPER, at=NOW)
    query = Query("reports", bbox=(119.95, 30.45, 120.05, 30.55))
    before = ids(store, query)
    with store._database.alone() as connection:
        connection.exec_driver_sql("VACUUM")
    assert ids(store, query) == before


@pytest.mark.parametrize("limit", [1, 7, 1000])
def test_paging_visits_each_row_once_while_others_insert(place: Place, limit: int) -> None:
    """Rows that were there at the start come once each, in order; new ones at most once."""
    store = place.open()
    start = scattered_reports(90)
    store.put(start, actor=KEEPER, at=NOW)
    stop = threading.Event()
    added: list[str] = []

    def insert() -> None:
        other = place.open(store.park_id, store.state_dir)
        for n in range(10_000):
            if stop.is_set():
                break
            one = replace(report(n % 90), id=f"hotline:{n % 90:05d}-{n}")
            other.put([one], actor=KEEPER, at=NOW)
            added.append(one.id)

    writer = threading.Thread(target=insert)
    writer.start()
    while not added:
        stop.wait(0.01)
    seen: list[str] = []
    after = None
    try:
        while True:
            page = store.page(Query("reports", after=after, limit=limit), actor=KEEPER)
            seen += [one.record.id for one in page.items]
            assert len(page.items) <= limit
            if page.next is None:
                break
            after = page.next
    finally:
        stop.set()
        writer.join()
    assert seen == sorted(set(seen))
    assert {one.id for one in start} <= set(seen)


def test_ids_sort_by_code_point_on_both_engines(store: Store) -> None:
    """Chinese, upper and lower case, signs: as Python sorts, whatever the server's language."""
    odd = ["B:1", "a:1", "A:1", "样例:2", "样例:10", "z-1", "z_1", "é:1", "😀:1", "\uffee:1"]
    store.put([report(n, id=one) for n, one in enumerate(odd)], actor=KEEPER, at=NOW)
    assert ids(store, Query("reports")) == sorted(odd)
    pages, after = [], None
    while True:
        page = store.page(Query("reports", after=after, limit=3), actor=KEEPER)
        pages += [one.record.id for one in page.items]
        after = page.next
        if after is None:
            break
    assert pages == sorted(odd)


def test_the_last_page_says_so(store: Store) -> None:
    """A full last page has no next; limit 0 gives nothing and no cursor."""
    store.put([report(n) for n in range(6)], actor=KEEPER, at=NOW)
    first = store.page(Query("reports", limit=3), actor=KEEPER)
    last = store.page(Query("reports", limit=3, after=first.next), actor=KEEPER)
    assert (len(first.items), len(last.items), last.next) == (3, 3, None)
    assert store.page(Query("reports", limit=0), actor=KEEPER).next is None
    assert store.page(Query("reports"), actor=KEEPER).next is None


def test_filters_are_read_as_the_fields_type(store: Store) -> None:
    """Text from an address line meets numbers, truth values, times, lists and empty fields."""
    store.put([*one_of_each(), report(1, text="x")], actor=KEEPER, at=NOW)
    asked = [
        ("enterprises", {"employees": "12"}, 1),
        ("enterprises", {"above_scale": "true"}, 1),
        ("enterprises", {"above_scale": False}, 0),
        ("enterprises", {"credit_code": ""}, 1),
        ("premises", {"inherent_class": ("3", "4")}, 1),
        ("premises", {"kind": "plant", "people": 40}, 1),
        ("reports", {"severity": "major"}, 1),
        ("reports", {"severity": None}, 1),
        ("reports", {"severity": (None, "major")}, 2),
        ("reports", {"kind": ()}, 0),
        ("reports", {"due": "2026-03-31T16:00:00+08:00"}, 1),
        ("reports", {"category": "电气"}, 1),
        ("reports", {"category": "' OR 1=1 --"}, 0),
        ("stations", {"services": "调解"}, 1),
        ("stations", {"services": ("x", "点单")}, 1),
        ("stations", {"services": "调"}, 0),
        ("stations", {"services": "%"}, 0),
        ("population", {"people": "812.5"}, 1),
        ("visits", {"reason": VisitReason.RANDOM}, 1),
    ]
    for name, filters, count in asked:
        assert store.count(Query(name, filters=filters)) == count, (name, filters)


def test_questions_that_make_no_sense_are_refused(store: Store) -> None:
    """Unknown field with the nearest word, person data, a value of another type, naive times."""
    wrong = [
        ("reports", {"sevrity": "major"}, r"no field 'sevrity'. Did you mean 'severity'"),
        ("reports", {"revision": "1"}, r"no field 'revision'"),
        ("reports", {"text": "x"}, r"text is person data"),
        ("reports", {"severity": "terrible"}, r"Write one of major, general, minor"),
        ("enterprises", {"employees": "many"}, r"Write a whole number"),
        ("enterprises", {"above_scale": "maybe"}, r"Write true or false"),
        ("reports", {"due": "2026-03-31"}, r"Write a time with its zone"),
    ]
    for name, filters, said in wrong:
        with pytest.raises(InputError, match=said):
            store.count(Query(name, filters=filters))
    with pytest.raises(InputError, match="no time zone"):
        Query("reports", time_from=NOW.replace(tzinfo=None))
    with pytest.raises(InputError, match="time_to is before"):
        Query("reports", time_from=NOW, time_to=NOW - DAY)
    for box in ((0, 2, 1, 1), (-181, 0, 0, 1), (0, -91, 1, 0), (math.nan, 0, 1, 1)):
        with pytest.raises(InputError, match="is no box"):
            Query("reports", bbox=box)
    with pytest.raises(InputError, match="limit is -1"):
        Query("reports", limit=-1)


def test_many_ids_are_one_question(store: Store) -> None:
    """70,000 ids are no more trouble than one: drivers stop at 65,535 parameters."""
    store.put([report(n) for n in range(5)], actor=KEEPER, at=NOW)
    asked = [f"x:{n}" for n in range(70_000)] + [report(3).id, 'it\'s "odd"']
    assert ids(store, Query("reports", ids=asked)) == [report(3).id]
    assert store.count(Query("reports", ids=[])) == 0
