"""Small publications for the contract tests: every field filled, odd values in it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from geo_risk.grid import Grid, Period, Provenance, Surface, Unit
from geo_risk.published import (
    Factors,
    GradedSurface,
    PremisesSummary,
    Publication,
    RiskClass,
    Rung,
    ZoneSummary,
    classes_of,
)
from tests.contract.examples import NOW

GRID = Grid("EPSG:4549", 25.0, (30, 40), (500_000.25, 3_380_750.125))
SHANGHAI = ZoneInfo("Asia/Shanghai")


def graded(surface_id: str, seed: int, grid: Grid = GRID, *, plain: bool = False) -> GradedSurface:
    draw = np.random.default_rng(seed)
    values = draw.gamma(2.0, 1.0, grid.shape)
    values[0, :7] = np.nan
    start = datetime(2026, 3, 1, tzinfo=SHANGHAI)
    surface = Surface(
        id=surface_id,
        values=values,
        grid=grid,
        unit=Unit.SEVERITY_PER_KM2_30D,
        period=Period(start, start + timedelta(days=30)),
        provenance=Provenance(
            "kde",
            {
                "bandwidth_m": np.float64(151.2),
                "cells": np.int64(7),
                "cuts": (start,),
                "nan": math.nan,
            },
            f"{seed:064x}",
            NOW,
        ),
        score={"status": "folds", "folds": 3, "models": {"kde": {"ig_nats": 0.41, "1": math.nan}}},
        notes=("ladder.folds",),
    )
    breaks = (1.0, 2.5, 4.0)
    classes = classes_of(surface.values, breaks)
    if plain:
        return GradedSurface(surface, breaks, classes)
    parts = draw.normal(size=(3, *grid.shape)).astype(np.float32)
    return GradedSurface(
        surface,
        breaks,
        classes,
        class_probability=draw.random(grid.shape).astype(np.float32),
        breaks_version="v1",
        factors=Factors(("hazards", "people", "patrol"), parts, 0.1 + 0.2),
        interval=draw.random((2, *grid.shape)).astype(np.float32),
    )


def alike(one: Any, other: Any) -> bool:
    """Equal through and through, where NaN equals NaN; texts of odd values count as the values."""
    if is_dataclass(one):
        return type(one) is type(other) and all(
            alike(getattr(one, part.name), getattr(other, part.name)) for part in fields(one)
        )
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and np.array_equal(one, other, equal_nan=True)
    if isinstance(one, Mapping):
        return list(one) == list(other) and all(alike(one[key], other[key]) for key in one)
    if isinstance(one, tuple | list):
        return len(one) == len(other) and all(map(alike, one, other))
    if isinstance(one, float) and math.isnan(one):
        return math.isnan(other)
    return bool(one == other or str(one) == str(other))


def publication(seed: int, grid: Grid = GRID, surfaces: int = 2) -> Publication:
    """Give one moment's whole, drawn from a seed."""
    made = {"risk.combined": graded("risk.combined", seed, grid)}
    for number in range(1, surfaces):
        surface_id = f"intensity.k{number}"
        made[surface_id] = graded(surface_id, seed * 100 + number, grid, plain=number % 2 == 1)
    return Publication(
        as_of=NOW.astimezone(SHANGHAI) + timedelta(days=seed),
        rung=Rung(7, "folds", 3, "kde"),
        surfaces=made,
        main="risk.combined",
        zones=(
            ZoneSummary(
                "z:1", "risk.combined", 1.5, 2.25, 7.5, 3.375, RiskClass.ORANGE, (4, 3, 2, 1), 9
            ),
            ZoneSummary(
                "z:2",
                "risk.combined",
                0.0,
                math.nan,
                math.nan,
                math.nan,
                RiskClass.NONE,
                (0, 0, 0, 0),
            ),
        ),
        premises=(
            PremisesSummary(
                "list:1",
                "risk.combined",
                3.25,
                RiskClass.RED,
                "z:1",
                NOW,
                2,
                5,
                0.25,
                0.125,
                0.5,
                1.75,
                (0.1, -0.05, 0.0, 0.0, 0.2, 0.0),
            ),
            PremisesSummary("list:2", "risk.combined", math.nan, RiskClass.NONE),
        ),
        sources=({"name": "list", "read": 3, "odd": {"swapped": 1}},),
        facts={"reports": 3, "digest": "abc", "share": 0.25},
    )
