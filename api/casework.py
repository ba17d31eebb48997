"""Cases as JSON and as sheets: what may be done next, lists, figures that open into their items.

Takes cases, steps and figures already cut to their reader, gives plain values. Who did a step is
told to the station only; everybody else who may see the case sees what was done and when.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from api.ogc.features import plain
from api.sheets import table
from geo_risk.casework import (
    MEASURES,
    due_of,
    has_calendar,
    lateness,
    missing_of,
    possible,
    zones_at,
)
from geo_risk.errors import InputError
from geo_risk.export import Sheet

if TYPE_CHECKING:
    from geo_risk.casework import Case, Figures, Pair
    from geo_risk.park import ParkFile
    from geo_risk.records import Actor, PatrolZone, Report, Step
    from geo_risk.store import Stored

LEVEL_ZH = {0: "", 1: "阵地", 2: "所长", 3: "县级"}
MEASURE_ZH = {
    "reported": "上报",
    "due": "到期",
    "in_time": "按期销号",
    "late": "逾期销号",
    "overdue": "逾期未销",
    "not_taken_up": "未受理",
    "taken_up": "到期已受理",
    "settled": "有效化解",
    "closed": "期内办结",
    "open_not_due": "未到期在办",
    "merged": "合并",
    "void": "作废",
    "handed_over": "移交",
}
CASE_COLUMNS = {
    "id": "编号",
    "number": "来源编号",
    "kind": "类别",
    "channel": "渠道",
    "category": "子类",
    "severity": "严重程度",
    "state": "状态",
    "station_id": "办理阵地",
    "zone": "上报时巡区",
    "zone_now": "现巡区",
    "enterprise_id": "企业",
    "premises_id": "场所",
    "reported_at": "上报时间",
    "due": "期限",
    "closed_at": "办结时间",
    "days_late": "逾期天数",
    "level": "督办层级",
    "unprotected": "未临时防护",
    "reopened": "重新打开次数",
}
PAIR_COLUMNS = {
    "first_id": "先报",
    "second_id": "后报",
    "metres": "相距(米)",
    "days": "相隔(天)",
    "alike": "文字相近",
}
_YEARS = (1990, 2999)
_OUTWARD = ("action", "state_from", "state_to", "at", "due")
_STATION = (
    *_OUTWARD,
    *("id", "actor_id", "role", "second_id", "station_id", "other_id", "code", "text"),
)


def standing_json(
    stored: Stored[Report],
    steps: Sequence[Step],
    actor: Actor,
    park: ParkFile,
    *,
    station: bool,
) -> dict[str, Any]:
    """Say where a case stands: its state, what this actor may do next, the steps so far."""
    report = stored.record
    due = report.due or due_of(report, park)
    return {
        "report": report.id,
        "kind": report.kind,
        "state": report.state,
        "etag": stored.etag,
        "due": plain(due),
        "possible": [
            {
                "action": move.action,
                "name": move.zh,
                "name_en": move.en,
                "missing": list(missing_of(report, move)),
            }
            for move in possible(report, actor)
        ],
        "steps": [step_json(one, station=station) for one in steps],
        "warnings": calendar_warnings([due], park),
    }


def step_json(step: Step, *, station: bool) -> dict[str, Any]:
    """Give one step, cut to its reader; empty fields are left out."""
    names = _STATION if station else _OUTWARD
    return {
        name: plain(value) for name in names if (value := getattr(step, name)) not in {"", None}
    }


def calendar_warnings(dues: Sequence[datetime | None], park: ParkFile) -> list[str]:
    """Say of which years the calendar knows no holidays: their due dates know weekends only."""
    years = {one.astimezone(park.zone).year for one in dues if one is not None}
    return [
        f"The calendar knows no holidays of {year}: due dates skip weekends only. "
        "Enter [calendar] days_off and workdays in the park file."
        for year in sorted(years)
        if not has_calendar(year, park)
    ]


def case_row(case: Case, zone: str, zone_now: str, as_of: datetime) -> dict[str, Any]:
    """Give one case as a row."""
    report, how_late = case.report, lateness(case, as_of)
    return {
        **{name: plain(getattr(report, name, None)) for name in CASE_COLUMNS},
        "zone": zone,
        "zone_now": zone_now,
        "due": plain(case.due),
        "days_late": how_late.days if how_late else 0,
        "level": how_late.level if how_late else 0,
        "unprotected": bool(how_late and how_late.unprotected),
    }


def case_rows(
    cases: Sequence[Case], zones: Sequence[PatrolZone], as_of: datetime
) -> list[dict[str, Any]]:
    """Give cases as rows, with the zone that was theirs and the one that is."""
    places = [one.place for one in cases]
    told = [one.report.reported_at or one.report.occurred_to for one in cases]
    return [
        case_row(case, then, now, as_of)
        for case, then, now in zip(
            cases,
            zones_at(places, told, zones),
            zones_at(places, [as_of] * len(cases), zones),
            strict=True,
        )
    ]


def period(
    park: ParkFile, start: date | None, end: date | None, as_of: datetime
) -> tuple[datetime, datetime, dict[str, str]]:
    """Give [first moment, moment after the last day) of a period, and the days as text.

    Parameters
    ----------
    start, end
        Days of the park, both included; by default the month of the last day, up to today.

    Raises
    ------
    InputError
        When the last day is before the first, or nobody's century.
    """
    last = end or as_of.astimezone(park.zone).date()
    first = start or last.replace(day=1)
    if last < first:
        raise InputError(f"to {last} is before from {first}.", "Exchange the two.")
    if first.year < _YEARS[0] or last.year > _YEARS[1]:
        raise InputError(f"{first} to {last} is no period.", "Give days of this century.")
    begun, after = (
        datetime.combine(day, time(), tzinfo=park.zone) for day in (first, last + timedelta(days=1))
    )
    return begun, after, {"from": str(first), "to": str(last)}


def case_sheet(rows: Sequence[dict[str, Any]], moments: Sequence[Case]) -> Sheet:
    """Give the same rows as a sheet, with real dates."""
    told = [
        {
            **row,
            "level": LEVEL_ZH[row["level"]],
            "reported_at": case.report.reported_at,
            "due": case.due,
            "closed_at": case.report.closed_at,
        }
        for row, case in zip(rows, moments, strict=True)
    ]
    return table("案件", CASE_COLUMNS, told)


def figures_json(row: Figures) -> dict[str, Any]:
    """Give a row of figures with the ids that each count is made of."""
    return {
        "group": row.group,
        "counts": row.counts,
        "items": {name: list(ids) for name, ids in row.items.items()},
        "closed_in_time": asdict(row.closed_in_time) if row.closed_in_time else None,
        "settled": asdict(row.settled) if row.settled else None,
    }


def figure_sheets(rows: Sequence[Figures], total: Figures) -> list[Sheet]:
    """Give figures as two sheets: the counts with their rates, and the items behind them."""
    headings = (
        "分组",
        *(MEASURE_ZH[name] for name in MEASURES),
        *("按期销号率", "按期销号率下限", "按期销号率上限"),
        *("有效化解率", "有效化解率下限", "有效化解率上限"),
    )
    told = [*((one.group, one) for one in rows), ("合计", total)]
    counted = [
        (
            name,
            *(one.counts.get(measure) for measure in MEASURES),
            *_rate(one.closed_in_time),
            *_rate(one.settled),
        )
        for name, one in told
    ]
    items = [
        (one.group, MEASURE_ZH[measure], id_)
        for one in rows
        for measure, ids in one.items.items()
        for id_ in ids
    ]
    return [
        Sheet("办理数字", headings, counted),
        Sheet("数字明细", ("分组", "数字", "编号"), items),
    ]


def pair_json(pair: Pair) -> dict[str, Any]:
    """Give two reports that may be one; never their words."""
    return {
        "first_id": pair.first_id,
        "second_id": pair.second_id,
        "metres": None if pair.metres is None else round(pair.metres, 1),
        "days": round(pair.days, 2),
        "alike": None if pair.alike is None else round(pair.alike, 2),
    }


def _rate(rate: Any) -> tuple[float | None, float | None, float | None]:
    return (rate.share, rate.low, rate.high) if rate else (None, None, None)
