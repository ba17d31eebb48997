"""The documents of OGC API - Features: landing page, conformance, collections, queryables, links.

Takes the address by which the reader came and a `Sight`, gives JSON. A collection that the reader
may not see is not listed. Record ids hold colons, slashes, Chinese: in addresses they are
percent-encoded whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from api.ogc.features import queryables, schema_of
from api.ogc.wire import CRS84
from geo_risk.records import COLLECTIONS, LISTED, Located

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from api.audience import Sight
    from api.ogc.wire import Wire

CONFORMANCE = (
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
    "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables",
    "http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/create-replace-delete",
)
"""What is met; part 4 for the two collections into which people enter."""

_JSON = "application/json"
_GEOJSON = "application/geo+json"
_OPENAPI = "application/vnd.oai.openapi+json;version=3.1"
_SCHEMA = "application/schema+json"


@dataclass(frozen=True)
class Documents:
    """Writes documents for one reader.

    Parameters
    ----------
    base
        Address by which the service is reached, without a slash at the end.
    park_name
        Name of the park.
    sight
        Who reads.
    wire
        Which CRSs are offered.
    bounds
        west, south, east, north of the park in WGS-84 degrees.
    """

    base: str
    park_name: str
    sight: Sight
    wire: Wire
    bounds: Sequence[float]

    def landing(self) -> dict[str, Any]:
        """Write the landing page."""
        return {
            "title": self.park_name,
            "description": f"{self.park_name}：OGC API - Features",
            "links": [
                self._link("/ogc/", "self", _JSON, "this document"),
                self._link("/openapi.json", "service-desc", _OPENAPI, "the API"),
                self._link("/ogc/api", "service-doc", _JSON, "the API, as a document"),
                self._link("/ogc/conformance", "conformance", _JSON, "what is met"),
                self._link("/ogc/collections", "data", _JSON, "the collections"),
            ],
        }

    def conformance(self) -> dict[str, Any]:
        """Write which conformance classes are met."""
        return {"conformsTo": list(CONFORMANCE)}

    def collections(self) -> dict[str, Any]:
        """Write the collections that the reader may see."""
        names = [name for name in LISTED if name in self.sight.collections]
        return {
            "links": [self._link("/ogc/collections", "self", _JSON, "this document")],
            "crs": list(self.wire.offered),
            "collections": [self.collection(name) for name in names],
        }

    def collection(self, name: str) -> dict[str, Any]:
        """Write one collection."""
        kind, place = COLLECTIONS[name], f"/ogc/collections/{name}"
        return {
            "id": name,
            "title": kind.title_zh,
            "description": (kind.__doc__ or "").strip().splitlines()[0],
            "itemType": "feature",
            "crs": list(self.wire.offered),
            "storageCrs": CRS84,
            "extent": {
                "spatial": {"bbox": [list(self.bounds)], "crs": CRS84},
                "temporal": {
                    "interval": [[None, None]],
                    "trs": "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian",
                },
            },
            "links": [
                self._link(place, "self", _JSON, "this document"),
                self._link(f"{place}/items", "items", _GEOJSON, kind.title_zh),
                self._link(
                    f"{place}/queryables",
                    "http://www.opengis.net/def/rel/ogc/1.0/queryables",
                    _SCHEMA,
                    "fields to filter by",
                ),
            ],
        }

    def queryables(self, name: str) -> dict[str, Any]:
        """Write by which fields the reader may filter a collection."""
        properties = schema_of(name, queryables(self.sight, name))
        if issubclass(COLLECTIONS[name], Located) or name in {"zones", "roads"}:
            properties["geometry"] = {"format": "geometry-any", "title": "geometry"}
        return {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": f"{self.base}/ogc/collections/{name}/queryables",
            "type": "object",
            "title": COLLECTIONS[name].title_zh,
            "properties": properties,
            "additionalProperties": False,
        }

    def items_links(
        self, name: str, asked: Mapping[str, str], after: str | None
    ) -> list[dict[str, str]]:
        """Write the links of a page of items: itself, its collection, the next page."""
        place = f"/ogc/collections/{name}/items"
        links = [
            self._link(_with_query(place, asked), "self", _GEOJSON, "this page"),
            self._link(f"/ogc/collections/{name}", "collection", _JSON, "the collection"),
        ]
        if after is not None:
            following = _with_query(place, {**asked, "after": after})
            links.append(self._link(following, "next", _GEOJSON, "next page"))
        return links

    def item_links(self, name: str, record_id: str) -> list[dict[str, str]]:
        """Write the links of one item."""
        return [
            self._link(item_path(name, record_id), "self", _GEOJSON, "this item"),
            self._link(f"/ogc/collections/{name}", "collection", _JSON, "the collection"),
        ]

    def _link(self, path: str, rel: str, media_type: str, title: str) -> dict[str, str]:
        return {"href": f"{self.base}{path}", "rel": rel, "type": media_type, "title": title}


def item_path(name: str, record_id: str) -> str:
    """Give the path of an item: its id percent-encoded whole, slashes included."""
    return f"/ogc/collections/{name}/items/{quote(record_id, safe='')}"


def _with_query(path: str, pairs: Mapping[str, str]) -> str:
    return f"{path}?{urlencode(pairs, quote_via=quote)}" if pairs else path
