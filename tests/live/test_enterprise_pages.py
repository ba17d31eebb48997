"""The enterprise's page, the search that leads to it, and the park's figures, on a served park."""

from __future__ import annotations

import io
import re
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote

import openpyxl
import pytest

from geo_risk.names import initials_of
from geo_risk.records import DOORS, Visit
from tests.live.browser import PHONE, Browse
from tests.live.every_route import enterprise_of

pytest_plugins = ("tests.live.browser_fixtures",)

STAFF = ("officer", "clerk", "chief", "keeper")
TAGS = re.compile(r"<[^>]+>")


def page_of(enterprise_id: str) -> str:
    return f"/enterprises/{quote(enterprise_id, safe='')}"


def words_of(html: str) -> str:
    """What a page says, without its tags."""
    return re.sub(r"\s+", " ", TAGS.sub(" ", html))


def below(sheet: Any, heading: str) -> list[tuple[Any, ...]]:
    """The rows under the row of headings, which begins with this one."""
    rows = list(sheet.iter_rows(values_only=True))
    return rows[[row[0] for row in rows].index(heading) + 1 :]


class Rows(HTMLParser):
    """Cells of every table row of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self._cell = False
        self.feed(html)

    def handle_starttag(self, tag, attrs):  # noqa: ARG002  (what the parser calls)
        """Begin a row or a cell."""
        if tag == "tr":
            self.rows.append([])
        if tag in {"td", "th"} and self.rows:
            self.rows[-1].append("")
            self._cell = True

    def handle_endtag(self, tag):
        """End a cell."""
        self._cell = self._cell and tag not in {"td", "th"}

    def handle_data(self, data):
        """Add to the cell."""
        if self._cell:
            self.rows[-1][-1] += data


@pytest.fixture(scope="module")
def troubled(sample_server: Any) -> dict[str, Any]:
    """The enterprise with most open hazards: id, name and how many."""
    with sample_server.client("chief") as chief:
        cases = chief.get("/v1/cases?kind=hazard&limit=1000").json()["cases"]
    owners = [one["enterprise_id"] for one in cases if one["enterprise_id"]]
    id_ = max(sorted(set(owners)), key=owners.count)
    firm = next(
        one for one in sample_server.park.records("enterprises", personal=True) if one.id == id_
    )
    mine = [one for one in cases if one["enterprise_id"] == id_]
    return {"id": id_, "name": firm.name, "firm": firm, "cases": mine}


def test_open_hazards_come_first_and_are_those_of_the_casework(sample_server, troubled):
    """As many as the list of cases has, each with its deadline in words, before all else."""
    with sample_server.client("officer") as officer:
        page = officer.get(page_of(troubled["id"])).text
    said = words_of(page)
    assert f"未销号隐患 {len(troubled['cases'])} 条" in said
    for one in troubled["cases"]:
        assert f"/cases/{quote(one['id'], safe='')}" in page
        if one["days_late"]:
            assert f"逾期 {one['days_late']} 天" in said
    assert page.index('id="hazards"') < page.index('id="index"') < page.index('id="places"')
    assert "还没有发布过" in said, "three months of history and none published: it says so"
    assert "tel:" in page


def test_the_value_at_a_premises_opens_into_parts_that_add_up(sample_server, troubled):
    """The table of the picture is the API's explanation of that very place."""
    places = [
        one
        for one in sample_server.park.records("premises")
        if one.enterprise_id == troubled["id"] and one.lon is not None and one.kind != "dormitory"
    ]
    with sample_server.client("officer") as officer:
        page = officer.get(page_of(troubled["id"])).text
        features = officer.get("/v1/map").json()["premises"]["features"]
        main = officer.get("/v1/surfaces").json()["main"]
        points = {one["properties"]["id"]: one["geometry"]["coordinates"] for one in features}
        rows = Rows(page).rows
        for one in places:
            lon, lat = points[one.id]
            told = officer.get(f"/v1/surfaces/{main}/explain?lon={lon}&lat={lat}").json()
            if told["reference"] is None:
                continue
            for part in told["contributions"]:
                assert any(part["name"] == row[0] for row in rows if row), part
            shown = [row for row in rows if row and row[0] == "这里"]
            assert shown
            assert f"point={lon:.6f},{lat:.6f}" in page


