"""The sample's officers are honest: hardly any of their months raises a question."""

from __future__ import annotations

from datetime import timedelta, timezone

import pytest

from data.sample_park import simulate
from geo_risk.provenance import Entry, check_entries

CHINA = timezone(timedelta(hours=8))


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.soak)])
def test_hardly_any_month_of_the_samples_officers_is_asked_about(seed: int) -> None:
    """Two years of five teams, month by month: at most 1 % of the months, by any check."""
    park = simulate(seed)
    visits, premises = park.tables["visits"], park.tables["premises"]
    places = premises[["easting", "northing"]].to_numpy()
    entries = [
        Entry(
            id=one["id"],
            person_id=one["participants"].split("、")[0],
            start=one["start"].tz_localize(CHINA).to_pydatetime(),
            end=one["end"].tz_localize(CHINA).to_pydatetime(),
            present_ids=tuple(one["participants"].split("、")),
            premises_id=one["premises"],
            place=tuple(places[one["premises_row"]]),
            words=(one["note"],),
        )
        for one in visits.to_dict("records")
    ]
    months: dict[tuple[int, int], list[Entry]] = {}
    for one in entries:
        months.setdefault((one.start.year, one.start.month), []).append(one)
    asked = sum(len({one.person_id for one in check_entries(some)}) for some in months.values())
    people = sum(len({one.person_id for one in some}) for some in months.values())
    assert asked / people <= 0.01
