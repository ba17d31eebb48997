"""The flow, in order, on one page: files read, records kept, surfaces fitted, results published.

Takes a checked park file and an open store, gives what `build --json` says. The publication
replaces the last one in one step. How a file's rows come into the store is `intake`'s, what
surfaces make of records `fitting`'s.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from geo_risk.fitting import ParkInputs, fit_park
from geo_risk.intake import COUNTS, ingest_park
from geo_risk.published import EVENTS_UNTIL
from geo_risk.store import Query

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry

    from geo_risk.park import ParkFile
    from geo_risk.published import Publication
    from geo_risk.records import Actor
    from geo_risk.store import Store

    Progress = Callable[[str, int, int | None], None]

_KEPT_PUBLICATIONS = 3
_READS = 5
_FITTED = (
    "enterprises",
    "premises",
    "visits",
    "reports",
    "zones",
    "stations",
    "officers",
    "assignments",
    "population",
    "roads",
)


@dataclass(frozen=True)
class BuildResult:
    """What a build did.

    Parameters
    ----------
    summary
        The JSON of `geo-risk build --json`.
    publication
        What is shown from now on.
    sequence
        Its number in the store.
    """

    summary: dict[str, Any]
    publication: Publication
    sequence: int


def build(
    park: ParkFile,
    store: Store,
    *,
    actor: Actor,
    now: datetime,
    state_dir: Path,
    progress: Progress | None = None,
) -> BuildResult:
    """Read every source, fit every surface, publish.

    Parameters
    ----------
    park
        The park file.
    store
        The park's store, open.
    actor
        In whose name records change.
    now
        Time of the change, zone-aware; also the as-of, unless the park file has its own.
    state_dir
        Where rejects files go (`rejects/<source>.xlsx`).
    progress
        Told the stage, what is done of it, and of how much (None = not known).

    Returns
    -------
    BuildResult

    Raises
    ------
    FileFormatError
        When a source's file is missing or unreadable; nothing of that file is kept.
    BusyError
        When another build of this park is under way.
    """
    say = progress or (lambda _stage, _done, _total: None)
    with store.park_lock():
        boundary = ingest_park(park, store, actor=actor, now=now, state_dir=state_dir, progress=say)
        say("fit", 0, None)
        inputs, until = _settled_inputs(park, store, boundary, actor=actor)
        publication = fit_park(
            inputs,
            as_of=park.as_of(now),
            previous=store.past_publications(_KEPT_PUBLICATIONS),
            progress=say,
        )
        publication = replace(
            publication,
            sources=tuple(_summaries(park, store)),
            facts={**publication.facts, EVENTS_UNTIL: until},
        )
        say("publish", 0, None)
        sequence = store.publish(publication, actor=actor, at=now)
    return BuildResult(_json(park, publication), publication, sequence)


def inputs_of(park: ParkFile, store: Store, boundary: BaseGeometry, *, actor: Actor) -> ParkInputs:
    """Take from the store what surfaces are fitted on: records without person data."""

    def all_of(collection: str) -> list[Any]:
        return [one.record for one in store.find(Query(collection=collection), actor=actor)]

    return ParkInputs(park=park, boundary=boundary, **{name: all_of(name) for name in _FITTED})


def _settled_inputs(
    park: ParkFile, store: Store, boundary: BaseGeometry, *, actor: Actor
) -> tuple[ParkInputs, str]:
    """Read the records, and the last event that is in them: what comes after it is new.

    Where somebody writes meanwhile they are read again, a few times.
    """
    until = store.last_event_id()
    inputs = inputs_of(park, store, boundary, actor=actor)
    for _ in range(_READS):
        latest = store.last_event_id()
        if latest == until:
            break
        until, inputs = latest, inputs_of(park, store, boundary, actor=actor)
    return inputs, until


def _summaries(park: ParkFile, store: Store) -> list[dict[str, Any]]:
    runs = {run.name: run for run in store.runs()}
    shown = ("name", "kind", *COUNTS, "odd")
    return [
        {key: runs[source.name].summary[key] for key in shown}
        for source in park.source
        if source.name in runs
    ]


def _json(park: ParkFile, publication: Publication) -> dict[str, Any]:
    return {
        "park": park.park.id,
        "as_of": publication.as_of.isoformat(),
        "sources": list(publication.sources),
        "surfaces": [
            {
                "id": one.id,
                "version": one.surface.version,
                "unit": one.surface.unit.value,
                "model": one.surface.provenance.model,
                "score": dict(one.surface.score),
            }
            for one in publication.surfaces.values()
        ],
        "rung": {
            "months": publication.rung.months,
            "key": publication.rung.key,
            "folds": publication.rung.folds,
            "served": publication.rung.served,
        },
    }
