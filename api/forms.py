"""A page's form: what was typed as values, and why it was not taken.

Takes text as a browser sends it and a step to try, gives numbers, or the refusal that the page
shows in place: nobody loses what was typed. What is wrong with the request itself (nobody signed
in, no such page) is not caught here and leaves as everywhere.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from geo_risk.errors import (
    ConflictError,
    ForbiddenError,
    GeoRiskError,
    IdempotencyError,
    InputError,
    StaleError,
)
from maps.views import Refusal

if TYPE_CHECKING:
    from typing import TypeVar

    T = TypeVar("T")

_CODES: tuple[tuple[type[GeoRiskError], str], ...] = (
    (StaleError, "stale"),
    (IdempotencyError, "repeated"),
    (ConflictError, "conflict"),
    (ForbiddenError, "forbidden"),
    (InputError, "input"),
)
"""Which words a refusal gets, the closest class first."""

_MOST = 1e9


def tried(step: Callable[[], T]) -> T | GeoRiskError:
    """Take a step, and give back what refused it rather than raise it."""
    try:
        return step()
    except (InputError, ConflictError, StaleError, ForbiddenError) as error:
        return error


def refusal_of(error: GeoRiskError) -> Refusal:
    """Give the words of what refused a step."""
    code = next(code for kind, code in _CODES if isinstance(error, kind))
    return Refusal(code, detail=str(error))


def amount_of(text: str) -> float | None:
    """Give a number of 0 or more as somebody typed it, None where it is none.

    Examples
    --------
    >>> amount_of("1,200"), amount_of("３"), amount_of("-1"), amount_of("")
    (1200.0, 3.0, None, None)
    """
    plain = text.replace(",", "").replace("，", "").strip()
    try:
        value = float(plain)
    except ValueError:
        return None
    return value if math.isfinite(value) and 0 <= value <= _MOST else None
