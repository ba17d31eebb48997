"""Dates and times as people and programs write them, to moments in UTC.

Understood: ISO with or without zone, 2024/3/5, 20240305, 2024年3月5日, 二〇二四年三月五日,
5 Mar 2024, day-first and month-first where the source says which, Excel serials of the 1900 and
1904 systems, seconds and milliseconds since 1970. A naive time is the zone's; of a repeated hour
it is the first; a time that the clocks skip is moved on by what they skip. A date alone is the
whole local day. What is ambiguous is refused, not guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from typing import TYPE_CHECKING, NamedTuple

from geo_risk.ingest.values import Bad, half_width, is_nothing, readable

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo


class Moment(NamedTuple):
    """An interval in UTC: a time has no length, a date is a day; `moved` if clocks skip it."""

    start: datetime
    end: datetime
    moved: bool = False


_ISO = re.compile(r"\d{4}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d(\.\d{3}|\.\d{6})?)?)?", re.ASCII)
_DIGITS = dict(zip("〇零○一二三四五六七八九两", "0001234567892", strict=True))
_CHINESE_YEAR = re.compile(r"([〇零○一二三四五六七八九]{4})年")
_CHINESE_NUMBER = re.compile(r"([〇零一二三四五六七八九十廿卅两]+)(?=[月日号时点分秒])")
_WEEKDAY = re.compile(
    r"[(]?(?:星期|周|礼拜)[一二三四五六日天][)]?|\b(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\b,?"
)
_YMD = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})(?!\d)\s*[日号]?(.*)")
_COMPACT = re.compile(
    r"((?:19|20|21)\d\d)(\d\d)(\d\d)(?:[t ]?(\d\d)(\d\d)?(\d\d)?)?(z|[+-]\d\d:?\d\d)?"
)
_XXY = re.compile(r"(\d{1,2})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{4}|\d{2})(?=\D|$)(.*)")
_NAMED_DAY = re.compile(r"(\d{1,2})[\s\-/.]*([a-z]{3,9})[\s\-/.,]*(\d{4})(.*)")
_NAMED_MONTH = re.compile(r"([a-z]{3,9})[\s.]*(\d{1,2})(?:st|nd|rd|th)?[\s,]+(\d{4})(.*)")
_CLOCK = re.compile(
    r"[\s,t]*(上午|下午|中午|晚上|凌晨|早上|傍晚|夜间|am|pm)?\s*"
    r"(\d{1,2})\s*[:时点]\s*(?:(\d{1,2})\s*(?:[:分]\s*(?:(\d{1,2})(?:[.,](\d{1,9}))?\s*秒?)?)?)?"
    r"\s*(am|pm)?\s*(z|utc|gmt|[+-]\d{2}(?::?\d{2})?)?"
)
_SERIAL = re.compile(r"\d{4,5}(\.\d+)?")
_EPOCH = re.compile(r"\d{10}(\d{3})?")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_LATER = frozenset({"下午", "晚上", "傍晚", "夜间", "pm"})
_EARLY = frozenset({"上午", "凌晨", "早上", "am"})
_SERIALS = (14_000, 110_000)  # 1938 to 2201: below it a number is a count, not a date
_EXCEL_1900 = datetime(1899, 12, 30)  # noqa: DTZ001 - local midnight; includes Excel's 29 Feb 1900
_EXCEL_1904 = datetime(1904, 1, 1)  # noqa: DTZ001 - local midnight
_DAY = timedelta(days=1)
_LOST = date(1970, 1, 1)
"""R's days since 1970, read as seconds or less, all fall on this day."""


