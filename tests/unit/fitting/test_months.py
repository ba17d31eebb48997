"""A month looked back at: what was reported in it, comparable with the present."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np

from geo_risk.events import Events, days_since_epoch
from geo_risk.fitting.months import WIDTH_CELLS, look_back
from geo_risk.grid import Grid, Period, Provenance, Surface, Unit
from geo_risk.published import GradedSurface, Publication, RiskClass, Rung, ZoneSummary

CRS = "EPSG:4549"
GRID = Grid(CRS, 50.0, (40, 40), (497_000.0, 3_380_000.0))
AS_OF = datetime(2026, 6, 15, tzinfo=UTC)
APRIL = (datetime(2026, 4, 1, tzinfo=UTC), datetime(2026, 5, 1, tzinfo=UTC))
BREAKS = (5.0, 20.0, 60.0)


def a_publication() -> Publication:
    """One density of hazards and one zone, the whole."""
    surface = Surface(
        "intensity.hazard",
        np.ones(GRID.shape),
        GRID,
        Unit.SEVERITY_PER_KM2_30D,
        Period(AS_OF, AS_OF + timedelta(days=30)),
        Provenance("kde", {"bandwidth_m": 60.0}, "", AS_OF),
    )
    graded = GradedSurface(surface, BREAKS, np.ones(GRID.shape, np.uint8), breaks_version="v1")
    zone = ZoneSummary("z", graded.id, 2.0, 1.0, 1.0, 2.0, RiskClass.BLUE, (800, 0, 0, 0), 30)
    return Publication(AS_OF, Rung(13, "full", 6, "kde"), {graded.id: graded}, graded.id, (zone,))


def some_events(n: int, points: float = 2.0) -> Events:
    """So many in the middle of April, in the middle of the park."""
    rng = np.random.default_rng(3)
    west, south, _, _ = GRID.bounds
    return Events(
        CRS,
        west + 1000 + rng.normal(0, 50, n),
        south + 1000 + rng.normal(0, 50, n),
        np.full(n, days_since_epoch(APRIL[0]) + 14.0),
        np.full(n, points),
    )


def one_zone() -> dict[str, np.ndarray]:
    """The zone's cells."""
    return {"z": np.ones(GRID.shape, bool)}


def looked(events: dict[str, Events], start: datetime, end: datetime) -> Publication:
    """Look back at a time."""
    found = look_back(a_publication(), events, one_zone(), name="2026_04", start=start, end=end)
    assert found is not None
    return found


def test_the_months_density_holds_what_was_reported() -> None:
    """Per square kilometre and 30 days: April has 30, so it sums to the points reported."""
    month = looked({"hazard": some_events(40)}, *APRIL)
    surface = month.surfaces["month_2026_04.hazard"].surface
    total = surface.values.sum() * GRID.cell_km2
    assert abs(total - 80.0) < 0.5  # nothing of it near the edge
    assert surface.period == Period(*APRIL)
    assert surface.provenance.parameters["bandwidth_m"] == WIDTH_CELLS * GRID.cell_m


def test_classes_are_those_of_the_present_map() -> None:
    """Breaks and their version stay, so a month is compared with now by eye."""
    month = looked({"hazard": some_events(40)}, *APRIL)
    graded = month.surfaces[month.main]
    assert graded.breaks == BREAKS
    assert graded.breaks_version == "v1"
    assert (graded.classes[graded.surface.values >= BREAKS[2]] == RiskClass.RED).all()


def test_twice_the_reports_are_twice_the_density() -> None:
    """Linear in what was reported."""
    once = looked({"hazard": some_events(40)}, *APRIL).surfaces["month_2026_04.hazard"]
    twice = looked({"hazard": some_events(40, 4.0)}, *APRIL).surfaces["month_2026_04.hazard"]
    assert np.allclose(twice.surface.values, 2 * once.surface.values)


def test_a_month_without_reports_is_empty_and_blue() -> None:
    """Nothing reported is nothing, not unknown."""
    month = looked({}, *APRIL)
    graded = month.surfaces[month.main]
    assert (graded.surface.values == 0).all()
    assert (graded.classes == RiskClass.BLUE).all()
    assert month.zones[0].reports == 0


def test_zones_are_summarised_and_keep_their_present_counts() -> None:
    """Mean and reports are the month's; enterprises are the present ones."""
    (zone,) = looked({"hazard": some_events(40)}, *APRIL).zones
    assert zone.reports == 40
    assert zone.enterprises == 30
    assert abs(zone.total - 80.0) < 0.5


def test_the_running_month_is_cut_at_the_as_of_and_the_next_has_not_begun() -> None:
    """Half of June is half a month's time; of July nothing is known."""
    june = (datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC))
    assert looked({}, *june).surfaces["month_2026_04.hazard"].surface.period.end == AS_OF
    later = (june[1], june[1] + timedelta(days=31))
    publication = a_publication()
    assert (
        look_back(publication, {}, one_zone(), name="2026_07", start=later[0], end=later[1]) is None
    )
