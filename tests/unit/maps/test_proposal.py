"""Proposals are drawn where they are, in both languages, escaped, and ask for nothing."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from shapely.geometry import LineString, MultiPolygon, box

from geo_risk.errors import InputError
from geo_risk.records import Audience
from maps.proposal import (
    Ground,
    Origin,
    Shown,
    draw,
    stations_proposal_file,
    stations_proposal_page,
    zones_proposal_file,
    zones_proposal_page,
)
from maps.views import Frame

NOW = datetime(2026, 5, 13, 6, tzinfo=UTC)
EVIL = "<img src=x onerror=alert(1)></script><script>alert(2)</script>`'\""
CHINESE = re.compile(r"[\u4e00-\u9fff]")
ORIGIN = Origin("张三", NOW, NOW + timedelta(days=30))
PLACES = np.array([[100.0, 50.0], [900.0, 450.0]])


def frame(name: str = "Sample", *, synthetic: bool = True) -> Frame:
    return Frame(
        park_name=name,
        zone=ZoneInfo("Asia/Shanghai"),
        synthetic=synthetic,
        audience=Audience.STATION,
        role="chief",
        user=name,
        approval_exemption=name,
    )


def ground(name: str = "Zone") -> Ground:
    today = {"a": box(0, 0, 500, 500), "b": box(500, 0, 1000, 500)}
    return Ground(
        today=today,
        shapes={"a": box(0, 0, 400, 500), "b": box(400, 0, 1000, 500)},
        labels={"a": f"{name} A", "b": f"{name} B"},
        roads=[LineString([(-9000, 250), (9000, 250)])],
        plain=PLACES[:1],
        marked=PLACES[1:],
        stations=np.array([[250.0, 250.0], [99_000.0, 0.0]]),
        sites=np.array([[700.0, 100.0]]),
    )


def zones_shown(name: str = "Zone", changes: int = 2) -> Shown:
    zone = {"officers": 1.0, "target": 10.0, "premises_before": 3, "premises_after": 2}
    figures = {
        "notes": ["off_road", "nothing_better"],
        "hours": 20.0,
        "hours_changed": 1.5 * changes,
        "per_officer": {"before": [5.0, 15.0], "after": [9.0, 11.0]},
        "zones": [
            {"id": one, "name": f"{name} {one}", "hours_before": 5.0, "hours_after": 9.0, **zone}
            for one in "ab"
        ],
        "changes": [
            {"premises_id": f"p{n}", "enterprise_id": f"e{n}", "from": "a", "to": "b", "hours": 1.5}
            for n in range(changes)
        ],
    }
    return Shown(ground(name), figures, {"e0": name}, NOW)


def stations_shown(name: str = "Zone", sites: int = 1, gap: float = 0.0) -> Shown:
    figures: dict[str, Any] = {
        "notes": ["no_roads"],
        "minutes": 2.5,
        "type": "",
        "types": [name],
        "asked": 1,
        "covered": {"people": 50, "share": 0.5},
        "covered_with_sites": {"people": 70, "share": 0.7, "bound": 70, "gap": gap},
        "sites": [{"lon": 120.0, "lat": 30.5, "adds": 20.0}] * sites,
        "zones": [
            {
                "id": "a",
                "name": name,
                "people": 100,
                "covered": 50,
                "covered_with_sites": 70,
                "premises": 8,
                "premises_beyond": 3,
            }
        ],
    }
    return Shown(ground(name), figures, {}, NOW)


def every_page(name: str, lang: str) -> list[str]:
    return [
        zones_proposal_page(frame(name), lang, zones_shown(name)),
        stations_proposal_page(frame(name), lang, stations_shown(name)),
        zones_proposal_file(frame(name), lang, zones_shown(name), ORIGIN),
        stations_proposal_file(frame(name), lang, stations_shown(name), ORIGIN),
    ]


def test_places_are_drawn_where_they_are() -> None:
    """North is up, east is right, one scale both ways; what lies off the map is not drawn."""
    drawn = draw(ground())
    assert drawn["height"] == round(500 * 0.84) + 60  # 840 px for 1,000 m, an edge of 30
    assert drawn["plain"] == [(30 + 84.0, 30 + 0.84 * 450)]
    assert drawn["marked"] == [(30 + 756.0, 30 + 0.84 * 50)]
    assert drawn["stations"] == [(240.0, 240.0)]
    assert drawn["sites"] == [(618.0, 366.0)]
    assert drawn["bar_px"] == pytest.approx(drawn["bar_m"] * 0.84)
    (road,) = drawn["roads"]
    xs = [float(x) for x in re.findall(r"[ML]([-\d.]+),", road)]
    assert min(xs) > -60
    assert max(xs) < 960


def test_neighbours_have_different_tints_and_parts_are_all_drawn() -> None:
    """Two zones that touch can be told apart; a zone in two parts is two rings."""
    split = MultiPolygon([box(0, 0, 100, 100), box(300, 0, 400, 100)])
    shapes = {"a": split, "b": box(100, 0, 300, 100)}
    drawn = draw(Ground(shapes, shapes, {"a": "A", "b": "B"}, [], *[np.zeros((0, 2))] * 4))
    first, second = drawn["zones"]
    assert first["fill"] != second["fill"]
    assert first["path"].count("M") == 2


def test_a_label_is_not_hidden_by_a_sign() -> None:
    """A station in the middle of a zone pushes its name down; without one the name is there."""
    shape = {"a": box(0, 0, 1000, 500)}
    none, middle = np.zeros((0, 2)), np.array([[500.0, 250.0]])
    free, beside = (
        draw(Ground(shape, shape, {"a": "A"}, [], none, none, stations, none))["zones"][0]["at"]
        for stations in (none, middle)
    )
    assert free == (450.0, 240.0)
    assert beside[0] == 450.0
    assert beside[1] >= 240.0 + 16


def test_a_park_without_zones_is_drawn_by_its_premises() -> None:
    """Nothing to fill; premises are on the picture; and nothing at all is a picture too."""
    none = np.zeros((0, 2))
    drawn = draw(Ground({}, {}, {}, [], PLACES, none, none, none))
    assert all(0 <= x <= 900 and 0 <= y <= drawn["height"] for x, y in drawn["plain"])
    assert draw(Ground({}, {}, {}, [], none, none, none, none))["zones"] == []


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_names_are_text_on_every_page(lang: str) -> None:
    """A name with markup in it does nothing."""
    for page in every_page(EVIL, lang):
        assert "<img" not in page
        assert "<script>" not in page
        assert "&lt;img src=x" in page


def test_english_pages_have_no_chinese_of_ours() -> None:
    """One language a page; the switch of the console is written in the other."""
    for page in every_page("Sample", "en"):
        left = page.replace(">中文<", "").replace("张三", "")
        text = re.sub(r"<style>.*?</style>", "", left, flags=re.DOTALL)
        assert not CHINESE.search(text)


def test_pages_have_no_inline_style_and_files_fetch_nothing() -> None:
    """A page keeps the console's content policy; a file has all it needs in it."""
    zones, stations, *files = every_page("Sample", "zh")
    for page in (zones, stations):
        assert "style=" not in page
        assert "<style" not in page
    for file in files:
        assert not re.search(r"(src|href)=\"(?!data:,)", file)
        assert "@import" not in file
        assert "url(" not in file
        assert "张三" in file
        assert "2026年6月12日" in file


