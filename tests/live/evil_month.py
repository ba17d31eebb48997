"""A month in which everybody writes nothing but payloads, wherever a person or a file may write.

Takes a served park of payloads, gives what fills the addresses of its pages. Each text goes in by
the door and the role that write it; a door that takes no such text refuses it in words.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from uuid import uuid4

from PIL import Image

from geo_risk.records import Flag
from tests.live.conftest import KEEPER, LIVED_MONTH
from tests.live.every_route import join_the_scope, live_a_month
from tests.live.evil_park import EVERY, PAYLOADS

if TYPE_CHECKING:
    import httpx

    from tests.live.conftest import Server
    from tests.live.every_route import Lived

SHORT = 80
"""So long may the title of an embed be."""


def live_an_evil_month(server: Server) -> Lived:
    """Let a month go by; give what it left behind, all embeds' tokens among it."""
    join_the_scope(server)
    lived = live_a_month(server, LIVED_MONTH, EVERY)
    with server.client("officer") as officer, server.client("enterprise") as own:
        _write_as_officer(officer, lived)
        _write_as_enterprise(own, lived)
    with server.client("volunteer") as volunteer:
        told = {"premises": EVERY[:SHORT], "category": "other", "severity": "minor"}
        _took(volunteer.post("/report", data={**told, "text": EVERY}))
    with server.client("clerk") as clerk:
        job = _hand_in(clerk)
    with server.client("keeper") as keeper:
        named = [_name(keeper, one) for one in PAYLOADS.values()]
        assert named.count(200) > len(named) // 2
    with server.client("chief") as chief:
        tokens = tuple(_frame(chief, one) for one in PAYLOADS.values())
        wrong = {"without": ["reports:R000"], "reason": EVERY}
        _took(chief.post(f"/v1/index/{LIVED_MONTH}/revisions", json=wrong))
        for case in lived.fills["case_id"]:
            steps = f"/v1/reports/{case}/transitions"
            said = {"action": "remark", "text": EVERY}
            _took(chief.post(steps, json=said, headers={"If-Match": "*"}))
    _doubt(server)
    return replace(lived, fills={**lived.fills, "token": tokens, "job_id": (job,)})


def _write_as_officer(officer: httpx.Client, lived: Lived) -> None:
    now = datetime.now(UTC)
    premises = officer.get("/ogc/collections/premises/items?limit=1").json()["features"][0]["id"]
    visit = {
        "premises_id": premises,
        "start": (now - timedelta(minutes=20)).isoformat(),
        "end": (now - timedelta(minutes=5)).isoformat(),
        "note": EVERY,
        "findings": [{"key": str(uuid4()), "severity": "minor", "words": EVERY}],
    }
    headers = {"Idempotency-Key": str(uuid4())}
    _took(officer.post("/v1/field/visits", json=visit, headers=headers))
    promise = {
        "enterprise_id": lived.enterprise_id,
        "topics": ["fire"],
        "text": EVERY,
        "next_step": EVERY,
        "next_by": (now + timedelta(days=9)).date().isoformat(),
    }
    _took(officer.post("/ogc/collections/guidance/items", json={"properties": promise}))


def _write_as_enterprise(own: httpx.Client, lived: Lived) -> None:
    report = {"kind": "hazard", "severity": "minor", "text": EVERY, "reporter": EVERY[:200]}
    made = own.post("/ogc/collections/reports/items", json={"properties": report})
    _took(made)
    picture = BytesIO()
    Image.new("RGB", (8, 6)).save(picture, "JPEG")
    here = f"/v1/reports/{quote(made.json()['id'], safe='')}/photos"
    _took(own.post(here, files={"file": (f"{PAYLOADS['image']}.jpg", picture.getvalue())}))
    declared = {"month": LIVED_MONTH, "indicator": "guards", "have": 1, "need": 2}
    _took(own.post("/v1/declarations", json={**declared, "evidence": EVERY}))
    slip = f"/v1/slips/{lived.fills['slip_id'][0]}/transitions"
    for action in ("receive", "answer"):
        _took(own.post(slip, json={"action": action, "text": EVERY}))


def _hand_in(clerk: httpx.Client) -> str:
    """Hand in a file with a name, headings and rows of payloads; give the job's id."""
    head = f"企业编号,企业名称,从业人数,{PAYLOADS['image']}"
    rows = "".join(f'{n},"{_quoted(one)}",很多,x\n' for n, one in enumerate(PAYLOADS.values()))
    files = {"file": (f"{PAYLOADS['image']}.csv", f"{head}\n{rows}".encode())}
    answer = clerk.post("/v1/imports", files=files, data={"kind": "enterprises"})
    _took(answer)
    job: dict[str, Any] = answer.json()
    return str(job["id"])


def _name(keeper: httpx.Client, text: str) -> int:
    """Make a token and an account of this name; give the status: a name may be refused."""
    form = {"label": text, "role": "analyst", "days": "3"}
    _took(keeper.post("/tokens", data=form))
    made = keeper.post("/users", data={"name": text, "role": "analyst"})
    assert made.status_code in {200, 422}, made.text[:3000]
    return made.status_code


def _quoted(text: str) -> str:
    return text.replace('"', '""')


def _frame(chief: httpx.Client, title: str) -> str:
    asked = {
        "what": "reports",
        "frame_ancestors": ["https://portal.example.cn"],
        "title": title[:SHORT],
    }
    made = chief.post("/v1/embeds", json=asked)
    _took(made)
    return str(made.json()["url"]).rpartition("/")[2]


def _doubt(server: Server) -> None:
    """Raise a doubt about the officer's account, which it answers."""
    at = datetime.now(UTC)
    with server.park.open() as store:
        user = store.user_by_name(server.logins["officer"][0])
        assert user is not None
        check = {"check": "same_words", "subject": "visits", "person_id": user.id}
        store.put([Flag(id="f:evil", at=at, **check)], actor=KEEPER, at=at)
    with server.client("officer") as officer:
        _took(officer.post("/v1/flags/f%3Aevil/answer", json={"text": EVERY}))


def _took(answer: httpx.Response) -> None:
    assert answer.status_code < 400, f"{answer.request.url}: {answer.text[:3000]}"
