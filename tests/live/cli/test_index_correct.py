"""`geo-risk index --correct`: a published month corrected with a reason, after it was said how."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from geo_risk import monthly, open_park
from geo_risk.records import Actor, Enterprise, Report, Role, Severity
from tests.live.cli.commands import Run

KEEPER = Actor("cli", Role.KEEPER, "cli")
FIRMS = [f"made:{n}" for n in range(9)]


def _published(run: Run, park: Path) -> str:
    """Publish the month before last, in which one enterprise had a hazard that is overdue."""
    with open_park(park) as opened:
        month = monthly.shift_month(monthly.month_of(datetime.now(UTC), opened.park), -2)
        found = monthly.begin_of(month, opened.park) + timedelta(days=1)
        firms = [Enterprise(id=one, above_scale=True, key_listed=True) for one in FIRMS]
        hazard = Report(
            id="made:r1",
            kind="hazard",
            channel="visit",
            enterprise_id=FIRMS[0],
            occurred_from=found,
            occurred_to=found,
            reported_at=found,
            severity=Severity.MINOR,
        )
        opened.store.put([*firms, hazard], actor=KEEPER, at=found)
    ran = run("index", park, "--month", month, "--publish")
    assert ran.code == 0, ran.err
    assert "revision 0" in ran.out
    return month


def test_a_month_is_corrected_when_what_changes_was_said_and_agreed_to(
    run: Run, park: Path
) -> None:
    """No is no change; yes is the next revision with its reason; the same twice is refused."""
    month = _published(run, park)
    words = ("index", park, "--month", month, "--correct", "made:r1")
    told = ("--reason", "样例:隐患不属实")
    for wrong, said in (
        (words, "has no reason"),
        ((*words, "--publish"), "--publish with --correct"),
        ((*words[:-1], "made:none", *told, "--yes"), "There is no report or visit made:none"),
        ((*words[:-2], *told), "without --correct"),
    ):
        ran = run(*wrong)
        assert (ran.code, said in ran.err) == (1, True), ran.err
    refused = run(*words, *told, stdin="n\n")
    assert refused.code != 0
    assert f"correction 1 of {month}: " in refused.out
    assert FIRMS[0] in refused.out
    assert "revision 0" in run("index", park, "--month", month).out
    kept = run(*words, *told, "--yes")
    assert kept.code == 0, kept.err
    assert "revision 1" in run("index", park, "--month", month).out
    with open_park(park) as opened:
        (one,) = monthly.corrections_of(opened.store, month, actor=KEEPER)
    assert (one.revision, one.left_out, one.reason) == (1, ("made:r1",), told[1])
    again = run(*words, *told, "--yes")
    assert (again.code, "left out of" in again.err) == (1, True)
