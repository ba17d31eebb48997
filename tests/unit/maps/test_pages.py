"""The console's pages: two languages, everything escaped, nothing inline or from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import pytest

from geo_risk.grid import Period
from geo_risk.published import RiskClass, Rung
from geo_risk.records import Audience
from maps.console import (
    enterprises_page,
    error_page,
    locate_page,
    login_page,
    sources_page,
    zones_page,
)
from maps.page import ladder_text, map_page
from maps.views import (
    EnterpriseRow,
    Frame,
    Listing,
    MapView,
    SourceRow,
    UnlocatedRow,
    ZoneRow,
)
from tests.unit.maps.keeper_views import KEEPER_PAGES
from tests.unit.maps.month_views import MONTH_PAGES
from tests.unit.maps.plan_views import a_plan, a_today

NOW = datetime(2026, 5, 13, 6, tzinfo=UTC)
EVIL = "<img src=x onerror=alert(1)></script><script>alert(2)</script>`${alert(3)}`'\""
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def _frame(name: str = EVIL, audience: Audience = Audience.STATION) -> Frame:
    return Frame(
        park_name=name,
        zone=ZoneInfo("Asia/Shanghai"),
        synthetic=True,
        audience=audience,
        path="/zones?q=a&lang=en",
        user=name,
        csrf="token",
        as_of=NOW,
        now=NOW + timedelta(hours=50),
        unlocated=3,
        approval_exemption=name,
    )


def _map(frame: Frame, name: str, lang: str) -> str:
    rows = (ZoneRow(name, name, RiskClass.RED, 2.0, 1.0, (1, 1, 1, 4)),)
    view = MapView(
        frame, rows, Rung(13, "full", 6, name), Period(NOW, NOW + timedelta(7)), "u", "u"
    )
    return map_page(view, lang)


PAGES: dict[str, Callable[[Frame, str, str], str]] = {
    "map": _map,
    "login": lambda frame, name, lang: login_page(frame, lang, next_path=name, failed=True),
    "zones": lambda frame, name, lang: zones_page(
        frame,
        lang,
        [
            ZoneRow(name, name, RiskClass.RED, 1.0, 2.0, (1, 2, 3, 4)),
            ZoneRow("b", name, withheld=True),
        ],
        unit="u",
        download="/v1/surfaces/risk.combined/zones?f=xlsx",
    ),
    "enterprises": lambda frame, name, lang: enterprises_page(
        frame,
        lang,
        [EnterpriseRow(name, name, name, name, True, name, RiskClass.ORANGE, 1.5, NOW, False)],
        Listing(200, 2, 50, name),
    ),
    "sources": lambda frame, name, lang: sources_page(
        frame,
        lang,
        [SourceRow(name, "reports", name, 9, 8, 1, 0, 0, {"swapped": 2}, NOW, "/v1/imports/x")],
    ),
    "locate": lambda frame, name, lang: locate_page(
        frame, lang, [UnlocatedRow(name, name, name, "missing", name)]
    ),
    "error": lambda frame, name, lang: error_page(frame, lang, message=name, hint=name),
    **MONTH_PAGES,
    **KEEPER_PAGES,
    "today": a_today,
    "plan": a_plan,
}


class _Reader(HTMLParser):
    """Notes every tag, its attributes, and the text of scripts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[tuple[dict[str, str | None], str]] = []
        self.text = ""
        self._script: dict[str, str | None] | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "script":
            self._script = dict(attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag == "script":
            self._script = None

    def handle_data(self, data: str) -> None:
        if self._script is not None:
            self.scripts.append((self._script, data))
        else:
            self.text += data


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("page", PAGES)
def test_names_with_markup_stay_text(page: str, lang: str) -> None:
    """A name that is a script, an image with a handler or a template is shown, and does nothing."""
    read = _Reader(PAGES[page](_frame(), EVIL, lang))
    assert not [tag for tag, _ in read.tags if tag == "img"]
    for attributes, text in read.scripts:
        assert attributes.get("type") == "application/json" or not text
        assert "<" not in text
    assert "alert(1)" in read.text


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("page", PAGES)
def test_pages_have_nothing_inline_and_nothing_from_elsewhere(page: str, lang: str) -> None:
    """No handler, no style, and every address is a path on the same host."""
    for tag, attributes in _Reader(PAGES[page](_frame(), "a", lang)).tags:
        assert tag != "style"
        for name, value in attributes.items():
            assert not name.startswith("on")
            assert name != "style"
            if tag == "a" and (attributes.get("rel") == "noreferrer" or "tel:" in (value or "")):
                continue  # a way to be led there: a person follows it, no page does
            if name in {"href", "src", "action"}:
                assert re.match(r"[/#?](?!/)", value or ""), value


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("page", PAGES)
def test_pages_have_one_headline_landmarks_and_their_language(page: str, lang: str) -> None:
    """A screen reader finds the language, one h1, the menu, the content and a way past the menu."""
    tags = _Reader(PAGES[page](_frame(), "a", lang)).tags
    names = [tag for tag, _ in tags]
    assert dict(tags)["html"]["lang"] == {"zh": "zh-CN", "en": "en"}[lang]
    assert names.count("h1") == names.count("main") == 1
    assert "nav" in names
    assert next(a for tag, a in tags if tag == "a")["href"] == "#main"
    labelled = {a.get("for") for tag, a in tags if tag == "label"}
    fields = [a for tag, a in tags if tag in {"input", "select"} and a.get("id")]
    assert all(a["id"] in labelled | {"opacity", "slash"} for a in fields)


@pytest.mark.parametrize("page", PAGES)
def test_an_english_page_has_no_chinese_but_the_switch(page: str) -> None:
    """Only the link to the other language is written in it."""
    read = _Reader(PAGES[page](_frame("Park"), "a", "en"))
    assert CHINESE.sub("", read.text.replace("中文", "")) == read.text.replace("中文", "")
    for _, attributes in read.tags:
        assert not any(CHINESE.search(value or "") for value in attributes.values())


def test_the_language_switch_keeps_the_page_and_its_query() -> None:
    """Whoever switches sees the same in the other language."""
    frame = _frame()
    assert frame.path_in("zh") == "/zones?q=a&lang=zh"
    assert frame.path_in("en") == "/zones?q=a&lang=en"
    assert 'href="/zones?q=a&amp;lang=zh"' in zones_page(frame, "en", [])


def test_the_public_sees_zones_in_the_menu_and_nothing_of_the_station() -> None:
    """Menu entries that would be refused are not offered."""
    page = zones_page(_frame("P", Audience.PUBLIC), "zh", [])
    assert "/enterprises" not in page
    assert "/to-locate" not in page
    assert "/to-locate" in zones_page(replace(_frame("P"), role="chief"), "zh", [])


def test_synthetic_data_carries_tag_and_watermark_by_its_own_flag() -> None:
    """Nobody has to remember it: the server draws it from the data's flag."""
    page = _map(_frame("P"), "a", "zh")
    assert page.count("合成数据 SYNTHETIC") == 2
    real = Frame("P", UTC, synthetic=False, audience=Audience.STATION)
    assert "SYNTHETIC" not in _map(real, "a", "zh")


def test_old_data_says_how_old() -> None:
    """Older than a day is said beside the title; data that ended on purpose is not old."""
    assert "资料是 2 天前的" in zones_page(_frame("P"), "zh", [])
    ended = Frame("P", UTC, as_of=NOW, now=None)
    assert "天前的" not in zones_page(ended, "zh", [])


def test_a_withheld_zone_shows_no_figure() -> None:
    """Too few to show is said in words; no number stands in that row."""
    page = zones_page(_frame("P"), "zh", [ZoneRow("z", "巡区", withheld=True, reports=3)])
    row = page[page.index("巡区</th>") : page.index("</tbody>")]
    assert "数量太少" in row
    assert not re.search(r">\s*\d", row)


def test_empty_tables_say_what_to_do() -> None:
    """Empty says why, and the one thing to do."""
    frame = _frame("P")
    for page in (
        zones_page(frame, "zh", []),
        sources_page(frame, "zh", []),
        enterprises_page(frame, "zh", [], Listing(0)),
    ):
        assert "geo-risk build" in page
    assert "看全部" in enterprises_page(frame, "zh", [], Listing(0, query="没有"))
    assert "都有位置了" in locate_page(frame, "zh", [])


@pytest.mark.parametrize(
    ("rung", "words"),
    [
        (Rung(0, "inherent", 0, "inherent"), "不是预测"),
        (Rung(3, "shrunk", 0, "shrunk"), "不作预测"),
        (Rung(6, "folds", 2, "kde"), "2 折"),
        (Rung(13, "full", 6, "count_365d"), "基线"),
    ],
)
def test_each_rung_of_the_ladder_says_how_far_to_trust_the_map(rung: Rung, words: str) -> None:
    """Little history, number of folds, and the served model, a baseline included, are named."""
    assert words in ladder_text(rung, "zh")
    assert ladder_text(rung, "en")


def test_an_error_page_shows_english_details_on_english_pages_only() -> None:
    """The service's own messages are English; a Chinese page stays Chinese."""
    frame = _frame("P")
    assert "No such zone." not in error_page(frame, "zh", code="not_found", message="No such zone.")
    assert "No such zone." in error_page(frame, "en", code="not_found", message="No such zone.")


def test_a_long_list_of_who_waits_stays_light() -> None:
    """A park made from one file without coordinates has hundreds: the first hundred are shown."""
    rows = [UnlocatedRow(f"e:{n}", f"样例企业 {n}") for n in range(900)]
    page = locate_page(_frame("P"), "zh", rows)
    assert page.count("<li>") == 100
    assert "900 处还没有位置" in page
    assert "共 900 处" in page
    assert len(_Reader(page).tags) < 1500
