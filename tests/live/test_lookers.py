"""How much one team finds of what is there is never shown, exported or returned, by any way out.

A park of six teams that find very different shares is built, a month of it is lived, and everything
is asked: every route in every form as every role, every command that writes figures or files, and
what a build publishes. What must not be read is worked out here, with the library.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import numpy as np
import openpyxl
import pytest

from geo_risk import monthly
from geo_risk.park import read_park
from geo_risk.pipeline import inputs_of
from geo_risk.records import LISTED, Findings, Officer, Report, Severity, Team, Visit
from geo_risk.store import SourceRun
from geo_risk.workspace import open_park
from tests.live.cli.commands import run_command
from tests.live.conftest import KEEPER, BuiltPark
from tests.live.every_route import Said, ask_all, every_address, live_a_month, next_monday
from tests.live.looker_effects import Effects, effects_of, rows_of_workbook, traces
from tests.live.small_park import write_small_park

MONTH = "2026-09"
AS_OF = datetime(2026, 10, 1, tzinfo=UTC)
BEGUN = AS_OF - timedelta(days=720)
BY_TEAM = "/v1/cases/figures?by=team&from=2024-10-15&to=2026-09-30"
"""The whole history by team; what a month's walk asks is one month of it."""

RUN = SourceRun("files", "d", {})
LEVELS = {"样例甲组": 0.31, "样例乙组": 0.62, "样例丙组": 0.93, "样例丁组": 1.37, "样例戊组": 1.79}
LEVELS |= {"样例己组": 2.43}
TEAMS = {team: (f"o:{n}1", f"o:{n}2") for n, team in enumerate(LEVELS)}
ROLES = ("chief", "analyst", "enterprise", None)
"""The chief stands for all who see everything, nobody for the public (`unit/api/test_audience`)."""

OTHERS = ("officer", "clerk", "keeper", "mediator", "volunteer", "portal")
VISITS = 1500


def _records(firms: list[str]) -> list[Any]:
    """Give teams, their officers, and visits: a firm by its own team, one in three by another."""
    draw = np.random.default_rng(7)
    risk = draw.gamma(2.0, 0.5, len(firms))
    people: list[Any] = [Team(id=team, member_ids=members) for team, members in TEAMS.items()]
    people += [
        Officer(id=one, name=f"样例警长 {one}", team=team)
        for team, members in TEAMS.items()
        for one in members
    ]
    made: list[Any] = []
    for n in range(VISITS):
        firm = int(draw.integers(len(firms)))
        team = list(LEVELS)[int(draw.integers(6)) if draw.random() < 0.33 else firm % 6]
        counts = draw.poisson(LEVELS[team] * risk[firm] * np.array([0.12, 0.4, 0.8]))
        made.append(
            Visit(
                id=f"v:{n:04d}",
                enterprise_id=firms[firm],
                premises_id=firms[firm],
                team=team,
                participant_ids=TEAMS[team],
                start=BEGUN + timedelta(hours=11.3 * n),
                found=Findings(*(int(one) for one in counts)),
                items_checked=20,
                items_standard=20,
            )
        )
    return [*people, *made, *(_told(one) for one in made if one.found.major)]


def _told(visit: Visit) -> Report:
    return Report(
        id=f"h:{visit.id}",
        kind="hazard",
        channel="visit",
        visit_id=visit.id,
        enterprise_id=visit.enterprise_id,
        premises_id=visit.premises_id,
        severity=Severity.MAJOR,
        occurred_from=visit.start,
        occurred_to=visit.start,
        reported_at=visit.start,
    )


@dataclass(frozen=True)
class Teams:
    """The park of six teams, what its build said, and what must not be read of it."""

    park: BuiltPark
    build_json: str
    effects: Effects


@pytest.fixture(scope="module")
def teams(tmp_path_factory: pytest.TempPathFactory) -> Teams:
    folder = tmp_path_factory.mktemp("teams")
    written = write_small_park(folder / "park").park_file
    text = written.read_text(encoding="utf-8").replace("[park]\n", '[park]\nscope = "all"\n', 1)
    text = text.replace("[map]", '[calendar]\nas_of = "2026-10-01"\n\n[map]', 1)
    written.write_text(text, encoding="utf-8")
    park = BuiltPark(written, written.parent / ".geo-risk")
    with park.open() as store:
        firms = [f"enterprises:E{n:03d}" for n in range(64)]
        store.put(_records(firms), actor=KEEPER, at=BEGUN, run=RUN)
    out = folder / "build.json"
    _run("build", written, "--json", out)
    return Teams(park, out.read_text(encoding="utf-8"), _effects(park))


