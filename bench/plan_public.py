"""The public instances of the team orienteering problem with time windows, read where they lie."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from geo_risk.visits.problem import Candidate, Problem, Shift


def public_instances() -> Iterator[tuple[str, float, Problem]]:
    """Give name, best known value and problem of each public instance; none without the files."""
    root = Path(__file__).resolve().parents[2] / "shared" / "data"
    file = Path(os.environ.get("GEO_RISK_SHARED_DATA", root)) / "visit-planning" / "toptw.json"
    if not file.is_file():
        return
    for one in json.loads(file.read_text(encoding="utf-8"))["instances"]:
        nodes, scale = np.array(one["nodes"], dtype=float), one["scale"]
        apart = np.hypot(*(nodes[:, None, :2] - nodes[None, :, :2]).transpose(2, 0, 1))
        travel = np.floor(scale * apart + 1e-9).astype(np.int32)
        candidates = tuple(
            Candidate(
                id=f"n{k}",
                place=k,
                service_s=max(1, round(node[2] * scale)),
                prize=node[3],
                windows=((round(node[4] * scale), round(node[5] * scale)),),
            )
            for k, node in enumerate(nodes.tolist())
            if k
        )
        begin, end = (int(value * scale) for value in nodes[0, 4:])
        shifts = tuple(Shift(f"s{k}", f"o{k}", begin, end) for k in range(one["routes"]))
        yield one["name"], float(one["best_known"]), Problem(candidates, shifts, travel)
