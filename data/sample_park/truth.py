"""What is true in the sample park: how often things happen where, and how well they are noticed.

Takes the ground and its premises, gives a `Truth`: per kind a true intensity on cells and per premises,
the memory of the process, the detection of each team, the rate of each channel. Chosen so that the
usual model is wrong (`misspecified`), right (`well_specified`), or has nothing to find (`null`).
Whoever fits a surface to the sample's files may be judged by what stands here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import shapely

from data.sample_park.calendar import DAYS, MONTHS
from data.sample_park.place import CELL_M, ZONES

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from data.sample_park.place import Place

    Floats = NDArray[np.float64]

Variant = Literal["misspecified", "well_specified", "null"]
VARIANTS: tuple[Variant, ...] = ("misspecified", "well_specified", "null")

KINDS = ("hazard", "dispute", "fraud", "public_order", "fire", "traffic")
AT_PREMISES = ("hazard", "dispute", "fraud", "fire")
SEEN_AT_VISITS = ("hazard", "dispute", "fraud")
PER_30_DAYS = {
    "hazard": 240.0, "dispute": 60.0, "fraud": 36.0, "public_order": 62.0, "fire": 10.0,
    "traffic": 68.0,
}  # fmt: skip
"""How many truly happen in the park in 30 days."""
STANDING = {"hazard": 3.5, "dispute": 1.2, "fraud": 1.0}
"""How many stand at a visit for each that arises in 30 days; a visit sees a share of these."""
CHANNELS = (
    "county_app", "grid", "petition", "anti_fraud_code", "self_report", "volunteers", "hotline",
    "sensor",
)  # fmt: skip
"""The eight channels beside visits."""
CHANNEL_RATE: dict[str, dict[str, float]] = {
    "hazard": {"county_app": 0.17, "grid": 0.06, "self_report": 0.08, "volunteers": 0.03,
               "hotline": 0.02, "sensor": 0.03},
    "dispute": {"county_app": 0.45, "petition": 0.12, "hotline": 0.12, "grid": 0.06},
    "fraud": {"anti_fraud_code": 0.45, "county_app": 0.25, "hotline": 0.10},
    "public_order": {"county_app": 0.50, "hotline": 0.15, "grid": 0.10, "volunteers": 0.06},
    "fire": {"county_app": 0.35, "sensor": 0.35, "hotline": 0.20},
    "traffic": {"county_app": 0.52, "hotline": 0.18, "grid": 0.08},
}  # fmt: skip
OFFSPRING = 0.25
"""Events that one event brings about later, nearby; nothing in the null variant."""
SAME_PREMISES = 0.7
NEAR_M = 55.0
NEIGHBOURS = 5
MEMORY_DAYS = 365
TEAMS = 5
TEAM_DETECTION = np.array([0.16, 0.26, 0.36, 0.48, 0.60])
LATE_SHARE = {"misspecified": 0.15, "well_specified": 0.0, "null": 0.15}
DUPLICATE_SHARE = {"misspecified": 0.04, "well_specified": 0.0, "null": 0.04}


@dataclass(frozen=True)
class Truth:
    """What is true.

    Parameters
    ----------
    variant
        Which of the three worlds.
    intensity
        Per kind, events / km2 / 30 days in each cell, mean of the 24 months, shape (rows, cols), NaN
        outside the park.
    background
        Per kind, the part of it that no earlier event brought about; per premises (events / 30 days,
        shape (premises,)) for kinds at premises, else per cell as `intensity`.
    premises_rate
        Per kind at premises, events / 30 days at each premises while it is valid.
    neighbours
        The five premises nearest to each, shape (premises, 5).
    memory
        Share of later events that come about on each day after, shape (365,); sums to 1.
    detection
        Share of what stands that a team sees, shape (teams, kinds, months), kinds as `KINDS`.
    channel_rate
        Share of events that a channel brings in, shape (kinds, channels, months).
    patrol_hours
        Patrol hours per shift of each zone; the grid's rate follows them, shape (zones,).
    unvisited_zone
        Index of the zone that nobody visits, or None.
    """

    variant: Variant
    intensity: dict[str, Floats]
    background: dict[str, Floats]
    premises_rate: dict[str, Floats]
    neighbours: NDArray[np.int64]
    memory: Floats
    detection: Floats
    channel_rate: Floats
    patrol_hours: Floats
    unvisited_zone: int | None

    @property
    def at_premises(self) -> tuple[str, ...]:
        """The kinds whose events happen at premises; none in the null variant."""
        return () if self.variant == "null" else AT_PREMISES

    @property
    def offspring(self) -> float:
        """Mean number of later events per event."""
        return 0.0 if self.variant == "null" else OFFSPRING

    @property
    def grid_factor(self) -> Floats:
        """What the grid's rate is multiplied by in each zone, mean 1."""
        if self.variant == "well_specified":
            return np.ones(len(self.patrol_hours))
        factor: Floats = self.patrol_hours / self.patrol_hours.mean()
        return factor


