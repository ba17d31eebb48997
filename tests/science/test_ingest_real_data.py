"""Real files nobody here made: what was read adds up, and what is odd has a name and a number.

The counts were taken from the files by other means (pandas, pyogrio, shapely), not by this reader;
where a number is not stated by who gave the data, the test works it out here in that way.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pyogrio
import pytest
import shapely

from geo_risk.ingest import Batch, Known, ingest_source, missing_files, read_boundary
from geo_risk.park import ParkFile, read_park
from geo_risk.records import Report, Severity, Visit

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

DATA = Path(__file__).resolve().parents[2] / "data"


@dataclass
class City:
    """A park file read whole, source by source, each knowing what came before."""

    park: ParkFile
    boundary: BaseGeometry
    batches: dict[str, Batch] = field(default_factory=dict)

    @classmethod
    def read(cls, name: str, shared_data: Path) -> City:
        """Read every source of a park file in order."""
        park = read_park(DATA / name, shared_data)
        city = cls(park, read_boundary(park))
        ids: dict[str, dict[str, str]] = {}
        premises_of: dict[str, tuple[str, ...]] = {}
        for source in park.sources_in_order():
            known = Known(ids, premises_of)
            batch = ingest_source(park, source, known, boundary=city.boundary)
            city.batches[source.name] = batch
            for one in batch.records:
                ids.setdefault(one.collection, {})[one.number] = one.id
                if one.collection == "premises":
                    premises_of[one.enterprise_id] = (
                        *premises_of.get(one.enterprise_id, ()),
                        one.id,
                    )
        return city

    def of_kind(self, kind: str) -> Batch:
        """Give the first batch of a kind."""
        return next(one for one in self.batches.values() if one.source.kind == kind)


@pytest.fixture(scope="module")
def chicago(shared_data: Path) -> City:
    """Chicago, as `data/chicago.toml` describes it."""
    return City.read("chicago.toml", shared_data)


@pytest.fixture(scope="module")
def new_york(shared_data: Path) -> City:
    """New York, as `data/nyc.toml` describes it."""
    return City.read("nyc.toml", shared_data)


def counts(batch: Batch) -> tuple[int, int, int, int]:
    return batch.read, batch.accepted, batch.rejected, batch.unlocated


def test_establishments_are_enterprises_with_premises(chicago: City) -> None:
    """10,746 read and accepted, 32 without coordinates, 187 outside, 2,222 that share a point."""
    batch = chicago.of_kind("enterprises")
    assert counts(batch) == (10_746, 10_746, 0, 32)
    assert batch.outside == 187
    premises = [one for one in batch.records if one.collection == "premises"]
    points = pd.Series([(one.lon, one.lat) for one in premises if one.is_located])
    assert points.duplicated(keep=False).sum() + batch.unlocated == 2222  # no point is one too
    assert {one.inherent_class for one in premises} == {1, 2, 3}


def test_inspections_are_visits_with_what_they_found(chicago: City, shared_data: Path) -> None:
    """17,823 of 17,823, each at the premises of its licence; findings add up per severity."""
    batch = chicago.of_kind("visits")
    assert counts(batch) == (17_823, 17_823, 0, 0)
    raw = pd.read_csv(shared_data / "chicago" / "inspections.csv.gz")
    visits = [one for one in batch.records if isinstance(one, Visit)]
    for severity, column in (("major", "critical"), ("general", "serious"), ("minor", "minor")):
        total = sum(getattr(one.found, severity) for one in visits)
        assert total == raw[f"{column}Count"].sum()
    assert all(one.premises_id and one.enterprise_id for one in visits)
    assert len({one.team for one in visits}) == raw["inspector_group"].nunique(dropna=False)
    hours = {(one.end - one.start).total_seconds() / 3600 for one in visits if one.end}
    assert hours == {24.0}  # whole local days; clocks change on Sundays, when nobody looked


def test_calls_are_reports_and_repeated_numbers_are_rejected(
    chicago: City, shared_data: Path
) -> None:
    """55,315 read, 176 repeat a number, 24 without coordinates, 253 outside the city's edge."""
    batch = chicago.of_kind("reports")
    assert counts(batch) == (55_315, 55_139, 176, 24)
    assert batch.odd == {"duplicate_number": 176}
    raw = pd.read_csv(shared_data / "chicago" / "sanitation_311.csv.gz")
    first = raw.drop_duplicates("service_request_number")
    city = pyogrio.read_dataframe(
        shared_data / "chicago" / "zones.gpkg", layer="city_boundary"
    ).geometry[0]
    inside = shapely.intersects_xy(city, first["longitude"], first["latitude"])
    assert batch.outside == (~inside & first["latitude"].notna()).sum()
    assert abs(batch.outside - 254) <= 2
    assert [one.number for one in batch.records] == first["service_request_number"].tolist()