def test_an_enterprise_sees_itself_only_and_nobody_who_looked(sample_server, troubled):
    """Its own page has no officer, no reason of a visit, no other's case, no cell."""
    own = enterprise_of(sample_server)
    reports = [one for one in sample_server.park.records("reports") if one.enterprise_id == own]
    told = [one for one in reports if one.channel not in {"visit", "self_report"}]
    with sample_server.client("enterprise") as firm:
        page = firm.get("/enterprise").text
        assert firm.get(page_of(troubled["id"])).status_code == 403
        assert firm.get(page_of(own)).status_code == 403
        assert firm.get("/enterprises?q=a").status_code == 403
        assert firm.get("/figures").status_code == 403
        book = firm.get("/enterprise?f=xlsx").content
    text = words_of(page) + repr(
        [row for sheet in openpyxl.load_workbook(io.BytesIO(book)) for row in sheet.values]
    )
    for one in sample_server.park.records("officers", personal=True):
        assert one.name not in text
    for one in told:
        assert quote(one.id, safe="") not in page
        assert one.id not in text
    for word in ("抽签走访", "按计划走访", "热线", "这里的综合风险", "参与人 "):
        assert word not in text
    assert "/visit/" not in page


@pytest.mark.parametrize("role", STAFF)
def test_the_staff_opens_any_enterprise(sample_server, troubled, role):
    """Each role of the station; the button to start a visit is for whom the gate's door is."""
    with sample_server.client(role) as client:
        answer = client.get(page_of(troubled["id"]))
        assert answer.status_code == 200
        assert client.get(page_of("nobody:1")).status_code == 404
        assert client.get("/enterprise").status_code == 403
    at_gate = {one.role.value for one in DOORS[Visit] if one.where == "POST /visit/{premises}"}
    assert at_gate == {"officer", "chief"}
    assert ("/visit/" in answer.text) is (role in at_gate)


def test_who_else_asks_is_refused(sample_server, troubled):
    """Analysts see no names, mediators their disputes, the public nothing of this."""
    for role in ("analyst", "mediator", "volunteer", "portal", None):
        with sample_server.client(role) as client:
            assert client.get(page_of(troubled["id"])).status_code in {401, 403}, role


def test_reading_the_contact_is_in_the_audit(sample_server, troubled):
    """Who read whose name and telephone."""
    with sample_server.client("clerk") as clerk:
        clerk.get(page_of(troubled["id"]))
    with sample_server.park.open() as store:
        subjects = {one.subject for one in store.audits() if one.role == "clerk"}
    assert f"enterprises/{troubled['id']}" in subjects


def test_the_workbook_says_what_the_page_says(sample_server, troubled):
    """Every list, with Chinese headings, real dates, and on its cover for whom it is."""
    with sample_server.client("chief") as chief:
        book = openpyxl.load_workbook(
            io.BytesIO(chief.get(f"{page_of(troubled['id'])}?f=xlsx").content)
        )
    names = {"未销号隐患", "已销号隐患", "其他在办", "走访", "场所", "自治申报", "点单", "提醒单"}
    assert names <= set(book.sheetnames)
    ids = {row[0] for row in below(book["未销号隐患"], "编号")}
    assert ids == {one["id"] for one in troubled["cases"]}
    visits = below(book["走访"], "时间")
    kept = sample_server.park.records("visits")
    assert len(visits) == sum(one.enterprise_id == troubled["id"] for one in kept)
    assert all(row[0].year >= 2020 for row in visits)


def test_one_exact_hit_opens_the_enterprise(sample_server, troubled):
    """By code, by number, by name, in full width too; anything less is a list."""
    firm = troubled["firm"]
    wide = "".join(chr(ord(one) + 0xFEE0) for one in firm.number)
    with sample_server.client("officer") as officer:
        for typed in (firm.credit_code, firm.number, firm.name, wide):
            answer = officer.get("/enterprises", params={"q": typed})
            assert answer.status_code == 303, typed
            assert answer.headers["location"].startswith(page_of(firm.id))
        for typed in (firm.credit_code[:-1], initials_of(firm.name)):
            answer = officer.get("/enterprises", params={"q": typed})
            assert answer.status_code == 200
            assert page_of(firm.id) in answer.text
        said = officer.get("/enterprises", params={"q": initials_of(firm.name)}).text
        assert "拼音首字母相符" in said
        english = officer.get("/enterprises", params={"q": firm.name[:2], "lang": "en"}).text
        assert "By its name" in english


