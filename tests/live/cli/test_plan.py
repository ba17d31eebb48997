"""`geo-risk plan`: made, shown, changed, written out; interrupted without harm."""

from __future__ import annotations

import json
import signal
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyogrio
import pytest
from icalendar import Calendar

from api.cli_plan import interruptible
from geo_risk import open_park, planbook
from geo_risk.planbook import Change, Move
from geo_risk.records import Actor, Officer, Role
from tests.live.cli.commands import Run

KEEPER = Actor("cli", Role.KEEPER, "cli")
TODAY = datetime.now(UTC).date()
WEEK = (TODAY + timedelta(days=7 - TODAY.weekday())).isoformat()
LONG = ("--week", WEEK, "--days", "14")


@pytest.fixture
def staffed(park: Path) -> Path:
    """The park with one officer."""
    with open_park(park) as opened:
        opened.store.put([Officer(id="o:1", name="样例警长甲")], actor=KEEPER, at=datetime.now(UTC))
    return park


def test_a_plan_is_printed_and_its_files_open(run: Run, staffed: Path, tmp_path: Path) -> None:
    """By officer and day with reasons, what was left out, how good; names in the files only."""
    files = [tmp_path / name for name in ("p.json", "p.ics", "p.gpx", "p.html")]
    options = zip(("--json", "--ics", "--gpx", "--sheet"), files, strict=True)
    words = [one for pair in options for one in pair]
    ran = run("plan", staffed, *LONG, "--seconds", "0.2", *words)
    assert ran.code == 0, ran.err
    plan = json.loads(files[0].read_text("utf-8"))
    visits = plan["officers"][0]["visits"]
    assert visits
    assert f"{len(visits)} visits, {plan['drawn']} by lot" in ran.out
    for one in visits:
        assert one["id"] in ran.out
        assert one["name"] == ""
    assert "样例" not in ran.out
    assert len(Calendar.from_ical(files[1].read_bytes()).walk("VEVENT")) == len(visits)
    placed = [one for one in visits if one["lon"] is not None and not one["place_guessed"]]
    assert len(pyogrio.read_dataframe(files[2], layer="waypoints")) == len(placed)
    sheet = files[3].read_text("utf-8")
    assert "样例警长甲" in sheet
    assert "<link" not in sheet
    shown = run("plan", staffed, "--week", WEEK, "--show", "--officer", "o:1")
    assert shown.code == 0, shown.err
    assert visits[0]["id"] in shown.out


def test_an_absence_changes_the_plan_there_is(run: Run, staffed: Path, tmp_path: Path) -> None:
    """The officer makes no visit that day; the cost is said."""
    file = tmp_path / "p.json"
    made = run("plan", staffed, *LONG, "--seconds", "0.2", "--json", file)
    assert made.code == 0, made.err
    day = json.loads(file.read_text("utf-8"))["officers"][0]["visits"][0]["day"]
    changed = run(
        "plan", staffed, "--week", WEEK, "--change", "--absent", f"o:1={day}", "--json", file
    )
    assert changed.code == 0, changed.err
    assert "changed: " in changed.out
    after = json.loads(file.read_text("utf-8"))["officers"][0]["visits"]
    assert all(one["day"] != day for one in after)


def test_a_week_made_anew_keeps_what_was_moved_or_lets_it_go(
    run: Run, staffed: Path, tmp_path: Path
) -> None:
    """A visit moved to another day stays there; asked to, the command lets it go."""
    file = tmp_path / "p.json"

    def made(*words: object) -> tuple[dict[str, Any], str]:
        ran = run("plan", staffed, *LONG, "--seconds", "0.2", "--json", file, *words)
        assert ran.code == 0, ran.err
        return json.loads(file.read_text("utf-8")), ran.out

    plan, said = made()
    assert "moved by hand" not in said
    visits = plan["officers"][0]["visits"]
    days = sorted({one["day"] for one in visits})
    free = next(one for one in visits if one["selection_probability"] is None)
    day = next(one for one in days if one != free["day"])
    with open_park(staffed) as opened:
        at = datetime.fromisoformat(f"{day}T10:00").replace(tzinfo=opened.park.zone)
        candidate = free["id"].partition(".")[2]
        change = Change(moves=(Move(candidate, "o:1", at),))
        first, now = date.fromisoformat(WEEK), datetime.now(UTC)
        planbook.change(opened.store, opened.park, None, first, change, actor=KEEPER, now=now)
    plan, said = made()
    assert "moved by hand: 1 kept, 0 not" in said
    assert [one["kept"] for one in plan["moves"]] == [True]
    assert {one["id"]: one["day"] for one in plan["officers"][0]["visits"]}[free["id"]] == day
    _, said = made("--absent", f"o:1={day}")
    assert "moved by hand: 0 kept, 1 not" in said
    assert f"not kept: {candidate} (o:1, {day} 10:00)" in said
    assert "(outside_shifts)" in said
    plan, said = made("--moves", "drop")
    assert "moved by hand" not in said
    assert plan["moves"] == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--show",), "There is no plan of"),
        (("--change",), "There is no plan of"),
        (("--late", "x=5"), "Add --change"),
        (("--absent", "o:1"), "Write officers:3=2026-10-13/morning."),
        (("--days", "15"), "Give 1 to 14."),
        (("--lang", "fr"), "Give zh or en."),
        (("--moves", "some"), "Give keep or drop."),
    ],
)
def test_a_wrong_wish_is_one_line(run: Run, park: Path, words: tuple[str, ...], said: str) -> None:
    """What was not understood and what to write; nothing is planned."""
    ran = run("plan", park, "--week", WEEK, "--seconds", "0", *words)
    assert ran.code == 1
    assert said in ran.err
    assert ran.err.count("\n") == 1


def test_without_officers_a_plan_says_so(run: Run, park: Path) -> None:
    """A plan for what is possible, and a plain reason for the rest."""
    ran = run("plan", park, "--week", WEEK, "--seconds", "0")
    assert ran.code == 0, ran.err
    assert "0 visits" in ran.out
    assert "note: no_officers" in ran.out


def test_the_first_interruption_is_a_wish_the_second_interrupts() -> None:
    """The search is told and ends by itself; who cannot wait gets out; then all is as before."""
    before = signal.getsignal(signal.SIGINT)
    with interruptible() as stop:
        assert stop == [False]
        signal.raise_signal(signal.SIGINT)
        assert stop == [True]
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before