def test_a_file_without_maker_or_end_is_refused() -> None:
    """A station's file says who made it, and ends after it was made."""
    for origin in (Origin("", NOW, NOW + timedelta(days=1)), Origin("张三", NOW, NOW)):
        with pytest.raises(InputError, match="who made it"):
            zones_proposal_file(frame(), "zh", zones_shown(), origin)


def test_what_is_synthetic_says_so_on_the_map() -> None:
    """The watermark follows the data's own flag."""
    assert 'fill-opacity="0.09"' in zones_proposal_page(frame(), "zh", zones_shown())
    real = zones_proposal_page(frame(synthetic=False), "zh", zones_shown())
    assert 'fill-opacity="0.09"' not in real


def test_the_page_tells_who_changes_and_that_nothing_is_applied() -> None:
    """Sums by pair of zones, each enterprise by name, and a plain sentence."""
    page = zones_proposal_page(frame(), "zh", zones_shown("样例"))
    assert "没有改动任何巡区" in page
    assert "<b>9.0</b>" in page
    assert re.search(r'<td>样例 b</td><td class="num">2</td><td class="num">3.0</td>', page)
    assert "没有场所换巡区" in zones_proposal_page(frame(), "zh", zones_shown(changes=0))


def test_a_proof_is_claimed_only_where_there_is_one() -> None:
    """A gap is told as a number."""
    proven = stations_proposal_page(frame(), "en", stations_shown())
    assert "Proven" in proven
    open_gap = stations_proposal_page(frame(), "en", stations_shown(gap=0.021))
    assert "Proven" not in open_gap
    assert "another 2.1% of people" in open_gap
    assert "No further place" in stations_proposal_page(frame(), "en", stations_shown(sites=0))
