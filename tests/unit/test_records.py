"""The nouns: what cannot hold is refused when built, and every record has a door."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo_risk import records
from geo_risk.errors import InputError
from geo_risk.events import Events, days_since_epoch
from geo_risk.park import SOURCE_KINDS
from geo_risk.published import Factors, RiskClass, class_of, classes_of

T = datetime(2026, 10, 1, tzinfo=UTC)
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def test_published_credit_codes_pass_their_check_digit() -> None:
    """Two codes printed in public (the standard's example and a public body) are good."""
    assert records.is_credit_code("91350100M000100Y43")
    assert not records.is_credit_code("91350100M000100Y44")


@given(st.text(ALPHABET, min_size=17, max_size=17), st.integers(0, 16), st.sampled_from(ALPHABET))
def test_the_check_digit_catches_every_single_slip(first: str, place: int, other: str) -> None:
    """MOD 31 with weights prime to 31: changing any one character is noticed."""
    code = first + records.credit_code_check_digit(first)
    assert records.is_credit_code(code)
    slipped = code[:place] + other + code[place + 1 :]
    assert records.is_credit_code(slipped) == (slipped == code)


@pytest.mark.parametrize(
    "bad", ["", "91350100M000100Y4", "91350100M000100Y4I", "９1350100M000100Y43"]
)
def test_what_is_no_credit_code_is_not_taken_for_one(bad: str) -> None:
    """Too short, a letter the code does not use, a full-width digit."""
    assert not records.is_credit_code(bad)


@pytest.mark.parametrize(
    "build",
    [
        lambda: records.Enterprise(id=""),
        lambda: records.Enterprise(id="a", credit_code="91350100M000100Y44"),
        lambda: records.Enterprise(id="a", employees=-1),
        lambda: records.Premises(id="a", lon=120.0),
        lambda: records.Premises(id="a", lon=200.0, lat=30.0),
        lambda: records.Premises(id="a", lon=float("nan"), lat=30.0),
        lambda: records.Premises(id="a", inherent_class=5),
        lambda: records.Visit(id="a", start=T.replace(tzinfo=None)),
        lambda: records.Visit(id="a", start=T, end=T - timedelta(hours=1)),
        lambda: records.Visit(id="a", start=T, selection_probability=0.0),
        lambda: records.Report(
            id="a", kind="hazard", occurred_from=T, occurred_to=T - timedelta(days=1)
        ),
        lambda: records.Enterprise(id="a", valid_from=T, valid_to=T - timedelta(days=1)),
        lambda: records.Assignment(id="a", officer_id="o"),
        lambda: records.Assignment(id="a", officer_id="o", zone_id="z", enterprise_id="e"),
        lambda: records.Declaration(
            id="a", enterprise_id="e", month="2026-13", indicator="guards", have=1, need=1
        ),
        lambda: records.PatrolZone(id="a", geometry=shapely.Point(0, 0)),
        lambda: records.Findings(major=-1),
    ],
)
def test_a_record_that_cannot_hold_is_refused(build: object) -> None:
    """A value that exists is a value that holds."""
    with pytest.raises(InputError) as caught:
        build()  # type: ignore[operator]
    assert caught.value.hint


def test_no_point_is_a_record_like_any_other() -> None:
    """An enterprise's premises without a point is accepted, with the reason."""
    premises = records.Premises(id="a", unlocated="missing")
    assert not premises.is_located


def test_the_time_of_an_interval_is_its_middle_unless_the_source_names_one() -> None:
    """Interval-censored events have one time in models."""
    report = records.Report(
        id="a", kind="fire", occurred_from=T, occurred_to=T + timedelta(hours=10)
    )
    assert report.time == T + timedelta(hours=5)
    named = records.Report(
        id="a", kind="fire", occurred_from=T, occurred_to=T + timedelta(days=1), occurred_mid=T
    )
    assert named.time == T


def test_every_record_has_a_door_and_every_source_kind_a_record() -> None:
    """Nothing is in the model that nobody can create."""
    kinds = {
        one
        for one in vars(records).values()
        if isinstance(one, type) and issubclass(one, records.Record) and one.collection
    }
    assert kinds == set(records.DOORS)
    assert all(records.DOORS.values())
    assert set(SOURCE_KINDS) <= set(records.COLLECTIONS)


def test_every_field_says_in_chinese_and_english_what_it_is() -> None:
    """The docs' tables and the sheets' headings are made from these."""
    for kind in records.DOORS:
        for one in fields(kind):
            assert one.metadata["zh"], (kind, one.name)
            assert one.metadata["en"], (kind, one.name)
            assert not one.metadata.get("personal") or one.metadata["purpose"]


def test_names_phones_and_texts_are_person_data() -> None:
    """What belongs to persons is kept apart; what events need is not."""
    assert records.personal_fields(records.Enterprise) == ("name", "contact", "phone")
    assert records.personal_fields(records.Report) == ("text", "reporter")
    assert records.personal_fields(records.PatrolZone) == ()


def test_who_may_create_is_asked_in_one_place() -> None:
    """An officer records visits over HTTP; a portal records nothing."""
    here = "POST /ogc/collections/visits/items"
    assert records.may_create(records.Role.OFFICER, records.Visit, here)
    assert not records.may_create(records.Role.PORTAL, records.Visit, here)
    assert not records.may_create(records.Role.CHIEF, records.Slip, "geo-risk slips")


def test_events_are_kept_by_time_and_their_digest_ignores_order() -> None:
    """[start, end) is half-open; relabelling rows changes nothing."""
    day = days_since_epoch(T)
    events = Events(
        "EPSG:4549",
        np.array([1.0, 2.0, 3.0]),
        np.array([1.0, 2.0, 3.0]),
        np.array([day - 1, day, day + 1]),
        np.ones(3),
    )
    assert len(events.between(T, T + timedelta(days=1))) == 1
    assert len(events.between(None, T)) == 1
    assert events.where(np.array([2, 0, 1])).digest() == events.digest()
    with pytest.raises(InputError, match="not finite"):
        Events("EPSG:4549", *(np.array([np.nan]),) * 4)


def test_a_lower_bound_belongs_to_the_class_above_it() -> None:
    """At the exact break the higher class holds; nothing is NaN's class."""
    breaks = (1.0, 2.0, 3.0)
    values = [0.0, 0.999, 1.0, 2.0, 3.0, 9.0, float("nan")]
    expected = [1, 1, 2, 3, 4, 4, 0]
    assert [int(class_of(value, breaks)) for value in values] == expected
    assert classes_of(np.array(values), breaks).tolist() == expected
    assert class_of(3.0, breaks) is RiskClass.RED


def test_no_more_than_six_factors() -> None:
    """A person can read six."""
    with pytest.raises(InputError, match="at most six"):
        Factors(tuple("abcdefg"), np.zeros((7, 1, 1), np.float32), 0.0)
