"""Coordinates: one working CRS per park, degrees on the wire, and the two Chinese distortions.

Takes arrays of degrees or metres, gives arrays of the same shape. GCJ-02 and BD-09 are distortions
of WGS-84, not coordinate systems: they exist at the doors only (an ingest source that declares its
datum, a base map that needs the shift). The forward formulas are the published ones on which
gcoord, coord-convert, prcoords and coordTransform agree; the inverse iterates the forward one to
1e-10 degrees, where the usual one-step inverse is 1.2 m off. CGCS2000 and WGS-84 differ by
centimetres and are taken as one. What a file means by its numbers is the owner's to say: nothing
here guesses a datum.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from geo_risk.errors import CRSMismatchError, InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]
    Forward = Callable[[ArrayLike, ArrayLike], tuple[Floats, Floats]]

G = TypeVar("G", bound=shapely.Geometry)

DATUMS = ("wgs84", "cgcs2000", "gcj02", "bd09")
"""Names a source may give for its datum; `EPSG:n` is the other form."""

_SEMI_MAJOR_M = 6378245.0  # Krassovsky 1940, as in the published GCJ-02 formulas
_ECCENTRICITY_2 = 0.00669342162296594323
_BD_PI = np.pi * 3000.0 / 180.0
_INVERSE_TOLERANCE_DEG = 1e-10
_INVERSE_ROUNDS = 40

# The rectangle outside of which map makers in China leave coordinates unshifted.
_CHINA = (72.004, 0.8293, 137.8347, 55.8271)


def check_datum(datum: str) -> str:
    """Give the datum back in its one spelling, or refuse it.

    Parameters
    ----------
    datum
        `wgs84`, `cgcs2000`, `gcj02`, `bd09` or `EPSG:n`, in any case.

    Returns
    -------
    str
        The same in canonical spelling.

    Raises
    ------
    InputError
        When it is none of them.
    """
    text = datum.strip().lower()
    if text in DATUMS:
        return text
    if re.fullmatch(r"epsg:\d+", text):
        try:
            CRS.from_user_input(text)
        except CRSError:
            raise InputError(
                f"Datum {datum!r} is not in the EPSG register.", "Look the number up again."
            ) from None
        return text.upper()
    raise InputError(
        f"Datum {datum!r} is not known.", f"Write one of {', '.join(DATUMS)}, or EPSG:n."
    )


def gcj02_from_wgs84(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """Distort WGS-84 degrees into GCJ-02 degrees.

    Parameters
    ----------
    lon, lat
        Degrees, WGS-84, any one shape; NaN stays NaN; points outside China stay as they are.

    Returns
    -------
    tuple of ndarray
        lon, lat in GCJ-02 degrees, same shape.
    """
    lon, lat = _floats(lon, lat)
    d_lon, d_lat = _gcj02_shift(lon, lat)
    inside = _in_china(lon, lat)
    return np.where(inside, lon + d_lon, lon), np.where(inside, lat + d_lat, lat)


def wgs84_from_gcj02(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """Undo the distortion of `gcj02_from_wgs84`, iterated to 1e-10 degrees (0.01 mm).

    Parameters
    ----------
    lon, lat
        Degrees, GCJ-02, any one shape.

    Returns
    -------
    tuple of ndarray
        lon, lat in WGS-84 degrees, same shape.
    """
    return _invert(gcj02_from_wgs84, lon, lat)


def bd09_from_gcj02(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """Distort GCJ-02 degrees into BD-09 degrees; shapes as in `gcj02_from_wgs84`."""
    lon, lat = _floats(lon, lat)
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _BD_PI)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _BD_PI)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


def gcj02_from_bd09(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """Undo `bd09_from_gcj02`, iterated; shapes as in `gcj02_from_wgs84`."""
    return _invert(bd09_from_gcj02, lon, lat)


def to_wgs84(lon: ArrayLike, lat: ArrayLike, datum: str) -> tuple[Floats, Floats]:
    """Bring coordinates of any declared datum to WGS-84 longitude and latitude.

    Parameters
    ----------
    lon, lat
        Degrees, or eastings and northings where the datum is a projected EPSG code; one shape.
    datum
        As for `check_datum`.

    Returns
    -------
    tuple of ndarray
        lon, lat in degrees, same shape.
    """
    datum = check_datum(datum)
    if datum == "gcj02":
        return wgs84_from_gcj02(lon, lat)
    if datum == "bd09":
        return wgs84_from_gcj02(*gcj02_from_bd09(lon, lat))
    lon, lat = _floats(lon, lat)
    if datum in {"wgs84", "cgcs2000"}:
        return lon, lat
    return _transform(_transformer(datum, "OGC:CRS84"), lon, lat)


def to_datum(lon: ArrayLike, lat: ArrayLike, datum: str, park_datum: str) -> tuple[Floats, Floats]:
    """Bring coordinates of a declared datum to the park's own (`wgs84` or `gcj02`).

    A park that stays in GCJ-02 altogether is not shifted at all: its GCJ-02 sources come back
    unchanged, bit for bit.

    Parameters
    ----------
    lon, lat
        As for `to_wgs84`.
    datum
        What the source declares.
    park_datum
        `wgs84` or `gcj02`.

    Returns
    -------
    tuple of ndarray
        lon, lat in the park's datum, same shape.
    """
    datum = check_datum(datum)
    if datum == park_datum:
        return _floats(lon, lat)
    if park_datum == "gcj02" and datum == "bd09":
        return gcj02_from_bd09(lon, lat)
    lon, lat = to_wgs84(lon, lat, datum)
    return gcj02_from_wgs84(lon, lat) if park_datum == "gcj02" else (lon, lat)


def shift_geometry(geometry: G, datum: str, park_datum: str) -> G:
    """Bring a geometry of a declared datum to the park's own, vertex by vertex.

    Parameters
    ----------
    geometry
        Any shapely geometry, x = longitude or easting; a third dimension is dropped.
    datum, park_datum
        As for `to_datum`.

    Returns
    -------
    shapely geometry
        The same type, in degrees of the park's datum.
    """

    def shift(xy: Floats) -> Floats:
        return np.column_stack(to_datum(xy[:, 0], xy[:, 1], datum, park_datum))

    flat: G = shapely.force_2d(geometry)
    return shapely.transform(flat, shift)


def check_working_crs(crs: str) -> str:
    """Give a working CRS back as given, or refuse it: it must be projected, in metres.

    Parameters
    ----------
    crs
        Any text pyproj understands, as `EPSG:4549`.

    Returns
    -------
    str
        The same text.

    Raises
    ------
    InputError
        When it is unknown, in degrees, or in feet.
    """
    try:
        known = CRS.from_user_input(crs)
    except CRSError:
        raise InputError(f"Working CRS {crs!r} is not known.", "Write it as EPSG:n.") from None
    if not known.is_projected:
        raise InputError(
            f"Working CRS {crs!r} ({known.name}) is in degrees.",
            "Choose a projected one in metres, such as EPSG:4549 for 120 degrees east.",
        )
    if any(axis.unit_name != "metre" for axis in known.axis_info[:2]):
        raise InputError(
            f"Working CRS {crs!r} ({known.name}) is not in metres.", "Choose one in metres."
        )
    return crs


def project(lon: ArrayLike, lat: ArrayLike, crs: str) -> tuple[Floats, Floats]:
    """Project degrees of the park's datum into its working CRS.

    Parameters
    ----------
    lon, lat
        Degrees, one shape.
    crs
        Projected working CRS.

    Returns
    -------
    tuple of ndarray
        easting, northing in metres, in that order whatever the CRS's own axis order.
    """
    return _transform(_transformer("OGC:CRS84", crs), *_floats(lon, lat))


def unproject(easting: ArrayLike, northing: ArrayLike, crs: str) -> tuple[Floats, Floats]:
    """Undo `project`: metres of the working CRS to degrees; shapes as there."""
    return _transform(_transformer(crs, "OGC:CRS84"), *_floats(easting, northing))


def project_geometry(geometry: G, crs: str) -> G:
    """Project a geometry in degrees into the working CRS, vertex by vertex."""
    return shapely.transform(geometry, lambda xy: np.column_stack(project(xy[:, 0], xy[:, 1], crs)))


def unproject_geometry(geometry: G, crs: str) -> G:
    """Undo `project_geometry`."""
    return shapely.transform(
        geometry, lambda xy: np.column_stack(unproject(xy[:, 0], xy[:, 1], crs))
    )


def check_same_crs(first: str, second: str, what: str) -> None:
    """Refuse to go on with two coordinate systems.

    Raises
    ------
    CRSMismatchError
        When the two are not the same system.
    """
    if first != second and not CRS.from_user_input(first).equals(CRS.from_user_input(second)):
        raise CRSMismatchError(
            f"{what}: one is in {first}, the other in {second}.", "Project one of them first."
        )


def _floats(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    return np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)


def _in_china(lon: Floats, lat: Floats) -> NDArray[np.bool_]:
    west, south, east, north = _CHINA
    return (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)


def _gcj02_shift(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Give the shift in degrees (the published polynomial and sine series)."""
    x, y = lon - 105.0, lat - 35.0
    common = 20.0 * np.sin(6.0 * x * np.pi) + 20.0 * np.sin(2.0 * x * np.pi)
    root = np.sqrt(np.abs(x))
    north_m = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north_m += (
        common
        + 20.0 * np.sin(y * np.pi)
        + 40.0 * np.sin(y / 3.0 * np.pi)
        + 160.0 * np.sin(y / 12.0 * np.pi)
        + 320.0 * np.sin(y * np.pi / 30.0)
    ) * (2.0 / 3.0)
    east_m = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east_m += (
        common
        + 20.0 * np.sin(x * np.pi)
        + 40.0 * np.sin(x / 3.0 * np.pi)
        + 150.0 * np.sin(x / 12.0 * np.pi)
        + 300.0 * np.sin(x / 30.0 * np.pi)
    ) * (2.0 / 3.0)
    phi = np.radians(lat)
    magic = 1.0 - _ECCENTRICITY_2 * np.sin(phi) ** 2
    root_magic = np.sqrt(magic)
    d_lat = (
        north_m * 180.0 / ((_SEMI_MAJOR_M * (1 - _ECCENTRICITY_2)) / (magic * root_magic) * np.pi)
    )
    d_lon = east_m * 180.0 / (_SEMI_MAJOR_M / root_magic * np.cos(phi) * np.pi)
    return d_lon, d_lat


