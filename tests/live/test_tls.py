"""Under a host's name a phone needs https: the how-to gives it, and plain http says so."""

from __future__ import annotations

import base64
import hashlib
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from time import sleep

import pytest
import uvicorn
from playwright.sync_api import Browser, Page

from api.app import create_app
from api.cli_serve import listen
from api.demo import demo_logins
from geo_risk.park import read_park
from tests.docs.blocks import code_blocks
from tests.live.browser import FLAGS, PHONE
from tests.live.conftest import BuiltPark
from tests.live.planned_park import planned_park

pytest_plugins = ("tests.live.browser_fixtures",)

HOST = "geo.test"


@dataclass(frozen=True)
class Authority:
    """What the how-to's commands made."""

    ca: Path
    certificate: Path
    key: Path

    @property
    def pin(self) -> str:
        """Digest of the server's public key, as Chromium's flag takes it."""
        command = (
            f"openssl x509 -in {self.certificate} -noout -pubkey | openssl pkey -pubin -outform der"
        )
        der = subprocess.run(["sh", "-c", command], check=True, capture_output=True).stdout
        return base64.b64encode(hashlib.sha256(der).digest()).decode()


@dataclass(frozen=True)
class Doors:
    """One park behind two doors, and an officer's sign-in."""

    plain: int
    secure: int
    login: tuple[str, str]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """A local authority, made by the commands of the how-to; only the names are ours."""
    folder = tmp_path_factory.mktemp("authority")
    blocks = code_blocks("docs/how-to/tls.md", "sh")
    commands = "".join(one for one in blocks if "openssl" in one)
    commands = commands.replace("risk.park.internal", HOST).replace("192.168.1.20", "127.0.0.1")
    done = subprocess.run(
        ["sh", "-ec", commands], cwd=folder, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.rstrip().endswith("OK")
    return Authority(folder / "ca.pem", folder / "server.pem", folder / "server.key")


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> Iterator[Doors]:
    """The park of two officers behind http and https."""
    built = planned_park(tmp_path_factory.mktemp("tls"))
    with built.open() as store:
        logins = {one.role.value: one for one in demo_logins(store, datetime.now(UTC))}
    officer = logins["officer"]
    with ExitStack() as stack:
        plain = stack.enter_context(_door(built, {}))
        files = {"ssl_certfile": authority.certificate, "ssl_keyfile": authority.key}
        secure = stack.enter_context(_door(built, files))
        yield Doors(plain, secure, (officer.name, officer.password))


@pytest.fixture(scope="module")
def phone(chromium: Browser, chromium_path: str, authority: Authority) -> Iterator[Browser]:
    """Chromium that knows one host by name and trusts one key; nothing else is waved through."""
    rules = f"--host-resolver-rules=MAP {HOST} 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
    flags = [one for one in FLAGS if "host-resolver" not in one]
    trust = f"--ignore-certificate-errors-spki-list={authority.pin}"
    browser = chromium.browser_type.launch(
        executable_path=chromium_path, args=[*flags, rules, trust]
    )
    yield browser
    browser.close()


def test_the_certificate_of_the_how_to_is_good_for_its_name_only(
    authority: Authority, doors: Doors
) -> None:
    """A client that trusts this authority alone gets through; under another name it does not."""
    trusting = ssl.create_default_context(cafile=str(authority.ca))
    with (
        socket.create_connection(("127.0.0.1", doors.secure), timeout=10) as plain,
        trusting.wrap_socket(plain, server_hostname=HOST) as secure,
    ):
        told = secure.getpeercert()
    assert told is not None
    assert ("DNS", HOST) in told["subjectAltName"]
    with (
        socket.create_connection(("127.0.0.1", doors.secure), timeout=10) as plain,
        pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"),
    ):
        trusting.wrap_socket(plain, server_hostname="bank.test")


def test_over_https_a_phone_keeps_the_day(phone: Browser, doors: Doors) -> None:
    """Under the host's name the worker is there, and the day opens without signal."""
    page = _signed_in(phone, f"https://{HOST}:{doors.secure}", doors)
    page.wait_for_selector("html[data-kept]")
    cookies = page.context.cookies()
    assert cookies
    assert all(one["secure"] for one in cookies), "no cookie leaves in the clear"
    assert page.locator("#insecure").count() == 0
    page.context.set_offline(True)
    page.goto("/queue")
    page.get_by_text("无信号").wait_for()
    page.context.close()


@pytest.mark.parametrize("path", ["/today", "/queue"])
def test_over_plain_http_the_page_says_what_it_cannot(
    phone: Browser, doors: Doors, path: str
) -> None:
    """At the top, before anything is typed: no storing, no photos, and what to do; no worker."""
    page = _signed_in(phone, f"http://{HOST}:{doors.plain}", doors)
    page.goto(path)
    notice = page.locator("#insecure")
    notice.wait_for()
    for words in ("不能离线保存，也不能拍照", "先记在纸上", "serve --tls", "docs/how-to/tls.md"):
        assert words in notice.inner_text()
    top = notice.bounding_box()
    heading = page.locator("h1").bounding_box()
    assert top is not None
    assert heading is not None
    assert top["y"] < heading["y"]
    assert not page.evaluate("window.isSecureContext")
    page.context.close()


def _signed_in(phone: Browser, address: str, doors: Doors) -> Page:
    page = phone.new_context(base_url=address, viewport=PHONE).new_page()
    page.goto("/login?next=/today")
    name, password = doors.login
    page.fill("#username", name)
    page.fill("#password", password)
    page.click("main button[type=submit]")
    page.wait_for_url("**/today*")
    return page


@contextmanager
def _door(built: BuiltPark, files: dict[str, Path]) -> Iterator[int]:
    """Serve the park in this process on a free port, until left."""
    app = create_app(built.settings, read_park(built.park_file))
    config = uvicorn.Config(app, log_level="warning", access_log=False, **files)
    server = uvicorn.Server(config)
    with listen("127.0.0.1", 0) as listening:
        thread = Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        while not server.started:
            sleep(0.05)
        yield int(listening.getsockname()[1])
        server.should_exit = True
        thread.join()
