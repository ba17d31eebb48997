"""What was done about each report: handed to a station, protected, rectified, reopened, mediated.

Takes the reports as they came, gives them with the times and words of their handling. None of it is
drawn from how risky a place is: who is slow is slow everywhere. Nothing lies after the as-of, and
every case holds together: rectified before it is closed, reopened only after it was closed.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from data.sample_park.calendar import DAYS, START, times

INTERIM_IN_TIME = 0.85
"""Share of major hazards that are protected within 24 hours."""
EXTENDED = {"major": (0.12, 90.0), "general": (0.06, 30.0)}
"""Severity to how many are given the one extension, and its days."""
REOPENED_SHARE = {"hazard": 0.04, "dispute": 0.06}
LEVELS = ("village", "street", "county")
LEVEL_SHARES = (0.6, 0.32, 0.08)
STATIONS = {
    "hazard": "ZD01", "fire": "ZD06", "public_order": "ZD06", "traffic": "ZD08", "fraud": "ZD06",
}  # fmt: skip
"""Kind to the station that handles it; disputes go by their level."""
LEVEL_STATIONS = {"village": "ZD09", "street": "ZD07", "county": "ZD10", "": "ZD09"}
COLUMNS = ("interim_at", "rectified_at", "extended_at", "station", "level", "reopened")


def handle(reports: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Fill in how every report was handled.

    Parameters
    ----------
    reports
        From `make_reports`.
    rng
        Chance.

    Returns
    -------
    DataFrame
        The same rows with `COLUMNS`; due dates of extended cases and closing times of reopened and
        of unsettled ones are changed.
    """
    n = len(reports)
    kind, state = reports["kind"].to_numpy(), reports["state"].to_numpy()
    severity = reports["severity"].to_numpy()
    reported, closed = _days(reports["reported_at"]), _days(reports["closed_at"])
    closed = np.where(state == "not_settled", np.nan, closed)
    extra = rng.exponential(9.0, n) + 1.0
    luck = rng.random(n)
    share = np.select([kind == one for one in REOPENED_SHARE], list(REOPENED_SHARE.values()), 0.0)
    reopened = (luck < share) & (closed + extra < DAYS) & (state != "merged")
    closed = np.where(reopened, closed + extra, closed)
    table = reports.assign(
        closed_at=times(closed),
        interim_at=times(_interim(severity, reported, closed, rng)),
        rectified_at=times(_rectified(kind, state, reported, closed, rng)),
        reopened=reopened.astype(np.int64),
    )
    table["level"] = _levels(kind, state, rng)
    by_level = table["level"].map(LEVEL_STATIONS)
    handled = by_level.where(table["kind"] == "dispute", table["kind"].map(STATIONS))
    table["station"] = handled.where(table["state"] != "reported", "").fillna("")
    return _extend(table, closed, rng)


def _interim(
    severity: np.ndarray, reported: np.ndarray, closed: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    n = len(severity)
    prompt = rng.random(n) < INTERIM_IN_TIME
    wait = np.where(prompt, rng.uniform(0.02, 0.95, n), 1.0 + rng.exponential(1.5, n))
    when = np.fmin(reported + wait, closed)  # what is closed was protected
    return np.where((severity == "major") & (when < DAYS), when, np.nan)


def _rectified(
    kind: np.ndarray,
    state: np.ndarray,
    reported: np.ndarray,
    closed: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    part = rng.uniform(0.6, 0.98, len(kind))
    end = np.where(state == "rechecking", DAYS, closed)
    known = (kind == "hazard") & np.isfinite(end)
    return np.where(known, reported + part * (end - reported), np.nan)


def _levels(kind: np.ndarray, state: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    drawn = rng.choice(LEVELS, len(kind), p=LEVEL_SHARES)
    taken_up = (kind == "dispute") & ~np.isin(state, ["reported", "assigned", "merged"])
    return np.where(taken_up, drawn, "")


def _extend(table: pd.DataFrame, closed: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    """Give some the one extension, shortly before they were due and with protection in place."""
    due, reported = _days(table["due"]), _days(table["reported_at"])
    when = due - rng.uniform(0.2, 3.0, len(table))
    luck = rng.random(len(table))
    table["extended_at"] = pd.Series(pd.NaT, index=table.index, dtype="datetime64[s]")
    for severity, (share, days) in EXTENDED.items():
        which = (table["severity"] == severity).to_numpy() & (luck < share)
        which &= (when > reported) & (when < DAYS) & ~(closed <= when)
        table.loc[which, "extended_at"] = times(when[which]).to_numpy().astype("datetime64[s]")
        table.loc[which, "due"] = table.loc[which, "due"] + pd.Timedelta(days=days)
        bare = which & table["interim_at"].isna().to_numpy()
        protected = reported[bare] + 0.5 * (when[bare] - reported[bare])
        table.loc[bare, "interim_at"] = times(protected).to_numpy()
    return table


def _days(moments: pd.Series) -> np.ndarray:
    days: np.ndarray = ((moments - START) / pd.Timedelta(days=1)).to_numpy(float)
    return days
