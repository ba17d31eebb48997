"""A month of visits as honest officers write them down, and as four kinds of fakers do.

The recipe knows nothing of the checks: people walk a round of premises on a street grid, stay for
as long as it takes, round times each in their own way, enter a day in one go after the shift, share
the photo of a gate, have clocks that are wrong by ten minutes and are put right on some days.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np

from geo_risk.provenance import Entry

OFFICERS = 20
WORK_DAYS = 21
FIRST = datetime(2026, 3, 2, tzinfo=UTC)
SPEED_M_PER_MIN = 250.0
ROUNDED_TO_MIN = (1, 1, 5, 10, 15, 30)
KINDS = ("regular_times", "shared_photo", "same_words", "impossible_travel")
_TOPICS = ("消防通道", "用电安全", "危化品存放", "特种设备", "粉尘清理", "有限空间", "动火作业")
_SEEN = ("堆放杂物", "线路老化", "标识缺失", "记录不全", "灭火器过期", "私拉电线", "通风不良")
_DONE = ("已要求当日整改", "责令限期整改", "已现场教育", "通知负责人到场", "拍照留存待复查")
_ODDS = ("仓库东侧", "二楼车间", "配电间旁", "食堂后门", "南门岗亭", "装卸区", "办公楼三层")


def honest_month(rng: np.random.Generator, officers: int = OFFICERS) -> list[Entry]:
    """Draw a month of everybody, all of it true."""
    return [one for k in range(officers) for one in honest_officer(f"O{k:02d}", rng)]


def honest_officer(person: str, rng: np.random.Generator) -> list[Entry]:
    """Draw one officer's month."""
    home = rng.uniform(0, 3000, 2)
    rounded = int(rng.choice(ROUNDED_TO_MIN))
    batches = rng.random() < 0.5
    pet = _sentence(rng)[:10] + ",一切正常"
    off = rng.uniform(-10, 10)
    entries: list[Entry] = []
    for day in _days():
        if rng.random() < 0.15:
            off = 0.0 if off else rng.uniform(-10, 10)  # somebody puts the clock right, or wrong
        some = _round(person, day, home, off, pet, rng)
        if batches and rng.random() < 0.5:
            entries += _in_one_go(some, day, rng)
        else:
            entries += [_rounded(one, rounded) for one in some]
    return entries


def faked(
    kind: str, person: str, rng: np.random.Generator, share: float = 0.67
) -> tuple[list[Entry], set[str]]:
    """Draw the month of an officer who fakes, in one way, on so many days; and what is false."""
    entries = honest_officer(person, rng)
    days = sorted({one.start.date() for one in entries})
    false = {day for day in days if rng.random() < share}
    kept = [one for one in entries if one.start.date() not in false]
    made = [one for one in entries if one.start.date() in false]
    return kept + _FAKES[kind](made, rng), {one.id for one in made}


def _days() -> list[datetime]:
    days = [FIRST + timedelta(days=k) for k in range(31)]
    return [day for day in days if day.weekday() < 5][:WORK_DAYS]


def _round(
    person: str,
    day: datetime,
    home: np.ndarray,
    off_min: float,
    pet: str,
    rng: np.random.Generator,
) -> list[Entry]:
    minute = 8.5 * 60 + rng.exponential(25)
    here = home
    entries: list[Entry] = []
    for n in range(int(rng.integers(3, 7))):
        there = np.clip(home + rng.normal(0, 500, 2), 0, 3000)
        gate = n > 0 and rng.random() < 0.2  # next door: behind the same gate
        there = here + rng.normal(0, 40, 2) if gate else there
        minute += float(np.abs(there - here).sum()) / SPEED_M_PER_MIN + rng.exponential(12)
        stay = float(rng.gamma(4, 8))
        photo = entries[-1].photos if gate else (f"photo-{rng.integers(1 << 60):x}",)
        found = rng.random() < 0.4
        start = day + timedelta(minutes=minute + off_min)
        entries.append(
            Entry(
                id=f"{person}:{day:%d}-{n}",
                person_id=person,
                start=start,
                end=start + timedelta(minutes=stay),
                premises_id=f"P{int(there[0]) // 20}-{int(there[1]) // 20}",
                place=(float(there[0]), float(there[1])),
                found=found,
                photos=photo,
                words=(_sentence(rng) if found else (pet if rng.random() < 0.5 else "未发现隐患"),),
            )
        )
        minute, here = minute + stay, there
    return entries


def _sentence(rng: np.random.Generator) -> str:
    parts = [str(rng.choice(some)) for some in (_ODDS, _TOPICS, _SEEN, _DONE)]
    return f"{parts[0]}{parts[1]}检查,{parts[2]}{rng.integers(1, 9)}处,{parts[3]}"


def _rounded(one: Entry, to_min: int) -> Entry:
    def near(moment: datetime) -> datetime:
        minutes = (moment - FIRST) / timedelta(minutes=1)
        return FIRST + timedelta(minutes=round(minutes / to_min) * to_min)

    return replace(one, start=near(one.start), end=near(one.end or one.start))


def _in_one_go(entries: list[Entry], day: datetime, rng: np.random.Generator) -> list[Entry]:
    """Enter a whole day after the shift: the times are those of the entering."""
    minute = 17 * 60 + rng.uniform(0, 60)
    written = []
    for one in entries:
        minute += rng.uniform(1, 4)
        start = day + timedelta(minutes=int(minute))
        written.append(replace(one, start=start, end=None))
    return written


def _ticking(entries: list[Entry], rng: np.random.Generator) -> list[Entry]:
    """Fill a day at even steps, with the seconds of a program that is polite."""
    step, first = float(rng.choice([15, 20, 25, 30, 40])), float(rng.choice([510, 540, 545]))
    made, count = [], dict.fromkeys({one.start.date() for one in entries}, 0)
    for one in entries:
        n = count[one.start.date()]
        count[one.start.date()] += 1
        day = one.start.replace(hour=0, minute=0, second=0, microsecond=0)
        start = day + timedelta(minutes=first + n * step, seconds=float(rng.uniform(0, 25)))
        made.append(replace(one, start=start, end=start + timedelta(minutes=step / 2)))
    return made


def _one_photo(entries: list[Entry], rng: np.random.Generator) -> list[Entry]:
    """Show the same few pictures again and again."""
    album = [f"album-{rng.integers(1 << 60):x}" for _ in range(6)]
    return [replace(one, photos=(str(rng.choice(album)),)) for one in entries]


def _one_text(entries: list[Entry], rng: np.random.Generator) -> list[Entry]:
    """Copy a report from premises to premises, with another number and here and there a word."""
    texts = [_sentence(rng) + ",负责人已签字确认" for _ in range(3)]
    return [
        replace(one, found=True, words=(f"{rng.choice(texts)}{rng.choice(['', '。', ' 完'])}",))
        for one in entries
    ]


def _everywhere(entries: list[Entry], rng: np.random.Generator) -> list[Entry]:
    """Make visits up at a desk, at places and times that nobody put side by side."""
    made = []
    for one in entries:
        day = one.start.replace(hour=0, minute=0, second=0, microsecond=0)
        start = day + timedelta(minutes=float(rng.uniform(520, 1000)))
        place = (float(rng.uniform(0, 3000)), float(rng.uniform(0, 3000)))
        stay = timedelta(minutes=float(rng.uniform(30, 75)))
        made.append(replace(one, start=start, end=start + stay, place=place))
    return made


_FAKES = {
    "regular_times": _ticking,
    "shared_photo": _one_photo,
    "same_words": _one_text,
    "impossible_travel": _everywhere,
}