def test_an_analyst_finds_codes_and_no_names(sample_server, troubled):
    """A name that is not shown is not found either."""
    firm = troubled["firm"]
    with sample_server.client("analyst") as analyst:
        found = analyst.get("/enterprises", params={"q": firm.credit_code})
        assert found.status_code == 200
        assert firm.name not in found.text
        assert firm.credit_code in found.text
        assert "没有找到" in analyst.get("/enterprises", params={"q": firm.name}).text


def test_a_slash_leads_to_the_search_and_enter_to_the_enterprise(
    sample_server: Any, troubled: dict[str, Any], browse: Browse
) -> None:
    """From any page of the station; in a field a slash is a slash, and it can be switched off."""
    page, _ = browse(sample_server, "officer")
    page.goto("/zones")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "find"
    page.keyboard.type("a/")
    assert page.input_value("#find") == "a/"
    page.fill("#find", troubled["name"])
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{page_of(troubled['id'])}*")
    assert page.locator("h1").inner_text() == troubled["name"]
    page.goto("/enterprises")
    page.get_by_label("按 / 键跳到查找框").uncheck()
    page.goto("/zones")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") != "find"


@pytest.mark.parametrize(("width", "lang"), [(320, "zh"), (320, "en"), (1440, "zh")])
def test_pages_and_pictures_fit(
    sample_server: Any, troubled: dict[str, Any], browse: Browse, width: int, lang: str
) -> None:
    """Nothing overflows; the words of a picture keep a size that can be read."""
    page, _ = browse(sample_server, "chief", viewport={"width": width, "height": 844})
    for path in (page_of(troubled["id"]), "/figures"):
        page.goto(f"{path}?lang={lang}")
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert page.locator("h1").count() == 1
        for box in page.locator("svg.ch-svg text:visible").all()[:40]:
            high = box.evaluate("one => one.getScreenCTM().a * 14")
            assert high >= 11.5
        shown = page.locator("svg.ch-svg:visible").count()
        assert shown == page.locator("figure.chart:visible > div:visible").count()


def test_targets_on_a_phone_are_big_enough(
    sample_server: Any, troubled: dict[str, Any], browse: Browse
) -> None:
    """Cases, buttons, disclosures and the search are at least 44 px high."""
    page, _ = browse(sample_server, "officer", viewport=PHONE)
    page.goto(page_of(troubled["id"]))
    for name in (".hazards a", ".firm .btn", ".firm summary", ".finder input", ".finder button"):
        for one in page.locator(f"{name}:visible").all():
            box = one.bounding_box()
            assert box is not None
            assert box["height"] >= 43.5, name


@pytest.mark.parametrize("role", ["clerk", "chief", "keeper", "analyst"])
def test_figures_are_those_of_the_casework(sample_server, role):
    """Numerator and denominator of every kind as /v1/cases/figures gives them, and the whole."""
    with sample_server.client(role) as client:
        html = client.get("/figures").text
        first, last = re.search(r"(\d{4}-\d\d-\d\d) 至 (\d{4}-\d\d-\d\d)", html).groups()
        asked = {"from": first, "to": last, "by": "kind"}
        told = client.get("/v1/cases/figures", params=asked).json()
    rows = Rows(html).rows
    due = {row[0]: row for row in rows if len(row) == 5}
    total = told["total"]["closed_in_time"]
    whole = due["全部（纠纷除外）"]
    assert [int(one.replace(",", "")) for one in whole[1:3]] == [total["hits"], total["of"]]
    kinds = [one for one in told["rows"] if one["closed_in_time"]["of"]]
    counted = {tuple(int(cell.replace(",", "")) for cell in row[1:3]) for row in due.values()
               if re.fullmatch(r"[\d,]+", row[1]) and re.fullmatch(r"[\d,]+", row[2])}  # fmt: skip
    for one in kinds:
        assert (one["closed_in_time"]["hits"], one["closed_in_time"]["of"]) in counted
    assert "不按人、不按走访组统计" in html


def test_figures_say_what_three_months_cannot_tell(sample_server):
    """No forecast to check: words, no frame; the workbook has a sheet for each picture."""
    with sample_server.client("chief") as chief:
        html = chief.get("/figures").text
        book = openpyxl.load_workbook(io.BytesIO(chief.get("/figures?f=xlsx").content))
    assert "历史不满 6 个月" in html
    assert 'id="reliability-n-title"' not in html
    assert {"销号率", "各巡区按期销号", "各巡区上报", "走访覆盖", "抽签走访"} <= set(
        book.sheetnames
    )
    for role in ("officer", "mediator", "enterprise", None):
        with sample_server.client(role) as client:
            assert client.get("/figures").status_code in {401, 403}
