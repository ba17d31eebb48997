"""Stops to write files of: two officers, two days, awkward words, one without a point."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from geo_risk.visits.field import FieldStop

ZONE = ZoneInfo("Asia/Shanghai")
MADE_AT = datetime(2026, 10, 9, 16, 30, tzinfo=ZONE)
GATE = (119.95, 30.54)
"""A gate in WGS-84."""

LONG = "样例新材料科技股份有限公司第一分公司，通道里堆着纸箱；挡住了灭火器。" * 6


def stop(n: int, officer: str = "样例警长甲", day: int = 12, **told: object) -> FieldStop:
    """Make the n-th stop of an officer's day, the hours after 8:30."""
    start = datetime(2026, 10, day, 8, 30, tzinfo=ZONE) + timedelta(hours=n - 1)
    given = {
        "id": f"2026-10-12.p:{officer}:{day}:{n}",
        "officer": officer,
        "order": n,
        "start": start,
        "end": start + timedelta(minutes=40),
        "title": f"样例企业 {n:03d}",
        "lon": GATE[0] + n / 1000,
        "lat": GATE[1] + n / 2000,
    }
    return FieldStop(**{**given, **told})  # type: ignore[arg-type]


STOPS = (
    stop(
        1,
        text=f"为什么去；{LONG}\n第二行, with a comma; and \\ a backslash",
        address="样例路 12 号",
    ),
    stop(2, confirmed=True, link="https://park.example/today?day=2026-10-12#visit-2"),
    stop(1, day=13, title="<b>样例 & 企业</b>"),
    stop(1, officer="样例警长乙", lon=None, lat=None, address="样例路, 未定位"),
    stop(2, officer="样例警长乙"),
)
