"""Kernel sums beside who else makes them: `python -m bench.kernels`; `--page F` writes the tables.

Every line is measured in interleaved rounds, ours and each peer once a round, and the ratio is the
median of the rounds' ratios: what else the machine does falls on all alike, so that ratios are fair
where seconds are not. Errors are the largest relative ones at 200 random cells, by brute force.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from bench import city
from bench import kernel_peers as peers
from bench.table import OUT, machine
from geo_risk.grid import Grid
from geo_risk.surfaces.kernels import sum_kernels
from geo_risk.surfaces.live import LiveSurface

WIDE_M, HIGH_M, SIGMA_M = 40_000.0, 30_000.0, 200.0
FINE = Grid("EPSG:4549", WIDE_M / 2560, (1920, 2560), (0.0, HIGH_M))
COARSE = Grid("EPSG:4549", WIDE_M / 512, (384, 512), (0.0, HIGH_M))
DISC_M = SIGMA_M * 6**0.5  # an Epanechnikov kernel of the Gaussian's variance
# A histogram of these cells, put through `splines.error_of`'s bound, promises 0.67.
LOOSE = {1e2: 1e-3, 1e3: 1e-3, 1e4: 0.3, 1e5: 0.3, 1e6: 0.3, 1e7: 0.3}
_HEAD = """# Kernel sums, measured

Written by `python -m bench.kernels --page docs/kernels.md`; `make bench` runs it too. Points: a
mixture of 200 clusters and a uniform background (30 %) over 40 x 30 km, weighted. Every line is the
median over interleaved rounds, and every ratio the median of the rounds' ratios: the seconds depend
on what else the machine was doing, the ratios less, and least of all those of work, which is the
processor's time of all threads. Peers get their input in the form they like best, made outside the
timing. Error: the largest relative one at 200 random cells against brute force, cells below 1 % of
the mean density left out (with 1,000 points most of the plane is empty). `rtol` is a promise for
any points, down to a single one; where kernels overlap the error is far below it. One over the
ratio of "read the points once" is how many reads of their memory our sum takes. A live Gaussian is
kept on the nodes of splines, so that stamping it costs little and reading it costs more: see the
lines that read the block of cells that changed.
"""


@dataclass(frozen=True)
class Measured:
    """One way of making one sum.

    Parameters
    ----------
    case
        Which points on which grid.
    who
        Ours, with the tolerance asked for, or the peer.
    seconds
        Median over the rounds.
    error
        Largest relative error at 200 cells; None where it was not compared.
    ratio
        Median over the rounds of this one's seconds over ours; None for ours.
    work
        The same of the processor's seconds, all threads together.
    note
        What a reader must know.
    """

    case: str
    who: str
    seconds: float
    error: float | None = None
    ratio: float | None = None
    work: float | None = None
    note: str = ""


def draw(n: int, seed: int = 1) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw the points of the tables: easting, northing, weight."""
    rng = np.random.default_rng(seed)
    centre = rng.uniform((0, 0), (WIDE_M, HIGH_M), (200, 2))
    spread = rng.uniform(100.0, 1000.0, 200)
    which = rng.integers(0, 200, n)
    points = centre[which] + rng.normal(size=(n, 2)) * spread[which, None]
    even = rng.random(n) < 0.3
    points[even] = rng.uniform((0, 0), (WIDE_M, HIGH_M), (int(even.sum()), 2))
    # What leaves the box comes in on the other side: peers know nothing beside their grid.
    east, north = points[:, 0] % WIDE_M, points[:, 1] % HIGH_M
    return east, north, rng.uniform(0.5, 2.0, n)


def errors(
    points: Sequence[np.ndarray], grid: Grid, kernel: str, h: float
) -> Callable[[np.ndarray], float]:
    """Make the judge of one case: the largest relative error at 200 random cells."""
    rng = np.random.default_rng(9)
    rows, cols = (rng.integers(0, side, 200) for side in grid.shape)
    order = np.argsort(points[0])
    east, north, weight = (one[order] for one in points)
    reach = 9.0 * h if kernel == "gaussian" else h
    truth = np.empty(200)
    for k, (x, y) in enumerate(zip(grid.eastings()[cols], grid.northings()[rows], strict=True)):
        near = slice(*np.searchsorted(east, (x - reach, x + reach)))
        square = ((east[near] - x) ** 2 + (north[near] - y) ** 2) / h**2
        if kernel == "gaussian":
            truth[k] = weight[near] @ np.exp(-0.5 * square) / (2.0 * np.pi * h * h)
        else:
            truth[k] = weight[near] @ np.maximum(1.0 - square, 0.0) * 2.0 / (np.pi * h * h)
    some = truth > 0.01 * weight.sum() / (WIDE_M * HIGH_M)
    return lambda got: float(np.abs(got[rows, cols][some] / truth[some] - 1.0).max())


