"""Reading a picture back: its elements, and the box that holds all of them."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from maps.charts import Chart
from maps.charts.drawing import SIZE
from maps.charts.scales import text_width

SVG = "{http://www.w3.org/2000/svg}"


def parsed(picture: str) -> ET.Element:
    """Give a picture as a tree; fails where it is no XML."""
    return ET.fromstring(picture)  # noqa: S314  (we drew it)


def both(chart: Chart) -> list[ET.Element]:
    """Give the drawings of a chart: for a phone, for a desk."""
    return [parsed(chart.narrow), parsed(chart.wide)]


def of_class(root: ET.Element, kind: str) -> list[ET.Element]:
    """Give the elements of a class, in the order in which they were drawn."""
    return [one for one in root.iter() if kind in one.get("class", "").split()]


def places(element: ET.Element) -> list[tuple[float, float]]:
    """Give every corner of an element; of a text by how wide its words are at most."""

    def number(name: str) -> float:
        return float(element.get(name, "0"))

    tag = element.tag.removeprefix(SVG)
    if tag in {"polyline", "polygon"}:
        pairs = [one.split(",") for one in element.get("points", "").split()]
        return [(float(x), float(y)) for x, y in pairs]
    if tag == "line":
        return [(number("x1"), number("y1")), (number("x2"), number("y2"))]
    if tag == "rect":
        left, top = number("x"), number("y")
        return [(left, top), (left + number("width"), top + number("height"))]
    if tag == "circle":
        x, y, r = number("cx"), number("cy"), number("r")
        return [(x - r, y - r), (x + r, y + r)]
    if tag == "text":
        width = text_width(element.text or "", SIZE)
        before = {"start": 0.0, "middle": width / 2, "end": width}[
            element.get("text-anchor", "start")
        ]
        x, y = number("x"), number("y")
        return [(x - before, y - 0.8 * SIZE), (x - before + width, y + 0.2 * SIZE)]
    return []


def check_drawn(chart: Chart) -> None:
    """Check what holds of every picture: well-formed, described, no style, inside its box."""
    for root in both(chart):
        _, _, width, height = (float(one) for one in root.get("viewBox", "").split())
        names = (root.get("aria-labelledby") or "").split()
        found = {one.get("id"): one.text for one in root if one.get("id")}
        assert [found[name] for name in names] == [chart.title, chart.desc]
        assert root.find(f"{SVG}title") is not None
        assert root.find(f"{SVG}desc") is not None
        for element in root.iter():
            assert not {"style", "onload", "fill", "stroke"} & set(element.keys())
            for x, y in places(element):
                assert -0.01 <= x <= width + 0.01, (element.tag, element.attrib, element.text)
                assert -0.01 <= y <= height + 0.01, (element.tag, element.attrib, element.text)
    ids = [one.get("id") for root in both(chart) for one in root.iter() if one.get("id")]
    assert len(set(ids)) == len(ids)
