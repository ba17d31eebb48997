"""How events and findings become reports: by which channel, how late, twice or not, their end.

Takes events, visits, findings and the truth, gives one table of reports in order of their
arrival. In the misspecified world 15 % are late by a week or more and 4 % of those from the
public come twice. What arrives after the as-of is not known and not there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from data.sample_park.calendar import DAYS, month_of, times
from data.sample_park.geodesy import degrees
from data.sample_park.risk import KINDS
from data.sample_park.truth import CHANNELS, DUPLICATE_SHARE, LATE_SHARE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from data.sample_park.place import Place
    from data.sample_park.truth import Truth

    Floats = NDArray[np.float64]

LATE_DAYS = 7.0
LOOK_BACK_DAYS = 120.0
"""Events this long before the history can still be reported in it."""
DUE_DAYS = {"major": 30, "general": 15, "minor": 7}
NAMED_SHARE = 0.75
"""How many reports of something at a premises name that premises."""
CATEGORIES: dict[str, tuple[str, ...]] = {
    "hazard": ("消防通道", "用电安全", "危化品存放", "特种设备", "粉尘", "有限空间", "动火作业"),
    "dispute": ("劳资", "工伤", "工资", "邻里", "合同", "房屋租赁"),
    "fraud": ("刷单返利", "冒充客服", "虚假投资", "冒充领导"),
    "public_order": ("盗窃", "打架斗殴", "损毁财物", "噪音扰民"),
    "fire": ("电气火情", "烟雾报警", "垃圾着火"),
    "traffic": ("碰撞", "违停", "货车占道", "非机动车事故"),
}
STATION_SOURCE = {
    "county_app": "ZS", "hotline": "RX", "petition": "XF", "visit": "ZF", "grid": "WG",
    "anti_fraud_code": "FZ", "self_report": "ZB", "volunteers": "QF", "sensor": "GZ",
}  # fmt: skip
"""First two letters of the numbers each channel gives out."""


COLUMNS = (
    "id", "kind", "channel", "category", "enterprise", "premises", "visit", "occurred_from",
    "occurred_to", "reported_at", "closed_at", "lon", "lat", "severity", "self_reported",
    "state", "due", "duplicate_of", "text", "reporter",
    "easting", "northing", "day", "zone", "event", "premises_row", "late", "repeat",
)  # fmt: skip
"""Fields of the park file, then what is known here only."""


def make_reports(
    place: Place,
    events: pd.DataFrame,
    visits: pd.DataFrame,
    findings: pd.DataFrame,
    premises: pd.DataFrame,
    truth: Truth,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Draw all reports of the 24 months.

    Parameters
    ----------
    place, events, visits, findings, premises, truth
        As made before.
    rng
        Chance.

    Returns
    -------
    DataFrame
        One row per report: field names as in the park file, days as local times, `premises` and
        `enterprise` by number ('' where not named), `event` the true event's row (-1 for findings),
        `late`, and `easting`, `northing` of the point (never missing, always in the park).
    """
    noticed = _from_channels(events, truth, rng)
    noticed = _again(noticed, truth, rng)
    seen = _from_visits(findings, visits, premises)
    table = pd.concat([noticed, seen], ignore_index=True)
    table = _delay(table, truth, rng)
    table = table[(table["reported"] >= 0) & (table["reported"] < DAYS)]
    table = table.sort_values("reported", kind="stable", ignore_index=True)
    table = _number(table)
    table = _outcome(table, rng)
    table["easting"], table["northing"] = place.pull_in(
        table["easting"].to_numpy(), table["northing"].to_numpy()
    )
    return _finish(table, premises, rng)


def _from_channels(events: pd.DataFrame, truth: Truth, rng: np.random.Generator) -> pd.DataFrame:
    events = events[events["day"] >= -LOOK_BACK_DAYS]
    kind = events["kind"].map(KINDS.index).to_numpy()
    rate = truth.channel_rate[kind, :, month_of(events["day"])]
    rate[:, CHANNELS.index("grid")] *= truth.grid_factor[events["zone"]]
    luck = rng.random(len(events))[:, None]
    channel = (luck > rate.cumsum(1)).sum(1)
    noticed = channel < len(CHANNELS)
    table = events[noticed].copy()
    table["event"] = table.index
    table["channel"] = np.array(CHANNELS)[channel[noticed]]
    table["severity"] = ""
    hazard = (table["kind"] == "hazard").to_numpy()
    drawn = rng.choice(["major", "general", "minor"], len(table), p=[0.06, 0.39, 0.55])
    table["severity"] = np.where(hazard, drawn, "")
    named = (table["premises"] >= 0) & (rng.random(len(table)) < NAMED_SHARE)
    table["named"] = named | (table["channel"].isin(["self_report", "sensor"]))
    table["visit"] = -1
    table["copy_of"] = -1
    own = table["named"] & (table["premises"] >= 0)
    spread = np.where(own, 6.0, 14.0)
    ground = table["premises"] < 0
    for axis in ("easting", "northing"):
        table[axis] += np.where(ground, 0.0, spread * rng.normal(0, 1, len(table)))
    length = np.where(
        (table["kind"] == "public_order") & (rng.random(len(table)) < 0.6),
        rng.uniform(2 / 24, 14 / 24, len(table)),
        0.0,
    )
    table["before"], table["after"] = length / 2, length / 2
    whole: pd.DataFrame = table.reset_index(drop=True)
    return whole


