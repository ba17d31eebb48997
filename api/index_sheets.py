"""The index and its bulletin as tables to download: rows already cut to their reader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from geo_risk.export import Sheet
from maps.bulletin import colour_word, note_word, part_word, ranks_text

if TYPE_CHECKING:
    from maps.bulletin import BulletinView

_HEAD = ("企业编号", "企业名称", "同类组", "得分", "区间下限", "区间上限", "名次", "等级", "说明")


def index_sheet(rows: Sequence[Mapping[str, Any]]) -> Sheet:
    """Make the sheet of a month's rows, one column per indicator."""
    indicators = list(dict.fromkeys(name for row in rows for name in row["parts"]))
    headings = [part_word(name, "zh") for name in indicators]
    return Sheet(
        "安商指数",
        (*_HEAD, *headings),
        [
            (
                row["id"],
                row.get("name", ""),
                row["group"],
                row["score"],
                *row["interval"],
                ranks_text(row["ranks"]),
                colour_word(row["colour"], "zh"),
                "；".join(note_word(one, "zh") for one in row["notes"]),
                *(
                    row["parts"][name] / 1_000_000 if name in row["parts"] else None
                    for name in indicators
                ),
            )
            for row in rows
        ],
    )


def bulletin_sheets(view: BulletinView) -> list[Sheet]:
    """Make the sheets of a bulletin: counts, names, and the station's whole table."""
    told = view.bulletin
    colours = ("blue", "yellow", "orange", "red")
    counts = Sheet(
        "各组等级",
        ("同类组", "企业数", *(colour_word(one, "zh") for one in colours)),
        [
            (view.group(one.group, "zh"), one.enterprises, *(one.colours[some] for some in colours))
            for one in told.groups
        ],
    )
    named = [("蓝", view.name(one)) for one in told.blue]
    named += [("进步明显", view.name(one)) for one in told.improved]
    named += [(colour_word(colour, "zh"), view.name(one)) for one, colour in told.named.items()]
    made = [counts, Sheet("点名", ("类别", "企业名称"), named)]
    if view.rows:
        made.append(index_sheet([{**row, "name": view.name(row["id"])} for row in view.rows]))
    return made
