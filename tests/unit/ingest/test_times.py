"""Dates and times: every way they are written, and the clock's two awkward hours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_risk.ingest.times import Moment, TimeReader
from geo_risk.ingest.values import Bad

SHANGHAI = ZoneInfo("Asia/Shanghai")
CHICAGO = ZoneInfo("America/Chicago")
READ = TimeReader(SHANGHAI)
DAY = Moment(datetime(2024, 3, 4, 16, tzinfo=UTC), datetime(2024, 3, 5, 16, tzinfo=UTC))


def at(hour: int, minute: int = 0, second: int = 0) -> datetime:
    """A time of 5 March 2024 in Shanghai, in UTC."""
    return datetime(2024, 3, 5, hour, minute, second, tzinfo=SHANGHAI).astimezone(UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2024-03-05",
        "2024/3/5",
        "2024.3.5",
        "2024年3月5日",
        "2024 年 3 月 5 号",
        "2024年03月05日 星期二",
        "2024-03-05(周二)",
        "20240305",
        "２０２４－０３－０５",
        "二〇二四年三月五日",
        "二零二四年三月五日",
        "二○二四年三月五号",
        "5 Mar 2024",
        "05-Mar-2024",
        "March 5, 2024",
        "Tue, 5 Mar 2024",
        "45356",
        "45356.0",
    ],
)
def test_a_date_alone_is_the_whole_local_day(text: str) -> None:
    """However it is written, 5 March 2024 runs from midnight to midnight in the park's zone."""
    assert READ(text) == DAY


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024-03-05 14:30", at(14, 30)),
        ("2024-03-05T14:30:15", at(14, 30, 15)),
        ("2024/3/5 14:30:15.250", at(14, 30, 15) + timedelta(milliseconds=250)),
        ("2024年3月5日14时30分", at(14, 30)),
        ("2024年3月5日 下午2时30分15秒", at(14, 30, 15)),
        ("2024年3月5日 下午2点", at(14)),
        ("2024-03-05 上午9:05", at(9, 5)),
        ("2024-03-05 晚上11:05", at(23, 5)),
        ("2024-03-05 中午12:10", at(12, 10)),
        ("2024-03-05 凌晨12:10", at(0, 10)),
        ("二〇二四年三月五日下午二时三十分", at(14, 30)),
        ("二〇二四年三月五日 十四时", at(14)),
        ("2024-03-05 2:30 PM", at(14, 30)),
        ("03/05/2024 12:05 AM".replace("03/05", "2024/3/5").replace("/2024 ", " "), at(0, 5)),
        ("2024-03-05 24:00", at(23, 59, 59) + timedelta(seconds=1)),
        ("20240305143015", at(14, 30, 15)),
        ("202403051430", at(14, 30)),
        ("45356.604166666664", at(14, 30)),
        ("2024-03-05T14:30:00+08:00", at(14, 30)),
        ("2024-03-05T06:30:00Z", at(14, 30)),
        ("2024-03-05 01:30:00 -0500", at(14, 30)),
        ("1709620200", at(14, 30)),
        ("1709620200000", at(14, 30)),
        ("20240305T143000+0800", at(14, 30)),
    ],
)
def test_a_time_is_one_moment(text: str, moment: datetime) -> None:
    """Naive times are the zone's, a stated zone is kept, Excel's fraction is the time of day."""
    assert READ(text) == Moment(moment, moment)


@pytest.mark.parametrize(
    ("text", "order", "day"),
    [
        ("03/04/2024", "dmy", (4, 3)),
        ("03/04/2024", "mdy", (3, 4)),
        ("25/03/2024", "", (3, 25)),
        ("03/25/2024", "", (3, 25)),
        ("5.5.2024", "", (5, 5)),
        ("03-04-24", "dmy", (4, 3)),
        ("24/03/05", "ymd", (3, 5)),
        ("3/4/2024 14:30", "dmy", (4, 3)),
    ],
)
def test_day_first_and_month_first_are_as_the_source_says(
    text: str, order: str, day: tuple[int, int]
) -> None:
    """What can be one thing only is read; the rest follows `date_order`."""
    moment = TimeReader(SHANGHAI, order)(text)
    assert isinstance(moment, Moment)
    assert (moment.start.astimezone(SHANGHAI).month, moment.start.astimezone(SHANGHAI).day) == day


