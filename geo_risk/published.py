"""What a build publishes: graded surfaces, their explanation, zones, premises, and their worth.

Values only: made by `fitting`, kept by `store`, shown by `maps` and `api`. A publication is one
moment's whole: everything in it was made from the same records and replaces what was there in one
step.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from geo_risk.display import Displayed
from geo_risk.errors import GridMismatchError, InputError
from geo_risk.grid import Surface

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray


EVENTS_UNTIL = "events_until"
"""In a publication's `facts`: the id of the last event that its records hold."""


class RiskClass(IntEnum):
    """Four colours of risk; 0 where there is no value."""

    NONE = 0
    BLUE = 1
    YELLOW = 2
    ORANGE = 3
    RED = 4


@dataclass(frozen=True)
class Rung:
    """Where a park stands on the ladder from no history to a full year.

    Parameters
    ----------
    months
        Whole months of history before the as-of.
    key
        `inherent` (0), `shrunk` (1 to 5), `folds` (6 to 11), `full` (12 and more).
    folds
        How many rolling-origin folds the scores rest on.
    served
        Name of the model that is served, a baseline included.
    """

    months: int
    key: str
    folds: int
    served: str


@dataclass(frozen=True)
class Factors:
    """Why a cell has its value: named shares that add up.

    value = reference + sum of parts, cell by cell, to rounding.

    Parameters
    ----------
    names
        At most six factor names (keys of the words catalogue: `factor.<name>`).
    parts
        float32 (len(names), rows, cols): exact Shapley share of each factor against the park's
        mean.
    reference
        Value of a cell whose factors all stand at their park mean.
    """

    names: tuple[str, ...]
    parts: NDArray[np.float32]
    reference: float

    def __post_init__(self) -> None:
        """Refuse more than six factors and parts that do not match them."""
        if len(self.names) > 6 or self.parts.shape[0] != len(self.names):
            raise InputError(
                f"{len(self.names)} factors with parts {self.parts.shape}.", "Give at most six."
            )


@dataclass(frozen=True)
class GradedSurface(Displayed):
    """A surface with its four classes.

    Parameters
    ----------
    surface
        The values.
    breaks
        Three rising lower bounds of yellow, orange, red; a value equal to a bound belongs above it.
    classes
        uint8 (rows, cols) of `RiskClass`.
    class_probability
        float32 (rows, cols): probability that the cell's true class is the one shown; NaN =
        unknown.
    breaks_version
        `v1`, counted up when the breaks change; `provisional` before there is a year.
    factors
        Why, or None where the surface is a plain count or density.
    interval
        float32 (2, rows, cols): 5 % and 95 % quantile of the cell's true value; None = unknown.
    """

    surface: Surface
    breaks: tuple[float, float, float]
    classes: NDArray[np.uint8]
    class_probability: NDArray[np.float32] | None = None
    breaks_version: str = "provisional"
    factors: Factors | None = None
    interval: NDArray[np.float32] | None = None

    def __post_init__(self) -> None:
        """Refuse falling breaks and classes of another shape."""
        low, middle, high = self.breaks
        if not low <= middle <= high:
            raise InputError(f"{self.surface.id}: breaks {self.breaks} fall.", "Sort them.")
        if self.classes.shape != self.surface.grid.shape:
            raise GridMismatchError(
                f"{self.surface.id}: classes {self.classes.shape}.", "Give the grid's shape."
            )

    @property
    def id(self) -> str:
        """The surface's id, `family.kind`."""
        return self.surface.id

    def facts(self) -> dict[str, str]:
        """Give what a plain table says of the surface and its classes."""
        breaks = " / ".join(f"{one:.3g}" for one in self.breaks)
        return {**self.surface.facts(), "breaks": f"{breaks} ({self.breaks_version})"}


@dataclass(frozen=True)
class ZoneSummary:
    """One zone under one surface.

    Parameters
    ----------
    zone_id, surface_id
        Which zone, which surface.
    area_km2
        Area of the zone's cells within the boundary, km².
    mean, maximum, total
        Area mean, largest cell, and mean x area (per 30 days where the unit has it); NaN without
        cells.
    risk_class
        Class of the mean by the surface's breaks.
    class_cells
        Number of cells in blue, yellow, orange, red.
    enterprises, premises, reports, visits
        Counts in the zone; reports and visits of the last 365 days before as-of.
    """

    zone_id: str
    surface_id: str
    area_km2: float
    mean: float
    maximum: float
    total: float
    risk_class: RiskClass
    class_cells: tuple[int, int, int, int]
    enterprises: int = 0
    premises: int = 0
    reports: int = 0
    visits: int = 0


@dataclass(frozen=True)
class PremisesSummary:
    """One premises under one surface: value and class of its cell, its last visit, its own risk.

    Parameters
    ----------
    premises_id, surface_id
        Which premises, which surface.
    value, risk_class
        Of its cell; NaN and `NONE` without one, and for a dwelling.
    zone_id, last_visit, visits_365d, reports_365d
        Where it lies, and what happened there.
    probability, probability_low, probability_high
        That a visit by the park's mean looker finds a `major` hazard, with its 5 % and 95 %
        quantile; NaN where there is none: a dwelling, a park without history.
    expected_findings
        Number of findings of such a visit.
    contributions
        Shares of probability - reference, one for each of `facts["enterprise_risk"]["factors"]`.
    """

    premises_id: str
    surface_id: str
    value: float
    risk_class: RiskClass
    zone_id: str = ""
    last_visit: datetime | None = None
    visits_365d: int = 0
    reports_365d: int = 0
    probability: float = math.nan
    probability_low: float = math.nan
    probability_high: float = math.nan
    expected_findings: float = math.nan
    contributions: tuple[float, ...] = ()


@dataclass(frozen=True)
class Publication:
    """Everything one build shows.

    Parameters
    ----------
    as_of
        What was known by then went in.
    rung
        Where the park stands on the ladder.
    surfaces
        By id, the main one first.
    main
        Id of the surface a map opens with.
    zones, premises
        Summaries under the main surface and, for zones, under every surface.
    sources
        One summary per source, as in `build --json`.
    facts
        Further plain figures a page shows: counts, odd things, digests.
    """

    as_of: datetime
    rung: Rung
    surfaces: Mapping[str, GradedSurface]
    main: str
    zones: tuple[ZoneSummary, ...] = ()
    premises: tuple[PremisesSummary, ...] = ()
    sources: tuple[Mapping[str, Any], ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse a main surface that is not there."""
        if self.main not in self.surfaces:
            raise InputError(f"Main surface {self.main!r} is not published.", "Publish it.")

    @cached_property
    def premises_by_id(self) -> Mapping[str, PremisesSummary]:
        """Each premises' summary by its id, put in order once for all who ask."""
        return {one.premises_id: one for one in self.premises}


def class_of(value: float, breaks: tuple[float, float, float]) -> RiskClass:
    """Give the class of a value: a lower bound belongs to the class above it.

    Parameters
    ----------
    value
        NaN gives `RiskClass.NONE`.
    breaks
        Lower bounds of yellow, orange, red.

    Returns
    -------
    RiskClass
    """
    if math.isnan(value):
        return RiskClass.NONE
    return RiskClass(1 + sum(value >= bound for bound in breaks))


def classes_of(
    values: NDArray[np.float64], breaks: tuple[float, float, float]
) -> NDArray[np.uint8]:
    """Give the classes of many values; shape kept, NaN gives 0. The same rule as `class_of`."""
    classes = 1 + sum((values >= bound).astype(np.uint8) for bound in breaks)
    return np.where(np.isnan(values), 0, classes).astype(np.uint8)
