"""The command line: `geo-risk COMMAND ...`, in the words of the design.

Each topic has a file of its own (`cli_build`, `cli_serve`, ...); here they become one program. A
failure is one clear line, what happened and what to do, on stderr: exit 1; a wrong use is exit 2,
Ctrl-C 130. The keeper's commands act as the keeper; who reads person data is audited as elsewhere.
"""

from __future__ import annotations

import sys
import warnings
from typing import NoReturn

import typer

from api import cli_build, cli_export, cli_init, cli_keeper, cli_render, cli_serve
from api.cli_session import ERR
from geo_risk.errors import GeoRiskError, GeoRiskWarning

app = typer.Typer(
    name="geo-risk",
    help="Risk maps for an industrial park: from files to surfaces, a service and maps.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for topic in (cli_init, cli_build, cli_serve, cli_render, cli_export, cli_keeper):
    topic.register(app)


def main() -> NoReturn:
    """Run one command and leave with its exit code."""
    warnings.showwarning = _show_warning
    warnings.simplefilter("ignore")
    warnings.simplefilter("always", GeoRiskWarning)
    try:
        app()
    except GeoRiskError as error:
        _fail(str(error))
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        _fail(f"{where}{error.strerror or error}.")
    sys.exit(0)


def _fail(text: str) -> NoReturn:
    ERR.print(f"geo-risk: {text}", markup=False)
    sys.exit(1)


def _show_warning(message: Warning | str, *_more: object, **_other: object) -> None:
    ERR.print(f"geo-risk: note: {message}", markup=False)
