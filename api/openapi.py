"""/openapi.json: what FastAPI knows of the routes, and what it does not.

Adds the problem schema, tiles (which are answered before FastAPI), how to sign in, and what every
address may answer to a body. Problems stand for FastAPI's own validation schema, which no route of
ours answers with.
"""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from api.addresses import reading_of
from api.ogc.wire import wire_of
from api.problems import PROBLEM_SCHEMA, is_ogc, responses
from geo_risk.records import Channel

if TYPE_CHECKING:
    from fastapi import FastAPI

    from geo_risk.park import ParkFile

_TILE = {"schema": {"type": "string", "format": "binary"}}


def describe(app: FastAPI, park: ParkFile) -> None:
    """Complete an application's description in place; it is made once, when first asked for.

    Parameters
    ----------
    app
        The application, with its routes.
    park
        Says which kinds of report and which CRSs there are.
    """
    made = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _completed(made(), park)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way


def _completed(document: dict[str, Any], park: ParkFile) -> dict[str, Any]:
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas["Problem"] = PROBLEM_SCHEMA
    components["securitySchemes"] = {
        "bearer": {"type": "http", "scheme": "bearer"},
        "session": {"type": "apiKey", "in": "cookie", "name": "geo_risk_{park id}"},
    }
    document["security"] = [{}, {"bearer": []}, {"session": []}]
    document["paths"]["/tiles/{surface}/{z}/{x}/{y}.png"] = {"get": _tile_operation()}
    _join_methods(document["paths"])
    words = {"crs": list(wire_of(park).offered), "bbox-crs": list(wire_of(park).offered)}
    for path, item in document["paths"].items():
        for method, operation in item.items():
            _mend(path, operation)
            _declare_bodies(method, operation)
            for one in operation.get("parameters", ()):
                if one["name"] in words:
                    one["schema"] = {"type": "string", "enum": words[one["name"]]}
    said = schemas["ReportProperties"]["properties"]
    said["kind"]["enum"] = list(park.kinds)
    said["channel"]["enum"] = ["", *(one.value for one in Channel)]
    return document


def _join_methods(paths: dict[str, Any]) -> None:
    """Show reading beside writing, where one address has a route of its own for each."""
    for path, item in paths.items():
        general = reading_of(path)
        if general is not None and general in paths and "get" not in item:
            reading = deepcopy(paths[general]["get"])
            reading["parameters"] = [
                one for one in reading["parameters"] if one["name"] != "collection_id"
            ]
            reading["operationId"] = f"{reading['operationId']}_{path.split('/')[3]}"
            item["get"] = reading


def _mend(path: str, operation: dict[str, Any]) -> None:
    """Put our own problems for FastAPI's validation error, and no body where one is led on."""
    answers = operation["responses"]
    if "303" in answers:
        answers["303"].pop("content", None)
    declared = answers.get("422", {}).get("content", {})
    if "application/json" in declared:
        del answers["422"]
        status = 400 if is_ogc(path) else 422
        answers.setdefault(str(status), responses(status)[status])


def _declare_bodies(method: str, operation: dict[str, Any]) -> None:
    """Say what is answered to a body that cannot be read (400) or is too large (413)."""
    if method == "get":
        return
    statuses = (400, 413) if "requestBody" in operation else (413,)
    for status, answer in responses(*statuses).items():
        operation["responses"].setdefault(str(status), answer)


def _tile_operation() -> dict[str, Any]:
    whole = {"in": "path", "required": True, "schema": {"type": "integer", "minimum": 0}}
    surface = {
        "name": "surface",
        "in": "path",
        "required": True,
        "description": "surface id; with @version.rev kept for good while that is the tile's own",
        "schema": {"type": "string", "pattern": r"^[a-z0-9_.]+(@[0-9a-f]{12}\.[0-9]+)?$"},
    }
    declared = responses(401, 403, 404, 503)
    return {
        "tags": ["tiles"],
        "summary": "Give one tile of a surface",
        "operationId": "read_tile",
        "parameters": [surface, *({"name": name, **whole} for name in "zxy")],
        "responses": {
            "200": {"description": "256 x 256 pixels", "content": {"image/png": _TILE}},
            **{str(status): answer for status, answer in declared.items()},
        },
    }
