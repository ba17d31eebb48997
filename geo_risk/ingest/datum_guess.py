"""What a file may mean by its coordinates: each reading, its reasons, three points to compare.

Takes pairs as they stand in the file and their headings, gives the possible datums, the likeliest
first, with reasons in Chinese and English. Numbers alone cannot tell WGS-84 from GCJ-02: the
likeliest is a proposal, and a person who knows three of the places answers. Nothing here is
applied without that answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo_risk.crs import to_wgs84
from geo_risk.ingest.columns import plain

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_CHINA = (73.0, 3.0, 136.0, 54.0)
_WORDS: dict[str, tuple[str, ...]] = {
    "gcj02": ("gcj", "高德", "amap", "腾讯", "火星"),
    "bd09": ("bd09", "百度", "baidu"),
    "wgs84": ("wgs", "gps", "北斗"),
    "cgcs2000": ("cgcs", "2000", "国家大地", "天地图"),
}


@dataclass(frozen=True)
class DatumChoice:
    """One reading of the file's coordinates.

    Parameters
    ----------
    datum
        As the park file takes it.
    reason, reason_zh
        What speaks for it or against.
    """

    datum: str
    reason: str
    reason_zh: str


@dataclass(frozen=True)
class Sample:
    """One row, to be recognised by a person.

    Parameters
    ----------
    row
        Its number in the file.
    name
        What the row calls itself.
    given
        The pair as it stands in the file.
    readings
        Datum -> (longitude, latitude), degrees WGS-84: where the point then is.
    """

    row: int
    name: str
    given: tuple[float, float]
    readings: dict[str, tuple[float, float]]


def possible_datums(lon: Floats, lat: Floats, headings: Sequence[str]) -> tuple[DatumChoice, ...]:
    """Give the datums that the numbers allow, the likeliest first; () where only EPSG:n can do.

    Parameters
    ----------
    lon, lat
        (n,) pairs as they stand in the file.
    headings
        Of the two columns.
    """
    if not len(lon):
        return ()
    if np.median(np.abs(lon)) > 360 or np.median(np.abs(lat)) > 360:
        return _plane(lon, lat)
    west, south, east, north = _CHINA
    inside = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    if inside.mean() < 0.5:
        text = "the points lie outside China, where nothing is shifted"
        return (DatumChoice("wgs84", text, "各点在中国境外，坐标未偏移"),)
    said = _said(headings)
    choices = [
        DatumChoice(
            "gcj02",
            "usual for addresses looked up with Amap or Tencent; some 500 m off WGS-84",
            "用高德、腾讯地图查得的地址多为此类，与 WGS-84 相差约 500 米",
        ),
        DatumChoice(
            "wgs84",
            "usual for GPS devices and surveys",
            "GPS、测绘成果多为此类（CGCS2000 与之相同）",
        ),
        DatumChoice(
            "bd09", "usual for addresses looked up with Baidu", "用百度地图查得的地址为此类"
        ),
    ]
    if said:
        wanted = "wgs84" if said == "cgcs2000" else said
        named = DatumChoice(wanted, f"the headings say {said}", f"表头写明 {said}")
        choices = [named, *(one for one in choices if one.datum != wanted)]
    return tuple(choices)


def sample_points(
    lon: Floats, lat: Floats, rows: Sequence[int], names: Sequence[str], datums: Sequence[str]
) -> tuple[Sample, ...]:
    """Choose three rows that lie apart, and say where each is by each reading.

    Parameters
    ----------
    lon, lat
        (n,) pairs as they stand in the file.
    rows, names
        n row numbers and names.
    datums
        The readings.

    Returns
    -------
    tuple of Sample
        The westernmost, the easternmost and the one nearest the middle; fewer where n < 3.
    """
    if not len(lon):
        return ()
    middle = np.hypot(lon - np.median(lon), lat - np.median(lat)).argmin()
    chosen = dict.fromkeys((int(lon.argmin()), int(middle), int(lon.argmax())))
    return tuple(
        Sample(
            rows[i],
            names[i],
            (float(lon[i]), float(lat[i])),
            {datum: _reading(lon[i], lat[i], datum) for datum in datums},
        )
        for i in chosen
    )


def working_crs(lon: float, lat: float) -> str:
    """Choose a projected CRS in metres for a place.

    Parameters
    ----------
    lon, lat
        Degrees.

    Returns
    -------
    str
        In China CGCS2000 / 3-degree Gauss-Kruger without zone number (EPSG:4534 for 75 degrees east
        to EPSG:4554 for 135), elsewhere WGS 84 / UTM.
    """
    west, south, east, north = _CHINA
    if west <= lon <= east and south <= lat <= north:
        meridian = min(135, max(75, 3 * round(lon / 3)))
        return f"EPSG:{4534 + (meridian - 75) // 3}"
    zone = min(60, int((lon + 180) // 6) + 1)
    return f"EPSG:{(32600 if lat >= 0 else 32700) + zone}"


def in_china(lon: float, lat: float) -> bool:
    """Whether a place lies in the box about China."""
    west, south, east, north = _CHINA
    return west <= lon <= east and south <= lat <= north


def _said(headings: Sequence[str]) -> str:
    text = "".join(plain(one) for one in headings)
    return next(
        (datum for datum, words in _WORDS.items() if any(word in text for word in words)), ""
    )


def _plane(lon: Floats, lat: Floats) -> tuple[DatumChoice, ...]:
    """Read metres: a Gauss-Kruger easting of 8 digits begins with its zone, others say nothing."""
    easting, northing = float(np.median(lon)), float(np.median(lat))
    zone = int(easting // 1e6)
    if 25 <= zone <= 45 and 0 < northing < 6e6:
        code = f"EPSG:{4488 + zone}"
        return (
            DatumChoice(
                code,
                f"metres whose easting begins with zone {zone}: CGCS2000 / 3-degree Gauss-Kruger",
                f"坐标以米计，横坐标以带号 {zone} 开头：CGCS2000 三度带",
            ),
        )
    return ()


def _reading(lon: float, lat: float, datum: str) -> tuple[float, float]:
    there_lon, there_lat = to_wgs84([lon], [lat], datum)
    return round(float(there_lon[0]), 6), round(float(there_lat[0]), 6)
