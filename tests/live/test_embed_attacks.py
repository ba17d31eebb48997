"""With every public door, over dates, versions and sums, an attacker learns no small count.

The park has small zones and few reports; the server is its own process. What the attacker hears is
turned into ranges, and every value of a withheld count must stay possible.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from geo_risk.monthly import shift_month
from geo_risk.park import MapSection, read_park
from geo_risk.publicbook import last_closed
from geo_risk.records import Report
from tests.live.attack_embeds import Ledger, knock, table_of, zones_of
from tests.live.conftest import KEEPER, BuiltPark
from tests.live.tight_park import ENTERPRISES, REPORTS, SMALL, write_tight_park

if TYPE_CHECKING:
    from tests.live.conftest import Server

PORTAL = "https://portal.example.cn"


@dataclass(frozen=True)
class Attacked:
    """The server, its last closed months (earliest first), and embeds of each and of the latest."""

    server: Server
    months: list[str]
    tokens: dict[tuple[str, str], str]

    @property
    def known(self) -> dict[str, tuple[str, ...]]:
        """What the attacker fills addresses with: all that portals and documents name."""
        with self.server.client() as client:
            main = client.get("/v1/surfaces").json()["main"]
        tokens = tuple(self.tokens.values())
        return {
            "token": tokens,
            "?url": (f"{self.server.url}/embed/{tokens[0]}",),
            "surface_id": (main,),
            "surface": (main,),
            "collection_id": ("zones", "reports", "enterprises"),
            "feature_id": tuple(f"zones:{one}" for one in ENTERPRISES),
            "month": tuple(self.months),
            "z": ("13",),
            "x": ("6826",),
            "y": ("3362",),
        }


@pytest.fixture(scope="module")
def attacked(server_on: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Attacked]:
    """The tight park, served, with embeds that its chief made."""
    folder = tmp_path_factory.mktemp("tight")
    now = datetime.now(UTC)
    sketch = write_tight_park(folder / "first", ["2001-01", "2001-02", "2001-03"])
    last = last_closed(now, read_park(sketch))
    months = [shift_month(last, -n) for n in (2, 1, 0)]
    park = BuiltPark(write_tight_park(folder / "park", months), folder / "state")
    park.build()
    with server_on(park) as server:
        tokens = {}
        with server.client("chief") as chief:
            for what, month in [
                *(("reports", one) for one in (*months, "latest")),
                ("risk", "latest"),
            ]:
                body = {"what": what, "month": month, "frame_ancestors": [PORTAL]}
                made = chief.post("/v1/embeds", json=body)
                assert made.status_code == 201, made.text
                tokens[what, month] = made.json()["url"].rpartition("/")[2]
        yield Attacked(server, months, tokens)


def heard(attacked: Attacked) -> Ledger:
    """Everything that the public doors say of counts of reports."""
    names = {f"样例巡区 {n}": zone for n, zone in enumerate(ENTERPRISES, 1)}
    ledger = Ledger(ENTERPRISES)
    with attacked.server.client() as public:
        for month in attacked.months:
            text = public.get(f"/embed/{attacked.tokens['reports', month]}.csv").text
            for zones, said in table_of(text, names):
                ledger.hear(frozenset((zone, month) for zone in zones), said)
    return ledger


def shown(attacked: Attacked) -> dict[tuple[str, str], bool]:
    """Which cells are told at all, and which stand alone, by the truth of the park."""
    return {
        (zone, month): counts[zone] >= 5 and ENTERPRISES[zone] >= 8
        for month, counts in zip(attacked.months, REPORTS, strict=True)
        for zone in ENTERPRISES
    }


def test_every_value_of_a_small_count_stays_possible(attacked: Attacked) -> None:
    """Nought to four for each withheld zone, and at least three values for each that is shown."""
    ledger = heard(attacked)
    assert len(ledger.lines) >= 14
    for (zone, month), told in shown(attacked).items():
        truth = REPORTS[attacked.months.index(month)][zone]
        possible = ledger.possible((zone, month), range(20))
        assert truth in possible
        if told:
            assert len(possible) >= 3, (zone, month)
        else:
            assert possible >= set(range(5)), (zone, month)


def test_the_ledger_would_notice_a_leak(attacked: Attacked) -> None:
    """One exact total beside the table, and a single withheld zone is found out."""
    ledger = heard(attacked)
    month, counts = attacked.months[2], REPORTS[2]
    cells = frozenset((zone, month) for zone in ENTERPRISES)
    ledger.hear(cells, sum(counts.values()), exact=True)
    for zone in ("Z1", "Z3", "Z4", "Z5", "Z6"):
        ledger.hear(frozenset({(zone, month)}), counts[zone], exact=True)
    assert ledger.possible(("Z2", month), range(20)) == {counts["Z2"]}


def test_a_year_s_figure_says_nothing_that_the_months_do_not(attacked: Attacked) -> None:
    """It is the sum of what was shown: windows that overlap give nothing to subtract."""
    told = {(zones, month): said for zones, month, said in monthly_lines(attacked)}
    with attacked.server.client() as public:
        main = public.get("/v1/surfaces").json()["main"]
        answer = public.get(f"/v1/surfaces/{main}/zones")
    areas = zones_of(answer.text)
    for ids, said in areas:
        zones = [one.removeprefix("zones:") for one in ids]
        summed = sum(count or 0 for (some, _), count in told.items() if set(some) <= set(zones))
        enough = sum(ENTERPRISES[zone] for zone in zones) >= 8 and summed >= 5
        assert said == (summed if enough else None), zones
    total = answer.json()["total"]
    withheld = any(said is None for _, said in areas)
    assert (total is None) == withheld
    assert withheld or total["reports"] == sum(said or 0 for _, said in areas)


def monthly_lines(attacked: Attacked) -> Iterator[tuple[tuple[str, ...], str, int | None]]:
    names = {f"样例巡区 {n}": zone for n, zone in enumerate(ENTERPRISES, 1)}
    with attacked.server.client() as public:
        for month in attacked.months:
            text = public.get(f"/embed/{attacked.tokens['reports', month]}.csv").text
            for zones, said in table_of(text, names):
                yield zones, month, said


def test_a_new_report_shows_at_no_public_door(attacked: Attacked) -> None:
    """Filed in a small zone, now and for a closed month, then built: every answer is as it was.

    Bodies, statuses and ETags of every address that can be read. The chief's own page does change,
    so there was something to be seen.
    """
    server, known = attacked.server, attacked.known
    with server.client() as public, server.client("chief") as chief:
        zones = f"/v1/surfaces/{known['surface_id'][0]}/zones"
        station = chief.get(zones).text
        before = knock(public, known)
        assert len([one for one in before.values() if one.startswith("200")]) > 30
        assert not any(one.startswith("5") for one in before.values())
        shown_before = public.get("/readyz").json()["shown"]
        _file_reports(server, attacked.months[-1])
        at_once = knock(public, known)
        sequence = server.park.build()
        assert sequence == shown_before + 1
        _wait_until_shown(public, sequence)
        after = knock(public, known)
        assert chief.get(zones).text != station
    differ = [one for one in before if not before[one] == at_once[one] == after[one]]
    assert differ == []


def test_a_month_is_frozen_when_it_was_shown_not_when_it_is_asked_again(attacked: Attacked) -> None:
    """After a late report the table of the month, the latest and the older, are word for word."""
    with attacked.server.client() as public:
        first = {key: public.get(f"/embed/{one}").text for key, one in attacked.tokens.items()}
        _file_reports(attacked.server, attacked.months[0], mark="late")
        again = {key: public.get(f"/embed/{one}").text for key, one in attacked.tokens.items()}
    assert first == again


@pytest.mark.parametrize("role", [None, "portal", "enterprise", "volunteer"])
def test_counters_of_the_service_are_not_for_the_public(attacked: Attacked, role: str) -> None:
    """They tick with every report that is filed."""
    with attacked.server.client(role) as client:
        assert client.get("/metrics").status_code in {401, 403}


def test_brute_force_agrees_with_the_solver() -> None:
    """Over all counts up to eight of three zones: the same values stay possible."""
    ledger = Ledger({"A": 20, "B": 20, "C": 3})
    cells = [(zone, "m") for zone in "ABC"]
    ledger.hear(frozenset(cells[:1]), None)
    ledger.hear(frozenset(cells[1:2]), 5)
    ledger.hear(frozenset(cells), 8, exact=True)
    every = [
        one
        for one in itertools.product(range(9), repeat=3)
        if one[0] < 5 and 5 <= one[1] <= 7 and sum(one) == 8
    ]
    for n, cell in enumerate(cells):
        assert ledger.possible(cell, range(9)) == {one[n] for one in every}
    assert MapSection().min_reports == 5


def test_the_live_stream_gives_the_public_no_place_in_the_order_of_events(
    attacked: Attacked,
) -> None:
    """An id there moves with whatever anybody writes; the station goes on from it."""
    with attacked.server.client() as public, attacked.server.client("chief") as chief:
        assert "id:" not in public.get("/v1/live").text
        assert "id:" in chief.get("/v1/live").text
        with public.stream("GET", "/v1/live", headers={"Accept": "text/event-stream"}) as stream:
            first = next(stream.iter_text())
    assert first.startswith("retry:")
    assert "id:" not in first


def _file_reports(server: Server, month: str, mark: str = "new") -> None:
    """File a report in the small zone: one of today at the door, one of a month that has closed."""
    with server.client("officer") as officer:
        premises = next(
            one
            for one in officer.get("/ogc/collections/premises/items?limit=1000").json()["features"]
            if f"{SMALL}-1" in one["id"]
        )
        entry = {"kind": "hazard", "severity": "minor", "premises_id": premises["id"]}
        filed = officer.post(
            "/ogc/collections/reports/items",
            json={"type": "Feature", "geometry": None, "properties": entry},
        )
        assert filed.status_code == 201, filed.text
    inside = datetime.fromisoformat(f"{month}-12T10:00:00+08:00")
    late = [
        Report(
            id=f"late:{mark}-{n}",
            kind="hazard",
            channel="hotline",
            premises_id=premises["id"],
            occurred_from=inside,
            occurred_to=inside,
            reported_at=at,
        )
        for n, at in enumerate([datetime.now(UTC), inside])
    ]
    with server.park.open() as store:
        store.put(late, actor=KEEPER, at=datetime.now(UTC))


def _wait_until_shown(client: httpx.Client, sequence: int) -> None:
    until = time.monotonic() + 30
    while client.get("/readyz").json()["shown"] != sequence:
        assert time.monotonic() < until
        time.sleep(0.1)
