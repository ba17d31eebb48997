"""`geo-risk slips` and `declarations`: what there is, drawn up, printed."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from geo_risk import open_park, slipbook
from geo_risk.records import Actor, Declaration, Enterprise, Report, Role, Severity
from geo_risk.slips import Act
from geo_risk.store import Query
from tests.live.cli.commands import Run

NOW = datetime.now(UTC)
MONTH = NOW.astimezone().strftime("%Y-%m")
KEEPER = Actor("cli", Role.KEEPER, "cli")
CHIEF = Actor("u-chief", Role.CHIEF, "http")


def test_slips_are_listed_and_printed(run: Run, park: Path, tmp_path: Path) -> None:
    """None is said; an issued one comes out as PDF; a month that is not frozen is refused."""
    empty = run("slips", park, "--month", "2020-01")
    assert (empty.code, "no slips" in empty.out) == (0, True), empty.err
    at = NOW - timedelta(days=90)
    with open_park(park) as opened:
        store = opened.store
        firm = Enterprise(id="made:1", name="样例", above_scale=True, key_listed=True)
        hazard = Report(
            id="made:r1",
            kind="hazard",
            channel="visit",
            enterprise_id="made:1",
            occurred_from=at,
            occurred_to=at,
            reported_at=at,
            severity=Severity.MAJOR,
        )
        store.put([firm, hazard], actor=KEEPER, at=NOW)
        drawn = slipbook.draw(store, opened.park, actor=CHIEF, at=NOW)
        slip_id = next(one for one in drawn.slip_ids if "made-1" in one)
        for step in (Act("check"), Act("issue", "逾期")):
            slipbook.act(store, opened.park, slip_id, step, actor=CHIEF, at=NOW)
        month = store.get("slips", slip_id, actor=KEEPER).record.month
    sheet, figures = tmp_path / "slips.pdf", tmp_path / "slips.json"
    ran = run("slips", park, "--month", month, "--out", sheet, "--json", figures)
    assert ran.code == 0, ran.err
    assert "issued 1" in ran.out
    assert sheet.read_bytes().startswith(b"%PDF-")
    assert slip_id in {one["id"] for one in json.loads(figures.read_text())["slips"]}
    refused = run("slips", park, "--month", "2020-01", "--draw")
    assert (refused.code, "not published" in refused.err) == (1, True)


def test_declarations_are_counted_by_indicator(run: Run, park: Path, tmp_path: Path) -> None:
    """How many were declared, how many of them verified."""
    with open_park(park) as opened:
        said = [
            Declaration(
                id=f"made:{n}",
                enterprise_id="made:1",
                month="2019-05",
                indicator=name,
                have=1,
                need=1,
                verified_at=NOW if n else None,
            )
            for n, name in enumerate(("drills", "rules"))
        ]
        opened.store.put(said, actor=KEEPER, at=NOW)
        assert opened.store.count(Query("declarations", filters={"month": "2019-05"})) == 2
    file = tmp_path / "said.json"
    ran = run("declarations", park, "--month", "2019-05", "--json", file)
    assert ran.code == 0, ran.err
    assert "2 declared, 1 verified" in ran.out
    states = {
        one["indicator"]: one["state"] for one in json.loads(file.read_text())["declarations"]
    }
    assert states == {"drills": "declared", "rules": "verified"}
