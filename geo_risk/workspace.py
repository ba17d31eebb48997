"""A park opened by a person: the door for notebooks and scripts, and for the command line.

Takes the path of a park file, gives a `Workspace` that knows the store and the state folder,
builds, and hands out what analysts know: GeoDataFrames of records, surfaces with their scores.
Opened at a door, so it is one of the few places that asks what time it is. What it does is done
elsewhere: `pipeline` builds, `store` keeps, `evaluation` scores.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from geo_risk.errors import InputError, NotFoundError
from geo_risk.ingest import read_boundary
from geo_risk.park import ParkFile, read_park
from geo_risk.records import Actor, Role
from geo_risk.settings import Settings
from geo_risk.store import Query, Store, open_store

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

    import geopandas as gpd

    from geo_risk.evaluation import VisitEvaluation
    from geo_risk.features.inputs import ParkInputs
    from geo_risk.grid import Surface
    from geo_risk.pipeline import BuildResult, Progress
    from geo_risk.published import GradedSurface, Publication

ANALYST = Actor(id="workspace", role=Role.ANALYST, door="cli")
_SEED = 20131101  # of bootstrap intervals: the same figures every time
KEEPER = Actor(id="workspace", role=Role.KEEPER, door="cli")


class Workspace:
    """One park: its file, its store, its state folder. Use it in a `with` block.

    Parameters
    ----------
    park
        A checked park file.
    settings
        Where state and store are.
    """

    def __init__(self, park: ParkFile, settings: Settings) -> None:
        self.park = park
        self.state_dir: Path = settings.state_dir(park)
        self.state_dir.mkdir(parents=True, exist_ok=True)
        self.store: Store = open_store(
            settings.url_of_store(park), park_id=park.park.id, state_dir=self.state_dir
        )

    def __enter__(self) -> Self:
        """Give the workspace itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the store."""
        self.close()

    def close(self) -> None:
        """Close the store."""
        self.store.close()

    def build(
        self,
        *,
        now: datetime | None = None,
        actor: Actor = KEEPER,
        progress: Progress | None = None,
    ) -> BuildResult:
        """Read the sources, fit the surfaces, publish; see `pipeline.build`.

        Parameters
        ----------
        now
            Zone-aware; the present moment when left out.
        actor
            In whose name.
        progress
            Told stage, done, total.

        Returns
        -------
        BuildResult
            `summary` is the JSON of `geo-risk build --json`.
        """
        from geo_risk import pipeline  # noqa: PLC0415  # models: seconds that `serve` need not wait

        return pipeline.build(
            self.park,
            self.store,
            actor=actor,
            now=now or datetime.now(UTC),
            state_dir=self.state_dir,
            progress=progress,
        )

    def publication(self) -> Publication:
        """Give what was published last.

        Raises
        ------
        NotFoundError
            When the park was never built.
        """
        publication = self.store.publication()
        if publication is None:
            raise NotFoundError(
                f"Park {self.park.park.id} has no surfaces yet.", "Run `geo-risk build` first."
            )
        return publication

    def graded(self, surface_id: str = "") -> GradedSurface:
        """Give a published surface with its classes; the main one when no id is given.

        Raises
        ------
        NotFoundError
            When there is no such surface; the message names those there are.
        """
        publication = self.publication()
        found = publication.surfaces.get(surface_id or publication.main)
        if found is None:
            known = ", ".join(publication.surfaces)
            raise NotFoundError(f"No surface {surface_id!r}.", f"There are: {known}.")
        return found

    def surface(self, surface_id: str = "") -> Surface:
        """Give a published surface; as `graded`, without the classes."""
        return self.graded(surface_id).surface

    def records(self, collection: str, *, valid_at: datetime | None = None) -> gpd.GeoDataFrame:
        """Give a collection as a GeoDataFrame in degrees of the park's datum, without person data.

        Parameters
        ----------
        collection
            `enterprises`, `premises`, `visits`, `reports`, `zones`, `stations`, ...
        valid_at
            Only what held at that moment; everything when left out.
        """
        query = Query(collection=collection, valid_at=valid_at)
        return self.store.frame(collection, query, actor=ANALYST)

    def table(
        self, name: str, *, month: str | None = None, now: datetime | None = None
    ) -> gpd.GeoDataFrame:
        """Give a table of the month as a GeoDataFrame, without person data, points included.

        Parameters
        ----------
        name
            `index`, `cases` (hazards and disputes), `slips` or `declarations`.
        month
            YYYY-MM; needed for `index`, which is as published, or else as it stands; of the others
            everything when left out.
        now
            Of an index that is not published; the present moment when left out.

        Returns
        -------
        geopandas.GeoDataFrame
            Index `id`; a row without a point of its own stands at its enterprise.

        Raises
        ------
        InputError
            For another name, an index without a month, or what is no month.
        """
        from geo_risk import monthly  # noqa: PLC0415  # as in `build`
        from geo_risk.monthly import tables  # noqa: PLC0415

        collections = {"cases": "reports", "slips": "slips", "declarations": "declarations"}
        if name not in collections and name != "index":
            known = ", ".join(("index", *collections))
            raise InputError(f"There is no table {name!r}.", f"There are: {known}.")
        if month is not None:
            monthly.check_month(month)
        places = tables.enterprise_places(self.records("premises"))
        if name == "index":
            if month is None:
                raise InputError("The index is a month's.", 'Name it: month="2026-10".')
            moment = now or datetime.now(UTC)
            if month in monthly.frozen_months(self.store):
                said = monthly.results(self.store, month)
            else:
                said = monthly.said_by(monthly.preview(self.store, self.park, month, now=moment))
            self.store.audit(KEEPER, "export", f"index/{month}", moment, count=len(said["results"]))
            return tables.index_table(said, places)
        frame = self.records(collections[name])
        if name == "cases":
            frame = frame[frame["kind"].isin(["hazard", "dispute"])]
        if month is not None and name == "cases":
            local = frame["occurred_to"].dt.tz_convert(self.park.zone)
            frame = frame[local.dt.strftime("%Y-%m") == month]
        elif month is not None:
            frame = frame[frame["month"] == month]
        return tables.at_enterprises(frame, places)

    def evaluate_events(
        self,
        kind: str,
        *,
        cell_m: float,
        horizon_days: int,
        cuts: Sequence[date],
        now: datetime | None = None,
        progress: Progress | None = None,
    ) -> dict[str, Any]:
        """Score every model on events, rolling origin; builds the records if needed.

        Parameters
        ----------
        kind
            Kind of report.
        cell_m, horizon_days, cuts
            As for `geo-risk evaluate --target events`.
        now
            For reading sources that were never read.
        progress
            Told stage, done, total of what is read.

        Returns
        -------
        dict
            The JSON of `geo-risk evaluate --json`.
        """
        from geo_risk import evaluation  # noqa: PLC0415  # as in `build`

        return evaluation.evaluate_events(
            self._inputs(now, progress),
            kind=kind,
            cell_m=cell_m,
            horizon_days=horizon_days,
            cuts=cuts,
        )

    def evaluate_visits(
        self,
        first: date,
        last: date,
        *,
        now: datetime | None = None,
        progress: Progress | None = None,
    ) -> VisitEvaluation:
        """Score every model on the visits of a period; builds the records if needed.

        Parameters
        ----------
        first, last
            Days of the park's calendar, both included.
        now, progress
            As for `evaluate_events`.

        Returns
        -------
        VisitEvaluation
            `scores` is the JSON of `geo-risk evaluate --target visits --json`; one probability per
            visit stands beside it.
        """
        from geo_risk import evaluation  # noqa: PLC0415  # as in `build`

        return evaluation.evaluate_visits(
            self._inputs(now, progress), first=first, last=last, rng=np.random.default_rng(_SEED)
        )

    def _inputs(self, now: datetime | None, progress: Progress | None) -> ParkInputs:
        """Read what is new, and give what models are fitted on."""
        from geo_risk import intake, pipeline  # noqa: PLC0415  # as in `build`

        boundary = intake.ingest_park(
            self.park,
            self.store,
            actor=KEEPER,
            now=now or datetime.now(UTC),
            state_dir=self.state_dir,
            progress=progress or (lambda _stage, _done, _total: None),
        )
        return pipeline.inputs_of(self.park, self.store, boundary, actor=ANALYST)

    def boundary(self) -> Any:
        """Give the park's boundary: a shapely polygon in degrees of the park's datum."""
        return read_boundary(self.park)


def open_park(
    path: str | Path, *, data: str | Path | None = None, state: str | Path | None = None
) -> Workspace:
    """Open a park for building and looking.

    Parameters
    ----------
    path
        The park file.
    data
        Folder its sources are relative to; `GEO_RISK_SHARED_DATA` when left out.
    state
        Folder of all state; `GEO_RISK_STATE`, else `.geo-risk` beside the park file.

    Returns
    -------
    Workspace
        Close it, or use it in a `with` block.

    Raises
    ------
    ParkFileError
        When the park file does not hold together.
    """
    settings = Settings()
    if state is not None:
        settings = settings.model_copy(update={"state": Path(state)})
    return Workspace(read_park(path, data if data is not None else settings.shared_data), settings)
