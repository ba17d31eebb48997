"""A picture as SVG: lines, shapes and words with classes, a title and a description.

Takes places and words, gives Markup; every word is escaped by the XML writer. There is no style
attribute and no colour here: looks are `console/charts.css`, so a strict content policy holds and a
picture prints in grey. What a picture shows stands in its table too: `Chart` holds both, drawn once
for a phone and once for a desk, of which a page shows the one that fits.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from markupsafe import Markup

from maps.charts.scales import fitted

SIZE = 14.0
"""Of every word in a picture, in its units."""

NARROW, WIDE = 280.0, 640.0
"""Width of the view box for a phone and for a desk."""

NOTHING = Markup("")
"""Instead of a picture where there is nothing to draw: never an empty frame."""

Place = tuple[float, float]


@dataclass(frozen=True)
class Table:
    """The numbers of a picture: headings, and rows of which the first cell names the row."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Chart:
    """A picture with its words and its numbers.

    Parameters
    ----------
    title, desc
        What it shows; what it says, in a sentence or two.
    narrow, wide
        The picture for a phone and for a desk, '' where there is nothing to draw.
    table
        The same numbers.
    notes
        How to read it, what is missing.
    """

    title: str
    desc: str
    narrow: Markup
    wide: Markup
    table: Table
    notes: tuple[str, ...] = ()


class Drawing:
    """One picture in the making.

    Parameters
    ----------
    name
        Of the picture, unlike any other on its page.
    title, desc
        As of `Chart`.
    width, height
        Of the view box.
    """

    def __init__(self, name: str, title: str, desc: str, width: float, height: float) -> None:
        self.width, self.height = width, height
        self._root = ET.Element(
            "svg",
            {
                "xmlns": "http://www.w3.org/2000/svg",
                "viewBox": f"0 0 {_text(width)} {_text(height)}",
                "width": _text(width),
                "height": _text(height),
                "class": "ch-svg",
                "role": "img",
                "aria-labelledby": f"{name}-title {name}-desc",
            },
        )
        ET.SubElement(self._root, "title", {"id": f"{name}-title"}).text = title
        ET.SubElement(self._root, "desc", {"id": f"{name}-desc"}).text = desc

    def line(self, start: Place, end: Place, kind: str) -> None:
        """Draw a line between two places."""
        numbers = zip(("x1", "y1", "x2", "y2"), (*start, *end), strict=True)
        self._add("line", kind, {name: _text(one) for name, one in numbers})

    def polyline(self, places: Iterable[Place], kind: str) -> None:
        """Draw a line through places."""
        self._add("polyline", kind, {"points": _points(places)})

    def polygon(self, places: Iterable[Place], kind: str) -> None:
        """Draw a closed shape."""
        self._add("polygon", kind, {"points": _points(places)})

    def rect(self, left: float, top: float, width: float, height: float, kind: str) -> None:
        """Draw a rectangle."""
        numbers = zip(("x", "y", "width", "height"), (left, top, width, height), strict=True)
        self._add("rect", kind, {name: _text(one) for name, one in numbers})

    def circle(self, at: Place, radius: float, kind: str) -> None:
        """Draw a dot."""
        numbers = zip(("cx", "cy", "r"), (*at, radius), strict=True)
        self._add("circle", kind, {name: _text(one) for name, one in numbers})

    def diamond(self, at: Place, radius: float, kind: str) -> None:
        """Draw a mark that differs from a dot in shape."""
        x, y = at
        self.polygon([(x, y - radius), (x + radius, y), (x, y + radius), (x - radius, y)], kind)

    def words(
        self,
        at: Place,
        text: str,
        kind: str = "",
        *,
        anchor: str = "start",
        width: float | None = None,
    ) -> None:
        """Write words on a base line.

        Parameters
        ----------
        at
            Where they begin, stand in the middle, or end: as `anchor` says.
        text
            The words.
        kind
            Classes.
        anchor
            `start`, `middle` or `end`.
        width
            What they may take; cut off at the end, None for no bound.
        """
        shown = text if width is None else fitted(text, SIZE, width)
        where = {"x": _text(at[0]), "y": _text(at[1])}
        if anchor != "start":
            where["text-anchor"] = anchor
        self._add("text", kind, where).text = shown

    def markup(self) -> Markup:
        """Give the picture as it stands in a page."""
        written = ET.tostring(self._root, encoding="unicode", short_empty_elements=True)
        return Markup(written)  # noqa: S704  (escaped by the XML writer)

    def _add(self, tag: str, kind: str, attributes: dict[str, str]) -> ET.Element:
        classes = {"class": kind} if kind else {}
        return ET.SubElement(self._root, tag, {**classes, **attributes})


def _points(places: Iterable[Place]) -> str:
    return " ".join(f"{_text(x)},{_text(y)}" for x, y in places)


def _text(number: float) -> str:
    """Write a number with two decimals at most, and never as -0."""
    return f"{round(number, 2) + 0.0:.2f}".rstrip("0").rstrip(".")


def runs(present: Sequence[bool]) -> list[tuple[int, int]]:
    """Give the unbroken runs of what is there as [first, after last): lines end at gaps."""
    found: list[tuple[int, int]] = []
    start: int | None = None
    for n, one in enumerate([*present, False]):
        if one and start is None:
            start = n
        if not one and start is not None:
            found.append((start, n))
            start = None
    return found
