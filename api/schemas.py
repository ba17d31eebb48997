"""What answers look like, as JSON schemas for /openapi.json: programs rely on these."""

from __future__ import annotations

from typing import Any

_TEXT: dict[str, Any] = {"type": "string"}
_NUMBER_OR_NULL: dict[str, Any] = {"type": ["number", "null"]}
_CLASS: dict[str, Any] = {"type": "string", "enum": ["red", "orange", "yellow", "blue", "none"]}
_PROBLEM: dict[str, Any] = {"$ref": "#/components/schemas/Problem"}
_TIME: dict[str, Any] = {"type": "string", "format": "date-time"}


def obj(required: dict[str, Any], **optional: Any) -> dict[str, Any]:
    """Describe an object: required members, then optional ones."""
    return {
        "type": "object",
        "required": list(required),
        "properties": {**required, **optional},
    }


def array(items: dict[str, Any]) -> dict[str, Any]:
    """Describe an array."""
    return {"type": "array", "items": items}


LINK = obj({"href": _TEXT, "rel": _TEXT}, type=_TEXT, title=_TEXT)
LANDING = obj({"links": array(LINK)}, title=_TEXT, description=_TEXT)
CONFORMANCE = obj({"conformsTo": array(_TEXT)})
COLLECTION = obj(
    {"id": _TEXT, "links": array(LINK), "itemType": _TEXT, "crs": array(_TEXT)},
    title=_TEXT,
    extent={"type": "object"},
    storageCrs=_TEXT,
)
COLLECTIONS = obj({"links": array(LINK), "collections": array(COLLECTION)})
GEOMETRY: dict[str, Any] = {"type": ["object", "null"]}
FEATURE = obj(
    {
        "type": {"type": "string", "enum": ["Feature"]},
        "id": _TEXT,
        "geometry": GEOMETRY,
        "properties": {"type": "object"},
    },
    links=array(LINK),
)
FEATURES = obj(
    {
        "type": {"type": "string", "enum": ["FeatureCollection"]},
        "features": array(FEATURE),
        "numberReturned": {"type": "integer", "minimum": 0},
        "timeStamp": _TIME,
        "links": array(LINK),
    },
    numberMatched={"type": "integer", "minimum": 0},
)
SCHEMA_DOCUMENT = obj({"type": _TEXT, "properties": {"type": "object"}})
SURFACE = obj(
    {
        "id": _TEXT,
        "title": _TEXT,
        "title_en": _TEXT,
        "unit": _TEXT,
        "unit_zh": _TEXT,
        "period": obj({"start": _TIME, "end": _TIME}),
        "as_of": _TIME,
        "version": _TEXT,
        "breaks": array({"type": "number"}),
        "breaks_version": _TEXT,
        "classes": array(
            obj(
                {
                    "class": _CLASS,
                    "from": _NUMBER_OR_NULL,
                    "to": _NUMBER_OR_NULL,
                    "cells": {"type": ["integer", "null"]},
                }
            )
        ),
        "score": {"type": "object"},
        "rung": {"type": "object"},
        "notes": array(_TEXT),
    },
    tiles=_TEXT,
    live={"type": "boolean"},
)
_MOMENT = obj({"key": _TEXT, "kind": _TEXT, "start": _TIME, "end": _TIME})
SURFACES = obj(
    {"surfaces": array(SURFACE), "main": {"type": ["string", "null"]}, "times": array(_MOMENT)}
)
VALUE = obj(
    {
        "surface": _TEXT,
        "lon": {"type": "number"},
        "lat": {"type": "number"},
        "value": _NUMBER_OR_NULL,
        "class": _CLASS,
        "class_probability": _NUMBER_OR_NULL,
        "unit": _TEXT,
        "zone_id": {"type": ["string", "null"]},
    }
)
EXPLANATION = obj(
    {
        **VALUE["properties"],
        "reference": _NUMBER_OR_NULL,
        "contributions": array(
            obj({"factor": _TEXT, "name": _TEXT, "name_en": _TEXT, "value": {"type": "number"}})
        ),
        "premises": array({"type": "object"}),
    }
)
ZONES = obj({"surface": _TEXT, "zones": array({"type": "object"})}, total={})
SCORECARD = obj({"surface": _TEXT, "score": {"type": "object"}, "model": _TEXT})
MAP = obj(
    {
        "park": {"type": "object"},
        "bounds": array({"type": "number"}),
        "boundary": {"type": "object"},
        "zones": {"type": "object"},
        "roads": {"type": "object"},
        "stations": {"type": "object"},
        "premises": {"type": "object"},
        "landmarks": {"type": "object"},
        "unlocated": {"type": "integer"},
    }
)
_COLUMN = array({"type": "integer"})
MARKS = obj(
    {
        "reports": {"type": "integer"},
        "unlocated": {"type": "integer"},
        "square_m": {"type": "number"},
        "origin": array({"type": "number"}),
        "kinds": array(_TEXT),
        "names": {"type": "object"},
        "start": _TIME,
        "end": _TIME,
        "lon": _COLUMN,
        "lat": _COLUMN,
        "kind": _COLUMN,
        "n": _COLUMN,
    }
)
FOUND = obj({"found": array(obj({"id": _TEXT, "name": _TEXT, "lon": {}, "lat": {}}))})
JOB = obj(
    {
        "id": _TEXT,
        "state": {
            "type": "string",
            "enum": ["asked", "queued", "running", "done", "failed", "cancelled"],
        },
        "source": _TEXT,
        "kind": _TEXT,
        "at": _TIME,
        "counts": {"type": "object"},
        "odd": {"type": "object"},
        "error": _TEXT,
        "hint": _TEXT,
        "rejects": {"type": ["string", "null"]},
    },
    written={"type": "object"},
    percent={"type": "integer"},
    seconds={"type": "number"},
)
PHOTO = obj({"id": _TEXT, "href": _TEXT})
PHOTOS = obj({"photos": array(PHOTO)})
UNLOCATED = obj({"premises": array({"type": "object"}), "total": {"type": "integer"}})
IMPORTS = obj({"sources": array({"type": "object"}), "as_of": {"type": ["string", "null"]}})

