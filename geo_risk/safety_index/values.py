"""What the safety index is computed from: one enterprise in one month, already counted.

Gives frozen values. Who counts them from records, and what of a month was known when it was frozen,
is decided by who gathers; the index itself sees ids, counts and shares only. A looker is the id of
the team of participants of a visit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from geo_risk.errors import InputError

EFFORT_BOUNDS = (0.25, 2.0)
"""Items examined / standard, clipped (section 4)."""


@dataclass(frozen=True)
class CountedVisit:
    """A visit that enters O and E: routine or random, of the window.

    Parameters
    ----------
    id
        Sums run in the order of ids.
    looker
        '' where it is not known: effect 1.
    effort
        Items examined / standard; clipped to [0.25, 2].
    found
        What was found that the enterprise had not reported first: major, general, minor.
    """

    id: str
    looker: str
    effort: float = 1.0
    found: tuple[int, int, int] = (0, 0, 0)

    def __post_init__(self) -> None:
        """Refuse negative counts; clip the effort."""
        if min(self.found) < 0:
            raise InputError(f"Visit {self.id!r} found {self.found}.", "Give counts of 0 or more.")
        low, high = EFFORT_BOUNDS
        object.__setattr__(self, "effort", min(max(float(self.effort), low), high))


@dataclass(frozen=True)
class Coverage:
    """Have of need; `missing` counts the months in a row without a declaration, 0 where given.

    `verified` is False for what the enterprise declared and nobody verified: it then counts at most
    at the peer median. `neutral`: nothing was called for (no service ordered), the peers' mean.
    """

    have: float = 0.0
    need: float = 0.0
    missing: int = 0
    verified: bool = True
    neutral: bool = False


@dataclass(frozen=True)
class Share:
    """Cases that went well, of cases."""

    x: float = 0.0
    n: float = 0.0

    def plus(self, x: float, n: float) -> Share:
        """Add cases."""
        return Share(self.x + x, self.n + n)


@dataclass(frozen=True)
class Overdue:
    """An open hazard past its due date."""

    report_id: str
    severity: str
    days: int
    self_reported: bool = False


@dataclass(frozen=True)
class MonthCount:
    """What happened in one month, and to how many employees."""

    count: int = 0
    employees: float = 0.0


@dataclass(frozen=True)
class EnterpriseMonth:
    """One enterprise, as known when the month was closed.

    Parameters
    ----------
    id
        Record id.
    sector, inherent_class
        Make the peer group; class 1 to 4, 0 unknown.
    employees
        At the end of the month.
    months_known
        Whole months since its first day in the park, or in our records.
    months_since_visit
        Whole months since the last visit of any reason; None: never.
    visits
        Routine and random ones of the window.
    coverage
        Indicator to what was declared; an absent one is missing for the first month.
    shares
        Of `parameters.SHARES`; an absent one has no case.
    overdue
        Open hazards past their due date.
    monthly
        Of `parameters.MONTHLY_RATES`: one count a month of the last twelve.
    open_disputes
        Disputes taken up and neither settled nor ended.
    credited_points
        Severity points of self-reports credited this month already.
    major_overdue, interim_missing
        A `major` hazard past due; one without interim protection after 24 h: ids of reports.
    leaves_window
        Month (YYYY-MM) in which the oldest finding leaves the window, '' without a finding.
    in_scope
        Ranked, coloured, reminded; others get a score of their own.
    """

    id: str
    sector: str = ""
    inherent_class: int = 0
    employees: int = 0
    months_known: int = 24
    months_since_visit: int | None = 0
    visits: tuple[CountedVisit, ...] = ()
    coverage: Mapping[str, Coverage] = field(default_factory=dict)
    shares: Mapping[str, Share] = field(default_factory=dict)
    overdue: tuple[Overdue, ...] = ()
    monthly: Mapping[str, tuple[MonthCount, ...]] = field(default_factory=dict)
    open_disputes: int = 0
    credited_points: float = 0.0
    major_overdue: tuple[str, ...] = ()
    interim_missing: tuple[str, ...] = ()
    leaves_window: str = ""
    in_scope: bool = True

    def share(self, name: str) -> Share:
        """Give a share; without any case where there is none."""
        return self.shares.get(name, Share())

    def with_share(self, name: str, x: float, n: float) -> EnterpriseMonth:
        """Give a copy with cases added to a share."""
        return replace(self, shares={**self.shares, name: self.share(name).plus(x, n)})


@dataclass(frozen=True)
class PastMonth:
    """What an earlier month said of an enterprise.

    Parameters
    ----------
    month
        YYYY-MM.
    score
        Points.
    ranked
        Whether it was ranked: only those months move a colour.
    state
        Colour state k beneath, 1 (blue) to 4 (red); 0 before the first ranked month.
    want
        The state it wanted, 0 where it wanted none other.
    worst
        Whether both conditions of a routine slip held.
    sd
        Standard deviation of the score.
    """

    month: str
    score: float
    ranked: bool
    state: int = 0
    want: int = 0
    worst: bool = False
    sd: float = 0.0
