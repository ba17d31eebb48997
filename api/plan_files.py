"""Files of a visit plan to take along: stops put into words, the calendar, the track, the tables.

Takes days already cut to their reader, gives the stops that `geo_risk.visits` writes files of, and
sheets of a workbook. Who goes and what a visit is worth stand on different sheets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from api import sheets
from geo_risk.visits.calendar_file import calendar_file
from geo_risk.visits.field import FieldStop
from geo_risk.visits.track import track_file
from maps.stops import event_text, nowhere_text, part_text, reasons_of
from maps.words import phrase, word

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from geo_risk.export import Sheet
    from geo_risk.park import ParkFile
    from geo_risk.visits.week import WeekPlan
    from maps.stops import DayView, StopView

_VISITS = {
    "day": "日期",
    "officer": "警长",
    "order": "次序",
    "start": "开始",
    "end": "结束",
    "enterprise": "企业名称",
    "enterprise_id": "企业编号",
    "address": "地址",
    "zone": "巡区",
    "why": "为什么去",
    "confirmed": "已约好",
    "id": "走访编号",
}
_WORTH = {
    "id": "走访编号",
    "enterprise_id": "企业编号",
    "reason": "走访原因",
    "tier": "先后",
    "prize": "预计分值",
    "parts": "分值由来",
    "selection_probability": "抽中概率",
}
_LEFT = {
    "enterprise_id": "企业编号",
    "name": "企业名称",
    "premises_id": "场所编号",
    "tier": "先后",
    "reason": "没排进来的原因",
    "gave_way_to": "让给",
    "prize": "预计分值",
}
_PREVALENCE = {
    "zone": "巡区",
    "hazards": "每家隐患数",
    "hazards_low": "每家隐患数下限",
    "hazards_high": "每家隐患数上限",
    "with_major": "有立即整改隐患的比例",
    "with_major_low": "比例下限",
    "with_major_high": "比例上限",
    "visits": "抽签走访",
    "not_visited": "抽中未去",
}


def field_stops(days: Iterable[DayView], park: ParkFile, lang: str) -> list[FieldStop]:
    """Give stops in words, in the order of days and times."""
    return [_field_stop(day, one, park, lang) for day in days for one in day.stops]


def plan_calendar(
    plan: WeekPlan,
    stops: Sequence[FieldStop],
    park: ParkFile,
    lang: str,
    revision: int,
    *,
    cancelled: Sequence[FieldStop] = (),
) -> bytes:
    """Write a plan's calendar; a later revision moves the events of the former.

    Parameters
    ----------
    plan, stops, park, lang
        What it is written of, and in which language.
    revision
        How often the plan was changed.
    cancelled
        Visits of former versions that do not take place.
    """
    return calendar_file(
        stops,
        park_id=park.park.id,
        name=f"{park.park.name} {word('nav.plan', lang)}",
        timezone=plan.timezone,
        datum=park.park.datum,
        made_at=plan.made_at,
        revision=revision,
        cancelled=cancelled,
    )


def plan_track(plan: WeekPlan, stops: Sequence[FieldStop], park: ParkFile, lang: str) -> str:
    """Write a plan's track; its description says how many visits have no place."""
    nowhere = sum(one.place is None for one in stops)
    return track_file(
        stops,
        name=f"{park.park.name} {word('nav.plan', lang)}",
        timezone=plan.timezone,
        datum=park.park.datum,
        made_at=plan.made_at,
        description=nowhere_text(nowhere, lang) if nowhere else "",
    )


def plan_sheets(plan: Mapping[str, Any], days: Iterable[DayView], park: ParkFile) -> list[Sheet]:
    """Make the sheets of a plan: who goes where and when, what each is worth, what was left out.

    Parameters
    ----------
    plan
        As `plan_views.plan_json` gives it.
    days
        Of the same reader; none for one who is told no officers.
    park
        The park's file.
    """
    zone = park.zone
    rows = [
        {
            "day": one.start.astimezone(zone).date(),
            "officer": day.officer,
            "order": one.number,
            "start": one.start,
            "end": one.end,
            "enterprise": one.name,
            "enterprise_id": one.enterprise_id,
            "address": one.address,
            "zone": one.zone,
            "why": "；".join(reasons_of(one, zone, "zh")),
            "confirmed": "是" if one.confirmed else "",
            "id": one.id,
        }
        for day in days
        for one in day.stops
    ]
    visits = [one for officer in plan["officers"] for one in officer["visits"]]
    worth = [_worth_row(one) for one in (*visits, *plan.get("visits", ()))]
    left = [
        {
            **one,
            "tier": word(f"plan.tier.{one['tier']}", "zh"),
            "reason": word(f"left_out.{one['reason']}", "zh"),
        }
        for one in plan["left_out"]
    ]
    made = [sheets.table("走访", _VISITS, rows)] if rows else []
    return [
        *made,
        sheets.table("由来", _WORTH, sorted(worth, key=lambda one: str(one["id"]))),
        sheets.table("没排进来", _LEFT, left),
    ]


def prevalence_sheet(rows: Sequence[Mapping[str, Any]]) -> Sheet:
    """Make the sheet of how often hazards occur, by zone."""
    return sheets.table("隐患多少", _PREVALENCE, rows)


def _field_stop(day: DayView, one: StopView, park: ParkFile, lang: str) -> FieldStop:
    lines = reasons_of(one, park.zone, lang)
    lines += [word("plan.way_min", lang, n=one.minutes)]
    if one.hours:
        lines.append(word("plan.hours", lang, hours=one.hours))
    return FieldStop(
        id=one.id,
        officer=day.officer,
        order=one.number,
        start=one.start,
        end=one.end,
        title=event_text(one, lang),
        text="\n".join(lines),
        address=one.address,
        lon=one.lon,
        lat=one.lat,
        link=one.link,
        confirmed=one.confirmed,
    )


def _worth_row(one: Mapping[str, Any]) -> dict[str, Any]:
    parts = sorted(one["parts"].items(), key=lambda part: -part[1])
    return {
        "id": one["id"],
        "enterprise_id": one["enterprise_id"],
        "reason": phrase("visit_reason", one["reason"], "zh"),
        "tier": word(f"plan.tier.{one['tier']}", "zh"),
        "prize": one["prize"],
        "parts": "；".join(part_text(name, points, "zh") for name, points in parts if points > 0),
        "selection_probability": one["selection_probability"],
    }
