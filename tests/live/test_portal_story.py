"""The portal's story: a chief makes an embed, a website frames it, and it never breaks the page.

The website is another origin: another port of this machine, serving plain files. What it frames
loads nothing but itself, with script and without, at any width; whom the embed does not name cannot
frame it; stopped or expired, it says one line.
"""

from __future__ import annotations

import functools
import http.server
import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import httpx
import pytest

from api.embed_links import token_of
from tests.live.browser import Browse
from tests.live.conftest import KEEPER, ROOT, Server

if TYPE_CHECKING:
    from playwright.sync_api import FrameLocator, Page

pytest_plugins = ("tests.live.browser_fixtures",)

WIDTHS = (320, 640, 960)
REFUSED = "frame-ancestors"


@dataclass(frozen=True)
class Website:
    """A portal: an origin, and the folder of its pages."""

    origin: str
    folder: Path

    def publish(self, name: str, *codes: str) -> str:
        """Put a page of these frames on the website; give its address."""
        page = "<!doctype html><html lang='zh'><meta charset='utf-8'><title>门户</title>"
        page += "<link rel='icon' href='data:,'><body>" + "".join(codes) + "</body></html>"
        (self.folder / name).write_text(page, encoding="utf-8")
        return f"{self.origin}/{name}"


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def websites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Website, Website]]:
    """A website that the chief names, and one that nobody names."""
    made, servers = [], []
    for name in ("portal", "stranger"):
        folder = tmp_path_factory.mktemp(name)
        handler = functools.partial(_Quiet, directory=str(folder))
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        made.append(Website(f"http://127.0.0.1:{server.server_address[1]}", folder))
    yield made[0], made[1]
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def code(sample_server: Server, websites: tuple[Website, Website]) -> str:
    """The code of an embed that the portal may show."""
    return make(sample_server, websites[0])["code"]


