"""A published surface with what was reported since: each report is one kernel stamp on it.

Takes a graded surface that is a plain kernel density, the rule it was fitted by, and `Fresh`
reports; gives the graded surface as it is now and the cells whose class changed. Nothing ages in
between: the as-of stays the publication's, and what is younger counts as of that moment. Which
surfaces are such densities is told in `geo_risk.fresh`; the sums are `live`'s.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from geo_risk.published import GradedSurface, classes_of
from geo_risk.surfaces.kde import decay
from geo_risk.surfaces.live import LiveSurface
from geo_risk.surfaces.standing import LONGEST_HALF_LIFE_DAYS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from geo_risk.surfaces.live import Touched

_NEVER_DAYS = 1e12  # a half-life that takes nothing in any history: the sum wants a finite one
_NOTICED = 0.01  # share of a value from which on its uncertainty is no longer the published one


@dataclass(frozen=True)
class StampRule:
    """How one report counts on one surface.

    Parameters
    ----------
    kind
        Kind of report that the surface is of.
    bandwidth_m, half_life_days
        Of its kernel; inf: no decay.
    since_days, as_of_days
        The history it was fitted on, days since the epoch.
    weighted
        Whether a report counts its severity points; otherwise one.
    standing
        Whether an open case counts as a report of now: see `standing`.
    """

    kind: str
    bandwidth_m: float
    half_life_days: float
    since_days: float
    as_of_days: float
    weighted: bool
    standing: bool


@dataclass(frozen=True)
class Fresh:
    """A report that a publication does not know yet.

    Parameters
    ----------
    kind
        Kind of report.
    easting, northing
        Metres, in the working CRS.
    time_days
        When it happened, days since the epoch.
    points, count
        Severity points and number of reports.
    is_case
        Whether it stands open until somebody closes it.
    """

    kind: str
    easting: float
    northing: float
    time_days: float
    points: float
    count: float = 1.0
    is_case: bool = False


class Stamped:
    """One surface between two publications.

    Parameters
    ----------
    published
        As it was published; NaN marks what is outside.
    rule
        How it was fitted.
    """

    def __init__(self, published: GradedSurface, rule: StampRule) -> None:
        surface = published.surface
        self._published, self._rule = published, rule
        self._live = LiveSurface(
            surface.grid,
            np.isfinite(surface.values),
            rule.bandwidth_m,
            rule.half_life_days if math.isfinite(rule.half_life_days) else _NEVER_DAYS,
            rule.since_days,
            rule.as_of_days,
        )
        west, north = surface.grid.origin
        # Nothing at all, so that the loop is compiled or loaded before the first report comes.
        self._live.stamp(west, north, rule.since_days, 0.0)
        self.graded = published
        self.reports = 0

    def stamp(self, added: Iterable[Fresh], removed: Iterable[Fresh] = ()) -> list[Touched]:
        """Add reports and take others back.

        Parameters
        ----------
        added, removed
            Those of another kind, and those older than the history, change nothing.

        Returns
        -------
        list
            Rows and columns that hold every cell whose class changed, one box for each report that
            changed one.
        """
        boxes: list[Touched] = []
        for sign, some in ((-1, removed), (1, added)):
            for one in some:
                box = self._stamp(one, sign)
                if box is not None:
                    boxes.append(box)
        if not boxes:
            return []
        before = self.graded.classes
        self.graded = self._graded(_around(boxes))
        changed = before != self.graded.classes
        return [inner for one in boxes if (inner := _bounds(changed, one)) is not None]

    def _stamp(self, one: Fresh, sign: int) -> Touched | None:
        rule = self._rule
        if one.kind != rule.kind or one.time_days < rule.since_days:
            return None
        at = min(one.time_days, float(np.nextafter(rule.as_of_days, -math.inf)))
        weight = (one.points if rule.weighted else one.count) * self._share(one, at)
        rows, cols = self._live.stamp(one.easting, one.northing, at, sign * weight)
        self.reports += sign * round(one.count)
        return (rows, cols) if rows.start < rows.stop and cols.start < cols.stop else None

    def _share(self, one: Fresh, at_days: float) -> float:
        """Give what an open case counts, of what its aged event does: it does not age."""
        rule = self._rule
        if not (rule.standing and one.is_case):
            return 1.0
        span, age = rule.as_of_days - rule.since_days, rule.as_of_days - at_days
        ages = np.array([0.0, age])
        fresh, aged = decay(ages, min(rule.half_life_days, LONGEST_HALF_LIFE_DAYS), span)
        return 1.0 + max(float(fresh - aged), 0.0) / float(
            decay(ages, rule.half_life_days, span)[1]
        )

    def _graded(self, box: Touched) -> GradedSurface:
        """Give the surface with the cells of a box made anew.

        A cell changes class where the stamps carry its value over a break; elsewhere it keeps the
        class that was published, hysteresis and all.
        """
        base, now = self._published, self.graded
        published = base.surface.values[box]
        values, classes = now.surface.values.copy(), now.classes.copy()
        fresh = np.maximum(published + self._live.values(*box), 0.0)
        values[box] = fresh
        was, would = classes_of(published, base.breaks), classes_of(fresh, base.breaks)
        classes[box] = np.where(was == would, base.classes[box], would)
        moved = (np.abs(fresh - published) > _NOTICED * np.abs(published)) | (was != would)
        return replace(
            now,
            surface=replace(now.surface, values=values),
            classes=classes,
            class_probability=_unknown(base.class_probability, now.class_probability, box, moved),
            interval=_unknown(base.interval, now.interval, box, moved),
        )


def _unknown(
    published: NDArray[np.float32] | None,
    now: NDArray[np.float32] | None,
    box: Touched,
    moved: NDArray[np.bool_],
) -> NDArray[np.float32] | None:
    """Give what was published of the cells of a box, nothing of those that moved since."""
    if published is None or now is None:
        return None
    told = now.copy()
    told[(..., *box)] = np.where(moved, np.float32(np.nan), published[(..., *box)])
    return told


def _around(boxes: list[Touched]) -> Touched:
    rows, cols = ([one[axis] for one in boxes] for axis in (0, 1))
    return (
        slice(min(one.start for one in rows), max(one.stop for one in rows)),
        slice(min(one.start for one in cols), max(one.stop for one in cols)),
    )


def _bounds(changed: NDArray[np.bool_], box: Touched) -> Touched | None:
    """Give the smallest box around the changed cells of a box; None without any."""
    rows = np.flatnonzero(changed[box].any(axis=1)) + box[0].start
    cols = np.flatnonzero(changed[box].any(axis=0)) + box[1].start
    if not rows.size:
        return None
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(cols[0]), int(cols[-1]) + 1)
