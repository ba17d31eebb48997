"""What is broken in the sample's files, on purpose, and how often.

Takes a clean table as it is about to be written, gives it back with a handful of broken rows,
and a `Planted` that says how many rows a correct reader will accept, reject, and accept without
a place. These are the accidents of real lists: a check digit, 30 February, longitude in the
latitude's column, a number used twice, no point at all, a point beyond the edge, an enterprise
nobody knows.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from data.sample_park.enterprises import check_character
from data.sample_park.formats import FULL_WIDTH
from data.sample_park.geodesy import degrees

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from data.sample_park.place import Place


@dataclass
class Planted:
    """What a correct reader will count in one file.

    Parameters
    ----------
    read, rejected, unlocated, outside
        Rows; accepted + rejected = read.
    what
        How many rows of each accident.
    """

    read: int = 0
    rejected: int = 0
    unlocated: int = 0
    outside: int = 0
    what: dict[str, int] = field(default_factory=dict)

    @property
    def accepted(self) -> int:
        """Rows that a correct reader takes in."""
        return self.read - self.rejected

    def as_dict(self) -> dict[str, Any]:
        """Give all of it as plain values."""
        return {**asdict(self), "accepted": self.accepted}


def spoil_enterprises(table: pd.DataFrame, premises: pd.DataFrame) -> tuple[pd.DataFrame, Planted]:
    """Break the list of enterprises; headings as written to its file.

    Parameters
    ----------
    table
        896 good rows.
    premises
        The same rows' premises: `shown` says whose point is missing or outside.

    Returns
    -------
    tuple
        901 rows, and what is odd.
    """
    table = table.copy()
    for heading in ("经度", "纬度", "从业人数", "成立日期"):
        table[heading] = table[heading].astype(object)
    missing = np.flatnonzero(premises["shown"] == "missing")
    table.loc[missing, ["经度", "纬度"]] = None
    fine = np.flatnonzero((premises["shown"] == "yes") & (premises["kind"] != "leased_workshop"))
    swapped, impossible, no_number = fine[[40, 180, 333]], fine[77], fine[121]
    table.loc[swapped, ["经度", "纬度"]] = table.loc[swapped, ["纬度", "经度"]].to_numpy()
    table.loc[impossible, "经度"] = round(float(table.loc[impossible, "经度"]) * 10, 6)
    table.loc[no_number, "纬度"] = "见附图"
    for row in fine[[3, 57, 99, 150, 201, 248, 290, 350, 399]]:
        table.loc[row, "从业人数"] = str(table.loc[row, "从业人数"]).translate(FULL_WIDTH)
    both = fine[251]
    for heading in ("经度", "纬度"):
        table.loc[both, heading] = f"{table.loc[both, heading]:.7f}".translate(FULL_WIDTH)
    wrong = table.iloc[fine[[10, 20]]].copy()
    wrong["企业编号"] = ["QY0897", "QY0898"]
    wrong["企业名称"] = ["样例企业 897", "样例企业 898"]
    wrong["统一社会信用代码"] = [_wrong(code) for code in wrong["统一社会信用代码"]]
    dated = table.iloc[[fine[30]]].copy()
    dated["企业编号"], dated["企业名称"] = "QY0899", "样例企业 899"
    dated["统一社会信用代码"] = _other(str(dated["统一社会信用代码"].iloc[0]))
    dated["成立日期"] = "2019-02-30"
    again = table.iloc[fine[[60, 70]]]
    whole = pd.concat([table, wrong, dated, again], ignore_index=True)
    whole["序号"] = np.arange(1, len(whole) + 1)
    what = {
        "missing_point": len(missing), "swapped": 3, "impossible_point": 1, "not_a_number": 1,
        "bad_check_digit": 2, "impossible_date": 1, "repeated_number": 2, "full_width": 10,
    }  # fmt: skip
    outside = int((premises["shown"] == "outside").sum())
    return whole, Planted(len(whole), 5, len(missing) + 5, outside, what)


def spoil_visits(table: pd.DataFrame) -> tuple[pd.DataFrame, Planted]:
    """Break the list of visits: impossible dates, unknown enterprises, a number twice."""
    last = table.iloc[-6:].copy()
    last["走访编号"] = [f"XC9{i:05d}" for i in range(6)]
    row = last.index
    last.loc[row[:2], "开始时间"] = ["2026年2月30日 9:30", "2026/13/5 10:00"]
    last.loc[row[2:4], "企业编号"] = ["QY9998", "QY9999"]
    last.loc[row[2:4], "场所编号"] = ""
    last.loc[row[4], "走访编号"] = table["走访编号"].iloc[-5]
    last.loc[row[5], "结束时间"] = "2020-01-01 08:00"
    whole = pd.concat([table, last], ignore_index=True)
    what = {
        "impossible_date": 2,
        "unknown_enterprise": 2,
        "repeated_number": 1,
        "end_before_start": 1,
    }
    return whole, Planted(len(whole), 6, 0, 0, what)


def spoil_app(table: pd.DataFrame, place: Place, shift: Any) -> tuple[pd.DataFrame, Planted]:
    """Break the county app's list of reports.

    Parameters
    ----------
    table
        Good rows, headings as written.
    place
        For points beyond the edge.
    shift
        From WGS-84 degrees to the file's datum.

    Returns
    -------
    tuple
        Rows with 9 more at the end and 6 beyond the edge, and what is odd.
    """
    table = table.copy()
    for heading in ("经度", "纬度"):
        table[heading] = table[heading].astype(object)
    alone = _without_premises(table)
    missing, swapped = alone[-1:-46:-5], alone[-3:-23:-5]
    table.loc[missing, ["经度", "纬度"]] = None
    table.loc[swapped, ["经度", "纬度"]] = table.loc[swapped, ["纬度", "经度"]].to_numpy()
    beyond = _renumber(table.iloc[-60:-54], 900000)
    rim = np.asarray(place.edge.buffer(120).exterior.coords)
    spots = rim[np.linspace(0, len(rim) - 2, 6).astype(int)]
    lon, lat = shift(*degrees(spots[:, 0], spots[:, 1]))
    beyond["经度"], beyond["纬度"] = np.round(lon, 6), np.round(lat, 6)
    again = table.iloc[-40:-34]
    dated = _renumber(table.iloc[-8:-6], 910000)
    dated["上报时间"] = ["2026-09-31 08:00", "2026-10-32 12:15"]
    unknown = _renumber(table.iloc[-10:-9], 920000)
    unknown["类别"] = "其他事项"
    whole = pd.concat([table, beyond, again, dated, unknown], ignore_index=True)
    what = {
        "missing_point": 9, "swapped": 4, "outside": 6, "repeated_number": 6, "impossible_date": 2,
        "unknown_kind": 1,
    }  # fmt: skip
    return whole, Planted(len(whole), 9, 13, 6, what)


def spoil_hotline(table: pd.DataFrame) -> tuple[pd.DataFrame, Planted]:
    """Break the hotline's list: three calls without a point, one on 31 February."""
    table = table.copy()
    table.loc[_without_premises(table)[-1:-7:-2], ["经度", "纬度"]] = np.nan
    dated = _renumber(table.iloc[-2:-1], 910000)
    dated["来电时间"] = "31/02/2026 09:00"
    whole = pd.concat([table, dated], ignore_index=True)
    return whole, Planted(len(whole), 1, 3, 0, {"missing_point": 3, "impossible_date": 1})


def _without_premises(table: pd.DataFrame) -> NDArray[np.int64]:
    """Give the rows that name no premises: without a point of their own they have no place."""
    return np.flatnonzero(table["场所编号"] == "")


def _renumber(rows: pd.DataFrame, first: int) -> pd.DataFrame:
    rows = rows.copy()
    rows["编号"] = [f"{str(old)[:6]}-{first + i:06d}" for i, old in enumerate(rows["编号"])]
    return rows


def _wrong(code: str) -> str:
    """Change the last character of a code to another."""
    return code[:17] + ("0" if code[17] != "0" else "1")


def _other(code: str) -> str:
    """Make another valid code of one."""
    first = code[:16] + ("1" if code[16] != "1" else "2")
    return first + check_character(first)
