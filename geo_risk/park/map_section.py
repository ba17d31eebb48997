"""`[map]`: what a map must say, and what may lie below the park's own layers."""

from __future__ import annotations

import re
from dataclasses import dataclass

from geo_risk.errors import ParkFileError
from geo_risk.park.keys import key as _key


@dataclass(frozen=True)
class MapSection:
    """`[map]`: what a map must say."""

    approval_number: str = _key("审图号; a public exit asks for it or for an exemption", "")
    approval_exemption: str = _key("why none is needed, as declared", "")
    min_enterprises: int = _key("public: areas with fewer enterprises are merged or withheld", 8)
    min_reports: int = _key("public: areas with fewer reports are merged or withheld", 5)
    report_breaks: tuple[float, float, float] = _key(
        "public: a month's reports for each hundred enterprises, yellow, orange and red from",
        (20.0, 40.0, 80.0),
    )
    report_breaks_version: str = _key("named beside those classes; change it with them", "p1")
    base: str = _key("base map from the internet: '' = none, asks nobody; tianditu or amap", "")
    base_key: str = _key("key of the map service; or GEO_RISK_BASE_KEY in the environment", "")
    base_tiles: str = _key(
        "address of the same tiles on another server: https://.../{z}/{x}/{y}; '' = the service's",
        "",
    )

    def __post_init__(self) -> None:
        """Let the public floor be raised, never lowered; breaks rise; check the base map."""
        low, middle, high = self.report_breaks
        if not 0 < low < middle < high:
            raise ParkFileError(f"[map] report_breaks {self.report_breaks}.", "Let them rise.")
        _check_base(self.base, self.base_tiles)
        if self.min_enterprises < 8 or self.min_reports < 5:
            raise ParkFileError(
                "[map] min_enterprises and min_reports cannot be below 8 and 5.", "Raise them."
            )


def _check_base(base: str, tiles: str) -> None:
    """Refuse a base map that we cannot lay under the park where it belongs."""
    if base == "baidu":
        raise ParkFileError(
            '[map] base = "baidu": its tiles are in BD-09 with a projection of their own: '
            "the park would lie up to a kilometre off.",
            'Write "tianditu" (with a key) or "amap", or leave base out.',
        )
    if base not in {"", "tianditu", "amap"}:
        raise ParkFileError(
            f"[map] base = {base!r} is not known.", "Write tianditu or amap, or leave base out."
        )
    slots = all(one in tiles for one in ("{z}", "{x}", "{y}"))
    address = re.fullmatch(r"https?://[A-Za-z0-9.{}:-]+/[^\s;,'\"<>]*", tiles)
    if tiles and not (base and slots and address):
        raise ParkFileError(
            f"[map] base_tiles = {tiles!r} is no address of tiles.",
            "Name the base too, and write https://host/{z}/{x}/{y}.png.",
        )
