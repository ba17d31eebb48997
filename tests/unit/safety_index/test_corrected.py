"""What a correction changed: by score, colour and ranks as printed, nobody named who may not be."""

from __future__ import annotations

from typing import Any

from geo_risk.safety_index.corrected import changes_of


def said(**enterprises: Any) -> dict[str, Any]:
    """Give what a revision says: id to (micro-points, colour, ranks, notes)."""
    names = ("micro", "colour", "ranks", "notes")
    return {
        "results": {id_: dict(zip(names, one, strict=True)) for id_, one in enterprises.items()}
    }


def test_what_moves_behind_the_second_decimal_is_no_change() -> None:
    """The same to every reader; half a hundredth more is another figure."""
    before = said(a=(70_001_000, "yellow", [1, 2], ()), b=(70_001_000, "yellow", [1, 2], ()))
    after = said(a=(70_004_000, "yellow", [1, 2], ()), b=(70_006_000, "yellow", [1, 2], ()))
    (changed,) = changes_of(before, after)
    assert changed.id == "b"
    assert abs(changed.moved - 0.01) < 1e-9


def test_another_colour_comes_first_then_the_farthest_moved() -> None:
    """Whom ranks alone moved comes last."""
    before = said(
        a=(70_000_000, "yellow", [1, 2], ()),
        b=(60_000_000, "orange", [3, 4], ()),
        c=(69_990_000, "orange", [2, 3], ()),
    )
    after = said(
        a=(70_000_000, "yellow", [1, 3], ()),
        b=(64_000_000, "orange", [3, 4], ()),
        c=(70_010_000, "yellow", [2, 3], ()),
    )
    assert [one.id for one in changes_of(before, after)] == ["c", "b", "a"]


def test_a_private_score_is_told_to_nobody_else() -> None:
    """New in both revisions: not circulated; new in one of them: that side is not told."""
    ranked = (70_000_000, "yellow", [1, 1], ())
    before = said(a=(70_000_000, "", None, ("new",)), b=ranked, c=ranked)
    after = said(a=(71_000_000, "", None, ("new",)), c=(75_000_000, "", None, ("new",)))
    assert [one.id for one in changes_of(before, after, circulated=False)] == ["c", "b", "a"]
    told = {one.id: one.after for one in changes_of(before, after)}
    assert told == {"b": None, "c": None}
