"""What every step of one fit looks at: the park, its cells, what was measured, and its rung.

Takes the park's records and an as-of, gives a `Setting`, which also makes surfaces with the
provenance that all of one fit share.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from geo_risk.errors import InputError
from geo_risk.events import days_since_epoch
from geo_risk.features.cells import CellTraits, measure_cells
from geo_risk.features.ground import Ground, measure_ground
from geo_risk.grid import Grid, Period, Provenance, Surface, Unit
from geo_risk.surfaces.ladder import INHERENT, rung_key, whole_months

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo_risk.features.inputs import ParkInputs

    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Setting:
    """What every step of one fit looks at.

    Parameters
    ----------
    inputs, as_of
        As given to `fit_park`.
    grid, inside
        The park's cells.
    ground
        What was measured of the records.
    digest
        SHA-256 (hex) of it.
    months, rung
        Whole months of history, and the rung's key.
    """

    inputs: ParkInputs
    as_of: datetime
    grid: Grid
    inside: NDArray[np.bool_]
    ground: Ground
    digest: str
    months: int
    rung: str

    @property
    def start(self) -> datetime:
        """When history starts; the as-of without any."""
        return self.ground.history.start or self.as_of

    @property
    def as_of_days(self) -> float:
        """The as-of, days since the epoch."""
        return days_since_epoch(self.as_of)

    @cached_property
    def traits(self) -> CellTraits:
        """What is known of each cell beside what happened there."""
        return measure_cells(self.inputs, self.grid, self.inside)

    def forecasts(self, kind: str) -> bool:
        """Say whether a kind of report may be forecast in this park."""
        known = self.inputs.park.kinds
        return kind in known and known[kind].forecast

    def surface(
        self,
        id_: str,
        values: Floats,
        unit: Unit,
        model: str,
        *,
        ahead: bool = False,
        parameters: Mapping[str, Any] | None = None,
        score: Mapping[str, Any] | None = None,
        notes: tuple[str, ...] = (),
    ) -> Surface:
        """Make a surface of this fit: for the next horizon where `ahead`, else for the past."""
        days = timedelta(days=self.inputs.park.model.horizon_days)
        period = Period(self.as_of, self.as_of + days) if ahead else Period(self.start, self.as_of)
        provenance = Provenance(model, dict(parameters or {}), self.digest, self.as_of)
        told = dict(score) if score is not None else {"status": "none", "folds": 0}
        return Surface(id_, values, self.grid, unit, period, provenance, told, notes)


def make_setting(inputs: ParkInputs, as_of: datetime) -> Setting:
    """Lay the grid, measure the park, and find its rung.

    A park whose reports all lack a usable place has nothing to spread: it stands on the first rung,
    however long it has been recording.

    Raises
    ------
    InputError
        When no cell has its centre within the boundary.
    """
    park = inputs.park
    grid = Grid.covering(inputs.outline, inputs.crs, park.park.cell_m)
    inside = grid.inside(inputs.outline)
    if not inside.any():
        raise InputError(
            f"No cell of {grid.cell_m:g} m has its centre within the boundary.",
            "Give a smaller [park] cell_m, or check the boundary's datum.",
        )
    ground = measure_ground(inputs, grid, inside, as_of)
    months = whole_months(ground.history.start, as_of, park.zone)
    located = any(len(one.count) for one in ground.history.kinds.values())
    rung = rung_key(months) if located else INHERENT
    return Setting(inputs, as_of, grid, inside, ground, ground.digest(), months, rung)
