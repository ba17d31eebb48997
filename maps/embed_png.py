"""The frame's map as a picture: for a portal that takes no frames.

Takes an `EmbedView`, gives the bytes of a PNG with title, zones in colour and pattern, legend,
source, as-of and approval. Chinese needs a font of the machine's; where there is none the words are
English, and zones have numbers, for the library's own font knows Latin letters only.
"""

from __future__ import annotations

import io
import unicodedata
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from PIL import Image, ImageDraw, ImageFont

from geo_risk.published import RiskClass
from maps.embed import approval_text, label_text, legend_lines, month_text, title_of
from maps.palette import CLASS_COLOURS, INK, NO_DATA, pattern_index, rgb, tile_palette
from maps.words import word
from maps.words.figures import moment_text

if TYPE_CHECKING:
    from maps.embed import EmbedView

WIDTH = 960
_LEGEND = 230
_HEAD, _FOOT = 84, 58
_FONTS = ("NotoSansCJK-Regular.ttc", "wqy-microhei.ttc", "wqy-zenhei.ttc", "msyh.ttc", "simhei.ttf")
_WHITE, _GREY = (255, 255, 255), (70, 83, 95)
_BY_KEY = {colour.key: risk_class for risk_class, colour in CLASS_COLOURS.items()}
_OUTSIDE = 255


def embed_png(view: EmbedView, lang: str) -> bytes:
    """Draw the picture, 960 px wide."""
    if not _speaks_chinese():
        lang, view = "en", _latin(view)
    drawn = view.drawn
    room = WIDTH - _LEGEND
    scale = room / drawn.width
    height = round(drawn.height * scale)
    picture = Image.new("RGB", (WIDTH, height + _HEAD + _FOOT), _WHITE)
    picture.paste(_zones(view, (room, height), scale), (0, _HEAD))
    pen = ImageDraw.Draw(picture)
    _words(pen, view, lang, height)
    _legend(picture, pen, view, lang)
    for row, (x, y) in zip(view.rows, drawn.places, strict=True):
        at = (x / 100 * room, _HEAD + y / 100 * height)
        name = word("embed.and", lang).join(row.names[:2])
        _label(pen, (at[0], at[1] - 11), name, 15)
        _label(pen, (at[0], at[1] + 10), label_text(row, lang), 20)
    if view.synthetic:
        picture = _marked(picture, word("site.watermark", lang))
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()


def _zones(view: EmbedView, size: tuple[int, int], scale: float) -> Image.Image:
    """Fill each zone with its class's colour and pattern, outlined in ink."""
    classes = Image.new("L", size, _OUTSIDE)
    fill = ImageDraw.Draw(classes)
    edges = Image.new("L", size, 0)
    line = ImageDraw.Draw(edges)
    for row, shape in zip(view.rows, view.drawn.polygons, strict=True):
        for part in shapely.get_parts(shape):
            outer = [(x * scale, y * scale) for x, y in shapely.get_coordinates(part.exterior)]
            fill.polygon(outer, fill=int(row.risk_class))
            line.line([*outer, outer[0]], fill=255, width=3, joint="curve")
            for hole in part.interiors:
                inner = [(x * scale, y * scale) for x, y in shapely.get_coordinates(hole)]
                fill.polygon(inner, fill=_OUTSIDE)
    pixels = _coloured(np.asarray(classes))
    pixels[np.asarray(edges) > 0] = rgb(INK)
    return Image.fromarray(pixels)


def _marked(picture: Image.Image, text: str) -> Image.Image:
    """Put a watermark across the map."""
    mark = Image.new("L", picture.size, 0)
    at = ((WIDTH - _LEGEND) / 2, picture.height / 2)
    ImageDraw.Draw(mark).text(at, text, fill=60, font=_font(44), anchor="mm")
    mark = mark.rotate(16, center=at)
    return Image.composite(Image.new("RGB", picture.size, rgb(INK)), picture, mark)


def _coloured(classes: np.ndarray) -> np.ndarray:
    """Give colours of classes, pixel by pixel: (height, width, 3) of uint8."""
    y, x = np.mgrid[0 : classes.shape[0], 0 : classes.shape[1]]
    known = np.where(classes == _OUTSIDE, 0, classes)
    palette = np.array([one[:3] for one in tile_palette()], np.uint8)
    pixels = palette[pattern_index(known, x, y)]
    nothing = classes == RiskClass.NONE
    pixels[nothing] = rgb(NO_DATA.fill)
    pixels[nothing & ((x + y) % 8 == 0)] = rgb(NO_DATA.line)
    pixels[classes == _OUTSIDE] = _WHITE
    return pixels