STANDING = obj(
    {
        "report": _TEXT,
        "kind": _TEXT,
        "state": _TEXT,
        "etag": _TEXT,
        "possible": array({"type": "object"}),
        "steps": array({"type": "object"}),
        "warnings": array(_TEXT),
    },
    due={"type": ["string", "null"]},
)
STEP_TAKEN = obj({"report": _TEXT, "state": _TEXT, "etag": _TEXT, "step": {"type": "object"}})
CASES = obj(
    {
        "cases": array({"type": "object"}),
        "total": {"type": "integer"},
        "as_of": _TIME,
        "warnings": array(_TEXT),
    }
)
CASE_FIGURES = obj(
    {
        "from": _TEXT,
        "to": _TEXT,
        "by": _TEXT,
        "as_of": _TIME,
        "rows": array({"type": "object"}),
        "total": {"type": "object"},
    }
)
PLAN_MOVE = obj(
    {
        "candidate_id": _TEXT,
        "visit_id": _TEXT,
        "officer_id": _TEXT,
        "at": _TIME,
        "kept": {"type": "boolean"},
        "reason": _TEXT,
    }
)
PLAN = obj(
    {
        "week": _TEXT,
        "days": {"type": "integer"},
        "made_at": _TIME,
        "as_of": _TIME,
        "revision": {"type": "integer"},
        "notes": array(_TEXT),
        "covered": {"type": "number"},
        "bound": _NUMBER_OR_NULL,
        "gap": _NUMBER_OR_NULL,
        "drawn": {"type": "integer"},
        "officers": array({"type": "object"}),
        "left_out": array({"type": "object"}),
        "left_out_by_reason": {"type": "object"},
        "moves": array(PLAN_MOVE),
    },
    visits=array({"type": "object"}),
)
PLAN_CHANGED = obj({**PLAN["properties"], "change": {"type": "object"}})
PLAN_CHANGED["required"].remove("visits")
PLANS = obj({"weeks": array(_TEXT), "latest": {"type": ["string", "null"]}})
PREVALENCE = obj({"from": _TEXT, "to": _TEXT, "rows": array({"type": "object"})})
FIELD_DAY = obj(
    {
        "server_time": _TIME,
        "day": _TEXT,
        "timezone": _TEXT,
        "officer": {"type": ["object", "null"]},
        "week": {"type": ["string", "null"]},
        "stops": array({"type": "object"}),
        "premises": array({"type": "object"}),
        "undo_s": {"type": "integer"},
        "kinds": array({"type": "object"}),
        "categories": array({"type": "object"}),
        "severities": array({"type": "object"}),
        "outcomes": array({"type": "object"}),
    }
)
FIELD_VISIT = obj(
    {
        "receipt": _TEXT,
        "visit": obj({"id": _TEXT, "href": _TEXT, "undo": _TEXT}),
        "joined": {"type": ["string", "null"]},
        "reports": array(obj({"key": _TEXT, "id": _TEXT, "href": _TEXT, "photos": _TEXT})),
        "rechecks": array(
            obj({"report_id": _TEXT, "state": _TEXT, "conflict": {"type": ["object", "null"]}})
        ),
        "premises": obj({"id": _TEXT, "place": _TEXT, "href": _TEXT}),
    }
)
FIELD_UNDONE = obj(
    {
        "visit": _TEXT,
        "how": {"type": "string", "enum": ["taken_back", "withdrawn"]},
        "left": array({"type": "object"}),
        "cases": array(_TEXT),
    }
)
PAIRS = obj({"pairs": array({"type": "object"}), "total": {"type": "integer"}})
EMBED = obj(
    {
        "id": _TEXT,
        "what": {"type": "string", "enum": ["reports", "risk"]},
        "month": _TEXT,
        "lang": _TEXT,
        "theme": _TEXT,
        "title": _TEXT,
        "height": {"type": "integer"},
        "frame_ancestors": array(_TEXT),
        "created_by": _TEXT,
        "created_at": _TIME,
        "expires_at": _TIME,
        "state": {"type": "string", "enum": ["on", "expired", "revoked"]},
    },
    revoked_at={"type": ["string", "null"]},
    url={"type": ["string", "null"]},
    code={"type": ["string", "null"]},
)
EMBEDS = obj({"embeds": array(EMBED)})
OEMBED = obj(
    {
        "type": {"type": "string", "enum": ["rich"]},
        "version": {"type": "string", "enum": ["1.0"]},
        "html": _TEXT,
        "width": {"type": "integer"},
        "height": {"type": "integer"},
    },
    title=_TEXT,
    provider_name=_TEXT,
    provider_url=_TEXT,
    cache_age={"type": "integer"},
)

XLSX = {
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": {
        "schema": {"type": "string", "format": "binary"}
    }
}


def answer(
    schema: dict[str, Any], media_type: str = "application/json", *, xlsx: bool = False
) -> dict[str, Any]:
    """Declare a successful answer for `responses=` of a route; also as a workbook where asked."""
    content = {media_type: {"schema": schema}, **(XLSX if xlsx else {})}
    return {"description": "OK", "content": content}


PAGE = answer({"type": "string"}, "text/html")
LIST_PAGE = answer({"type": "string"}, "text/html", xlsx=True)
REFUSED: dict[str, Any] = {
    "description": "Not taken: the page says why, and keeps what was typed.",
    "content": {"text/html": {"schema": _TEXT}, "application/problem+json": {"schema": _PROBLEM}},
}
"""Of a page's form; who asks for no page gets a problem where the request itself is wrong."""
