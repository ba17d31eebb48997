"""A whole city, cold: `geo-risk build data/chicago.toml` beside the script an analyst writes today.

Takes the public files that are not in the repository (GEO_RISK_SHARED_DATA, else ../shared/data);
without them there is nothing to measure. Each runs once, in a process of its own, BLAS on one core.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def measure() -> dict[str, tuple[float, float]]:
    """Give each one's seconds and processor seconds, ours first; nothing without the files."""
    data = Path(os.environ.get("GEO_RISK_SHARED_DATA", ROOT.parent / "shared" / "data"))
    if not (data / "chicago").is_dir():
        return {}
    with tempfile.TemporaryDirectory(prefix="geo-risk-bench-") as folder:
        here = Path(folder)
        shutil.copy(ROOT / "data" / "chicago.toml", here / "park.toml")
        build = _run("api", "build", str(here / "park.toml"), "--data", str(data))
        script = _run("bench.analyst", str(data), str(here / "map.html"))
    return {"geo-risk build": build, "geopandas, KernelDensity, sjoin, folium": script}


def _run(module: str, *arguments: str) -> tuple[float, float]:
    before, start = _used(), time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    return time.perf_counter() - start, _used() - before


def _used() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
