"""/v1/services/figures: what the park gave in a month, counts without a name."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from api import audience, schemas, sheets
from api.answers import Json
from api.deps import Now, TheService, TheSight
from api.given_pages import given_figures
from api.problems import responses

router = APIRouter(prefix="/v1/services", tags=["orders"], default_response_class=Json)

_REFUSALS = (401, 403, 422, 503)
_OBJECT: dict[str, Any] = {"type": "object"}
Month = Annotated[str, Query(pattern=r"^(19|20)\d{2}-(0[1-9]|1[0-2])$", description="YYYY-MM.")]
_COUNTS = {"what": "项目", "of": "其中", "count": "数量"}
_STATIONS = {"id": "阵地编号", "name": "阵地名称", "service": "服务事项", "people": "人数"}
_WORDS = {
    "orders": "点单",
    "guidance": "上门指导",
    "campaigns": "宣传",
}


@router.get(
    "/figures", responses={200: schemas.answer(_OBJECT, xlsx=True), **responses(*_REFUSALS)}
)
def show_given(
    service: TheService,
    sight: TheSight,
    now: Now,
    month: Month,
    form: Annotated[str, Query(alias="f", pattern="^(json|xlsx)$")] = "json",
) -> Response:
    """Say what the park gave in a month: orders, services, guidance, campaigns."""
    audience.check_station(sight)
    found = given_figures(service, month, now)
    if form == "json":
        return Json(found)
    served = [
        {"id": one["id"], "name": one["name"], "service": name, "people": people}
        for one in found["stations"]
        for name, people in one["by_service"].items()
    ]
    return sheets.download(
        f"服务 {month}",
        [
            sheets.table("服务合计", _COUNTS, list(_counts(found))),
            sheets.table("阵地服务", _STATIONS, served),
        ],
        store=service.store,
        park=service.park,
        sight=sight,
        as_of=now,
        now=now,
        filters={"月份": month},
    )


def _counts(found: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the counts as rows: what, of which kind, how many."""
    rows: list[dict[str, Any]] = []
    for key, name in _WORDS.items():
        for of, value in found[key].items():
            parts = value if isinstance(value, dict) else {"": value}
            rows += [
                {"what": name, "of": f"{of} {part}".strip(), "count": count}
                for part, count in parts.items()
            ]
    return rows
