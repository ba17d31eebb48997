"""The premises of a plan as `prizes` wants them: risk, place, last visit, zone."""

from __future__ import annotations

import math
from collections.abc import Collection
from datetime import timedelta
from typing import TYPE_CHECKING

from geo_risk.planbook.duties import Duties, firm_zone
from geo_risk.planbook.reading import Last, Shelf, is_dwelling, last_visits
from geo_risk.visits.prizes import Site

if TYPE_CHECKING:
    from datetime import datetime

    from geo_risk.park import ParkFile
    from geo_risk.planbook.ground import Ground
    from geo_risk.planbook.learned import Learned
    from geo_risk.published import Publication
    from geo_risk.records import Premises


def last_of(shelf: Shelf, publication: Publication | None, begin: datetime) -> Last:
    """Give when each premises was visited last: what was published, and what came since."""
    if publication is None:
        return last_visits(shelf, {}, None, begin)
    told = {one.premises_id: one.last_visit for one in publication.premises}
    return last_visits(shelf, told, publication.as_of, begin)


def premises_of(shelf: Shelf, asked: Collection[str]) -> list[Premises]:
    """Give premises in the order of ids, dwellings that somebody asked for last."""
    found = [one for one in shelf.premises.values() if not is_dwelling(one) or one.id in asked]
    return sorted(found, key=lambda one: (is_dwelling(one), one.id))


def site_of(
    one: Premises,
    ground: Ground,
    publication: Publication | None,
    last: Last,
    learned: Learned,
    park: ParkFile,
    at: datetime,
) -> Site:
    """Give one premises with its risk; of one never visited, since when it is known."""
    told = publication.premises_by_id.get(one.id) if publication else None
    seen = last.at.get(one.id)
    begun = max((moment for moment in (learned.history_from, one.valid_from) if moment), default=at)
    nan = math.nan
    return Site(
        premises_id=one.id,
        enterprise_id=one.enterprise_id,
        zone_id=ground.zone[one.id],
        place=ground.row[one.id],
        inherent_class=one.inherent_class or park.plan.unknown_class,
        people=float(one.people or 0),
        probability=told.probability if told else nan,
        probability_low=told.probability_low if told else nan,
        probability_high=told.probability_high if told else nan,
        expected_findings=told.expected_findings if told else nan,
        surface=told.value if told else nan,
        days_since=None if seen is None else max(0.0, (at - seen) / timedelta(days=1)),
        known_days=0.0 if learned.history_from is None else max(0.0, (at - begun).days),
        place_guessed=one.id in ground.guessed,
    )


def zone_of(site: Site, duties: Duties, working: Collection[str]) -> str:
    """Give the zone a visit belongs to: one of its own where somebody looks after the firm."""
    own = firm_zone(site.enterprise_id)
    for officer, firms in duties.enterprises_of.items():
        if site.enterprise_id in firms and officer in working and duties.zones_of.get(officer):
            return own
    return site.zone_id
