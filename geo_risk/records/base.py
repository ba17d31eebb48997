"""What all records share: an id, valid time, perhaps a point; how a field describes itself.

A field made with `personal` belongs to a person: the store keeps it apart from events, under a
random id, with a purpose and an expiry.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from geo_risk.errors import InputError


def about(zh: str, en: str, **metadata: Any) -> dict[str, Any]:
    """Describe a field: Chinese name, meaning with unit, and what else the docs should say."""
    return {"zh": zh, "en": en, **metadata}


def personal(zh: str, en: str, purpose: str) -> dict[str, Any]:
    """Describe a field that belongs to a person: kept apart, with a purpose and an expiry."""
    return about(zh, en, personal=True, purpose=purpose)


@dataclass(frozen=True, kw_only=True)
class Record:
    """What all records share.

    Parameters
    ----------
    id
        `source:number`, or the credit code of an enterprise that has one.
    source
        Name of the source that first brought it, `console` or `http` otherwise.
    number
        The source's own number.
    valid_from, valid_to
        Half-open valid time, UTC; None means since ever, and until further notice.
    """

    collection: ClassVar[str] = ""
    title_zh: ClassVar[str] = ""

    id: str = field(metadata=about("标识", "record id"))
    source: str = field(default="", metadata=about("来源", "source that first brought it"))
    number: str = field(default="", metadata=about("编号", "the source's own number"))
    valid_from: datetime | None = field(
        default=None, metadata=about("生效时间", "valid from, inclusive (UTC)")
    )
    valid_to: datetime | None = field(
        default=None, metadata=about("失效时间", "valid to, exclusive (UTC)")
    )

    def __post_init__(self) -> None:
        """Refuse what cannot hold: an empty id, a reversed or naive time, half a point."""
        where = f"{type(self).__name__} {self.id!r}"
        if not self.id:
            raise InputError(f"A {type(self).__name__} has no id.", "Give it its number.")
        for name, value in vars(self).items():  # half the time of `fields` on long files
            if isinstance(value, datetime) and value.tzinfo is None:
                raise InputError(
                    f"{where}: {name} {value} has no time zone.", "Give a zone-aware time."
                )
        check_order(where, "valid_from", self.valid_from, "valid_to", self.valid_to)


def check_order(
    where: str, low: str, first: datetime | None, high: str, last: datetime | None
) -> None:
    """Refuse two times in the wrong order; None on either side passes."""
    if first is not None and last is not None and last < first:
        raise InputError(f"{where}: {high} {last} is before {low} {first}.", "Exchange the two.")


def _check_point(where: str, lon: float | None, lat: float | None) -> None:
    if (lon is None) != (lat is None):
        raise InputError(f"{where}: only one of lon and lat is there.", "Give both or neither.")
    if lon is None or lat is None:
        return
    if not (math.isfinite(lon) and math.isfinite(lat) and abs(lon) <= 180 and abs(lat) <= 90):
        raise InputError(
            f"{where}: lon {lon}, lat {lat} is no place on Earth.", "Give degrees, longitude first."
        )


def check_at_least(where: str, name: str, value: float | None, low: float = 0) -> None:
    """Refuse a number below `low` or not finite; None passes."""
    if value is not None and not (math.isfinite(value) and value >= low):
        raise InputError(f"{where}: {name} is {value}.", f"Give a number of at least {low}.")


@dataclass(frozen=True, kw_only=True)
class Located(Record):
    """A record that may have a point; `unlocated` says why it has none."""

    lon: float | None = field(default=None, metadata=about("经度", "longitude, degrees"))
    lat: float | None = field(default=None, metadata=about("纬度", "latitude, degrees"))
    unlocated: str = field(default="", metadata=about("待定位原因", "why there is no point"))
    located_by: str = field(
        default="source", metadata=about("定位方式", "source, address, pin or visit")
    )
    outside: bool = field(
        default=False, metadata=about("界外", "outside the boundary: counted, left out of surfaces")
    )

    def __post_init__(self) -> None:
        """Refuse half a point, and one that is nowhere."""
        super().__post_init__()
        _check_point(f"{type(self).__name__} {self.id!r}", self.lon, self.lat)

    @property
    def is_located(self) -> bool:
        """Whether there is a point."""
        return self.lon is not None
