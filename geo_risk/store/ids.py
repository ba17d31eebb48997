"""Ids: UUIDv7 that only ever rise, and random ids that say nothing.

Takes moments, gives text. RFC 9562 puts milliseconds first, so event ids sort by time; within one
millisecond, or when a clock steps back, a 42-bit counter carries on from the last id. Ids of
person data are random throughout: nothing about the person or the time can be read from them.
"""

from __future__ import annotations

import secrets
import threading
import uuid
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

_COUNTER_BITS = 42
_TAIL_BITS = 32


class RisingIds:
    """A source of UUIDv7, each greater than all before it; safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0  # milliseconds and counter of the last id, as one number

    def after(self, last: str | None) -> None:
        """Never again give an id at or below `last`, the highest that any process has written."""
        if last:
            with self._lock:
                self._last = max(self._last, _head(uuid.UUID(last)))

    def next(self, at: datetime) -> str:
        """Give the next id for a moment.

        Parameters
        ----------
        at
            Zone-aware; when it lies before the last id, the id carries on from there.

        Returns
        -------
        str
            36 characters, greater than every id given before.
        """
        ms = max(0, int(at.timestamp() * 1000))
        fresh = (ms << _COUNTER_BITS) | secrets.randbits(_COUNTER_BITS - 1)
        with self._lock:
            same_ms = self._last >> _COUNTER_BITS >= ms
            self._last = self._last + 1 if same_ms else fresh
            text = f"{_uuid7(self._last, secrets.randbits(_TAIL_BITS)):032x}"
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def random_id() -> str:
    """Give 32 random hex digits: the id of person data."""
    return secrets.token_hex(16)


def _uuid7(head: int, tail: int) -> int:
    """Lay out milliseconds (48), version, counter (12), variant, counter (30), random (32)."""
    ms, counter = head >> _COUNTER_BITS, head & ((1 << _COUNTER_BITS) - 1)
    high, low = counter >> 30, counter & ((1 << 30) - 1)
    value = (ms & ((1 << 48) - 1)) << 80 | 0x7 << 76 | high << 64
    return value | 0b10 << 62 | low << _TAIL_BITS | tail


def _head(one: uuid.UUID) -> int:
    ms, high = one.int >> 80, one.int >> 64 & 0xFFF
    low = one.int >> _TAIL_BITS & ((1 << 30) - 1)
    return ms << _COUNTER_BITS | high << 30 | low
