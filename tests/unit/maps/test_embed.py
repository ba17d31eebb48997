"""A portal's frame: what stands in it in both languages, themes and at the class bounds."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from datetime import UTC, datetime
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

import numpy as np
import pytest
import shapely
from PIL import Image

from geo_risk.published import RiskClass
from maps.embed import (
    EmbedRow,
    EmbedView,
    embed_csv,
    embed_page,
    embed_policy,
    embed_svg,
    gone_page,
    label_text,
    legend_lines,
    method_page,
)
from maps.embed_png import embed_png
from maps.palette import CLASS_COLOURS, rgb
from maps.static_site import site_files
from maps.views import Frame
from maps.zone_shapes import RATIOS, draw_zones

ZONE = ZoneInfo("Asia/Shanghai")
EVIL = '<img src=x onerror=alert(1)>"</style></script>'


def box(col: int, row: int) -> shapely.Polygon:
    return shapely.box(
        120 + col * 0.01, 30 + row * 0.008, 120.01 + col * 0.01, 30.008 + row * 0.008
    )


VIEW = EmbedView(
    "reports",
    "2026-04",
    (
        EmbedRow(("巡区 1",), box(0, 1), RiskClass.YELLOW, 25.0, 10, 40),
        EmbedRow(("巡区 2",), box(1, 1), RiskClass.RED, 141.0, 110, 78),
        EmbedRow(("巡区 3",), box(0, 0), withheld=True),
        EmbedRow(("巡区 4", "巡区 5"), box(1, 0), RiskClass.ORANGE, None, 15, None),
    ),
    unit="起/百家企业",
    breaks=(20.0, 40.0, 80.0),
    breaks_version="p1",
    as_of=datetime(2026, 5, 5, 16, tzinfo=UTC),
    next_update=datetime(2026, 6, 5, 16, tzinfo=UTC),
    park_name="样例高新园区",
    zone=ZONE,
    synthetic=True,
    approval_number="浙S(2026)1号",
)


def test_a_frame_has_all_that_a_map_must_say() -> None:
    """Title with month, unit, scope, classes, source, approval, as-of, next update, watermark."""
    page = embed_page(VIEW, "zh")
    for part in (
        *(
            "各巡区上报·2026年4月",
            "起/百家企业",
            "只到巡区",
            "红 重大",
            "≥ 80",
            "20 – 40",
            "&lt; 20",
        ),
        *("少于 8 家企业或 5 起，不显示", "来源：样例高新园区", "浙S(2026)1号", "固定分级 p1"),
        *(
            "截至 2026年5月6日 00:00",
            "下次更新 2026年6月6日",
            "合成数据 SYNTHETIC",
            "巡区 4、巡区 5",
        ),
    ):
        assert part in page, part
    assert page.count("<h1") == 1


def test_a_frame_fetches_nothing_and_runs_nothing() -> None:
    """No script, no handler, no address but links; its style is allowed by its digest."""
    page = embed_page(replace(VIEW, links={"method": "https://a.cn/m"}), "en")
    assert not re.search(r"<script|<img|<iframe|\son\w+=|\sstyle=|url\((?!#e-)", page)
    assert re.findall(r'(?:src|href)="([^"]+)"', page) == ["data:,", "https://a.cn/m"]
    policy = embed_policy(("https://portal.example.cn",))
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "script" not in policy
    assert policy.endswith("frame-ancestors https://portal.example.cn")


def test_what_the_data_say_is_words() -> None:
    """Names, title and unit cannot become markup, in any form of the map."""
    rows = (replace(VIEW.rows[0], names=(EVIL,)), *VIEW.rows[1:])
    view = replace(VIEW, rows=rows, title=EVIL, park_name=EVIL, approval_number=EVIL)
    pages = (embed_page(view, "zh"), method_page(view, "zh"), embed_svg(view, "zh"))
    for page in pages:
        assert "<img" not in page
        assert page.count("</style>") <= 1
    ET.fromstring(pages[2])  # noqa: S314 - ours


def test_a_withheld_area_says_nothing_in_any_form() -> None:
    """No number, no class; the words in the map and in the table."""
    assert label_text(VIEW.rows[2], "zh") == "不显示"
    rows = list(csv.reader(io.StringIO(embed_csv(VIEW, "zh").removeprefix("\ufeff"))))
    assert rows[-2] == ["巡区 3", "数量太少，不显示", "", "", ""]
    assert rows[-1] == ["巡区 4、巡区 5", "橙 较大", "", "15", ""]
    assert label_text(VIEW.rows[3], "zh") == "橙"


def test_labels_and_legend_print_the_same_numbers() -> None:
    """25 and 141 as they are; small values keep two digits."""
    assert [label_text(one, "en") for one in VIEW.rows[:2]] == ["Y 25", "R 141"]
    assert label_text(replace(VIEW.rows[0], value=0.082), "zh") == "黄 0.082"
    lines = legend_lines(replace(VIEW, breaks=(0.5, 1.0, 2.5)), "en")
    assert [one["range"] for one in lines] == ["≥ 2.5", "1 – 2.5", "0.5 – 1", "< 0.5"]


@pytest.mark.parametrize("code", ["unknown", "expired", "revoked", "unready", "unapproved"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_nothing_to_show_is_one_line(code: str, lang: str) -> None:
    """A sentence and a link, no more."""
    page = gone_page(lang, code, Frame(park_name="样例高新园区", zone=ZONE))
    assert page.count("<h1") == page.count("<a ") == 1
    assert "<svg" not in page
    assert "<form" not in page


def test_the_picture_shows_each_class_in_its_colour() -> None:
    """At each label's side the fill of its class, in the PNG."""
    drawn = VIEW.drawn
    picture = np.asarray(Image.open(io.BytesIO(embed_png(VIEW, "zh"))).convert("RGB"), int)
    assert picture.shape[1] == 960
    scale = 730 / drawn.width
    for row, shape in zip(VIEW.rows, drawn.polygons, strict=True):
        west, south, _, _ = shape.bounds
        x, y = round(west * scale) + 8, 84 + round(south * scale) + 8
        patch = picture[y : y + 16, x : x + 16].reshape(-1, 3)
        if row.withheld:
            assert np.abs(patch - (238, 241, 243)).max(axis=1).min() < 12
            continue
        fill = rgb(CLASS_COLOURS[row.risk_class].fill)
        assert (np.abs(patch - fill).max(axis=1) < 8).mean() > 0.4


