"""`geo-risk build`, `readmit`, `evaluate`: what they say and what they write."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl

from tests.live.cli.commands import Run


def summary(park: Path) -> dict[str, dict[str, int]]:
    """Give the sources of the build's JSON by name."""
    made = json.loads((park.parent / "build.json").read_text("utf-8"))
    return {one["name"]: one for one in made["sources"]}


def test_json_adds_up_and_names_park_sources_and_surfaces(park: Path) -> None:
    """Accepted + rejected = read; the JSON has what other programs rely on."""
    made = json.loads((park.parent / "build.json").read_text("utf-8"))
    assert {"park", "sources", "surfaces"} <= set(made)
    for one in made["sources"]:
        assert one["accepted"] + one["rejected"] == one["read"]
        assert set(one) >= {"name", "kind", "unlocated", "outside"}
    assert summary(park)["enterprises"]["rejected"] == 1


def test_second_build_reads_nothing_and_says_the_same(run: Run, park: Path) -> None:
    """The same files twice change nothing."""
    ran = run("build", park, "--json", park.parent / "again.json")
    assert ran.code == 0, ran.err
    assert "enterprises ..." not in ran.err
    again = json.loads((park.parent / "again.json").read_text("utf-8"))
    assert again["sources"] == list(summary(park).values())


def test_output_says_where_the_rejected_rows_wait(run: Run, park: Path) -> None:
    """A person need not search for them."""
    out = run("build", park).out
    rejects = park.parent / ".geo-risk" / "enterprises" / "rejects" / "enterprises.xlsx"
    assert f"1 rows of enterprises wait in {rejects}" in out
    assert rejects.is_file()
    assert "duplicate_number 1" in out


def test_rows_corrected_in_their_file_are_readmitted(run: Run, park: Path) -> None:
    """The rejects file itself is corrected and read; the next build keeps what went in."""
    rejects = park.parent / ".geo-risk" / "enterprises" / "rejects" / "enterprises.xlsx"
    book = openpyxl.load_workbook(rejects)
    cell = next(
        cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value == "E0001"
    )
    cell.value = "E0900"
    book.save(rejects)
    ran = run("readmit", park, rejects)
    assert ran.code == 0, ran.err
    assert "1 of 1 rows accepted, 0 still rejected." in ran.out
    assert run("build", park, "--json", park.parent / "build.json").code == 0
    assert (summary(park)["enterprises"]["accepted"], summary(park)["enterprises"]["rejected"]) == (
        40,
        0,
    )


def test_rows_still_wrong_are_said_again(run: Run, park: Path) -> None:
    """Nothing is taken that is not good yet, and the reason is repeated."""
    rejects = park.parent / ".geo-risk" / "enterprises" / "rejects" / "enterprises.xlsx"
    ran = run("readmit", park, rejects)
    assert ran.code == 0, ran.err
    assert "0 of 1 rows accepted, 1 still rejected." in ran.out
    assert "  row " in ran.out


def test_rejects_of_no_known_source_name_the_sources(run: Run, park: Path) -> None:
    """A renamed file is asked about, not guessed."""
    other = park.parent / "other.xlsx"
    other.write_bytes(b"")
    ran = run("readmit", park, other)
    assert ran.code == 1
    assert "Sources: enterprises, zones." in ran.err


def test_as_of_overrides_the_park_file(run: Run, park: Path) -> None:
    """What is known later is not used."""
    ran = run("build", park, "--as-of", "2020-01-01", "--json", park.parent / "f.json")
    assert ran.code == 0, ran.err
    made = json.loads((park.parent / "f.json").read_text("utf-8"))
    assert made["as_of"] == "2020-01-01T00:00:00+08:00"


def test_kind_that_never_occurred_is_a_clear_error(run: Run, park: Path) -> None:
    """Scores of nothing are not made up."""
    ran = run("evaluate", park, "--kind", "hazard", "--cut", "2026-01-01")
    assert ran.code == 1
    assert ran.err.splitlines()[-1].startswith("geo-risk: ")
    assert "hazard" in ran.err.splitlines()[-1]
