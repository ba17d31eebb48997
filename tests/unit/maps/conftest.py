"""A small park of known values: two hot corners, six zones, factors that add up, made-up names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
import shapely
from shapely.geometry import LineString, Point, Polygon, mapping
from shapely.geometry.base import BaseGeometry

from geo_risk.crs import project_geometry, unproject_geometry
from geo_risk.grid import Grid, Period, Provenance, Surface, Unit
from geo_risk.published import (
    Factors,
    GradedSurface,
    Publication,
    RiskClass,
    Rung,
    ZoneSummary,
    class_of,
    classes_of,
)

CRS = "EPSG:4549"
AS_OF = datetime(2026, 5, 12, 22, 0, tzinfo=UTC)
_OUTLINE = [
    (120, 110),
    (380, 60),
    (640, 80),
    (880, 150),
    (930, 380),
    (860, 620),
    (600, 700),
    (330, 690),
    (110, 580),
    (70, 330),
]
_CUTS = [
    [(70, 330), (400, 330), (660, 350), (930, 380)],
    [(380, 60), (400, 330), (330, 690)],
    [(640, 80), (660, 350), (600, 700)],
]

_ROADS: list[list[tuple[float, float]]] = [
    [(90, 250), (400, 235), (915, 250)],
    [(100, 470), (500, 455), (900, 480)],
    [(250, 70), (260, 330), (230, 620)],
    [(505, 60), (620, 360), (470, 690)],
    [(760, 110), (770, 340), (740, 670)],
]
_STATIONS: list[tuple[str, tuple[float, float]]] = [
    ("驻企警务室", (330, 210)),
    ("企业服务站", (180, 350)),
    ("枫桥式派出所", (560, 420)),
    ("调解工作室", (480, 210)),
    ("驻企警务室", (700, 430)),
    ("工地服务站", (820, 560)),
]


@dataclass(frozen=True)
class SmallPark:
    """A publication, and the geometries around it in degrees."""

    publication: Publication
    boundary: BaseGeometry
    zones: dict[str, tuple[str, BaseGeometry]]
    roads: dict[str, BaseGeometry]
    stations: dict[str, tuple[str, str, BaseGeometry]]
    premises: dict[str, tuple[str, BaseGeometry]]

    def feature_collection(self, rows: list[tuple[BaseGeometry, dict[str, object]]]) -> object:
        """Give geometries and their properties as GeoJSON."""
        return {
            "type": "FeatureCollection",
            "features": [
                {"type": "Feature", "geometry": mapping(geometry), "properties": properties}
                for geometry, properties in rows
            ],
        }


def make_park(cell_m: float = 50.0, premises: int = 300, seed: int = 3) -> SmallPark:
    """Make the park: about 4.3 x 3.2 km near 120 E, 30.5 N."""
    corner = project_geometry(Point(119.97, 30.53), CRS)
    west, north = corner.x, corner.y

    def metres(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
        return [(west + 5 * x, north - 5 * y) for x, y in points]

    outline = Polygon(metres(_OUTLINE))
    lines = shapely.unary_union([outline.boundary, *(LineString(metres(cut)) for cut in _CUTS)])
    pieces = list(shapely.get_parts(shapely.polygonize([*shapely.get_parts(lines)])))
    pieces.sort(key=lambda one: (-round(one.centroid.y / 1500), one.centroid.x))
    rng = np.random.default_rng(seed)
    grid = Grid.covering(outline, CRS, cell_m)
    easting, northing = grid.centres()
    inside = grid.inside(outline)

    def bump(x: float, y: float, size: float, height: float) -> np.ndarray:
        centre = metres([(x, y)])[0]
        distance = np.hypot(easting - centre[0], northing - centre[1])
        return height * np.exp(-((distance / size) ** 2) / 2)

    factors = {
        "hazards": bump(735, 225, 420, 1.9) + bump(520, 520, 380, 1.7) - 0.2,
        "people": bump(250, 225, 350, 0.6) + bump(735, 225, 600, 0.3) - 0.05,
        "inherent_class": 0.12 * np.sin(easting / 311) * np.cos(northing / 287),
        "patrol": -bump(520, 320, 700, 0.15),
    }
    parts = np.where(inside, np.stack(list(factors.values())), np.nan).astype(np.float32)
    reference = 0.45
    values = np.where(inside, reference + parts.astype(np.float64).sum(axis=0), np.nan)
    period = Period(AS_OF, AS_OF + timedelta(days=30))
    main = _graded(
        "risk.combined",
        values,
        grid,
        period,
        Unit.SEVERITY_PER_KM2_30D,
        Factors(tuple(factors), parts, reference),
    )
    counts = np.where(inside, np.maximum(0, rng.normal(1, 0.4, grid.shape)), np.nan)
    second = _graded("intensity.hazard", counts, grid, period, Unit.REPORTS_PER_KM2_30D, None)
    zones, summaries = {}, []
    for number, piece in enumerate(pieces, 1):
        cells = inside & shapely.contains_xy(piece, easting, northing)
        zone_id = f"zones:{number}"
        zones[zone_id] = (f"巡区 {number}", unproject_geometry(piece, CRS))
        classes = np.bincount(main.classes[cells], minlength=5)
        mean = float(values[cells].mean())
        summaries.append(
            ZoneSummary(
                zone_id,
                main.id,
                piece.area / 1e6,
                mean,
                float(values[cells].max()),
                mean * piece.area / 1e6,
                class_of(mean, main.breaks),
                tuple(int(n) for n in classes[1:]),
                enterprises=20,
                reports=30,
            )
        )
    points = []
    while len(points) < premises:
        point = Point(rng.uniform(*outline.bounds[::2]), rng.uniform(*outline.bounds[1::2]))
        if outline.contains(point):
            points.append(point)
    return SmallPark(
        publication=Publication(
            as_of=AS_OF,
            rung=Rung(13, "full", 6, "combined"),
            surfaces={main.id: main, second.id: second},
            main=main.id,
            zones=tuple(summaries),
        ),
        boundary=unproject_geometry(outline, CRS),
        zones=zones,
        roads={
            f"样例路 {n}": unproject_geometry(LineString(metres(line)), CRS)
            for n, line in enumerate(_ROADS, 1)
        },
        stations={
            f"stations:{n}": (
                f"样例阵地 {n}",
                kind,
                unproject_geometry(Point(metres([at])[0]), CRS),
            )
            for n, (kind, at) in enumerate(_STATIONS, 1)
        },
        premises={
            f"premises:{n}": (f"样例企业 {n:03d}", unproject_geometry(point, CRS))
            for n, point in enumerate(points, 1)
        },
    )


def _graded(
    surface_id: str,
    values: np.ndarray,
    grid: Grid,
    period: Period,
    unit: Unit,
    factors: Factors | None,
) -> GradedSurface:
    low, middle, high = np.nanquantile(values, (0.6, 0.85, 0.96))
    breaks = (float(low), float(middle), float(high))
    surface = Surface(surface_id, values, grid, unit, period, Provenance("made up", {}, "0", AS_OF))
    classes = classes_of(values, breaks)
    probability = np.where(classes > RiskClass.NONE, 0.8, np.nan).astype(np.float32)
    return GradedSurface(surface, breaks, classes, probability, "v1", factors)


@pytest.fixture(scope="session")
def small_park() -> SmallPark:
    """Give the park at 50 m cells."""
    return make_park()
