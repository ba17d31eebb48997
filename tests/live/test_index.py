"""The index over HTTP: published by a chief, read by each role as far as it may."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from datetime import UTC, datetime
from pathlib import Path

import httpx
import numpy as np
import openpyxl
import pandas as pd
import pytest

from geo_risk import monthly, open_park
from geo_risk.errors import InputError
from geo_risk.park import read_park
from geo_risk.records import Enterprise, Findings
from geo_risk.store import SourceRun
from tests.live.browser import PHONE, Browse
from tests.live.conftest import KEEPER, BuiltPark, Server
from tests.live.small_park import write_small_park
from tests.unit.monthly.park_month import hazard, visit

pytest_plugins = ("tests.live.browser_fixtures",)

MONTH = "2026-09"
INDEX = f"/v1/index/{MONTH}"
PAGE = f"/index/{MONTH}"
BEGUN = datetime(2024, 6, 1, tzinfo=UTC)
RUN = SourceRun("files", "d", {})
Clients = dict[str | None, httpx.Client]


@pytest.fixture(scope="module")
def served(
    tmp_path_factory: pytest.TempPathFactory,
    server_on: Callable[[BuiltPark], AbstractContextManager[Server]],
) -> Iterator[Server]:
    """A park of 60 with two years of visits by two teams, one of them always alone."""
    folder = tmp_path_factory.mktemp("index")
    written = write_small_park(folder / "park").park_file
    text = written.read_text(encoding="utf-8")
    if "scope" not in text:
        text = text.replace("[park]", '[park]\nscope = "all"', 1)
    written.write_text(text, encoding="utf-8")
    park = BuiltPark(written, folder / "state")
    firms = [
        Enterprise(id=f"e{n:02d}", name=f"样例企业 {n:02d}", employees=50, industry="C29")
        for n in range(60)
    ]
    visits = [
        visit(
            f"v{n:03d}",
            f"2026-{1 + n % 9:02d}-{1 + n % 27:02d}",
            enterprise_id=f"e{n % 60:02d}",
            premises_id="",
            team="甲组" if n % 60 < 30 else "乙组",
            found=Findings(n % 13 == 0, n % 4 == 0, n % 3),
        )
        for n in range(240)
    ]
    told = hazard("h", "2026-08-01", enterprise_id="e00", premises_id="")
    with park.open() as store:
        store.put([*firms, *visits, told], actor=KEEPER, at=BEGUN, run=RUN)
    with server_on(park) as server:
        yield server


@pytest.fixture(scope="module")
def clients(served: Server) -> Iterator[Clients]:
    """A client per role, closed in the end."""
    with ExitStack() as stack:
        roles = ("chief", "officer", "enterprise", "portal", "analyst", "keeper", None)
        yield {role: stack.enter_context(served.client(role)) for role in roles}


def test_nobody_but_a_chief_publishes(clients: Clients, served: Server) -> None:
    """A month that is still open is a conflict; the others are refused."""
    for role in ("officer", "enterprise", "portal", "analyst", None):
        assert clients[role].post(f"{INDEX}/publish").status_code in {401, 403}
    assert clients["chief"].get(INDEX).status_code == 404
    running = monthly.month_of(datetime.now(UTC), read_park(served.park_file))
    answer = clients["chief"].post(f"/v1/index/{running}/publish")
    assert answer.status_code == 409
    assert "closes on" in answer.json()["detail"]


def test_publishing_again_gives_the_same_digests(clients: Clients) -> None:
    """Four documents, each with the digest it had."""
    chief = clients["chief"]
    first, again = (chief.post(f"{INDEX}/publish") for _ in range(2))
    assert first.status_code == again.status_code == 200
    assert first.json() == again.json()
    assert len(first.json()["digests"]) == 4


def test_the_station_reads_all_and_its_parts_add_up(clients: Clients) -> None:
    """Names, scores, ranges of ranks; contributions add up to the score exactly."""
    clients["chief"].post(f"{INDEX}/publish")
    body = clients["officer"].get(INDEX).json()
    assert len(body["enterprises"]) == 60
    for row in body["enterprises"]:
        assert sum(row["parts"].values()) == round(row["score"] * 1_000_000)
        assert row["name"].startswith("样例企业")
    assert body["notes"] == ["officer_effect_unidentified", "left_out"]
    assert len(body["propose_cross_visits"]) >= 10
    assert not any(row["slip"] == "routine" for row in body["enterprises"])


def test_the_public_has_the_bulletin_only(clients: Clients) -> None:
    """Counts and blue names; no score, no rank, no other colour's name."""
    clients["chief"].post(f"{INDEX}/publish")
    nobody = clients[None]
    assert nobody.get(INDEX).status_code == 401
    assert clients["portal"].get(INDEX).status_code == 403
    assert clients["analyst"].get(INDEX).status_code == 403
    told = nobody.get(f"{INDEX}/bulletin", params={"f": "json"}).json()
    assert told["enterprises"] == []
    assert told["named"] == {}
    whole = clients["chief"].get(f"{INDEX}/bulletin", params={"f": "json"}).json()
    blue = {row["name"] for row in whole["enterprises"] if row["colour"] == "blue"}
    assert set(told["blue"]) == blue
    page = nobody.get(f"{INDEX}/bulletin", params={"lang": "en"}).text
    assert "Safety index of 2026-09" in page
    assert "no routine slip" in page


