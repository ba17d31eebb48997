"""`python -m data.sample_park`: write the sample park to a folder."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from data.sample_park.calendar import MONTHS, MONTHS_OFFERED
from data.sample_park.park import simulate
from data.sample_park.truth import VARIANTS
from data.sample_park.write import write_park


def main(arguments: list[str] | None = None) -> int:
    """Read the command line and write the park; give 0."""
    asked = argparse.ArgumentParser(prog="python -m data.sample_park", description=__doc__)
    asked.add_argument("--out", type=Path, default=Path(__file__).resolve().parents[1] / "sample")
    asked.add_argument("--months", type=int, choices=MONTHS_OFFERED, default=MONTHS)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--variant", choices=VARIANTS, default=VARIANTS[0])
    given = asked.parse_args(arguments)
    park = simulate(given.seed, given.variant, given.months)
    sources = write_park(park, given.out)
    rows = sum(one.planted.read for one in sources)
    sys.stdout.write(f"{given.out / 'park.toml'}: {len(sources)} sources, {rows:,} rows\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
