"""Every address that /openapi.json knows, with real ids, in every form; and all that is answered.

The table is made from the document, so a new route is asked too: an id in a path that nobody here
knows how to fill is an error. `live_a_month` makes a park in which something stands behind each.
"""

from __future__ import annotations

import io
import re
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import httpx
import rasterio.io
from PIL import Image

from geo_risk.records import (
    LISTED,
    Actor,
    Assignment,
    Channel,
    Flag,
    Officer,
    Report,
    Role,
    Severity,
)
from geo_risk.store import Query

if TYPE_CHECKING:
    from geo_risk.records import Record
    from geo_risk.store import Store
    from tests.live.conftest import Server

FORMS = ("f", "by")
"""Query parameters of which every value is asked for: forms and groupings."""

MANY = 100
"""So many records of a list are asked for."""

PLANNED = "o:walk"
"""The officer whose plan is asked for."""

KEEPER = Actor("tests-keeper", Role.KEEPER, "cli")
OFFICER = Actor("tests-officer", Role.OFFICER, "http")
COMPLAINTS = (Channel.HOTLINE, Channel.PETITION)
_WAIT_S = 120.0
_BOOKS = {"zones", "enterprises", "premises", "visits", "reports", "officers"}
"""Collections that are asked for as workbooks too: all have one and the same way out."""


@dataclass(frozen=True)
class Lived:
    """What a month left behind: whose slip, what is on it, complaints, and what fills the paths."""

    enterprise_id: str
    on_slip: frozenset[str]
    complaint_ids: tuple[str, ...]
    fills: dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class Said:
    """One answer: its address, status, headers, and everything it says as text."""

    address: str
    status: int
    headers: httpx.Headers
    text: str
    content: bytes


def join_the_scope(server: Server) -> None:
    """Put the account's enterprise into the index's scope, so that a month says something of it."""
    with server.park.open() as store:
        above = {"above_scale": True}
        own, now = enterprise_of(server), datetime.now(UTC)
        store.update("enterprises", own, above, actor=KEEPER, at=now)


def live_a_month(server: Server, month: str, words: str = "") -> Lived:
    """Publish a month, issue a slip, take steps, hand a file in, raise a flag: each by its role.

    With `words`, they are what everybody writes.
    """
    own, now = enterprise_of(server), datetime.now(UTC)
    found = [_told(channel, own, now, words) for channel in (Channel.VISIT, *COMPLAINTS)]
    flag = Flag(id="f:walk", check="same_words", subject="visits", person_id="o:1", at=now)
    with server.park.open() as store:
        store.put([*found, flag], actor=OFFICER, at=now)
        store.put(_in_charge(store, words), actor=KEEPER, at=now)
    with server.client("chief") as chief, server.client("clerk") as clerk:
        _done(chief.post(f"/v1/index/{month}/publish"))
        drawn = _done(chief.post("/v1/slips/draw"))["slips"]
        mine = [
            one["id"] for one in _done(chief.get("/v1/slips", params={"enterprise": own}))["slips"]
        ]
        assert set(mine) <= set(drawn)
        here = f"/v1/slips/{quote(mine[0], safe='')}"
        _done(clerk.post(f"{here}/transitions", json={"action": "check"}))
        issue = {"action": "issue", "text": words or "样例：逾期未整改，请尽快"}
        _done(chief.post(f"{here}/transitions", json=issue))
        secret = _done(clerk.post(f"{here}/link"))["url"].rsplit("/", 1)[1]
        weights = _done(chief.get("/v1/index/weights"))["in_force"]["weights"]
        draft = _done(chief.post("/v1/index/weights", json={"weights": weights}))["id"]
        for one in found:
            steps = f"/v1/reports/{quote(one.id, safe='')}/transitions"
            act = {
                "action": "assign",
                "station_id": _station(server),
                "text": words or "样例：派单",
            }
            _done(clerk.post(steps, json=act, headers={"If-Match": "*"}))
        week, visit = _plan(chief)
        premises, saved = _stand_at_a_gate(chief, words)
        photo = _photograph(clerk, found[0].id)
        framed = _embed(chief)
        job = _hand_in(clerk)
        order = _order(clerk, own, words)
    fills = {
        "month": (month,),
        "enterprise_id": (quote(own, safe=""),),
        "?month": (now.strftime("%Y-%m"),),
        "week": (week,),
        "?week": (week,),
        "?visit": (quote(visit, safe=""),),
        "officer_id": (quote(PLANNED, safe=""),),
        "premises_id": (quote(premises, safe=""),),
        "?key": (saved,),
        "slip_id": (quote(mine[0], safe=""),),
        "secret": (secret, "a" * 40),
        "photo_id": (photo,),
        "case_id": tuple(quote(one.id, safe="") for one in found),
        "report_id": tuple(quote(one.id, safe="") for one in found),
        "weights_id": (draft,),
        "job_id": (job,),
        "order_id": (order,),
        "channel": ("county_app",),
        "source": ("enterprises",),
        "token": (framed.rpartition("/")[2], "x"),
        "?url": (quote(framed, safe=""),),
    }
    complaints = tuple(one.id for one in found[1:])
    return Lived(own, frozenset({own, mine[0], found[0].id}), complaints, fills)


