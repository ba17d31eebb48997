"""/v1/flags: what looks filled in by a robot or a desk; the person concerned answers first.

An officer sees and answers what asks the officer's own entries. The chief sees what was answered or
waited a week, without a name: whom it concerns stands in the entries. Nothing here counts, sorts or
filters by person, and a flag changes nothing but itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from api import audience
from api.answers import Json
from api.deps import Now, TheSight, TheStore
from api.problems import responses
from geo_risk import flagbook

if TYPE_CHECKING:
    from geo_risk.records import Flag
    from geo_risk.store import Stored

router = APIRouter(prefix="/v1/flags", tags=["flags"], default_response_class=Json)

_REFUSALS = (401, 403, 404, 409, 412, 422, 503)
TheFlag = Annotated[str, Path(max_length=200, description="id of a flag")]


class AnswerIn(BaseModel):
    """What the person concerned says."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)
    text: str = Field(max_length=5000)


class OutcomeIn(BaseModel):
    """How a flag was settled."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)
    outcome: str = Field(pattern="^(explained|corrected)$")


@router.get("", responses=responses(401, 403, 503))
def read_flags(store: TheStore, sight: TheSight, now: Now) -> Json:
    """Give the reader's own flags; to the chief also those that were answered or waited a week."""
    audience.check_names(sight)
    own = flagbook.own(store, actor=sight.reader)
    others = flagbook.others(store, actor=sight.reader, now=now)
    return Json({"own": [_told(one) for one in own], "others": [_told(one) for one in others]})


@router.post("/{flag_id}/answer", responses=responses(*_REFUSALS))
def answer_flag(
    flag_id: TheFlag, body: AnswerIn, store: TheStore, sight: TheSight, now: Now
) -> Json:
    """Answer a flag that asks one's own entries."""
    audience.check_names(sight)
    return Json(_told(flagbook.answer(store, flag_id, body.text, actor=sight.reader, at=now)))


@router.post("/{flag_id}/settle", responses=responses(*_REFUSALS))
def settle_flag(
    flag_id: TheFlag, body: OutcomeIn, store: TheStore, sight: TheSight, now: Now
) -> Json:
    """Settle a flag: explained, or the entries were corrected; the chief only."""
    audience.check_names(sight)
    return Json(_told(flagbook.settle(store, flag_id, body.outcome, actor=sight.reader, at=now)))


def _told(stored: Stored[Flag]) -> dict[str, Any]:
    """Tell a flag without the person it concerns."""
    flag = stored.record
    return {
        "id": flag.id,
        "check": flag.check,
        "subject": flag.subject,
        "subject_ids": list(flag.subject_ids),
        "at": flag.at.isoformat(),
        "state": flag.state,
        "answered_at": flag.answered_at.isoformat() if flag.answered_at else None,
        "settled_at": flag.settled_at.isoformat() if flag.settled_at else None,
        "outcome": flag.outcome,
        "answer": flag.answer,
    }
