"""A real city, from files that nobody here made: counted, and looked at in a browser.

What the build counts is compared with a second count by pandas and shapely from the raw files, and
with the figures that others found for them; in the browser it is quiet, local, and true; what the
visits of its last two months found is scored by the command people type.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from scipy.spatial import cKDTree
from sklearn.metrics import roc_auc_score

from tests.live.browser import BARE, Browse, Camera, show_map, switch
from tests.live.commands import run_for_json
from tests.live.map_truth import disagreements, misplaced

pytest_plugins = ("tests.live.browser_fixtures",)

ROOT = Path(__file__).resolve().parents[2]
FROM, TO = "2013-11-01", "2013-12-31"
LOOP = "at=13,41.8800,-87.6500"


class Built(NamedTuple):
    """What was counted, by source, and where the state is."""

    sources: dict[str, dict[str, Any]]
    state: Path


@pytest.fixture(scope="module")
def chicago(
    command_path: str, shared_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> Built:
    """Build Chicago, once for all that follows."""
    state = tmp_path_factory.mktemp("chicago")
    told = run_for_json(command_path, "build", "data/chicago.toml", state=state, data=shared_data)
    assert told["park"] == "chicago"
    return Built({one["name"]: one for one in told["sources"]}, state)


@pytest.fixture(scope="module")
def city(
    chicago: Built,
    sample_park: Any,
    server_on: Any,
    shared_data: Path,
    monkeypatch_module: pytest.MonkeyPatch,
) -> Iterator[Any]:
    """Serve Chicago."""
    monkeypatch_module.setenv("GEO_RISK_SHARED_DATA", str(shared_data))
    park = replace(sample_park, park_file=ROOT / "data" / "chicago.toml", state_dir=chicago.state)
    with server_on(park) as running:
        yield running


@pytest.fixture(scope="module")
def monkeypatch_module() -> Iterator[pytest.MonkeyPatch]:
    """Set the environment for as long as this module's city is served."""
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@pytest.fixture(scope="module")
def city_edge(shared_data: Path) -> shapely.Geometry:
    """Chicago's boundary, degrees."""
    layer = gpd.read_file(shared_data / "chicago/zones.gpkg", layer="city_boundary")
    return layer.geometry.union_all()


def test_chicago_adds_up_per_source(chicago: Built) -> None:
    """Accepted + rejected = read, and what was read is what the files hold."""
    for one in chicago.sources.values():
        assert one["accepted"] + one["rejected"] == one["read"]
    rows = {name: one["read"] for name, one in chicago.sources.items()}
    assert rows == {
        "beats": 277, "establishments": 10746, "inspections": 17823, "sanitation": 55315,
    }  # fmt: skip


def test_chicago_names_what_is_odd(chicago: Built) -> None:
    """32 and 24 without coordinates, 176 repeated numbers, two beats with a second part."""
    assert chicago.sources["establishments"]["unlocated"] == 32
    assert chicago.sources["establishments"]["rejected"] == 0
    assert chicago.sources["sanitation"]["unlocated"] == 24
    assert chicago.sources["sanitation"]["rejected"] == 176
    assert chicago.sources["sanitation"]["odd"]["duplicate_number"] == 176
    assert chicago.sources["beats"]["odd"]["merged_zones"] == 2
    assert chicago.sources["beats"]["accepted"] == 277
    assert chicago.sources["inspections"]["rejected"] == 0


@pytest.mark.parametrize(
    ("source", "file", "key", "around"),
    [
        ("establishments", "establishments.csv", "License", 187),
        ("sanitation", "sanitation_311.csv.gz", "service_request_number", 254),
    ],
)
def test_chicago_counts_outside_as_shapely_does(
    chicago: Built, shared_data: Path, city_edge: shapely.Geometry,
    source: str, file: str, key: str, around: int,
) -> None:  # fmt: skip
    """Points beyond the city's boundary are accepted and counted: as many as a plain test finds."""
    table = pd.read_csv(shared_data / "chicago" / file).drop_duplicates(key).dropna(
        subset=["longitude", "latitude"]
    )  # fmt: skip
    inside = shapely.intersects_xy(city_edge, table["longitude"], table["latitude"])
    assert chicago.sources[source]["outside"] == (~inside).sum()
    assert abs(chicago.sources[source]["outside"] - around) <= 1


