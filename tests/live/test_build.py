"""A build: what is read adds up, twice is once, killed is not half, and the refused can come in.

Everything here is real: the sample park's files, the store on disk, the command as its own process.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import openpyxl
import pytest

from geo_risk import Workspace, intake, open_park
from geo_risk.errors import ConflictError, FileFormatError
from geo_risk.records import Actor, Role, credit_code_check_digit
from geo_risk.store import Query

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 11, 2, 8, tzinfo=UTC)
KEEPER = Actor(id="test", role=Role.KEEPER, door="cli")
COUNTS = intake.COUNTS


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the sample park's files with one month of history."""
    folder = tmp_path_factory.mktemp("sample")
    subprocess.run(
        [sys.executable, "-m", "data.sample_park", "--out", str(folder), "--months", "1"],
        check=True,
        cwd=ROOT,
        capture_output=True,
    )
    return folder


@pytest.fixture(scope="module")
def built(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Build the sample park once: its park file, and its state folder."""
    state = tmp_path_factory.mktemp("state")
    with open_park(sample / "park.toml", state=state) as park:
        park.build(now=NOW, actor=KEEPER)
    return sample / "park.toml", state


@pytest.fixture
def own(built: tuple[Path, Path], tmp_path: Path) -> tuple[Path, Path]:
    """Copy the built park, files and state, that a test may change."""
    park_file, state = built
    shutil.copytree(park_file.parent, tmp_path / "park")
    shutil.copytree(state, tmp_path / "state")
    return tmp_path / "park" / "park.toml", tmp_path / "state"


def changes(park: Workspace) -> int:
    """Count what happened to records; that a build was published is an event of another sort."""
    return sum(one.collection != "publications" for one in park.store.events())


def runs(park: Workspace) -> dict[str, dict[str, object]]:
    """Give what is known of each source: its summary by name."""
    return {run.name: dict(run.summary) for run in park.store.runs()}


def test_accepted_and_rejected_add_up_to_what_was_read(built: tuple[Path, Path]) -> None:
    """Of every source, and the planted oddities are among the rejected."""
    with open_park(built[0], state=built[1]) as park:
        sources = park.publication().sources
    assert {one["kind"] for one in sources} >= {"enterprises", "premises", "visits", "reports"}
    for one in sources:
        assert one["accepted"] + one["rejected"] == one["read"], one
    assert sum(one["rejected"] for one in sources) > 0
    assert sum(one["unlocated"] for one in sources) > 0


def test_building_twice_changes_nothing(own: tuple[Path, Path]) -> None:
    """The same files give no event and the very same surfaces; touching a file's date neither."""
    with open_park(own[0], state=own[1]) as park:
        before = park.publication()
        events = changes(park)
        for file in own[0].parent.iterdir():
            os.utime(file)
        again = park.build(now=NOW + timedelta(days=1), actor=KEEPER).publication
        assert changes(park) == events
    assert again.sources == before.sources
    versions = {id_: one.surface.version for id_, one in before.surfaces.items()}
    assert {id_: one.surface.version for id_, one in again.surfaces.items()} == versions


def test_reading_a_file_again_under_another_digest_changes_nothing(own: tuple[Path, Path]) -> None:
    """A file with one blank line more is read, and every row of it is as it was."""
    with open_park(own[0], state=own[1]) as park:
        events = changes(park)
        source = next(
            one for one in park.park.source if one.kind == "visits" and one.file.suffix == ".csv"
        )
        source.file.write_bytes(source.file.read_bytes() + b"\r\n")
        before = runs(park)[source.name]
        park.build(now=NOW, actor=KEEPER)
        assert changes(park) == events
        after = runs(park)[source.name]
    assert {key: after[key] for key in COUNTS} == {key: before[key] for key in COUNTS}


@pytest.mark.parametrize("after_s", [0.7, 2.0])
def test_a_build_that_is_killed_leaves_whole_files_only(
    sample: Path, built: tuple[Path, Path], tmp_path: Path, after_s: float
) -> None:
    """Killed at some moment, each source is in with all its rows or not at all.

    The next build ends, and the store then equals that of a build that nobody killed.
    """
    state = tmp_path / "state"
    process = subprocess.Popen(
        [sys.executable, "-m", "api", "build", str(sample / "park.toml")],
        env={**os.environ, "GEO_RISK_STATE": str(state)},
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    store = state / "sample-park" / "store.sqlite"
    deadline = time.monotonic() + 60
    while not store.exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(after_s)
    assert process.poll() is None, "the build ended before it could be killed"
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    with open_park(sample / "park.toml", state=state) as park:
        known = runs(park)
        for source in park.park.source:
            query = Query(collection=source.kind, filters={"source": source.name})
            assert bool(park.store.count(query)) == (source.name in known), source.name
        park.build(now=NOW, actor=KEEPER)
        killed = _states(park)
    with open_park(built[0], state=built[1]) as park:
        assert _states(park) == killed


def _states(park: Workspace) -> dict[str, list[str]]:
    names = ("enterprises", "premises", "visits", "reports", "zones", "stations", "roads")
    return {
        name: sorted(repr(one.record) for one in park.store.find(Query(name), actor=KEEPER))
        for name in names
    }


def test_rejected_rows_are_corrected_in_the_file_they_come_in(
    own: tuple[Path, Path], tmp_path: Path
) -> None:
    """The rejects sheet carries reason and remedy; with the code corrected the enterprise is in."""
    park_file, state = own
    with open_park(park_file, state=state) as park:
        name, summary = next(
            (name, one)
            for name, one in runs(park).items()
            if one["kind"] == "enterprises" and one["rejected"]
        )
        sheet_file = park.state_dir / "rejects" / f"{name}.xlsx"
        book = openpyxl.load_workbook(sheet_file)
        sheet = book.worksheets[0]
        headings = [cell.value for cell in sheet[1]]
        reason, remedy = headings.index("原因"), headings.index("处理办法")
        code = headings.index("统一社会信用代码")
        rows = list(sheet.iter_rows(min_row=2))
        assert all(row[reason].value and row[remedy].value for row in rows)
        broken = next(row for row in rows if "校验" in str(row[reason].value))
        first = str(broken[code].value)[:17]
        mended = first + credit_code_check_digit(first)
        broken[code].value = mended
        book.save(sheet_file)
        copy = shutil.copy(sheet_file, tmp_path / "copy.xlsx")
        batch = intake.readmit(
            park.park,
            park.store,
            name,
            sheet_file,
            actor=KEEPER,
            now=NOW,
            state_dir=park.state_dir,
        )
        assert batch.accepted == 1
        after = runs(park)[name]
        assert after["accepted"] == summary["accepted"] + 1  # type: ignore[operator]
        assert after["rejected"] == summary["rejected"] - 1  # type: ignore[operator]
        assert park.store.get("enterprises", mended, actor=KEEPER).record.id == mended
        intake.readmit(
            park.park,
            park.store,
            name,
            Path(copy),
            actor=KEEPER,
            now=NOW,
            state_dir=park.state_dir,
        )
        assert {key: runs(park)[name][key] for key in COUNTS} == {
            key: after[key] for key in COUNTS
        }, "the same corrected rows, read twice, count once"
        park.build(now=NOW, actor=KEEPER)
        assert runs(park)[name]["rejected"] == after["rejected"]
        with pytest.raises(ConflictError, match="has not been read"):
            intake.readmit(
                park.park,
                park.store,
                "nobody",
                sheet_file,
                actor=KEEPER,
                now=NOW,
                state_dir=park.state_dir,
            )


def test_missing_files_are_all_named_with_where_they_come_from(own: tuple[Path, Path]) -> None:
    """One message for all of them, and the store is as it was."""
    with open_park(own[0], state=own[1]) as park:
        first, second = park.park.source[0], park.park.source[1]
        first.file.unlink()
        second.file.unlink()
        events = changes(park)
        with pytest.raises(FileFormatError) as caught:
            park.build(now=NOW, actor=KEEPER)
        assert str(first.file) in caught.value.message
        assert str(second.file) in caught.value.message
        assert "--data" in caught.value.hint
        assert changes(park) == events


def test_the_command_writes_the_json_other_programs_rely_on(sample: Path, tmp_path: Path) -> None:
    """`build --json F` holds park, sources with their counts, and surfaces."""
    target = tmp_path / "build.json"
    subprocess.run(
        [sys.executable, "-m", "api", "build", str(sample / "park.toml"), "--json", target],
        env={**os.environ, "GEO_RISK_STATE": str(tmp_path / "state")},
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    written = json.loads(target.read_text(encoding="utf-8"))
    assert written["park"]
    assert written["surfaces"]
    for one in written["sources"]:
        assert set(COUNTS) < set(one)
        assert one["name"]
        assert one["kind"]
