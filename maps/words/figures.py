"""Dates and numbers as people read them, in Chinese and English, in the park's time zone.

Takes zone-aware times and plain numbers, gives text. Times have 24 hours; a day has its year. A
number is printed with three significant digits, so that a value, its breaks and its parts can be
compared by eye; `maps/console/static/figures.js` does the same in the browser and is tested against
this module.
"""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta, tzinfo

from babel.dates import format_date

_DAY = {"zh": "y年M月d日", "en": "d MMM y"}
_DAY_OF_WEEK = {"zh": "y年M月d日 EEE", "en": "EEE d MMM y"}
_DAY_OF_YEAR = {"zh": "M月d日", "en": "d MMM"}
_MAX_DECIMALS = 6


def day_text(moment: datetime, zone: tzinfo, lang: str) -> str:
    """Give a day with its year: 2026年5月13日, 13 May 2026."""
    return format_date(moment.astimezone(zone), _DAY[lang], lang)


def moment_text(moment: datetime, zone: tzinfo, lang: str) -> str:
    """Give day and time of day: 2026年5月13日 06:00, 13 May 2026, 06:00."""
    local = moment.astimezone(zone)
    between = " " if lang == "zh" else ", "
    return f"{day_text(moment, zone, lang)}{between}{local:%H:%M}"


def weekday_text(day: date, lang: str) -> str:
    """Give a day with its weekday: 2026年5月13日 周三, Wed 13 May 2026."""
    return format_date(day, _DAY_OF_WEEK[lang], lang)


def period_text(start: datetime, end: datetime, zone: tzinfo, lang: str) -> str:
    """Give a half-open period by its first and last day.

    Parameters
    ----------
    start, end
        [start, end), zone-aware.
    zone
        In which days are cut.
    lang
        One of the catalogue's languages.

    Returns
    -------
    str
        2026年5月13日–19日, 13–19 May 2026; one day alone where both are the same.
    """
    first = start.astimezone(zone)
    last = max(first, (end - timedelta(microseconds=1)).astimezone(zone))
    whole = day_text(last, zone, lang)
    if first.date() == last.date():
        return whole
    if lang == "zh":
        if first.year != last.year:
            return f"{day_text(first, zone, lang)}–{whole}"
        if first.month != last.month:
            return f"{day_text(first, zone, lang)}–{format_date(last, _DAY_OF_YEAR[lang], lang)}"
        return f"{day_text(first, zone, lang)}–{last.day}日"
    if first.year != last.year:
        return f"{day_text(first, zone, lang)} – {whole}"
    if first.month != last.month:
        return f"{format_date(first, _DAY_OF_YEAR[lang], lang)} – {whole}"
    return f"{first.day}–{whole}"


def decimals_of(value: float) -> int:
    """Give the number of decimals that show a value with three significant digits, at most 6."""
    if value == 0 or not math.isfinite(value):
        return 0
    return min(_MAX_DECIMALS, max(0, 2 - math.floor(math.log10(abs(value)))))


def number_text(value: float | None, decimals: int | None = None) -> str:
    """Give a number with thousands marked: 1,234 and 2.60; a dash for none.

    Parameters
    ----------
    value
        The number; None and NaN give a dash.
    decimals
        How many; None for three significant digits.
    """
    if value is None or math.isnan(value):
        return "–"
    return f"{value:,.{decimals_of(value) if decimals is None else decimals}f}"


def share_text(share: float) -> str:
    """Give a share of the whole in percent: 3.8%, 0.04%."""
    percent = share * 100
    return f"{percent:.{1 if percent >= 1 or percent == 0 else 2}f}%"
