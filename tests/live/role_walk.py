"""Every address of the service with a record of one's own and one of another's, for every role.

The table of addresses is made from /openapi.json; what they are filled with, and the body of a
change, stand here. A body is one that whoever may ask is refused for its content, wherever that
can be: the walk then leaves little behind, and who may not ask is refused before it is looked at.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx

from geo_risk.records import Role
from maps.menu import NOBODY, Reader
from tests.live.every_route import Lived

REFUSED = frozenset({401, 403, 404})
READERS: tuple[Reader, ...] = (NOBODY, *Role)
METHODS = ("get", "post", "put", "patch", "delete")
ANYBODYS = frozenset({"POST /login", "POST /logout", "POST /receipt/{secret}"})
"""Not walked: the first two are a browser's own, the third uses a slip's address up."""

SLOW = frozenset(
    {
        "GET /v1/index/{month}/preview",
        "GET /v1/plan/{week}/sheet.html",
        "GET /v1/slips/batch.pdf",
        "GET /v1/slips/{slip_id}.pdf",
        "POST /index/{month}/publish",
        "POST /v1/index/{month}/publish",
        "POST /v1/index/{month}/revisions",
        "POST /v1/plan/{week}/changes",
    }
)
"""Asked as one only of those who may: the others' answers are made in the same way."""

_FORM = {"week": "2020-01-06", "visit": "none", "day": "2020-01-06", "minutes": "30"}
_CASE = {Role.ENTERPRISE: "protect", Role.MEDIATOR: "settle"}
_ALL_IDS = "feature_id case_id report_id slip_id officer_id photo_id order_id enterprise_id"


@dataclass(frozen=True)
class Ids:
    """What the parameters of an address are filled with: one's own record, and another's.

    `names` are enterprises' names that must not be read: the role's own first.
    """

    own: Mapping[str, str]
    other: Mapping[str, str]


def operations(client: httpx.Client) -> list[str]:
    """Give every operation that /openapi.json knows, as `GET /zones`."""
    paths = client.get("/openapi.json").json()["paths"]
    return [
        f"{method.upper()} {path}" for path in paths for method in METHODS if method in paths[path]
    ]


def required(client: httpx.Client, lived: Lived) -> dict[str, str]:
    """Give the query that an operation cannot do without: operation to `?...`."""
    fixed = {"lon": "120.0", "lat": "30.55"}
    fixed |= {name[1:]: values[0] for name, values in lived.fills.items() if name[0] == "?"}
    found = {}
    for path, item in client.get("/openapi.json").json()["paths"].items():
        for method in METHODS:
            asked = [
                f"{one['name']}={fixed[one['name']]}"
                for one in item.get(method, {}).get("parameters", ())
                if one["in"] == "query" and one.get("required")
            ]
            if asked:
                found[f"{method.upper()} {path}"] = f"?{'&'.join(asked)}"
    return found


def filled(operation: str, ids: Mapping[str, str], queries: Mapping[str, str]) -> str:
    """Give the address of an operation."""
    _, path = operation.split(" ", 1)
    for name in re.findall(r"\{(\w+)\}", path):
        assert name in ids, f"{operation}: say in role_walk.ids_of what {{{name}}} is filled with"
        path = path.replace(f"{{{name}}}", ids[name])
    return path + queries.get(operation, "")


def has_records(operation: str) -> bool:
    """Whether the address names a record that is somebody's."""
    return any(f"{{{name}}}" in operation for name in _ALL_IDS.split())