@pytest.mark.parametrize("text", ["03/04/2024", "3-4-2024", "03/04/24", "24/03/05"])
def test_a_date_that_can_be_two_days_is_refused(text: str) -> None:
    """Nothing is guessed where day and month could change places."""
    assert READ(text) == Bad("ambiguous_date")


@pytest.mark.parametrize(
    "text",
    [
        "2024-02-30",
        "2024-13-01",
        "2023-02-29",
        "2024-03-05 25:00",
        "2024-03-05 14:61",
        "2024-03-05 24:01",
        "2024-03-05 14:30 +99:00",
        "3月5日",
        "2024年",
        "12",
        "999999",
        "5 Foo 2024",
        "昨天",
        "2024-03-05 左右",
        "٢٠٢٤-٠٣-٠٥ x",
        "9" * 400,
    ],
)
def test_what_is_no_date_is_refused(text: str) -> None:
    """Neither a day that does not exist nor a text about a day is a date."""
    assert READ(text) == Bad("not_a_time")


@pytest.mark.parametrize("text", ["", " ", "-", "无", "NaT", "null", "不详"])
def test_marks_for_nothing_are_no_time(text: str) -> None:
    """An empty cell is not a wrong one."""
    assert READ(text) is None


@pytest.mark.parametrize(
    "text", ["1970-01-01", "1970-01-01 00:00:16", "1970-01-01T04:27:51Z", "1970/1/1"]
)
@pytest.mark.parametrize("zone", [SHANGHAI, CHICAGO])
def test_days_read_as_seconds_are_flagged(text: str, zone: ZoneInfo) -> None:
    """R's days since 1970, read as seconds or nanoseconds, all fall on one day: a lost date."""
    assert TimeReader(zone)(text) == Bad("date_1970")


def test_the_day_after_is_a_date_like_any_other() -> None:
    """Only the first day of 1970 is suspect."""
    assert isinstance(READ("1970-01-03"), Moment)


@pytest.mark.parametrize("text", ["1066-10-14", "2999-12-31", "1899-12-31"])
def test_years_no_park_has_seen_are_refused(text: str) -> None:
    """A typing error in the year is seen."""
    assert READ(text) == Bad("date_out_of_range")


def test_of_a_repeated_hour_it_is_the_first() -> None:
    """When clocks go back, 01:30 happens twice; a naive 01:30 is the first."""
    moment = TimeReader(CHICAGO)("2013-11-03 01:30")
    assert moment == Moment(*[datetime(2013, 11, 3, 6, 30, tzinfo=UTC)] * 2)


def test_a_time_that_the_clocks_skip_is_moved_on() -> None:
    """When clocks go forward, 02:30 does not exist: it is half an hour after the jump, and said."""
    moment = TimeReader(CHICAGO)("2013-03-10 02:30")
    assert moment == Moment(*[datetime(2013, 3, 10, 8, 30, tzinfo=UTC)] * 2, moved=True)


def test_a_day_has_as_many_hours_as_the_clocks_give_it() -> None:
    """[00:00, next 00:00) local: 23 hours in spring, 25 in autumn."""
    spring, autumn = (TimeReader(CHICAGO)(day) for day in ("2013-03-10", "2013-11-03"))
    assert isinstance(spring, Moment)
    assert isinstance(autumn, Moment)
    assert spring.end - spring.start == timedelta(hours=23)
    assert autumn.end - autumn.start == timedelta(hours=25)


def test_the_1904_system_is_1462_days_later() -> None:
    """The same serial means another day in an old Mac's workbook."""
    assert TimeReader(SHANGHAI, epoch_1904=True)(str(45356 - 1462)) == DAY


@given(st.datetimes(datetime(1971, 1, 1), datetime(2199, 1, 1)))
def test_iso_text_of_any_moment_reads_back(naive: datetime) -> None:
    """What `isoformat` writes, to the microsecond and with its zone, is read as that moment."""
    moment = naive.replace(tzinfo=SHANGHAI)
    read = READ(moment.isoformat())
    assert isinstance(read, Moment)
    assert read.start == moment


@given(st.text(max_size=40))
def test_no_text_breaks_the_reader(text: str) -> None:
    """Any text is a moment, nothing, or a reason."""
    assert READ(text) is None or isinstance(READ(text), Moment | Bad)
