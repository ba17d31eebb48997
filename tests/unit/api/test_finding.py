"""An enterprise is found by what people type: its name, its code, or the initials of its name."""

from __future__ import annotations

import pytest

from api.finding import initials_of, match
from geo_risk.records import Enterprise

FIRM = Enterprise(id="enterprises:QY7", name="德清样例电子 Co 12", credit_code="91990000YL0000100Q")


@pytest.mark.parametrize(
    ("typed", "rank"),
    [
        ("德清", 0),
        ("样例", 1),
        ("91990000yl", 2),
        ("qy7", 2),
        ("dqyl", 3),
        ("dz", 4),
        ("没有", None),
    ],
)
def test_what_is_typed_is_ranked_by_how_it_matches(typed: str, rank: int | None) -> None:
    """Beginning, part, code, initials from the start, initials within; else not at all."""
    assert match(FIRM, typed.casefold()) == rank


def test_initials_keep_what_is_no_chinese_character() -> None:
    """Latin letters and digits stay as they are, without spaces."""
    assert initials_of("德清样例电子 Co 12") == "dqyldzco12"