def rounds(case: str, ways: dict[str, Callable[[], Any]], times: int) -> list[Measured]:
    """Time each way once a round, the first one being ours."""
    took: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    for _ in range(times):
        for name, way in ways.items():
            start = time.perf_counter(), time.process_time()
            way()
            took[name].append((time.perf_counter() - start[0], time.process_time() - start[1]))
    ours, *others = took

    def ratio(name: str, clock: int) -> float:
        pairs = zip(took[name], took[ours], strict=True)
        return statistics.median(a[clock] / max(b[clock], 1e-9) for a, b in pairs)

    def seconds(name: str) -> float:
        return statistics.median(one[0] for one in took[name])

    first = Measured(case, ours, seconds(ours))
    return [
        first,
        *(Measured(case, one, seconds(one), None, ratio(one, 0), ratio(one, 1)) for one in others),
    ]


def gaussian(n: int, grid: Grid, rtol: float, times: int) -> list[Measured]:
    """Measure one size on one grid, ours at one tolerance beside every peer."""
    points = draw(n)
    ours = partial(sum_kernels, *points, grid, "gaussian", SIGMA_M, rtol=rtol)
    ways: dict[str, Callable[[], Any]] = {
        f"geo-risk, rtol {rtol:g}": ours,
        **peers.gaussian(*points, grid, SIGMA_M),
        "read the points once": lambda: [one.sum() for one in points],
    }
    judge = errors(points, grid, "gaussian", SIGMA_M)
    found = {name: judge(way()) for name, way in ways.items() if "read" not in name}
    tracemalloc.start()
    ours()
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    case = f"Gaussian, n = {n:.0e}, {grid.shape[1]} x {grid.shape[0]}".replace("e+0", "e")
    inputs = sum(one.nbytes for one in points) / 1e6
    notes = {next(iter(ways)): f"peak memory {peak:.0f} MB above the points' {inputs:.0f} MB"}
    return [
        replace(one, error=found.get(one.who), note=notes.get(one.who, ""))
        for one in rounds(case, ways, times)
    ]


def exact(n: int, grid: Grid, times: int) -> list[Measured]:
    """Measure the exact Epanechnikov sum beside libkdv."""
    points = draw(n)
    ours = partial(sum_kernels, *points, grid, "epanechnikov", DISC_M)
    case = f"Epanechnikov, exact, n = {n:.0e}, {grid.shape[1]} x {grid.shape[0]}".replace(
        "e+0", "e"
    )
    ways = {"geo-risk": ours, "libkdv, 2 threads": peers.epanechnikov(*points, grid, DISC_M)}
    error = errors(points, grid, "epanechnikov", DISC_M)(ours())
    first, *others = rounds(case, ways, times)
    note = f"radius {DISC_M:.0f} m: the variance of the Gaussian"
    return [replace(first, error=error, note=note), *others]


def live(reports: int = 2000) -> list[Measured]:
    """Measure one report on a live surface, at random places and at one place (cells in cache).

    Once more with reading the block of cells that changed, as a map that is open does.
    """
    inside = np.ones(FINE.shape, dtype=bool)
    rng = np.random.default_rng(3)
    spots = rng.uniform((0, 0), (WIDE_M, HIGH_M), (reports, 2)).tolist()
    lines = []
    for kernel, width in (("quartic", SIGMA_M * 8**0.5), ("gaussian", SIGMA_M)):
        surface = LiveSurface(FINE, inside, width, 30.0, 0.0, 10.0, kernel)

        def stamp(
            some: list[list[float]], *, read: bool = False, surface: LiveSurface = surface
        ) -> None:
            for east, north in some:
                changed = surface.stamp(east, north, 9.0)
                if read:
                    surface.values(*changed)

        here = [spots[0]] * reports
        for what, work in (
            ("random places", partial(stamp, spots)),
            ("one place", partial(stamp, here)),
            ("random places, and its cells read", partial(stamp, spots, read=True)),
        ):
            took = []
            for _ in range(9):
                start = time.perf_counter()
                work()
                took.append((time.perf_counter() - start) / reports)
            case = f"one live report, {kernel}, 2560 x 1920, {what}"
            note = f"fastest of 9 rounds {min(took) * 1e6:.1f} us"
            lines.append(Measured(case, "geo-risk", statistics.median(took), note=note))
    return lines


