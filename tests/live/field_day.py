"""A built park on a day of its plan, served in this process by a clock of its own.

The fixture is in `field_fixtures`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from threading import Thread
from time import sleep
from typing import Any

import httpx
import uvicorn
from playwright.sync_api import Page

from api.app import create_app
from api.auth import new_token
from api.cli_serve import listen
from api.demo import demo_logins
from geo_risk.park import read_park
from tests.live.conftest import BuiltPark
from tests.live.every_route import next_monday
from tests.live.planned_park import KEEPER, visits_of

NO_SIGNAL = ("ERR_INTERNET_DISCONNECTED", "failed:", "ERR_FAILED", "Failed to fetch")
"""What a browser notes when the network is taken away."""


@dataclass
class FieldDay:
    """A running service: its address, its clock, sign-ins and tokens, and the first officer's day.

    `stops` are the planned visits of the day in their order, `others` those of other
    days, `bodies` the path and body of all that
    was posted: what really left the phone.
    """

    url: str
    clock: list[datetime]
    logins: dict[str, tuple[str, str]]
    tokens: dict[str, str]
    stops: list[dict[str, Any]]
    others: list[dict[str, Any]]
    bodies: list[tuple[str, bytes]]

    def take(self, n: int) -> list[dict[str, Any]]:
        """Take stops of the day that no other test uses: their forms are kept on a phone."""
        taken, self.stops = self.stops[:n], self.stops[n:]
        assert len(taken) == n, "the day has too few stops for all tests"
        return taken

    def take_another(self) -> dict[str, Any]:
        """Take a stop of another day: its form opens with signal only."""
        return self.others.pop()

    def client(self, role: str) -> httpx.Client:
        """A client with a role's bearer token."""
        headers = {"Authorization": f"Bearer {self.tokens[role]}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=30, trust_env=False)

    def visits(self) -> list[dict[str, Any]]:
        """Give the visits that were entered on the spot, as /ogc tells them."""
        with self.client("chief") as client:
            told = client.get("/ogc/collections/visits/items", params={"limit": 1000}).json()
        return [one for one in told["features"] if one["id"].startswith("http:")]

    def reports(self) -> list[dict[str, Any]]:
        """Give the reports that were entered on the spot."""
        with self.client("chief") as client:
            told = client.get("/ogc/collections/reports/items", params={"limit": 1000}).json()
        return [one for one in told["features"] if one["id"].startswith("http:")]


def sign_in(page: Page, day: FieldDay, role: str = "officer") -> None:
    """Sign in by the form, as a person does, and go to the day."""
    name, password = day.logins[role]
    page.goto("/login?next=/today")
    page.fill("#username", name)
    page.fill("#password", password)
    page.click("main button[type=submit]")
    page.wait_for_url("**/today*")


def keep(page: Page) -> None:
    """Wait until the day is on the phone."""
    page.wait_for_selector("html[data-kept]")


@contextmanager
def field_day(built: BuiltPark) -> Iterator[FieldDay]:
    """Plan two weeks, and go to the morning of the day with the most stops."""
    clock = [max(datetime.combine(next_monday() - timedelta(days=1), time(10), UTC), _now())]
    logins, tokens = {}, {}
    with built.open() as store:
        for one in demo_logins(store, clock[0]):
            user = store.user_by_name(one.name)
            assert user is not None
            secret, token = new_token("tests", user.role, clock[0], user=user)
            store.put_token(token, actor=KEEPER, at=clock[0])
            logins[one.role.value] = (one.name, one.password)
            tokens[one.role.value] = secret
    settings = built.settings.model_copy(update={"log_level": "warning"})
    app = create_app(settings, read_park(built.park_file), lambda: clock[0])
    ear = _Ear(app)
    server = uvicorn.Server(uvicorn.Config(ear, log_level="warning", access_log=False))
    with listen("127.0.0.1", 0) as listening:
        thread = Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        while not server.started:
            sleep(0.05)
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        day = FieldDay(url, clock, logins, tokens, [], [], ear.bodies)
        with day.client("chief") as chief:
            asked = {"first_day": next_monday().isoformat(), "days": 14, "seconds": 0.3}
            made = chief.post("/v1/plan", json=asked)
        assert made.status_code == 201, made.text
        with day.client("officer") as officer:
            own = officer.get("/v1/field/day", params={"day": asked["first_day"]}).json()["officer"]
        planned = visits_of(made.json(), own["id"])
        fullest = Counter(one["day"] for one in planned).most_common(1)[0][0]
        day.stops = [one for one in planned if one["day"] == fullest]
        day.others = [one for one in planned if one["day"] != fullest]
        clock[0] = datetime.fromisoformat(day.stops[0]["start"]) - timedelta(minutes=10)
        yield day
        server.should_exit = True
        thread.join()


class _Ear:
    """Notes what is posted, byte by byte, and hands it on."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self.bodies: list[tuple[str, bytes]] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        parts: list[bytes] = []

        async def hear() -> Any:
            message = await receive()
            parts.append(message.get("body", b""))
            return message

        await self._app(scope, hear, send)
        self.bodies.append((scope["path"], b"".join(parts)))


def _now() -> datetime:
    return datetime.now(UTC)