def _order(clerk: httpx.Client, whose: str, words: str) -> str:
    """Order a service for an enterprise and agree on a time; give its id, quoted."""
    service = _done(clerk.get("/v1/orders"))["services"][0]
    body = {"enterprise_id": whose, "service": service, "text": words or "样例：想请人来讲一次课"}
    order = quote(_done(clerk.post("/v1/orders", json=body))["id"], safe="")
    at = (datetime.now(UTC) + timedelta(days=3)).isoformat()
    act = {
        "action": "agree",
        "at": at,
        "officer_id": PLANNED,
        "text": words or "样例：电话里约好的",
    }
    _done(clerk.post(f"/v1/orders/{order}/transitions", json=act))
    return order


def _plan(chief: httpx.Client) -> tuple[str, str]:
    """Have two weeks planned; give the first day, and a visit of them."""
    asked = {"first_day": next_monday().isoformat(), "days": 14, "seconds": 0.2}
    made = _done(chief.post("/v1/plan", json=asked))
    visits = {one["id"]: one["visits"] for one in made["officers"]}
    return str(made["week"]), str(visits[PLANNED][0]["id"])


def _stand_at_a_gate(chief: httpx.Client, words: str) -> tuple[str, str]:
    """Save a visit to a gate that is shut by the page's form; give where, and the form's key."""
    page = chief.get("/ogc/collections/premises/items?limit=1").json()
    premises, key = page["features"][0]["id"], "walked-by"
    said = {"outcome": "shut", "key": key, "note": words or "样例：大门没开"}
    led = chief.post(f"/visit/{quote(premises, safe='')}", data=said)
    assert led.status_code == 303, led.text
    return premises, key


def _embed(chief: httpx.Client) -> str:
    """Have an embed made; give its address."""
    asked = {"what": "reports", "frame_ancestors": ["https://portal.example.cn"]}
    return str(_done(chief.post("/v1/embeds", json=asked))["url"])


def next_monday() -> date:
    """Give the Monday after today: what lies ahead can be planned."""
    today = datetime.now(UTC).date()
    return today + timedelta(days=7 - today.weekday())


def _in_charge(store: Store, words: str) -> list[Record]:
    """Give an officer who looks after the zone of the officer's account."""
    zone = store.find(Query("zones", limit=1), actor=KEEPER)[0].record.id
    officer = Officer(id=PLANNED, name=words or "样例警长")
    return [officer, Assignment(id="a:walk", officer_id=PLANNED, zone_id=zone)]


def _photograph(clerk: httpx.Client, report_id: str) -> str:
    """Add a photo to a report; give its id."""
    picture = io.BytesIO()
    Image.new("RGB", (8, 6)).save(picture, "JPEG")
    path = f"/v1/reports/{quote(report_id, safe='')}/photos"
    return _done(clerk.post(path, files={"file": ("a.jpg", picture.getvalue())}))["id"]


def enterprise_of(server: Server) -> str:
    """Give the enterprise for which the enterprise's account speaks."""
    with server.park.open() as store:
        user = store.user_by_name(server.logins["enterprise"][0])
    assert user is not None
    assert user.enterprise_id
    return user.enterprise_id


def every_address(chief: httpx.Client, fills: dict[str, tuple[str, ...]]) -> list[str]:
    """Give good addresses for every GET route, in each form and grouping."""
    surfaces = chief.get("/v1/surfaces").json()
    some = tuple(dict.fromkeys((surfaces["main"], "inherent.consequence", "effort.visits")))
    known = {**fills, "surface_id": some, "surface": some, "z": ("13",)}
    known |= {"x": ("6826",), "y": ("3362",)}
    found: list[str] = []
    for path, item in chief.get("/openapi.json").json()["paths"].items():
        if "get" in item:
            found += _filled(path, item["get"], chief, known)
    assert len(found) > 60
    return list(dict.fromkeys(found))


def ask_all(client: httpx.Client, addresses: list[str]) -> list[Said]:
    """Ask every address, as a program does."""
    answers = [client.get(one) for one in addresses]
    return [
        Said(address, one.status_code, one.headers, text_of(one), one.content)
        for address, one in zip(addresses, answers, strict=True)
    ]


