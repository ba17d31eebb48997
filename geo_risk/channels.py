"""Channels back out: what became of each report, under the number its own source gave it.

Takes reports, what was done here and what a source has confirmed, gives the results still to be
told, and compares a source's own list with ours, both ways. A result is told once per outcome and
again when it changes; what a source told us itself is not told back. Reasons in words go only to
channels that owe somebody an answer. Reading and keeping is `channelbook`'s.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo_risk.errors import NotFoundError
from geo_risk.records import CaseState, Channel

if TYPE_CHECKING:
    from datetime import datetime

    from geo_risk.records import Report

OWN_SOURCES = frozenset({"http", "console"})
"""Sources of reports entered here: they have no number of anybody else's."""

OPEN = "open"
_OUTCOMES = {
    CaseState.CLOSED.value: "done",
    CaseState.SETTLED.value: "settled",
    CaseState.FOLLOWED_UP.value: "settled",
    CaseState.MERGED.value: "duplicate",
    CaseState.VOID.value: "void",
}


@dataclass(frozen=True)
class ChannelRule:
    """How one channel is answered.

    Parameters
    ----------
    channel
        Which of the nine.
    zh, en
        What it is called.
    goes_back
        Results go back out by it; False where who reported sees it here, or nobody waits.
    words
        The reason in words goes with them.
    """

    channel: Channel
    zh: str
    en: str
    goes_back: bool
    words: bool = False


RULES: Mapping[str, ChannelRule] = {
    one.channel.value: one
    for one in (
        ChannelRule(Channel.VISIT, "走访", "visit", goes_back=False),
        ChannelRule(Channel.GRID, "网格", "grid patrol", goes_back=True),
        ChannelRule(Channel.PETITION, "来信来访", "petition", goes_back=True, words=True),
        ChannelRule(Channel.COUNTY_APP, "掌上基层", "county app", goes_back=True),
        ChannelRule(Channel.ANTI_FRAUD_CODE, "反诈码", "anti-fraud code", goes_back=True),
        ChannelRule(Channel.SELF_REPORT, "自查自报", "self-report", goes_back=False),
        ChannelRule(Channel.VOLUNTEERS, "群防群治", "volunteers", goes_back=True),
        ChannelRule(Channel.HOTLINE, "热线", "hotline", goes_back=True, words=True),
        ChannelRule(Channel.SENSOR, "感知设备", "sensor", goes_back=False),
    )
}
"""Channel to its rule: all nine."""


@dataclass(frozen=True)
class Result:
    """What became of one report, as its source is told.

    Parameters
    ----------
    report_id, source, number
        Ours, and the source's own.
    state, outcome
        Case state; `done`, `settled`, `duplicate`, `void`, or `open` where it was reopened.
    closed_at
        UTC.
    same_as
        Number of the report of this source that it repeats, where it does.
    version
        Changes with the outcome: what is acknowledged.
    words
        The reason in words, where the channel is entitled to it.
    """

    report_id: str
    source: str
    number: str
    state: str
    outcome: str
    closed_at: datetime | None
    same_as: str
    version: str
    words: str = ""


@dataclass(frozen=True)
class Reconciliation:
    """A source's list beside ours; numbers in order.

    Parameters
    ----------
    both_open, both_closed
        How many agree.
    closed_there
        Closed in their list, open here.
    closed_here
        Closed here, open in their list.
    unknown_here
        In their list, and nothing of ours has that number.
    unknown_there
        Ours, told before their list was made, and not in it.
    contradicted
        In their list as open and as closed.
    """

    both_open: int
    both_closed: int
    closed_there: tuple[str, ...]
    closed_here: tuple[str, ...]
    unknown_here: tuple[str, ...]
    unknown_there: tuple[str, ...]
    contradicted: tuple[str, ...]


def rule_of(channel: str) -> ChannelRule:
    """Give a channel's rule.

    Raises
    ------
    NotFoundError
        When it is none of the nine.
    """
    if channel not in RULES:
        raise NotFoundError(f"There is no channel {channel!r}.", f"Of: {', '.join(RULES)}.")
    return RULES[channel]


def outcome_of(report: Report) -> str:
    """Give the code of what became of a report; `open` while something is to be done."""
    return _OUTCOMES.get(report.state, OPEN)


def has_own_number(report: Report) -> bool:
    """Say whether a source gave the report a number of its own."""
    return bool(report.number) and report.source not in OWN_SOURCES


def result_of(report: Report, same_as: str = "") -> Result:
    """Make what a source is told of its report, without words.

    Parameters
    ----------
    report
        As it is now.
    same_as
        Number of the report that it was merged into, of the same source; '' where of another.
    """
    outcome = outcome_of(report)
    closed = report.closed_at if outcome != OPEN else None
    said = f"{report.id}\n{outcome}\n{closed and closed.isoformat()}\n{same_as}"
    return Result(
        report_id=report.id,
        source=report.source,
        number=report.number,
        state=report.state,
        outcome=outcome,
        closed_at=closed,
        same_as=same_as,
        version=hashlib.sha256(said.encode()).hexdigest()[:12],
    )


def outbox_of(results: Iterable[Result], acknowledged: Mapping[str, str]) -> list[Result]:
    """Give what is still to be told.

    Parameters
    ----------
    results
        Of the reports of one channel about which something was done here.
    acknowledged
        Report id to the version its source confirmed last.

    Returns
    -------
    list of Result
        In the order of numbers: ended and not confirmed, or confirmed as ended and open again.
    """
    waiting = [
        one
        for one in results
        if acknowledged.get(one.report_id) != one.version
        and (one.outcome != OPEN or one.report_id in acknowledged)
    ]
    return sorted(waiting, key=lambda one: (one.source, one.number))


def reconcile(
    ours: Iterable[Report],
    theirs: Sequence[tuple[str, bool]],
    *,
    made_at: datetime | None = None,
) -> Reconciliation:
    """Hold a source's own list against ours.

    Parameters
    ----------
    ours
        Reports of that source.
    theirs
        Number and whether it is closed there, in any order.
    made_at
        When their list was made: what was reported later is not missing in it.

    Returns
    -------
    Reconciliation
        Every number is in exactly one of its parts.
    """
    said: dict[str, set[bool]] = {}
    for number, closed in theirs:
        said.setdefault(number, set()).add(closed)
    known = {one.number: one for one in ours}
    parts: dict[tuple[bool, bool], list[str]] = {}
    for number in sorted(said.keys() & known.keys()):
        if len(said[number]) == 1:
            here, there = outcome_of(known[number]) != OPEN, True in said[number]
            parts.setdefault((here, there), []).append(number)
    missing = [
        number
        for number in sorted(known.keys() - said.keys())
        if made_at is None or (known[number].reported_at or known[number].occurred_to) <= made_at
    ]
    return Reconciliation(
        both_open=len(parts.get((False, False), ())),
        both_closed=len(parts.get((True, True), ())),
        closed_there=tuple(parts.get((False, True), ())),
        closed_here=tuple(parts.get((True, False), ())),
        unknown_here=tuple(sorted(said.keys() - known.keys())),
        unknown_there=tuple(missing),
        contradicted=tuple(sorted(one for one in said if len(said[one]) > 1 and one in known)),
    )
