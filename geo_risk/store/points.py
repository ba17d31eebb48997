"""Places of reports as columns, without person data: for maps that draw thousands of them.

Takes a connection, gives arrays. A report without a point of its own stands at its premises; what
has neither is counted. Merged and void reports are left out, as in every figure.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import sqlalchemy as sa

from geo_risk.records import CaseState
from geo_risk.store.schema import TABLES

if TYPE_CHECKING:
    from numpy.typing import NDArray

_GONE = (CaseState.MERGED.value, CaseState.VOID.value)


@dataclass(frozen=True)
class ReportPoints:
    """Reports as columns, in the order of ids.

    Parameters
    ----------
    ids, kinds, severities
        (n,) text; a severity is '' where nobody gave one.
    lon, lat
        (n,) degrees, in the park's datum; NaN where there is no place.
    seconds
        (n,) the one time used in models, seconds since 1970-01-01T00:00Z.
    """

    ids: NDArray[np.str_]
    kinds: NDArray[np.str_]
    severities: NDArray[np.str_]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    seconds: NDArray[np.float64]

    def __len__(self) -> int:
        """How many reports."""
        return int(self.lon.shape[0])

    def where(self, keep: NDArray[np.bool_]) -> ReportPoints:
        """Keep the reports whose flag is set: `keep` is (n,) of bool."""
        return ReportPoints(
            self.ids[keep],
            self.kinds[keep],
            self.severities[keep],
            self.lon[keep],
            self.lat[keep],
            self.seconds[keep],
        )


def report_points(connection: sa.Connection) -> ReportPoints:
    """Read the places and times of all reports that count."""
    reports, premises = TABLES["reports"], TABLES["premises"]
    chosen = (
        sa.select(
            reports.c.id,
            reports.c.kind,
            reports.c.severity,
            sa.func.coalesce(reports.c.lon, premises.c.lon),
            sa.func.coalesce(reports.c.lat, premises.c.lat),
            reports.c.occurred_from,
            reports.c.occurred_to,
            reports.c.occurred_mid,
        )
        .select_from(
            reports.outerjoin(
                premises,
                sa.and_(premises.c.id == reports.c.premises_id, premises.c.deleted_at.is_(None)),
            )
        )
        .where(
            reports.c.deleted_at.is_(None),
            reports.c.duplicate_of == "",
            reports.c.state.not_in(_GONE),
        )
        .order_by(reports.c.id)
    )
    rows = connection.execute(chosen).all()
    columns: list[tuple[Any, ...]] = list(zip(*rows, strict=True)) if rows else [()] * 8
    ids, kinds, severities, lon, lat, start, end, middle = columns
    seconds = [
        (one.timestamp() if one is not None else (first.timestamp() + last.timestamp()) / 2)
        for first, last, one in zip(start, end, middle, strict=True)
    ]
    return ReportPoints(
        np.array(ids, dtype=np.str_),
        np.array(kinds, dtype=np.str_),
        np.array([one or "" for one in severities], dtype=np.str_),
        np.array(lon, dtype=np.float64),
        np.array(lat, dtype=np.float64),
        np.array(seconds, dtype=np.float64),
    )
