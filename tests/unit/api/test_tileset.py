"""Tiles: a pixel's class is that of the cell under its centre, wherever the park's cells are."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from PIL import Image
from shapely.geometry import box

from api.mesh import TILE, lon_lat_bounds, lon_lat_of_pixels, pixel_of
from api.png import write_png
from api.tileset import TileSet, empty_tile, revision_of
from geo_risk import crs
from geo_risk.errors import NotFoundError
from geo_risk.grid import Grid, Period, Provenance, Surface, Unit
from geo_risk.published import GradedSurface, classes_of
from maps.palette import class_of_index, pattern_index, tile_palette

WORKING = "EPSG:4549"
NOW = datetime(2026, 5, 13, tzinfo=UTC)
BREAKS = (0.5, 0.8, 0.95)


def graded_park(cell_m: float = 25.0, breaks: tuple[float, float, float] = BREAKS) -> GradedSurface:
    """A park of 3 x 2 km near 120 E, every cell its own value, a hole without values."""
    (east,), (north,) = crs.project([120.0], [30.55], WORKING)
    grid = Grid.covering(box(east, north, east + 3000, north + 2000), WORKING, cell_m)
    values = np.random.default_rng(7).random(grid.shape)
    values[5:15, 5:15] = np.nan
    surface = Surface(
        "risk.combined",
        values,
        grid,
        Unit.SEVERITY_PER_KM2_30D,
        Period(NOW, NOW),
        Provenance("test", {}, "0", NOW),
    )
    return GradedSurface(surface, breaks, classes_of(values, breaks))


def indices_of(picture: bytes) -> np.ndarray:
    return np.array(Image.open(io.BytesIO(picture)))


def true_classes(graded: GradedSurface, datum: str, z: int, x: int, y: int) -> np.ndarray:
    """The class under each pixel's centre, every centre projected exactly."""
    cols, rows = np.meshgrid(np.arange(TILE), np.arange(TILE))
    lon, lat = lon_lat_of_pixels(x * TILE + cols + 0.5, y * TILE + rows + 0.5, z)
    lon, lat = crs.to_datum(lon.ravel(), lat.ravel(), "wgs84", datum)
    row, col = graded.surface.grid.cell_of(*crs.project(lon, lat, WORKING))
    return np.where(row >= 0, graded.classes[row, col], 0).reshape(TILE, TILE)


