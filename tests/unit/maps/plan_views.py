"""Days of visits with everything on them: for the tests of the sheet and of the pages."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import shapely

from geo_risk.published import RiskClass
from geo_risk.visits.navigation import navigation_links
from maps.month import ChangeView, PlanTask, PlanView, TodayView, plan_page, today_page
from maps.sketch import Pin, Sketch, draw_sketch
from maps.stops import DayView, LeftView, StopView
from maps.views import Frame, Refusal

ZONE = ZoneInfo("Asia/Shanghai")
MONDAY = date(2026, 10, 12)
MADE_AT = datetime(2026, 10, 9, 16, 30, tzinfo=ZONE)
BOUNDARY = shapely.box(119.94, 30.52, 119.99, 30.56)
REASONS = ("routine", "random", "slip", "order", "complaint", "recheck", "guidance")


def a_stop(n: int, name: str = "样例企业", **told: Any) -> StopView:
    """Make the n-th stop of the Monday."""
    start = datetime(2026, 10, 12, 8, 30, tzinfo=ZONE) + timedelta(minutes=50 * (n - 1))
    lon, lat = 119.95 + n / 500, 30.53 + n / 1000
    given: dict[str, Any] = {
        "id": f"2026-10-12.p:{n}",
        "number": n,
        "enterprise_id": f"e:{n}",
        "name": f"{name} {n:03d}",
        "address": name,
        "contact": name,
        "phone": "0572-0000000",
        "hours": name,
        "zone": name,
        "risk_class": RiskClass(n % 5),
        "arrive": start,
        "start": start,
        "end": start + timedelta(minutes=40),
        "window": (start, start + timedelta(minutes=30)) if n == 2 else None,
        "confirmed": n == 2,
        "travel_s": 61 * n,
        "reason": REASONS[n % len(REASONS)],
        "probability": 0.034 if n % len(REASONS) == 1 else None,
        "parts": {"hazards": 1.25, "a_new_part": 0.5},
        "place_guessed": n == 5,
        "lon": lon,
        "lat": lat,
        "links": navigation_links(lon, lat, "wgs84", n),
        "link": f"https://park.example/today?day=2026-10-12#stop-{n}",
    }
    return StopView(**{**given, **told})


def a_sketch(stops: tuple[StopView, ...]) -> Sketch:
    """Draw the stops of a day in a rectangle with one zone and one road."""
    pins = [
        Pin(one.number, one.lon, one.lat, one.risk_class)
        for one in stops
        if one.lon is not None and one.lat is not None
    ]
    road = shapely.LineString([(119.9, 30.54), (120.0, 30.545)])
    return draw_sketch(BOUNDARY, [BOUNDARY], [road], [pins[:3], pins[3:]])


def a_day(stops: int, name: str = "样例企业", **told: Any) -> DayView:
    """Make a day of so many stops."""
    made = tuple(a_stop(n, name) for n in range(1, stops + 1))
    given: dict[str, Any] = {
        "officer_id": "officers:o1",
        "officer": name,
        "day": MONDAY,
        "stops": made,
        "sketch": a_sketch(made) if made else None,
        "left": (LeftView(name, "clash", "appointment", name), LeftView(name, "nowhere", "must")),
        "left_by_reason": {"worth_less": 812, "nowhere": 3},
    }
    return DayView(**{**given, **told})


def a_today(frame: Frame, name: str, lang: str) -> str:
    """Give the page of a day with everything on it."""
    day = a_day(6, name)
    view = TodayView(
        day=day,
        week=MONDAY,
        made_at=MADE_AT,
        dates=(MONDAY, MONDAY + timedelta(days=1)),
        officers=((name, name),),
        done=frozenset({day.stops[0].id}),
        notes=("greedy", name),
        may_change=True,
        now=MADE_AT + timedelta(days=5),
        key="k",
        said="late",
        refusal=Refusal("conflict", detail=name),
    )
    return today_page(frame, lang, view)


def a_plan(frame: Frame, name: str, lang: str) -> str:
    """Give the page of a week with everything on it."""
    tuesday = MONDAY + timedelta(days=1)
    view = PlanView(
        week=MONDAY,
        planned=True,
        weeks=(MONDAY,),
        dates=(MONDAY, tuesday),
        officers=((name, name),),
        days={(name, MONDAY): a_day(6, name), (name, tuesday): a_day(0, name)},
        made_at=MADE_AT,
        as_of=MADE_AT,
        visits=6,
        drawn=1,
        covered=12.5,
        bound=13.0,
        gap=0.04,
        left=(LeftView(name, "clash", "must"),),
        left_by_reason={"clash": 1, "worth_less": 800},
        notes=("greedy", name),
        makes=True,
        changes=True,
        typed={"first_day": name, "days": name, "seconds": name},
        key="k",
        task=PlanTask("0", 40, "running"),
        change=ChangeView(5, 1, 1, 1, 12.0, 12.5),
        refusal=Refusal("no_day", "first_day", name),
    )
    return plan_page(frame, lang, view)
