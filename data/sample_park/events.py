"""What truly happens in the sample park, whether or not anybody notices.

Takes the truth and a generator, gives a table of events from a year before the history to its
end, and how high each premises stands on each day. Events beget later ones nearby (a Hawkes
process, simulated generation by generation; Hawkes 1971), with the truth's memory, which is a
power law unless asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from data.sample_park.calendar import DAYS
from data.sample_park.place import CELL_M
from data.sample_park.risk import KINDS, NEAR_M, NEIGHBOURS, SAME_PREMISES
from data.sample_park.truth import MEMORY_DAYS, SEEN_AT_VISITS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from data.sample_park.place import Place
    from data.sample_park.truth import Truth

    Floats = NDArray[np.float64]

FIRST_DAY = -float(MEMORY_DAYS)
GENERATIONS = 8


def simulate_events(
    place: Place, premises: pd.DataFrame, truth: Truth, rng: np.random.Generator
) -> pd.DataFrame:
    """Draw everything that happens.

    Parameters
    ----------
    place, premises, truth
        As made before.
    rng
        Chance.

    Returns
    -------
    DataFrame
        One row per event in order of time: `kind`, `day` (-365 to 730), `premises` (row number, -1
        for none), `easting`, `northing`, `zone`. Events at premises not valid then are left out.
    """
    tables = []
    for kind in KINDS:
        if kind in truth.at_premises:
            table = _at_premises(kind, premises, truth, rng)
        else:
            table = _on_the_ground(kind, place, truth, rng)
        table.insert(0, "kind", kind)
        tables.append(table)
    events = pd.concat(tables, ignore_index=True)
    events["zone"] = place.zone_of(events["easting"].to_numpy(), events["northing"].to_numpy())
    events = events[events["zone"] >= 0]
    return events.sort_values("day", kind="stable", ignore_index=True)


def daily_rates(events: pd.DataFrame, premises: pd.DataFrame, truth: Truth) -> dict[str, Floats]:
    """Give what each premises stands at on each day, given all that happened before.

    Parameters
    ----------
    events
        From `simulate_events`.
    premises, truth
        As made before.

    Returns
    -------
    dict of ndarray
        Per kind seen at visits, events / 30 days, shape (premises, 730).
    """
    found = {}
    for kind in SEEN_AT_VISITS:
        if kind not in truth.at_premises:
            found[kind] = np.repeat(truth.premises_rate[kind][:, None], DAYS, axis=1)
            continue
        rate = np.zeros((len(premises), DAYS + MEMORY_DAYS + 1))
        some = events[events["kind"] == kind]
        echo = truth.memory * 30.0 * truth.offspring
        own = SAME_PREMISES * echo
        other = (1 - SAME_PREMISES) / NEIGHBOURS * echo
        for index, day in zip(some["premises"], some["day"], strict=True):
            first = int(np.floor(day)) + 1
            low, high = max(first, 0), min(first + MEMORY_DAYS, DAYS)
            if high <= low:
                continue
            rate[index, low:high] += own[low - first : high - first]
            near = truth.neighbours[index]
            rate[near, low:high] += other[low - first : high - first]
        background = truth.background[kind]
        rate = rate[:, :DAYS] + background[:, None]
        rate[background == 0] = 0.0
        found[kind] = rate
    return found


def _at_premises(
    kind: str, premises: pd.DataFrame, truth: Truth, rng: np.random.Generator
) -> pd.DataFrame:
    background = truth.background[kind]
    many = rng.poisson(background * (DAYS - FIRST_DAY) / 30.0)
    index = np.repeat(np.arange(len(background)), many)
    day = rng.uniform(FIRST_DAY, DAYS, len(index))
    all_index, all_day = [index], [day]
    for _ in range(GENERATIONS):
        children = rng.poisson(truth.offspring, len(index))
        index, day = np.repeat(index, children), np.repeat(day, children)
        day = day + _delay(truth, len(day), rng)
        away = rng.random(len(index)) >= SAME_PREMISES
        choice = truth.neighbours[index, rng.integers(0, NEIGHBOURS, len(index))]
        index = np.where(away, choice, index)
        alive = (day < DAYS) & (background[index] > 0)
        index, day = index[alive], day[alive]
        all_index.append(index)
        all_day.append(day)
    index, day = np.concatenate(all_index), np.concatenate(all_day)
    end = premises["end"].fillna(np.inf).to_numpy()[index]
    valid = (day >= premises["start"].to_numpy()[index]) & (day < end)
    index, day = index[valid], day[valid]
    return pd.DataFrame({
        "day": day,
        "premises": index,
        "easting": premises["easting"].to_numpy()[index],
        "northing": premises["northing"].to_numpy()[index],
    })  # fmt: skip


def _on_the_ground(kind: str, place: Place, truth: Truth, rng: np.random.Generator) -> pd.DataFrame:
    background = np.nan_to_num(truth.background[kind])
    expected = background * (CELL_M**2 / 1e6) * (DAYS - FIRST_DAY) / 30.0
    x, y = place.cells.centres()
    many = rng.poisson(expected).ravel()
    x, y = np.repeat(x.ravel(), many), np.repeat(y.ravel(), many)
    x = x + rng.uniform(-CELL_M / 2, CELL_M / 2, len(x))
    y = y + rng.uniform(-CELL_M / 2, CELL_M / 2, len(y))
    day = rng.uniform(FIRST_DAY, DAYS, len(x))
    parts = [np.column_stack([day, x, y])]
    for _ in range(GENERATIONS):
        children = rng.poisson(truth.offspring, len(x))
        x, y, day = (np.repeat(one, children) for one in (x, y, day))
        x = x + rng.normal(0, NEAR_M, len(x))
        y = y + rng.normal(0, NEAR_M, len(y))
        day = day + _delay(truth, len(day), rng)
        *_, inside = place.cells.index(x, y)
        alive = (day < DAYS) & inside
        x, y, day = x[alive], y[alive], day[alive]
        parts.append(np.column_stack([day, x, y]))
    table = pd.DataFrame(np.concatenate(parts), columns=["day", "easting", "northing"])
    table.insert(1, "premises", -1)
    return table


def _delay(truth: Truth, many: int, rng: np.random.Generator) -> Floats:
    whole = rng.choice(MEMORY_DAYS, many, p=truth.memory)
    return whole + rng.random(many)