def test_an_enterprise_reads_its_own_month_only(clients: Clients) -> None:
    """What others told of it is one sum of three."""
    clients["chief"].post(f"{INDEX}/publish")
    body = clients["enterprise"].get(INDEX).json()
    (row,) = body["enterprises"]
    assert "incidents_and_disputes" in row["parts"]
    assert not {"incidents", "disputes", "resolution"} & row["parts"].keys()
    assert "propose_cross_visits" not in body
    assert clients["enterprise"].get(f"{INDEX}/preview").status_code == 403


def test_the_running_month_has_a_preview(clients: Clients) -> None:
    """Nothing of it is kept."""
    chief = clients["chief"]
    before = chief.get("/v1/index").json()
    shown = chief.get("/v1/index/2026-10/preview").json()
    assert shown["preview"] is True
    assert "digest" not in shown
    assert chief.get("/v1/index").json() == before


def test_a_chief_publishes_on_the_page(clients: Clients) -> None:
    """What the page says then is what the API says; others are refused; open months stay open."""
    for role in ("officer", "enterprise", "portal", "analyst", None):
        refused = clients[role].post(f"{PAGE}/publish")
        assert refused.status_code == (401 if role is None else 403), role
    chief = clients["chief"]
    done = chief.post(f"{PAGE}/publish")
    assert (done.status_code, done.headers["location"]) == (303, f"{PAGE}?lang=zh")
    shown = "".join(chief.get(f"{PAGE}?page={n}").text for n in (1, 2))
    body = chief.get(INDEX).json()
    for row in body["enterprises"]:
        assert row["name"] in shown
    scores = [float(one) for one in re.findall(r"<b>([\d.]+)</b>", shown)]
    assert scores == sorted(scores), "low scores first"
    assert sorted(scores) == sorted(round(one["score"], 1) for one in body["enterprises"])
    for id_ in body["propose_cross_visits"]:
        assert next(one["name"] for one in body["enterprises"] if one["id"] == id_) in shown
    assert "不发例行提醒单" in shown
    early = chief.post("/index/2099-01/publish")
    assert early.status_code == 409
    assert "没发布成" in early.text


