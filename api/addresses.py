"""Addresses that are written out whole: each takes its own methods and no others.

`/v1/slips/draw` is no slip called draw, though the route of one slip would match it. The records of
a collection are the exception: written by a route of their own, read by the one of all collections.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fastapi.routing import APIRoute

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from starlette.routing import BaseRoute

_RECORDS = re.compile(r"(/ogc/collections/)\w+(/items.*)")


def whole_addresses(routes: Iterable[BaseRoute]) -> Mapping[str, frozenset[str]]:
    """Give the addresses without a parameter, and the methods of each.

    Parameters
    ----------
    routes
        As declared, with their prefix.

    Returns
    -------
    mapping
        Path to methods; a path that another route reads is not among them.
    """
    found: dict[str, frozenset[str]] = {}
    for one in routes:
        if isinstance(one, APIRoute) and "{" not in one.path and reading_of(one.path) is None:
            found[one.path] = found.get(one.path, frozenset()) | (one.methods or set())
    return found


def reading_of(path: str) -> str | None:
    """Give the path of the route that reads what is written at a path; None: its own."""
    found = _RECORDS.fullmatch(path)
    return f"{found[1]}{{collection_id}}{found[2]}" if found else None