def _effects(park: BuiltPark) -> Effects:
    file = read_park(park.park_file)
    params = monthly.params_of(file)
    names = {
        team: (*members, *(f"样例警长 {one}" for one in members)) for team, members in TEAMS.items()
    }
    with open_park(park.park_file) as opened:
        inputs = inputs_of(file, opened.store, opened.boundary(), actor=KEEPER)
        months = [
            monthly.gather(opened.store, file, one, params=params, only_scope=True)
            for one in (MONTH, monthly.shift_month(MONTH, 1))
        ]
        return effects_of(inputs, months, AS_OF, names)


def _run(*words: object) -> str:
    with pytest.MonkeyPatch.context() as patch:
        code, out, err = run_command(words, "", patch)
    assert code == 0, err
    return out


@pytest.fixture(scope="module")
def asked(teams: Teams, server_on: Any) -> Iterator[Callable[[str | None], list[Said]]]:
    """Every address, asked as a role; each role asks once."""
    with server_on(teams.park) as server:
        lived = live_a_month(server, MONTH)
        with server.client("chief") as chief:
            addresses = [*every_address(chief, lived.fills), BY_TEAM, f"{BY_TEAM}&f=xlsx"]

        @cache
        def ask(role: str | None) -> list[Said]:
            with server.client(role) as client:
                return ask_all(client, addresses)

        yield ask


def _texts(one: Said) -> Iterator[str]:
    """Give the texts of an answer: its headers, and its sheets or itself."""
    yield "\n".join(f"{name},{value}" for name, value in one.headers.items())
    if "spreadsheetml" in one.headers.get("content-type", ""):
        yield from rows_of_workbook(one.content)
    else:
        yield one.text


def test_the_teams_of_this_park_differ(teams: Teams) -> None:
    """Otherwise nothing could be found: the factors of the index and the levels of detection."""
    for name in ("major 0", "general 0", "minor 0", "level"):
        values = teams.effects.families[name]
        assert len(set(values)) == 6
        assert max(values) / min(values) > 1.5


@pytest.mark.parametrize(
    "role", [*ROLES, *(pytest.param(one, marks=pytest.mark.soak) for one in OTHERS)]
)
def test_no_route_tells_a_lookers_effect(
    teams: Teams, asked: Callable[[str | None], list[Said]], role: str | None
) -> None:
    """In no form, not in a header, not in a raster's tags, not as counts that it is made of."""
    told = {
        one.address: found
        for one in asked(role)
        for text in _texts(one)
        if (found := traces(text, teams.effects))
    }
    assert told == {}


def test_the_walk_read_what_there_is(asked: Callable[[str | None], list[Said]]) -> None:
    """The chief read the index, surfaces, slips, cases and workbooks; others less."""
    read = {one.address for one in asked("chief") if one.status == 200}
    for part in (
        f"/v1/index/{MONTH}",
        "/coverage.tif",
        "/v1/cases/figures?by=team",
        ".pdf",
        "/photos/",
        "/v1/plan/",
        "/calendar.ics",
        "/sheet.html",
    ):
        assert any(part in one for one in read), part
    by_team = next(one for one in asked("chief") if one.address == BY_TEAM)
    assert set(LEVELS) <= {row["group"] for row in json.loads(by_team.text)["rows"]}
    missed = [one.address for one in asked("chief") if one.status != 200]
    # Nothing was sent, nothing rejected, and a photo is one report's.
    may = ("/receipt/", "/reconciliation", "/rejects.xlsx", "/photos/")
    may += ("/embed/x",)  # no such address was given out
    missed = [one for one in missed if not any(part in one for part in may)]
    others = {"/declare", "/report", "/enterprise", "/users", "/audit"}
    assert {one.partition("?")[0] for one in missed} <= others  # the enterprise's, the keeper's
    assert len(read) > 3 * sum(one.status == 200 for one in asked(None))


