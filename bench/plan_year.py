"""Fifty-two weeks of visit plans in parks whose truth is known: `python -m bench.plan_year`.

From half a year of visits by habit several stations go on in the same park: planned, riskiest
first in the same zones, by habit, each with and without a lot. Told are the severity points found
per hour, whether the intervals of the lot hold the truth, and how the model drifts. `--seeds`,
`--weeks` make it shorter; `--page F` writes the tables into a page between two marks, and the
curves beside it.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from bench.curves import Line, Panel, draw
from bench.table import OUT, machine
from bench.year_run import (
    HABIT,
    HABIT_LOT,
    NO_LOT,
    PLANNED,
    POLICIES,
    RISKIEST,
    Year,
    run_seed,
)
from bench.year_told import (
    HAZARDS,
    WITH_MAJOR,
    Judged,
    expected_per_hour,
    judge_all,
    judge_lot,
    judge_redrawn,
    made_share,
    measure_drift,
    points_per_hour,
    trailing,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

Table = tuple[str, Sequence[str], Sequence[Sequence[str]]]
"""Title, headings, rows."""

WINDOWS = (4, 13, 26)
"""Weeks that an estimate of prevalence looks back."""

REDRAWN = 20
_BLUE, _RED, _GREY, _BLACK = "#1d4ed8", "#b91c1c", "#64748b", "#0f172a"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print, write JSON; with a page, tables and curves."""
    asked = argparse.ArgumentParser(prog="python -m bench.plan_year", description=__doc__)
    asked.add_argument("--seeds", type=int, default=3)
    asked.add_argument("--weeks", type=int, default=52)
    asked.add_argument("--page", type=Path, help="write the tables between its two marks")
    given = asked.parse_args(arguments)
    begun = time.monotonic()
    years = run_seeds(given.seeds, given.weeks)
    tables = [found_table(years), coverage_table(years), drift_table(years)]
    text = "\n\n".join(show(one) for one in tables)
    sys.stdout.write(f"{text}\n\n{time.monotonic() - begun:.0f} s\n")
    OUT.mkdir(exist_ok=True)
    plain = [
        {"title": a, "headings": list(b), "rows": [list(c) for c in rows]} for a, b, rows in tables
    ]
    body = json.dumps({"machine": machine(), "tables": plain}, ensure_ascii=False, indent=2)
    (OUT / "plan_year.json").write_text(body + "\n", encoding="utf-8")
    if given.page is not None:
        _write_page(given.page, text, years)
    return 0


def run_seeds(seeds: int, weeks: int) -> dict[str, list[Year]]:
    """Run parks of seeds 1 to so many, two at a time; give the years of each policy by seed."""
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        every = list(pool.map(partial(run_seed, weeks=weeks), range(1, seeds + 1)))
    return {name: [one[k] for one in every] for k, name in enumerate(POLICIES)}


def found_table(years: dict[str, list[Year]]) -> Table:
    """Tell what each found an hour, over riskiest first with the same lot."""
    planned = {name: some for name, some in years.items() if some[0].hours}
    found, mean = (
        {name: np.array([measure(one) for one in some]) for name, some in planned.items()}
        for measure in (points_per_hour, expected_per_hour)
    )
    rows = []
    for name, some in planned.items():
        visits = np.mean([len(one.made) / len(one.weeks) for one in some])
        over = ("", "") if name == RISKIEST else (
            gain(found[name] / found[RISKIEST]), gain(mean[name] / mean[RISKIEST])
        )  # fmt: skip
        rows.append((name, f"{visits:.1f}", f"{found[name].mean():.3f}", *over))
    heads = ("who plans", "visits a week", "points an hour", f"over {RISKIEST}",
             "in the mean, luck left out")  # fmt: skip
    first = years[PLANNED][0]
    parks = len(years[PLANNED])
    return f"True severity points found, {parks} parks x {len(first.weeks)} weeks", heads, rows


def coverage_table(years: dict[str, list[Year]]) -> Table:
    """Tell how often intervals of 95 % hold the truth: the lot's, lots drawn anew, all visits'."""
    rows = []
    rng = np.random.default_rng(1)
    some = years[PLANNED]
    for weeks in [one for one in WINDOWS if one <= len(some[0].weeks)]:
        lot = [one for year in some for one in judge_lot(year, weeks)]
        anew = [
            one for year in some for _ in range(REDRAWN) for one in judge_redrawn(year, weeks, rng)
        ]
        naive = [one for year in some for one in judge_all(year, weeks)]
        for what, name in ((HAZARDS, "mean"), (WITH_MAJOR, "with a major")):
            for park, where in ((True, "park"), (False, "zones")):
                parts = [[one for one in each if one.what == what and (one.zone < 0) == park]
                         for each in (lot, anew, naive)]  # fmt: skip
                rows.append((
                    f"{weeks}", f"{where}, {name}", coverage(parts[0]), coverage(parts[1]),
                    bias(parts[0]), bias(parts[1]), coverage(parts[2]), bias(parts[2]),
                ))  # fmt: skip
    share = 100 * np.mean([made_share(one) for one in some])
    heads = ("weeks", "what", "lot holds", "lots drawn anew hold", "lot / truth", "anew / truth",
             "all visits hold", "all visits / truth")  # fmt: skip
    return f"Intervals of 95 % ({share:.1f} % of what the lot drew took place)", heads, rows


