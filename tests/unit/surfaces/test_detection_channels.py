"""Channels: what of the public's reports belongs to premises, and how far channels reach."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from geo_risk.looks import LookedPremises, LookedVisits, Looks, ToldReports
from geo_risk.surfaces.channels import measure_reach_of_channels, split_reports
from geo_risk.surfaces.told import lay_ground, make_told

DAYS = 100.0


def looks(ell: Any, reports: Any, premises: Any, names: Any = None) -> Looks:
    """Make looks without visits: reports and premises at (easting, northing)."""
    no, n, many = np.zeros(0, np.int64), len(premises[0]), len(reports[0])
    return Looks(
        "hazard",
        "EPSG:4549",
        LookedPremises(tuple(map(str, range(n))), *premises, np.full(n, DAYS), {}),
        LookedVisits(no, no, no, np.zeros(0), np.zeros(0)),
        ToldReports(
            np.full(many, -1) if names is None else names, *reports, np.zeros(many, np.int64)
        ),
        np.zeros(ell.grid.shape, dtype=np.int64),
        DAYS,
        {},
    )


def split(ell: Any, some: Looks) -> Any:
    ground = lay_ground(ell.grid, ell.inside, some.zones)
    told = make_told(some, ell.grid, ground)
    n = len(some.premises.ids)
    return split_reports(
        told,
        np.ones(n),
        some.premises.days,
        DAYS * ground.area_km2.sum(1),
        float(some.premises.days.sum()),
        np.ones(len(told.block)),
    )


def mixed(ell: Any, at_premises: int, on_ground: int, seed: int = 0) -> Looks:
    rng = np.random.default_rng(seed)
    premises = ell.points(60, seed)
    pick = rng.integers(0, 60, at_premises)
    even = ell.points(on_ground, seed + 1)
    at = [
        np.concatenate([own[pick] + rng.normal(0, 8, at_premises), free])
        for own, free in zip(premises, even, strict=True)
    ]
    return looks(ell, at, premises)


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8])
def test_the_share_of_premises_is_found(ell: Any, share: float) -> None:
    """Of 500 reports, those put around premises are believed to belong there."""
    some = mixed(ell, int(500 * share), int(500 * (1 - share)))
    assert split(ell, some).at_premises.sum() == pytest.approx(500 * share, abs=45)


def test_every_report_belongs_somewhere_once(ell: Any) -> None:
    """Parts at premises and on the ground add up; so do the rates over what they are rates of."""
    some = mixed(ell, 200, 150)
    rates = split(ell, some)
    inside = (ell.grid.cell_of(some.reports.easting, some.reports.northing)[0] >= 0).sum()
    counted = rates.at_premises.sum() + rates.at_block.sum()
    assert inside - 12 <= counted <= inside  # those that fell beside the L do not count
    area = ell.inside.sum() * ell.grid.cell_km2
    assert rates.ground * area * DAYS + rates.unnamed * 60 * DAYS == pytest.approx(counted)


def test_even_reports_need_no_premises(ell: Any) -> None:
    """Where reports are uniform, next to nothing is of premises."""
    rates = split(ell, mixed(ell, 0, 400))
    assert rates.at_premises.sum() < 0.05 * 400


def test_a_report_that_names_its_premises_belongs_there(ell: Any) -> None:
    """Wherever its own point is."""
    premises = ell.points(10)
    far = (np.full(5, 50.0), np.full(5, 50.0))
    rates = split(ell, looks(ell, far, premises, np.array([3, 3, 3, 7, 7])))
    assert rates.at_premises[[3, 7]].tolist() == [3.0, 2.0]
    assert rates.at_premises.sum() == 5.0
    assert rates.ground == 0.0
    assert rates.named == pytest.approx(5 / (10 * DAYS))


def test_no_reports_have_no_rates(ell: Any) -> None:
    """Nothing told, nothing claimed."""
    none = (np.zeros(0), np.zeros(0))
    rates = split(ell, looks(ell, none, ell.points(5)))
    assert (rates.ground, rates.named, rates.unnamed) == (0.0, 0.0, 0.0)


def test_a_channel_that_reaches_one_zone_better_is_seen_through() -> None:
    """Patrols bring three times as much in two of six zones; the other channel says it is reach."""
    expected = np.full(6, 200.0)
    even, patrol = np.full(6, 150.0), np.array([150.0, 150.0, 50.0, 50.0, 50.0, 50.0])
    reach = measure_reach_of_channels(np.stack([even, patrol]), expected)
    assert reach[:2].mean() / reach[2:].mean() == pytest.approx(300 / 200, rel=0.1)


def test_channels_that_differ_by_chance_reach_alike() -> None:
    """And one channel, or one zone, cannot be told from risk."""
    same = np.array([[20.0, 30.0, 50.0], [40.0, 60.0, 100.0]])
    assert measure_reach_of_channels(same, same.sum(0)).tolist() == [1.0, 1.0, 1.0]
    one = np.array([[5.0, 50.0, 20.0]])
    assert measure_reach_of_channels(one, np.full(3, 25.0)).tolist() == [1.0, 1.0, 1.0]
