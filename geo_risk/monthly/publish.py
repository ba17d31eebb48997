"""Previewing, freezing and revising a month: the one place where an index becomes public record.

Takes the store, the park file, a month and the clock. A preview is computed and never kept.
Publishing freezes inputs, numbers, reference table and output as kept documents; again, it gives
the same bytes or a conflict. An upheld objection makes the next revision of the month and of every
later one; the earlier revision stays readable. Specification, section 8.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from geo_risk.errors import ConflictError, NotFoundError
from geo_risk.monthly.cross_visits import propose_cross_visits
from geo_risk.monthly.freeze import INPUT, OUTPUT, PARAMS, REFERENCE, canonical, output_of
from geo_risk.monthly.gather import gather, is_empty
from geo_risk.monthly.known import Books
from geo_risk.monthly.months import check_month, closing_of, month_of, shift_month
from geo_risk.monthly.params import params_of
from geo_risk.monthly.weights import weights_of
from geo_risk.records import Slip
from geo_risk.safety_index import PastMonth, compute_month, fit_reference

if TYPE_CHECKING:
    from geo_risk.park import ParkFile
    from geo_risk.records import Actor
    from geo_risk.safety_index import EnterpriseMonth, IndexParams, Month
    from geo_risk.store import Document, Store

SENT = frozenset({"drawn", "withheld", "withdrawn"})
"""States of a slip that was never sent, or was taken back: it does not count as the last one."""


@dataclass(frozen=True)
class Computed:
    """A month worked out, with all that it was worked out from."""

    month: Month
    inputs: Sequence[EnterpriseMonth]
    params: IndexParams
    without: tuple[str, ...] = ()
    weights_id: str = ""


def preview(
    store: Store, park: ParkFile, month: str, *, now: datetime, lifts: bool = True
) -> Computed:
    """Compute a month as it stands now; nothing is kept.

    Raises
    ------
    InputError, NotFoundError
        When the month is none, or has not begun.
    """
    check_month(month)
    if month > month_of(now, park):
        raise NotFoundError(f"{month} has not begun.", "Ask for a month that has.")
    return _compute(store, park, month, known_at=now, without=(), books=Books(store), lifts=lifts)


def freeze(
    store: Store,
    park: ParkFile,
    month: str,
    *,
    actor: Actor,
    at: datetime,
) -> dict[str, Document]:
    """Close a month and keep it for ever.

    Parameters
    ----------
    month
        YYYY-MM; it must have closed by `at`.
    actor, at
        Who freezes it, and when.

    Returns
    -------
    dict
        Kind to document; those kept before, where the month was frozen before.

    Raises
    ------
    ConflictError
        Before it closes; without any data; after a later month was frozen; when what was kept says
        something else.
    """
    check_month(month)
    closing = closing_of(month, park)
    if at < closing:
        day = closing.astimezone(park.zone)
        raise ConflictError(
            f"{month} closes on {day:%Y-%m-%d %H:%M} only.", "Look at its preview until then."
        )
    kept = frozen_of(store, month)
    if kept is not None:
        said = json.loads(kept[PARAMS].body)
        computed = _compute(store, park, month, None, tuple(said["without"]), Books(store))
        return _keep(store, computed, kept[OUTPUT].revision, actor, at)
    later = [one for one in frozen_months(store) if one > month]
    if later:
        raise ConflictError(
            f"{later[0]} is frozen already: {month} cannot come after it.",
            "Months are frozen one after the other.",
        )
    books = Books(store)
    if is_empty(store, park, month, books):
        raise ConflictError(
            f"Nothing was recorded of {month} by the time it closed.",
            "A month without data is not published.",
        )
    return _keep(store, _compute(store, park, month, None, (), books), 0, actor, at)


def revise(
    store: Store,
    park: ParkFile,
    month: str,
    without: Iterable[str],
    *,
    actor: Actor,
    at: datetime,
) -> list[dict[str, Document]]:
    """Make the next revision of a month, and of every later frozen one, after an upheld objection.

    Parameters
    ----------
    month
        The month objected to.
    without
        Ids of the reports or visits that the decision takes out of it.

    Returns
    -------
    list
        Of each month from this one, kind to document.

    Raises
    ------
    NotFoundError
        When the month was not frozen.
    """
    check_month(month)
    if frozen_of(store, month) is None:
        raise NotFoundError(f"{month} is not frozen.", "Only a frozen month has revisions.")
    revised, books = [], Books(store)
    for one in [some for some in frozen_months(store) if some >= month]:
        kept = frozen_of(store, one)
        assert kept is not None  # noqa: S101  (listed as frozen)
        before = json.loads(kept[PARAMS].body)["without"]
        left_out = tuple(sorted({*before, *without}))
        computed = _compute(store, park, one, None, left_out, books)
        revised.append(_keep(store, computed, kept[OUTPUT].revision + 1, actor, at))
    return revised


def preview_revision(
    store: Store, park: ParkFile, month: str, without: Iterable[str]
) -> dict[str, Any]:
    """Say what a frozen month would say with more left out of it; nothing is kept.

    Raises
    ------
    NotFoundError
        When the month was not frozen.
    """
    params = store.document(PARAMS, check_month(month))
    if params is None:
        raise NotFoundError(f"{month} is not frozen.", "Only a frozen month has revisions.")
    left_out = tuple(sorted({*json.loads(params.body)["without"], *without}))
    return said_by(_compute(store, park, month, None, left_out, Books(store)))


def said_by(computed: Computed) -> dict[str, Any]:
    """Give what a computed month says, cross-visits it calls for included."""
    month = computed.month
    asked = month.reference.unidentified or month.reference.provisional
    return output_of(month, propose_cross_visits(computed.inputs) if asked else ())


def results(store: Store, month: str, revision: int | None = None) -> dict[str, Any]:
    """Give what a frozen month says.

    Parameters
    ----------
    month
        YYYY-MM.
    revision
        The newest, unless given.

    Returns
    -------
    dict
        As `freeze.output_of`, with `revision`, `digest`, `frozen_at`; numbers with a point are
        decimal strings.

    Raises
    ------
    NotFoundError
        When it is not frozen.
    """
    document = store.document(OUTPUT, check_month(month), revision)
    if document is None:
        raise NotFoundError(f"{month} is not published.", "See its preview, or publish it.")
    return {
        **json.loads(document.body),
        "revision": document.revision,
        "digest": document.digest,
        "frozen_at": document.at.isoformat(),
    }


def frozen_months(store: Store) -> list[str]:
    """Give the months that are frozen, oldest first."""
    return store.document_keys(OUTPUT)


def newest_revisions(store: Store) -> dict[str, int]:
    """Give the newest revision of each frozen month, oldest month first."""
    return store.newest_revisions(OUTPUT)


def frozen_of(store: Store, month: str) -> dict[str, Document] | None:
    """Give the newest revision's documents of a month; None where it is not frozen."""
    found = {kind: store.document(kind, month) for kind in (INPUT, PARAMS, REFERENCE, OUTPUT)}
    kept = {kind: one for kind, one in found.items() if one is not None}
    return kept if len(kept) == len(found) else None


