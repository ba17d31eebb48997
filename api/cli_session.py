"""What every command shares: its common words, who acts, what it prints, where it writes.

Gives a progress bar on stderr, tables on stdout and files that are replaced in one step. Secrets
never come in as arguments, where other users of the machine could read them: they are asked for,
or read from standard input. Opening a park, which loads the numerics, is `cli_park`'s.
"""

from __future__ import annotations

import getpass
import json
import math
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Annotated, Any, Self

import typer
from rich.cells import cell_len
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from geo_risk.records import Actor, Role

OUT = Console(highlight=False, soft_wrap=True)
ERR = Console(stderr=True, highlight=False, soft_wrap=True)
KEEPER = Actor(id="cli", role=Role.KEEPER, door="cli")
"""Whoever may run commands on the machine that holds the store is its keeper."""

ParkArgument = Annotated[
    Path, typer.Argument(metavar="PARK", help="The park file.", show_default=False)
]
DataOption = Annotated[
    Path | None,
    typer.Option(
        "--data",
        metavar="DIR",
        help="Folder that source files are relative to; else GEO_RISK_SHARED_DATA.",
        show_default=False,
    ),
]
JsonOption = Annotated[
    Path | None,
    typer.Option("--json", metavar="F", help="Also write the figures here.", show_default=False),
]
AsOfOption = Annotated[
    datetime | None,
    typer.Option(
        "--as-of",
        metavar="DATE",
        formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M"],
        help="Nothing later is known; else the park file's, else now.",
        show_default=False,
    ),
]

_STAGES = {"fit": "surfaces", "publish": "publication"}
_CLOCK: ContextVar[Callable[[], datetime] | None] = ContextVar("clock", default=None)


def now() -> datetime:
    """Give the present moment; a command asks once."""
    clock = _CLOCK.get()
    return datetime.now(UTC) if clock is None else clock()


@contextmanager
def by_clock(clock: Callable[[], datetime]) -> Iterator[None]:
    """Run the commands of this block by another clock than the machine's.

    For who calls commands from a program, as `create_app` takes a clock: no option and no setting
    leads here.
    """
    before = _CLOCK.set(clock)
    try:
        yield
    finally:
        _CLOCK.reset(before)


def made_by() -> str:
    """Give the name of the person at the keyboard, as the machine knows it."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # no such user on this machine: a container
        return KEEPER.id


def ask_secret(prompt: str) -> str:
    """Ask twice for a secret without showing it; read one line where nobody sits at a terminal."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    return str(typer.prompt(prompt, hide_input=True, confirmation_prompt=True, err=True))


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    """Write figures as JSON (UTF-8, NaN as null), replacing the file in one step."""
    text = json.dumps(_strict(value), ensure_ascii=False, indent=2, allow_nan=False)
    write_text(path, text + "\n")


def write_text(path: Path, text: str) -> None:
    """Write a text file (UTF-8), replacing it in one step."""
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def print_table(headings: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Print rows under headings, numbers to the right; a line is never folded."""
    cells = [list(headings), *([_shown(one) for one in row] for row in rows)]
    widths = [max(cell_len(row[n]) for row in cells) for n in range(len(headings))]
    right = [
        bool(rows) and all(isinstance(row[n], int | float | None) for row in rows)
        for n in range(len(headings))
    ]
    for row in cells:
        padded = [
            (fill + text) if to_right else (text + fill)
            for text, width, to_right in zip(row, widths, right, strict=True)
            for fill in [" " * (width - cell_len(text))]
        ]
        OUT.print("  ".join(padded).rstrip(), markup=False)


class Bars(AbstractContextManager["Bars"]):
    """Progress on stderr: a bar a stage at a terminal, a line a stage elsewhere."""

    def __init__(self) -> None:
        self._tasks: dict[str, TaskID] = {}
        self._progress = Progress(
            SpinnerColumn(finished_text="✓"),
            TextColumn("{task.description}"),
            BarColumn(bar_width=30),
            TextColumn("{task.completed:,.0f}"),
            TimeElapsedColumn(),
            console=ERR,
            disable=not ERR.is_terminal,
        )

    def __enter__(self) -> Self:
        """Show the bars."""
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the last bar and give the terminal back."""
        if kind is None:
            self._finish_last()
        self._progress.stop()

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        """Take what the work says of itself."""
        if stage not in self._tasks:
            self._finish_last()
            text = _STAGES.get(stage, stage)
            self._tasks[stage] = self._progress.add_task(text, total=total)
            if not ERR.is_terminal:
                ERR.print(f"{text} ...")
        self._progress.update(self._tasks[stage], completed=done, total=total)

    def _finish_last(self) -> None:
        if self._tasks:
            task = self._progress.tasks[-1]
            self._progress.update(task.id, total=max(1, task.completed), completed=task.completed)
            if not task.completed:
                self._progress.update(task.id, completed=1)


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.3f}"
    return str(value)


def _strict(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _strict(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_strict(one) for one in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
