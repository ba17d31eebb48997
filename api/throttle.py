"""How often somebody may try: a sliding window per key, in memory.

Takes the moment of each failure, gives permission or a refusal that says how long to wait. One
process knows its own tries only; several processes allow so many times more, which argon2 still
makes slow.
"""

from __future__ import annotations

import math
import threading
from collections import OrderedDict, deque
from datetime import datetime, timedelta

from geo_risk.errors import RateError


class Throttle:
    """Counts failures per key.

    Parameters
    ----------
    limit
        So many failures within the window are allowed.
    window
        How long a failure counts.
    keys
        So many keys are remembered; the oldest go first.
    """

    def __init__(self, limit: int, window: timedelta, keys: int = 10_000) -> None:
        self._limit = limit
        self._window = window
        self._keys = keys
        self._failures: OrderedDict[str, deque[datetime]] = OrderedDict()
        self._lock = threading.Lock()

    def check(self, key: str, now: datetime) -> None:
        """Let a try pass, or refuse it.

        Raises
        ------
        RateError
            When the key has failed too often; the hint says when to try again.
        """
        with self._lock:
            failures = self._recent(key, now)
            if len(failures) < self._limit:
                return
            wait = failures[0] + self._window - now
        minutes = max(1, math.ceil(wait.total_seconds() / 60))
        raise RateError(
            f"{len(failures)} failed attempts in {self._window.total_seconds() / 60:.0f} minutes.",
            f"Try again in {minutes} min.",
        )

    def take(self, key: str, now: datetime) -> None:
        """Let a try pass and count it as failed, in one step; or refuse it.

        Raises
        ------
        RateError
            As `check`.
        """
        with self._lock:
            if len(self._recent(key, now)) < self._limit:
                self._count(key, now)
                return
        self.check(key, now)

    def give_back(self, key: str, now: datetime) -> None:
        """Take the newest count of a key back: that try did not fail."""
        with self._lock:
            failures = self._recent(key, now)
            if failures:
                failures.pop()

    def fail(self, key: str, now: datetime) -> None:
        """Count a failure."""
        with self._lock:
            self._count(key, now)

    def forgive(self, key: str) -> None:
        """Forget a key's failures, after a success."""
        with self._lock:
            self._failures.pop(key, None)

    def _count(self, key: str, now: datetime) -> None:
        failures = self._recent(key, now)
        failures.append(now)
        self._failures[key] = failures
        self._failures.move_to_end(key)
        while len(self._failures) > self._keys:
            self._failures.popitem(last=False)

    def _recent(self, key: str, now: datetime) -> deque[datetime]:
        failures = self._failures.get(key, deque())
        while failures and failures[0] <= now - self._window:
            failures.popleft()
        return failures
