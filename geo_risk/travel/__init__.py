"""How long it takes from place to place: along the park's roads, else straight with a factor.

`roads` makes a graph of lines, `times` measures between places on it, `ways` gives the way itself
for a map; `cache` keeps what was measured. Values in, values out: metres of the park's working CRS
and whole seconds. What was assumed for want of a road is marked pair by pair.
"""

from geo_risk.travel.cache import TravelCache
from geo_risk.travel.params import TravelParams
from geo_risk.travel.roads import RoadGraph, make_roads
from geo_risk.travel.times import HOLE, NOTES, Travel, measure_travel, travel_between
from geo_risk.travel.ways import Way, way_between

__all__ = [
    "HOLE",
    "NOTES",
    "RoadGraph",
    "Travel",
    "TravelCache",
    "TravelParams",
    "Way",
    "make_roads",
    "measure_travel",
    "travel_between",
    "way_between",
]
