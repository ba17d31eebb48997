"""Where risk lies in the sample park, and how one event begets the next.

Takes the ground and its premises, gives fields, weights and mean rates. Risk is a few hills, two of
them own to each kind, times what a premises is; traffic follows the streets. The mean rate of a
process in which each event brings about `OFFSPRING` later ones is the background's share of a fixed
point (Hawkes 1971): rate = background + offspring of the rates around.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from data.sample_park.calendar import DAYS
from data.sample_park.place import CELL_M

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from data.sample_park.place import Place

    Floats = NDArray[np.float64]

KINDS = ("hazard", "dispute", "fraud", "public_order", "fire", "traffic")
OFFSPRING = 0.25
"""Events that one event brings about later, nearby; nothing in the null variant."""
SAME_PREMISES = 0.7
NEAR_M = 55.0
NEIGHBOURS = 5


def risk_fields(
    place: Place, where: Floats, rng: np.random.Generator
) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """Give the log of relative risk on cells and at premises: four shared hills, two own."""
    x, y = place.cells.centres()
    inside = np.column_stack([x[place.cells.inside], y[place.cells.inside]])

    def hills(many: int) -> list[tuple[Floats, float, float]]:
        tops = inside[rng.choice(len(inside), many, replace=False)]
        return [(top, rng.uniform(130, 330), rng.uniform(0.8, 2.0)) for top in tops]

    def height(px: Floats, py: Floats, some: list[tuple[Floats, float, float]]) -> Floats:
        total = np.zeros_like(px)
        for top, width, high in some:
            apart = (px - top[0]) ** 2 + (py - top[1]) ** 2
            total += high * np.exp(-apart / (2 * width**2))
        return total

    shared = hills(4)
    on_cells, on_premises = {}, {}
    for kind in KINDS:
        own = shared + hills(2)
        on_cells[kind] = height(x, y, own)
        on_premises[kind] = height(where[:, 0], where[:, 1], own)
    return on_cells, on_premises


def premises_weight(kind: str, premises: pd.DataFrame) -> Floats:
    """Give what a premises' class, people and use do to its risk, shape (premises,)."""
    grade = premises["inherent_class"].to_numpy(float)
    people = premises["people"].to_numpy(float)
    power = {"hazard": 0.25, "dispute": 0.55, "fraud": 0.50, "fire": 0.10}[kind]
    slope = {"hazard": 0.30, "dispute": 0.0, "fraud": 0.0, "fire": 0.5}[kind]
    weight: Floats = people**power * np.exp(slope * (grade - 2))
    inside = premises["zone"].to_numpy() >= 0
    return weight * np.where(premises["kind"] == "office", 0.5, 1.0) * inside


def ground_weight(kind: str, place: Place, premises: pd.DataFrame) -> Floats:
    """Give what streets, crossings and dormitories do to the risk of a cell, shape (rows, cols)."""
    x, y = place.cells.centres()
    points = shapely.points(x, y)
    if kind == "traffic":
        roads = shapely.union_all(place.road_lines)
        crossings = shapely.multipoints(
            np.unique([xy for line in place.road_lines for xy in line.coords], axis=0)
        )
        weight = 0.03 + np.exp(-shapely.distance(points, roads) / 18.0)
        weight *= 1.0 + 2.0 * np.exp(-shapely.distance(points, crossings) / 45.0)
    else:
        homes = premises.loc[premises["kind"] == "dormitory", ["easting", "northing"]].to_numpy()
        apart = shapely.distance(points, shapely.multipoints(homes))
        weight = 0.25 + np.exp(-apart / 160.0)
    return np.where(place.cells.inside, weight, 0.0)


def branching_rates(weight: Floats, neighbours: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Give premises' mean rate and background: rate = background + offspring."""
    n = len(weight)
    moves = np.zeros((n, n))
    np.add.at(moves, (np.arange(n)[:, None], neighbours), (1 - SAME_PREMISES) / NEIGHBOURS)
    moves[np.arange(n), np.arange(n)] += SAME_PREMISES
    moves *= weight > 0  # nothing comes about where nothing can
    rate = np.asarray(np.linalg.solve(np.eye(n) - OFFSPRING * moves.T, weight), np.float64)
    return rate, weight


def branching_cells(place: Place, weight: Floats) -> tuple[Floats, Floats]:
    """Give cells' mean rate and background, NaN outside; later events move by `NEAR_M` (sigma)."""
    inside = place.cells.inside
    down, across = (_blur(size) for size in inside.shape)
    mean = weight.copy()
    for _ in range(12):
        mean = weight + OFFSPRING * np.where(inside, down @ mean @ across.T, 0.0)
    return np.where(inside, mean, np.nan), np.where(inside, weight, np.nan)


def _blur(size: int) -> Floats:
    """Give the share that moves from cell to cell along one axis, shape (size, size)."""
    step = (np.arange(size)[:, None] - np.arange(size)[None]) * CELL_M
    share: Floats = np.exp(-(step**2) / (2 * NEAR_M**2)) * CELL_M / (NEAR_M * np.sqrt(2 * np.pi))
    return share


def flat_world(
    place: Place, premises: pd.DataFrame, share: Floats, total: float
) -> tuple[Floats, Floats, Floats]:
    """Give the null world: every premises alike, every square metre alike."""
    inside = premises["zone"].to_numpy() >= 0
    rate = np.where(inside, total / float(share @ inside), 0.0)
    cells = place.cells.inside
    flat = np.where(cells, total / (cells.sum() * CELL_M**2 / 1e6), np.nan)
    return rate, flat, flat.copy()


def on_cells(place: Place, where: Floats, rate: Floats) -> Floats:
    """Add rates at points up to events / km2 / 30 days of each cell, NaN outside the park."""
    row, col, ok = place.cells.index(where[:, 0], where[:, 1])
    total = np.zeros(place.cells.shape)
    np.add.at(total, (row[ok], col[ok]), rate[ok])
    return np.where(place.cells.inside, total / (CELL_M**2 / 1e6), np.nan)


def valid_share(premises: pd.DataFrame) -> Floats:
    """Give the share of the 24 months during which each premises is valid."""
    start = np.clip(premises["start"].to_numpy(float), 0, DAYS)
    end = np.clip(premises["end"].fillna(np.inf).to_numpy(float), 0, DAYS)
    share: Floats = (end - start) / DAYS
    return share


def nearest(where: Floats, many: int) -> NDArray[np.int64]:
    """Give the rows of the nearest other points, shape (points, many)."""
    apart = ((where[:, None] - where[None]) ** 2).sum(2)
    np.fill_diagonal(apart, np.inf)
    return np.argsort(apart, axis=1, kind="stable")[:, :many]
