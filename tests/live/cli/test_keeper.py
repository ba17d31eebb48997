"""The keeper's commands: accounts, tokens, forgetting, backup."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import openpyxl

from api.auth import Throttles, sign_in
from geo_risk import open_park
from tests.live.cli.commands import Run

PASSWORD = "样例-password-1"


def may_sign_in(park: Path, name: str, password: str) -> bool:
    """Say whether the name and the password open a session."""
    with open_park(park) as opened:
        now = datetime.now(UTC)
        return sign_in(opened.store, Throttles(), name, password, "127.0.0.1", now) is not None


def names_in(sheet: Path) -> set[str]:
    """Give the enterprises' names of an export."""
    rows = list(openpyxl.load_workbook(sheet)["企业"].iter_rows(values_only=True))
    column = rows[0].index("企业名称")
    return {str(row[column]) for row in rows[1:]}


def test_password_is_read_from_standard_input(run: Run, park: Path) -> None:
    """It stands on no command line and is not printed back."""
    ran = run("user", "add", park, "zhang", "--role", "chief", stdin=f"{PASSWORD}\n")
    assert ran.code == 0, ran.err
    assert PASSWORD not in ran.out + ran.err
    assert may_sign_in(park, "zhang", PASSWORD)


def test_short_password_is_refused(run: Run, park: Path) -> None:
    """The rule is said; no account is made."""
    ran = run("user", "add", park, "zhang", "--role", "chief", stdin="short\n")
    assert ran.code == 1
    assert "The password has 5 characters. Choose at least 8." in ran.err
    assert "zhang" not in run("user", "list", park).out


def test_random_password_is_shown_once_and_works(run: Run, park: Path) -> None:
    """The list never shows it again."""
    ran = run("user", "add", park, "zhang", "--role", "clerk", "--random")
    password = ran.out.split()[-1]
    assert may_sign_in(park, "zhang", password)
    listed = run("user", "list", park)
    assert re.search(r"zhang\s+clerk", listed.out)
    assert password not in listed.out


def test_password_can_be_changed_and_account_disabled(run: Run, park: Path) -> None:
    """The old password and a disabled account open nothing."""
    run("user", "add", park, "zhang", "--role", "clerk", stdin=f"{PASSWORD}\n")
    assert run("user", "password", park, "zhang", stdin="another-password\n").code == 0
    assert not may_sign_in(park, "zhang", PASSWORD)
    assert may_sign_in(park, "zhang", "another-password")
    assert run("user", "disable", park, "zhang").code == 0
    assert not may_sign_in(park, "zhang", "another-password")


def test_unknown_user_says_where_to_look(run: Run, park: Path) -> None:
    """A slip in a name is answered, not created."""
    ran = run("user", "disable", park, "nobody")
    assert ran.code == 1
    assert "There is no user 'nobody'. See `geo-risk user list`." in ran.err


def test_token_is_shown_once_and_can_be_revoked(run: Run, park: Path) -> None:
    """The list has its label and dates, never the secret."""
    ran = run("token", "add", park, "门户网站", "--role", "portal", "--days", "30")
    assert ran.code == 0, ran.err
    token_id, secret = ran.out.split(",")[0], ran.out.split()[-1]
    assert secret.startswith("grt_")
    listed = run("token", "list", park)
    assert "门户网站" in listed.out
    assert secret not in listed.out
    assert run("token", "revoke", park, token_id).code == 0
    last = run("token", "list", park).out.splitlines()[-1].split()
    assert len(last) == 6


def test_forgotten_enterprise_stays_forgotten_after_restore(run: Run, park: Path) -> None:
    """A backup made before does not bring the name back; ids and figures stay."""
    archive = park.parent / "before.backup"
    assert run("backup", park, archive).code == 0
    ran = run("forget", park, "enterprises/enterprises:E0002", "--yes")
    assert ran.code == 0, ran.err
    assert "Removed" in ran.out
    assert run("restore", park, archive, "--yes").code == 0
    out = park.parent / "out.xlsx"
    ran = run("export", park, "enterprises", out, "--audience", "station", "--names")
    assert ran.code == 0, ran.err
    assert len(openpyxl.load_workbook(out)["企业"]["A"]) == 1 + 39
    assert "样例企业 003" in names_in(out)
    assert "样例企业 002" not in names_in(out)


def test_forgetting_asks_first(run: Run, park: Path) -> None:
    """What cannot be undone is not done without a yes."""
    ran = run("forget", park, "enterprises/enterprises:E0002", stdin="n\n")
    assert ran.code == 1
    out = park.parent / "out.xlsx"
    run("export", park, "enterprises", out, "--audience", "station", "--names")
    assert "样例企业 002" in names_in(out)


def test_restore_keeps_the_state_before(run: Run, park: Path) -> None:
    """A restore by mistake can be undone."""
    archive = park.parent / "a.backup"
    assert run("backup", park, archive).code == 0
    ran = run("restore", park, archive, "--yes")
    assert ran.code == 0, ran.err
    kept = re.search(r"kept in (\S+);", ran.out)
    assert kept is not None
    assert (Path(kept.group(1)) / "store.sqlite").is_file()


def test_damaged_backup_changes_nothing(run: Run, park: Path) -> None:
    """The error says so, and the park is as it was."""
    archive = park.parent / "a.backup"
    run("backup", park, archive)
    archive.write_bytes(archive.read_bytes()[:-200])
    ran = run("restore", park, archive, "--yes")
    assert ran.code == 1
    assert "is no whole backup. Take an older one." in ran.err
    assert run("user", "list", park).code == 0


def test_retention_with_nothing_due_removes_nothing(run: Run, park: Path) -> None:
    """It may run every night."""
    ran = run("retention", park)
    assert ran.code == 0, ran.err
    assert "Removed 0 pieces of person data of 0 records." in ran.out
