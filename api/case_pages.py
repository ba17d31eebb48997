"""Cases as pages show them: rows of the list, one case with its next steps, a step as it was typed.

Takes records already read for their reader, gives the frozen values of `maps.month`. Who did a step
is told to the station only. A step that can never be taken in this case (a minor hazard has no
extension) is not offered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from api.reading import find_all, names_of, photo_path
from geo_risk import casebook
from geo_risk.casework import (
    LEVELS,
    Act,
    Case,
    due_of,
    is_open,
    lateness,
    machine_of,
    missing_of,
    possible,
    was_in_time,
)
from geo_risk.records import Premises, Severity, Station
from geo_risk.store import Query
from maps.month import (
    CaseRow,
    CaseView,
    StepField,
    StepForm,
    StepTaken,
    first_missing,
    refused_forms,
)
from maps.views import Refusal
from maps.words import phrase, word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.audience import Sight
    from api.case_lists import Listed
    from api.service import Service
    from geo_risk.casework import Move
    from geo_risk.records import Actor, Report, Step
    from geo_risk.store import Stored

Typed = Mapping[str, str]
"""Name of a field to what was typed in it."""

CHANGES = ("severity", "category", "legal_grade", "referred_to")
"""What the page's correction may change."""

_OWN_LABELS = frozenset({"protect", "extend", "rectify", "fail", "reopen", "void"})
_BESIDE = frozenset({"protect", "extend", "hand_over", "merge", "void", "correct", "remark"})
"""Steps that do not lead on: shown after those that do."""

_WORDED = frozenset({"assign", "rectify", "pass", "follow_up", "mediate"})
"""Steps that may be given words though they need none."""


def kind_name(service: Service, kind: str, lang: str) -> str:
    """Give the name of a kind of report, the deployment's own included."""
    known = service.park.kinds.get(kind)
    if known is None:
        return kind
    name = known.name if lang == "zh" else known.en or kind
    return name[:1].upper() + name[1:]


def station_names(service: Service, now: datetime) -> dict[str, str]:
    """Give the names of the stations there are, by id."""
    return {
        one.record.id: one.record.name or one.record.id
        for one in service.kept.valid("stations", now)
        if isinstance(one.record, Station)
    }


def case_rows(
    service: Service, found: Sequence[Listed], names: Mapping[str, str], now: datetime, lang: str
) -> tuple[CaseRow, ...]:
    """Give the rows of one page of the list."""
    stations = station_names(service, now)
    return tuple(
        CaseRow(
            id=row["id"],
            kind=kind_name(service, row["kind"], lang),
            state=row["state"],
            channel=row["channel"] or "",
            severity=row["severity"] or "",
            name=names.get(row["enterprise_id"], ""),
            station=stations.get(row["station_id"], row["station_id"] or ""),
            due=case.due,
            days_late=row["days_late"],
            level=row["level"],
            unprotected=row["unprotected"],
            **_ending(case),
        )
        for row, case in found
    )


def _ending(case: Case) -> dict[str, Any]:
    """Say when a case ended, after how many days, and whether in time; {} of an open one."""
    report = case.report
    if report.closed_at is None or is_open(report.kind, report.state):
        return {}
    begun = report.reported_at or report.occurred_to
    took = max(0, (report.closed_at - begun).days)
    return {"closed_at": report.closed_at, "took_days": took, "in_time": was_in_time(case)}


def case_view(
    service: Service, sight: Sight, stored: Stored[Any], now: datetime, lang: str
) -> CaseView:
    """Give one case for the actor that reads it.

    Parameters
    ----------
    service, sight
        Whoever reads is signed in.
    stored
        The report as this reader may see it, its words included where it may.
    now
        Time of the request.
    lang
        Of the page: names of steps are in it.
    """
    report: Report = stored.record
    actor = sight.reader
    station = "steps" in sight.collections
    steps = casebook.steps_of(
        service.store, report.id, actor=actor, personal="steps" in sight.personal
    )
    owner = report.enterprise_id
    due = report.due or due_of(report, service.park)
    late = lateness(Case(report, due, stored.place), service.park.as_of(now))
    stations = station_names(service, now)
    return CaseView(
        id=report.id,
        kind=kind_name(service, report.kind, lang),
        state=report.state,
        severity=report.severity.value if report.severity else "",
        category=report.category,
        channel=report.channel if sight.shows("reports", "channel") else "",
        name=names_of(service.store, sight, [owner]).get(owner, "") if owner else "",
        address=_address(service, sight, report.premises_id),
        station=stations.get(report.station_id, report.station_id),
        text=report.text,
        reported_at=report.reported_at or report.occurred_to,
        due=due,
        days_late=late.days if late else 0,
        level=late.level if late else 0,
        unprotected=bool(late and late.unprotected),
        extended=report.extended_at is not None,
        protected=report.interim_at is not None,
        other_id=report.duplicate_of,
        photos=_photos(service, sight, report.id),
        taken=_taken(service, report, steps, stations, lang, station=station),
        forms=tuple(
            _form(service, report, move, steps, actor, stations, lang)
            for move in sorted(possible(report, actor), key=lambda one: one.action in _BESIDE)
            if _is_ever(report, move)
        ),
        etag=stored.etag,
    )


def _photos(service: Service, sight: Sight, report_id: str) -> tuple[str, ...]:
    if "reports" not in sight.personal:
        return ()
    return tuple(
        photo_path(report_id, one) for one in service.store.photos_of("reports", report_id)
    )


def act_of(typed: Typed) -> Act:
    """Give a step as it was typed."""
    action = typed.get("action", "")
    changes = {name: typed[name] for name in CHANGES if typed.get(name)}
    return Act(
        action,
        text=typed.get("text", ""),
        station_id=typed.get("station_id", ""),
        second_id=typed.get("second_id", ""),
        other_id=typed.get("other_id", ""),
        level=typed.get("level", ""),
        changes=changes if action == "correct" else {},
    )


