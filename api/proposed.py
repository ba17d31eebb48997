"""Proposals worked out once and shown for a while: of several who ask at once, one works it out.

Takes a key and how to make what belongs to it, gives that and when it was made. Nothing of it is
kept on disk: a proposal is never more than what one call makes of the records.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, TypeVar, cast

LIFE = timedelta(minutes=10)
_MOST = 16

T = TypeVar("T")


@dataclass(frozen=True)
class _Made:
    value: Any
    at: datetime


class Proposed:
    """What was proposed last, by what was asked for."""

    def __init__(self) -> None:
        self._made: OrderedDict[Hashable, _Made] = OrderedDict()
        self._lock = Lock()

    def of(
        self, key: Hashable, make: Callable[[], T], now: datetime, *, fresh: bool = False
    ) -> tuple[T, datetime]:
        """Give what belongs to a key, as it is or was a moment ago, and when it was made.

        Parameters
        ----------
        key
            What was asked for.
        make
            Works it out; what it raises is raised here, and nothing is kept.
        now
            Time of the request.
        fresh
            Work it out again.
        """
        with self._lock:
            there = self._made.get(key)
            if there is None or fresh or not timedelta(0) <= now - there.at < LIFE:
                there = self._made[key] = _Made(make(), now)
            self._made.move_to_end(key)
            while len(self._made) > _MOST:
                self._made.popitem(last=False)
            return cast("T", there.value), there.at
