"""Addresses to proposals: where a premises without a point may be.

Takes premises with and without points and the park's roads, gives at most one proposal per premises
without: the place of another premises with the same road and house number, else between the nearest
numbers of that road, else the middle of the road. A proposal says what it rests on and how sure it
is; nothing is placed here, a person or the first visit confirms.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import shapely

from geo_risk.records import Premises, Road

NEAR_NUMBERS = 30
"""House numbers further apart than this say nothing about each other."""

_REGION = re.compile(
    r"^(中国|[一-龥]{2,3}省|[一-龥]{2,8}自治区|[一-龥]{2,5}市|[一-龥]{1,5}(?:县|区|旗)(?!间)"
    r"|[一-龥]{1,6}(?:街道|镇|乡)|[一-龥]{2,12}?(?:开发区|园区|高新区|工业区|工业园|经开区))"
)
_CHINESE = re.compile(
    r"([一-龥A-Za-z0-9]{1,12}?(?:大道|大街|公路|路|街|巷|弄|道))\s*(?:第)?(\d{1,5})(?:[-—~之]\d+)?\s*(?:号|弄|$|\D)"
)
_ROAD_ONLY = re.compile(r"([一-龥A-Za-z0-9]{1,12}?(?:大道|大街|公路|路|街|巷|弄|道))")
_ENGLISH = re.compile(
    r"(\d{1,6})(?:-\d+)?\s+([a-z0-9 .]+?)\s*(?:,|#|apt|suite|unit|$)", re.IGNORECASE
)
_NUMERALS = str.maketrans("一二三四五六七八九", "123456789")


class Address(NamedTuple):
    """A road and a house number; '' and None where the text names none."""

    road: str
    number: int | None


@dataclass(frozen=True)
class Proposal:
    """Where a premises may be.

    Parameters
    ----------
    premises_id
        Which premises.
    lon, lat
        Degrees in the park's datum.
    confidence
        0 to 1: 0.9 same number, 0.6 between or beside near numbers, 0.2 somewhere on the road.
    basis
        `same_number`, `near_number` or `road`.
    because
        Ids of the premises or road it rests on.
    """

    premises_id: str
    lon: float
    lat: float
    confidence: float
    basis: str
    because: tuple[str, ...]


def read_address(text: str) -> Address:
    """Take road and house number out of an address, Chinese or English.

    Parameters
    ----------
    text
        As a person wrote it; region names before the road and rooms behind the number do not count.

    Returns
    -------
    Address

    Examples
    --------
    >>> read_address("浙江省湖州市样例县样例街道科源路 12号3幢")
    Address(road='科源路', number=12)
    >>> read_address("230 W Monroe St, Suite 4")
    Address(road='w monroe st', number=230)
    """
    plain = "".join(unicodedata.normalize("NFKC", text).split(" "))
    while found := _REGION.match(plain):
        plain = plain[found.end() :]
    if match := _CHINESE.search(plain):
        return Address(_road(match[1]), int(match[2]))
    if match := _ROAD_ONLY.search(plain):
        return Address(_road(match[1]), None)
    wide = unicodedata.normalize("NFKC", text).strip()
    if match := _ENGLISH.match(wide):
        return Address(" ".join(match[2].lower().replace(".", " ").split()), int(match[1]))
    return Address("", None)


def propose_places(premises: Sequence[Premises], roads: Iterable[Road] = ()) -> list[Proposal]:
    """Propose a place for each premises that has none and an address that is known.

    Parameters
    ----------
    premises
        With and without points.
    roads
        The park's.

    Returns
    -------
    list of Proposal
        In the order of the premises; those of which nothing is known have none.
    """
    located: dict[str, list[tuple[int, Premises]]] = {}
    for one in premises:
        address = read_address(one.address)
        if one.is_located and address.road and address.number is not None:
            located.setdefault(address.road, []).append((address.number, one))
    lines = {_road(one.name): one for one in roads if one.name}
    proposals = []
    for one in premises:
        if one.is_located:
            continue
        address = read_address(one.address)
        found = _beside(one.id, address, located.get(address.road, []))
        found = found or _on_road(one.id, lines.get(address.road))
        if found:
            proposals.append(found)
    return proposals


def _road(name: str) -> str:
    """Write a road's name in one way: half width, 一路 as 1路."""
    text = unicodedata.normalize("NFKC", name).strip().lower()
    return re.sub(r"[一二三四五六七八九](?=路|街|巷|弄|道|大道)", _digit, text)


def _digit(found: re.Match[str]) -> str:
    return found[0].translate(_NUMERALS)


def _beside(
    premises_id: str, address: Address, known: list[tuple[int, Premises]]
) -> Proposal | None:
    if address.number is None or not known:
        return None
    same = [one for number, one in known if number == address.number]
    if same:
        return _at(premises_id, same, 0.9, "same_number")
    below = [pair for pair in known if pair[0] < address.number]
    above = [pair for pair in known if pair[0] > address.number]
    ends = [max(below, key=_number)] if below else []
    ends += [min(above, key=_number)] if above else []
    near = [one for number, one in ends if abs(number - address.number) <= NEAR_NUMBERS]
    return _at(premises_id, near, 0.6, "near_number") if near else None


def _number(pair: tuple[int, Premises]) -> int:
    return pair[0]


def _at(premises_id: str, others: list[Premises], confidence: float, basis: str) -> Proposal:
    lon = float(np.median([one.lon or 0.0 for one in others]))
    lat = float(np.median([one.lat or 0.0 for one in others]))
    return Proposal(premises_id, lon, lat, confidence, basis, tuple(one.id for one in others))


def _on_road(premises_id: str, road: Road | None) -> Proposal | None:
    if road is None:
        return None
    parts = shapely.get_parts(road.geometry)
    longest = parts[int(np.argmax(shapely.length(parts)))]
    middle = shapely.line_interpolate_point(longest, 0.5, normalized=True)
    return Proposal(premises_id, middle.x, middle.y, 0.2, "road", (road.id,))