@dataclass(frozen=True)
class TimeReader:
    """Parses cells of one source.

    Parameters
    ----------
    zone
        Of naive times.
    date_order
        `ymd`, `dmy` or `mdy` for dates such as 03/04/2024; '' refuses those that can be both.
    epoch_1904
        Whether Excel serials count from 1904.
    """

    zone: ZoneInfo
    date_order: str = ""
    epoch_1904: bool = False
    _offsets: dict[str, timezone] = field(default_factory=dict, repr=False)

    def __call__(self, cell: str) -> Moment | Bad | None:
        """Give the moment of a cell, None for an empty one, or why it is none."""
        if not _ISO.fullmatch(cell):
            if bad := readable(cell):
                return bad
            if is_nothing(cell):
                return None
        try:
            moment = self._read_iso(cell) or self._read(_western(half_width(cell).lower()))
        except (ValueError, OverflowError):
            return Bad("not_a_time")
        return self._refuse_unlikely(moment) if isinstance(moment, Moment) else moment

    def _read_iso(self, cell: str) -> Moment | None:
        """Take what most files hold on a short way: 2024-03-05, 2024-03-05 14:30:00."""
        if not _ISO.fullmatch(cell):
            return None
        try:
            naive = datetime.fromisoformat(cell)
        except ValueError:  # 24:00 and days that are none: the long way decides
            return None
        return self._day(naive) if len(cell) == len("2024-03-05") else self._local(naive)

    def _read(self, text: str) -> Moment | Bad:
        if found := _YMD.fullmatch(text):
            return self._join(int(found[1]), int(found[2]), int(found[3]), found[4])
        if found := _COMPACT.fullmatch(text):
            return self._compact(found)
        if _SERIAL.fullmatch(text):
            return self._serial(float(text))
        if _EPOCH.fullmatch(text):
            seconds = int(text) / (1000 if len(text) == 13 else 1)
            moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
            return Moment(moment, moment)
        if found := _XXY.fullmatch(text):
            return self._ordered(*found.groups())
        if found := _NAMED_DAY.fullmatch(text):
            return self._join(int(found[3]), _month(found[2]), int(found[1]), found[4])
        if found := _NAMED_MONTH.fullmatch(text):
            return self._join(int(found[3]), _month(found[1]), int(found[2]), found[4])
        return Bad("not_a_time")

    def _ordered(self, first: str, second: str, last: str, rest: str) -> Moment | Bad:
        if self.date_order == "ymd" and len(last) == 2 and len(first) == 2:
            return self._join(2000 + int(first), int(second), int(last), rest)
        year = int(last) + (2000 if len(last) == 2 else 0)
        one, two = int(first), int(second)
        if self.date_order == "dmy":
            return self._join(year, two, one, rest)
        if self.date_order == "mdy":
            return self._join(year, one, two, rest)
        if len(last) == 2 or (one <= 12 and two <= 12 and one != two):
            return Bad("ambiguous_date")
        return self._join(year, *((two, one) if one > 12 else (one, two)), rest)

    def _compact(self, found: re.Match[str]) -> Moment | Bad:
        year, month, day = int(found[1]), int(found[2]), int(found[3])
        if found[4] is None:
            return self._day(datetime(year, month, day))  # noqa: DTZ001 - made local below
        clock = (int(found[4]), int(found[5] or 0), int(found[6] or 0))
        return self._time(datetime(year, month, day), *clock, 0, found[7])  # noqa: DTZ001

    def _serial(self, serial: float) -> Moment | Bad:
        if not _SERIALS[0] <= serial <= _SERIALS[1]:
            return Bad("not_a_time")
        epoch = _EXCEL_1904 if self.epoch_1904 else _EXCEL_1900
        if serial == int(serial):
            return self._day(epoch + timedelta(days=int(serial)))
        seconds = round((serial - int(serial)) * 86400)
        return self._local(epoch + timedelta(days=int(serial), seconds=seconds))

    def _join(self, year: int, month: int, day: int, rest: str) -> Moment | Bad:
        midnight = datetime(year, month, day)  # noqa: DTZ001 - made local below
        rest = rest.strip()
        if not rest:
            return self._day(midnight)
        clock = _CLOCK.fullmatch(rest)
        if clock is None:
            return Bad("not_a_time")
        half = clock[1] or clock[6]
        hour = _hour(int(clock[2]), half)
        micro = int((clock[5] or "").ljust(6, "0")[:6] or 0)
        return self._time(midnight, hour, int(clock[3] or 0), int(clock[4] or 0), micro, clock[7])

    def _time(
        self, day: datetime, hour: int, minute: int, second: int, micro: int, offset: str | None
    ) -> Moment | Bad:
        if hour > 24 or minute > 59 or second > 60 or (hour == 24 and (minute or second)):
            return Bad("not_a_time")
        naive = day + timedelta(hours=hour, minutes=minute, seconds=second, microseconds=micro)
        if not offset:
            return self._local(naive)
        moment = naive.replace(tzinfo=self._offset(offset)).astimezone(UTC)
        return Moment(moment, moment)

    def _offset(self, text: str) -> timezone:
        if text not in self._offsets:
            digits = text.replace(":", "")
            if digits in {"z", "utc", "gmt"}:
                delta = timedelta(0)
            else:
                delta = timedelta(hours=int(digits[1:3]), minutes=int(digits[3:5] or 0))
            self._offsets[text] = timezone(-delta if text.startswith("-") else delta)
        return self._offsets[text]

    def _local(self, naive: datetime) -> Moment:
        moment = naive.replace(tzinfo=self.zone, fold=0).astimezone(UTC)
        moved = moment.astimezone(self.zone).replace(tzinfo=None) != naive
        return Moment(moment, moment, moved)

    def _day(self, midnight: datetime) -> Moment:
        return Moment(self._local(midnight).start, self._local(midnight + _DAY).start)

    def _refuse_unlikely(self, moment: Moment) -> Moment | Bad:
        """Refuse what no park has seen, and the first day of 1970, here or in UTC: a lost date."""
        start = moment.start
        if start.year in {1969, 1970} and _LOST in {
            start.date(),
            start.astimezone(self.zone).date(),
        }:
            return Bad("date_1970")
        return moment if 1900 <= start.year < 2200 else Bad("date_out_of_range")


def _western(text: str) -> str:
    """Write Chinese numerals as digits, and drop the day of the week."""
    text = _WEEKDAY.sub(" ", text)
    text = _CHINESE_YEAR.sub(lambda one: "".join(_DIGITS[c] for c in one[1]) + "年", text)
    text = _CHINESE_NUMBER.sub(lambda one: str(_numeral(one[1])), text)
    return text.strip()


def _numeral(text: str) -> int:
    text = text.replace("廿", "二十").replace("卅", "三十")
    if "十" not in text:
        return int("".join(_DIGITS[char] for char in text))
    tens, ones = text.split("十", 1)
    return int(_DIGITS[tens] if tens else 1) * 10 + (int(_DIGITS[ones]) if ones else 0)


def _month(word: str) -> int:
    return _MONTHS.index(word[:3]) + 1


def _hour(hour: int, half: str | None) -> int:
    if half in _LATER and hour < 12:
        return hour + 12
    if half in _EARLY and hour == 12:
        return 0
    return hour + 12 if half == "中午" and hour < 4 else hour
