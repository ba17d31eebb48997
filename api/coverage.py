"""A surface as a Cloud Optimized GeoTIFF: values, CRS, transform, and what they mean as tags.

Takes a surface, gives the bytes of a COG (OGC 21-026) that GIS programs open. The grid is the
park's own in its working CRS; for a park that stays in GCJ-02 the cells are read at their true
places, on a grid of the same size, for no file of ours carries the distortion.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from rasterio.io import MemoryFile
from rasterio.shutil import copy as copy_raster
from rasterio.transform import Affine

from geo_risk import crs

if TYPE_CHECKING:
    from geo_risk.grid import Grid
    from geo_risk.published import GradedSurface


def write_cog(graded: GradedSurface, datum: str) -> bytes:
    """Write a surface.

    Parameters
    ----------
    graded
        The surface.
    datum
        The park's own, `wgs84` or `gcj02`.

    Returns
    -------
    bytes
        A COG: one band of float64, NaN where there is no value; tags with surface, version, unit,
        period, as-of, model and breaks; the band's description is the surface's id.
    """
    surface = graded.surface
    grid = surface.grid if datum == "wgs84" else _true_grid(surface.grid)
    values = surface.values if datum == "wgs84" else _at_true_places(graded, grid)
    west, north = grid.origin
    profile = {
        "driver": "GTiff",
        "width": grid.shape[1],
        "height": grid.shape[0],
        "count": 1,
        "dtype": "float64",
        "crs": grid.crs,
        "transform": Affine(grid.cell_m, 0.0, west, 0.0, -grid.cell_m, north),
        "nodata": np.nan,
    }
    with MemoryFile() as plain, MemoryFile() as finished:
        with plain.open(**profile) as out:
            out.write(values, 1)
            out.set_band_description(1, graded.id)
            out.update_tags(**_tags(graded))
            out.update_tags(1, unit=surface.unit.value)
            out.units = [surface.unit.value]
        copy_raster(plain.name, finished.name, driver="COG", compress="DEFLATE", predictor=3)
        return bytes(finished.getbuffer())


def _tags(graded: GradedSurface) -> dict[str, str]:
    surface = graded.surface
    return {
        "AREA_OR_POINT": "Area",
        "surface": graded.id,
        "version": surface.version,
        "unit": surface.unit.value,
        "unit_zh": surface.unit.zh,
        "period_start": surface.period.start.isoformat(),
        "period_end": surface.period.end.isoformat(),
        "as_of": surface.provenance.as_of.isoformat(),
        "model": surface.provenance.model,
        "breaks": " ".join(repr(float(one)) for one in graded.breaks),
        "breaks_version": graded.breaks_version,
    }


def _true_grid(shifted: Grid) -> Grid:
    """Move a grid in shifted coordinates to where it truly is: one step for all, to the metre."""
    west, south, east, north = shifted.bounds
    lon, lat = crs.unproject([(west + east) / 2], [(south + north) / 2], shifted.crs)
    true_x, true_y = crs.project(*crs.wgs84_from_gcj02(lon, lat), shifted.crs)
    x, y = float(true_x[0]) - (west + east) / 2, float(true_y[0]) - (south + north) / 2
    return replace(shifted, origin=(west + x, north + y))


def _at_true_places(graded: GradedSurface, grid: Grid) -> np.ndarray:
    easting, northing = grid.centres()
    lon, lat = crs.unproject(easting.ravel(), northing.ravel(), grid.crs)
    shifted = crs.project(*crs.gcj02_from_wgs84(lon, lat), grid.crs)
    row, col = graded.surface.grid.cell_of(*shifted)
    values = np.where(row >= 0, graded.surface.values[row, col], np.nan)
    return np.asarray(values.reshape(grid.shape), np.float64)
