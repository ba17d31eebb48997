"""The command line: `geo-risk COMMAND ...`, in the words of the design.

Each topic has a file of its own (`cli_build`, `cli_serve`, ...); only the one that is asked for is
loaded, so that a small command does not wait for the numerics. A failure is one clear line, what
happened and what to do, on stderr: exit 1; a wrong use is exit 2, Ctrl-C 130. Commands act as the
keeper; who reads person data is audited as elsewhere.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn

import typer

from api.cli_session import ERR
from geo_risk.errors import GeoRiskError, GeoRiskWarning

TOPICS = {
    "init": "cli_init",
    "build": "cli_build",
    "readmit": "cli_build",
    "evaluate": "cli_build",
    "serve": "cli_serve",
    "render": "cli_render",
    "publish": "cli_publish",
    "export": "cli_export",
    "index": "cli_index",
    "plan": "cli_plan",
    "slips": "cli_slips",
    "declarations": "cli_slips",
    "cases": "cli_cases",
    "zones": "cli_districts",
    "stations": "cli_districts",
    "forget": "cli_keeper",
    "retention": "cli_keeper",
    "backup": "cli_keeper",
    "restore": "cli_keeper",
    "user": "cli_keeper",
    "token": "cli_keeper",
}
"""Command to the module that registers it."""


def main() -> NoReturn:
    """Run one command and leave with its exit code."""
    warnings.showwarning = _show_warning
    warnings.simplefilter("ignore")
    warnings.simplefilter("always", GeoRiskWarning)
    try:
        command_line(sys.argv[1:])(prog_name="geo-risk")  # however Python was started
    except GeoRiskError as error:
        _fail(str(error))
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        _fail(f"{where}{error.strerror or error}.")
    sys.exit(0)


def command_line(words: Sequence[str] = ()) -> typer.Typer:
    """Make the program.

    Parameters
    ----------
    words
        What was typed; only the topic of its first word is loaded, all of them without one.

    Returns
    -------
    typer.Typer
    """
    app = typer.Typer(
        name="geo-risk",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    app.callback(help="Risk maps for an industrial park: from files to a service and maps.")(_root)
    asked = TOPICS.get(words[0]) if words else None
    for name in [asked] if asked else dict.fromkeys(TOPICS.values()):
        import_module(f"api.{name}").register(app)
    return app


def _root() -> None:
    """Stand above the commands: without it a program of one command would lose its word."""


def _fail(text: str) -> NoReturn:
    ERR.print(f"geo-risk: {text}", markup=False)
    sys.exit(1)


def _show_warning(message: Warning | str, *_more: object, **_other: object) -> None:
    ERR.print(f"geo-risk: note: {message}", markup=False)
