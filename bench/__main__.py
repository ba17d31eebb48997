"""`python -m bench`: print the tables, write JSON beside them."""

from __future__ import annotations

import sys

from bench import commands, peers
from bench.table import show, write_json


def main() -> int:
    """Measure everything; 1 when a target was missed."""
    missed = False
    for name, title, lines in (
        ("commands", "What people wait for", commands.measure()),
        ("peers", "Inner work and its peers", list(peers.measure())),
    ):
        print(f"\n## {title}\n\n{show(lines)}\n\n{write_json(lines, name)}")
        missed |= not all(one.within for one in lines)
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
