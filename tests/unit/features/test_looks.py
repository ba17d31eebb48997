"""Looks: which records become visits, reports and premises that a model of lookers may take."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from geo_risk.errors import InputError
from geo_risk.features.looks import measure_looks
from geo_risk.grid import Period
from geo_risk.looks import LookedPremises, LookedVisits, Looks, ToldReports
from geo_risk.records import Channel, Enterprise, Findings, PremisesKind, VisitOutcome, VisitReason


@pytest.fixture
def looks_of(square: Any) -> Callable[..., Looks]:
    """Measure records of the last 100 days."""

    def make(**records: Any) -> Looks:
        asked = {
            "kind": "hazard",
            "premises": [],
            "enterprises": [],
            "visits": [],
            "reports": [],
            "zones": {},
            "grid": square.grid,
            "boundary": square.outline,
            "period": Period(square.days_ago(100), square.as_of),
        }
        return measure_looks(**{**asked, **records})

    return make


def test_a_visit_says_who_looked_at_what_share_and_what_was_found(
    looks_of: Any, premises_of: Any, visit_of: Any
) -> None:
    """Counts of all severities add up; items checked over standard; 30 days a period."""
    looks = looks_of(
        premises=[premises_of(1), premises_of(2)],
        visits=[
            visit_of(1, 50, "p:2", team="a", found=Findings(1, 2, 3)),
            visit_of(2, 20, team="b", found=Findings(), items_checked=6, items_standard=8),
            visit_of(3, 10, team="a"),
        ],
    )
    assert looks.visits.premises.tolist() == [1, 0, 0]
    assert looks.visits.looker.tolist() == [0, 1, 0]
    assert looks.visits.period.tolist() == [1, 0, 0]
    assert looks.visits.share.tolist() == [1.0, 0.75, 1.0]
    assert looks.visits.found.tolist() == [6.0, 0.0, 0.0]


def test_participants_are_the_looker_where_no_team_is_named(
    looks_of: Any, premises_of: Any, visit_of: Any
) -> None:
    """The same people in any order are one looker; nobody named is one looker too."""
    looks = looks_of(
        premises=[premises_of(1)],
        visits=[
            visit_of(1, 40, participant_ids=("o:1", "o:2")),
            visit_of(2, 30, participant_ids=("o:2", "o:1")),
            visit_of(3, 20),
            visit_of(4, 10),
        ],
    )
    assert looks.visits.looker.tolist() == [0, 0, 1, 1]


def test_no_name_of_a_looker_is_kept(looks_of: Any, premises_of: Any, visit_of: Any) -> None:
    """Who holds looks cannot say who found how much."""
    looks = looks_of(premises=[premises_of(1)], visits=[visit_of(1, 5, team="Team Ten")])
    assert "Team Ten" not in repr(looks)


def test_findings_are_the_reports_that_name_the_visit(
    looks_of: Any, premises_of: Any, visit_of: Any, report_of: Any
) -> None:
    """They are no public reports; where the visit has counts of its own, those count alone."""
    looks = looks_of(
        premises=[premises_of(1)],
        visits=[visit_of(1, 5), visit_of(2, 9, found=Findings(minor=1))],
        reports=[
            report_of(1, 5, 500, 500, visit_id="v:1", channel=Channel.VISIT),
            report_of(2, 5, 500, 500, visit_id="v:1", channel=Channel.VISIT),
            report_of(3, 9, 500, 500, visit_id="v:2", channel=Channel.VISIT),
        ],
    )
    assert looks.visits.found.tolist() == [1.0, 2.0]
    assert len(looks.reports) == 0


def test_public_reports_keep_their_channel_and_the_premises_they_name(
    looks_of: Any, premises_of: Any, report_of: Any
) -> None:
    """A report without point lies at its premises; one without either is left out and counted."""
    looks = looks_of(
        premises=[premises_of(1, 200, 300)],
        reports=[
            report_of(1, 9, 100, 100, channel=Channel.HOTLINE),
            report_of(2, 8, channel=Channel.GRID, premises_id="p:1"),
            report_of(3, 7, channel=Channel.GRID),
            report_of(4, 6, 100, 100, channel=Channel.HOTLINE, duplicate_of="r:1"),
        ],
    )
    assert looks.reports.premises.tolist() == [-1, 0]
    assert looks.reports.channel.tolist() == [0, 1]
    np.testing.assert_allclose(looks.reports.easting, [500_100, 500_200], atol=1e-3)
    assert looks.left_out["report_without_place"] == 1


def test_what_came_after_or_before_is_not_there(
    looks_of: Any, premises_of: Any, visit_of: Any, report_of: Any
) -> None:
    """Nothing of the future, nothing older than the history."""
    looks = looks_of(
        premises=[premises_of(1)],
        visits=[visit_of(1, -1), visit_of(2, 101), visit_of(3, 1)],
        reports=[report_of(1, -2, 1, 1), report_of(2, 150, 1, 1), report_of(3, 2, 1, 1)],
    )
    assert (len(looks.visits), len(looks.reports)) == (1, 1)


def test_a_dormitory_is_no_premises_but_what_happened_there_is_told(
    looks_of: Any, premises_of: Any, visit_of: Any, report_of: Any
) -> None:
    """The deny-list holds: no row, no feature, no name; a report stays at its point."""
    dormitory = premises_of(1, 100, 100, kind=PremisesKind.DORMITORY, people=80)
    looks = looks_of(
        premises=[dormitory, *(premises_of(n, people=n) for n in range(2, 9))],
        visits=[visit_of(1, 5, "p:1", found=Findings(major=1))],
        reports=[report_of(1, 5, premises_id="p:1", channel=Channel.HOTLINE)],
    )
    assert "p:1" not in looks.premises.ids
    assert "kind" not in looks.premises.features  # all the others are alike
    assert len(looks.visits) == 0
    assert looks.reports.premises.tolist() == [-1]
    np.testing.assert_allclose(looks.reports.easting, [500_100], atol=1e-3)


def test_an_industry_that_stands_for_persons_is_no_feature(looks_of: Any, premises_of: Any) -> None:
    """Levels on the deny-list and rare ones have no column of their own."""
    names = ["C17 纺织业"] * 6 + ["宿舍"] * 6 + ["languages"] * 6 + ["C29"] * 6 + ["F51"]
    looks = looks_of(
        premises=[premises_of(n) for n in range(len(names))],
        enterprises=[Enterprise(id=f"e:{n}", industry=name) for n, name in enumerate(names)],
    )
    columns = looks.premises.features["industry"]
    assert columns.sum(0).tolist() == [6.0, 6.0]


def test_premises_count_for_as_long_as_they_are_there(
    square: Any, looks_of: Any, premises_of: Any
) -> None:
    """Days of the history within the valid time; what comes later is not there."""
    looks = looks_of(
        premises=[
            premises_of(1),
            premises_of(2, valid_to=square.days_ago(75)),
            premises_of(3, valid_from=square.days_ago(10)),
            premises_of(4, valid_from=square.days_ago(-10)),
        ]
    )
    np.testing.assert_allclose(looks.premises.days, [100, 25, 10])
    assert looks.premises.ids == ("p:1", "p:2", "p:3")


def test_unlocated_premises_and_those_outside_have_rows_without_a_place(
    looks_of: Any, premises_of: Any, visit_of: Any
) -> None:
    """Their visits still say who finds how much."""
    looks = looks_of(
        premises=[premises_of(1, None, None), premises_of(2, 1500, 500)],
        visits=[visit_of(1, 5), visit_of(2, 5, "p:2")],
    )
    assert not looks.premises.located.any()
    assert len(looks.visits) == 2


def test_every_reason_of_a_visit_counts(looks_of: Any, premises_of: Any, visit_of: Any) -> None:
    """What was found given that they looked says the same, whatever they looked for."""
    visits = [visit_of(n, 5 + n, reason=reason) for n, reason in enumerate(VisitReason)]
    assert len(looks_of(premises=[premises_of(1)], visits=visits).visits) == len(VisitReason)


def test_who_could_not_look_did_not_find_nothing(
    looks_of: Any, premises_of: Any, visit_of: Any
) -> None:
    """A shut gate is left out; a look that found nothing is one."""
    visits = [visit_of(n, 5 + n, outcome=outcome) for n, outcome in enumerate(VisitOutcome)]
    looks = looks_of(premises=[premises_of(1)], visits=visits)
    assert looks.visits.found.tolist() == [0.0]


def columns(*numbers: float) -> Any:
    return np.array(numbers, dtype=np.float64)


@pytest.mark.parametrize(
    "make",
    [
        lambda: LookedPremises(("a",), columns(1, 2), columns(1), columns(1), {}),
        lambda: LookedPremises(("a",), columns(1), columns(1), columns(-1), {}),
        lambda: LookedPremises(("a",), columns(1), columns(1), columns(1), {"x": columns(np.nan)}),
        lambda: LookedVisits(np.array([0]), np.array([0]), np.array([0]), columns(1.5), columns(1)),
        lambda: LookedVisits(
            np.array([0]), np.array([0]), np.array([0]), columns(1), columns(np.nan)
        ),
        lambda: LookedVisits(np.array([0]), np.array([0]), np.array([0]), columns(1), columns(-1)),
        lambda: LookedVisits(np.array([-1]), np.array([0]), np.array([0]), columns(1), columns(1)),
        lambda: ToldReports(np.array([-1]), columns(np.nan), columns(np.nan), np.array([0])),
    ],
)
def test_tables_that_do_not_hold_are_refused(make: Callable[[], Any]) -> None:
    """Each says what is wrong and what to do."""
    with pytest.raises(InputError, match=r"\. (Give|Leave)"):
        make()
