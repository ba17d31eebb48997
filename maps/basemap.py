"""Base layers: what lies below the park's own layers, and in which datum it is drawn.

Takes what the park file's `[map]` says, gives an `OnlineBase` or none. Without one no page asks any
other host: the park's boundary, zones, roads and sites are the base map. Tianditu is in CGCS2000
and needs no shift; Amap is in GCJ-02, so our own layers and cells are drawn in that plane, above
its tiles (`console/static/gcj02.js`). Baidu's tiles are in BD-09 with a projection of their own:
it is refused where the park file is read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

if TYPE_CHECKING:
    from geo_risk.park import MapSection

_TIANDITU = (
    "https://t{s}.tianditu.gov.cn/{layer}_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0"
    "&LAYER={layer}&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles"
    "&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk={key}"
)
_AMAP = (
    "https://webrd0{s}.is.autonavi.com/appmaptile"
    "?lang=zh_cn&size=1&scale=1&style=8&x={x}&y={y}&z={z}"
)
_SUBDOMAINS = {"tianditu": "01234567", "amap": "1234"}
_ATTRIBUTIONS = {"tianditu": "底图：天地图", "amap": "底图：高德地图"}


@dataclass(frozen=True)
class OnlineBase:
    """Tiles of a map service.

    Parameters
    ----------
    layers
        Addresses with {z}, {x}, {y} and {s}, bottom first.
    datum
        `wgs84` (CGCS2000 is the same to centimetres) or `gcj02`.
    attribution
        What the service asks to be said.
    subdomains
        What {s} may be, one character each.
    """

    layers: tuple[str, ...]
    datum: str
    attribution: str
    subdomains: str

    @property
    def origins(self) -> tuple[str, ...]:
        """The addresses that a page may load pictures from: scheme, host and port, nothing else."""
        found: dict[str, None] = {}
        for address in self.layers:
            for one in self.subdomains:
                parts = urlsplit(address.replace("{s}", one))
                found[f"{parts.scheme}://{parts.netloc}"] = None
        return tuple(found)

    def told(self) -> dict[str, Any]:
        """Give what a page's modules are told."""
        return {
            "layers": list(self.layers),
            "datum": self.datum,
            "attribution": self.attribution,
            "subdomains": self.subdomains,
        }


def online_base(rules: MapSection, key: str = "") -> OnlineBase | None:
    """Give the base map that a park file asks for.

    Parameters
    ----------
    rules
        `[map]`, checked.
    key
        The service's key from the environment; the park file's own comes first.
    """
    if not rules.base:
        return None
    secret = quote(rules.base_key or key, safe="")
    if rules.base_tiles:
        layers: tuple[str, ...] = (rules.base_tiles.replace("{key}", secret),)
    elif rules.base == "tianditu":
        layers = tuple(_filled(_TIANDITU, layer=one, key=secret) for one in ("vec", "cva"))
    else:
        layers = (_AMAP,)
    return OnlineBase(
        layers,
        "gcj02" if rules.base == "amap" else "wgs84",
        _ATTRIBUTIONS[rules.base],
        _SUBDOMAINS[rules.base],
    )


def _filled(address: str, **slots: str) -> str:
    for name, value in slots.items():
        address = address.replace(f"{{{name}}}", value)
    return address