def test_an_enterprise_sees_on_its_page_what_adds_up(clients: Clients) -> None:
    """The printed parts make the printed score; nobody else is on the page, no preview is shown."""
    clients["chief"].post(f"{PAGE}/publish")
    page = clients["enterprise"].get(PAGE).text
    parts = [float(one) for one in re.findall(r'<td class="num">([\d.]+)</td>', page)]
    whole = float(re.findall(r'<td class="num"><b>([\d.]+)</b></td>', page)[0])
    assert round(sum(parts), 2) == whole
    (row,) = clients["enterprise"].get(INDEX).json()["enterprises"]
    assert whole == round(row["score"], 2)
    assert set(re.findall(r"样例企业 \d+", page)) == {row["name"]}
    assert clients["enterprise"].get("/index/2026-10").status_code == 404
    assert MONTH in clients["enterprise"].get("/index").text
    for role, status in (("portal", 403), ("analyst", 403), (None, 303)):
        for path in ("/index", PAGE):
            answer = clients[role].get(path, headers={"Accept": "text/html"})
            assert answer.status_code == status, (role, path)


def test_the_preview_on_a_phone_says_that_it_is_one(
    served: Server, clients: Clients, browse: Browse
) -> None:
    """From the months to the running one; nothing is published by looking."""
    before = clients["chief"].get("/v1/index").json()
    page, _ = browse(served, "chief", viewport=PHONE)
    page.goto("/")
    page.get_by_role("link", name="安商指数").click()
    page.get_by_role("link", name="的预览").last.click()
    assert "预览，未发布" in page.locator("h1").inner_text()
    assert page.locator("table.stack tbody tr").count() == 50
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.click("#other-language")
    assert "preview, not published" in page.locator("h1").inner_text()
    assert clients["chief"].get("/v1/index").json() == before


def test_no_answer_holds_a_lookers_effect(clients: Clients) -> None:
    """Every address of the index, in every form and for every role: no team, no word of one."""
    clients["chief"].post(f"{INDEX}/publish")
    paths = [
        "/index",
        PAGE,
        "/index/2026-10",
        "/v1/index",
        INDEX,
        f"{INDEX}/preview",
        f"{INDEX}/bulletin",
        f"{INDEX}/bulletin?f=json",
        "/v1/index/weights",
    ]
    for role in ("chief", "officer", "enterprise", "analyst", "keeper", None):
        for path in paths:
            text = clients[role].get(path).text
            assert "looker" not in text
            assert "甲组" not in text
            assert "\\u7532" not in text


def test_workbooks_say_what_the_pages_say(clients: Clients) -> None:
    """The table and the bulletin as XLSX, Chinese headings."""
    chief = clients["chief"]
    chief.post(f"{INDEX}/publish")
    book = openpyxl.load_workbook(io.BytesIO(chief.get(f"{INDEX}?f=xlsx").content))
    assert "安商指数" in book.sheetnames
    book = openpyxl.load_workbook(io.BytesIO(chief.get(f"{INDEX}/bulletin?f=xlsx").content))
    assert {"各组等级", "点名", "安商指数"} <= set(book.sheetnames)


def test_the_workbook_reads_back_as_the_answer_says(clients: Clients) -> None:
    """Every row of the sheet is a row of the answer, its parts add up to its score."""
    chief = clients["chief"]
    chief.post(f"{INDEX}/publish")
    told = {row["id"]: row for row in chief.get(INDEX).json()["enterprises"]}
    content = io.BytesIO(chief.get(f"{INDEX}?f=xlsx").content)
    sheet = pd.read_excel(content, sheet_name="安商指数", header=1)  # above: that it is a sample
    assert set(sheet["企业编号"]) == set(told)
    first_part = sheet.columns.get_loc("说明") + 1
    for _, row in sheet.iterrows():
        one = told[row["企业编号"]]
        assert row["得分"] == one["score"]
        bounds = [row["区间下限"], row["区间上限"]]
        assert bounds == pytest.approx(one["interval"], abs=1e-12)  # a cell holds 16 digits
        parts = [None if pd.isna(some) else float(some) for some in row.iloc[first_part:]]
        assert [some * 1e6 for some in parts if some is not None] == pytest.approx(
            list(one["parts"].values())
        )
        assert sum(some or 0 for some in parts) == pytest.approx(one["score"], abs=1e-9)
        assert row["企业名称"] == one["name"]