BY = ("--by", "team", "--from", "2024-10-15", "--to", "2026-09-30")
COMMANDS: dict[str, tuple[str, ...]] = {
    "index": ("index", "--month", MONTH, "--json", "F.json"),
    "preview": ("index", "--month", "2026-10", "--json", "F.json"),
    "plan": (
        *("plan", "--week", next_monday().isoformat(), "--days", "14", "--seconds", "0.2"),
        *("--json", "F.json", "--ics", "F.ics", "--gpx", "F.gpx", "--sheet", "F.html"),
    ),
    "slips": ("slips", "--month", MONTH, "--json", "F.json"),
    "declarations": ("declarations", "--month", MONTH, "--json", "F.json"),
    "cases": ("cases list", "--json", "F.json", "--out", "F.xlsx"),
    "figures": ("cases figures", *BY, "--json", "F.json", "--out", "F.xlsx"),
    "duplicates": ("cases duplicates",),
    "check": ("cases check",),
    "evaluate": (
        *("evaluate", "--target", "visits", "--from", "2026-07-01", "--to", "2026-09-30"),
        *("--json", "F.json", "--predictions", "F.csv"),
    ),
    "render": ("render", "F.html", "--audience", "station", "--names"),
    **{
        f"export {name}": ("export", name, "F.xlsx", "--audience", "station")
        for name in (*LISTED, "figures")
    },
}


@pytest.mark.parametrize("name", COMMANDS)
def test_no_command_tells_a_lookers_effect(
    teams: Teams, tmp_path_factory: pytest.TempPathFactory, name: str
) -> None:
    """Neither what it prints nor what it writes."""
    folder = tmp_path_factory.mktemp("out")
    command, *rest = COMMANDS[name]
    words = [str(folder / one) if one.startswith("F.") else one for one in rest]
    printed = _run(*command.split(), str(teams.park.park_file), *words)
    assert traces(printed, teams.effects) == []
    files = sorted(folder.iterdir())
    assert len(files) == sum(one.startswith("F.") for one in rest)
    for file in files:
        content = file.read_bytes()
        texts = rows_of_workbook(content) if file.suffix == ".xlsx" else [content.decode()]
        for text in texts:
            assert traces(text, teams.effects) == [], file.name


def test_what_a_build_publishes_tells_no_lookers_effect(teams: Teams) -> None:
    """Facts, provenance and arrays of every surface, and what the command says of them."""
    assert traces(teams.build_json, teams.effects) == []
    known = np.array([one for family in teams.effects.families.values() for one in family])
    known = known[(known != 0) & (known != 1)]
    with open_park(teams.park.park_file) as opened:
        published = opened.publication()
    assert "corrected.hazard" in published.surfaces
    assert traces(json.dumps(dict(published.facts), default=str), teams.effects) == []
    for one in published.surfaces.values():
        said = one.surface.provenance.parameters
        assert traces(json.dumps(dict(said), default=str), teams.effects) == []
    files = sorted(teams.park.state_dir.rglob("*.npz"))
    assert len(files) == len(published.surfaces)
    for file in files:
        with np.load(file, allow_pickle=False) as kept:
            for name in kept.files:
                values = kept[name].ravel()
                if values.dtype.kind == "f":
                    near = np.isclose(values[:, None], known, rtol=1e-9, atol=0)
                    assert not near.any(), f"{file.name}: {name}"


def _book(*rows: tuple[object, ...]) -> str:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return "\n".join(rows_of_workbook(out.getvalue()))


@pytest.mark.parametrize("way", range(10))
def test_an_effect_that_is_told_is_found(teams: Teams, way: int) -> None:
    """Planted in ten ways, by value, by word, by rate and by what a rate is made of."""
    levels = teams.effects.families["level"]
    major = teams.effects.families["major 0"]
    team, one = "样例丙组", teams.effects.by_team["样例丙组"]
    factor, plain, visits = one[0][0], one[0][-3], max(one[1])
    planted = (
        json.dumps({"model": {"parameters": {"a": levels[2]}}}),
        json.dumps({"rows": [{"looker": 3, "n": 4}]}),
        json.dumps({"factors": [float(f"{each:.3g}") for each in major]}),
        json.dumps({"rows": [{"group": team, "counts": {"rate": round(plain, 4)}}]}),
        json.dumps({"rows": [{"group": team, "counts": {"visits": visits}}]}),
        json.dumps({"o:21": float(f"{1 / factor:.3g}")}),
        _book(("走访组", "系数"), (team, round(factor, 3))),
        f"<table><tr><td>样例警长 o:21</td><td>{plain:.4f}</td></tr></table>",
        f"team,rate\n{team},{plain:.5f}\n",
        f"x-model,{levels[4]!r}",
    )
    assert traces(planted[way], teams.effects) != []
