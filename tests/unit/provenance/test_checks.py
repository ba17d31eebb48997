"""The provenance checks: what each asks about, and what it leaves alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from geo_risk.errors import InputError
from geo_risk.provenance import CHECKS, Entry, check_entries, pixels_digest
from tests.science.written_entries import KINDS, faked, honest_month

DAY = datetime(2026, 3, 2, 8, tzinfo=UTC)
LONG = "仓库东侧消防通道检查,堆放杂物三处,已要求当日整改"


def entry(name: str, minutes: float = 0, **said: object) -> Entry:
    first = Entry(id=name, person_id="A", start=DAY + timedelta(minutes=minutes))
    return replace(first, **said)  # type: ignore[arg-type]  # a test's shorthand


def doubted(check: str, *entries: Entry) -> list[tuple[str, tuple[str, ...]]]:
    return [(one.person_id, one.entry_ids) for one in CHECKS[check](entries)]


def test_nothing_and_one_entry_raise_no_doubt() -> None:
    """No entries, one entry, one person alone: nobody to compare with, nobody asked."""
    assert check_entries([]) == []
    assert check_entries([entry("1", photos=("p",), words=(LONG,), found=True, place=(0, 0))]) == []
    false, _ = faked("regular_times", "F", np.random.default_rng(1))
    assert CHECKS["regular_times"](false) == []


def test_a_time_without_a_zone_is_refused() -> None:
    """Two clocks are compared: both must say which."""
    with pytest.raises(InputError, match="without a zone"):
        Entry(id="1", person_id="A", start=datetime(2026, 3, 2))


def test_an_entry_of_nobody_is_nobodys_doubt() -> None:
    """Where it is not known who wrote it down there is nobody to ask."""
    pair = [entry("1", photos=("p",)), entry("2", 3000, photos=("p",))]
    assert check_entries([replace(one, person_id="") for one in pair]) == []


def test_a_gates_photo_serves_the_neighbours_of_one_day() -> None:
    """The same photo within 300 m and a day is a gate; beyond either it is a copy."""
    first = entry("1", photos=("p",), place=(0, 0))
    near = entry("2", 60, photos=("p",), place=(200, 0))
    assert doubted("shared_photo", first, near) == []
    far = replace(near, place=(400, 0))
    assert doubted("shared_photo", first, far) == [("A", ("1", "2"))]
    later = replace(near, start=DAY + timedelta(days=2))
    assert doubted("shared_photo", first, later) == [("A", ("1", "2"))]


def test_whoever_took_the_photo_is_not_asked() -> None:
    """Of two people with one photo, the later one is asked, about the own entry only."""
    first = entry("1", photos=("p",), place=(0, 0))
    later = entry("2", 5000, photos=("p",), place=(0, 0), person_id="B")
    assert doubted("shared_photo", later, first) == [("B", ("2",))]


def test_the_same_pixels_have_one_digest() -> None:
    """A copy of the array has it too; another shape or one other pixel has not."""
    pixels = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)
    assert pixels_digest(pixels) == pixels_digest(pixels.copy())
    assert pixels_digest(pixels) == pixels_digest(np.asfortranarray(pixels))
    assert pixels_digest(pixels) != pixels_digest(pixels.reshape(4, 2, 3))
    other = pixels.copy()
    other[0, 0, 0] += 1
    assert pixels_digest(pixels) != pixels_digest(other)


def test_one_text_of_three_premises_is_asked_about() -> None:
    """Digits and marks do not make it another; two premises are not enough."""
    told = [
        entry(str(k), 100 * k, premises_id=f"P{k}", found=True, words=(f"{LONG}{k}处。",))
        for k in range(3)
    ]
    assert doubted("same_words", *told) == [("A", ("0", "1", "2"))]
    assert doubted("same_words", *told[:2]) == []
    assert doubted("same_words", *(replace(one, premises_id="P") for one in told)) == []


def test_a_form_is_nobodys_copy() -> None:
    """What two others write as well, and a set phrase, raise no doubt."""
    told = [
        entry(f"{who}{k}", 100 * k, person_id=who, premises_id=f"P{k}", found=True, words=(LONG,))
        for who in "ABC"
        for k in range(3)
    ]
    assert doubted("same_words", *told) == []
    short = [replace(one, words=("未发现隐患",)) for one in told if one.person_id == "A"]
    assert doubted("same_words", *short) == []


def test_two_places_at_once_twice_is_asked_about() -> None:
    """One such pair is a slip of the pen; twenty minutes are granted to clocks."""
    hour = timedelta(hours=1)
    pairs = []
    for k in range(2):
        start = DAY + timedelta(days=k)
        pairs += [
            entry(f"{k}a", start=start, end=start + hour, place=(0, 0)),
            entry(f"{k}b", start=start + hour / 2, end=start + 2 * hour, place=(2000, 0)),
        ]
    assert doubted("impossible_travel", *pairs) == [("A", ("0a", "0b", "1a", "1b"))]
    assert doubted("impossible_travel", *pairs[:2]) == []
    granted = [
        replace(one, start=one.start + timedelta(minutes=15)) if one.id[1] == "b" else one
        for one in pairs
    ]
    assert doubted("impossible_travel", *granted) == []
    near = [replace(one, place=(0, 0)) for one in pairs]
    assert doubted("impossible_travel", *near) == []


def test_a_day_entered_in_one_go_says_nothing_of_where_one_was() -> None:
    """Ten visits within twenty minutes at the end of a shift are honest desk work."""
    days = [
        entry(f"{d}-{k}", 540 + 2 * k, start=DAY + timedelta(days=d, minutes=540 + 2 * k),
              place=(500.0 * k, 0.0))
        for d in range(5) for k in range(10)
    ]  # fmt: skip
    assert doubted("impossible_travel", *days) == []
    assert doubted("regular_times", *days) == []


@pytest.mark.parametrize("kind", KINDS)
def test_names_and_order_change_nothing(kind: str) -> None:
    """Other names for people and another order of entries: the same doubts."""
    rng = np.random.default_rng(7)
    false, _ = faked(kind, "F", rng)
    month = [*honest_month(rng, 8), *false]
    found = {(one.check, one.person_id, one.entry_ids) for one in check_entries(month)}
    other = [
        replace(one, person_id=f"Z{one.person_id}", present_ids=())
        for one in rng.permutation(np.array(month, dtype=object))
    ]
    again = {(one.check, one.person_id[1:], one.entry_ids) for one in check_entries(other)}
    assert found == again
    assert found
