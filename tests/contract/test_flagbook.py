"""Flags: kept once, answered by the person concerned first, settled by the chief; nothing else."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from geo_risk import flagbook
from geo_risk.errors import ConflictError, ForbiddenError, InputError, NotFoundError
from geo_risk.park import ParkFile, parse_park
from geo_risk.records import Actor, Flag, Officer, Premises, Role, Visit
from geo_risk.store import Query, Store, User
from tests.contract.examples import DAY, NOW

CHIEF = Actor("u-chief", Role.CHIEF, "http")
AGENT = Actor("u-7", Role.OFFICER, "http")
OTHER = Actor("u-8", Role.OFFICER, "http")
KEEPER = Actor("cli", Role.KEEPER, "cli")
SINCE, UNTIL = NOW - 20 * DAY, NOW


@pytest.fixture
def park() -> ParkFile:
    text = (
        '[park]\nid = "p"\nname = "样例"\ncrs = "EPSG:4549"\n'
        'boundary = { file = "b.geojson", datum = "wgs84" }\n'
    )
    return parse_park(text, Path("/nowhere/park.toml"))


def visit(number: int, start: datetime, officer: str = "f:JZ01", premises: int = 0) -> Visit:
    return Visit(
        id=f"f:v{number}", source="f", number=f"v{number}", premises_id=f"f:p{premises}",
        start=start, end=start + timedelta(hours=1), participant_ids=(officer,),
    )  # fmt: skip


def picture(seed: int) -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 255, (16, 16, 3), dtype=np.uint8)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "png", compress_level=seed % 3)
    return out.getvalue()


@pytest.fixture
def visits(store: Store) -> Store:
    """Four visits of one officer on four days, two of them in two places at once; one other's."""
    places = [
        Premises(id=f"f:p{k}", source="f", number=f"p{k}", lon=120 + 0.03 * k, lat=30.5)
        for k in range(2)
    ]
    officers = [Officer(id=f"f:{n}", source="f", number=n) for n in ("JZ01", "JZ02")]
    made = []
    for k in range(2):
        start = NOW - (5 + k) * DAY
        made += [visit(2 * k, start), visit(2 * k + 1, start + DAY / 48, premises=1)]
    made += [visit(9, NOW - 5 * DAY, "f:JZ02")]
    store.put([*places, *officers, *made], actor=KEEPER, at=NOW - DAY)
    for user_id, name, role in (
        (AGENT.id, "JZ01", Role.OFFICER), (OTHER.id, "JZ02", Role.OFFICER),
        (CHIEF.id, "chief", Role.CHIEF),
    ):  # fmt: skip
        store.put_user(User(user_id, name, role, "x"), actor=KEEPER, at=NOW)
    return store


def raised(store: Store, park: ParkFile) -> list[Flag]:
    return flagbook.check(store, park, SINCE, UNTIL, actor=KEEPER, at=NOW)


def test_two_places_at_once_are_asked_about_once(visits: Store, park: ParkFile) -> None:
    """One flag to the one officer with the very visits; the second run finds nothing new."""
    (flag,) = raised(visits, park)
    assert (flag.check, flag.person_id) == ("impossible_travel", "f:JZ01")
    assert flag.subject_ids == ("f:v0", "f:v1", "f:v2", "f:v3")
    assert raised(visits, park) == []
    assert visits.count(Query("flags")) == 1
    assert visits.count(Query("visits")) == 5


def test_one_photo_in_two_files_is_one_photo(visits: Store, park: ParkFile) -> None:
    """The pixels count, not the bytes; and every look at a photo is in the audit."""
    first, same = picture(1), io.BytesIO()
    Image.open(io.BytesIO(first)).save(same, "png", optimize=True, compress_level=9)
    for record_id, content in (("f:v0", first), ("f:v3", same.getvalue()), ("f:v9", picture(2))):
        visits.put_photo("visits", record_id, content, suffix=".png", actor=AGENT, at=NOW - DAY)
    visits.put_photo("visits", "f:v9", b"no picture", suffix=".png", actor=OTHER, at=NOW - DAY)
    found = {one.check: one.subject_ids for one in raised(visits, park)}
    assert found["shared_photo"] == ("f:v0", "f:v3")
    assert sum(one.subject.startswith("photos/") for one in visits.audits()) == 4


def test_the_person_concerned_comes_first(visits: Store, park: ParkFile) -> None:
    """Others and the chief see nothing until it was answered; then the chief does, and settles."""
    (flag,) = raised(visits, park)
    assert [one.record.id for one in flagbook.own(visits, actor=AGENT)] == [flag.id]
    assert flagbook.own(visits, actor=OTHER) == []
    assert flagbook.others(visits, actor=CHIEF, now=NOW) == []
    with pytest.raises(NotFoundError):
        flagbook.settle(visits, flag.id, "explained", actor=CHIEF, at=NOW)
    with pytest.raises(NotFoundError):
        flagbook.answer(visits, flag.id, "不是我", actor=OTHER, at=NOW)
    flagbook.answer(visits, flag.id, " 两人分头走访 ", actor=AGENT, at=NOW + DAY)
    (seen,) = flagbook.others(visits, actor=CHIEF, now=NOW + DAY)
    assert (seen.record.state, seen.record.answer) == ("answered", "两人分头走访")
    flagbook.settle(visits, flag.id, "explained", actor=CHIEF, at=NOW + 2 * DAY)
    (kept,) = flagbook.own(visits, actor=AGENT)
    assert (kept.record.state, kept.record.outcome) == ("settled", "explained")


def test_an_unanswered_flag_does_not_wait_for_ever(visits: Store, park: ParkFile) -> None:
    """After a week the chief sees it, answered or not."""
    (flag,) = raised(visits, park)
    later = NOW + flagbook.WAIT
    assert flagbook.others(visits, actor=CHIEF, now=later - DAY / 24) == []
    assert [one.record.id for one in flagbook.others(visits, actor=CHIEF, now=later)] == [flag.id]


def test_what_cannot_be_is_refused(visits: Store, park: ParkFile) -> None:
    """An empty answer, a second one, another's settling, an unknown outcome, one settled twice."""
    (flag,) = raised(visits, park)
    with pytest.raises(InputError, match="empty"):
        flagbook.answer(visits, flag.id, "  ", actor=AGENT, at=NOW)
    flagbook.answer(visits, flag.id, "样例", actor=AGENT, at=NOW)
    with pytest.raises(ConflictError, match="answered"):
        flagbook.answer(visits, flag.id, "样例", actor=AGENT, at=NOW)
    with pytest.raises(ForbiddenError):
        flagbook.settle(visits, flag.id, "explained", actor=AGENT, at=NOW)
    with pytest.raises(InputError, match="outcome"):
        flagbook.settle(visits, flag.id, "guilty", actor=CHIEF, at=NOW)
    flagbook.settle(visits, flag.id, "corrected", actor=CHIEF, at=NOW)
    with pytest.raises(ConflictError, match="settled before"):
        flagbook.settle(visits, flag.id, "explained", actor=CHIEF, at=NOW)
    for since, until in ((UNTIL, SINCE), (SINCE, NOW + DAY)):
        with pytest.raises(InputError, match="nothing to ask"):
            flagbook.check(visits, park, since, until, actor=KEEPER, at=NOW)


def test_an_empty_store_raises_no_flag(store: Store, park: ParkFile) -> None:
    """No visits, nobody asked."""
    assert raised(store, park) == []