def test_a_notebook_has_the_months_tables(clients: Clients, served: Server) -> None:
    """The index as a GeoDataFrame says what the route says; cases and others stand beside it."""
    clients["chief"].post(f"{INDEX}/publish")
    told = clients["chief"].get(INDEX).json()["enterprises"]
    with open_park(served.park_file, state=served.state_dir) as park:
        frame = park.table("index", month=MONTH)
        cases = park.table("cases")
        august = park.table("cases", month="2026-08")
        for name in ("slips", "declarations"):
            assert park.table(name, month=MONTH).crs == frame.crs
        with pytest.raises(InputError, match="There are: index"):
            park.table("lookers")
        with pytest.raises(InputError, match="a month's"):
            park.table("index")
    assert list(frame.index) == [row["id"] for row in told]
    assert frame["score"].tolist() == [row["score"] for row in told]
    parts = frame.filter(like="part_").sum(axis=1)
    assert np.allclose(parts, frame["score"], atol=1e-9)
    assert "name" not in frame
    assert {"h"} <= set(cases.index)
    assert list(august.index) == ["h"]


def test_weights_are_drafted_looked_at_and_signed_by_two(clients: Clients, served: Server) -> None:
    """The draft's answer says who would have moved; a second signature must be another's."""
    chief, keeper = clients["chief"], clients["keeper"]
    chief.post(f"{INDEX}/publish")
    weights = chief.get("/v1/index/weights").json()["in_force"]["weights"]
    changed = {**weights, "overdue": weights["overdue"] - 5, "guards": weights["guards"] + 5}
    assert chief.post("/v1/index/weights", json={"weights": weights | {"x": 1}}).status_code == 422
    made = chief.post("/v1/index/weights", json={"weights": changed})
    assert made.status_code == 201
    (moves,) = made.json()["moves"]
    assert moves["month"] == MONTH
    sign = f"/v1/index/weights/{made.json()['id']}/sign"
    assert clients["officer"].post(sign).status_code == 403
    assert chief.post(sign).json()["valid_from"] == ""
    assert chief.post(sign).status_code == 409
    assert keeper.post(sign).json()["valid_from"] > monthly.month_of(
        datetime.now(UTC), read_park(served.park_file)
    )


def test_an_upheld_objection_is_a_new_revision(clients: Clients) -> None:
    """Both revisions can be read; publishing again gives the newest."""
    chief = clients["chief"]
    chief.post(f"{INDEX}/publish")
    revised = chief.post(
        f"{INDEX}/revisions", json={"without": ["h"], "reason": "样例：核实不属实"}
    ).json()["revised"]
    assert [one["revision"] for one in revised] == [1]
    old, new = (
        {
            row["id"]: row["parts"]["overdue"]
            for row in chief.get(INDEX, params={"revision": one}).json()["enterprises"]
        }
        for one in (0, 1)
    )
    assert old["e00"] < new["e00"]
    assert {name: old[name] for name in old if name != "e00"} == {
        name: new[name] for name in new if name != "e00"
    }
    assert chief.post(f"{INDEX}/publish").json()["revision"] == 1


def test_the_command_shows_what_was_frozen(
    clients: Clients, served: Server, tmp_path: Path
) -> None:
    """`geo-risk index` and the route say the same of a frozen month."""
    from api.cli import command_line  # noqa: PLC0415  (loads every topic's libraries)

    clients["chief"].post(f"{INDEX}/publish")
    out = tmp_path / "index.json"
    monkey = pytest.MonkeyPatch()
    monkey.setenv("GEO_RISK_STATE", str(served.state_dir))
    words = ["index", str(served.park_file), "--month", MONTH, "--json", str(out)]
    command_line(words)(words, standalone_mode=False)
    monkey.undo()
    told = json.loads(out.read_text(encoding="utf-8"))
    body = clients["chief"].get(INDEX).json()
    assert told["digest"] == body["digest"]
    assert [row["score"] for row in told["enterprises"]] == [
        row["score"] for row in body["enterprises"]
    ]
