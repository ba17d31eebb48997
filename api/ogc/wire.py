"""Coordinates on the wire: WGS-84 whatever the park keeps, in the CRS that was asked for.

Takes degrees in the park's datum, gives coordinates in one of the CRSs a park offers (CRS84 unless
asked otherwise), in the axis order of that CRS as OGC API - Features part 2 wants. A park that
stays in GCJ-02 is unshifted here: this is the only exit for its coordinates. GeoJSON has seven
decimals and more only where they carry something: 1e-8 degrees is a millimetre.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from pyproj import CRS, Transformer

from geo_risk import crs
from geo_risk.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from geo_risk.park import ParkFile

    Floats = NDArray[np.float64]

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
_EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
_WGS84_2D = f"{_EPSG}4326"
_DEGREE_DECIMALS = 8
_METRE_DECIMALS = 3

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Wire:
    """How coordinates of one park leave and enter.

    Parameters
    ----------
    datum
        The park's own: `wgs84` or `gcj02`.
    offered
        Addresses of the CRSs it answers in, CRS84 first.
    """

    datum: str
    offered: tuple[str, ...]

    def check(self, name: str) -> str:
        """Give the address of an offered CRS back, or refuse it.

        Raises
        ------
        InputError
            When it is not offered; the hint lists those that are.
        """
        if name not in self.offered:
            raise InputError(
                f"CRS {name!r} is not offered.", f"Ask for one of {', '.join(self.offered)}."
            )
        return name

    def points_out(self, lon: Floats, lat: Floats, target: str = CRS84) -> Floats:
        """Bring points of the park to a CRS: (n, 2), in that CRS's own axis order.

        Parameters
        ----------
        lon, lat
            (n,) degrees in the park's datum.
        target
            An offered CRS.
        """
        out = crs.to_wgs84(lon, lat, self.datum)
        decimals = _DEGREE_DECIMALS
        if target != CRS84:
            out = _transformer(target).transform(*out)
            decimals = _DEGREE_DECIMALS if target == _WGS84_2D else _METRE_DECIMALS
        return np.asarray(np.round(np.column_stack(out), decimals), np.float64)

    def geometries_out(
        self, geometries: Sequence[BaseGeometry], target: str = CRS84
    ) -> list[dict[str, Any]]:
        """Bring geometries of the park to GeoJSON in a CRS; as `points_out`."""
        if not geometries:
            return []
        moved = shapely.transform(
            np.array(geometries, dtype=object),
            lambda xy: self.points_out(xy[:, 0], xy[:, 1], target),
        )
        return [json.loads(text) for text in shapely.to_geojson(moved)]

    def point_in(self, lon: float, lat: float, datum: str = "wgs84") -> tuple[float, float]:
        """Bring a point that somebody sent to the park's datum.

        Parameters
        ----------
        lon, lat
            Degrees.
        datum
            What they are in: WGS-84 unless said otherwise.
        """
        inside_lon, inside_lat = crs.to_datum([lon], [lat], datum, self.datum)
        return float(inside_lon[0]), float(inside_lat[0])

    def box_in(self, box: Box, source: str = CRS84) -> Box:
        """Bring a box to degrees in the park's datum: the box that covers it.

        Parameters
        ----------
        box
            First corner, second corner, in the axis order of `source`.
        source
            An offered CRS.

        Returns
        -------
        tuple of float
            west, south, east, north; west > east where it crosses 180 degrees.
        """
        if source == CRS84 and self.datum == "wgs84":
            return box
        if source == _WGS84_2D:
            south, west, north, east = box
            return self.box_in((west, south, east, north))
        if source == CRS84:
            west, south, east, north = box
            if west > east:
                return box  # the shift ends at China's edge, far from 180 degrees
            return _around(*self._in(*_edges(box)))
        x, y = _edges(box)
        return _around(*self._in(*_transformer(source).transform(x, y, direction="INVERSE")))

    def _in(self, lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
        return crs.to_datum(lon, lat, "wgs84", self.datum)


def wire_of(park: ParkFile) -> Wire:
    """Say how coordinates of a park leave: CRS84, EPSG:4326, web Mercator, its own working CRS."""
    offered = [CRS84, _WGS84_2D, f"{_EPSG}3857"]
    own = CRS.from_user_input(park.park.crs).to_authority()
    if own is not None and own[0] == "EPSG" and f"{_EPSG}{own[1]}" not in offered:
        offered.append(f"{_EPSG}{own[1]}")
    return Wire(park.park.datum, tuple(offered))


@cache
def _transformer(target: str) -> Transformer:
    """From lon, lat to a CRS in its own axis order: the source is CRS84, which is lon, lat."""
    return Transformer.from_crs("OGC:CRS84", f"EPSG:{target.rsplit('/', 1)[1]}")


def _edges(box: Box) -> tuple[Floats, Floats]:
    """Give points along a box's four edges, so that its curved image is covered."""
    first_x, first_y, second_x, second_y = box
    along = np.linspace(0.0, 1.0, 21)
    x, y = first_x + along * (second_x - first_x), first_y + along * (second_y - first_y)
    edge_x = np.concatenate([x, x, np.full(21, first_x), np.full(21, second_x)])
    edge_y = np.concatenate([np.full(21, first_y), np.full(21, second_y), y, y])
    return edge_x, edge_y


def _around(lon: Floats, lat: Floats) -> Box:
    if not (np.isfinite(lon).all() and np.isfinite(lat).all()):
        raise InputError("The bbox has no image in degrees.", "Give a box within the CRS's area.")
    return float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max())
