"""The park file: every default written, every unknown word answered with the nearest known one."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from geo_risk.errors import ParkFileError
from geo_risk.park import READING_ORDER, SOURCE_KINDS, parse_park, read_park, write_park

MINIMAL = """
[park]
id = "park-1"
name = "样例园区"
crs = "EPSG:4549"
boundary = { file = "boundary.geojson", datum = "wgs84" }

[[source]]
kind = "enterprises"
file = "企业.xlsx"
datum = "gcj02"
columns = { id = "统一社会信用代码", name = "企业名称" }
values = { risk_class = { "Risk 1 (High)" = 3 } }

[[source]]
kind = "reports"
file = "calls.csv.gz"
set = { kind = "hazard", channel = "hotline" }
occurred = ["from", "to"]
"""
HERE = Path("/somewhere/park.toml")


def test_what_is_written_reads_back_the_same() -> None:
    """`init` writes every key; reading that gives the very same park."""
    park = parse_park(MINIMAL, HERE)
    assert parse_park(write_park(park), HERE) == park


def test_every_key_is_written_with_its_comment() -> None:
    """No key hides: each line of the written file carries what it is for."""
    text = write_park(parse_park(MINIMAL, HERE))
    lines = [line for line in text.splitlines() if " = " in line and not line.startswith("#")]
    assert all("# " in line for line in lines)
    assert "bandwidth_m = 0.0" in text


@pytest.mark.parametrize("text", ['a"b', "a\\b", "a\nb\x7f", "样例#1", "'"])
def test_any_name_survives_writing(text: str) -> None:
    """Quotes, backslashes, control characters and Chinese come back unchanged."""
    quoted = MINIMAL.replace('"样例园区"', "'''" + text + "'''" if text != "'" else '"\'"')
    if "\x7f" in text:
        quoted = MINIMAL.replace('"样例园区"', '"a\\nb\\u007f"')
    park = parse_park(quoted, HERE)
    assert park.park.name == text
    assert parse_park(write_park(park), HERE) == park


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("crs =", "csr =", "park.toml: [park]: key 'csr' is not known. Did you mean 'crs'?"),
        (
            '"enterprises"',
            '"enterprise"',
            "park.toml: [[source]] kind 'enterprise' is not known. Did you mean 'enterprises'?",
        ),
        ("[park]", "[prak]", "park.toml: [prak] is not known. Did you mean 'park'?"),
        (
            'id = "park-1"',
            'id = "Park 1"',
            "park.toml: [park] id 'Park 1'. Use a-z, 0-9 and hyphens only.",
        ),
        ('id = "park-1"', "", "park.toml: [park]: id is missing."),
        ("EPSG:4549", "EPSG:4326", "Working CRS 'EPSG:4326' (WGS 84) is in degrees."),
        ('"gcj02"', '"gcj2"', "Datum 'gcj2' is not known."),
        (', datum = "wgs84"', "", "boundary: datum is missing."),
        ('kind = "hazard"', 'kind = "hazards"', "Did you mean 'hazard'?"),
        ('name = "样例园区"', "name = 3", "[park] name is 3. Write text."),
        ('name = "样例园区"', 'name = "x"\ncell_m = -1', "cell_m is -1.0. Give metres above 0."),
        ('name = "样例园区"', 'name = "x"\ncell_m = "25"', "cell_m is '25'. Write a number."),
        (
            'name = "样例园区"',
            'name = "x"\ntimezone = "Asia/Shanghia"',
            "Did you mean 'Asia/Shanghai'?",
        ),
        ("[park]", "[park", "is not TOML"),
        ('occurred = ["from", "to"]', "occurred = 3", "Write a list"),
    ],
)
def test_what_does_not_hold_together_is_named_with_the_remedy(
    old: str, new: str, message: str
) -> None:
    """Each message says where, what, and what to write instead."""
    with pytest.raises(ParkFileError) as caught:
        parse_park(MINIMAL.replace(old, new, 1), HERE)
    assert message in str(caught.value)


def test_two_sources_of_one_name_are_refused() -> None:
    """Record ids begin with the source's name, so it must be its own."""
    twice = MINIMAL + '\n[[source]]\nkind = "visits"\nfile = "calls.csv"\n'
    with pytest.raises(ParkFileError, match="Two sources are called 'calls'"):
        parse_park(twice, HERE)


def test_a_missing_file_and_a_folder_say_what_to_do(tmp_path: Path) -> None:
    """The two commonest slips at the command line."""
    with pytest.raises(ParkFileError, match="geo-risk init"):
        read_park(tmp_path / "none.toml")
    with pytest.raises(ParkFileError, match="is a folder"):
        read_park(tmp_path)


