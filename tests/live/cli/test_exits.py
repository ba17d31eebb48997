"""`geo-risk export` and `render`: what leaves, for whom, and what the file says of itself."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from geo_risk import open_park
from tests.live.cli.commands import Run, exempted


def sheets(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Give a workbook's rows by sheet."""
    book = openpyxl.load_workbook(path)
    return {one.title: list(one.iter_rows(values_only=True)) for one in book.worksheets}


def test_premises_are_not_for_the_public(run: Run, park: Path) -> None:
    """Nothing leaves by default but aggregates; the answer says how to ask for more."""
    out = park.parent / "out.xlsx"
    ran = run("export", park, "premises", out)
    assert ran.code == 1
    assert "premises are not for this audience. Say for whom: --audience station." in ran.err
    assert not out.exists()


def test_names_leave_only_when_asked_for(run: Run, park: Path) -> None:
    """A station's list has no names unless somebody wants them."""
    out = park.parent / "out.xlsx"
    assert run("export", park, "enterprises", out, "--audience", "station").code == 0
    assert "企业名称" not in sheets(out)["企业"][0]
    assert run("export", park, "enterprises", out, "--audience", "station", "--names").code == 0
    names = sheets(out)["企业"]
    assert names[1][names[0].index("企业名称")] == "样例企业 001"


def test_analyst_gets_no_names_even_when_asked(run: Run, park: Path) -> None:
    """The role has none, whatever the option says."""
    out = park.parent / "out.xlsx"
    assert run("export", park, "enterprises", out, "--audience", "analyst", "--names").code == 0
    assert "样例企业" not in str(sheets(out)["企业"])


def test_filters_choose_rows_and_stand_on_the_cover(run: Run, park: Path) -> None:
    """Who opens the file later knows what was left out."""
    out = park.parent / "out.xlsx"
    where = ("--where", "industry=仓储业")
    assert run("export", park, "enterprises", out, "--audience", "station", *where).code == 0
    book = sheets(out)
    column = book["企业"][0].index("行业")
    assert {row[column] for row in book["企业"][1:]} == {"仓储业"}
    assert ("筛选：industry", "仓储业") in book["说明"]


def test_station_file_says_who_made_it_and_its_last_day(run: Run, park: Path) -> None:
    """The cover carries name and expiry."""
    out = park.parent / "out.xlsx"
    words = ("--audience", "station", "--expires", "2099-12-31")
    assert run("export", park, "premises", out, *words).code == 0
    said = dict(sheets(out)["说明"])
    assert said["导出人"]
    assert str(said["有效期至"]) == "2100-01-01 00:00:00"


def test_unknown_collection_names_those_there_are(run: Run, park: Path) -> None:
    """A slip is answered with the list."""
    ran = run("export", park, "premisses", park.parent / "out.xlsx")
    assert ran.code == 1
    assert "There are: enterprises, premises," in ran.err


def test_public_figures_are_areas_of_the_main_surface_only(run: Run, park: Path) -> None:
    """Cells, premises and where the station looked stay inside."""
    out = park.parent / "out.xlsx"
    assert run("export", park, "figures", out).code == 0
    book = sheets(out)
    assert set(book) == {"区域风险", "说明"}
    assert {row[0] for row in book["区域风险"][1:]} == {"inherent.consequence"}


def test_station_figures_hold_surfaces_zones_premises_and_sources(run: Run, park: Path) -> None:
    """Every figure of the last build goes out."""
    out = park.parent / "out.xlsx"
    assert run("export", park, "figures", out, "--audience", "station").code == 0
    assert set(sheets(out)) == {"图层", "巡区风险", "场所风险", "数据来源", "说明"}


def test_public_map_needs_an_approval_number_or_an_exemption(run: Run, park: Path) -> None:
    """Without either nothing is written; with one the file holds no premises."""
    out = park.parent / "map.html"
    ran = run("render", park, out)
    assert ran.code == 1
    assert "审图号" in ran.err
    assert not out.exists()
    ran = run("render", exempted(park), out)
    assert ran.code == 0, ran.err
    text = out.read_text("utf-8")
    assert "E0001" not in text
    assert "样例企业 0" not in text


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_station_map_opens_offline_and_says_its_maker(run: Run, park: Path, lang: str) -> None:
    """One file, nothing fetched, no names unless asked for."""
    out = park.parent / "map.html"
    ran = run("render", park, out, "--audience", "station", "--lang", lang)
    assert ran.code == 0, ran.err
    text = out.read_text("utf-8")
    assert "default-src &#39;none&#39;" in text or "default-src 'none'" in text
    assert "样例企业 001" not in text
    assert run("render", park, out, "--audience", "station", "--names").code == 0
    assert "样例企业 001" in out.read_text("utf-8")


def test_exports_are_audited(run: Run, park: Path) -> None:
    """Who took what out can be told later."""
    run("export", park, "premises", park.parent / "out.xlsx", "--audience", "station")
    run("render", park, park.parent / "map.html", "--audience", "station")
    with open_park(park) as opened:
        audited = {(one.what, one.subject) for one in opened.store.audits()}
    assert {("export", "premises"), ("render", "station")} <= audited
