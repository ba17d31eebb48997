"""The desk of channels: results still to be told, what sources confirmed, their lists beside ours.

Reads reports and steps, keeps what a source confirmed and the list it sent as documents that never
change. What a result says is `channels`'. Words are read only for channels that are entitled to
them, and such a read is in the audit.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, cast

from geo_risk.channels import (
    OPEN,
    RULES,
    Reconciliation,
    Result,
    has_own_number,
    outbox_of,
    reconcile,
    result_of,
    rule_of,
)
from geo_risk.errors import InputError, NotFoundError
from geo_risk.records import Report, Step
from geo_risk.store import Query

if TYPE_CHECKING:
    from geo_risk.records import Actor
    from geo_risk.store import Store

ACKNOWLEDGED, THEIRS = "channel.acknowledged", "channel.theirs"
"""Kinds of kept documents; the key is the channel."""
MOST_ITEMS = 100_000


@dataclass(frozen=True)
class Acknowledged:
    """What became of an acknowledgement.

    Parameters
    ----------
    new
        Results that were confirmed now.
    before
        How many of them were confirmed before.
    changed
        Numbers whose outcome is another by now: they stay in the outbox.
    """

    new: int
    before: int
    changed: tuple[str, ...]


@dataclass(frozen=True)
class Theirs:
    """A source's own list: when it was made, and number to whether it is closed there."""

    made_at: datetime
    items: tuple[tuple[str, bool], ...]


def outbox(store: Store, channel: str, *, actor: Actor) -> list[Result]:
    """Give the results that a channel's sources have not confirmed yet.

    Parameters
    ----------
    store
        Of the park.
    channel
        One of the nine.
    actor
        Who reads; in the audit where words are read.

    Returns
    -------
    list of Result
        In the order of numbers; none by a channel that is not answered.

    Raises
    ------
    NotFoundError
        When there is no such channel.
    """
    rule = rule_of(channel)
    if not rule.goes_back:
        return []
    waiting = outbox_of(_results(store, channel, actor)[channel], _acknowledged(store, channel))
    if not rule.words or not waiting:
        return waiting
    words = _words(store, [one.report_id for one in waiting if one.outcome != OPEN], actor)
    return [replace(one, words=words.get(one.report_id, "")) for one in waiting]


def count_waiting(store: Store, *, actor: Actor) -> dict[str, int]:
    """Give how many results each channel is still to be told; channels without any are left out."""
    results = _results(store, None, actor)
    found = {}
    for channel in sorted(results):
        if rule_of(channel).goes_back:
            waiting = outbox_of(results[channel], _acknowledged(store, channel))
            found[channel] = len(waiting)
    return {channel: many for channel, many in found.items() if many}


def acknowledge(
    store: Store,
    channel: str,
    items: Sequence[tuple[str, str, str]],
    *,
    actor: Actor,
    at: datetime,
) -> Acknowledged:
    """Keep that sources took results over; the same again changes nothing.

    Parameters
    ----------
    store, channel
        As for `outbox`.
    items
        Source, number and version of each.
    actor, at
        Who, when.

    Returns
    -------
    Acknowledged

    Raises
    ------
    InputError
        When a number is none of that channel's results.
    ConflictError
        When somebody acknowledged at the same moment: send it again.
    """
    rule_of(channel)
    results = {(one.source, one.number): one for one in _results(store, channel, actor)[channel]}
    unknown = [number for source, number, _ in items if (source, number) not in results]
    if unknown:
        raise InputError(
            f"{channel} has no result of {', '.join(unknown[:5])}.", "Take numbers of the outbox."
        )
    kept = _acknowledged(store, channel)
    new, before, changed = {}, 0, []
    for source, number, version in items:
        one = results[source, number]
        if one.version != version:
            changed.append(number)
        elif kept.get(one.report_id) == version or one.report_id in new:
            before += 1
        else:
            new[one.report_id] = version
    if new:
        body = json.dumps(new, sort_keys=True, separators=(",", ":"))
        revision = len(store.documents(ACKNOWLEDGED, channel))
        store.keep_document(ACKNOWLEDGED, channel, revision, body, actor=actor, at=at)
    return Acknowledged(len(new), before, tuple(changed))


