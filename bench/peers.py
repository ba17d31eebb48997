"""Inner work beside who else does it, in the same run and on the same input.

A peer that does less is named as such: pandas reads a sheet into text and checks nothing.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import shapely
from sklearn.neighbors import KernelDensity

from bench.enterprise_list import write_list
from bench.table import Line, timed
from geo_risk.grid import Grid
from geo_risk.ingest import Known, ingest_source
from geo_risk.park import parse_park
from geo_risk.surfaces.kde import gaussian_sum

_BANDWIDTH_M = 150.0
_PARK = """
[park]
id = "bench"
name = "bench"
crs = "EPSG:4549"
boundary = { file = "boundary.geojson", datum = "wgs84" }

[[source]]
kind = "enterprises"
file = "enterprises.xlsx"
datum = "gcj02"
"""


def measure() -> Iterator[Line]:
    """Give the lines of ingest and of the kernel density."""
    yield _ingest()
    yield from _density()


def _ingest() -> Line:
    with tempfile.TemporaryDirectory(prefix="geo-risk-bench-") as folder:
        path = Path(folder) / "enterprises.xlsx"
        write_list(path, 5000)
        park = parse_park(_PARK, Path(folder) / "park.toml")
        ours = timed(lambda: ingest_source(park, park.source[0], Known(), boundary=None), 3)
        peer = timed(lambda: pd.read_excel(path, header=1, dtype=str), 3)
    return Line(
        "ingest of an XLSX, 5,000 enterprises",
        ours,
        3,
        peer="pandas.read_excel",
        peer_seconds=peer,
        note="the peer reads text; ours finds the header, converts GCJ-02, checks every cell",
    )


def _density() -> Iterator[Line]:
    rng = np.random.default_rng(1)
    grid = Grid.covering(shapely.box(0, 0, 5000, 4000), "EPSG:4549", 25.0)
    cells = np.column_stack([part.ravel() for part in grid.centres()])
    for count in (500, 2000):
        points = rng.uniform(0, 4000, (count, 2))
        ours = partial(gaussian_sum, points[:, 0], points[:, 1], np.ones(count), grid, _BANDWIDTH_M)
        theirs = KernelDensity(bandwidth=_BANDWIDTH_M, algorithm="kd_tree", rtol=0, atol=0)
        peer = partial(theirs.fit(points).score_samples, cells)
        difference = np.abs(ours().ravel() - count * np.exp(peer())).max() / ours().max()
        yield Line(
            f"exact Gaussian sum, {count:,} points on {grid.size:,} cells",
            timed(ours, 5),
            5,
            peer="sklearn KernelDensity, exact",
            peer_seconds=timed(peer, 1),
            note=f"results differ by {difference:.0e} of the maximum",
        )
