"""Balanced zones: polygons in one piece that cover what was covered, and who changes."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from shapely.geometry import MultiPolygon, Point, box

from geo_risk.districts import BalanceParams, Proposal, balance_zones
from geo_risk.errors import InputError

ZONES = {"A": box(0, 0, 500, 1000), "B": box(500, 0, 1000, 1000), "C": box(1000, 0, 1500, 1000)}


def crowded(seed: int = 0, many: int = 150) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Premises mostly in the west, half an hour to two hours each."""
    rng = np.random.default_rng(seed)
    return (
        rng.uniform(0, 1, many) ** 2 * 1500,
        rng.uniform(0, 1000, many),
        rng.uniform(0.5, 2, many),
    )


def balanced(zones=None, places=None, **options) -> Proposal:
    rng = np.random.default_rng(1)
    return balance_zones(zones or ZONES, *(places or crowded()), rng=rng, **options)


def zone_at(shapes: dict, east: float, north: float) -> str:
    return min(shapes, key=lambda one: shapes[one].distance(Point(east, north)))


def test_hours_are_nearer_to_each_other_and_add_up() -> None:
    """The largest zone shrinks, the smallest grows, not an hour is lost."""
    hours = crowded()[2]
    found = balanced(params=BalanceParams(change_penalty=0.1))
    before, after = found.spread(after=False), found.spread(after=True)
    assert after[1] - after[0] < 0.2 * (before[1] - before[0])
    assert sum(one.hours_after for one in found.zones) == pytest.approx(hours.sum())
    assert sum(one.hours_before for one in found.zones) == pytest.approx(hours.sum())
    assert found.cost_after < found.cost_before
    assert found.notes == ()


@pytest.mark.parametrize("seed", range(3))
def test_zones_cover_the_same_ground_each_in_one_piece(seed: int) -> None:
    """No overlap, no gap, no second piece, and premises lie where the table says."""
    east, north, hours = crowded(seed)
    found = balanced(places=(east, north, hours))
    shapes = {one.zone_id: one.shape for one in found.zones}
    assert {one.geom_type for one in shapes.values()} == {"Polygon"}
    assert all(one.is_valid for one in shapes.values())
    whole = box(0, 0, 1500, 1000)
    assert shapely.union_all(list(shapes.values())).symmetric_difference(whole).area < 50
    assert sum(one.area for one in shapes.values()) == pytest.approx(whole.area, abs=50)
    for row, zone in enumerate(found.zone_of):
        assert shapes[zone].distance(Point(east[row], north[row])) < 0.1


def test_the_table_of_changes_is_what_differs() -> None:
    """Exactly the premises whose zone changes are listed, with their hours."""
    east, north, hours = crowded()
    found = balanced()
    today = [zone_at(ZONES, *at) for at in zip(east, north, strict=True)]
    differ = {row for row in range(len(east)) if today[row] != found.zone_of[row]}
    assert {one.row for one in found.changes} == differ
    for one in found.changes:
        assert (one.from_zone, one.to_zone) == (today[one.row], found.zone_of[one.row])
        assert one.hours == hours[one.row]
    assert found.hours_changed == pytest.approx(hours[sorted(differ)].sum())
    for zone in found.zones:
        assert zone.premises_before == today.count(zone.zone_id)
        assert zone.premises_after == found.zone_of.count(zone.zone_id)


def test_a_dearer_change_changes_less() -> None:
    """The penalty for changing officers is felt."""
    cheap = balanced(params=BalanceParams(change_penalty=0.0))
    dear = balanced(params=BalanceParams(change_penalty=3.0))
    assert dear.hours_changed < cheap.hours_changed


def test_the_same_chance_gives_the_same_proposal() -> None:
    """Nothing but the generator is random."""
    assert balanced().zone_of == balanced().zone_of


def test_two_officers_carry_twice_as_much() -> None:
    """Targets follow the number of officers."""
    found = {one.zone_id: one for one in balanced(officers={"A": 2.0}).zones}
    assert found["A"].target == pytest.approx(2 * found["B"].target)
    assert found["A"].hours_after == pytest.approx(found["A"].target, rel=0.15)


