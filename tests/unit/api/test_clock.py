"""Commands take the machine's clock, unless a program hands them another."""

from __future__ import annotations

from datetime import UTC, datetime

from api.cli_session import by_clock, now

THEN = datetime(2026, 3, 2, 1, tzinfo=UTC)


def test_commands_of_a_block_go_by_its_clock() -> None:
    """Before and after it they go by the machine's."""
    with by_clock(lambda: THEN):
        assert now() == THEN
    assert abs((now() - datetime.now(UTC)).total_seconds()) < 60