def _write(pen: ImageDraw.ImageDraw, at: tuple[float, float], text: str, **how: Any) -> None:
    """Write a line: what ends a line or turns its direction is no letter of a name."""
    unseen = {"Zl": " ", "Zp": " ", "Cc": " ", "Cf": ""}
    pen.text(at, "".join(unseen.get(unicodedata.category(one), one) for one in text), **how)


def _words(pen: ImageDraw.ImageDraw, view: EmbedView, lang: str, height: int) -> None:
    _write(pen, (16, 10), title_of(view, lang), fill=rgb(INK), font=_font(26))
    scope = word(f"embed.scope.{view.what}", lang, unit=view.unit)
    _write(
        pen,
        (16, 50),
        f"{month_text(view.month, lang)} · {scope}" if view.title else scope,
        fill=_GREY,
        font=_font(15),
    )
    source = word("embed.source", lang, park=view.park_name)
    made_up = f" {word('embed.made_up', lang)}" if view.synthetic else ""
    top = _HEAD + height + 8
    _write(pen, (16, top), f"{source}{made_up}", fill=_GREY, font=_font(15))
    _write(pen, (16, top + 22), approval_text(view, lang), fill=_GREY, font=_font(15))
    if view.synthetic:
        mark = word("site.watermark", lang)
        _write(pen, (WIDTH - 16, 14), mark, fill=rgb(INK), font=_font(15), anchor="ra")


def _legend(picture: Image.Image, pen: ImageDraw.ImageDraw, view: EmbedView, lang: str) -> None:
    left, top = WIDTH - _LEGEND + 14, _HEAD + 10
    _write(pen, (left, top), view.unit, fill=rgb(INK), font=_font(16))
    rows = [(_BY_KEY[one["key"]], one["name"], one["range"]) for one in legend_lines(view, lang)]
    if any(one.withheld for one in view.rows):
        rows.append((RiskClass.NONE, word("embed.not_shown", lang), ""))
    for n, (risk_class, name, text) in enumerate(rows):
        y = top + 32 + n * 28
        swatch = _coloured(np.full((20, 36), int(risk_class), np.uint8))
        picture.paste(Image.fromarray(swatch), (left, y))
        pen.rectangle((left, y, left + 36, y + 20), outline=rgb(INK))
        _write(pen, (left + 46, y), name, fill=rgb(INK), font=_font(15))
        _write(pen, (WIDTH - 16, y), text, fill=rgb(INK), font=_font(15), anchor="ra")
    told = (
        word("embed.breaks", lang, version=view.breaks_version),
        word("embed.as_of", lang, moment=moment_text(view.as_of, view.zone, lang)),
    )
    for n, line in enumerate(told):
        _write(pen, (left, top + 44 + (len(rows) + n) * 28), line, fill=_GREY, font=_font(14))


def _label(pen: ImageDraw.ImageDraw, at: tuple[float, float], text: str, size: int) -> None:
    _write(
        pen,
        at,
        text,
        fill=rgb(INK),
        font=_font(size),
        anchor="mm",
        stroke_width=3,
        stroke_fill=_WHITE,
    )


def _latin(view: EmbedView) -> EmbedView:
    """Give a view whose words are Latin letters: zones are numbered, a Chinese title left out."""
    rows = tuple(replace(one, names=(str(n),)) for n, one in enumerate(view.rows, 1))
    return replace(
        view,
        rows=rows,
        title=_ascii(view.title),
        unit=_ascii(view.unit),
        surface=_ascii(view.surface),
        park_name=_ascii(view.park_name),
    )


def _ascii(text: str) -> str:
    return text if text.isascii() else ""


@cache
def _speaks_chinese() -> bool:
    return isinstance(_font(15), ImageFont.FreeTypeFont) and _family() != ""


@cache
def _family() -> str:
    """Give the first font of the machine that knows Chinese, '' for none."""
    for name in _FONTS:
        try:
            ImageFont.truetype(name, 15)
        except OSError:
            continue
        return name
    return ""


@cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    family = _family()
    if not family:
        return ImageFont.load_default(size)
    # The collection's faces are Japanese, Korean, simplified Chinese, ...: the third is ours.
    return ImageFont.truetype(family, size, index=2 if "CJK" in family else 0)
