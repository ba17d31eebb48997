"""The printed reminder slip, one A4 page each, and the page behind its QR code.

Takes frozen values, gives HTML with a print style of its own, or a PDF through the extra `pdf`
(weasyprint, fonts embedded). A slip offers help and says so; it names the very hazards, what costs
most, what would lift the colour, by when, and how to object. A page holds so many items; the rest
is counted on it. Nothing is fetched from anywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import segno

from geo_risk.errors import InputError
from maps.console import render_page
from maps.words.figures import day_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from maps.views import Frame

MOST_ITEMS = 8
MOST_WORDS = 60
_STYLE = "sheet.css"
_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True)
class SheetItem:
    """One hazard on a slip: severity, words or category, when it was found, its due date."""

    severity: str
    text: str = ""
    found: datetime | None = None
    due: datetime | None = None

    @property
    def short(self) -> str:
        """The words, cut to what a row holds."""
        text = " ".join(self.text.split())
        return text if len(text) <= MOST_WORDS else f"{text[: MOST_WORDS - 1]}…"


@dataclass(frozen=True)
class SheetView:
    """Everything on one slip; codes are put into words here.

    Parameters
    ----------
    name
        Of the enterprise.
    slip_no, state, month, basis, reasons
        Of the slip; '' while it has no number.
    items
        The very hazards.
    deficits
        Part of the index to points lost, largest first.
    lifts
        Colour to the acts that reach it.
    leaves_window
        Month in which the oldest finding no longer counts, '' without one.
    issued, due, objection_ends
        Moments, UTC; None: not yet.
    link
        Address behind the QR code, '' for none.
    """

    name: str
    slip_no: str
    state: str
    month: str
    basis: str
    reasons: tuple[str, ...] = ()
    items: tuple[SheetItem, ...] = ()
    deficits: tuple[tuple[str, float], ...] = ()
    lifts: tuple[tuple[str, tuple[str, ...]], ...] = ()
    leaves_window: str = ""
    issued: datetime | None = None
    due: datetime | None = None
    objection_ends: datetime | None = None
    link: str = ""

    @property
    def shown_items(self) -> tuple[SheetItem, ...]:
        """Those that a page holds."""
        return self.items[:MOST_ITEMS]

    @property
    def more(self) -> int:
        """How many more there are."""
        return max(0, len(self.items) - MOST_ITEMS)

    @property
    def code(self) -> str:
        """The QR code as an address that holds the picture; '' without a link."""
        if not self.link:
            return ""
        return str(segno.make_qr(self.link, error="m").svg_data_uri(scale=4, border=2))


def slip_sheets(frame: Frame, lang: str, slips: Sequence[SheetView], *, linked: bool = True) -> str:
    """Give slips as one document, a page each.

    Parameters
    ----------
    frame
        Park, time zone, whether the data is synthetic.
    lang
        One of the catalogue's languages; names are not translated.
    slips
        In the order of the pages; none: a page that says so.
    linked
        Whether the page names its style and icon by address.
    """
    return render_page(
        "slip_sheet.html",
        frame,
        lang,
        "",
        slips=slips,
        linked=linked,
        last_day=_last_day(frame, lang),
    )


def slip_pdf(frame: Frame, lang: str, slips: Sequence[SheetView]) -> bytes:
    """Give slips as one PDF, a page each, Chinese embedded.

    Raises
    ------
    InputError
        When weasyprint is not installed.
    """
    made: bytes = _laid_out(slip_sheets(frame, lang, slips, linked=False)).write_pdf()
    return made


def receipt_page(
    frame: Frame,
    lang: str,
    slip: SheetView | None,
    *,
    status: str,
    may: Sequence[str] = (),
    missing: bool = False,
) -> str:
    """Give the page behind the QR code.

    Parameters
    ----------
    frame, lang
        Park and time zone, its own address without a language; nobody is signed in.
    slip
        What the enterprise may read; None where the address no longer opens it.
    status
        `open`, `used` or `gone`.
    may
        Steps that can be taken now: receive, answer, object.
    missing
        Whether words were missing in what was just sent.
    """
    return render_page(
        "receipt.html",
        frame,
        lang,
        "",
        slip=slip,
        status=status,
        may=may,
        missing=missing,
        last_day=_last_day(frame, lang),
    )


def _last_day(frame: Frame, lang: str) -> Callable[[datetime | None], str]:
    """Give the words of the last day before a deadline, which is the first moment after it."""
    return lambda end: day_text(end - _INSTANT, frame.zone, lang) if end else "–"


def _laid_out(page: str) -> Any:
    """Lay a document out on paper, with the print style and nothing from elsewhere."""
    weasyprint = _weasyprint()
    style = files("maps.console").joinpath("static", _STYLE).read_text(encoding="utf-8")
    inline = weasyprint.urls.URLFetcher(allowed_protocols=("data",))
    html = weasyprint.HTML(string=page, url_fetcher=inline)
    return html.render(stylesheets=[weasyprint.CSS(string=style)])


def _weasyprint() -> Any:
    try:
        import weasyprint  # noqa: PLC0415 (an extra; takes a second to load)
    except (ImportError, OSError) as error:
        raise InputError(
            "A PDF needs weasyprint.", "Install the extra: pip install 'geo-risk[pdf]'; or print."
        ) from error
    return weasyprint
