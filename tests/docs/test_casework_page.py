"""The pages on casework and on orders show the diagrams as they are in the code."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from geo_risk import orders
from geo_risk.casework import machine_of
from geo_risk.records import Role
from tests.docs.blocks import ROOT

ORDER = (Role.OFFICER, Role.CLERK, Role.CHIEF, Role.MEDIATOR, Role.ENTERPRISE)


def table(machine: Iterable[Any]) -> str:
    """Give a diagram as a Markdown table."""
    lines = ["| step | from | to | who | needs |", "|---|---|---|---|---|"]
    for one in machine:
        target = {None: "as it was", "before": "as before"}.get(one.target, str(one.target))
        who = ", ".join(role.value for role in ORDER if role in one.roles)
        sources = ", ".join(state.value for state in one.sources)
        needs = ", ".join(one.needs)
        lines.append(f"| `{one.action}` {one.zh} | {sources} | {target} | {who} | {needs} |")
    return "\n".join(lines)


@pytest.mark.parametrize("kind", ["hazard", "dispute", "fire"])
def test_the_page_shows_the_diagram(kind: str) -> None:
    """Each step, its states, who takes it and what it needs."""
    assert table(machine_of(kind)) in (ROOT / "docs/casework.md").read_text(encoding="utf-8")


def test_the_page_on_orders_shows_its_diagram() -> None:
    """As that of a case; a confirmation leads where its code says."""
    shown = table(orders.MACHINE).replace("as it was", "completed, or accepted again")
    assert shown in (ROOT / "docs/orders.md").read_text(encoding="utf-8")
