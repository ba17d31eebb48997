"""`geo-risk init`: nobody at a station writes TOML."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.enterprise_list import write_list
from geo_risk.park import ParkFile, read_park
from tests.live.cli.commands import Run


@pytest.fixture
def located(tmp_path: Path) -> Path:
    """A list with coordinates."""
    write_list(tmp_path / "企业.xlsx", 12)
    return tmp_path / "企业.xlsx"


@pytest.fixture
def unlocated(tmp_path: Path) -> Path:
    """A list with number, name and address only."""
    write_list(tmp_path / "企业.xlsx", 12, located=False)
    return tmp_path / "企业.xlsx"


def test_without_a_list_every_key_is_written_with_its_comment(run: Run, tmp_path: Path) -> None:
    """The file names every section and key, and reads back."""
    out = tmp_path / "park.toml"
    assert run("init", "--out", out).code == 0
    text = out.read_text("utf-8")
    for name in ParkFile.SECTIONS:
        assert f"[{name}]" in text
    assert "# side of a surface cell, metres" in text
    assert read_park(out).model == ParkFile.__dataclass_fields__["model"].default


def test_park_file_is_never_overwritten(run: Run, tmp_path: Path) -> None:
    """What somebody wrote stays."""
    out = tmp_path / "park.toml"
    out.write_text("mine", "utf-8")
    ran = run("init", "--out", out)
    assert ran.code == 1
    assert "is there already. Name another place with --out" in ran.err
    assert out.read_text("utf-8") == "mine"


def test_boundary_beside_is_never_overwritten(run: Run, located: Path) -> None:
    """The real edge that somebody drew stays too."""
    edge = located.parent / "boundary.geojson"
    edge.write_text("mine", "utf-8")
    assert run("init", "--from", located, "--out", located.parent / "park.toml", "--yes").code == 1
    assert edge.read_text("utf-8") == "mine"
    assert not (located.parent / "park.toml").exists()


def test_list_gives_park_file_boundary_and_one_zone(run: Run, located: Path) -> None:
    """With --yes every guess is taken, and what was guessed is said."""
    ran = run("init", "--from", located, "--out", located.parent / "park.toml", "--yes")
    assert ran.code == 0, ran.err
    park = read_park(located.parent / "park.toml")
    assert {one.kind for one in park.source} == {"enterprises", "zones"}
    assert park.source[0].columns["name"] == "企业名称"
    assert park.source[0].datum == "gcj02"
    assert "企业名称 → name" in ran.out
    assert "读到 12 行：收下 12，退回 0" in ran.out
    zones = json.loads((located.parent / "zones.geojson").read_text("utf-8"))
    assert len(zones["features"]) == 1


def test_three_places_are_drawn_and_a_person_says_which_datum(run: Run, located: Path) -> None:
    """The answer, not the guess, stands in the park file."""
    out = located.parent / "park.toml"
    ran = run("init", "--from", located, "--out", out, stdin="2\n样例园\n\n")
    assert ran.code == 0, ran.err
    assert "三个企业在哪里.html" in ran.out
    assert ran.out.count("样例企业") >= 3
    park = read_park(out)
    assert (park.source[0].datum, park.park.name) == ("wgs84", "样例园")


def test_page_of_three_places_shows_each_reading_and_fetches_nothing(
    run: Run, located: Path
) -> None:
    """Stopped at the question, the page is there to look at; it holds no address."""
    ran = run("init", "--from", located, "--out", located.parent / "park.toml", stdin="")
    assert ran.code == 1
    text = (located.parent / "三个企业在哪里.html").read_text("utf-8")
    for words in ("按 GCJ-02", "按 WGS-84", "按 BD-09", "样例企业"):
        assert words in text
    assert "http" not in text.replace("http-equiv", "")


def test_wrong_answer_is_asked_again(run: Run, located: Path) -> None:
    """A number that is not offered is no answer."""
    out = located.parent / "park.toml"
    ran = run("init", "--from", located, "--out", out, stdin="9\n3\n\n\n")
    assert ran.code == 0, ran.err
    assert read_park(out).source[0].datum == "bd09"


def test_no_at_the_last_question_writes_nothing(run: Run, located: Path) -> None:
    """Until then nothing but the page to look at is written."""
    ran = run("init", "--from", located, "--out", located.parent / "park.toml", stdin="1\n\nn\n")
    assert ran.code == 1
    assert not (located.parent / "park.toml").exists()
    assert not (located.parent / "boundary.geojson").exists()


def test_list_without_coordinates_asks_for_the_middle(run: Run, unlocated: Path) -> None:
    """The square boundary stands about the middle that was given; a bad pair is asked again."""
    out = unlocated.parent / "park.toml"
    ran = run("init", "--from", unlocated, "--out", out, stdin="德清\n119.98, 30.54\n\n\n")
    assert ran.code == 0, ran.err
    assert "表里没有坐标" in ran.out
    ring = json.loads((out.parent / "boundary.geojson").read_text("utf-8"))
    lons = [lon for lon, _ in ring["features"][0]["geometry"]["coordinates"][0]]
    assert min(lons) < 119.98 < max(lons)
    assert "没有位置的 12 行" in ran.out


def test_middle_may_be_given_as_an_option(run: Run, unlocated: Path) -> None:
    """A script needs no conversation."""
    out = unlocated.parent / "park.toml"
    ran = run("init", "--from", unlocated, "--out", out, "--centre", "119.98,30.54", "--yes")
    assert ran.code == 0, ran.err
    assert read_park(out).park.crs == "EPSG:4549"


def test_english_on_request(run: Run, located: Path) -> None:
    """Everything said is said in the language asked for."""
    out = located.parent / "park.toml"
    ran = run("init", "--from", located, "--out", out, "--yes", "--lang", "en")
    assert "12 rows read: 12 accepted" in ran.out
    assert "Headings are understood so:" in ran.out


def test_file_that_is_no_list_says_so(run: Run, tmp_path: Path) -> None:
    """A picture named .xlsx is an error that names the file."""
    bad = tmp_path / "企业.xlsx"
    bad.write_bytes(b"\x89PNG")
    ran = run("init", "--from", bad, "--out", tmp_path / "park.toml", "--yes")
    assert ran.code == 1
    assert "企业.xlsx" in ran.err
