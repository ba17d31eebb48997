"""Draw slips up: at once for overdue majors as they stand now, routine ones from a frozen month.

Takes the store and, for routine slips, the month's frozen figures; keeps what each slip says and
then the slips, as drafts that somebody checks one by one. A hazard that only somebody else told of
(a complaint, a hotline) is on no slip before an officer or the enterprise itself saw it: those are
given back as `needs_visit`. Two who draw at once: one is refused and loses nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from geo_risk import monthly
from geo_risk.casework import due_of, is_open
from geo_risk.errors import ForbiddenError
from geo_risk.records import (
    Actor,
    Channel,
    Enterprise,
    Premises,
    Report,
    Role,
    Severity,
    Slip,
    Step,
)
from geo_risk.records.deadlines import is_overdue
from geo_risk.slips import (
    AT_ONCE,
    ROUTINE,
    Candidate,
    OpenMajor,
    SlipContent,
    SlipItem,
    at_once_reasons,
    content_text,
    top_deficits,
    without_open,
)
from geo_risk.store import Query

if TYPE_CHECKING:
    from geo_risk.park import ParkFile
    from geo_risk.store import Store

CONTENT, DRAW = "slip.content", "slips.draw"
SEEN_CHANNELS = frozenset({Channel.VISIT.value, Channel.SELF_REPORT.value})
"""What the enterprise may be told of in full: an officer found it, or it said so itself."""

DRAWERS = frozenset({Role.CHIEF, Role.KEEPER})
MICRO = 1_000_000


@dataclass(frozen=True)
class Drawn:
    """What a drawing came to.

    Parameters
    ----------
    slip_ids
        New drafts, in the order of ids.
    already
        Enterprises the rule names whose slip is open already, or was drawn for this month.
    needs_visit
        Reports that would ask for a slip at once, but that nobody of the station has seen.
    """

    slip_ids: tuple[str, ...]
    already: tuple[str, ...]
    needs_visit: tuple[str, ...]


def draw(
    store: Store,
    park: ParkFile,
    month: str | None = None,
    *,
    results: Mapping[str, Any] | None = None,
    actor: Actor,
    at: datetime,
) -> Drawn:
    """Draw slips up.

    Parameters
    ----------
    store, park
        Records, scope, calendar.
    month
        YYYY-MM of a frozen month for routine slips too; None: only those at once.
    results
        The month's frozen figures, `{"revision", "results": {enterprise: {...}}}`; None: from the
        store.
    actor, at
        Who, and when (zone-aware).

    Returns
    -------
    Drawn

    Raises
    ------
    ForbiddenError
        When the role does not draw slips.
    NotFoundError
        When the month is not frozen.
    ConflictError
        When somebody else is drawing at the same moment.
    """
    if actor.role not in DRAWERS:
        raise ForbiddenError(f"The role {actor.role} does not draw slips.", "Ask the chief.")
    frozen = results
    if frozen is None and month is not None:
        frozen = monthly.results(store, month)
    firms = {
        one.id: one
        for one in cast("list[Enterprise]", _all(store, Query("enterprises"), actor))
        if is_in_scope(one, park, at)
    }
    hazards = _open_hazards(store, park, actor)
    at_once, needs_visit = _at_once(hazards, firms, at)
    asked = [*at_once, *_routine(frozen or {}, firms, hazards, at)]
    slips = cast("list[Slip]", _all(store, Query("slips"), actor))
    label = month or at.astimezone(park.zone).strftime("%Y-%m")
    there = {one.id for one in slips}
    left = [
        one
        for one in without_open(asked, slips, at)
        if one.basis == AT_ONCE or _routine_id(label, one) not in there
    ]
    made = _made(left, label, there, at)
    contents = {
        slip.id: _content(slip, hazards, frozen or {}, at) for slip in made if slip.enterprise_id
    }
    _keep(store, label, made, contents, actor, at)
    kept = {one.enterprise_id for one in made}
    already = {one.enterprise_id for one in asked} - kept
    return Drawn(
        tuple(sorted(one.id for one in made)), tuple(sorted(already)), tuple(sorted(needs_visit))
    )


def is_in_scope(one: Enterprise, park: ParkFile, at: datetime) -> bool:
    """Say whether the safety index and its slips cover an enterprise at a moment."""
    if (one.valid_from and at < one.valid_from) or (one.valid_to and at >= one.valid_to):
        return False
    return {"above_scale": one.above_scale, "key_list": one.key_listed}.get(park.park.scope, True)


def _all(store: Store, query: Query, actor: Actor) -> list[Any]:
    return [one.record for one in store.find(query, actor=actor)]


@dataclass(frozen=True)
class _Hazard:
    """An open hazard, with the enterprise it belongs to and when it is due."""

    report: Report
    enterprise_id: str
    due: datetime | None

    @property
    def is_seen(self) -> bool:
        return self.report.channel in SEEN_CHANNELS or bool(self.report.visit_id)


def _open_hazards(store: Store, park: ParkFile, actor: Actor) -> list[_Hazard]:
    found = [
        one
        for one in cast("list[Report]", _all(store, Query("reports", filters=_HAZARDS), actor))
        if is_open(one.kind, one.state)
    ]
    ids = sorted({one.premises_id for one in found if not one.enterprise_id and one.premises_id})
    homes = cast("list[Premises]", _all(store, Query("premises", ids=ids), actor)) if ids else []
    owner = {one.id: one.enterprise_id for one in homes}
    return [
        _Hazard(one, one.enterprise_id or owner.get(one.premises_id, ""), due_of_report(one, park))
        for one in found
    ]


def due_of_report(report: Report, park: ParkFile) -> datetime | None:
    """Give when a report is due: its own date, else by the severity table."""
    return report.due or due_of(report, park)


def _major(one: _Hazard) -> OpenMajor:
    report = one.report
    return OpenMajor(
        id=report.id,
        enterprise_id=one.enterprise_id,
        reported_at=report.reported_at or report.occurred_to,
        due=one.due,
        interim_at=report.interim_at,
        rectified_at=report.rectified_at,
    )


def _at_once(
    hazards: Iterable[_Hazard], firms: Mapping[str, Enterprise], at: datetime
) -> tuple[list[Candidate], list[str]]:
    found: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
    unseen = []
    for one in hazards:
        if one.report.severity is not Severity.MAJOR or one.enterprise_id not in firms:
            continue
        reasons = at_once_reasons(_major(one), at)
        if reasons and one.is_seen:
            found.setdefault(one.enterprise_id, []).append((one.report.id, reasons))
        elif reasons:
            unseen.append(one.report.id)
    candidates = [
        Candidate(
            firm,
            AT_ONCE,
            tuple(sorted({reason for _, reasons in items for reason in reasons})),
            tuple(sorted(item for item, _ in items)),
        )
        for firm, items in sorted(found.items())
    ]
    return candidates, unseen


def _routine(
    frozen: Mapping[str, Any],
    firms: Mapping[str, Enterprise],
    hazards: Sequence[_Hazard],
    at: datetime,
) -> list[Candidate]:
    named = [
        (firm, figures)
        for firm, figures in sorted(results_of(frozen).items())
        if figures.get("slip") == ROUTINE and firm in firms
    ]
    return [
        Candidate(
            firm,
            ROUTINE,
            tuple(figures.get("slip_reasons", ())),
            tuple(
                sorted(
                    one.report.id
                    for one in hazards
                    if one.enterprise_id == firm and one.is_seen and is_overdue(one.due, at)
                )
            ),
        )
        for firm, figures in named
    ]


def results_of(frozen: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give enterprise id to its figures, whether they were kept as a table or as a list."""
    results = frozen.get("results", {})
    return results if isinstance(results, dict) else {one["id"]: one for one in results}