def text_of(answer: httpx.Response) -> str:
    """Give everything an answer says: a workbook's cells, a raster's tags, a document's head."""
    kind = answer.headers.get("content-type", "")
    if "spreadsheetml" in kind:
        return text_of_workbook(answer.content)
    if "tiff" in kind:
        with rasterio.io.MemoryFile(answer.content) as file, file.open() as raster:
            return repr([raster.tags(), *(raster.tags(n) for n in raster.indexes)])
    if kind == "application/pdf":
        return text_of_pdf(answer.content)
    return answer.text


def text_of_workbook(content: bytes) -> str:
    """Give the cells of a workbook as its own XML."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return " ".join(
            book.read(name).decode() for name in book.namelist() if name.endswith("xml")
        )


def text_of_pdf(content: bytes) -> str:
    """Give what a PDF says outside its streams: its title, author, and the like."""
    return re.sub(rb"stream\r?\n.*?endstream", b"", content, flags=re.DOTALL).decode("latin-1")


def _filled(
    path: str, operation: dict[str, Any], chief: httpx.Client, known: dict[str, tuple[str, ...]]
) -> Iterator[str]:
    parameters = operation.get("parameters", ())
    if "{feature_id}" in path and "{collection_id}" not in path:
        collection = path.split("/")[3]
        yield from _items(path, collection, chief)
        return
    if "{collection_id}" in path:
        for name in LISTED:
            here = path.replace("{collection_id}", name)
            if "{feature_id}" in here:
                yield from _items(here, name, chief)
            elif here.endswith("/items"):
                yield f"{here}?limit={MANY}"
                if name in _BOOKS:
                    yield f"{here}?limit={MANY}&f=xlsx"
            else:
                yield here
        return
    names = re.findall(r"\{(\w+)\}", path)
    unknown = set(names) - known.keys()
    assert not unknown, f"{path}: say in live_a_month what {unknown} is filled with"
    needed = {
        one["name"]: one for one in parameters if one["in"] == "query" and one.get("required")
    }
    for values in product(*(known[name] for name in names)):
        here = path
        for name, value in zip(names, values, strict=True):
            here = here.replace(f"{{{name}}}", value)
        query = [f"{name}={_needed(name, known)}" for name in needed]
        query += [f"limit={MANY}" for one in parameters if one["name"] == "limit"]
        for form in _forms(parameters):
            asked = "&".join([*query, *form])
            yield f"{here}?{asked}" if asked else here


def _items(path: str, collection: str, chief: httpx.Client) -> Iterator[str]:
    page = chief.get(f"/ogc/collections/{collection}/items?limit=1").json()["features"]
    for one in page:
        yield path.replace("{feature_id}", quote(one["id"], safe=""))


def _needed(name: str, known: dict[str, tuple[str, ...]]) -> str:
    return {"lon": "120.0", "lat": "30.55"}.get(name) or known[f"?{name}"][0]


def _forms(parameters: list[dict[str, Any]]) -> Iterator[list[str]]:
    """Give the query of each form and grouping; what is given unasked is not asked for again."""
    choices = [
        ["", *(f"{one['name']}={value}" for value in _values(one["schema"]))]
        for one in parameters
        if one["name"] in FORMS
    ]
    for chosen in product(*choices):
        yield [one for one in chosen if one]


def _values(schema: dict[str, Any]) -> list[str]:
    """Give what a parameter may be besides its default: an enumeration, or a pattern of words."""
    words = schema.get("enum") or schema.get("pattern", "").strip("^()$").split("|")
    return [one for one in words if one != schema.get("default")]


def _told(channel: Channel, own: str, now: datetime, words: str) -> Report:
    at = now - timedelta(days=60)
    return Report(
        id=f"http:walk-{channel}",
        kind="hazard",
        channel=channel.value,
        enterprise_id=own,
        occurred_from=at,
        occurred_to=at,
        reported_at=at,
        interim_at=at,
        severity=Severity.MAJOR,
        text=words or f"样例：通道里堆着纸箱，来自 {channel}",
    )


def _station(server: Server) -> str:
    return server.park.records("stations")[0].id


def _hand_in(clerk: httpx.Client) -> str:
    """Hand in a list of which one row is good and one is not; give the job's id when it ended."""
    content = "企业编号,企业名称,从业人数\nWALK1,样例路过企业,3\nWALK2,样例坏行企业,很多\n"
    files = {"file": ("企业.csv", content.encode())}
    job = _done(clerk.post("/v1/imports", files=files, data={"kind": "enterprises"}))
    until = time.monotonic() + _WAIT_S
    while job["state"] not in {"done", "failed"} and time.monotonic() < until:
        time.sleep(0.1)
        job = _done(clerk.get(f"/v1/jobs/{job['id']}"))
    assert job["state"] == "done", job
    return str(job["id"])


def _done(answer: httpx.Response) -> Any:
    assert answer.status_code < 300, f"{answer.request.url}: {answer.text}"
    return answer.json()
