"""What enterprises say of themselves beyond guards, rules, training and drills.

Takes enterprises and the declarations so far, gives when each was declared, two more indicators
(duties of group prevention done of agreed, outreach), and how many of a firm's staff have the
anti-fraud code. Who is on the key list stands here too: the graver premises among those above
scale. Numbers only: nobody is named but as a sample's contact.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from data.sample_park.calendar import MONTHS, month_starts, month_text, times
from data.sample_park.place import ZONES

KEY_LISTED = 45
ANSWERED = 0.8
VERIFIED = 0.5
FURTHER = ("participation", "outreach")
CODE = "anti_fraud_code"


def key_list(
    enterprises: pd.DataFrame, premises: pd.DataFrame, rng: np.random.Generator
) -> pd.DataFrame:
    """Mark the enterprises on the key list: 45 of those above scale, graver ones more often."""
    grade = premises["inherent_class"].to_numpy(float)[: len(enterprises)]
    above = np.flatnonzero(enterprises["above_scale"].to_numpy())
    weight = grade[above] ** 2
    listed = np.zeros(len(enterprises), bool)
    listed[rng.choice(above, KEY_LISTED, replace=False, p=weight / weight.sum())] = True
    return enterprises.assign(key_listed=listed)


def declare(
    enterprises: pd.DataFrame, declared: pd.DataFrame, rng: np.random.Generator
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give all declarations with their times, and the anti-fraud code's coverage by itself.

    Parameters
    ----------
    enterprises
        As drawn.
    declared
        From `desk.make_declarations`.
    rng
        Chance.

    Returns
    -------
    tuple of DataFrame
        Columns of `declared` and `declared_at`, before it was verified.
    """
    some = enterprises[enterprises["above_scale"]]
    staff = some["employees"].to_numpy(float)
    rows = [declared]
    for name, need in zip(FURTHER, (np.ceil(staff / 40), np.full(len(some), 2.0)), strict=True):
        rows.append(_indicator(some, name, need, rng))
    code = _indicator(some, CODE, staff, rng)
    whole = pd.concat(rows, ignore_index=True).sort_values("day", kind="stable", ignore_index=True)
    return _timed(whole, rng), _timed(code, rng)


def _indicator(
    some: pd.DataFrame, name: str, need: np.ndarray, rng: np.random.Generator
) -> pd.DataFrame:
    n = len(some)
    level, months = rng.beta(4, 2, n), []
    for month in range(MONTHS):
        answers = rng.random(n) < ANSWERED
        part = np.clip(level + 0.004 * month + rng.normal(0, 0.06, n), 0, 1)
        verified = rng.random(n) < VERIFIED
        end = float(month_starts()[month + 1])
        day = end - rng.uniform(0.2, 5, n)
        officer = np.array([f"JZ{one:02d}" for one in rng.integers(1, ZONES + 1, n)])
        table = pd.DataFrame({
            "enterprise": some["id"].to_numpy(),
            "month": month_text(month),
            "indicator": name,
            "have": np.floor(need * part),
            "need": need,
            "declared_by": some["contact"].to_numpy(),
            "verified_by": np.where(verified, officer, ""),
            "verified_at": times(np.where(verified, day, np.nan)),
            "evidence": "样例佐证",
            "day": end - 0.5,
        })  # fmt: skip
        months.append(table[answers])
    return pd.concat(months, ignore_index=True)


def _timed(table: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Declare five to nine days before the month ends: whoever verifies it comes after."""
    day = np.ceil(table["day"]) - rng.uniform(5, 9, len(table))
    return table.assign(declared_at=times(day))