def ids_of(chief: httpx.Client, lived: Lived, volunteers: str) -> dict[Reader, Ids]:
    """Give what addresses are filled with for every role: its own records, and others'."""
    own = lived.enterprise_id
    reports = _all(chief, "reports")
    hazard = _id(reports, lambda one: one["enterprise_id"] == own and one["channel"] == "visit")
    others = _id(
        reports,
        lambda one: (
            one["enterprise_id"] not in {"", own}
            and one["kind"] == "hazard"
            and one["state"] in {"reported", "assigned"}
        ),
    )
    dispute = _id(reports, lambda one: one["kind"] == "dispute" and one["enterprise_id"] != own)
    firms = [one["id"] for one in _all(chief, "enterprises")]
    slips = _all(chief, "slips")
    officers = [one["id"] for one in _all(chief, "officers")]
    zones: dict[str, set[str]] = {}
    for one in _all(chief, "assignments"):
        said = one["properties"]
        zones.setdefault(said["officer_id"], set()).add(said["zone_id"])
    planned = lived.fills["officer_id"][0]
    mine = {name: values[0] for name, values in lived.fills.items() if not name.startswith("?")}
    mine |= {
        "collection_id": "enterprises",
        "feature_id": _quoted(own),
        "case_id": _quoted(hazard),
        "report_id": _quoted(hazard),
        "surface_id": "inherent.consequence",
        "surface": "inherent.consequence",
        "z": "13",
        "x": "6826",
        "y": "3362",
        "enterprise_id": _quoted(own),
        "order_id": _quoted(_ordered(chief, own, own=True)),
        **dict.fromkeys(("embed_id", "guidance_id"), "none"),
        "user_id": "none",
        "token_id": "none",
        "flag_id": "f%3Aroles",
        "visit_id": "none",
        "declaration_id": _quoted(_all(chief, "declarations")[0]["id"]),
    }
    foreign = {
        **mine,
        "feature_id": _quoted(next(one for one in firms if one != own)),
        "enterprise_id": _quoted(next(one for one in firms if one != own)),
        "order_id": _quoted(_ordered(chief, own, own=False)),
        "case_id": _quoted(others),
        "report_id": _quoted(others),
        "slip_id": _quoted(_id(slips, lambda one: one["enterprise_id"] != own)),
        "officer_id": _quoted(_elsewhere(officers, zones, _plain(planned))),
    }
    found: dict[Reader, Ids] = dict.fromkeys(READERS, Ids(mine, foreign))
    found[Role.MEDIATOR] = Ids({**mine, **_case(dispute)}, {**foreign, **_case(hazard)})
    found[Role.VOLUNTEER] = Ids({**mine, **_case(volunteers)}, {**foreign, **_case(hazard)})
    return found


