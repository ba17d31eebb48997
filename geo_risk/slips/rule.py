"""Who is reminded, and of what: the rule, and never two open slips for one reason.

Takes open major hazards and the slips there are, gives candidates. The routine rule is computed
with the month's index (`safety_index`); here it only meets the slips that are open already. A
reason of an at-once slip is a code of one item: another hazard of the same enterprise is another
reason. Specification of the index, section 8.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from geo_risk.records.deadlines import ended_in_time, is_overdue
from geo_risk.slips.states import AT_ONCE, OPEN, ROUTINE, SlipState

if TYPE_CHECKING:
    from geo_risk.records import Slip

INTERIM = timedelta(hours=24)
"""A major hazard is protected meanwhile within so long."""

REPEAT_DAYS = 90
DECIDED_DAYS = 30
"""A decision not to remind holds so long for the same hazards and the same reason."""

MAJOR_OVERDUE, INTERIM_MISSING = "major_overdue", "interim_missing"


@dataclass(frozen=True)
class OpenMajor:
    """A major hazard that is still open.

    Parameters
    ----------
    id, enterprise_id
        Report and enterprise.
    reported_at, due
        UTC.
    interim_at, rectified_at
        Interim protection and rectification; None: not yet.
    """

    id: str
    enterprise_id: str
    reported_at: datetime
    due: datetime | None
    interim_at: datetime | None = None
    rectified_at: datetime | None = None


@dataclass(frozen=True)
class Candidate:
    """A slip that the rule asks for: basis, codes of the reasons, and the very items."""

    enterprise_id: str
    basis: str
    reasons: tuple[str, ...]
    item_ids: tuple[str, ...] = ()


def at_once_reasons(hazard: OpenMajor, now: datetime) -> tuple[str, ...]:
    """Give why a major hazard asks for a slip at once, () where it does not.

    One that was rectified in time and waits for its recheck asks for none: the enterprise has done
    its part.
    """
    reasons = []
    done = hazard.rectified_at
    in_time = ended_in_time(done, hazard.due)
    if is_overdue(hazard.due, now) and not in_time:
        reasons.append(MAJOR_OVERDUE)
    if hazard.interim_at is None and done is None and now > hazard.reported_at + INTERIM:
        reasons.append(INTERIM_MISSING)
    return tuple(reasons)


def without_open(
    asked: Iterable[Candidate], slips: Sequence[Slip], now: datetime
) -> list[Candidate]:
    """Leave out what an open slip says already, and a routine slip within 90 days of the last.

    Parameters
    ----------
    asked
        Whom the rule names.
    slips
        Every slip there is.
    now
        Zone-aware.

    Returns
    -------
    list of Candidate
        With the items that no open slip of that enterprise holds, and none on which it was decided
        within 30 days, for the same reasons, not to remind: the chief's word, or an objection's.
    """
    left = []
    for one in asked:
        own = [slip for slip in slips if slip.enterprise_id == one.enterprise_id]
        if one.basis == AT_ONCE:
            held = {
                item
                for slip in own
                if _holds(slip, AT_ONCE) or _is_decided(slip, one, now)
                for item in slip.item_ids
            }
            items = tuple(item for item in one.item_ids if item not in held)
            if items:
                left.append(Candidate(one.enterprise_id, one.basis, one.reasons, items))
        elif not any(_holds(slip, ROUTINE) or _is_recent(slip, now) for slip in own):
            left.append(one)
    return left


def _holds(slip: Slip, basis: str) -> bool:
    return slip.basis == basis and slip.state in OPEN


def _is_decided(slip: Slip, asked: Candidate, now: datetime) -> bool:
    """Say whether a chief, or an upheld objection, has just decided against this reminder."""
    against = slip.state == SlipState.WITHHELD or (
        slip.state == SlipState.WITHDRAWN and slip.objected_at is not None
    )
    decided = slip.closed_at or slip.decided_at
    return (
        against
        and slip.basis == AT_ONCE
        and decided is not None
        and now - decided < timedelta(days=DECIDED_DAYS)
        and set(asked.reasons) <= set(slip.reasons)
    )


def _is_recent(slip: Slip, now: datetime) -> bool:
    """Say whether it is a routine slip that was sent within the last 90 days."""
    return (
        slip.basis == ROUTINE
        and slip.decided_at is not None
        and slip.state not in {SlipState.WITHHELD, SlipState.WITHDRAWN}
        and now - slip.decided_at < timedelta(days=REPEAT_DAYS)
    )
