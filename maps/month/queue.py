"""/queue (待上传) and /offline: what waits on this phone to be sent, and the page without signal.

The queue is on the phone and nowhere else, so the page is a frame that its script fills; without a
script nothing is kept on the phone, and the page says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from maps.console import render_page

if TYPE_CHECKING:
    from maps.views import Frame


def queue_page(frame: Frame, lang: str) -> str:
    """Give the page of the send queue."""
    return render_page("queue.html", frame, lang, "queue")


def offline_page(frame: Frame, lang: str) -> str:
    """Give the page that a phone shows for a page that it has not kept."""
    return render_page("offline.html", frame, lang, "")
