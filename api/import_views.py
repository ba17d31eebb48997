"""What the pages of files handed in are filled with: the form's choices, jobs as they stand."""

from __future__ import annotations

from dataclasses import asdict, fields
from datetime import datetime
from typing import TYPE_CHECKING

from api.handed_in import ENDINGS, Said
from api.import_jobs import MENDED, first_rejects
from api.jobs import REJECTS, Job
from geo_risk.park.sections import SOURCE_KINDS
from geo_risk.records import Channel
from maps.keeper import HandIn, ImportOption, ImportView, RejectRow

if TYPE_CHECKING:
    from collections.abc import Mapping

    from api.pages import Pages
    from maps.views import Refusal

LATEST = 20
"""So many files that were handed in stand on the page."""

_DATUMS = ("gcj02", "wgs84", "cgcs2000", "bd09")


def said_of(belongs: str, datum: str, channel: str, name: str = "") -> Said:
    """Give what a form says of a file.

    Parameters
    ----------
    belongs
        `source:NAME`, `mended:NAME` or `kind:KIND`; '' where nothing was chosen.
    datum, channel
        As chosen.
    name
        First part of the ids of a list of a kind, where it had one before.
    """
    family, _, what = belongs.partition(":")
    if family == "kind":
        return Said(source=name, kind=what, datum=datum, channel=channel)
    return Said(source=what, mended=family == MENDED)


def form_of(pages: Pages, chosen: Mapping[str, str], refusal: Refusal | None = None) -> HandIn:
    """Give the form, with what was chosen before."""
    sources = pages.service.park.source
    options = [
        ImportOption(f"source:{one.name}", "source", one.kind, one.file.name) for one in sources
    ]
    options += [
        ImportOption(f"{MENDED}:{one.name}", MENDED, one.kind, one.name)
        for one in pages.source_rows()
        if one.rejects_url
    ]
    options += [ImportOption(f"kind:{kind}", "kind", kind) for kind in SOURCE_KINDS]
    return HandIn(
        options=tuple(options),
        datums=_DATUMS,
        channels=tuple(one.value for one in Channel),
        endings=ENDINGS,
        chosen=chosen,
        refusal=refusal,
    )


def import_view(pages: Pages, job: Job, names: Mapping[str, str] | None = None) -> ImportView:
    """Give a job as its page shows it.

    Parameters
    ----------
    pages
        Of the request.
    job
        As it stands.
    names
        Account id to name, of who handed files in.
    """
    folder = pages.service.jobs.folder_of(job.id)
    there = (folder / REJECTS).is_file()
    shown = {one.name for one in fields(RejectRow)}
    rows = [
        RejectRow(**{name: value for name, value in asdict(one).items() if name in shown})
        for one in first_rejects(folder)
    ]
    return ImportView(
        id=job.id,
        state=job.state,
        file=job.file,
        source=job.source,
        kind=job.kind,
        at=datetime.fromisoformat(job.at),
        who=(names or {}).get(job.actor_id, ""),
        percent=job.percent,
        counts=job.counts,
        odd=job.odd,
        written=job.written,
        code=job.code or "other",
        error=job.error,
        hint=job.hint,
        rejects=rows if there else (),
        rejects_url=f"/v1/jobs/{job.id}/rejects.xlsx" if there else "",
        again=_again(job),
    )


def _again(job: Job) -> dict[str, str]:
    """Give what the form sends with the mended rows: the same description as before."""
    said = job.said
    if said.get("kind"):
        return {
            "belongs": f"kind:{said['kind']}",
            "name": said.get("source", ""),
            "datum": said.get("datum", ""),
            "channel": said.get("channel", ""),
        }
    family = MENDED if said.get(MENDED) else "source"
    return {"belongs": f"{family}:{job.source}"}