def _again(table: pd.DataFrame, truth: Truth, rng: np.random.Generator) -> pd.DataFrame:
    """Let some events be reported a second time; half of these are known to be the same."""
    table["row"] = np.arange(len(table))
    twice = rng.random(len(table)) < DUPLICATE_SHARE[truth.variant]
    twice &= ~table["channel"].isin(["sensor", "self_report"])
    second = table[twice].copy()
    known = rng.random(len(second)) < 0.5
    second["copy_of"] = np.where(known, second["row"], -1)
    second["row"] = -1
    for axis in ("easting", "northing"):
        second[axis] += rng.normal(0, 12, len(second))
    second["repeat"] = True
    table["repeat"] = False
    return pd.concat([table, second], ignore_index=True)


def _from_visits(
    findings: pd.DataFrame, visits: pd.DataFrame, premises: pd.DataFrame
) -> pd.DataFrame:
    visit = findings["visit"].to_numpy()
    index = visits["premises"].to_numpy()[visit]
    hours = visits["hours"].to_numpy()[visit] / 24
    return pd.DataFrame({
        "kind": findings["kind"].to_numpy(),
        "day": visits["day"].to_numpy()[visit] + hours / 2,
        "premises": index,
        "easting": premises["easting"].to_numpy()[index],
        "northing": premises["northing"].to_numpy()[index],
        "zone": premises["zone"].to_numpy()[index],
        "event": -1,
        "channel": "visit",
        "severity": findings["severity"].to_numpy(),
        "named": True,
        "visit": visit,
        "copy_of": -1,
        "before": hours / 2,
        "after": hours / 2,
        "row": -1,
        "repeat": False,
    })  # fmt: skip


def _delay(table: pd.DataFrame, truth: Truth, rng: np.random.Generator) -> pd.DataFrame:
    n = len(table)
    late = rng.random(n) < LATE_SHARE[truth.variant]
    prompt = np.minimum(rng.exponential(0.3, n), 5.0) + 0.01
    lag = np.where(late, LATE_DAYS + rng.exponential(14.0, n), prompt)
    lag += np.where(table["repeat"], rng.uniform(0.1, 3.0, n) * ~late, 0.0)
    table["late"] = late
    table["reported"] = table["day"] + table["after"] + lag
    return table


def _number(table: pd.DataFrame) -> pd.DataFrame:
    year = times(table["reported"]).dt.strftime("%Y").to_numpy()
    order = table.groupby("channel").cumcount().to_numpy() + 1
    first = table["channel"].map(STATION_SOURCE).to_numpy()
    table["id"] = [f"{a}{b}-{c:06d}" for a, b, c in zip(first, year, order, strict=True)]
    number = table.loc[table["row"] >= 0, ["row", "id"]].set_index("row")["id"]
    table["duplicate_of"] = table["copy_of"].map(number).fillna("")
    return table


def _outcome(table: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    n = len(table)
    due = np.where(table["kind"] == "hazard", table["severity"].map(DUE_DAYS).fillna(15), 60.0)
    due = np.where(table["kind"].isin(["fire", "traffic", "public_order"]), 15.0, due)
    table["due_day"] = np.floor(table["reported"]) + due
    closed = table["reported"] + due * np.exp(rng.normal(-0.45, 0.65, n))
    never = rng.random(n) < 0.03
    closed = np.where(never | (closed >= DAYS), np.nan, closed)
    age = DAYS - table["reported"]
    open_hazard = np.select(
        [age < 2, age < 5, age < 20], ["reported", "assigned", "rectifying"], "rechecking"
    )
    dispute = np.where(rng.random(n) < 0.8, "settled", "not_settled")
    dispute = np.where((dispute == "settled") & (age > 150), "followed_up", dispute)
    done = np.where(table["kind"] == "dispute", dispute, "closed")
    still = np.where(table["kind"] == "dispute", "mediating", "assigned")
    still = np.where(table["kind"] == "hazard", open_hazard, still)
    state = np.where(np.isnan(closed), still, done)
    merged = (table["duplicate_of"] != "").to_numpy()
    table["state"] = np.where(merged, "merged", state)
    table["closed_day"] = closed
    return table


def _finish(table: pd.DataFrame, premises: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    named = (table["named"] & (table["premises"] >= 0)).to_numpy()
    index = np.where(named, table["premises"], 0)
    table["premises_row"] = table["premises"]
    table["premises"] = np.where(named, premises["id"].to_numpy()[index], "")
    table["enterprise"] = np.where(named, premises["enterprise"].to_numpy()[index], "")
    table["occurred_from"] = times(table["day"] - table["before"]).dt.floor("min")
    table["occurred_to"] = times(table["day"] + table["after"]).dt.floor("min")
    table["reported_at"] = times(table["reported"])
    table["closed_at"] = times(table["closed_day"])
    table["due"] = times(table["due_day"]).dt.floor("D")
    table["self_reported"] = table["channel"] == "self_report"
    table["category"] = ""
    for kind, words in CATEGORIES.items():
        which = (table["kind"] == kind).to_numpy()
        table.loc[which, "category"] = rng.choice(words, int(which.sum()))
    who = rng.integers(1, 900, len(table))
    public = table["channel"].isin(["county_app", "hotline", "petition", "volunteers"])
    table["reporter"] = np.where(public, [f"样例群众 {k:03d}" for k in who], "")
    table["text"] = "样例描述:" + table["category"]
    lon, lat = degrees(table["easting"], table["northing"])
    table["lon"], table["lat"] = np.round(lon, 6), np.round(lat, 6)
    return table[list(COLUMNS)]
