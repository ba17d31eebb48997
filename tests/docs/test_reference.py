"""The reference pages say what the code says, and the code keeps what they promise."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
import re
from collections.abc import Iterator
from functools import cache

import pytest

import api
import geo_risk
import maps
from api.problems import STATUS
from docs.code_pages import command_tree
from docs.declared_pages import application, error_tree, route_list
from docs.generate import FOLDER, pages
from geo_risk.ingest import field_table
from geo_risk.park import SOURCE_KINDS
from geo_risk.records import DOORS, Door, Record, Role
from maps.menu import PAGES, pages_showing
from maps.words import LANGS, catalogue
from tests.docs.blocks import ROOT

EVERY_DOOR = [(kind, door) for kind, doors in DOORS.items() for door in doors]
COMMANDS = {words.removeprefix("geo-risk "): command for words, command in command_tree()}


def modules() -> Iterator[str]:
    """Give the names of all modules of the three packages."""
    for package in (geo_risk, maps, api):
        for one in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if "migrations" not in one.name and not one.name.endswith("__main__"):
                yield one.name


@cache
def routes() -> list[tuple[str, re.Pattern[str]]]:
    """Give every route as method and pattern."""
    return [
        (method, re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path)))
        for method, path, _ in route_list(application())
    ]


def exists(door: Door) -> bool:
    """Say whether a door is there: a command with its option or such a source, or a route."""
    if found := re.fullmatch(r"geo-risk ([\w ]+?)(?: (--\w+))?(?: \((\w+)\))?", door.where):
        words, option, kind = found.groups()
        params = getattr(COMMANDS.get(words), "params", ())
        return (
            words in COMMANDS
            and (option is None or any(option in one.opts for one in params))
            and (
                kind is None
                or (kind in SOURCE_KINDS and any(one.kind == kind for one in field_table()))
            )
        )
    method, path = door.where.split(" ")
    concrete = re.sub(r"\{[^}]+\}", "x", path)
    return any(method == one and pattern.fullmatch(concrete) for one, pattern in routes())


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    """The pages as the code would write them now."""
    return pages()


def test_generated_pages_are_fresh(made: dict[str, str]) -> None:
    """What is written is what `make docs` would write."""
    written = {one.name: one.read_text(encoding="utf-8") for one in FOLDER.glob("*.md")}
    stale = [name for name in made | written if made.get(name) != written.get(name)]
    assert stale == [], "run `make docs`"


@pytest.mark.parametrize(("kind", "door"), EVERY_DOOR, ids=lambda one: getattr(one, "where", ""))
def test_every_door_is_there(kind: type[Record], door: Door) -> None:
    """Where the table says that a record comes into being, there is a command or a route."""
    assert exists(door)


@pytest.mark.parametrize(
    "where",
    ["geo-risk nothing", "geo-risk cases nothing", "geo-risk slips --nothing", "GET /v1/nothing"],
)
def test_a_door_that_nobody_built_is_not_found(where: str) -> None:
    """The look at doors can fail: neither a command, nor an option, nor a route is made up."""
    assert not exists(Door(Role.KEEPER, where))


def test_every_record_has_a_door() -> None:
    """No record is a dead end: something creates it."""
    assert [kind.__name__ for kind, doors in DOORS.items() if not doors] == []


def test_every_record_is_seen_on_a_page() -> None:
    """What is kept can be read by somebody: a page of `maps.menu.PAGES` says so in `shows`."""
    unseen = {kind.collection for kind in DOORS if not pages_showing(kind.collection)}
    assert not unseen, "name the collection in `shows` of its page in maps/menu.py"
    known = {kind.collection for kind in DOORS}
    assert {name for page in PAGES for name in page.shows} <= known


@pytest.mark.parametrize("name", ["records.md", "pages.md"])
def test_tables_of_records_roles_and_pages_have_no_empty_cell(
    made: dict[str, str], name: str
) -> None:
    """Each record has a role, a door and a page; each page an answer for every role."""
    first = made[name].split("\n## ")[0] if name == "records.md" else made[name]
    rows = [line for line in first.splitlines() if line.startswith("| ")]
    assert len(rows) > 20
    assert [line for line in rows if re.search(r"\|\s*\|", line)] == []


def test_every_page_has_words_for_menu_and_help() -> None:
    """The menu's entry and the help behind the question mark, in both languages."""
    for page in PAGES:
        for lang in LANGS:
            assert f"help.{page.name}" in catalogue(lang), f"write help.{page.name} in {lang}.po"
            assert f"nav.{page.name}" in catalogue(lang), f"write nav.{page.name} in {lang}.po"


def test_every_error_is_in_the_docs_and_has_a_status(made: dict[str, str]) -> None:
    """An error that someone meets can be looked up."""
    for kind, _ in error_tree():
        assert f"`{kind.__name__}`" in made["errors.md"]
        assert kind in STATUS


def test_every_public_name_is_in_the_docs(made: dict[str, str]) -> None:
    """What `geo_risk` promises is described."""
    for name in geo_risk.__all__:
        assert f"\n## {name}\n" in made["python.md"]


def test_commands_are_those_of_the_design() -> None:
    """The words in README, CI and issues are the words of the program."""
    promised = {"init", "build", "serve", "evaluate", "render", "readmit", "forget", "backup"}
    assert promised | {"restore", "export", "retention"} <= COMMANDS.keys()
    assert {one.split()[0] for one in COMMANDS} >= {"token", "user"}


@pytest.mark.parametrize(
    ("words", "command"), list(command_tree()), ids=lambda one: one if isinstance(one, str) else ""
)
def test_every_command_and_option_says_what_it_does(words: str, command: object) -> None:
    """`--help` leaves nobody guessing."""
    assert getattr(command, "help", ""), words
    for one in getattr(command, "params", ()):
        assert one.help, f"{words} {one.name}"


def test_every_page_can_be_reached() -> None:
    """No page of docs/ is an orphan: the contents name it."""
    contents = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    names = {str(one.relative_to(ROOT / "docs")) for one in (ROOT / "docs").rglob("*.md")}
    assert sorted(one for one in names - {"README.md"} if f"({one})" not in contents) == []


@pytest.mark.parametrize("name", sorted(modules()))
def test_examples_in_docstrings_run(name: str) -> None:
    """An example that a reader copies works."""
    failed, _ = doctest.testmod(importlib.import_module(name))
    assert failed == 0
