"""One line of a benchmark, and how lines are shown: a table for people, JSON for programs."""

from __future__ import annotations

import json
import os
import platform
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

OUT = Path(__file__).resolve().parent / "out"


@dataclass(frozen=True)
class Line:
    """One figure.

    Parameters
    ----------
    what
        What was timed.
    seconds
        Median over the repeats.
    repeats
        How often.
    target_s
        What it must not exceed; None = no target.
    peer, peer_seconds
        Who does the same, and how long it took in this run.
    note
        What a reader must know: sizes, agreement of results.
    """

    what: str
    seconds: float
    repeats: int = 1
    target_s: float | None = None
    peer: str = ""
    peer_seconds: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """Ours in units of the peer's: below 1 is faster."""
        return self.seconds / self.peer_seconds if self.peer_seconds else None

    @property
    def within(self) -> bool:
        """Whether the target, if any, was met."""
        return self.target_s is None or self.seconds <= self.target_s


def timed(work: Callable[[], Any], repeats: int = 5) -> float:
    """Give the median seconds of some work."""
    took = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        took.append(time.perf_counter() - start)
    return statistics.median(took)


def show(lines: Sequence[Line]) -> str:
    """Set lines as a Markdown table."""
    rows = [
        "| what | seconds | target | peer | peer's seconds | ours / peer | note |",
        "|---|---:|---:|---|---:|---:|---|",
    ]
    for one in lines:
        target = (
            "" if one.target_s is None else f"{one.target_s:g}{'' if one.within else ' MISSED'}"
        )
        peer = "" if one.peer_seconds is None else f"{one.peer_seconds:.3f}"
        ratio = "" if one.ratio is None else f"{one.ratio:.2f}"
        cells = (one.what, f"{one.seconds:.3f}", target, one.peer, peer, ratio, one.note)
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def machine() -> str:
    """Say on what it was measured."""
    system = f"{platform.system()} {platform.machine()}"
    return f"{os.cpu_count()} cores, {system}, Python {platform.python_version()}"


def write_json(lines: Sequence[Line], name: str) -> Path:
    """Write lines as JSON beside the text."""
    OUT.mkdir(exist_ok=True)
    path = OUT / f"{name}.json"
    rows = [{**asdict(one), "ratio": one.ratio, "within": one.within} for one in lines]
    text = json.dumps({"machine": machine(), "lines": rows}, ensure_ascii=False, indent=2)
    path.write_text(text + "\n", encoding="utf-8")
    return path