def _routine_id(month: str, one: Candidate) -> str:
    return f"slip:{month}.{one.basis}.{one.enterprise_id.replace(':', '-')}"


def _made(candidates: Iterable[Candidate], month: str, there: set[str], at: datetime) -> list[Slip]:
    made: list[Slip] = []
    for one in candidates:
        first = slip_id = _routine_id(month, one)
        again = 1
        while slip_id in there:
            again += 1
            slip_id = f"{first}.{again}"
        made.append(
            Slip(
                id=slip_id,
                source="rule",
                number=slip_id.removeprefix("slip:"),
                enterprise_id=one.enterprise_id,
                month=month,
                basis=one.basis,
                reasons=one.reasons,
                item_ids=one.item_ids,
                drawn_at=at,
            )
        )
    return made


def _content(
    slip: Slip, hazards: Sequence[_Hazard], frozen: Mapping[str, Any], at: datetime
) -> SlipContent:
    figures = results_of(frozen).get(slip.enterprise_id, {})
    items = [one for one in hazards if one.report.id in slip.item_ids]
    lifts = figures.get("lifts") or {}
    return SlipContent(
        enterprise_id=slip.enterprise_id,
        month=slip.month,
        basis=slip.basis,
        reasons=slip.reasons,
        items=tuple(
            SlipItem(
                id=one.report.id,
                severity=str(one.report.severity or Severity.MINOR),
                category=one.report.category,
                premises_id=one.report.premises_id,
                found=one.report.reported_at or one.report.occurred_to,
                due=one.due,
                reasons=at_once_reasons(_major(one), at) if slip.basis == AT_ONCE else (),
            )
            for one in sorted(items, key=lambda one: one.report.id)
        ),
        deficits=top_deficits(_points_lost(figures.get("deficits") or {})),
        lifts=tuple((colour, tuple(_acts(lifts[colour]))) for colour in sorted(lifts)),
        revision=frozen.get("revision"),
        leaves_window=figures.get("leaves_window", ""),
    )


def _points_lost(deficits: Any) -> dict[str, float]:
    """Read deficits kept in micro-points, as a table or as pairs, largest first."""
    pairs = deficits.items() if isinstance(deficits, dict) else [tuple(one)[:2] for one in deficits]
    return {str(name): float(micro) / MICRO for name, micro in pairs}


def _acts(lift: Any) -> Sequence[str]:
    acts: Sequence[str] = lift.get("acts", ()) if isinstance(lift, dict) else lift
    return acts


def _keep(
    store: Store,
    label: str,
    made: Sequence[Slip],
    contents: Mapping[str, SlipContent],
    actor: Actor,
    at: datetime,
) -> None:
    """Keep contents, then slips and their first steps; the book of drawings lets one through."""
    if not made:
        return
    said = {"at": at.isoformat(), "by": actor.id, "slips": sorted(one.id for one in made)}
    body = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    number = len(store.documents(DRAW, label))
    store.keep_document(DRAW, label, number, body, actor=actor, at=at)
    for slip in made:
        revision = len(store.documents(CONTENT, slip.id))
        text = content_text(contents[slip.id])
        store.keep_document(CONTENT, slip.id, revision, text, actor=actor, at=at)
    store.apply([*made, *(_first_step(one, actor, at) for one in made)], actor=actor, at=at)


def _first_step(slip: Slip, actor: Actor, at: datetime) -> Step:
    return Step(
        id=f"step:{slip.number}.000",
        source="rule",
        subject="slips",
        subject_id=slip.id,
        action="draw",
        state_to=slip.state,
        state_from=slip.state,
        at=at,
        actor_id=actor.id,
        role=actor.role.value,
        code=slip.basis,
    )


_HAZARDS: dict[str, Any] = {"kind": "hazard"}