def test_balanced_zones_stay_as_they_are() -> None:
    """Where every zone has the same, the proposal is today's very polygons."""
    grid = np.meshgrid(np.arange(50, 1500, 100), np.arange(50, 1000, 100))
    found = balanced(places=(*(one.ravel().astype(float) for one in grid), np.ones(150)))
    assert found.notes == ("nothing_better",)
    assert found.changes == ()
    assert all(one.shape.equals(ZONES[one.zone_id]) for one in found.zones)


def test_one_zone_has_nobody_to_share_with() -> None:
    """It is proposed as it is, and says so."""
    found = balanced(zones={"A": box(0, 0, 1500, 1000)})
    assert found.notes == ("one_zone",)
    assert found.zones[0].hours_after == found.zones[0].hours_before


def test_a_zone_without_premises_gets_some() -> None:
    """It is told, and it is given work."""
    east, north, hours = crowded()
    found = balanced(places=(east / 3.1, north, hours))
    assert "zone_without_premises" in found.notes
    assert found.zones[2].premises_before == 0
    assert found.zones[2].hours_after > 0


def test_no_premises_at_all() -> None:
    """Nothing to balance: today's zones, and a plain reason."""
    found = balanced(places=(np.zeros(0), np.zeros(0), np.zeros(0)))
    assert found.notes == ("no_premises", "nothing_better")
    assert found.changes == ()


def test_more_officers_than_premises() -> None:
    """Two premises, three zones: nobody is split, nothing is lost."""
    found = balanced(places=([100.0, 200.0], [500.0, 500.0], [4.0, 4.0]))
    assert sum(one.hours_after for one in found.zones) == 8.0
    assert len(found.zones) == 3
    assert "zone_without_premises" in found.notes


def test_premises_outside_count_with_the_nearest_zone_and_are_named() -> None:
    """A premises beyond every border is not lost."""
    east, north, hours = crowded()
    found = balanced(
        places=(np.append(east, 1800.0), np.append(north, 500.0), np.append(hours, 1.0))
    )
    assert found.outside == (150,)
    assert "outside_zones" in found.notes
    assert sum(one.hours_after for one in found.zones) == pytest.approx(hours.sum() + 1)


def test_a_zone_in_two_parts_is_put_together() -> None:
    """A piece of A within C becomes C's or another's, and that is told."""
    piece = box(1200, 0, 1300, 100)
    zones = ZONES | {
        "A": MultiPolygon([ZONES["A"], piece]),
        "C": ZONES["C"].difference(piece),
    }
    found = balanced(zones=zones)
    assert "zone_in_parts" in found.notes
    assert {one.shape.geom_type for one in found.zones} == {"Polygon"}


def test_a_park_in_two_parts_leaves_an_island_with_its_zone() -> None:
    """Where a zone cannot be in one piece it is not, and that is told."""
    zones = ZONES | {"A": MultiPolygon([ZONES["A"], box(3000, 0, 3100, 100)])}
    east, north, hours = crowded()
    places = (np.append(east, 3050.0), np.append(north, 50.0), np.append(hours, 1.0))
    found = balanced(zones=zones, places=places)
    assert found.notes == ("still_in_parts",)
    assert found.zone_of[-1] == "A"


def test_zones_that_overlap_are_cut_and_one_within_another_is_refused() -> None:
    """Ground that two zones claim is the first one's; a zone with no ground of its own is named."""
    found = balanced(zones=ZONES | {"B": box(400, 0, 1000, 1000)})
    assert sum(one.shape.area for one in found.zones) == pytest.approx(1_500_000, abs=50)
    with pytest.raises(InputError, match="Zone D has no ground"):
        balanced(zones=ZONES | {"D": box(100, 100, 300, 300)})


def test_what_cannot_be_balanced_is_refused() -> None:
    """No zone, no coordinates, no hours, an officer of nowhere."""
    east, north, hours = crowded()
    rng = np.random.default_rng(0)
    with pytest.raises(InputError, match="no patrol zone"):
        balance_zones({}, east, north, hours, rng=rng)
    with pytest.raises(InputError, match="no coordinates, the first is row 1"):
        balanced(places=([1.0, np.nan], [1.0, 1.0], [1.0, 1.0]))
    with pytest.raises(InputError, match="row 0 takes -1"):
        balanced(places=([1.0], [1.0], [-1.0]))
    with pytest.raises(InputError, match="'Z', which is no zone"):
        balanced(officers={"Z": 1.0})
    with pytest.raises(InputError, match="no officer"):
        balanced(officers={"A": 0.0})
