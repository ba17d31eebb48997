"""How a value shows itself in a notebook: an empty hook, which another package fills.

Takes a value that is `Displayed`, gives HTML. What draws is found by the entry point group
`geo_risk.display` (`maps` fills it); where nothing does, a plain table of facts is shown and
`explore` says what to install. Nothing here draws, and nothing asks the network.
"""

from __future__ import annotations

import html
from abc import ABC, abstractmethod
from functools import cache
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any, Protocol, cast

from geo_risk.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

GROUP = "geo_risk.display"


class Drawing(Protocol):
    """A map of one value: shows itself in a notebook; `html` is the whole document."""

    @property
    def html(self) -> str:
        """The whole document."""

    def _repr_html_(self) -> str: ...


class Drawer(Protocol):
    """What an entry point gives: draws a value, told how by options."""

    def __call__(self, value: Any, **options: Any) -> Drawing:
        """Draw a value."""


class Displayed(ABC):
    """A value that shows itself: as a map where something draws, else as a table of facts."""

    @abstractmethod
    def facts(self) -> Mapping[str, str]:
        """Give what a plain table says of the value: name to text."""

    def explore(self, **options: Any) -> Drawing:
        """Give a map to look at in a notebook, offline; options as of `maps.explore.draw`.

        Raises
        ------
        InputError
            When nothing that draws is installed.
        """
        return draw(self, **options)

    def _repr_html_(self) -> str:
        """Show a map, or the facts where nothing draws."""
        drawer = drawer_there()
        if drawer is not None:
            return drawer(self)._repr_html_()
        rows = "".join(
            f"<tr><th>{html.escape(name)}</th><td>{html.escape(text)}</td></tr>"
            for name, text in self.facts().items()
        )
        return f"<table>{rows}</table>"


def draw(value: Any, **options: Any) -> Drawing:
    """Draw a value by whatever fills the hook.

    Raises
    ------
    InputError
        When nothing does.
    """
    drawer = drawer_there()
    if drawer is None:
        raise InputError(
            "Nothing that draws maps is installed.", "Install geo-risk whole: its maps draw."
        )
    return drawer(value, **options)


@cache
def drawer_there() -> Drawer | None:
    """Give what fills the hook, None where nothing does."""
    for point in entry_points(group=GROUP):
        return cast("Drawer", point.load())
    return None