def test_a_city_opens_quietly_and_from_us_alone(city: Any, browse: Browse) -> None:
    """10,714 dots and 275 zones: no error, no other host (`browse` checks), few elements."""
    page, _ = browse(city, "chief")
    show_map(page)
    assert page.locator("#premises-count").inner_text() == "企业 10,714 处"
    assert page.evaluate("document.querySelectorAll('*').length") <= 1500
    page.mouse.click(640, 480)
    page.wait_for_selector("#place [data-value]")


def test_pixel_value_and_legend_agree_in_a_city(city: Any, browse: Browse) -> None:
    """At 30 random points around the Loop, in a projection of another continent."""
    page, _ = browse(city, "chief")
    show_map(page, f"/#{LOOP}")
    switch(page, *BARE, on=False)
    page.wait_for_timeout(300)
    assert disagreements(page, city, "risk.combined") == []


def test_scores_stand_beside_the_baselines(city: Any, browse: Browse) -> None:
    """The panel says how many folds, what is served, and how the baselines did."""
    page, _ = browse(city, "chief")
    show_map(page, "/#surface=intensity.hazard")
    with city.client("chief") as client:
        score = client.get("/v1/surfaces/intensity.hazard/scorecard").json()["score"]
    page.locator("#score summary").click()
    assert f"{score['folds']} 折" in page.locator("#score summary").inner_text()
    rows = page.locator("#score tbody tr")
    first = rows.first
    assert first.get_attribute("data-model") == score["served"]
    assert "现用" in first.inner_text()
    shown = {rows.nth(at).get_attribute("data-model") for at in range(rows.count())}
    assert shown == set(score["models"])
    assert {"count_365d", "count_all", "kde_200m"} <= shown


def test_establishments_are_drawn_where_the_city_says(
    city: Any, browse: Browse, shared_data: Path
) -> None:
    """Against the city's own file: every dot that stands alone is within 2 pixels."""
    page, _ = browse(city, "chief")
    show_map(page, f"/#{LOOP}")
    raw = pd.read_csv(shared_data / "chicago" / "establishments.csv").dropna(
        subset=["longitude", "latitude"]
    )
    camera = Camera.of(page)
    pixels = np.array([camera.pixel(*one) for one in raw[["longitude", "latitude"]].to_numpy()])
    distance, _ = cKDTree(pixels).query(pixels, k=2)
    alone = distance[:, 1] > 25
    places = {str(one.License): (one.longitude, one.latitude) for one in raw[alone].itertuples()}
    assert len(places) > 100
    assert misplaced(page, places) == []


@pytest.fixture(scope="module")
def told(
    chicago: Built, command_path: str, shared_data: Path
) -> tuple[dict[str, Any], pd.DataFrame]:
    """Score November and December 2013; give the JSON, and predictions beside what came."""
    file = chicago.state / "F.csv"
    scores = run_for_json(
        command_path, "evaluate", "data/chicago.toml", "--target", "visits",
        "--from", FROM, "--to", TO, "--predictions", str(file),
        state=chicago.state, data=shared_data,
    )  # fmt: skip
    predictions = pd.read_csv(file)
    assert list(predictions) == ["visit_id", "probability"]
    raw = pd.read_csv(shared_data / "chicago/inspections.csv.gz")
    raw["visit_id"] = "inspections:" + raw["Inspection_ID"].astype(str)
    raw["positive"] = raw["criticalCount"] > 0
    raw["day"] = pd.to_datetime(raw["Inspection_Date"])
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
