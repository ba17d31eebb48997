"""Peer groups of the sample park's enterprises: with few in scope too they are not all one."""

from __future__ import annotations

from collections import Counter, defaultdict

import numpy as np
import pandas as pd
import pytest

from data.sample_park import Park
from geo_risk.monthly.counted import sector_of
from geo_risk.safety_index import CountedVisit, EnterpriseMonth, fit_reference
from geo_risk.safety_index.parameters import SEVERITIES
from geo_risk.safety_index.peers import ALL, LEAST_ENTERPRISES

COUNTED = {"routine", "random"}


@pytest.fixture(scope="session")
def months(park: Park) -> list[EnterpriseMonth]:
    """Every enterprise with the visits of its two years, as the index counts them."""
    found: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    reports = park.tables["reports"]
    for visit, severity in zip(reports["visit"], reports["severity"], strict=True):
        if isinstance(visit, str) and visit and severity in SEVERITIES:
            found[visit][SEVERITIES.index(severity)] += 1
    visits: dict[str, list[CountedVisit]] = defaultdict(list)
    for one in park.tables["visits"].itertuples():
        if one.reason in COUNTED:
            effort = one.items_checked / one.items_standard if one.items_standard else 1.0
            major, general, minor = found[str(one.id)]
            counted = CountedVisit(str(one.id), str(one.team), effort, (major, general, minor))
            visits[str(one.enterprise)].append(counted)
    classes = park.tables["premises"].groupby("enterprise")["inherent_class"].max()
    return [
        EnterpriseMonth(
            str(one.id),
            sector=sector_of(str(one.industry)),
            inherent_class=0 if pd.isna(classes[one.id]) else int(classes[one.id]),
            visits=tuple(visits[str(one.id)]),
        )
        for one in park.tables["enterprises"].itertuples()
    ]


def _above_scale(park: Park, months: list[EnterpriseMonth]) -> list[EnterpriseMonth]:
    above = set(park.tables["enterprises"].query("above_scale")["id"])
    return [one for one in months if one.id in above]


@pytest.mark.parametrize("many", [60, 130, 900])
def test_peer_groups_do_not_all_collapse_into_one(
    park: Park, months: list[EnterpriseMonth], many: int
) -> None:
    """60 or 130 above scale, or the whole park: at least two groups, most of them not in `all`."""
    chosen = _above_scale(park, months) if many < 900 else months
    for seed in range(5):
        rng = np.random.default_rng(seed)
        some = rng.choice(len(chosen), min(many, len(chosen)), replace=False)
        groups = Counter(fit_reference([chosen[n] for n in some]).groups.values())
        assert len(groups) > 1
        own = {name: size for name, size in groups.items() if name != ALL}
        assert sum(own.values()) > groups.total() / 2
        assert min(own.values()) >= LEAST_ENTERPRISES
