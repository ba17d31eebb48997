"""A day of a plan lived by a clock of its own: a visit runs long, another is written down."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta, tzinfo
from threading import Thread
from time import sleep
from typing import Any

import httpx
import pytest
import uvicorn
from icalendar import Calendar

from api.app import create_app
from api.auth import new_token
from api.cli_serve import listen
from api.demo import demo_logins
from geo_risk.park import read_park
from tests.live.every_route import next_monday
from tests.live.planned_park import KEEPER, door, full_day, planned_park, visits_of

SUNDAY = datetime.combine(next_monday() - timedelta(days=1), time(10), UTC)


@dataclass
class Station:
    """The service in this process, its clock, and a token for each role."""

    client: httpx.Client
    zone: tzinfo
    clock: list[datetime]
    tokens: dict[str, str] = field(default_factory=dict)

    def ask(self, role: str, method: str, path: str, **told: Any) -> Any:
        """Ask as a role."""
        headers = {"Authorization": f"Bearer {self.tokens[role]}"}
        return self.client.request(method, path, headers=headers, **told)


@pytest.fixture(scope="module")
def station(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Station]:
    """The park of two officers, on the Sunday before the plan."""
    built = planned_park(tmp_path_factory.mktemp("plan-day"))
    clock, tokens = [max(SUNDAY, datetime.now(UTC))], {}
    with built.open() as store:
        for login in demo_logins(store, clock[0]):
            user = store.user_by_name(login.name)
            assert user is not None
            secret, token = new_token("tests", user.role, clock[0], user=user)
            store.put_token(token, actor=KEEPER, at=clock[0])
            tokens[login.role.value] = secret
    park = read_park(built.park_file)
    app = create_app(built.settings, park, lambda: clock[0])
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False))
    with listen("127.0.0.1", 0) as listening:
        thread = Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        while not server.started:
            sleep(0.05)
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        with httpx.Client(base_url=url, timeout=60, trust_env=False) as client:
            yield Station(client, park.zone, clock, tokens)
        server.should_exit = True
        thread.join()


def test_a_visit_that_runs_long_moves_what_follows(station: Station) -> None:
    """Under way it stays; its officer's later visits begin when it is over; others stay."""
    asked = {"first_day": next_monday().isoformat(), "days": 14, "seconds": 0.3}
    made = station.ask("chief", "POST", "/v1/plan", json=asked)
    assert made.status_code == 201, made.text
    plan = made.json()
    today = full_day(plan, "o:1")
    first = today[0]
    begin, end = (datetime.fromisoformat(first[name]) for name in ("start", "end"))
    page = f"/today?day={first['day']}"
    assert "这一家要晚" not in station.ask("officer", "GET", page).text
    station.clock[0] = begin + timedelta(minutes=10)
    assert "这一家要晚" in station.ask("officer", "GET", page).text
    body = {"late": [{"visit_id": first["id"], "minutes": 90}]}
    changed = station.ask("officer", "POST", f"{door(plan)}/changes", json=body)
    assert changed.status_code == 200, changed.text
    after = changed.json()
    here = [one for one in visits_of(after, "o:1") if one["day"] == first["day"]]
    assert (here[0]["id"], here[0]["start"]) == (first["id"], first["start"])
    for one in here[1:]:
        assert datetime.fromisoformat(one["start"]) >= end + timedelta(minutes=90)
    whole = station.ask("chief", "GET", door(plan)).json()
    events = Calendar.from_ical(
        station.ask("officer", "GET", door(plan, "o:1", "/calendar.ics")).content
    ).walk("VEVENT")
    states = {str(one["uid"]).removesuffix("@small-park"): str(one["status"]) for one in events}
    still = {one["id"] for who in whole["officers"] for one in who["visits"]}
    mine = {one["id"] for one in visits_of(whole, "o:1")}
    fell = {one["id"] for one in visits_of(plan, "o:1")} - still
    assert {one for one, state in states.items() if state == "CANCELLED"} == fell
    assert states.keys() == mine | fell
    before = {one["id"]: one["start"] for one in visits_of(plan, "o:2")}
    kept = [one for one in visits_of(whole, "o:2") if before.get(one["id"]) == one["start"]]
    assert len(kept) >= 0.9 * len(before)


def test_a_visit_that_was_written_down_is_behind_the_officer(station: Station) -> None:
    """The page steps on to the next stop, and counts it."""
    plan = station.ask("officer", "GET", f"/v1/plan/{next_monday()}").json()
    now = station.clock[0].astimezone(station.zone).isoformat()
    first = next(one for one in visits_of(plan, "o:1") if one["start"] <= now)
    seen = {"start": first["start"], "premises_id": first["premises_id"]}
    made = station.ask(
        "officer", "POST", "/ogc/collections/visits/items", json={"properties": seen}
    )
    assert made.status_code == 201, made.text
    page = station.ask("officer", "GET", f"/today?day={first['day']}").text
    assert "已走访 1 /" in page
    head = page.split('id="next-name">')[1].split("<")[0]
    assert head != first["name"]