def tile_at(z: int) -> tuple[int, int]:
    px, py = pixel_of(120.02, 30.56, z)
    return int(px // TILE), int(py // TILE)


@pytest.mark.parametrize("datum", ["wgs84", "gcj02"])
@pytest.mark.parametrize("z", [8, 11, 13, 15, 17, 19])
def test_a_pixel_shows_the_class_under_its_centre(datum, z):
    """All 65,536 of them, but for the one or two that lie on a cell's very edge."""
    graded = graded_park()
    tiles = TileSet(graded, datum)
    bounds = tiles.bounds
    px, py = pixel_of((bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2, z)
    x, y = int(px // TILE), int(py // TILE)
    drawn = class_of_index(indices_of(tiles.tile(z, x, y)))
    assert (drawn != true_classes(graded, datum, z, x, y)).sum() <= 3
    assert drawn.any()


def test_a_park_in_gcj02_would_be_drawn_elsewhere_without_the_shift():
    """The shift is about half a kilometre: a tile that ignores it is wrong nearly everywhere."""
    graded = graded_park()
    x, y = tile_at(16)
    shifted = class_of_index(indices_of(TileSet(graded, "gcj02").tile(16, x, y)))
    assert (shifted != true_classes(graded, "wgs84", 16, x, y)).mean() > 0.3


def test_no_value_is_transparent():
    """NaN and outside are entry 0 of the palette, whose alpha is 0."""
    graded = graded_park()
    picture = Image.open(io.BytesIO(TileSet(graded, "wgs84").tile(13, *tile_at(13))))
    classes = true_classes(graded, "wgs84", 13, *tile_at(13))
    alpha = np.array(picture.convert("RGBA"))[:, :, 3]
    assert set(np.unique(alpha[classes == 0])) == {0}
    assert set(np.unique(alpha[classes > 0])) == {255}


def test_patterns_join_from_tile_to_tile():
    """Two tiles side by side are the picture that one of twice the size would be."""
    graded = graded_park()
    tiles = TileSet(graded, "wgs84")
    x, y = tile_at(15)
    pair = np.hstack([indices_of(tiles.tile(15, x, y)), indices_of(tiles.tile(15, x + 1, y))])
    cols = np.arange(2 * TILE)[None, :] + x * TILE
    rows = np.arange(TILE)[:, None] + y * TILE
    np.testing.assert_array_equal(pair, pattern_index(class_of_index(pair), cols, rows))


def test_a_tile_with_nothing_in_it_shares_its_bytes():
    """On the other side of the world, and within the box but outside the park."""
    tiles = TileSet(graded_park(), "wgs84")
    assert tiles.tile(10, 0, 0) is empty_tile()
    assert len(empty_tile()) < 300


@pytest.mark.parametrize("address", [(-1, 0, 0), (23, 0, 0), (3, 8, 0), (3, 0, 8)])
def test_an_address_outside_the_world_is_not_there(address):
    """With the zooms that are."""
    with pytest.raises(NotFoundError, match="Zoom is 0 to 22"):
        TileSet(graded_park(), "wgs84").tile(*address)


def test_other_breaks_are_another_revision():
    """The values, and so the version, are the same; the picture is not."""
    one, other = graded_park(), graded_park(breaks=(0.1, 0.2, 0.3))
    assert one.surface.version == other.surface.version
    assert revision_of(one) != revision_of(other)
    assert not TileSet(one, "wgs84").shows(other)
    assert TileSet(one, "wgs84").shows(graded_park())


def test_overview_tiles_are_drawn_beforehand():
    """So that the first map does not wait."""
    tiles = TileSet(graded_park(), "wgs84")
    assert 4 <= tiles.warm() <= 60
    assert len(tiles._kept) >= 4


def test_the_box_covers_every_cell():
    """Each corner of each cell, in degrees."""
    grid = graded_park().surface.grid
    west, south, east, north = lon_lat_bounds(grid, "wgs84")
    left, bottom, right, top = grid.bounds
    lon, lat = crs.unproject([left, right, left, right], [bottom, bottom, top, top], WORKING)
    assert west <= lon.min()
    assert east >= lon.max()
    assert south <= lat.min()
    assert north >= lat.max()


def test_pixels_and_degrees_undo_each_other():
    """To a thousandth of a pixel, at any zoom."""
    for z in (0, 7, 19):
        px, py = pixel_of(120.5, 30.5, z)
        lon, lat = lon_lat_of_pixels(np.array([px]), np.array([py]), z)
        np.testing.assert_allclose([lon[0], lat[0]], [120.5, 30.5], atol=1e-9)


def test_another_reader_of_png_sees_the_same_picture():
    """Pillow as judge, for random pictures of every palette index."""
    indices = np.random.default_rng(3).integers(0, 8, (64, 32)).astype(np.uint8)
    picture = Image.open(io.BytesIO(write_png(indices, tile_palette())))
    picture.load()
    np.testing.assert_array_equal(np.array(picture), indices)
    expected = np.array(tile_palette(), np.uint8)[indices]
    np.testing.assert_array_equal(np.array(picture.convert("RGBA")), expected)


def stamped_park(rows: slice, cols: slice) -> tuple[GradedSurface, GradedSurface]:
    """A park, and the same with every class of a block of cells changed."""
    graded = graded_park()
    classes = graded.classes.copy()
    block = classes[rows, cols]
    classes[rows, cols] = np.where(block == 0, 0, 1 + block % 4)
    return graded, replace(graded, classes=classes)


@pytest.mark.parametrize("plane", ["wgs84", "gcj02"])
@pytest.mark.parametrize("z", [11, 13, 15, 16, 17])
def test_a_tile_that_looks_different_has_another_revision(z, plane):
    """In both planes, at every zoom: what differs is touched, what is not touched is the same."""
    rows, cols = slice(30, 41), slice(70, 90)
    graded, changed = stamped_park(rows, cols)
    before = TileSet(graded, "wgs84")
    after = before.stamped(changed, [(rows, cols)])
    kept = touched = 0
    west, south, east, north = before.in_plane(plane).bounds
    (left, top), (right, bottom) = pixel_of(west, north, z), pixel_of(east, south, z)
    for x in range(int(left // TILE) - 1, int(right // TILE) + 2):
        for y in range(int(top // TILE) - 1, int(bottom // TILE) + 2):
            same = before.in_plane(plane).tile(z, x, y) == after.in_plane(plane).tile(z, x, y)
            if after.rev_of(z, x, y, plane) == before.rev:
                assert same
                assert after.is_present(before.rev, z, x, y, plane)
                kept += 1
            else:
                assert not after.is_present(before.rev, z, x, y, plane)
                touched += 1
            assert after.is_present(after.rev, z, x, y, plane)
    assert touched >= 1
    assert kept >= 1
    assert after.version == before.version
    assert after.rev == revision_of(changed) != before.rev


def test_what_was_drawn_and_did_not_change_is_not_drawn_again():
    """The very same bytes of an untouched tile; a touched one is drawn anew."""
    rows, cols = slice(30, 41), slice(70, 90)
    graded, changed = stamped_park(rows, cols)
    before = TileSet(graded, "wgs84")
    west, south, east, north = before.bounds
    far = (17, *(int(one // TILE) for one in pixel_of(west, south, 17)))
    near = (17, *(int(one // TILE) for one in pixel_of(*_middle(graded, 35, 80), 17)))
    drawn = [before.tile(*one) for one in (far, near)]
    after = before.stamped(changed, [(rows, cols)])
    assert after.tile(*far) is drawn[0]
    assert after.tile(*near) != drawn[1]
    assert (east, north) == after.bounds[2:]


def test_a_hundred_changes_are_told_as_few():
    """The oldest are joined: a tile that any of them touched is never taken for untouched."""
    graded, changed = stamped_park(slice(0, 1), slice(0, 1))
    tiles = TileSet(graded, "wgs84")
    for n in range(100):
        cells = (slice(n % 80, n % 80 + 1), slice(n, n + 1))
        tiles = tiles.stamped(changed if n % 2 else graded, [cells])
    assert len(tiles.touched) <= 64
    for n in range(100):
        x, y = (int(one // TILE) for one in pixel_of(*_middle(graded, n % 80, n), 19))
        assert any(one.holds("wgs84", 19, x, y) for one in tiles.touched)


def _middle(graded: GradedSurface, row: int, col: int) -> tuple[float, float]:
    grid = graded.surface.grid
    lon, lat = crs.unproject([grid.eastings()[col]], [grid.northings()[row]], WORKING)
    return float(lon[0]), float(lat[0])
