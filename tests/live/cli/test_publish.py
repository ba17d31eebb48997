"""`geo-risk publish`: plain files, the same bytes twice, refused where nothing may be public."""

from __future__ import annotations

import json
from pathlib import Path

from tests.live.cli.commands import Run, exempted


def contents(folder: Path) -> dict[str, bytes]:
    return {
        one.relative_to(folder).as_posix(): one.read_bytes()
        for one in sorted(folder.rglob("*"))
        if one.is_file()
    }


def test_the_same_figures_give_the_same_bytes(run: Run, park: Path) -> None:
    """Written twice over itself; what was there and is no more is gone."""
    site = exempted(park).parent / "site"
    first = run("publish", park, "--static", site)
    assert first.code == 0, first.err
    files = contents(site)
    (site / "zh" / "left.html").write_text("old", encoding="utf-8")
    again = run("publish", park, "--static", site)
    assert again.code == 0, again.err
    assert contents(site) == files
    assert json.loads(files["geo-risk.json"])["files"] == sorted(set(files) - {"geo-risk.json"})
    one = run("publish", park, "--static", park.parent / "one", "--lang", "en")
    assert one.code == 0, one.err
    names = contents(park.parent / "one")
    assert all(name.startswith("en/") for name in names if name != "geo-risk.json")
    assert b"../../zh/" not in b"".join(names.values())


def test_nothing_is_published_without_an_approval(run: Run, park: Path) -> None:
    """No number, no exemption: refused, and no folder is made."""
    site = park.parent / "site"
    ran = run("publish", park, "--static", site)
    assert ran.code == 1
    assert "approval_number" in ran.err
    assert not site.exists()


def test_a_month_and_words_that_cannot_be_are_refused(run: Run, park: Path) -> None:
    """A month that has not closed, a language that is not spoken, a folder of somebody else's."""
    site = exempted(park).parent / "site"
    for more in (("--month", "2199-01"), ("--month", "x"), ("--lang", "fr"), ("--theme", "dark")):
        ran = run("publish", park, "--static", site, *more)
        assert ran.code == 1, more
        assert not site.exists()
    assert "holds other files" in run("publish", park, "--static", park.parent).err
    assert park.is_file()