def test_repeated_calls_name_the_row_that_went_in(chicago: City) -> None:
    """The line a person reads about the first of them."""
    assert str(chicago.of_kind("reports").rejects[0]) == (
        "sanitation_311.csv.gz, row 27824, column service_request_number: '12-01209013' is already "
        "the number of row 27823; that row went in. Give this row its own number, or leave it out."
    )


def test_beats_with_several_parts_merge(chicago: City) -> None:
    """277 polygons read and accepted, 275 zones; no area is lost."""
    batch = chicago.of_kind("zones")
    assert counts(batch) == (277, 277, 0, 0)
    assert len(batch.records) == 275
    assert batch.odd == {"merged_zones": 2}
    raw = pyogrio.read_dataframe(batch.source.file, layer="police_beats")
    assert sum(one.geometry.area for one in batch.records) == pytest.approx(
        shapely.area(raw.geometry.to_numpy()).sum()
    )


def test_thefts_keep_their_intervals(new_york: City, shared_data: Path) -> None:
    """35,746 with earliest and latest; a missing end is the beginning; the file's middle holds."""
    batch = new_york.of_kind("reports")
    assert counts(batch) == (35_746, 35_746, 0, 0)
    assert batch.odd == {"mid_outside_interval": 1}
    raw = pd.read_parquet(shared_data / "nyc" / "vehicle_thefts.parquet")
    local = raw["date_single"].dt.tz_localize(
        "America/New_York", ambiguous=True, nonexistent="shift_forward"
    )
    reports = [one for one in batch.records if isinstance(one, Report)]
    moments = pd.Series([one.time for one in reports])
    assert (moments == local.dt.tz_convert("UTC")).all()
    open_ended = raw["date_end"].isna()
    lengths = pd.Series([one.occurred_to - one.occurred_from for one in reports])
    assert (lengths[open_ended] == pd.Timedelta(0)).all()
    zones = pyogrio.read_dataframe(shared_data / "nyc" / "zones.gpkg").union_all()
    inside = shapely.intersects_xy(zones, raw["longitude"], raw["latitude"])
    assert batch.outside == (~inside).sum()


def test_precincts_are_77_zones_and_the_city_is_their_union(new_york: City) -> None:
    """The boundary is dissolved from the zones."""
    zones = new_york.of_kind("zones")
    assert counts(zones) == (77, 77, 0, 0)
    assert len(zones.records) == 77
    area = sum(one.geometry.area for one in zones.records)
    assert new_york.boundary.area == pytest.approx(area, rel=1e-3)


def test_nothing_is_missing_and_a_missing_file_says_where_it_is(
    shared_data: Path, tmp_path: Path
) -> None:
    """Without the data every source is missing, with its page and digest."""
    for name in ("chicago.toml", "nyc.toml"):
        assert missing_files(read_park(DATA / name, shared_data)) == []
        absent = missing_files(read_park(DATA / name, tmp_path))
        assert absent
        assert all(one.origin.startswith("https://") and len(one.sha256) == 64 for one in absent)


def test_severities_of_inspections_are_the_parks_three(chicago: City) -> None:
    """Critical is major, serious is general, minor is minor."""
    source = chicago.of_kind("visits").source
    assert source.findings == {
        Severity.MAJOR: "criticalCount",
        Severity.GENERAL: "seriousCount",
        Severity.MINOR: "minorCount",
    }
