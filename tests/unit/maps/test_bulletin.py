"""The bulletin's page: what a reader is handed stands on it, in both languages, escaped."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from geo_risk.records import Audience
from geo_risk.safety_index.shown import Bulletin, GroupCount
from maps.bulletin import BulletinView, bulletin_page
from maps.views import Frame
from maps.words import LANGS, word

FRAME = Frame("样例园区", ZoneInfo("Asia/Shanghai"), synthetic=True)
TOLD = Bulletin(
    month="2026-10",
    revision=1,
    digest="0123456789abcdef",
    scored=20,
    groups=(
        GroupCount("C/3+4", 12, {"blue": 5, "yellow": 4, "orange": 2, "red": 1}),
        GroupCount("others", None, dict.fromkeys(("blue", "yellow", "orange", "red"))),
    ),
    blue=("e1",),
    improved=(),
    named={},
    notes=("officer_effect_unidentified",),
)
ROW = {
    "id": "e9",
    "score": 51.25,
    "interval": [48.0, 54.5],
    "ranks": [18, 20],
    "colour": "red",
    "group": "C/3+4",
    "notes": ["imputed"],
}


@pytest.mark.parametrize("lang", LANGS)
def test_the_public_page_names_blue_and_counts_groups(lang: str) -> None:
    """No score and no rank; an enterprise's name is text, never markup."""
    page = bulletin_page(FRAME, lang, BulletinView(TOLD, {"e1": "<b>样例</b>"}))
    assert "&lt;b&gt;样例&lt;/b&gt;" in page
    assert "<b>样例</b>" not in page
    assert "0123456789ab" in page
    assert "51.25" not in page


@pytest.mark.parametrize("lang", LANGS)
def test_the_stations_page_has_every_score_and_where_to_send_another_team(lang: str) -> None:
    """Ranks as ranges; the proposed cross-visits by name."""
    station = Frame("样例园区", FRAME.zone, audience=Audience.STATION, user="u")
    view = BulletinView(TOLD, {"e9": "样例企业 009"}, rows=(ROW,), propose=("e9",))
    page = bulletin_page(station, lang, view)
    assert "51.25" in page
    assert "18–20" in page
    assert page.count("样例企业 009") == 2


@pytest.mark.parametrize(("lang", "said"), [("zh", "行业未填"), ("en", "Sector not given")])
def test_a_list_without_industries_has_a_group_with_a_name(lang: str, said: str) -> None:
    """No lone dash: the page says what is missing; with classes it says them too."""
    view = BulletinView(TOLD)
    assert view.group("/0", lang) == said
    assert view.group("/1+2", lang).startswith(said)
    assert view.group("/1+2", lang) != said
    assert "C" in view.group("C/0", lang)


@pytest.mark.parametrize("lang", LANGS)
def test_a_bulletin_has_its_own_date_and_not_the_maps(lang: str) -> None:
    """How old the map is says nothing of a frozen month: no such mark stands on it."""
    built, hung_up = datetime(2026, 9, 1, tzinfo=UTC), datetime(2026, 11, 6, tzinfo=UTC)
    stale = replace(FRAME, as_of=built, now=hung_up)
    page = bulletin_page(stale, lang, BulletinView(TOLD, frozen_at="2026-11-06"))
    assert "2026-11-06" in page
    assert word("site.old_data", lang, n=66) not in page
