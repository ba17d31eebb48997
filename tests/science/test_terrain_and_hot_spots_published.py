"""Hot spots and risk terrain in a publication: for whom, from when on, and what they say."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from geo_risk.fitting import fit_park
from geo_risk.grid import Unit
from geo_risk.published import classes_of
from geo_risk.records import Premises, PremisesKind
from geo_risk.surfaces.hotspots import HotSpot

AS_OF = datetime(2026, 11, 1, tzinfo=UTC)


def families(publication: Any) -> set[str]:
    return {one.partition(".")[0] for one in publication.surfaces}


@pytest.mark.parametrize("months", [0, 1, 3])
def test_before_six_months_neither_is_claimed(hand_park: Any, months: int) -> None:
    """There is nothing to compare a month with, and too little to learn places from."""
    assert not {"hotspot", "terrain"} & families(fit_park(hand_park(months), as_of=AS_OF))


@pytest.mark.parametrize("months", [6, 13])
def test_from_six_months_on_both_are_there_for_kinds_that_are_forecast(
    hand_park: Any, months: int
) -> None:
    """Hot spots of every such kind; fraud and public order, undecided, have none."""
    publication = fit_park(hand_park(months), as_of=AS_OF)
    kinds = {one.partition(".")[2] for one in publication.surfaces if one.startswith("hotspot.")}
    assert kinds == {"hazard", "dispute", "fire"}
    terrain = {one.partition(".")[2] for one in publication.surfaces if one.startswith("terrain.")}
    assert terrain
    assert terrain <= kinds


def test_values_units_and_classes_agree(hand_park: Any) -> None:
    """Hot spots hold classes 0 to 3; a terrain's mean over the park is 1; nothing is NaN inside."""
    publication = fit_park(hand_park(13), as_of=AS_OF)
    inside = np.isfinite(publication.surfaces[publication.main].surface.values)
    for id_, graded in publication.surfaces.items():
        values = graded.surface.values
        if id_.startswith("hotspot."):
            assert graded.surface.unit == Unit.HOT_SPOT
            assert set(np.unique(values[inside])) <= {float(one) for one in HotSpot}
            np.testing.assert_array_equal(graded.classes[inside], values[inside] + 1)
        elif id_.startswith("terrain."):
            assert graded.surface.unit == Unit.RELATIVE_RISK
            assert values[inside].mean() == pytest.approx(1.0)
        else:
            continue
        assert (np.isfinite(values) == inside).all()
        np.testing.assert_array_equal(graded.classes, classes_of(values, graded.breaks))
        assert graded.breaks_version == "fixed"
        freed = ("freed_of_looks",) if id_ == "terrain.hazard" else ()
        assert graded.surface.notes == ("past_only", *freed)


def test_a_terrain_opens_into_its_factors(hand_park: Any) -> None:
    """At most six named kinds of places and the reference are the value, to rounding of float32."""
    opened = 0
    for id_, graded in fit_park(hand_park(13), as_of=AS_OF).surfaces.items():
        if not id_.startswith("terrain."):
            continue
        told = graded.surface.provenance.parameters["factors"]
        assert (graded.factors is None) == (not told)
        if graded.factors is not None:
            opened += 1
            assert list(graded.factors.names) == [one["name"] for one in told]
            total = graded.factors.parts.astype(np.float64).sum(axis=0) + graded.factors.reference
            assert np.nanmax(np.abs(total - graded.surface.values)) < 1e-5
    assert opened


@pytest.mark.parametrize("odd", ["none", "unlocated", "all at one point", "never visited"])
def test_odd_premises_leave_every_cell_with_a_value(hand_park: Any, odd: str) -> None:
    """Looks cannot be laid on a map, or only in one place: terrain and probability all the same."""
    park = hand_park(8)
    nowhere = [replace(one, lon=None, lat=None, unlocated="missing") for one in park.premises]
    first = park.premises[0]
    there = [replace(one, lon=first.lon, lat=first.lat) for one in park.premises]
    changed = {
        "none": {"premises": ()},
        "unlocated": {"premises": nowhere},
        "all at one point": {"premises": there},
        "never visited": {"visits": ()},
    }[odd]
    publication = fit_park(replace(park, **changed), as_of=AS_OF)
    inside = np.isfinite(publication.surfaces[publication.main].surface.values)
    found = [one for one in publication.surfaces if one.startswith(("terrain.", "probability."))]
    assert {"terrain.hazard", "probability.hazard"} <= set(found)
    for id_ in found:
        values = publication.surfaces[id_].surface.values
        assert (np.isfinite(values) == inside).all()


def test_the_hot_corner_is_a_hot_spot_that_persists(hand_park: Any) -> None:
    """Six in ten reports of a year fall around (300, 300) m: hot there, in old and new months."""
    surface = fit_park(hand_park(13), as_of=AS_OF).surfaces["hotspot.fire"].surface
    row, col = surface.grid.cell_of(
        [surface.grid.origin[0] + 300.0], [surface.grid.bounds[1] + 300.0]
    )
    assert surface.values[row[0], col[0]] == HotSpot.PERSISTENT
    far = surface.values[: surface.grid.shape[0] // 2, surface.grid.shape[1] // 2 :]
    assert (far == 0).mean() > 0.95


def test_moving_dormitories_changes_no_terrain(hand_park: Any, with_records: Any) -> None:
    """Six dormitories more: the same factors, the same relative risks."""
    park = hand_park(13)
    some = park.premises[:6]
    dormitories = [
        Premises(id=f"d:{k}", kind=PremisesKind.DORMITORY, lon=one.lon, lat=one.lat, people=900)
        for k, one in enumerate(some)
    ]
    before = fit_park(park, as_of=AS_OF).surfaces
    after = fit_park(with_records(park, premises=dormitories), as_of=AS_OF).surfaces
    for id_ in before:
        if id_.startswith(("hotspot.", "terrain.")):
            np.testing.assert_array_equal(before[id_].surface.values, after[id_].surface.values)
            assert before[id_].surface.provenance.parameters == dict(
                after[id_].surface.provenance.parameters
            )
