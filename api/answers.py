"""Answers: JSON written fast, GeoJSON, conditional answers by ETag, workbooks to download.

Takes plain values, gives responses. Nothing that depends on the reader may be kept by a cache
between: everything is private, and what has an ETag is asked for again each time.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import JSONResponse, Response
from pydantic_core import to_json

from geo_risk.export import write_xlsx

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geo_risk.export import Cover, Sheet

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Json(JSONResponse):
    """JSON by pydantic's serializer: several times as fast on a page of a thousand features."""

    def render(self, content: Any) -> bytes:
        """Write a value; numbers that do not exist become null."""
        return to_json(content, inf_nan_mode="null")


class GeoJson(Json):
    """As `Json`, under GeoJSON's own media type."""

    media_type = "application/geo+json"


def with_etag(request: Request, answer: Response, etag: str) -> Response:
    """Give an answer its ETag, or 304 where the reader has it already.

    Parameters
    ----------
    request
        May carry If-None-Match.
    answer
        The whole answer.
    etag
        Opaque, without quotation marks.
    """
    answer.headers["ETag"] = f'"{etag}"'
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.headers["Vary"] = "Cookie, Authorization, Accept-Encoding"
    if etag in etags_in(request.headers.get("if-none-match", "")):
        kept = {name: answer.headers[name] for name in ("ETag", "Cache-Control", "Vary")}
        return Response(status_code=304, headers=kept)
    return answer


def etags_in(header: str) -> set[str]:
    """Give the etags of an If-Match or If-None-Match header, without quotes and weakness marks."""
    return {one.strip().removeprefix("W/").strip('"') for one in header.split(",") if one.strip()}


def workbook(name: str, sheets: Sequence[Sheet], cover: Cover) -> Response:
    """Give tables as an XLSX to download.

    Parameters
    ----------
    name
        File name without its ending; Chinese is fine.
    sheets, cover
        As for `geo_risk.export.write_xlsx`.
    """
    out = io.BytesIO()
    write_xlsx(out, sheets, cover)
    return Response(out.getvalue(), media_type=XLSX, headers=attachment(f"{name}.xlsx"))


def attachment(file_name: str) -> Mapping[str, str]:
    """Give the headers that make a browser save an answer under a name."""
    return {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file_name, safe='')}",
        "Cache-Control": "private, no-store",
    }