def make(server: Server, website: Website, **wanted: object) -> dict[str, Any]:
    body = {"what": "reports", "frame_ancestors": [website.origin], **wanted}
    with server.client("chief") as chief:
        answer = chief.post("/v1/embeds", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def in_frame(page: Page) -> FrameLocator:
    return page.frame_locator("iframe").first


def areas_of(frame: FrameLocator | Page) -> dict[str, str]:
    """Give what the frame says of each zone: its name to the number that stands on it."""
    names = frame.locator("svg.labels .zone-name").all_text_contents()
    figures = frame.locator("svg.labels .figure").all_text_contents()
    return dict(zip(names, figures, strict=True))


def test_a_chief_makes_an_embed_and_copies_its_code(
    browse: Browse, sample_server: Server, websites: tuple[Website, Website]
) -> None:
    """Preview, make, copy: what the box holds is what a website frames."""
    page, notes = browse(sample_server, "chief", permissions=["clipboard-read", "clipboard-write"])
    notes.forgiven = ("422",)
    page.goto("/embeds")
    page.fill("#title", "样例：每月上报")
    page.fill("#origins", "不是网址")
    page.click("button[value=make]")
    assert page.locator("[role=alert]").count() == 1
    assert page.input_value("#title") == "样例：每月上报"
    page.fill("#origins", f"{websites[0].origin}/\n")
    page.click("button[value=preview]")
    shown = page.locator("#preview svg.labels .figure").all_text_contents()
    assert len(shown) >= 8
    page.click("button[value=make]")
    box = page.locator("textarea.code").first
    code = box.input_value()
    page.locator("[data-copy]").first.click()
    page.wait_for_function("document.querySelector('[data-copy]').textContent === '已复制'")
    assert page.evaluate("navigator.clipboard.readText()") == code
    page.goto(websites[0].publish("made.html", code))
    frame = in_frame(page)
    assert "样例：每月上报" in frame.locator("h1").inner_text()
    assert list(areas_of(frame).values()) == shown


@pytest.mark.parametrize("scripts", [True, False])
def test_a_website_frames_it_at_any_width(
    browse: Browse,
    sample_server: Server,
    websites: tuple[Website, Website],
    code: str,
    scripts: bool,
) -> None:
    """320, 640 and 960 px: nothing overflows, words keep their size, nothing else is loaded."""
    page, notes = browse(java_script_enabled=scripts, viewport={"width": 1000, "height": 900})
    codes = [re.sub(r'width="\d+"', f'width="{width}"', code) for width in WIDTHS]
    codes = [one.replace(' loading="lazy"', "") for one in codes]
    page.goto(websites[0].publish("widths.html", *codes))
    sizes = set()
    for n, width in enumerate(WIDTHS):
        frame = page.frame_locator("iframe").nth(n)
        frame.locator("h1").wait_for()
        assert len(areas_of(frame)) >= 8
        assert frame.locator(".legend li").count() >= 4
        legend, drawing = (frame.locator(one).bounding_box() for one in (".legend", ".map"))
        assert legend is not None
        assert drawing is not None
        below = legend["y"] >= drawing["y"] + drawing["height"] - 1
        assert below == (width < 480)
        article = frame.locator("article").bounding_box()
        assert article is not None
        assert article["width"] <= width
        label = frame.locator(".legend li").first.bounding_box()
        assert label is not None
        sizes.add(round(label["height"]))
        for part in ("审图号", "来源", "截至", "下次更新", "合成数据"):
            assert frame.get_by_text(part).first.is_visible(), part
    assert len(sizes) == 1
    asked = [one for one in notes.requests if not one.startswith(("data:", websites[0].origin))]
    assert len(asked) == len(WIDTHS)
    assert all("/embed/" in one for one in asked)


def test_the_frame_asks_for_no_cookie_and_sets_none(sample_server: Server, code: str) -> None:
    """Its own policy names who may frame it; the older header, without a list, is not there."""
    address = re.search('src="([^"]+)"', code)
    assert address is not None
    answer = httpx.get(address[1], headers={"Accept": "text/html"}, trust_env=False)
    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers
    assert "x-frame-options" not in answer.headers
    assert "frame-ancestors http://127.0.0.1:" in answer.headers["content-security-policy"]
    assert "<script" not in answer.text
    with sample_server.client() as public:
        page = public.get("/login")
    assert page.headers["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]


def test_a_website_that_is_not_named_cannot_frame_it(
    browse: Browse, sample_server: Server, websites: tuple[Website, Website], code: str
) -> None:
    """The browser refuses, and says so."""
    page, notes = browse()
    notes.forgiven = (REFUSED, "ERR_BLOCKED_BY_RESPONSE", "chromewebdata")
    eager = code.replace(' loading="lazy"', "")
    page.goto(websites[1].publish("stolen.html", eager))
    page.wait_for_timeout(300)
    assert any(REFUSED in one for one in notes.errors)
    assert in_frame(page).locator("article").count() == 0


@pytest.mark.parametrize(
    ("how", "words"),
    [("revoked", "已停止展示"), ("expired", "展示期已满"), ("changed", "没有对应")],
)
def test_what_is_no_longer_on_show_is_one_calm_line(
    browse: Browse,
    sample_server: Server,
    websites: tuple[Website, Website],
    how: str,
    words: str,
) -> None:
    """Stopped, expired, or an address that somebody changed: no stack, no sign-in, no figures."""
    made = make(sample_server, websites[0])
    address = made["url"]
    if how == "revoked":
        with sample_server.client("chief") as chief:
            assert chief.delete(f"/v1/embeds/{made['id']}").json()["state"] == "revoked"
    elif how == "expired":
        with sample_server.park.open() as store:
            kept = store.embed(made["id"])
            assert kept is not None
            past = datetime.now(UTC) - timedelta(seconds=1)
            old = replace(kept, id=f"{kept.id[:8]}ex", expires_at=past)
            store.put_embed(old, actor=KEEPER)
            address = f"{sample_server.url}/embed/{token_of(store, old)}"
    else:
        address = address.replace(".zh.", ".en.")
    page, notes = browse()
    notes.forgiven = ("404", "410")
    code = made["code"].replace(made["url"], address).replace(' loading="lazy"', "")
    page.goto(websites[0].publish(f"{how}.html", code))
    line = in_frame(page).locator("h1")
    assert words in line.inner_text()
    assert in_frame(page).locator("svg, form, input").count() == 0
    program = httpx.get(address, trust_env=False)
    assert program.status_code == (404 if how == "changed" else 410)
    assert program.headers["content-type"] == "application/problem+json"


def test_a_website_s_editor_asks_by_oembed(sample_server: Server, code: str) -> None:
    """Discovery in the page, JSON and XML, no larger than asked for; a strange address is 404."""
    address = re.search('src="([^"]+)"', code)
    assert address is not None
    with httpx.Client(trust_env=False) as client:
        page = client.get(address[1], headers={"Accept": "text/html"}).text
        found = re.search('type="application/json.oembed" href="([^"]+)"', page)
        assert found is not None
        link = found[1].replace("&amp;", "&")
        said = client.get(f"{link}&maxwidth=400&maxheight=300").json()
        assert (said["type"], said["version"]) == ("rich", "1.0")
        assert (said["width"], said["height"]) == (400, 300)
        assert address[1] in said["html"]
        assert 'width="400"' in said["html"]
        root = ET.fromstring(client.get(link.replace("json", "xml")).content)  # noqa: S314 - ours
        assert root.tag == "oembed"
        assert root.findtext("html") == client.get(link).json()["html"]
        strange = client.get(f"{sample_server.url}/oembed?url=https://example.cn/embed/x")
        assert strange.status_code == 404
        assert client.get(link.replace("json", "yaml")).status_code == 422


def test_plain_files_open_from_a_disk_and_show_the_same(
    browse: Browse,
    sample_server: Server,
    websites: tuple[Website, Website],
    code: str,
    tmp_path: Path,
) -> None:
    """As the frame does: every zone, every figure; nothing is asked of anybody."""
    page, _ = browse()
    page.goto(websites[0].publish("beside.html", code))
    framed = areas_of(in_frame(page))
    site = tmp_path / "site"
    done = published(sample_server, site)
    assert done.returncode == 0, done.stderr
    page, notes = browse(java_script_enabled=False)
    folder = next((site / "zh").glob("reports-*"))
    page.goto((folder / "index.html").as_uri())
    assert areas_of(page) == framed
    assert all(one.startswith(("file:", "data:")) for one in notes.requests)
    table = json.loads((folder / "table.json").read_text(encoding="utf-8"))
    assert {one["zones"][0]: one["label"] for one in table["areas"]} == framed
    page.click("footer a >> nth=0")
    assert (folder / "map.png").read_bytes().startswith(b"\x89PNG")
    ET.fromstring((folder / "map.svg").read_text(encoding="utf-8"))  # noqa: S314 - ours


def published(server: Server, site: Path, *more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "api", "publish", server.park_file, "--static", site, *more]
    return subprocess.run(
        command,
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "HOME": str(site.parent),
             "GEO_RISK_STATE": str(server.state_dir)},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
