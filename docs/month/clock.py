"""A clock on the wall that the story sets: several processes read the moment from one file.

Takes a file; between two settings the time goes on as everywhere. Nobody can set it back.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")


class WallClock:
    """Gives the moment that was set, and what has passed since.

    Parameters
    ----------
    file
        Where it is kept; every process of the story reads the same.
    """

    def __init__(self, file: Path) -> None:
        self._file = file

    def __call__(self) -> datetime:
        """Give the moment, UTC."""
        said, since = self._file.read_text(encoding="ascii").split()
        passed = timedelta(seconds=max(0.0, time.time() - float(since)))
        return datetime.fromisoformat(said) + passed

    def set(self, moment: str) -> None:
        """Set the park's own time, as `2026-03-02 09:00`.

        Raises
        ------
        ValueError
            When that would be backwards.
        """
        said = datetime.fromisoformat(moment).replace(tzinfo=ZONE).astimezone(UTC)
        if self._file.exists() and said < self():
            raise ValueError(f"{moment} is before {self():%Y-%m-%d %H:%M} UTC: clocks go on.")
        part = self._file.with_suffix(".part")
        part.write_text(f"{said.isoformat()} {time.time()}", encoding="ascii")
        part.replace(self._file)
