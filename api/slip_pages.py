"""Slips as their page shows them: what each says, its next steps, the words it was answered with.

Takes slips already read for their reader, gives the frozen values of `maps.month`. What an
enterprise is not told (who decided, the station's own steps) is left out as by every other door.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from api.case_pages import move_name
from api.slip_views import OWN_TEXTS, is_own, sheet_view
from geo_risk.records import Role, Slip, Visit, VisitReason
from geo_risk.slipbook import steps_of
from geo_risk.slips import Act, SlipState, possible
from geo_risk.slips.states import FIXED, MACHINE, NOT_FIXED, PLAN_VISIT, REJECTED, UPHELD
from geo_risk.store import Query
from maps.month import SlipCard, StepField, StepForm, StepTaken, refused_forms
from maps.views import Refusal
from maps.words import phrase, word
from maps.words.figures import moment_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.audience import Sight
    from api.service import Service
    from geo_risk.records import Step
    from geo_risk.slips.states import Move
    from geo_risk.store import Stored

ORDER = ("drawn", "checked", "objected", "answered", "received", "issued")
"""States in which something is to be done, most pressing first; then the others."""

_CODES = {"decide_objection": (UPHELD, REJECTED), "verify": (FIXED, NOT_FIXED)}
_ON_PAPER = frozenset({"receive", "answer", "object"})


def in_order(found: Sequence[Stored[Slip]]) -> list[Stored[Slip]]:
    """Put slips in the order of the page: what is to be done first, then the newest."""
    states = [*ORDER, *(one.value for one in SlipState if one.value not in ORDER)]
    return sorted(
        found,
        key=lambda one: (
            states.index(one.record.state),
            _reversed(one.record.month),
            one.record.id,
        ),
    )


def slip_card(service: Service, sight: Sight, stored: Stored[Slip], lang: str) -> SlipCard:
    """Give one slip for the actor that reads it."""
    slip = stored.record
    forms = possible(slip, sight.actor) if sight.actor else []
    steps = steps_of(service.store, slip.id, actor=sight.reader)
    shown = [one for one in steps if sight.is_station or is_own(one)]
    return SlipCard(
        id=slip.id,
        etag=stored.etag,
        sheet=sheet_view(service.store, service.park, sight, stored),
        decision=slip.decision if sight.shows("slips", "decision") else "",
        answer=slip.answer,
        objection=slip.objection,
        forms=tuple(_form(service, sight, slip, one, lang) for one in forms),
        taken=tuple(_taken(one, sight, lang) for one in shown),
    )


def act_of(typed: Mapping[str, str], role: Role) -> Act:
    """Give a step as it was typed; what the station enters for an enterprise came on paper."""
    action = typed.get("action", "")
    paper = action in _ON_PAPER and role is not Role.ENTERPRISE
    code = "paper" if paper else typed.get("code", "")
    return Act(action, typed.get("text", ""), code, typed.get("other_id", ""))


def refused_card(card: SlipCard, typed: Mapping[str, str], refusal: Refusal) -> SlipCard:
    """Give a slip again with why, and with everything that was typed."""
    forms, words = refused_forms(card.forms, typed)
    return replace(card, forms=forms, refusal=refusal, typed=words)


def step_name(action: str, lang: str) -> str:
    """Give the name of a step in a language."""
    move = next((one for one in MACHINE if one.action == action), None)
    if move is not None:
        return move_name(move, lang)
    return word("slip_step.plan_visit", lang) if action == PLAN_VISIT else action


def _form(service: Service, sight: Sight, slip: Slip, move: Move, lang: str) -> StepForm:
    fields: list[StepField] = []
    missing: tuple[str, ...] = ()
    for name in move.needs:
        if name == "code":
            codes = tuple((one, word(f"slip_code.{one}", lang)) for one in _CODES[move.action])
            fields.append(StepField("code", "choice", codes))
        elif name == "other_id":
            visits = _visits(service, sight, slip, lang)
            missing = () if visits else ("visit",)
            label = f"{move.action}.other_id"
            fields.append(StepField("other_id", "choice", visits, label=label))
        else:
            fields.append(StepField(name, label=f"{move.action}.{name}"))
    return StepForm(move.action, move_name(move, lang), tuple(fields), missing)


def _visits(service: Service, sight: Sight, slip: Slip, lang: str) -> tuple[tuple[str, str], ...]:
    """Give the visits that may verify a slip: for it, after it was issued."""
    filters = {"enterprise_id": slip.enterprise_id, "reason": VisitReason.SLIP.value}
    found = service.store.find(Query("visits", filters=filters), actor=sight.reader)
    visits = [one.record for one in found if isinstance(one.record, Visit)]
    after = [one for one in visits if slip.decided_at is None or one.start >= slip.decided_at]
    return tuple(
        (one.id, moment_text(one.start, service.park.zone, lang))
        for one in sorted(after, key=lambda one: one.start, reverse=True)
    )


def _taken(step: Step, sight: Sight, lang: str) -> StepTaken:
    told = sight.is_station or step.role == "enterprise" or step.action in OWN_TEXTS
    who = phrase("role", step.role, lang) if sight.is_station and step.role else ""
    return StepTaken(
        step_name(step.action, lang), step.at, who, step.text if told else "", due=step.due
    )


def _reversed(month: str) -> int:
    return -int(month.replace("-", "") or 0)
