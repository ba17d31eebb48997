"""The files of the story, as a station has them: XLSX with a title row and Chinese headings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import openpyxl

from docs.month import cast


def write_list(path: Path, title: str, headings: Sequence[str], rows: Iterable[Sequence]) -> Path:
    """Write a sheet."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("表")
    if title:
        sheet.append([title])
    sheet.append(list(headings))
    for row in rows:
        sheet.append(list(row))
    book.save(path)
    return path


def write_enterprises(path: Path) -> Path:
    """Write the park's enterprises: code, name, address, above scale, employees; no coordinates."""
    rows = (
        (
            cast.code(number),
            cast.name(number),
            f"样例一路{number + 1}号",
            "是" if number in cast.IN_SCOPE else "否",
            120 + number % 80 if number in cast.IN_SCOPE else 3 + number % 40,
        )
        for number in range(cast.MANY)
    )
    headings = ("统一社会信用代码", "企业名称", "地址", "规上", "从业人数")
    return write_list(path, cast.PARK, headings, rows)


def write_officers(path: Path) -> Path:
    """Write the officers and their teams."""
    rows = zip(("J001", "J002"), cast.OFFICERS, cast.TEAMS, strict=True)
    return write_list(path, "", ("警号", "姓名", "队伍"), rows)


def write_stations(path: Path) -> Path:
    """Write two stations."""
    lon, lat = cast.CENTRE
    rows = [
        ("Z1", "驻企警务室", "样例警务室", lon, lat),
        ("Z2", "调解工作室", "样例调解室", lon + 0.004, lat),
    ]
    return write_list(path, "", ("阵地编号", "阵地类型", "阵地名称", "经度", "纬度"), rows)


def write_county(path: Path, first: int, many: int, day: str) -> Path:
    """Write what the county's grass-roots app sends: its own numbers, kinds in turn.

    It is about others than those that the story follows.
    """
    kinds = ("交通", "隐患", "矛盾纠纷")
    rows = [
        (
            f"ZS{number:04d}",
            kinds[number % len(kinds)],
            cast.code(cast.PLACED[len(cast.PLACED) - number]),
            f"{day} 09:{number % 60:02d}",
            "限期整改" if number % len(kinds) == 1 else "",
            f"样例:第 {number} 件",
        )
        for number in range(first, first + many)
    ]
    headings = ("上报编号", "类别", "所属企业", "上报时间", "严重程度", "内容")
    return write_list(path, "", headings, rows)
