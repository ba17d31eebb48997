"""/v1/channels: results go back out under the source's own number, and lists are compared.

For the desk: clerk, chief and keeper. A result leaves the outbox when its source has confirmed the
very outcome it was told; the same confirmation again changes nothing. Lists of both sides are held
against one another as they stand.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field, StrictBool

from api import audience, schemas, sheets
from api.answers import Json
from api.deps import Now, ThePark, TheSight, TheStore
from api.ogc.entries import Moment
from api.problems import responses
from geo_risk import channelbook
from geo_risk.channels import RULES

if TYPE_CHECKING:
    from geo_risk.channels import Reconciliation

router = APIRouter(prefix="/v1/channels", tags=["channels"], default_response_class=Json)

_REFUSALS = (401, 403, 404, 422, 503)
_BOTH = schemas.answer({"type": "object"}, xlsx=True)
_COLUMNS = {
    "number": "编号",
    "source": "来源",
    "outcome": "结果",
    "state": "状态",
    "closed_at": "办结时间",
    "same_as": "重复于",
    "words": "答复",
    "version": "版本",
}
TheChannel = Annotated[str, Path(max_length=40, description="one of the nine channels")]
Form = Annotated[str, Query(alias="f", pattern="^(json|xlsx)$", description="json, or xlsx.")]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class TakenOver(_Body):
    """One result that its source took over."""

    source: str = Field(max_length=200)
    number: str = Field(max_length=200)
    version: str = Field(max_length=40, description="of the outbox: what was told")


class TakenOverIn(_Body):
    """Results that a source took over."""

    items: list[TakenOver] = Field(min_length=1, max_length=10_000)


class TheirItem(_Body):
    """One line of a source's own list."""

    number: str = Field(min_length=1, max_length=200)
    closed: StrictBool


class TheirList(_Body):
    """A source's own list of what it passed on, and when it was made."""

    made_at: Moment
    items: list[TheirItem] = Field(min_length=1, max_length=channelbook.MOST_ITEMS)


@router.get("", responses=responses(401, 403, 503))
def read_channels(store: TheStore, sight: TheSight) -> Json:
    """Give the nine channels, and how many results each is still to be told."""
    waiting = channelbook.count_waiting(store, actor=audience.check_desk(sight))
    return Json({
        "channels": [
            {
                "channel": name,
                "name": {"zh": rule.zh, "en": rule.en},
                "goes_back": rule.goes_back,
                "words": rule.words,
                "waiting": waiting.get(name, 0),
            }
            for name, rule in RULES.items()
        ]
    })  # fmt: skip


@router.get("/{channel}/outbox", responses={200: _BOTH, **responses(*_REFUSALS)})
def read_outbox(
    channel: TheChannel,
    store: TheStore,
    park: ThePark,
    sight: TheSight,
    now: Now,
    form: Form = "json",
) -> Response:
    """Give the results that a channel's sources have not confirmed, by their own numbers."""
    actor = audience.check_desk(sight)
    rows = [asdict(one) for one in channelbook.outbox(store, channel, actor=actor)]
    if form == "json":
        items = [_line(one) for one in rows]
        return Json({"channel": channel, "as_of": now.isoformat(), "items": items})
    name = f"{RULES[channel].zh}反馈"
    sheet = sheets.table(name, _COLUMNS, rows)
    return sheets.download(
        name, [sheet], store=store, park=park, sight=sight, as_of=now, now=now,
        filters={"渠道": RULES[channel].zh},
    )  # fmt: skip


@router.post("/{channel}/acknowledged", responses=responses(*_REFUSALS, 409))
def acknowledge(
    channel: TheChannel, body: TakenOverIn, store: TheStore, sight: TheSight, now: Now
) -> Json:
    """Keep that results were taken over; those that changed meanwhile stay in the outbox."""
    actor = audience.check_desk(sight)
    items = [(one.source, one.number, one.version) for one in body.items]
    done = channelbook.acknowledge(store, channel, items, actor=actor, at=now)
    return Json({"acknowledged": done.new, "before": done.before, "changed": list(done.changed)})


@router.get("/{channel}/reconciliation", responses={200: _BOTH, **responses(*_REFUSALS)})
def read_reconciliation(
    channel: TheChannel,
    store: TheStore,
    park: ThePark,
    sight: TheSight,
    now: Now,
    form: Form = "json",
) -> Response:
    """Hold the last list of a channel's source against ours as they stand now."""
    actor = audience.check_desk(sight)
    found, made_at = channelbook.reconciliation(store, channel, actor=actor)
    if form == "json":
        return Json(_compared(channel, found, made_at))
    sheet = sheets.table("对账", {"number": "编号", "part": "情况"}, _differences(found))
    return sheets.download(
        f"{RULES[channel].zh}对账", [sheet], store=store, park=park, sight=sight, as_of=made_at,
        now=now, filters={"渠道": RULES[channel].zh},
    )  # fmt: skip


@router.post("/{channel}/reconciliation", responses=responses(*_REFUSALS, 409))
def send_list(
    channel: TheChannel, body: TheirList, store: TheStore, park: ThePark, sight: TheSight, now: Now
) -> Json:
    """Take a source's own list, keep it, and hold it against ours."""
    actor = audience.check_desk(sight)
    made_at = body.made_at if body.made_at.tzinfo else body.made_at.replace(tzinfo=park.zone)
    items = tuple((one.number, one.closed) for one in body.items)
    theirs = channelbook.Theirs(made_at, items)
    found = channelbook.take_list(store, channel, theirs, actor=actor, at=now)
    return Json(_compared(channel, found, made_at))


def _line(row: dict[str, Any]) -> dict[str, Any]:
    closed = row["closed_at"]
    return {**row, "closed_at": closed.isoformat() if isinstance(closed, datetime) else None}


def _compared(channel: str, found: Reconciliation, made_at: datetime) -> dict[str, Any]:
    return {"channel": channel, "made_at": made_at.isoformat(), **asdict(found)}


_PARTS = {
    "closed_there": "对方已办结，我方未办结",
    "closed_here": "我方已办结，对方未办结",
    "unknown_here": "对方有，我方无此编号",
    "unknown_there": "我方有，对方清单中没有",
    "contradicted": "对方清单中前后不一",
}


def _differences(found: Reconciliation) -> list[dict[str, str]]:
    return [
        {"number": number, "part": words}
        for part, words in _PARTS.items()
        for number in getattr(found, part)
    ]
