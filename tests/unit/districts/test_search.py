"""Districts found by search are as good as the best of all divisions, on cases small enough."""

from __future__ import annotations

import numpy as np
import pytest

from geo_risk.districts.search import BalanceParams, Division, improve, mend
from geo_risk.errors import InputError

PARAMS = BalanceParams(change_penalty=0.3, compactness=0.1)


def lattice(rows: int, cols: int) -> tuple[np.ndarray, np.ndarray]:
    """Square areas of 100 m in rows and columns: which touch, along how many metres."""
    number = np.arange(rows * cols).reshape(rows, cols)
    pairs = np.concatenate(
        [
            np.column_stack([number[:, :-1].ravel(), number[:, 1:].ravel()]),
            np.column_stack([number[:-1].ravel(), number[1:].ravel()]),
        ]
    )
    return pairs, np.full(len(pairs), 100.0)


def pieces(district: list[int], pairs: np.ndarray, which: int) -> int:
    """Count the pieces of a district by merging labels until nothing changes."""
    label = {unit: unit for unit, one in enumerate(district) if one == which}
    changed = True
    while changed:
        changed = False
        for a, b in pairs.tolist():
            if a in label and b in label and label[a] != label[b]:
                label[a] = label[b] = min(label[a], label[b])
                changed = True
    return len(set(label.values()))


def cost_by_hand(load, home, district, pairs, border, target, params) -> float:
    """Add the three parts up as the docstring of BalanceParams has them."""
    mean = sum(load) / len(target)
    hours = [
        sum(v for v, d in zip(load, district, strict=True) if d == k) for k in range(len(target))
    ]
    uneven = sum(((h - t) / mean) ** 2 for h, t in zip(hours, target, strict=True))
    moved = sum(v for v, a, b in zip(load, home, district, strict=True) if a != b) / sum(load)
    cut = [
        sum(m for (a, b), m in zip(pairs, border, strict=True) if one[a] != one[b])
        for one in (district, home)
    ]
    return uneven + params.change_penalty * moved + params.compactness * cut[0] / cut[1]


def a_case(seed: int) -> tuple:
    """Twelve areas in three districts of a column or two each, loads at random."""
    rng = np.random.default_rng(seed)
    pairs, border = lattice(3, 4)
    home = [0, 0, 1, 2] * 3
    return rng.integers(1, 10, 12).astype(float).tolist(), home, pairs, border


@pytest.mark.parametrize("seed", range(6))
def test_search_finds_the_best_of_all_divisions(seed: int) -> None:
    """Of half a million divisions of twelve areas into three, none in one piece each is cheaper."""
    load, home, pairs, border = a_case(seed)
    target = [sum(load) / 3] * 3
    division = Division(load, home, home, pairs, border, target, PARAMS)
    improve(division, PARAMS, np.random.default_rng(seed))
    found = division.cost()
    every = np.indices((3,) * 12, dtype=np.int8).reshape(12, -1).T
    hours = np.stack([np.where(every == k, load, 0).sum(axis=1) for k in range(3)], axis=1)
    mean = sum(load) / 3
    bound = ((hours / mean - 1) ** 2).sum(axis=1)
    bound += 0.3 * np.where(every != home, load, 0).sum(axis=1) / sum(load)
    cheaper = every[bound < found - 1e-9]  # the third part of the cost is never below 0
    assert len(cheaper) > 0
    for one in cheaper.tolist():
        if all(pieces(one, pairs, k) == 1 for k in range(3)):
            assert cost_by_hand(load, home, one, pairs, border, target, PARAMS) >= found - 1e-9


@pytest.mark.parametrize("seed", range(5))
def test_every_move_costs_what_it_says(seed: int) -> None:
    """The change told before a move is the difference of the costs added up by hand."""
    load, home, pairs, border = a_case(seed)
    target = np.array([1.0, 2.0, 1.0]) * sum(load) / 4
    division = Division(load, home, home, pairs, border, target, PARAMS)
    rng = np.random.default_rng(seed)
    for _ in range(30):
        moves = division.moves(range(12))
        if not moves:  # one district has taken everything
            break
        change, unit, to = moves[rng.integers(len(moves))]
        before = division.cost()
        division.move(unit, to)
        assert division.cost() == pytest.approx(before + change)
        by_hand = cost_by_hand(load, home, division.district, pairs, border, target, PARAMS)
        assert division.cost() == pytest.approx(by_hand)


@pytest.mark.parametrize("seed", range(5))
def test_districts_stay_in_one_piece_and_never_get_worse(seed: int) -> None:
    """Sixty areas in five districts: each in one piece, none empty, at no higher cost."""
    rng = np.random.default_rng(seed)
    pairs, border = lattice(6, 10)
    home = np.repeat(np.arange(5), 2)[None].repeat(6, axis=0).ravel()
    load = rng.exponential(1.0, 60)
    division = Division(load, home, home, pairs, border, [load.sum() / 5] * 5, PARAMS)
    before = division.cost()
    improve(division, PARAMS, np.random.default_rng(0))
    assert division.cost() < before
    assert [pieces(division.district, pairs, k) for k in range(5)] == [1] * 5
    again = Division(load, home, home, pairs, border, [load.sum() / 5] * 5, PARAMS)
    improve(again, PARAMS, np.random.default_rng(0))
    assert again.district == division.district


def test_nothing_changes_where_changing_costs_too_much() -> None:
    """With a heavy penalty today's division is the best there is."""
    load, home, pairs, border = a_case(0)
    params = BalanceParams(change_penalty=1e6)
    division = Division(load, home, home, pairs, border, [sum(load) / 3] * 3, params)
    improve(division, params, np.random.default_rng(0))
    assert division.district == home


def test_a_piece_cut_off_goes_to_its_neighbour_and_an_island_stays() -> None:
    """A district's smaller piece within another joins it; one that touches nobody cannot."""
    pairs, border = lattice(1, 5)
    home = [0, 0, 1, 0, 1]
    division = Division([3.0, 3.0, 1.0, 1.0, 9.0], home, home, pairs, border, [8.5] * 2, PARAMS)
    assert mend(division)
    assert division.district in ([0, 0, 0, 1, 1], [0, 0, 1, 1, 1])
    alone = Division(
        [3.0, 1.0, 1.0], [0, 1, 0], [0, 1, 0], pairs[:1], border[:1], [2.5] * 2, PARAMS
    )
    assert not mend(alone)
    assert alone.district == [0, 1, 0]


def test_parameters_that_cannot_hold_are_refused() -> None:
    """Negative penalties and areas of no premises."""
    with pytest.raises(InputError, match="negative"):
        BalanceParams(change_penalty=-1)
    with pytest.raises(InputError, match="no premises"):
        BalanceParams(unit_premises=0)