def lacking(view: CaseView, typed: Typed) -> Refusal | None:
    """Say what a step as typed lacks, None where it lacks nothing that a page can see."""
    if not any(one.action == typed.get("action") for one in view.forms):
        return None
    missing = first_missing(view.forms, typed)
    if missing is None and typed["action"] == "correct":
        changed = any(typed.get(name) for name in CHANGES)
        return None if changed else Refusal("no_change", "correct-severity")
    return missing


def refused_view(view: CaseView, typed: Typed, refusal: Refusal) -> CaseView:
    """Give the page again with why, and with everything that was typed."""
    forms, words = refused_forms(view.forms, typed)
    return replace(view, forms=forms, refusal=refusal, typed=words)


def step_name(kind: str, action: str, lang: str) -> str:
    """Give the name of a step in a language; the action itself where nobody knows it."""
    move = next((one for one in machine_of(kind) if one.action == action), None)
    return move_name(move, lang) if move else action


def move_name(move: Any, lang: str) -> str:
    """Give the name of an arrow of a diagram in a language."""
    name = str(move.zh if lang == "zh" else move.en)
    return name[:1].upper() + name[1:]


def _form(
    service: Service,
    report: Report,
    move: Move,
    steps: Sequence[Step],
    actor: Actor,
    stations: Mapping[str, str],
    lang: str,
) -> StepForm:
    needs = missing_of(report, move)
    beyond = tuple(one for one in needs if one not in Act.__dataclass_fields__)
    fields = [
        _field(service, report, move.action, name, steps, actor, stations, lang)
        for name in needs
        if name not in beyond
    ]
    if move.action == "mediate":
        fields.append(_stations(report, stations, needed=False))
    if move.action == "correct":
        severities = tuple((one.value, word(f"severity.{one.value}", lang)) for one in Severity)
        changed = [StepField("severity", "choice", severities, needed=False)]
        changed += [StepField(name, "line", needed=False) for name in CHANGES[1:]]
        fields = [*changed, replace(_seconds(service, steps, actor, lang), needed=False), *fields]
    if move.action in _WORDED and "text" not in needs:
        fields.append(_words(move.action, needed=False))
    return StepForm(move.action, move_name(move, lang), tuple(fields), beyond)


def _field(
    service: Service,
    report: Report,
    action: str,
    name: str,
    steps: Sequence[Step],
    actor: Actor,
    stations: Mapping[str, str],
    lang: str,
) -> StepField:
    if name == "station_id":
        return _stations(report, stations, needed=True, but_own=action == "hand_over")
    if name == "second_id":
        return _seconds(service, steps, actor, lang)
    if name == "level":
        first = LEVELS.index(report.level) if report.level in LEVELS else 0
        levels = tuple((one, word(f"level_of.{one}", lang)) for one in LEVELS[first:])
        return StepField("level", "choice", levels)
    if name == "text":
        return _words(action, needed=True)
    return StepField(name, "line")


def _words(action: str, *, needed: bool) -> StepField:
    label = f"{action}.text" if action in _OWN_LABELS else ""
    return StepField("text", needed=needed, label=label)


def _stations(
    report: Report, stations: Mapping[str, str], *, needed: bool, but_own: bool = False
) -> StepField:
    options = tuple(
        (id_, name) for id_, name in stations.items() if not (but_own and id_ == report.station_id)
    )
    return StepField("station_id", "choice", options, needed=needed)


def _seconds(service: Service, steps: Sequence[Step], actor: Actor, lang: str) -> StepField:
    """Give the choice of a second person: of the station, neither the actor nor who rectified."""
    rectified = [one.actor_id for one in steps if one.action == "rectify"][-1:]
    options = tuple(
        (one.id, f"{one.name} · {phrase('role', one.role.value, lang)}")
        for one in service.store.users()
        if one.role in casebook.SECONDS
        and one.disabled_at is None
        and one.id not in {actor.id, *rectified}
    )
    return StepField("second_id", "choice", options)


def _is_ever(report: Report, move: Move) -> bool:
    """Leave out an extension where there is none, and none any more."""
    if move.action != "extend":
        return True
    return report.severity in {Severity.GENERAL, Severity.MAJOR} and report.extended_at is None


def _taken(
    service: Service,
    report: Report,
    steps: Sequence[Step],
    stations: Mapping[str, str],
    lang: str,
    *,
    station: bool,
) -> tuple[StepTaken, ...]:
    accounts = {one.id: one.name for one in service.store.users()} if station else {}

    def who(one: Step) -> str:
        role = phrase("role", one.role, lang) if one.role else ""
        return f"{accounts.get(one.actor_id, one.actor_id)} · {role}" if station else role

    def details(one: Step) -> tuple[tuple[str, str], ...]:
        said = {
            "station_id": stations.get(one.station_id, one.station_id),
            "second_id": accounts.get(one.second_id, one.second_id),
            "other_id": one.other_id,
        }
        return tuple(
            (word(f"step_field.{name}", lang), value) for name, value in said.items() if value
        )

    return tuple(
        StepTaken(
            step_name(report.kind, one.action, lang),
            one.at,
            who(one) if station or one.role == "enterprise" else "",
            one.text if station else "",
            details(one) if station else (),
            one.due,
        )
        for one in steps
    )


def _address(service: Service, sight: Sight, premises_id: str) -> str:
    """Give the words of a place, '' where the reader is not told."""
    if not premises_id:
        return ""
    found = find_all(service.store, sight, Query("premises", ids=[premises_id]))
    return next((one.record.address for one in found if isinstance(one.record, Premises)), "")
