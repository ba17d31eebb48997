"""The page where chief and keeper make embeds, copy their code, and stop them.

Takes an `EmbedsView`, gives the page: the form with what was typed, the preview as the frame will
draw it, and the list. A plain form; a script copies the code.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from maps.bundle import bundle_url
from maps.console import render_page
from maps.embed import KINDS, THEMES, EmbedView, figure
from maps.words import LANGS

if TYPE_CHECKING:
    from maps.views import Frame, Refusal


@dataclass(frozen=True)
class EmbedForm:
    """What was typed, each field as text."""

    what: str = "reports"
    month: str = "latest"
    lang: str = "zh"
    theme: str = "light"
    title: str = ""
    height: str = "480"
    origins: str = ""
    days: str = "365"


@dataclass(frozen=True)
class EmbedLine:
    """One embed in the list.

    Parameters
    ----------
    id, what, month, lang, title, origins
        As it was made.
    state
        `on`, `expired` or `revoked`.
    made_by, made_at, expires_at
        Who, when, until when.
    address, code
        Where it is, and what an editor copies; '' when it does not hold.
    """

    id: str
    what: str
    month: str
    lang: str
    title: str
    origins: tuple[str, ...]
    state: str
    made_by: str
    made_at: datetime
    expires_at: datetime
    address: str = ""
    code: str = ""


@dataclass(frozen=True)
class EmbedsView:
    """The page.

    Parameters
    ----------
    form
        What was typed.
    lines
        The embeds so far, the newest first.
    months
        Those that can be chosen, the newest first.
    approved
        Whether the map may be shown in public at all.
    preview
        What the frame will show; None for no preview.
    made
        Id of the embed that was made a moment ago.
    stopped
        Whether one was stopped a moment ago.
    refusal
        Why nothing was made.
    """

    form: EmbedForm = field(default_factory=EmbedForm)
    lines: Sequence[EmbedLine] = ()
    months: Sequence[str] = ()
    approved: bool = True
    preview: EmbedView | None = None
    made: str = ""
    stopped: bool = False
    refusal: Refusal | None = None


def embeds_page(frame: Frame, lang: str, view: EmbedsView) -> str:
    """Give the page."""
    form_lang = view.form.lang if view.form.lang in LANGS else lang
    drawn: dict[str, Any] = figure(view.preview, form_lang) if view.preview else {}
    page = {**drawn, "shown": view.preview, "embeds": view, "script": bundle_url("embeds.js")}
    page.setdefault("view", None)
    return render_page(
        "embeds.html", frame, lang, "embeds", **page, kinds=KINDS, themes=THEMES, langs=LANGS
    )