def body_of(operation: str, role: Reader, firm: str, *, own: bool) -> dict[str, Any]:
    """Give the body of a change, as httpx wants it; `firm` is the enterprise's own id."""
    order_act = {"action": "confirm" if role is Role.ENTERPRISE else "accept"}
    slip_act = {"action": "answer" if own else "check"}
    act = _CASE.get(role, "assign") if role else "assign"
    bodies: dict[str, dict[str, Any]] = {
        "POST /cases/{case_id}": {"data": {"action": act}},
        "POST /declare": {"data": {"month": "2026-10", "enterprise": firm}},
        "POST /imports/{job_id}": {"data": {"belongs": "kind:zones"}},
        "PATCH /ogc/collections/premises/items/{feature_id}": {"json": {"lon": 120, "lat": 30.5}},
        "POST /ogc/collections/reports/items": {"json": {"properties": {"kind": "nothing"}}},
        "POST /ogc/collections/visits/items": {
            "json": {"properties": {"start": "2026-10-01T08:00:00+08:00"}}
        },
        "POST /ogc/collections/campaigns/items": {
            "json": {"properties": {"topic": "fire", "people": 1, "enterprise_id": "none"}}
        },
        "POST /ogc/collections/guidance/items": {
            "json": {"properties": {"enterprise_id": "none", "topics": ["fire"]}}
        },
        "POST /ogc/collections/services/items": {
            "json": {"properties": {"station_id": "none", "service": "none"}}
        },
        "POST /orders/{order_id}": {"data": order_act},
        "POST /v1/embeds": {"json": {"frame_ancestors": ["none"]}},
        "POST /v1/field/visits": {
            "json": {
                "premises_id": "none",
                "start": "2026-10-01T08:00:00+08:00",
                "end": "2026-10-01T08:10:00+08:00",
            }
        },
        "POST /v1/orders": {"json": {"service": "none"}},
        "POST /v1/orders/{order_id}/transitions": {"json": order_act},
        "POST /plan/absence": {"data": _FORM},
        "POST /plan/cancel": {"data": {**_FORM, "job": "0" * 32}},
        "POST /slips/draw": {"data": {"month": "2020-01"}},
        "POST /slips/{slip_id}": {"data": slip_act},
        "POST /today/confirm": {"data": _FORM},
        "POST /today/late": {"data": _FORM},
        "POST /visit/{premises_id}/undo": {"data": {"visit": "none"}},
        "POST /tokens/{token_id}": {"data": {"action": "revoke"}},
        "POST /users/{user_id}": {"data": {"action": "enable"}},
        "POST /v1/channels/{channel}/acknowledged": {
            "json": {"items": [{"source": "none", "number": "1", "version": "1"}]}
        },
        "POST /v1/channels/{channel}/reconciliation": {
            "json": {
                "made_at": "2020-01-01T00:00:00+08:00",
                "items": [{"number": "1", "closed": False}],
            }
        },
        "POST /v1/declarations": {
            "json": {"month": "2026-10", "indicator": "none", "have": 1, "need": 1}
        },
        "POST /v1/declarations/{declaration_id}/verify": {"json": {"visit_id": "none"}},
        "POST /doubts/{flag_id}": {"data": {"text": ""}},
        "POST /plan/move": {"data": {**_FORM, "officer": "none", "time": "09:00"}},
        "POST /plan/undo": {"data": {**_FORM, "revision": "0"}},
        "POST /v1/flags/{flag_id}/answer": {"json": {"text": "样例：当天补录"}},
        "POST /v1/flags/{flag_id}/settle": {"json": {"outcome": "explained"}},
        "POST /v1/imports": {"files": {"file": ("a.docx", io.BytesIO(b"x"))}},
        "POST /v1/index/weights": {"json": {"weights": {}}},
        "POST /v1/index/{month}/revisions": {"json": {"without": ["none"], "reason": "样例"}},
        "POST /v1/plan": {"json": {"first_day": "2020-01-06", "officers": ["none"]}},
        "POST /v1/plan/{week}/changes": {"json": {}},
        "POST /v1/reports/{report_id}/photos": {"files": {"file": ("a.jpg", io.BytesIO(b"x"))}},
        "POST /v1/reports/{report_id}/transitions": {
            "json": {"action": act},
            "headers": {"If-Match": "*"},
        },
        "POST /v1/slips/draw": {"params": {"month": "2020-01"}},
        "POST /v1/slips/{slip_id}/transitions": {"json": slip_act},
    }
    return bodies.get(operation, {} if operation.startswith("GET") else {"data": {}})


def _all(chief: httpx.Client, collection: str) -> list[dict[str, Any]]:
    address = f"/ogc/collections/{collection}/items?limit=10000"
    features: list[dict[str, Any]] = chief.get(address).json()["features"]
    return features


def _id(features: list[dict[str, Any]], wanted: Any) -> str:
    return str(next(one["id"] for one in features if wanted(one["properties"])))


def _ordered(chief: httpx.Client, firm: str, *, own: bool) -> str:
    """Give an order of an enterprise, or one of another's."""
    orders = _all(chief, "orders")
    return _id(orders, lambda one: (one["enterprise_id"] == firm) == own)


def _elsewhere(officers: list[str], zones: Mapping[str, set[str]], planned: str) -> str:
    """Give an officer who looks after none of the zones of another."""
    return next(one for one in officers if zones.get(one, set()).isdisjoint(zones[planned]))


def _case(report_id: str) -> dict[str, str]:
    return {"case_id": _quoted(report_id), "report_id": _quoted(report_id)}


def _quoted(text: str) -> str:
    return quote(text, safe="")


def _plain(text: str) -> str:
    return text.replace("%3A", ":")


def names_in(chief: httpx.Client, own: str) -> Iterator[str]:
    """Give the names of enterprises besides one."""
    for one in _all(chief, "enterprises"):
        if one["id"] != own and len(one["properties"]["name"]) >= 4:
            yield json.loads(json.dumps(one["properties"]["name"]))
