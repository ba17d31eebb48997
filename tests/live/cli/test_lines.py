"""How the program fails, and how it is used: one clear line, the right exit code."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from api.cli import TOPICS
from api.cli_serve import listen
from docs.code_pages import command_tree
from tests.live.cli.commands import Run


def test_failure_is_one_line_with_what_to_do(run: Run, tmp_path: Path) -> None:
    """No traceback: what happened, where, and the next step; exit 1."""
    ran = run("build", tmp_path / "park.toml")
    assert ran.code == 1
    assert ran.err == (
        f"geo-risk: There is no park file {tmp_path / 'park.toml'}. "
        "Write one with `geo-risk init`.\n"
    )


def test_park_file_with_an_unknown_key_names_the_nearest(run: Run, park: Path) -> None:
    """A slip of the pen is answered with the word that was meant."""
    park.write_text(park.read_text("utf-8").replace("cell_m", "cel_m", 1), "utf-8")
    ran = run("build", park)
    assert ran.code == 1
    assert ran.err.count("\n") == 1
    assert "park.toml: [park]: key 'cel_m' is not known. Did you mean 'cell_m'?" in ran.err


def test_file_that_cannot_be_written_is_one_line(run: Run, park: Path) -> None:
    """The machine's own refusals are not tracebacks either."""
    ran = run("build", park, "--json", park.parent / "nowhere" / "f.json")
    assert ran.code == 1
    assert ran.err.splitlines()[-1].endswith("No such file or directory.")


@pytest.mark.parametrize(
    "words",
    [
        ("build",),
        ("nosuch",),
        ("build", "park.toml", "--nosuch"),
        ("evaluate", "park.toml", "--kind", "hazard", "--cut", "yesterday"),
        ("evaluate", "park.toml", "--target", "weather", "--kind", "x", "--cut", "2026-01-01"),
        ("export", "park.toml", "zones", "out.xlsx", "--where", "name"),
        ("init", "--lang", "fr"),
    ],
)
def test_wrong_use_is_exit_2(run: Run, words: tuple[str, ...]) -> None:
    """A wrong word is the caller's mistake, and said so before anything is done."""
    ran = run(*words)
    assert ran.code == 2
    assert "Usage: geo-risk" in ran.err


def test_no_words_give_the_list_of_commands(run: Run) -> None:
    """Somebody who types only the name sees what there is."""
    ran = run()
    assert all(name in ran.out + ran.err for name in TOPICS)


def test_every_command_is_registered_by_its_topic() -> None:
    """The table by which one topic is loaded knows every command."""
    assert {words.split()[1] for words, _ in command_tree()} == set(TOPICS)


def test_no_secret_is_an_argument() -> None:
    """What stands on a command line can be read by every user of the machine."""
    options = {name for _, command in command_tree() for one in command.params for name in one.opts}
    assert [one for one in options if "password" in one or "secret" in one] == []


def test_service_answers_without_nagles_delay() -> None:
    """The listening socket names its protocol, for only then asyncio turns the delay off."""
    with listen("127.0.0.1", 0) as listening:
        assert listening.proto == socket.IPPROTO_TCP
