"""A publication obeys its laws: only what was known, only what may be, and everything adds up."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from geo_risk.crs import project, project_geometry
from geo_risk.errors import InputError
from geo_risk.fitting import COMBINED_ID, INHERENT_ID, fit_park
from geo_risk.published import Publication, RiskClass, class_of, classes_of
from geo_risk.records import PremisesKind
from tests.science.conftest import AS_OF, degrees, rectangle


@pytest.fixture(scope="module")
def year(hand_park: Any) -> Publication:
    """The hand-made park after 14 months."""
    return fit_park(hand_park(14), as_of=AS_OF)


def same(one: Publication, two: Publication) -> None:
    """Fail unless two publications say the same, values to the bit."""
    assert {key: graded.surface.version for key, graded in one.surfaces.items()} == {
        key: graded.surface.version for key, graded in two.surfaces.items()
    }
    for key, graded in one.surfaces.items():
        np.testing.assert_array_equal(graded.classes, two.surfaces[key].classes)
        assert graded.breaks == two.surfaces[key].breaks
    assert (one.rung, one.main, one.facts) == (two.rung, two.main, two.facts)
    assert repr(one.zones) == repr(two.zones)
    assert repr(one.premises) == repr(two.premises)


def test_same_records_give_the_same_publication(hand_park: Any, year: Publication) -> None:
    """Same inputs, same as-of: the same values, to the bit."""
    same(fit_park(hand_park(14), as_of=AS_OF), year)


def test_order_of_records_changes_nothing(hand_park: Any, year: Publication) -> None:
    """A store may give its rows in any order: the values are the same, to the bit."""
    park = hand_park(14)
    turned = {
        name: getattr(park, name)[::-1]
        for name in ("enterprises", "premises", "visits", "reports", "stations")
    }
    publication = fit_park(replace(park, **turned), as_of=AS_OF)
    same(replace(publication, premises=publication.premises[::-1]), year)


def test_records_of_after_the_as_of_change_nothing(hand_park: Any, with_records: Any) -> None:
    """What happened, was reported, was visited or opened later is not known yet."""
    park = hand_park(8)
    later = AS_OF + timedelta(days=1)
    report, visit, premises = park.reports[0], park.visits[0], park.premises[0]
    more = with_records(
        park,
        reports=[
            replace(report, id="r:later", occurred_from=later, occurred_to=later),
            replace(report, id="r:late", reported_at=later),
        ],
        visits=[replace(visit, id="v:later", start=later, end=later)],
        premises=[replace(premises, id="p:later", valid_from=later, enterprise_id="e:later")],
        zones=[replace(park.zones[0], id="z:later", valid_from=later)],
    )
    same(fit_park(more, as_of=AS_OF), fit_park(park, as_of=AS_OF))


def test_an_earlier_as_of_sees_only_its_own_past(hand_park: Any) -> None:
    """Fitting at an earlier moment equals fitting a park that ended there."""
    park = hand_park(14)
    then = AS_OF - timedelta(days=60)
    cut = replace(
        park,
        reports=[one for one in park.reports if one.time < then],
        visits=[one for one in park.visits if one.end is not None and one.end <= then],
    )
    same(fit_park(park, as_of=then), fit_park(cut, as_of=then))


def test_sensitive_kinds_are_past_records_and_no_forecast(
    hand_park: Any, year: Publication
) -> None:
    """Public order and fraud are shown; taking them away changes no combined risk."""
    for kind in ("fraud", "public_order"):
        surface = year.surfaces[f"intensity.{kind}"].surface
        assert "past_only" in surface.notes
        assert surface.score == {"status": "none", "folds": 0}
        assert surface.period.end == AS_OF
    park = hand_park(14)
    without = replace(
        park, reports=[one for one in park.reports if one.kind not in {"fraud", "public_order"}]
    )
    np.testing.assert_array_equal(
        fit_park(without, as_of=AS_OF).surfaces[COMBINED_ID].surface.values,
        year.surfaces[COMBINED_ID].surface.values,
    )
    used = year.surfaces[COMBINED_ID].surface.provenance.parameters["intensities"]
    assert set(used) == {"hazard", "dispute", "fire"}


def test_a_decided_park_forecasts_fraud(hand_park: Any) -> None:
    """With who decided in the park file, fraud enters the forecast."""
    extra = '[[kind]]\nid = "fraud"\nforecast = true\ndecided_by = "所长办公会 2026-01-05"\n'
    publication = fit_park(hand_park(14, extra), as_of=AS_OF)
    used = publication.surfaces[COMBINED_ID].surface.provenance.parameters["intensities"]
    assert "fraud" in used
    assert "past_only" not in publication.surfaces["intensity.fraud"].surface.notes


def test_person_attributes_and_what_stands_for_them_change_nothing(
    hand_park: Any, with_records: Any, year: Publication
) -> None:
    """Dormitories, stations for new residents and languages move no value of any surface."""
    park = hand_park(14)
    lon, lat = degrees(300, 300)
    beds = replace(
        park.premises[0], id="p:beds", kind=PremisesKind.DORMITORY, lon=lon, lat=lat, people=900
    )
    spoken = [replace(one, languages=("苗语", "彝语")) for one in park.stations]
    more = with_records(
        replace(park, stations=spoken),
        premises=[replace(beds, enterprise_id="e:dormitory")],
        stations=[replace(park.stations[0], id="s:2", type="新居民驿站", lon=lon, lat=lat)],
    )
    publication = fit_park(more, as_of=AS_OF)
    for key in year.surfaces:
        if key != "coverage.visits":  # where somebody looked may well be a dormitory
            np.testing.assert_array_equal(
                publication.surfaces[key].surface.values, year.surfaces[key].surface.values
            )
    line = next(one for one in publication.premises if one.premises_id == "p:beds")
    assert np.isnan(line.value)
    assert line.risk_class == RiskClass.NONE


def test_combined_risk_is_the_published_intensities_times_one_multiplier(
    year: Publication,
) -> None:
    """What stands on the hazard and other maps is what enters the combined one."""
    combined = year.surfaces[COMBINED_ID]
    total = sum(
        year.surfaces[f"intensity.{kind}"].surface.values for kind in ("hazard", "dispute", "fire")
    )
    factors = combined.factors
    assert factors is not None
    added = factors.parts.sum(axis=0) + factors.reference
    np.testing.assert_allclose(added, combined.surface.values, rtol=1e-4, atol=1e-3)
    multiplier = combined.surface.values / total
    assert np.nanmin(multiplier) > 0
    # half the consequence is there whoever is near: the multiplier varies, the intensity does most
    assert np.corrcoef(total[total > 0], combined.surface.values[total > 0])[0, 1] > 0.5


def test_every_surface_says_where_it_comes_from(year: Publication) -> None:
    """Unit, period, model, parameters, digest, as-of and score on each; main first."""
    assert next(iter(year.surfaces)) == year.main == COMBINED_ID
    for graded in year.surfaces.values():
        provenance = graded.surface.provenance
        assert provenance.as_of == AS_OF
        assert len(provenance.inputs_digest) == 64
        assert provenance.model
        assert graded.surface.score["status"] in {"none", "folds", "full"}
        assert graded.surface.period.start < graded.surface.period.end
    ahead = year.surfaces[COMBINED_ID].surface.period
    assert (ahead.start, ahead.days) == (AS_OF, 30.0)


def test_class_probability_and_interval_belong_to_the_value(year: Publication) -> None:
    """The interval holds the value, and its probability is one."""
    graded = year.surfaces[COMBINED_ID]
    assert graded.interval is not None
    assert graded.class_probability is not None
    low, high = graded.interval
    inside = graded.classes > 0
    assert (low[inside] <= graded.surface.values[inside] * 1.01).all()
    assert (high[inside] >= graded.surface.values[inside] * 0.9).all()
    assert ((graded.class_probability[inside] >= 0) & (graded.class_probability[inside] <= 1)).all()


def test_zone_summaries_are_plain_means_over_the_zones_cells(
    hand_park: Any, year: Publication
) -> None:
    """Each figure equals a loop over the cells whose centre lies in the zone."""
    graded = year.surfaces[COMBINED_ID]
    grid = graded.surface.grid
    for zone in hand_park(14).zones:
        summary = next(
            one for one in year.zones if (one.zone_id, one.surface_id) == (zone.id, COMBINED_ID)
        )
        west, south, east, north = project_geometry(zone.geometry, grid.crs).bounds
        values, shown = [], []
        for row, y in enumerate(grid.northings()):
            for col, x in enumerate(grid.eastings()):
                value = graded.surface.values[row, col]
                if west < x < east and south < y < north and not np.isnan(value):
                    values.append(value)
                    shown.append(int(graded.classes[row, col]))
        assert summary.mean == pytest.approx(np.mean(values))
        assert summary.maximum == max(values)
        assert summary.area_km2 == pytest.approx(len(values) * 0.01)
        assert summary.total == pytest.approx(sum(values) * 0.01)
        assert summary.risk_class == class_of(float(np.mean(values)), graded.breaks)
        assert summary.class_cells == tuple(shown.count(level) for level in range(1, 5))
    assert {one.surface_id for one in year.zones} == set(year.surfaces)


def test_premises_have_the_class_of_their_cell(hand_park: Any, year: Publication) -> None:
    """Value and class of the cell that holds the point, and the zone it lies in."""
    graded = year.surfaces[COMBINED_ID]
    by_id = {one.premises_id: one for one in year.premises}
    assert len(by_id) == 60
    for premises in hand_park(14).premises:
        east, north = project(premises.lon, premises.lat, graded.surface.grid.crs)
        value = graded.surface.value_at(float(east), float(north))
        assert by_id[premises.id].value == pytest.approx(value, nan_ok=True)
        assert by_id[premises.id].zone_id.startswith("z:")


def test_a_rebuild_at_the_same_as_of_changes_nothing(hand_park: Any, year: Publication) -> None:
    """Building twice is not two publications in a row."""
    same(fit_park(hand_park(14), as_of=AS_OF, previous=[year]), year)


def test_breaks_stay_and_classes_move_slowly(hand_park: Any, year: Publication) -> None:
    """A day later breaks are those of before; a cell beyond the margin waits for the second day."""
    park, day = hand_park(14), timedelta(days=1)
    second = fit_park(park, as_of=AS_OF + 20 * day, previous=[year])
    third = fit_park(park, as_of=AS_OF + 40 * day, previous=[second, year])
    one, two, three = (each.surfaces[COMBINED_ID] for each in (year, second, third))
    assert one.breaks == two.breaks == three.breaks
    assert (one.classes == two.classes).all()
    assert (three.classes != two.classes).any()
    moved = three.classes != two.classes
    plain = classes_of(three.surface.values, three.breaks)
    assert (np.sign(plain[moved] - 0.0 - two.classes[moved]) != 0).all()


def test_a_park_whose_reports_have_no_place_shows_inherent_risk(hand_park: Any) -> None:
    """Nothing can be spread: the inherent surface is served, and nothing is dropped silently."""
    park = hand_park(3)
    nowhere = replace(
        park,
        reports=[replace(one, lon=None, lat=None, unlocated="missing") for one in park.reports],
        visits=[],
    )
    publication = fit_park(nowhere, as_of=AS_OF)
    assert publication.main == INHERENT_ID
    assert publication.rung.key == "inherent"
    assert publication.facts["left_out"] == {"unlocated": 120}


def test_an_empty_park_has_a_map(hand_park: Any) -> None:
    """No enterprise, no report, no zone: a blue map, not an error."""
    park = hand_park(0)
    empty = replace(park, enterprises=(), premises=(), zones=(), stations=())
    publication = fit_park(empty, as_of=AS_OF)
    assert publication.main == INHERENT_ID
    classes = publication.surfaces[INHERENT_ID].classes
    assert set(np.unique(classes)) <= {RiskClass.NONE, RiskClass.BLUE}
    assert publication.zones == publication.premises == ()


def test_premises_without_a_point_are_listed_without_a_value(hand_park: Any) -> None:
    """A park of names and addresses only has its list, and a map to put them on."""
    park = hand_park(0)
    names = [replace(one, lon=None, lat=None, unlocated="missing") for one in park.premises]
    publication = fit_park(replace(park, premises=names), as_of=AS_OF)
    assert len(publication.premises) == 60
    assert all(np.isnan(one.value) for one in publication.premises)


def test_a_boundary_smaller_than_a_cell_is_an_error_with_a_remedy(hand_park: Any) -> None:
    """The message says what to change."""
    sliver = rectangle(0, 0, 2000, 20)
    with pytest.raises(InputError, match=r"No cell of 100 m .*smaller \[park\] cell_m"):
        fit_park(replace(hand_park(0), boundary=sliver), as_of=AS_OF)


def test_progress_is_told(hand_park: Any) -> None:
    """Every kind is said before it is fitted, and the end is said."""
    told: list[tuple[str, int, int | None]] = []
    fit_park(hand_park(2), as_of=AS_OF, progress=lambda *step: told.append(step))
    assert [done for _, done, _ in told] == [0, 1, 2, 3, 4, 6]
    assert told[-1] == ("fit", 6, 6)
