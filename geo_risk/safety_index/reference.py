"""The reference table of a month: what is usual, for whom, as known before the month.

Takes enterprises as they were before the month, gives expected findings per looker and peer group,
variances, and the peers' means: frozen with the month, so that a score can be worked out again. The
looker's part never leaves: `public_json` tells everything else. Specification, sections 3 and 4.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from geo_risk.safety_index.exposure import (
    PROVISIONAL,
    VisitColumns,
    fit_exposure,
    measure_moments,
)
from geo_risk.safety_index.parameters import COVERAGE, MONTHLY_RATES, SEVERITIES, SHARES
from geo_risk.safety_index.peers import ALL, Member, group_peers

if TYPE_CHECKING:
    from geo_risk.safety_index.values import EnterpriseMonth

CROSS_VISITS = 0.10
"""Visits by another than the enterprise's usual looker, below which lookers cannot be told."""

_PRIOR_MONTHS = 20.0
_NEUTRAL_SHARE = 0.5


@dataclass(frozen=True)
class FoundRate:
    """Expected findings of one severity: rate x looker x group x effort."""

    rate: float
    tau2: float
    phi: float
    looker: Mapping[str, float] = field(default_factory=dict)
    group: Mapping[str, float] = field(default_factory=dict)

    def expected(self, looker: str, group: str, effort: float) -> float:
        """Give e of one visit; an unknown looker or group counts 1."""
        return self.rate * self.looker.get(looker, 1.0) * self.group.get(group, 1.0) * effort


@dataclass(frozen=True)
class MonthlyRate:
    """Expected incidents per 100 employee-months, by peer group."""

    overall: float
    tau2: float
    phi: float
    group: Mapping[str, float] = field(default_factory=dict)

    def expected(self, group: str, employees: float) -> float:
        """Give e of one month."""
        return self.group.get(group, self.overall) * employees / 100.0


@dataclass(frozen=True)
class PeerCoverage:
    """What peers have of what they need: of those who declared, verified ones only."""

    mean: float
    lower_quartile: float
    median: float
    variance: float


@dataclass(frozen=True)
class Reference:
    """What a month is measured by.

    Parameters
    ----------
    found
        Severity to its rate.
    monthly
        Indicator to its rate.
    shares
        (group, indicator) to the peers' mean.
    coverage
        (group, indicator) to what peers have; an indicator nobody has data of is absent.
    groups
        Enterprise to its peer group.
    provisional
        Fewer than 200 visits, or none twice: lookers and variances are not told.
    unidentified
        Fewer than 10 % of visits by another looker: looker and area cannot be told apart.
    cross_visits
        Their share, None without visits.
    """

    found: Mapping[str, FoundRate]
    monthly: Mapping[str, MonthlyRate]
    shares: Mapping[tuple[str, str], float]
    coverage: Mapping[tuple[str, str], PeerCoverage]
    groups: Mapping[str, str]
    provisional: bool = False
    unidentified: bool = False
    cross_visits: float | None = None

    def group_of(self, enterprise_id: str) -> str:
        """Give the peer group; `all` for one that is new."""
        return self.groups.get(enterprise_id, ALL)

    def share_mean(self, group: str, name: str) -> float:
        """Give the peers' mean of a share: the group's, else of all, else 0.5."""
        found = self.shares.get((group, name))
        return found if found is not None else self.shares.get((ALL, name), _NEUTRAL_SHARE)

    def coverage_of(self, group: str, name: str) -> PeerCoverage | None:
        """Give what peers have: the group's, else of all, None where nobody has data."""
        return self.coverage.get((group, name)) or self.coverage.get((ALL, name))


