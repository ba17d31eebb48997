"""One enterprise's month of the index as pages show it: its parts add up as printed."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from api.rounding import round_parts
from geo_risk import monthly
from geo_risk.safety_index import shown
from geo_risk.safety_index.corrected import standing_of
from geo_risk.safety_index.parameters import INDICATORS
from maps.month import IndexRow, OwnCorrection

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geo_risk.store import Store

MICRO = shown.MICRO
_ORDER = (*INDICATORS, shown.SUM_OF_THEM)


def index_row(row: Mapping[str, Any], name: str, before: float | None) -> IndexRow:
    """Give one row, its parts as printed: they add up to the score digit by digit.

    Parameters
    ----------
    row
        As of `shown.row_of`, or `shown.own_row` for the enterprise itself.
    name
        Of the enterprise, '' where the reader sees none.
    before
        Its score of the month before, None where there is none.
    """
    names = sorted(row["parts"], key=_ORDER.index)
    score, points = round_parts(row["score"], [row["parts"][one] / MICRO for one in names], 2)
    whole = sum(row["most"].values()) / MICRO
    _, most = round_parts(whole, [row["most"][one] / MICRO for one in names], 2)
    low, high = row["interval"]
    return IndexRow(
        id=row["id"],
        name=name,
        score=score,
        low=low,
        high=high,
        colour=row["colour"],
        ranks=tuple(row["ranks"]) if row["ranks"] else None,
        notes=tuple(row["notes"]),
        parts=tuple(zip(names, points, most, strict=True)),
        lifts=tuple(
            (colour, tuple(one["acts"]), one["score"]) for colour, one in row["lifts"].items()
        ),
        change=None if before is None else row["score"] - before,
        slip=row["slip"],
        clean_visit=row["clean_visit"],
        leaves_window=row["leaves_window"],
    )


def own_corrections(store: Store, month: str, enterprise_id: str) -> tuple[OwnCorrection, ...]:
    """Give the corrections of a published month by which one enterprise stands differently."""
    newest = int(monthly.results(store, month)["revision"])
    said = [monthly.results(store, month, one) for one in range(newest + 1)]
    stood = [standing_of(one["results"].get(enterprise_id)) for one in said]
    return tuple(
        OwnCorrection(n, datetime.fromisoformat(said[n]["frozen_at"]), stood[n - 1], stood[n])
        for n in range(1, newest + 1)
        if stood[n - 1] != stood[n]
    )


def scores_before(store: Store, month: str) -> dict[str, float]:
    """Give the scores of the month before, {} where it is not published."""
    earlier = monthly.shift_month(month, -1)
    if earlier not in monthly.frozen_months(store):
        return {}
    said = monthly.results(store, earlier)
    return {id_: one["micro"] / MICRO for id_, one in said["results"].items()}
