"""Files handed in (交表格): the form, how far each is, what was set aside and how to mend it.

Takes views, gives the page of the form and of what came before, and the page of one file. While a
file is read its page looks again by itself; without a script by the browser's own refresh.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from maps.bundle import bundle_url
from maps.console import render_page
from maps.words import catalogue

if TYPE_CHECKING:
    from maps.views import Frame, Refusal, SourceRow


@dataclass(frozen=True)
class ImportOption:
    """What a file may be: what the form sends, the kind, and the file's or source's name.

    `family` is source, mended or kind: one of the park file's sources, a build's mended rejects of
    such a source, a list of that kind.
    """

    value: str
    family: str
    kind: str
    name: str = ""


@dataclass(frozen=True)
class HandIn:
    """The form as it stands.

    Parameters
    ----------
    options
        To choose from.
    datums, channels
        Codes to choose from, for a list that no source describes.
    chosen
        What was chosen before: belongs, datum, channel.
    endings
        Of files that are read.
    refusal
        Why it was not taken.
    """

    options: tuple[ImportOption, ...]
    datums: tuple[str, ...]
    channels: tuple[str, ...]
    endings: tuple[str, ...]
    chosen: Mapping[str, str] = field(default_factory=dict)
    refusal: Refusal | None = None


@dataclass(frozen=True)
class RejectRow:
    """Why one row was set aside: where it stands, what is wrong, what to do, in both languages."""

    file: str
    sheet: str
    row: int
    column: str
    value: str
    reason: str
    reason_zh: str
    remedy: str
    remedy_zh: str


@dataclass(frozen=True)
class ImportView:
    """One file that was handed in.

    Parameters
    ----------
    id, state, file, source, kind, at
        As its job says.
    who
        Name of who handed it in, '' where it is not known.
    percent
        How far the reading is, 0 where that is not known.
    counts, odd, written
        As its job says; empty until it is done.
    code, error, hint
        Why it failed: the kind of error, and the reader's own words in English.
    rejects
        The first rows that were set aside.
    rejects_url
        All of them as a workbook, '' where there are none.
    again
        What the form sends for the mended rows, name to value.
    """

    id: str
    state: str
    file: str
    source: str
    kind: str
    at: datetime
    who: str = ""
    percent: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    odd: Mapping[str, int] = field(default_factory=dict)
    written: Mapping[str, int] = field(default_factory=dict)
    code: str = ""
    error: str = ""
    hint: str = ""
    rejects: Sequence[RejectRow] = ()
    rejects_url: str = ""
    again: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_under_way(self) -> bool:
        """Whether it is worth looking again."""
        return self.state in {"queued", "running"}

    @property
    def changed_nothing(self) -> bool:
        """Whether all that is good in it was there already."""
        written = self.written
        return bool(written.get("unchanged")) and not (written["new"] or written["changed"])


@dataclass(frozen=True)
class ImportsView:
    """The form, the files handed in last, and the sources of the last build."""

    form: HandIn
    latest: tuple[ImportView, ...] = ()
    sources: tuple[SourceRow, ...] = ()


def imports_page(frame: Frame, lang: str, view: ImportsView) -> str:
    """Give the page of the form.

    Parameters
    ----------
    frame, lang
        As for every page; `frame.csrf` goes with the form.
    view
        What it shows.
    """
    return render_page("imports.html", frame, lang, "imports", view=view)


def import_page(frame: Frame, lang: str, view: ImportView, form: HandIn) -> str:
    """Give the page of one file; `form` asks what it is, where that is still to be said."""
    script = bundle_url("import.js") if view.is_under_way else ""
    known = view.code if f"import_error.{view.code}" in catalogue(lang) else "other"
    return render_page(
        "import.html", frame, lang, "imports", view=view, form=form, script=script, known=known
    )
