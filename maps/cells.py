"""Cells in a file: what a map that opens offline knows of every cell, small and exact as printed.

Takes a publication, gives JSON-ready blocks. A cell's value is kept with the three digits that are
printed, its parts as whole units of the last of them (largest remainders, so they add up), its
class as published. Where a place on the map lies in the grid is given by polynomials in web
Mercator, fitted until they err by less than 0.01 cells: the browser needs no projection.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geo_risk.crs import project, to_datum, to_wgs84, unproject
from geo_risk.errors import InputError
from maps.words import factor_name

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo_risk.grid import Grid
    from geo_risk.published import GradedSurface, Publication

    Floats = NDArray[np.float64]

_ORDERS = range(2, 10)
_TOLERANCE_CELLS = 0.01
_DIGITS = 3
_MAX_DECIMALS = 6
_MIN_DECIMALS = -6


def grid_block(grid: Grid, datum: str) -> dict[str, Any]:
    """Say where cells lie on a web-Mercator map.

    Parameters
    ----------
    grid
        The grid, in its working CRS.
    datum
        The park's own, `wgs84` or `gcj02`; the map is in WGS-84.

    Returns
    -------
    dict
        `shape`; `box` (west, north, east, south in web Mercator, 0 to 1); `col`, `row`: (n, n)
        coefficients c[i][j] of v^i u^j, u and v from -1 to 1 across the box, to east and south.

    Raises
    ------
    InputError
        When no polynomial follows the grid closely enough: it is too large for one map.
    """
    x, y = _mercator(*_wgs84_of(grid, *np.meshgrid(*_edges(grid)), datum))
    box = [float(x.min()), float(y.min()), float(x.max()), float(y.max())]
    fitted = _Sample.at(np.cos(np.pi * (np.arange(48) + 0.5) / 48), box, grid, datum)
    checked = _Sample.at(np.linspace(-1, 1, 71), box, grid, datum)
    for order in _ORDERS:
        terms = fitted.terms(order)
        col, row = (np.linalg.lstsq(terms, one, rcond=None)[0] for one in (fitted.col, fitted.row))
        again = checked.terms(order)
        worst = max(
            np.abs(again @ col - checked.col).max(), np.abs(again @ row - checked.row).max()
        )
        if worst < _TOLERANCE_CELLS:
            square = (order + 1, order + 1)
            return {
                "shape": list(grid.shape),
                "box": box,
                "col": col.reshape(square).tolist(),
                "row": row.reshape(square).tolist(),
            }
    raise InputError("The grid is too large for one map file.", "Use a larger cell_m.")


def cells_block(publication: Publication) -> dict[str, Any]:
    """Give every surface's cells: `runs` of cells with a value, and per surface its columns.

    Returns
    -------
    dict
        `runs`: start and length alternating, over cells row by row from the north-west;
        `surfaces`: id to `levels` (uint8: class + 8 x (decimals + 1), 0 decimals + 1 = no value),
        `digits` (int16 or int32: value = digits / 10^decimals), `probability` (uint8, 1/200, 255
        unknown) and, where explained, `parts` (per factor, the reference first, in units of
        10^-decimals) with `factors`. Columns are little-endian, base64.
    """
    graded = list(publication.surfaces.values())
    known = np.any([np.isfinite(one.surface.values) for one in graded], axis=0).ravel()
    return {
        "runs": _runs(known),
        "surfaces": {one.id: _surface_block(one, known) for one in graded},
    }


def printed_units(values: Floats) -> tuple[NDArray[np.int64], NDArray[np.int8]]:
    """Give values as three printed digits: value = digits / 10^decimals, NaN as (0, -128).

    Parameters
    ----------
    values
        Any shape.

    Returns
    -------
    digits, decimals
        Same shape.
    """
    known = np.isfinite(values)
    size = np.abs(np.where(known & (values != 0), values, 1.0))
    decimals = np.clip(_DIGITS - 1 - np.floor(np.log10(size)), _MIN_DECIMALS, _MAX_DECIMALS)
    decimals = np.where(known & (values == 0), 0, np.maximum(decimals, 0))
    digits = np.where(known, np.round(np.where(known, values, 0) * 10.0**decimals), 0)
    return digits.astype(np.int64), np.where(known, decimals, -128).astype(np.int8)


def printed_parts(
    digits: NDArray[np.int64], decimals: NDArray[np.int8], parts: Floats
) -> NDArray[np.int64]:
    """Round parts so that, in units of the last printed digit, they add up to the value.

    Parameters
    ----------
    digits, decimals
        (n,), from `printed_units`.
    parts
        (k, n): parts whose sum is the value, to rounding.

    Returns
    -------
    ndarray
        (k, n) whole units; each differs from its part by less than one unit, unless the parts given
        miss the value by more.
    """
    scaled = parts * 10.0 ** decimals.astype(np.float64)
    units = np.floor(scaled).astype(np.int64)
    order = np.argsort(units - scaled, axis=0, kind="stable")
    rank = np.argsort(order, axis=0, kind="stable")
    missing = digits - units.sum(axis=0)
    each, rest = np.divmod(missing, len(parts))
    return np.asarray(units + each + (rank < rest), np.int64)


@dataclass(frozen=True)
class _Sample:
    """Places on the map with their true column and row in the grid, cells from its corner."""

    u: Floats
    v: Floats
    col: Floats
    row: Floats

    @classmethod
    def at(cls, ticks: Floats, box: list[float], grid: Grid, datum: str) -> _Sample:
        u, v = (one.ravel() for one in np.meshgrid(ticks, ticks))
        west, north, east, south = box
        x = west + (u + 1) / 2 * (east - west)
        y = north + (v + 1) / 2 * (south - north)
        lon = x * 360 - 180
        lat = np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * y))))
        easting, northing = project(*to_datum(lon, lat, "wgs84", datum), grid.crs)
        return cls(
            u,
            v,
            (easting - grid.origin[0]) / grid.cell_m,
            (grid.origin[1] - northing) / grid.cell_m,
        )

    def terms(self, order: int) -> Floats:
        u, v = (np.vander(one, order + 1, increasing=True) for one in (self.u, self.v))
        return np.asarray((v[:, :, None] * u[:, None, :]).reshape(len(u), -1))


def _surface_block(graded: GradedSurface, known: NDArray[np.bool_]) -> dict[str, Any]:
    values = graded.surface.values.ravel()[known]
    digits, decimals = printed_units(values)
    block: dict[str, Any] = {
        "levels": _packed(
            graded.classes.ravel()[known] + 8 * np.where(np.isfinite(values), decimals + 1, 0), "u1"
        ),
        **_packed_digits(digits),
    }
    if graded.class_probability is not None:
        chance = graded.class_probability.ravel()[known]
        shown = np.where(np.isfinite(chance), np.round(np.nan_to_num(chance) * 200), 255)
        block["probability"] = _packed(shown, "u1")
    if graded.factors is not None:
        parts = graded.factors.parts.reshape(len(graded.factors.names), -1)[:, known]
        whole = np.vstack([np.full((1, parts.shape[1]), graded.factors.reference), parts])
        units = printed_parts(digits, decimals, np.nan_to_num(whole.astype(np.float64)))
        units = np.where(np.isfinite(values), units, 0)
        wide = "i4" if np.abs(units).max(initial=0) > np.iinfo(np.int16).max else "i2"
        block["parts"] = [_packed(one, wide) for one in units]
        block["parts_type"] = wide
        block["factors"] = [
            {"factor": name, "name": factor_name(name, "zh"), "name_en": factor_name(name, "en")}
            for name in graded.factors.names
        ]
    return block


def _packed_digits(digits: NDArray[np.int64]) -> dict[str, str]:
    wide = "i4" if np.abs(digits).max(initial=0) > np.iinfo(np.int16).max else "i2"
    return {"digits": _packed(digits, wide), "digits_type": wide}


def _packed(column: NDArray[Any], kind: str) -> str:
    return base64.b64encode(np.ascontiguousarray(column).astype(f"<{kind}").tobytes()).decode()


def _runs(known: NDArray[np.bool_]) -> list[int]:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], known.astype(np.int8), [0]])))
    starts, ends = edges[::2], edges[1::2]
    return [int(n) for pair in zip(starts, ends - starts, strict=True) for n in pair]


def _edges(grid: Grid) -> tuple[Floats, Floats]:
    west, south, east, north = grid.bounds
    return np.linspace(west, east, 33), np.linspace(north, south, 33)


def _wgs84_of(grid: Grid, easting: Floats, northing: Floats, datum: str) -> tuple[Floats, Floats]:
    return to_wgs84(*unproject(easting.ravel(), northing.ravel(), grid.crs), datum)


def _mercator(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Give web Mercator from 0 (west, north) to 1 of degrees."""
    y = (1 - np.arcsinh(np.tan(np.radians(lat))) / np.pi) / 2
    return (lon + 180) / 360, y