def drift_table(years: dict[str, list[Year]]) -> Table:
    """Tell how the model stands to the truth in the last half year, over seeds."""
    rows = []
    for name, some in years.items():
        drifts = [measure_drift(one) for one in some]
        last = [[getattr(one, field)[-_LAST:].mean() for one in drifts] for field in _DRIFT]
        naive = [_of_park(judge_all(one, min(_LAST, len(one.weeks)))) for one in some]
        apart = np.mean([len(one.served) for one in some])
        rows.append((name, f"{apart:.1f}", *(mean_interval(one) for one in (*last, naive))))
    heads = ("who plans", "fits that told premises apart", *_DRIFT.values(), _NAIVE)
    return "Drift, the last half year", heads, rows


def _of_park(some: Sequence[Judged]) -> float:
    last = [one for one in some if one.zone < 0 and one.what == HAZARDS][-1]
    return last.told.value / last.truth


_LAST = 26
_DRIFT = {
    "least": "model / truth, least seen third",
    "counts": "counts / truth, least seen third",
    "rank": "rank correlation with true rates",
    "unseen": "not seen for half a year",
    "gini": "concentration of visits (Gini)",
}
_NAIVE = "all visits' mean / truth"


def coverage(some: Sequence[Judged]) -> str:
    """Write the share of intervals that hold the truth with the interval of that share."""
    if not some:
        return ""
    hold = sum(one.covers for one in some)
    told = stats.binomtest(hold, len(some)).proportion_ci(method="wilson")
    low, high = 100 * told.low, 100 * told.high
    return f"{100 * hold / len(some):.1f} % [{low:.0f}, {high:.0f}] of {len(some)}"


def bias(some: Sequence[Judged]) -> str:
    """Write the sum of estimates over that of truths."""
    if not some:
        return ""
    return f"{sum(one.told.value for one in some) / sum(one.truth for one in some):.2f}"


def gain(ratios: Floats) -> str:
    """Write a mean gain in per cent with its 95 % interval over seeds (Student)."""
    return mean_interval(100.0 * (np.asarray(ratios) - 1.0), "{:+.1f}", " %")


def mean_interval(values: Sequence[float] | Floats, form: str = "{:.2f}", unit: str = "") -> str:
    """Write a mean with its 95 % interval over seeds (Student)."""
    each = np.asarray(values, float)
    mean = form.format(each.mean()) + unit
    if len(each) < 2:
        return mean
    half = stats.t.ppf(0.975, len(each) - 1) * each.std(ddof=1) / np.sqrt(len(each))
    return f"{mean} [{form.format(each.mean() - half)}, {form.format(each.mean() + half)}]"


def show(table: Table) -> str:
    """Set a table as Markdown."""
    title, heads, rows = table
    lines = [f"| {' | '.join(heads)} |", f"|---|{'---:|' * (len(heads) - 1)}"]
    lines += [f"| {' | '.join(row)} |" for row in rows]
    return f"### {title}\n\n" + "\n".join(lines)


def prevalence_curves(years: dict[str, list[Year]], weeks: int = 13) -> str:
    """Draw, quarter by quarter back from each week, what the lot and all visits tell of a park."""
    panels = []
    for year in years[PLANNED][:2]:
        lot, naive = trailing(year, weeks)
        x = [one.first - year.weeks[0].first // 7 + weeks for one in lot]
        told = [one.told for one in lot]
        panels.append(Panel(
            f"Hazards a visit would find, park {year.seed}",
            f"week (looking back {weeks})",
            (
                Line("by lot, with its interval of 95 %", x, [one.value for one in told], _BLUE,
                     low=[one.low for one in told], high=[one.high for one in told]),
                Line("all visits", x, [one.told.value for one in naive], _RED, "6 3"),
                Line("truth", x, [one.truth for one in lot], _BLACK, "2 2"),
            ),
        ))  # fmt: skip
    return draw(panels)


def drift_curves(years: dict[str, list[Year]], weeks: int = 13) -> str:
    """Draw how stations drift with and without a lot, planned and by habit: means over parks."""
    panels = []
    for field in ("least", "counts"):
        lines = []
        for name, (colour, dash) in _PENS.items():
            each = [getattr(measure_drift(year), field) for year in years[name]]
            x = np.arange(len(each[0]))
            lines.append(Line(name, x, np.mean(each, axis=0), colour, dash))
        panels.append(Panel(_DRIFT[field], "week", tuple(lines)))
    lines = []
    for name, (colour, dash) in _PENS.items():
        each = [[one.told.value / one.truth for one in trailing(year, weeks)[1]]
                for year in years[name]]  # fmt: skip
        x = weeks + np.arange(len(each[0]))
        lines.append(Line(name, x, np.mean(each, axis=0), colour, dash))
    return draw([*panels, Panel(_NAIVE, f"week (looking back {weeks})", tuple(lines))])


_PENS = {
    PLANNED: (_BLUE, ""),
    NO_LOT: (_BLUE, "6 3"),
    HABIT_LOT: (_RED, ""),
    HABIT: (_RED, "6 3"),
}


def _write_page(page: Path, text: str, years: dict[str, list[Year]]) -> None:
    """Write tables between the page's marks, and curves into the folder of its name."""
    folder = page.with_suffix("")
    folder.mkdir(exist_ok=True)
    (folder / "prevalence.svg").write_text(prevalence_curves(years), encoding="utf-8")
    (folder / "drift.svg").write_text(drift_curves(years), encoding="utf-8")
    marks = r"(<!-- bench.plan_year -->\n).*?(\n<!-- end -->)"
    body = page.read_text(encoding="utf-8")
    put = re.sub(marks, lambda m: f"{m[1]}\n{text}\n{m[2]}", body, flags=re.DOTALL)
    page.write_text(put, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