def test_shapes_keep_north_up_and_metres_equal() -> None:
    """Two boxes side by side stay so, in a view box of a known ratio, labels inside."""
    shapes = [box(0, 1), box(1, 1), box(0, 0), box(1, 0)]
    drawn = draw_zones(shapes)
    assert drawn.width / drawn.height == pytest.approx(RATIOS[drawn.ratio], rel=0.01)
    north_west, north_east, south_west, _ = (one.bounds for one in drawn.polygons)
    assert north_west[0] < north_east[0]
    assert north_west[1] < south_west[1]
    wide, high = (north_west[2] - north_west[0], north_west[3] - north_west[1])
    assert wide / high == pytest.approx(0.01 * np.cos(np.radians(30.008)) / 0.008, rel=0.01)
    for (x, y), polygon in zip(drawn.places, drawn.polygons, strict=True):
        spot = shapely.Point(x * drawn.width / 100, y * drawn.height / 100)
        assert polygon.contains(spot)
    assert draw_zones([]).paths == ()


def test_plain_files_are_the_same_bytes_and_have_relative_addresses_only() -> None:
    """Twice the same; nothing begins with a scheme or a slash."""
    first, second = (site_files({"reports": VIEW}, "zh", alone=False) for _ in range(2))
    assert first == second
    assert {one.rpartition("/")[2] for one in first} == {
        *("index.html", "method.html", "map.svg", "map.png"),
        *("table.csv", "table.json", "oembed.json"),
    }
    page = first["zh/reports-2026-04/index.html"].decode()
    links = set(re.findall(r'href="([^"]+)"', page)) - {"data:,"}
    assert links == {
        *("method.html", "table.csv", "map.png"),
        "../../en/reports-2026-04/index.html",
    }


def test_high_contrast_is_a_look_of_its_own() -> None:
    """Same words, another class on the figure."""
    page = embed_page(replace(VIEW, theme="contrast"), "zh")
    assert '<article class="embed contrast">' in page


def test_a_name_that_begins_like_a_formula_is_text_in_the_table():
    """A spreadsheet that opens the table calculates nothing and runs nothing."""
    row = replace(VIEW.rows[0], names=("=cmd|' /C calc'!A0",))
    view = replace(VIEW, title="@SUM(A1)", rows=(row, *VIEW.rows[1:]))
    rows = list(csv.reader(io.StringIO(embed_csv(view, "zh").removeprefix("\ufeff"))))
    assert rows[0] == ["'@SUM(A1)"]
    assert "'=cmd|' /C calc'!A0" in [one[0] for one in rows if one]


def test_a_name_with_signs_that_are_no_letters_is_drawn():
    """Line ends and turns of direction, as a spreadsheet's cells bring them along."""
    row = replace(VIEW.rows[0], names=("东\u2028区\u2029甲\u202e乙\u2066",))
    picture = embed_png(replace(VIEW, rows=(row, *VIEW.rows[1:])), "zh")
    assert Image.open(io.BytesIO(picture)).width == 960