def compiling() -> list[Measured]:
    """Measure the first call of a process, with an empty cache of compiled loops and a full one."""
    script = (
        "import time, numpy as np\n"
        "from geo_risk.grid import Grid\n"
        "from geo_risk.surfaces.kernels import sum_kernels\n"
        "grid = Grid('EPSG:4549', 50.0, (400, 400), (0.0, 20000.0))\n"
        "points = np.random.default_rng(0).uniform(0, 20000, (3, 50000))\n"
        "start = time.perf_counter()\n"
        "sum_kernels(*points, grid, 'gaussian', 200.0)\n"
        "print(time.perf_counter() - start)\n"
    )
    lines = []
    with tempfile.TemporaryDirectory(prefix="geo-risk-bench-") as folder:
        for case in ("first call, nothing compiled yet", "first call, compiled by another process"):
            done = subprocess.run(
                [sys.executable, "-c", script],
                env={**os.environ, "NUMBA_CACHE_DIR": folder},
                capture_output=True,
                text=True,
                check=True,
            )
            lines.append(Measured(case, "geo-risk", float(done.stdout)))
    return lines


def whole_city(took: dict[str, tuple[float, float]]) -> list[Measured]:
    """Set the build of Chicago beside the analyst's script: once each, so no median."""
    lines: list[Measured] = []
    for name, (seconds, work) in took.items():
        first = next(iter(took.values()))
        ratios = (seconds / first[0], work / first[1]) if lines else (None, None)
        note = f"processor {work:.0f} s"
        lines.append(Measured("Chicago", name, seconds, None, *ratios, note))
    return lines


def show(lines: Sequence[Measured]) -> str:
    """Set lines as a Markdown table."""
    rows = [
        "| case | who | ms | time / ours | work / ours | error | note |",
        "|---|---|---:|---:|---:|---:|---|",
    ]
    for one in lines:
        ratio, work = ("" if some is None else f"{some:.2f}" for some in (one.ratio, one.work))
        error = "" if one.error is None else f"{one.error:.1e}"
        ms = f"{one.seconds * 1e3:.4g}"
        rows.append(f"| {one.case} | {one.who} | {ms} | {ratio} | {work} | {error} | {one.note} |")
    return "\n".join(rows)


def measure(*, most: float = 1e7, whole: bool = True) -> list[tuple[str, list[Measured]]]:
    """Measure every table, for sizes up to `most`; the whole city, minutes of it, where asked."""
    times = {1e7: 3, 1e6: 5}
    tables = []
    for title, grid, rtols in (
        ("2560 x 1920 cells, a close tolerance", FINE, {1e5: 2.5e-4, 1e7: 6e-4}),
        (
            "512 x 384 cells, a tolerance like the histogram's error",
            COARSE,
            LOOSE,
        ),
    ):
        lines = []
        for n in (n for n in rtols if n <= most):
            lines += gaussian(int(n), grid, rtols[n], times.get(n, 9))
        tables.append((title, lines))
    tables.append(("Exact kernels", exact(100_000, COARSE, 3)))
    tables.append(("One live report", live()))
    tables.append(("Compile time", compiling()))
    if whole:
        tables.append(("A whole city, cold", whole_city(city.measure())))
    return tables


def report(*, most: float = 1e7, whole: bool = True) -> str:
    """Measure, write the JSON, and give the page."""
    before = os.getloadavg()[0]
    tables = measure(most=most, whole=whole)
    load = f"Load of the machine: {before:.1f} before, {os.getloadavg()[0]:.1f} at the end."
    OUT.mkdir(exist_ok=True)
    rows = [{"table": title, **asdict(one)} for title, lines in tables for one in lines]
    text = json.dumps({"machine": machine(), "lines": rows}, indent=2)
    (OUT / "kernels.json").write_text(text + "\n", encoding="utf-8")
    parts = [f"## {title}\n\n{show(lines)}" for title, lines in tables]
    return "\n\n".join([f"{_HEAD}\n{machine()}. {load}", *parts])


def main() -> int:
    """Measure and print; 0."""
    parser = argparse.ArgumentParser(prog="python -m bench.kernels", description=__doc__)
    parser.add_argument("--page", type=Path, help="also write the tables to this Markdown file")
    parser.add_argument("--most", type=float, default=1e7, help="the largest number of points")
    parser.add_argument("--no-city", action="store_true", help="leave out the whole city: minutes")
    asked = parser.parse_args()
    text = report(most=asked.most, whole=not asked.no_city)
    print(text)
    if asked.page is not None:
        asked.page.write_text(text + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
