"""What lies around a premises: its cell's value with reasons, open hazards nearby, stations.

Takes the service, what is shown and a premises, gives the frozen value of the page. A dwelling has
no risk and no reasons. Distances are straight lines; hazards are counted, nobody is named.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from api.audience import without_persons
from api.figures import cell_at, contributions_json
from api.reading import find_all
from api.rounding import decimals_of, round_parts
from geo_risk import crs
from geo_risk.casework import open_states
from geo_risk.features.denied import DENIED_PREMISES_KINDS
from geo_risk.published import RiskClass
from geo_risk.records import Premises, Station
from geo_risk.store import Query
from maps.charts import draw_waterfall
from maps.month import NearStation, Surroundings
from maps.words import surface_title, word

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from api.audience import Sight
    from api.service import Service
    from geo_risk.published import GradedSurface, Publication
    from maps.charts import Chart

NEAR_M = 300.0
_STATIONS = 3


def surroundings_of(
    service: Service,
    publication: Publication | None,
    sight: Sight,
    premises: Premises,
    now: datetime,
    *,
    name: str,
    lang: str,
) -> Surroundings | None:
    """Give what lies around a premises.

    Parameters
    ----------
    service, publication, sight
        Where from; None before the first build; who reads: cells must be theirs to see.
    premises
        With a point, else there is nothing around it.
    now
        Records valid at this moment count.
    name, lang
        Of the pictures on their page; its language.

    Returns
    -------
    Surroundings or None
        None without a point, and for readers outside the station.
    """
    if premises.lon is None or premises.lat is None or not sight.cells:
        return None
    here = crs.project([premises.lon], [premises.lat], service.park.park.crs)
    hazards, places = _hazards_near(service, sight, premises, here, now)
    return Surroundings(
        **_risk(service, publication, premises, name, lang),
        open_hazards=hazards,
        within_m=int(NEAR_M),
        neighbours=places,
        stations=_stations(service, here, now),
    )


def _risk(
    service: Service, publication: Publication | None, premises: Premises, name: str, lang: str
) -> dict[str, Any]:
    if publication is None or premises.kind in DENIED_PREMISES_KINDS:
        return {}
    graded = publication.surfaces[publication.main]
    assert premises.lon is not None  # noqa: S101  (asked before)
    assert premises.lat is not None  # noqa: S101
    ((lon, lat),) = service.wire.points_out(np.array([premises.lon]), np.array([premises.lat]))
    datum = service.park.park.datum
    cell = cell_at(graded, lon, lat, datum)
    value = float(graded.surface.values[cell]) if cell else math.nan
    if cell is None or math.isnan(value):
        return {}
    unit = graded.surface.unit
    said = contributions_json(graded, lon, lat, datum)
    return {
        "risk_class": RiskClass(int(graded.classes[cell])),
        "value": value,
        "unit": unit.value if lang == "en" else unit.zh,
        "why": _why(service, graded, value, said, name, lang),
    }


def _why(
    service: Service,
    graded: GradedSurface,
    value: float,
    said: dict[str, Any],
    name: str,
    lang: str,
) -> Chart | None:
    if said["reference"] is None or not said["contributions"]:
        return None
    kinds = {one.id: (one.name, one.en) for one in service.park.kinds.values()}
    unit = graded.surface.unit
    title = word(
        "firm.surface",
        lang,
        title=surface_title(graded.id, lang, kinds),
        unit=unit.value if lang == "en" else unit.zh,
    )
    key = "name_en" if lang == "en" else "name"
    decimals = decimals_of(value)
    total, _ = round_parts(value, [value], decimals)
    return draw_waterfall(
        name,
        lang,
        title,
        (word("firm.mean", lang), said["reference"]),
        [(one[key], one["value"]) for one in said["contributions"]],
        (word("firm.here", lang), total),
        decimals,
    )


def _hazards_near(
    service: Service, sight: Sight, premises: Premises, here: Any, now: datetime
) -> tuple[int, int]:
    """Count open hazards of others within reach, and the premises they are at."""
    others = [
        one.record
        for one in service.kept.valid("premises", now)
        if isinstance(one.record, Premises)
        and one.record.lon is not None
        and one.record.enterprise_id != premises.enterprise_id
    ]
    near = [
        one.id for one, metres in zip(others, _metres(service, others, here), strict=True)
        if metres <= NEAR_M
    ]  # fmt: skip
    if not near:
        return 0, 0
    filters = {
        "kind": "hazard",
        "premises_id": tuple(near),
        "state": tuple(one.value for one in open_states("hazard")),
    }
    found = find_all(service.store, without_persons(sight), Query("reports", filters=filters))
    open_now: list[Any] = [one.record for one in found]
    kept = [one for one in open_now if not one.duplicate_of]
    return len(kept), len({one.premises_id for one in kept})


def _stations(service: Service, here: Any, now: datetime) -> tuple[NearStation, ...]:
    stations = [
        one.record
        for one in service.kept.valid("stations", now)
        if isinstance(one.record, Station) and one.record.lon is not None
    ]
    metres = _metres(service, stations, here)
    order = sorted(range(len(stations)), key=lambda n: (metres[n], stations[n].id))[:_STATIONS]
    return tuple(
        NearStation(
            stations[n].name or stations[n].id, stations[n].type, metres[n], stations[n].hours
        )
        for n in order
    )


def _metres(service: Service, places: Sequence[Any], here: Any) -> list[float]:
    """Give straight distances to places with a point."""
    if not places:
        return []
    lon, lat = [one.lon for one in places], [one.lat for one in places]
    east, north = crs.project(lon, lat, service.park.park.crs)
    return [float(one) for one in np.hypot(east - here[0][0], north - here[1][0])]
