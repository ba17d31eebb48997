"""What an enterprise lost in a month is drawn so that it adds up, whatever was rounded."""

from __future__ import annotations

import pytest

from api.enterprise_views import losses_of
from maps.month.index import IndexRow

FULL = (("training", 8.46, 8.45), ("drills", 30.91, 50.0), ("rules", 30.0, 41.55))


def row(*parts: tuple[str, float, float]) -> IndexRow:
    score = round(sum(points for _, points, _ in parts), 2)
    return IndexRow("e", "", score, score, score, parts=parts)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_part_printed_above_its_full_marks_is_no_fault(lang: str) -> None:
    """The page opens; the hundredth is taken from what was lost elsewhere."""
    assert losses_of(row(*FULL), lang) is not None


def test_who_lost_nothing_has_no_picture() -> None:
    """Nor is one drawn of a rounding."""
    assert losses_of(row(("training", 8.46, 8.45), ("drills", 91.54, 91.55)), "zh") is None
