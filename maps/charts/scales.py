"""Scales and ticks: from values to places in a picture, and round values to write beside them.

Takes bounds, gives functions and numbers; draws nothing. A root scale gives small shares room: the
place goes with the square root of the value, and zero stays in the picture.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from geo_risk.errors import InputError

_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_WIDE = 1.0  # of a character as high as wide
_SLIM = 0.58  # of a Latin letter or a digit


@dataclass(frozen=True)
class Scale:
    """A straight way from values to places.

    Parameters
    ----------
    low, high
        Values at the two ends; low < high.
    start, end
        Their places in the picture, in its units; end < start turns the scale over.
    root
        Whether places go with the square root of values, which then are 0 or more.
    """

    low: float
    high: float
    start: float
    end: float
    root: bool = False

    def __post_init__(self) -> None:
        """Refuse bounds that span nothing."""
        if not self.low < self.high or (self.root and self.low < 0):
            raise InputError(f"A scale from {self.low} to {self.high}.", "Give low < high.")

    def at(self, value: float) -> float:
        """Give the place of a value."""
        low, high = self._bent(self.low), self._bent(self.high)
        share = (self._bent(value) - low) / (high - low)
        return self.start + share * (self.end - self.start)

    def _bent(self, value: float) -> float:
        return math.sqrt(max(0.0, value)) if self.root else value


def nice_step(low: float, high: float, most: int) -> float:
    """Give the round step with which at most so many ticks stand between two values."""
    if not low < high or most < 2:
        raise InputError(f"{most} ticks from {low} to {high}.", "Give low < high, two ticks.")
    rough = (high - low) / (most - 1)
    unit = 10.0 ** math.floor(math.log10(rough))
    return next(one * unit for one in _STEPS if one * unit >= rough * (1 - 1e-9))


def nice_ticks(low: float, high: float, most: int = 6) -> tuple[float, ...]:
    """Give round values between two bounds, both included where they are round.

    Parameters
    ----------
    low, high
        Of the scale.
    most
        How many at most, at least two.

    Examples
    --------
    >>> nice_ticks(0, 100, 6)
    (0.0, 20.0, 40.0, 60.0, 80.0, 100.0)
    """
    step = nice_step(low, high, most)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return tuple(round(n * step, 12) for n in range(first, last + 1))


def widened(low: float, high: float, most: int = 6) -> tuple[float, float]:
    """Give round bounds that hold two values."""
    if not low < high:
        low, high = low - 0.5, high + 0.5
    step = nice_step(low, high, most)
    return (
        round(math.floor(low / step + 1e-9) * step, 12),
        round(math.ceil(high / step - 1e-9) * step, 12),
    )


def root_ticks(high: float) -> tuple[float, ...]:
    """Give round values for a root scale from 0: 0, 1, 2, 5, 10, 20, 50... of a unit."""
    top = 10.0 ** math.floor(math.log10(high))
    candidates = [top * one for one in (5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01)]
    kept: list[float] = []
    for one in candidates:
        if one <= high * (1 + 1e-9) and (not kept or math.sqrt(kept[-1] / one) >= 1.5):
            kept.append(round(one, 12))
    return (0.0, *reversed(kept[:5]))


def text_width(words: str, size: float) -> float:
    """Give about how wide a text is, in the units of its size: an upper bound for usual letters."""
    return size * sum(_WIDE if ord(one) > 0x2E7F else _SLIM for one in words)


def fitted(words: str, size: float, width: float) -> str:
    """Give a text that is no wider than a width: its end is cut off with an ellipsis."""
    if text_width(words, size) <= width:
        return words
    kept = words
    while kept and text_width(f"{kept}…", size) > width:
        kept = kept[:-1]
    return f"{kept.rstrip()}…"
