"""A small park with two months of reports, some of kinds nobody decided to forecast.

Kernel and decay are stated, so that a refit with more reports chooses no others. The reports stand
in the store before the park is built; `report` makes one more.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from geo_risk.records import Report, Severity
from tests.live.conftest import KEEPER, BuiltPark
from tests.live.small_park import write_small_park

BANDWIDTH_M, HALF_LIFE_DAYS = 150.0, 60.0
_KINDS = ("hazard", "fraud", "dispute")
_MORE = f"""
[model]
bandwidth_m = {BANDWIDTH_M}
half_life_days = {HALF_LIFE_DAYS}

[[kind]]
id = "fraud"
name = "涉诈"
forecast = false

[[kind]]
id = "dispute"
name = "矛盾纠纷"
forecast = false
"""


def build_reported_park(
    folder: Path, now: datetime, store_url: str = ""
) -> tuple[BuiltPark, list[tuple[float, float]]]:
    """Write, fill and build the park; give it, and where its premises are, (lon, lat) in WGS-84."""
    written = write_small_park(folder / "park")
    with written.park_file.open("a", encoding="utf-8") as file:
        file.write(_MORE)
    places = list(written.places.values())
    rng = np.random.default_rng(11)
    park = BuiltPark(written.park_file, folder / "state", store_url)
    with park.open() as store:
        store.put(
            [
                report(
                    f"old:{n}",
                    places[rng.integers(len(places))],
                    now - timedelta(days=float(rng.uniform(0.5, 70.0))),
                    kind=_KINDS[n % 3],
                    severity=list(Severity)[n // 3 % 3],
                )
                for n in range(120)
            ],
            actor=KEEPER,
            at=now - timedelta(hours=1),
        )
    park.build()
    return park, places


def report(id_: str, place: tuple[float, float], moment: datetime, **more: Any) -> Report:
    """A report at a place and a moment; it became known at once unless `more` says otherwise."""
    told = {"kind": "hazard", "reported_at": moment, "occurred_from": moment, "occurred_to": moment}
    return Report(id=id_, lon=place[0], lat=place[1], **{**told, **more})