def past_of(store: Store, month: str) -> dict[str, list[PastMonth]]:
    """Give what earlier frozen months said of each enterprise, oldest first."""
    newest = {one.key: one for one in store.documents(OUTPUT) if one.key < month}
    past: dict[str, list[PastMonth]] = {}
    for key in sorted(newest):
        for record_id, said in json.loads(newest[key].body)["results"].items():
            past.setdefault(record_id, []).append(_past_month(key, said))
    return past


def _past_month(month: str, said: Mapping[str, Any]) -> PastMonth:
    return PastMonth(
        month=month,
        score=said["micro"] / 1_000_000,
        ranked=said["ranked"],
        state=said["state"],
        want=said["wants"][-1] if said["wants"] else 0,
        worst=said["worst"],
        sd=float(said["sd"]),
    )


def _compute(
    store: Store,
    park: ParkFile,
    month: str,
    known_at: datetime | None,
    without: tuple[str, ...],
    books: Books,
    *,
    lifts: bool = True,
) -> Computed:
    weights_id, weights = weights_of(store, park, month)
    params = params_of(park, weights)
    inputs = gather(store, park, month, known_at, params=params, without=without, books=books)
    before = gather(
        store,
        park,
        shift_month(month, -1),
        params=params,
        without=without,
        books=books,
        only_scope=True,
    )
    present = {one.id for one in inputs}
    computed = compute_month(
        month,
        inputs,
        fit_reference([one for one in before if one.id in present]),
        params,
        past_of(store, month),
        _last_slips(books, park, month),
        lifts=lifts,
    )
    return Computed(computed, inputs, params, without, weights_id)


def _last_slips(books: Books, park: ParkFile, month: str) -> dict[str, int]:
    """Give days from an enterprise's last routine slip to the closing of the month."""
    closing = closing_of(month, park)
    days: dict[str, int] = {}
    for known in books.known("slips", closing):
        slip = known.record
        if isinstance(slip, Slip) and slip.basis == "routine" and slip.state not in SENT:
            sent = slip.decided_at or slip.drawn_at
            if sent is not None and sent < closing and slip.month < month:
                ago = (closing - sent).days
                days[slip.enterprise_id] = min(ago, days.get(slip.enterprise_id, ago))
    return days


def _keep(
    store: Store, computed: Computed, revision: int, actor: Actor, at: datetime
) -> dict[str, Document]:
    bodies = {
        INPUT: canonical({one.id: one for one in computed.inputs}),
        PARAMS: canonical(
            {
                "params": computed.params,
                "weights": computed.weights_id,
                "without": computed.without,
            }
        ),
        REFERENCE: canonical(computed.month.reference),
        OUTPUT: canonical(said_by(computed)),
    }
    return store.keep_documents("index", computed.month.month, revision, bodies, actor=actor, at=at)