def make_truth(
    place: Place, premises: pd.DataFrame, variant: Variant, rng: np.random.Generator
) -> Truth:
    """Choose what is true.

    Parameters
    ----------
    place, premises
        As made by `make_place` and `make_enterprises`.
    variant
        Which world.
    rng
        Chance.

    Returns
    -------
    Truth
        See there.
    """
    where = premises[["easting", "northing"]].to_numpy()
    neighbours = _nearest(where, NEIGHBOURS)
    share = _valid_share(premises)
    field, at = _risk_fields(place, where, rng)
    intensity, background, rates = {}, {}, {}
    for kind in KINDS:
        total = PER_30_DAYS[kind]
        if variant == "null":
            rates[kind], background[kind], intensity[kind] = _flat(place, premises, share, total)
        elif kind in AT_PREMISES:
            weight = np.exp(at[kind]) * _weight(kind, premises)
            rate, own = _branching_rates(weight, neighbours)
            scale = total / float(rate @ share)
            rates[kind], background[kind] = rate * scale, own * scale
            intensity[kind] = _on_cells(place, where, rates[kind] * share)
        else:
            weight = np.exp(field[kind]) * _ground_weight(kind, place, premises)
            mean, own = _branching_cells(place, weight)
            scale = total / (np.nansum(mean) * CELL_M**2 / 1e6)
            intensity[kind], background[kind] = mean * scale, own * scale
    hours = np.round(rng.uniform(2.0, 8.0, ZONES), 1)
    unvisited = None if variant == "well_specified" else 6
    return Truth(
        variant, intensity, background, rates, neighbours, _memory(variant),
        _detection(variant, rng), _channel_rates(variant, rng), hours, unvisited,
    )  # fmt: skip


def _risk_fields(
    place: Place, where: Floats, rng: np.random.Generator
) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """Give the log of relative risk on cells and at premises: four shared hills, two of each kind."""
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


def _weight(kind: str, premises: pd.DataFrame) -> Floats:
    grade = premises["inherent_class"].to_numpy(float)
    people = premises["people"].to_numpy(float)
    power = {"hazard": 0.25, "dispute": 0.55, "fraud": 0.50, "fire": 0.10}[kind]
    slope = {"hazard": 0.30, "dispute": 0.0, "fraud": 0.0, "fire": 0.5}[kind]
    weight: Floats = people**power * np.exp(slope * (grade - 2))
    inside = premises["zone"].to_numpy() >= 0
    return weight * np.where(premises["kind"] == "office", 0.5, 1.0) * inside


def _ground_weight(kind: str, place: Place, premises: pd.DataFrame) -> Floats:
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


def _branching_rates(weight: Floats, neighbours: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Give mean rate and background of premises: rate = background + offspring of own and others."""
    n = len(weight)
    moves = np.zeros((n, n))
    np.add.at(moves, (np.arange(n)[:, None], neighbours), (1 - SAME_PREMISES) / NEIGHBOURS)
    moves[np.arange(n), np.arange(n)] += SAME_PREMISES
    moves *= weight > 0  # nothing comes about where nothing can
    return np.linalg.solve(np.eye(n) - OFFSPRING * moves.T, weight), weight


def _branching_cells(place: Place, weight: Floats) -> tuple[Floats, Floats]:
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


def _flat(
    place: Place, premises: pd.DataFrame, share: Floats, total: float
) -> tuple[Floats, Floats, Floats]:
    """Give the null world: every premises alike, every square metre alike."""
    inside = premises["zone"].to_numpy() >= 0
    rate = np.where(inside, total / float(share @ inside), 0.0)
    cells = place.cells.inside
    flat = np.where(cells, total / (cells.sum() * CELL_M**2 / 1e6), np.nan)
    return rate, flat, flat.copy()


def _on_cells(place: Place, where: Floats, rate: Floats) -> Floats:
    row, col, ok = place.cells.index(where[:, 0], where[:, 1])
    total = np.zeros(place.cells.shape)
    np.add.at(total, (row[ok], col[ok]), rate[ok])
    return np.where(place.cells.inside, total / (CELL_M**2 / 1e6), np.nan)


def _valid_share(premises: pd.DataFrame) -> Floats:
    """Give the share of the 24 months during which each premises is valid."""
    start = np.clip(premises["start"].to_numpy(float), 0, DAYS)
    end = np.clip(premises["end"].fillna(np.inf).to_numpy(float), 0, DAYS)
    return (end - start) / DAYS


def _nearest(where: Floats, many: int) -> NDArray[np.int64]:
    apart = ((where[:, None] - where[None]) ** 2).sum(2)
    np.fill_diagonal(apart, np.inf)
    return np.argsort(apart, axis=1, kind="stable")[:, :many]


def _memory(variant: Variant) -> Floats:
    """Give the share of later events on each day after: a power law, or exponential where asked."""
    edge = np.arange(MEMORY_DAYS + 1.0)
    left = np.exp(-edge / 30.0) if variant == "well_specified" else (1 + edge / 8.0) ** -0.9
    return -np.diff(left) / (left[0] - left[-1])


def _detection(variant: Variant, rng: np.random.Generator) -> Floats:
    base = rng.permutation(TEAM_DETECTION)[:, None, None] * np.ones((1, len(KINDS), MONTHS))
    if variant == "well_specified":
        return base
    taste = np.exp(rng.normal(0, 0.35, (TEAMS, len(KINDS), 1)))
    mood = np.zeros((TEAMS, len(KINDS), MONTHS))
    for month in range(MONTHS):  # slow drift: this month resembles the last
        before = mood[:, :, month - 1] if month else 0.0
        mood[:, :, month] = 0.7 * before + rng.normal(0, 0.22, (TEAMS, len(KINDS)))
    return np.clip(base * taste * np.exp(mood), 0.04, 0.92)


def _channel_rates(variant: Variant, rng: np.random.Generator) -> Floats:
    base = np.array([[CHANNEL_RATE[k].get(c, 0.0) for c in CHANNELS] for k in KINDS])
    rate = base[:, :, None] * np.ones((1, 1, MONTHS))
    if variant != "well_specified":
        rate = rate * np.exp(rng.normal(-0.005, 0.10, rate.shape))
    total = rate.sum(1, keepdims=True)
    return rate * np.minimum(1.0, 0.95 / total)
