"""Zones balanced by workload, and where a station helps most: proposals, never applied here.

`workload` says how many hours a month each premises takes, `units` cuts zones into small areas,
`search` moves them between zones, `balance` is the whole of it; `siting` chooses places for
stations. Values in, values out: metres of the park's working CRS, hours, seconds.
"""

from geo_risk.districts.balance import BALANCE_NOTES, Change, Proposal, ZoneProposed, balance_zones
from geo_risk.districts.search import BalanceParams
from geo_risk.districts.siting import Coverage, Siting, measure_coverage, site_stations
from geo_risk.districts.workload import WorkloadParams, measure_workload

__all__ = [
    "BALANCE_NOTES",
    "BalanceParams",
    "Change",
    "Coverage",
    "Proposal",
    "Siting",
    "WorkloadParams",
    "ZoneProposed",
    "balance_zones",
    "measure_coverage",
    "measure_workload",
    "site_stations",
]
