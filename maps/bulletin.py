"""The bulletin of a month (通报亮晒): one page to hang up, and the station's own with every score.

Takes what is told of a month, already cut to its reader, and names; gives a whole HTML document
with a print style. What is public of it was decided before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from maps.console import render_page
from maps.words import word

if TYPE_CHECKING:
    from geo_risk.safety_index.shown import Bulletin
    from maps.views import Frame

COLOURS = ("blue", "yellow", "orange", "red")


@dataclass(frozen=True)
class BulletinView:
    """A bulletin for one reader.

    Parameters
    ----------
    bulletin
        As published.
    names
        Id to name of those that are named.
    scope
        Of the index.
    frozen_at
        Day on which it was frozen.
    rows
        The whole table, for the station; empty otherwise.
    propose
        Enterprises that another officer should visit, for the station.
    """

    bulletin: Bulletin
    names: Mapping[str, str] = field(default_factory=dict)
    scope: str = "above_scale"
    frozen_at: str = ""
    rows: tuple[Mapping[str, Any], ...] = ()
    propose: tuple[str, ...] = ()

    def name(self, record_id: str) -> str:
        """Give the name of an enterprise, its id where it has none."""
        return self.names.get(record_id) or record_id

    def group(self, group: str, lang: str) -> str:
        """Give the name of a peer group: `C/3+4` is sector C, classes 3 and 4."""
        if group in {"all", "others"}:
            return word(f"index.group.{group}", lang)
        sector, _, classes = group.rpartition("/")
        joined = "、".join(classes.split("+")) if lang == "zh" else classes.replace("+", ", ")
        if classes == "0":
            key = "index.group.sector" if sector else "index.group.no_sector"
        else:
            key = "index.group.classes" if sector else "index.group.no_sector_classes"
        return word(key, lang, sector=sector, classes=joined)


def bulletin_page(frame: Frame, lang: str, view: BulletinView) -> str:
    """Give the page.

    Parameters
    ----------
    frame, lang
        As for every page.
    view
        What it shows.
    """
    return render_page(
        "bulletin.html",
        frame,
        lang,
        "",
        view=view,
        told=view.bulletin,
        colours=COLOURS,
        colour_word=lambda colour: colour_word(colour, lang),
        group_name=lambda group: view.group(group, lang),
        ranks=ranks_text,
        note=lambda code: note_word(code, lang),
    )


def colour_word(colour: str, lang: str) -> str:
    """Give the name of an index's colour, a dash for none."""
    name = colour or "none"
    return word(f"index.colour.{name}", lang)


def part_word(indicator: str, lang: str) -> str:
    """Give the name of an indicator, or of the sum of those that others told of."""
    return word(f"index.part.{indicator}", lang)


def note_word(code: str, lang: str) -> str:
    """Say why an enterprise has no rank, or what else to know of its month."""
    return word(f"index.note.{code}", lang)


def ranks_text(ranks: Sequence[int] | None) -> str:
    """Write a range of ranks, a dash without one."""
    if not ranks:
        return "–"
    first, last = ranks
    return str(first) if first == last else f"{first}–{last}"
