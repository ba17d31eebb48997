"""Chicago's visits of November and December 2013, scored by the command people type."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

ROOT = Path(__file__).resolve().parents[2]
FROM, TO = "2013-11-01", "2013-12-31"


@pytest.fixture(scope="module")
def told(
    command_path: str, shared_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[dict[str, Any], pd.DataFrame]:
    """Give the JSON, and the predictions beside what came, read from the raw file."""
    folder = tmp_path_factory.mktemp("visits")
    words = ["evaluate", "data/chicago.toml", "--target", "visits", "--from", FROM, "--to", TO]
    words += ["--predictions", str(folder / "F.csv"), "--json", str(folder / "F.json")]
    subprocess.run(
        [command_path, *words, "--data", str(shared_data)],
        cwd=ROOT, env={**os.environ, "GEO_RISK_STATE": str(folder)}, check=True,
        capture_output=True,
    )  # fmt: skip
    predictions = pd.read_csv(folder / "F.csv")
    assert list(predictions) == ["visit_id", "probability"]
    raw = pd.read_csv(shared_data / "chicago/inspections.csv.gz")
    raw["visit_id"] = "inspections:" + raw["Inspection_ID"].astype(str)
    raw["positive"] = raw["criticalCount"] > 0
    raw["day"] = pd.to_datetime(raw["Inspection_Date"])
    scores = json.loads((folder / "F.json").read_text(encoding="utf-8"))
    return scores, raw.merge(predictions, on="visit_id", how="left")


def test_all_1218_visits_have_a_probability(told) -> None:
    """Those without coordinates too, and no other visit."""
    scores, table = told
    period = table["day"].between(FROM, TO)
    assert scores["n"] == period.sum() == table["probability"].notna().sum() == 1218
    assert table.loc[period, "probability"].between(0, 1).all()
    assert scores["positives"] == table.loc[period, "positive"].sum()


def test_the_baseline_is_the_share_of_each_group_before(told) -> None:
    """Computed from the raw file without our code."""
    scores, table = told
    before, after = table[table["day"] < FROM], table[table["day"].between(FROM, TO)]
    rate = before.groupby("inspector_group")["positive"].mean()
    p = after["inspector_group"].map(rate).fillna(before["positive"].mean())
    assert scores["models"]["team_rate"]["auc"] == pytest.approx(
        roc_auc_score(after["positive"], p), abs=1e-3
    )
    brier = float(np.mean((p - after["positive"]) ** 2))
    assert scores["models"]["team_rate"]["brier"] == pytest.approx(brier, abs=1e-4)


def test_what_is_served_beats_every_baseline(told) -> None:
    """By AUC, Brier, log loss, within teams, and in the first half."""
    scores, table = told
    served = scores["models"][scores["served"]]
    for name in ("team_rate", "past_count"):
        other = scores["models"][name]
        assert served["auc"] > other["auc"]
        assert served["brier"] < other["brier"]
        assert served["log_loss"] < other["log_loss"]
        assert served["auc_within_team"] > other["auc_within_team"]
    after = table[table["day"].between(FROM, TO)]
    auc = roc_auc_score(after["positive"], after["probability"])
    assert served["auc"] == pytest.approx(auc, abs=1e-6)
