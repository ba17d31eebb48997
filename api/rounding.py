"""Numbers as printed: parts that still add up to their whole after rounding.

Takes a whole and its parts, gives both at one printed precision by the method of largest remainders
(Hamilton): every part is rounded down, and what is missing goes, one unit each, to the parts that
lost most. What a page prints below a value therefore adds up to it, digit by digit.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

_MAX_DECIMALS = 6
_DIGITS = 3


def decimals_of(value: float) -> int:
    """Give how many decimals print a value with three significant digits: 0 to 6."""
    if value == 0 or not math.isfinite(value):
        return 2
    return min(_MAX_DECIMALS, max(0, _DIGITS - 1 - math.floor(math.log10(abs(value)))))


def round_parts(whole: float, parts: Sequence[float], decimals: int) -> tuple[float, list[float]]:
    """Round a whole and its parts so that the parts still add up to it.

    Parameters
    ----------
    whole
        Sum of the parts, to rounding.
    parts
        At least one; any sign.
    decimals
        Printed precision.

    Returns
    -------
    whole, parts
        Rounded; `sum(parts) == whole` in units of the last decimal.
    """
    scale = 10**decimals
    target = round(whole * scale)
    scaled = [part * scale for part in parts]
    units = [math.floor(one) for one in scaled]
    by_loss = sorted(range(len(parts)), key=lambda n: units[n] - scaled[n])
    missing = target - sum(units)
    for step in range(abs(missing)):
        place = by_loss[step % len(parts)] if missing > 0 else by_loss[-1 - step % len(parts)]
        units[place] += 1 if missing > 0 else -1
    return target / scale, [one / scale for one in units]


def finite(value: float | None, decimals: int | None = None) -> float | None:
    """Give a number as JSON has it: None for NaN and infinities, rounded where asked."""
    if value is None or not math.isfinite(value):
        return None
    return round(float(value), decimals) if decimals is not None else float(value)


def json_ready(value: Any) -> Any:
    """Give any nested value without NaN and infinities, which JSON does not have."""
    if isinstance(value, float):
        return finite(value)
    if isinstance(value, Mapping):
        return {str(key): json_ready(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [json_ready(one) for one in value]
    return value