def fit_reference(enterprises: Sequence[EnterpriseMonth]) -> Reference:
    """Fit the reference table.

    Parameters
    ----------
    enterprises
        Of the scope, as known before the month, in any order.

    Returns
    -------
    Reference
    """
    enterprises = sorted(enterprises, key=lambda one: one.id)
    rows = sorted((visit.id, n, visit) for n, one in enumerate(enterprises) for visit in one.visits)
    lookers = sorted({visit.looker for _, _, visit in rows} - {""})
    efforts = np.array([visit.effort for _, _, visit in rows])
    found = np.array([visit.found for _, _, visit in rows], dtype=np.float64).reshape(-1, 3)
    owner = np.array([n for _, n, _ in rows], dtype=np.int64)
    usual = found.sum() / efforts.sum() if rows else 0.0
    exposed = np.bincount(owner, efforts, len(enterprises)) * usual
    groups = group_peers(
        [
            Member(one.id, one.sector, one.inherent_class, float(exposed[n]))
            for n, one in enumerate(enterprises)
        ]
    )
    names = sorted(set(groups.values()))
    columns = VisitColumns(
        owner,
        np.array([_index(lookers, visit.looker) for _, _, visit in rows], dtype=np.int64),
        np.array([names.index(groups[enterprises[n].id]) for _, n, _ in rows], dtype=np.int64),
        efforts,
        found,
    )
    fitted = [
        fit_exposure(columns, severity, len(lookers), len(names))
        for severity in range(len(SEVERITIES))
    ]
    cross = _cross_visits(columns)
    return Reference(
        found={
            severity: FoundRate(
                one.rate,
                one.tau2,
                one.phi,
                dict(zip(lookers, one.looker.tolist(), strict=True)),
                dict(zip(names, one.group.tolist(), strict=True)),
            )
            for severity, one in zip(SEVERITIES, fitted, strict=True)
        },
        monthly={name: _monthly(enterprises, groups, name) for name in MONTHLY_RATES},
        shares=_shares(enterprises, groups),
        coverage=_coverages(enterprises, groups),
        groups=groups,
        provisional=any(one.provisional for one in fitted),
        unidentified=cross is not None and cross < CROSS_VISITS,
        cross_visits=cross,
    )


def _index(names: Sequence[str], name: str) -> int:
    return names.index(name) if name in names else -1


def _cross_visits(visits: VisitColumns) -> float | None:
    """Give the share of visits that were not by the enterprise's most frequent looker."""
    known = visits.looker >= 0
    if not known.any():
        return None
    pairs, counts = np.unique(
        np.stack([visits.enterprise[known], visits.looker[known]]), axis=1, return_counts=True
    )
    most = np.zeros(int(pairs[0].max()) + 1)
    np.maximum.at(most, pairs[0], counts)
    return float(1.0 - most.sum() / counts.sum())


def _monthly(
    enterprises: Sequence[EnterpriseMonth], groups: Mapping[str, str], name: str
) -> MonthlyRate:
    rows = [
        (n, groups[one.id], month.count, month.employees / 100.0)
        for n, one in enumerate(enterprises)
        for month in one.monthly.get(name, ())
        if month.employees > 0
    ]
    total = sum(count for _, _, count, _ in rows)
    exposed = sum(hundreds for _, _, _, hundreds in rows)
    overall = total / exposed if exposed else 0.0
    rates = {}
    for group in sorted(set(groups.values())):
        own = [one for one in rows if one[1] == group]
        above = sum(count for _, _, count, _ in own) + _PRIOR_MONTHS * overall
        rates[group] = above / (sum(hundreds for _, _, _, hundreds in own) + _PRIOR_MONTHS)
    moments = None
    if total:
        owner = np.array([n for n, _, _, _ in rows], dtype=np.int64)
        count = np.array([float(one) for _, _, one, _ in rows])
        expected = np.array([rates[group] * hundreds for _, group, _, hundreds in rows])
        moments = measure_moments(count, expected, owner)
    tau2, phi = moments or (PROVISIONAL, PROVISIONAL)
    return MonthlyRate(overall, tau2, phi, rates)


def _shares(
    enterprises: Sequence[EnterpriseMonth], groups: Mapping[str, str]
) -> dict[tuple[str, str], float]:
    means = {}
    members = _members(enterprises, groups)
    for name in SHARES:
        for group, some in members.items():
            own = [one.share(name) for one in some]
            n = sum(one.n for one in own)
            if n > 0:
                means[group, name] = sum(one.x for one in own) / n
            elif group != ALL:
                means[group, name] = _NEUTRAL_SHARE
    return means


def _coverages(
    enterprises: Sequence[EnterpriseMonth], groups: Mapping[str, str]
) -> dict[tuple[str, str], PeerCoverage]:
    told = {}
    members = _members(enterprises, groups)
    for name in COVERAGE:
        for group, some in members.items():
            values = [
                min(1.0, said.have / said.need) if said.need > 0 else 1.0
                for one in some
                if (said := one.coverage.get(name)) is not None
                and not said.missing
                and not said.neutral
                and said.verified
            ]
            if values:
                told[group, name] = PeerCoverage(
                    float(np.mean(values)),
                    float(np.quantile(values, 0.25)),
                    float(np.median(values)),
                    float(np.var(values)),
                )
    return told


def _members(
    enterprises: Sequence[EnterpriseMonth], groups: Mapping[str, str]
) -> dict[str, list[EnterpriseMonth]]:
    """Give the enterprises of each group in their order, and of all."""
    members: dict[str, list[EnterpriseMonth]] = {name: [] for name in sorted(set(groups.values()))}
    for one in enterprises:
        members[groups[one.id]].append(one)
    members.pop(ALL, None)  # who has no group of its own is compared with all
    return {**members, ALL: list(enterprises)}