def _invert(forward: Forward, lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """Iterate x <- x + (target - forward(x)).

    The distortion is nearly the identity, so it contracts.
    """
    target_lon, target_lat = _floats(lon, lat)
    lon, lat = target_lon.copy(), target_lat.copy()
    for _ in range(_INVERSE_ROUNDS):
        there_lon, there_lat = forward(lon, lat)
        d_lon, d_lat = target_lon - there_lon, target_lat - there_lat
        lon, lat = lon + d_lon, lat + d_lat
        worst = np.nanmax(np.abs([d_lon, d_lat]), initial=0.0)
        if worst < _INVERSE_TOLERANCE_DEG:
            break
    return lon, lat


@lru_cache(maxsize=64)
def _transformer(source: str, target: str) -> Transformer:
    """Give the transformation between two systems.

    PROJ prepares one anew in every thread, and looking two systems up takes up to 0.6 s. Where
    there is one way only, its steps are written down, and a thread is ready in less than 1 ms.
    """
    found = Transformer.from_crs(source, target, always_xy=True)
    if found.definition.startswith("proj="):
        return Transformer.from_pipeline(found.definition)
    return found


def _transform(transformer: Transformer, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    out_x, out_y = transformer.transform(x, y)
    return np.asarray(out_x, dtype=np.float64), np.asarray(out_y, dtype=np.float64)
