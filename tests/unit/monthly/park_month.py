"""An enterprise and its month, in memory: records as known, and short ways to make them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from geo_risk.monthly.gather import gather
from geo_risk.monthly.known import EVER, Books, Known
from geo_risk.monthly.params import params_of
from geo_risk.park import parse_park
from geo_risk.records import (
    Declaration,
    Enterprise,
    Findings,
    Premises,
    Record,
    Report,
    Severity,
    Visit,
)
from geo_risk.safety_index import EnterpriseMonth

PARK = parse_park(
    """
[park]
id = "p"
name = "p"
crs = "EPSG:4549"
scope = "all"
boundary = { file = "b.geojson", datum = "wgs84" }
""",
    Path("/nowhere/park.toml"),
)
PARAMS = params_of(PARK)
MONTH = "2026-10"


def at(day: str, hour: int = 12) -> datetime:
    """Give a moment of a day (YYYY-MM-DD), local time of the park."""
    local = datetime.fromisoformat(day).replace(hour=hour, tzinfo=PARK.zone)
    return local.astimezone(UTC)


class Memory(Books):
    """Records that were there since ever, but for those whose time of recording is given."""

    def __init__(
        self,
        *records: Record,
        recorded: Mapping[str, datetime] | None = None,
        history: Mapping[str, tuple[tuple[datetime, Mapping[str, Any]], ...]] | None = None,
    ) -> None:
        self._records, self._recorded = records, recorded or {}
        self._history = history or {}

    def known(self, collection: str, known_at: datetime) -> list[Known]:
        """Give what was recorded before a moment."""
        return [
            Known(one, self._recorded.get(one.id, EVER), self._history.get(one.id, ()))
            for one in sorted(self._records, key=lambda one: one.id)
            if one.collection == collection and self._recorded.get(one.id, EVER) < known_at
        ]


def firm(record_id: str = "e", **values: Any) -> Enterprise:
    return Enterprise(id=record_id, **{"employees": 110, "industry": "C29 橡胶", **values})


def place(record_id: str = "p", **values: Any) -> Premises:
    return Premises(id=record_id, **{"enterprise_id": "e", "inherent_class": 2, **values})


def visit(record_id: str, day: str, **values: Any) -> Visit:
    given = {"enterprise_id": "e", "premises_id": "p", "team": "A", "start": at(day)}
    return Visit(id=record_id, **{**given, **values})


def hazard(record_id: str, day: str, **values: Any) -> Report:
    given = {
        "kind": "hazard",
        "category": record_id,
        "premises_id": "p",
        "enterprise_id": "e",
        "severity": Severity.GENERAL,
        "channel": "visit",
        "occurred_from": at(day),
        "occurred_to": at(day),
        "reported_at": at(day),
    }
    return Report(id=record_id, **{**given, **values})


def own(record_id: str, day: str, **values: Any) -> Report:
    return hazard(record_id, day, **{"channel": "self_report", "self_reported": True, **values})


def fixed(day: str) -> dict[str, Any]:
    return {"closed_at": at(day), "rectified_at": at(day), "state": "closed"}


def said(indicator: str, month: str = MONTH, have: float = 3, need: float = 4, **values: Any):  # type: ignore[no-untyped-def]
    return Declaration(
        id=f"{indicator}-{month}",
        **{
            "enterprise_id": "e",
            "month": month,
            "indicator": indicator,
            "have": have,
            "need": need,
            **values,
        },
    )


def found(major: int = 0, general: int = 0, minor: int = 0) -> Findings:
    return Findings(major, general, minor)


def month_of(*records: Record, month: str = MONTH, **more: Any) -> EnterpriseMonth:
    """Give the month of the one enterprise `e`."""
    park = more.pop("park", PARK)
    if not any(one.id == "e" for one in records):
        records = (firm(), *records)
    if not any(isinstance(one, Premises) for one in records):
        records = (place(), *records)
    without = more.pop("without", ())
    months = gather(
        None,  # type: ignore[arg-type]  # read from memory instead
        park,
        month,
        params=PARAMS,
        books=Memory(*records, **more),
        without=without,
    )
    return next(one for one in months if one.id == "e")
