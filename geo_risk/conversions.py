"""What a surface becomes in other people's tools: xarray, Cloud Optimized GeoTIFF, GeoDataFrame.

Takes values on a grid with the words that explain them, gives the types that analysts know. No file
of ours carries a distortion: a park that stays in GCJ-02 names its datum here, and its cells are
given at their true places. `Surface` takes these methods over; what it holds is told in `grid`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np

from geo_risk import crs as datums
from geo_risk.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import xarray as xr
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


class _Cells(Protocol):
    """What is asked of a grid."""

    @property
    def crs(self) -> str: ...
    @property
    def cell_m(self) -> float: ...
    @property
    def shape(self) -> tuple[int, int]: ...
    @property
    def origin(self) -> tuple[float, float]: ...
    @property
    def bounds(self) -> tuple[float, float, float, float]: ...
    def eastings(self) -> Floats: ...
    def northings(self) -> Floats: ...
    def centres(self) -> tuple[Floats, Floats]: ...
    def cell_of(self, easting: Any, northing: Any) -> tuple[Any, Any]: ...


class _Held(Protocol):
    """What is asked of a surface."""

    @property
    def id(self) -> str: ...
    @property
    def values(self) -> Floats: ...
    @property
    def grid(self) -> _Cells: ...
    @property
    def meaning(self) -> dict[str, str]: ...


class _Placed(NamedTuple):
    values: Floats
    east_step: float  # metres from the grid's own place to the true one
    north_step: float


class Conversions:
    """Methods that give a surface in other tools' types."""

    def to_xarray(self: _Held, *, datum: str = "wgs84") -> xr.DataArray:
        """Give the values as a labelled array.

        Parameters
        ----------
        datum
            The park's own, `wgs84` or `gcj02`; cells of the latter are given at their true places.

        Returns
        -------
        xarray.DataArray
            (y, x) float64, y from north to south; coordinates are cell centres in metres of the
            working CRS, which `attrs["crs"]` names; unit, period, model and as-of are in `attrs`.

        Raises
        ------
        InputError
            When xarray is not installed.
        """
        try:
            import xarray as xr  # noqa: PLC0415  # an extra: the service does without it
        except ImportError as error:
            raise InputError(
                "xarray is not installed.", "Install the extra: pip install 'geo-risk[notebook]'."
            ) from error
        placed = _true_places(self.values, self.grid, datum)
        return xr.DataArray(
            placed.values,
            dims=("y", "x"),
            coords={
                "y": self.grid.northings() + placed.north_step,
                "x": self.grid.eastings() + placed.east_step,
            },
            name=self.id,
            attrs={"crs": self.grid.crs, "cell_m": self.grid.cell_m, **self.meaning},
        )

    def to_cog(
        self: _Held, *, datum: str = "wgs84", tags: Mapping[str, str] | None = None
    ) -> bytes:
        """Give the values as a Cloud Optimized GeoTIFF (OGC 21-026).

        Parameters
        ----------
        datum
            As for `to_xarray`.
        tags
            More to say beside unit, period, model and as-of.

        Returns
        -------
        bytes
            One band of float64, NaN where there is no value; write them to a file, or open them
            with rasterio's `MemoryFile`.
        """
        from rasterio.io import MemoryFile  # noqa: PLC0415  # 0.2 s that most callers do not need
        from rasterio.shutil import copy  # noqa: PLC0415
        from rasterio.transform import Affine  # noqa: PLC0415

        placed, grid = _true_places(self.values, self.grid, datum), self.grid
        meaning = self.meaning  # its version is a digest of all values: made once
        west, north = grid.origin[0] + placed.east_step, grid.origin[1] + placed.north_step
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
                out.write(placed.values, 1)
                out.set_band_description(1, self.id)
                out.update_tags(AREA_OR_POINT="Area", surface=self.id, **meaning)
                out.update_tags(**(tags or {}))
                out.update_tags(1, unit=meaning["unit"])
                out.units = [meaning["unit"]]
            copy(plain.name, finished.name, driver="COG", compress="DEFLATE", predictor=3)
            return bytes(finished.getbuffer())

    def to_geodataframe(self: _Held, *, datum: str = "wgs84") -> gpd.GeoDataFrame:
        """Give one square per cell that has a value.

        Parameters
        ----------
        datum
            As for `to_xarray`.

        Returns
        -------
        geopandas.GeoDataFrame
            Columns `row`, `col`, `value` and `geometry` in the working CRS, metres; the surface's
            meaning in `attrs`.
        """
        import geopandas as gpd  # noqa: PLC0415  # pandas and GDAL, only for who asks
        import shapely  # noqa: PLC0415

        placed, grid = _true_places(self.values, self.grid, datum), self.grid
        row, col = np.nonzero(np.isfinite(placed.values))
        west = grid.origin[0] + placed.east_step + col * grid.cell_m
        north = grid.origin[1] + placed.north_step - row * grid.cell_m
        table = gpd.GeoDataFrame(
            {"row": row, "col": col, "value": placed.values[row, col]},
            geometry=shapely.box(west, north - grid.cell_m, west + grid.cell_m, north),
            crs=grid.crs,
        )
        table.attrs.update(surface=self.id, **self.meaning)
        return table


def _true_places(values: Floats, grid: _Cells, datum: str) -> _Placed:
    """Read a distorted grid's cells at their true places: one step for all, then cell by cell."""
    if datum == "wgs84":
        return _Placed(values, 0.0, 0.0)
    if datum != "gcj02":
        raise InputError(f"A park's own datum is not {datum!r}.", "Give wgs84 or gcj02.")
    west, south, east, north = grid.bounds
    middle = (west + east) / 2, (south + north) / 2
    lon, lat = datums.unproject([middle[0]], [middle[1]], grid.crs)
    true_x, true_y = datums.project(*datums.wgs84_from_gcj02(lon, lat), grid.crs)
    step = float(true_x[0]) - middle[0], float(true_y[0]) - middle[1]
    easting, northing = grid.centres()
    lon, lat = datums.unproject(easting.ravel() + step[0], northing.ravel() + step[1], grid.crs)
    row, col = grid.cell_of(*datums.project(*datums.gcj02_from_wgs84(lon, lat), grid.crs))
    read = np.where(row >= 0, values[row, col], np.nan).reshape(grid.shape)
    return _Placed(np.asarray(read, np.float64), *step)