def test_paths_are_looked_for_in_the_data_root_and_beside_the_file(tmp_path: Path) -> None:
    """A file in the data root wins; what is not there is expected beside the park file or in it."""
    (tmp_path / "park.toml").write_text(MINIMAL, encoding="utf-8")
    root = tmp_path / "data"
    root.mkdir()
    (root / "calls.csv.gz").touch()
    (tmp_path / "boundary.geojson").touch()
    park = read_park(tmp_path / "park.toml", data_root=root)
    assert park.source[1].file == root / "calls.csv.gz"
    assert park.park.boundary.file == tmp_path / "boundary.geojson"
    assert park.source[0].file == root / "企业.xlsx"


def test_forecasts_of_public_order_and_fraud_are_off_until_somebody_decided() -> None:
    """Off by default; on needs a name."""
    assert not parse_park(MINIMAL, HERE).kinds["public_order"].forecast
    with pytest.raises(ParkFileError, match="decided_by is empty"):
        parse_park(MINIMAL + '\n[[kind]]\nid = "fraud"\n', HERE)
    decided = MINIMAL + '\n[[kind]]\nid = "fraud"\ndecided_by = "样例站长"\n'
    assert parse_park(decided, HERE).kinds["fraud"].forecast


def test_the_public_floor_can_be_raised_but_not_lowered() -> None:
    """Fewer than 8 enterprises or 5 reports are never shown in public."""
    assert parse_park(MINIMAL + "\n[map]\nmin_enterprises = 20\n", HERE).map.min_enterprises == 20
    with pytest.raises(ParkFileError, match="cannot be below 8 and 5"):
        parse_park(MINIMAL + "\n[map]\nmin_reports = 1\n", HERE)


def test_as_of_is_the_parks_own_moment_or_now() -> None:
    """A date for data that has ended is local midnight; without one it is the given now."""
    now = datetime(2026, 11, 23, tzinfo=UTC)
    assert parse_park(MINIMAL, HERE).as_of(now) == now
    ended = parse_park(MINIMAL + "\n[calendar]\nas_of = 2026-11-01\n", HERE)
    assert ended.as_of(now).isoformat() == "2026-11-01T00:00:00+08:00"


def test_every_kind_of_source_has_its_place_in_the_reading_order() -> None:
    """A kind without a place would never be read."""
    assert sorted(READING_ORDER) == sorted(SOURCE_KINDS)
    park = parse_park(MINIMAL, HERE)
    assert [one.kind for one in park.sources_in_order()] == ["enterprises", "reports"]


PLAN = MINIMAL + "\n[plan]\n"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("explore_share = 0.04", "0.05 to 0.5"),
        ("explore_share = 0.6", "0.05 to 0.5"),
        ('shifts = ["8-12"]', "Write 08:30-12:00"),
        ('shifts = ["25:00-26:00"]', "Write 08:30-12:00"),
        ('shifts = ["08:00-12:00", "11:00-15:00"]', "two at once"),
        ('shifts = ["06:00-10:00", "22:00-07:00"]', "two at once"),
        ("revisit_min_days = { 1 = 800, 2 = 60, 3 = 45, 4 = 30 }", "class 1"),
        ("revisit_max_days = { 1 = 800 }", "class 2 is missing"),
        ("service_minutes = { 1 = 0, 2 = 1, 3 = 1, 4 = 1 }", "class 1 has 0"),
        ("service_minutes = { 1 = 9, 2 = 9, 3 = 9, 4 = 9, 5 = 9 }", "class '5' is not known"),
        ("crossing = 1.5", "Give 0 to 1"),
        ("unknown_class = 7", "Give 1 to 4"),
        ("budget_seconds = -1.0", "Give 0 or more"),
        ('start = "home"', "centre"),
    ],
)
def test_numbers_that_no_plan_can_be_made_from_are_refused(line: str, message: str) -> None:
    """The random share above all: below 5 % nobody knows how often hazards occur."""
    with pytest.raises(ParkFileError) as error:
        parse_park(PLAN + line, HERE)
    assert message in f"{error.value.message} {error.value.hint}"


def test_a_night_shift_crosses_midnight() -> None:
    """Beyond 24 hours it is the day after; it may touch the next shift."""
    park = parse_park(PLAN + 'shifts = ["22:00-06:00", "06:00-10:30"]', HERE)
    assert park.plan.hours == ((22 * 60, 30 * 60), (6 * 60, 10 * 60 + 30))
    assert parse_park(write_park(park), HERE) == park
