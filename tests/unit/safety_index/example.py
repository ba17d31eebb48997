"""The worked example of the specification, section 11, and random months for the laws."""

from __future__ import annotations

from hypothesis import strategies as st

from geo_risk.safety_index import (
    CountedVisit,
    Coverage,
    EnterpriseMonth,
    IndexParams,
    MonthCount,
    Overdue,
    Reference,
    Share,
)
from geo_risk.safety_index.parameters import COVERAGE, MONTHLY_RATES, SEVERITIES
from geo_risk.safety_index.reference import FoundRate, MonthlyRate, PeerCoverage

PARAMS = IndexParams()
LOOKERS = {"A": (1.5, 1.2, 1.1), "B": (0.5, 0.6, 0.9)}
REFERENCE = Reference(
    found={
        severity: FoundRate(rate, tau2, phi, {name: some[n] for name, some in LOOKERS.items()})
        for n, (severity, rate, tau2, phi) in enumerate(
            zip(SEVERITIES, (0.05, 0.40, 1.20), (0.6, 0.4, 0.1), (0.8, 0.2, 0.0), strict=True)
        )
    },
    monthly={
        name: MonthlyRate(rate, 0.5, 0.3)
        for name, rate in zip(MONTHLY_RATES, (0.02, 0.03, 0.015), strict=True)
    },
    shares={
        ("all", "self_found"): 0.4,
        ("all", "timeliness"): 0.85,
        ("all", "recurrence"): 0.9,
        ("all", "resolution"): 0.8,
    },
    coverage={("all", name): PeerCoverage(0.8, 0.6, 0.8, 0.02) for name in COVERAGE},
    groups={},
)
VISITS = (
    ("A", (0, 1, 2), 1.0),
    ("B", (0, 0, 1), 1.0),
    ("A", (1, 1, 2), 1.0),
    ("B", (0, 0, 0), 1.0),
    ("A", (0, 0, 1), 1.0),
    ("B", (0, 1, 0), 0.5),
)
EXAMPLE = EnterpriseMonth(
    id="e",
    employees=110,
    visits=tuple(
        CountedVisit(f"v{n}", looker, effort, found)
        for n, (looker, found, effort) in enumerate(VISITS)
    ),
    coverage={
        "guards": Coverage(3, 4),
        "rules": Coverage(9, 10),
        "training": Coverage(88, 110),
        "drills": Coverage(1, 2),
        "services": Coverage(2, 2),
        "participation": Coverage(3, 6),
        "outreach": Coverage(missing=1),
    },
    shares={
        "self_found": Share(3, 19),
        "timeliness": Share(10, 12),
        "recurrence": Share(11, 11),
        "resolution": Share(1, 2),
    },
    overdue=(Overdue("r", "general", 15),),
    open_disputes=1,
    monthly={
        name: tuple(MonthCount(int(n == 0 and name != "disputes"), 110) for n in range(12))
        for name in MONTHLY_RATES
    },
)


def _share() -> st.SearchStrategy[Share]:
    return st.tuples(st.integers(0, 30), st.integers(0, 30)).map(
        lambda one: Share(min(one), max(one))
    )


MONTHS: st.SearchStrategy[EnterpriseMonth] = st.builds(
    EnterpriseMonth,
    id=st.just("e"),
    employees=st.integers(0, 500),
    visits=st.lists(
        st.tuples(
            st.sampled_from(["A", "B", ""]),
            st.floats(0.1, 3.0),
            st.tuples(st.integers(0, 2), st.integers(0, 3), st.integers(0, 5)),
        ),
        max_size=8,
    ).map(lambda some: tuple(CountedVisit(f"v{n}", *one) for n, one in enumerate(some))),
    coverage=st.dictionaries(
        st.sampled_from(COVERAGE),
        st.builds(
            Coverage,
            have=st.integers(0, 20),
            need=st.integers(0, 20),
            missing=st.integers(0, 4),
            verified=st.booleans(),
        ),
    ),
    shares=st.fixed_dictionaries(
        {name: _share() for name in ("self_found", "timeliness", "recurrence", "resolution")}
    ),
    overdue=st.lists(
        st.tuples(st.sampled_from(SEVERITIES), st.integers(1, 200), st.booleans()), max_size=4
    ).map(lambda some: tuple(Overdue(f"r{n}", *one) for n, one in enumerate(some))),
    open_disputes=st.integers(0, 3),
    credited_points=st.sampled_from([0.0, 2.0, 6.0]),
    monthly=st.fixed_dictionaries(
        {
            name: st.lists(st.integers(0, 2), min_size=12, max_size=12).map(
                lambda some: tuple(MonthCount(one, 110) for one in some)
            )
            for name in MONTHLY_RATES
        }
    ),
)
