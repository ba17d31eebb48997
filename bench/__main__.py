"""`python -m bench`: print the tables, write JSON; `--page F` writes them as a page too."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from bench import (
    browser,
    casework,
    commands,
    effort,
    kernels,
    live_map,
    month_end,
    peers,
    plan,
    plan_desk,
    safety_index,
    two_processes,
)
from bench.table import machine, show, write_json

_HEAD = """# Speed, measured

Written by `python -m bench --page docs/speed.md`. Whole commands run in processes of their own,
start-up of Python included; peers run in the same minute on the same input. The targets are for
2 cores and 4 GB. A ratio below 1 means that ours is faster.
"""


def main() -> int:
    """Measure everything; 1 when a target was missed."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--page", type=Path, help="also write the tables to this Markdown file")
    page = parser.parse_args().page
    parts, missed = [f"{_HEAD}\n{machine()}"], False
    for name, title, measure in (
        ("commands", "What people wait for", commands.measure),
        ("browser", "Pages in a weak browser", browser.measure),
        ("live_map", "From a report to the map", live_map.measure),
        ("two_processes", "From one process to another", two_processes.measure),
        ("casework", "Casework", casework.measure),
        ("month_end", "Month's end", month_end.measure),
        ("plan_desk", "The desk of visit plans", plan_desk.measure),
        ("peers", "Inner work and its peers", peers.measure),
    ):
        lines = list(measure())
        parts.append(f"## {title}\n\n{show(lines)}")
        print(f"\n{parts[-1]}\n\n{write_json(lines, name)}")
        missed |= not all(one.within for one in lines)
    if page is not None:
        page.write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    print(
        f"\n{kernels.report()}\n\n## Effort: raw and corrected surfaces beside the truth",
        flush=True,
    )
    effort.main([] if effort.shared_data() else ["--only", "truth"])
    if effort.shared_data():
        print("\n## Safety index: its rate part beside counts, on Chicago", flush=True)
        safety_index.main([])
    print("\n## Visit plans: beside the rules officers go by, and beside PyVRP", flush=True)
    plan.main([])
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