def take_list(
    store: Store, channel: str, theirs: Theirs, *, actor: Actor, at: datetime
) -> Reconciliation:
    """Keep a source's list, and hold it against ours.

    Raises
    ------
    InputError
        When the list is too long, is empty, or was made in the future.
    """
    rule_of(channel)
    if not theirs.items or len(theirs.items) > MOST_ITEMS:
        raise InputError(
            f"The list has {len(theirs.items)} numbers.", f"Send 1 to {MOST_ITEMS} at a time."
        )
    if theirs.made_at > at:
        raise InputError(
            f"The list was made at {theirs.made_at.isoformat()}, which is yet to come.",
            "Give when it was made.",
        )
    body = json.dumps(
        {"made_at": theirs.made_at.isoformat(), "items": sorted(set(theirs.items))},
        ensure_ascii=False,
        separators=(",", ":"),
    )
    last = store.document(THEIRS, channel)
    if last is None or last.body != body:
        revision = 0 if last is None else last.revision + 1
        store.keep_document(THEIRS, channel, revision, body, actor=actor, at=at)
    return reconciliation(store, channel, actor=actor)[0]


def reconciliation(store: Store, channel: str, *, actor: Actor) -> tuple[Reconciliation, datetime]:
    """Hold the last list of a channel's source against ours, as they stand now.

    Returns
    -------
    tuple
        The comparison, and when their list was made.

    Raises
    ------
    NotFoundError
        When there is no such channel, or no list yet.
    """
    rule_of(channel)
    kept = store.document(THEIRS, channel)
    if kept is None:
        raise NotFoundError(
            f"No list of {channel} was sent yet.",
            f"POST it to /v1/channels/{channel}/reconciliation.",
        )
    said = json.loads(kept.body)
    made_at = datetime.fromisoformat(said["made_at"])
    items = [(number, bool(closed)) for number, closed in said["items"]]
    return reconcile(_reports(store, channel, actor), items, made_at=made_at), made_at


def _reports(store: Store, channel: str, actor: Actor) -> list[Report]:
    return _numbered(store, Query("reports", filters={"channel": channel}), actor)


def _numbered(store: Store, query: Query, actor: Actor) -> list[Report]:
    found = (cast("Report", one.record) for one in store.find(query, actor=actor))
    return [one for one in found if has_own_number(one)]


def _results(store: Store, channel: str | None, actor: Actor) -> dict[str, list[Result]]:
    """Give the results of reports about which something was done here, told or not, by channel."""
    steps = store.find(Query("steps", filters={"subject": "reports"}), actor=actor)
    handled = sorted({cast("Step", one.record).subject_id for one in steps})
    of_channel = {"channel": tuple(RULES) if channel is None else channel}
    reports = _numbered(store, Query("reports", filters=of_channel, ids=handled), actor)
    merged = sorted({one.duplicate_of for one in reports} - {""})
    others = store.find(Query("reports", ids=merged), actor=actor) if merged else []
    numbers = {(one.record.id, one.record.source): one.record.number for one in others}
    found: dict[str, list[Result]] = {} if channel is None else {channel: []}
    for one in reports:
        same_as = numbers.get((one.duplicate_of, one.source), "")
        found.setdefault(one.channel, []).append(result_of(one, same_as))
    return found


def _acknowledged(store: Store, channel: str) -> Mapping[str, str]:
    kept: dict[str, str] = {}
    for document in store.documents(ACKNOWLEDGED, channel):
        kept |= json.loads(document.body)
    return kept


def _words(store: Store, report_ids: Sequence[str], actor: Actor) -> dict[str, str]:
    """Give the reason of each report's last step that ended it."""
    query = Query("steps", filters={"subject_id": tuple(report_ids)}, personal=True)
    steps = [cast("Step", one.record) for one in store.find(query, actor=actor)]
    words: dict[str, str] = {}
    for step in sorted(steps, key=lambda one: (one.at, one.id)):
        if step.state_to != step.state_from and step.text:
            words[step.subject_id] = step.text
    return words
