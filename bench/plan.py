"""Visit plans beside the rules officers go by, and beside PyVRP: `python -m bench.plan`.

Weeks of sample parks of twenty seeds (`plan_weeks`), planned by the desk's own problem; every plan
goes through the same judge, and what it covers is counted by the recipe's true hazards, which no
plan sees. Public team-orienteering instances beside their best known values. `--seeds`, `--seconds`
and `--only` make it shorter; `--page F` writes the tables into a page between two marks.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from bench.plan_baselines import best_for_time, inserted, nearest, next_first, riskiest
from bench.plan_public import public_instances
from bench.plan_weeks import Week, make_week, without_lot
from bench.table import OUT, machine
from geo_risk.records import VisitReason
from geo_risk.visits.bound import upper_bound
from geo_risk.visits.check import check
from geo_risk.visits.problem import Candidate, Plan, Problem, Shift, Tier
from geo_risk.visits.replan import replan
from geo_risk.visits.solve import solve

Table = tuple[str, Sequence[str], Sequence[Sequence[str]]]
"""Title, headings, rows."""

BEST_KNOWN_SECONDS = 30.0
_PROVEN = 5
"""Parks whose gap is proven; each takes a minute or two."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, write JSON."""
    asked = argparse.ArgumentParser(prog="python -m bench.plan", description=__doc__)
    asked.add_argument("--seeds", type=int, default=20)
    asked.add_argument("--seconds", type=float, default=4.0, help="of one week's plan")
    asked.add_argument("--only", nargs="*", choices=_PARTS, default=list(_PARTS))
    asked.add_argument("--page", type=Path, help="write the tables between its two marks")
    given = asked.parse_args(arguments)
    _warm_up()
    weeks = _weeks(given.seeds) if {"weeks", "again", "lot", "bound"} & set(given.only) else []
    tables = [table for part in given.only for table in _PARTS[part](weeks, given.seconds)]
    text = "\n\n".join(_show(table) for table in tables)
    sys.stdout.write(f"{text}\n")
    OUT.mkdir(exist_ok=True)
    plain = [
        {"title": a, "headings": list(b), "rows": [list(c) for c in rows]} for a, b, rows in tables
    ]
    body = json.dumps({"machine": machine(), "tables": plain}, ensure_ascii=False, indent=2)
    (OUT / "plan.json").write_text(body + "\n", encoding="utf-8")
    if given.page is not None:
        page = given.page.read_text(encoding="utf-8")
        marks = r"(<!-- bench.plan -->\n).*?(\n<!-- end -->)"
        body = f"{machine()}\n\n{text}"
        put = re.sub(marks, lambda m: f"{m[1]}\n{body}\n{m[2]}", page, flags=re.DOTALL)
        given.page.write_text(put, encoding="utf-8")
    return 0


def _public(_weeks: Sequence[Week], _seconds: float) -> list[Table]:
    from bench.pyvrp_peer import solve_with_pyvrp  # noqa: PLC0415  # a peer's package

    rows, gaps = [], []
    for name, best, problem in public_instances():
        ours = [solve(problem, seconds=s) for s in (10.0, BEST_KNOWN_SECONDS)]
        peer = solve_with_pyvrp(problem, seconds=BEST_KNOWN_SECONDS)
        faults = sum(len(check(problem, one)) for one in (*ours, peer))
        values = [one.value for one in (*ours, peer)]
        gaps.append([100 * (1 - value / best) for value in values])
        rows.append((name, f"{best:g}", *(f"{value:g}" for value in values), str(faults)))
    if not rows:
        return []
    means = np.mean(gaps, axis=0)
    rows.append(("mean gap", "", *(f"{gap:.2f} %" for gap in means), ""))
    heads = (
        "instance",
        "best known",
        "ours, 10 s",
        "ours, 30 s",
        "PyVRP, 3 scales, 30 s",
        "faults",
    )
    return [("Public instances (team orienteering with time windows)", heads, rows)]


def _plans(week: Week, seconds: float) -> dict[str, Plan]:
    closed = week.closed
    return {
        "riskiest first": next_first(closed, riskiest, "risk"),
        "riskiest first, anywhere in the week": inserted(closed, 1.0, 0.0, "risk"),
        "nearest first": next_first(closed, nearest, "near"),
        "best for its time first": next_first(closed, best_for_time, "ratio"),
        "planned, same zones": solve(closed, seconds=seconds, seed=week.seed),
        "planned, zones balanced": solve(week.balanced, seconds=seconds, seed=week.seed),
        "planned, zones may be left": solve(week.problem, seconds=seconds, seed=week.seed),
    }


def _compared(weeks: Sequence[Week], seconds: float) -> list[Table]:
    names: list[str] = []
    truth, prize, visits, must = [], [], [], []
    for week in weeks:
        plans = _plans(week, seconds)
        names = list(plans)
        for name, plan in plans.items():
            problem = {"left": week.problem, "balanced": week.balanced}.get(
                name.rsplit(" ", 1)[-1], week.closed
            )
            assert not check(problem, plan), (week.seed, name)  # noqa: S101  # a benchmark's own judge
        truth.append([week.covered(one) for one in plans.values()])
        prize.append([one.value for one in plans.values()])
        visits.append([len(one.visits) for one in plans.values()])
        must.append([_must_left(week, one) for one in plans.values()])
    rows = []
    for k, name in enumerate(names):
        rows.append((
            name,
            f"{np.mean([one[k] for one in visits]):.0f}",
            f"{np.mean([one[k] for one in must]):.1f}",
            _gain([one[k] / one[0] for one in prize]),
            _gain([one[k] / one[0] for one in truth]),
        ))  # fmt: skip
    heads = ("plan", "visits", "must-visits left out", "expected points", "true points")
    title = f"A week of {len(weeks)} sample parks, over riskiest first in today's zones"
    return [(title, heads, rows)]


def _must_left(week: Week, plan: Plan) -> int:
    of = week.problem.candidate
    return sum(of[one.candidate_id].tier >= Tier.MUST for one in plan.left_out)


def _again(weeks: Sequence[Week], _seconds: float) -> list[Table]:
    took, share = [], []
    for week in weeks:
        own = _of_one_officer(week)
        plan = solve(own, seconds=3.0)
        where = own.candidates[len(own.candidates) // 2]
        new = Candidate(
            id="new", place=where.place, service_s=where.service_s, prize=where.prize,
            zone_id=where.zone_id, tier=Tier.MUST, reason=VisitReason.COMPLAINT,
        )  # fmt: skip
        changed = replace(own, candidates=(*own.candidates, new))
        begun = time.perf_counter()
        again = replan(changed, plan, seconds=0.2)
        took.append(time.perf_counter() - begun)
        share.append(again.value / solve(changed, seconds=3.0).value)
        assert not check(changed, again)  # noqa: S101  # a benchmark's own judge
    row = ("one officer again, a new hazard", f"{np.median(took):.2f} s", f"{max(took):.2f} s",
           f"{100 * np.mean(share):.1f} %")  # fmt: skip
    heads = ("work", "median", "longest", "of a plan made anew in 3 s")
    return [("Replanning", heads, [row])]


def _of_one_officer(week: Week) -> Problem:
    shifts = [
        one for one in week.closed.shifts if one.officer_id == week.closed.shifts[0].officer_id
    ]
    may = [
        one
        for one in week.closed.candidates
        if any(week.closed.worth(one, shift) >= 0 for shift in shifts)
    ]
    return replace(week.closed, shifts=tuple(shifts), candidates=tuple(may))


def _bound(weeks: Sequence[Week], seconds: float) -> list[Table]:
    rows = []
    for name, problems in (
        ("zones kept", [week.closed for week in weeks[:_PROVEN]]),
        ("zones may be left", [week.problem for week in weeks[:_PROVEN]]),
    ):
        gaps, any_gaps, took = [], [], []
        for seed, problem in enumerate(problems):
            plan = solve(problem, seconds=seconds, seed=seed)
            left = {one.candidate_id for one in plan.left_out}
            must = [one.id for one in problem.candidates if one.tier > 0 and one.id not in left]
            begun = time.perf_counter()
            same = upper_bound(problem, seconds=60.0, warm=plan, required=must)
            took.append(time.perf_counter() - begun)
            gaps.append(same.value / plan.value)
            any_gaps.append(upper_bound(problem, seconds=60.0, warm=plan).value / plan.value)
        rows.append((name, _gain(gaps), _gain(any_gaps), f"{np.mean(took):.0f} s"))
    heads = ("a week's plan", "same must-visits: at most", "any plan: at most", "proof takes")
    return [(f"Proven gap, {len(weeks[:_PROVEN])} parks", heads, rows)]


def _lot(weeks: Sequence[Week], seconds: float) -> list[Table]:
    shares = []
    for week in weeks:
        with_lot = solve(week.closed, seconds=seconds, seed=week.seed)
        without = solve(without_lot(week.closed), seconds=seconds, seed=week.seed)
        shares.append(
            (with_lot.value / without.value, week.covered(with_lot) / week.covered(without))
        )
    expected, true = (list(one) for one in zip(*shares, strict=True))
    row = ("10 % of visits by lot, over none", _gain(expected), _gain(true))
    return [("What the lot costs", ("plan", "expected points", "true points"), [row])]


def _large(_weeks: Sequence[Week], _seconds: float) -> list[Table]:
    rng = np.random.default_rng(1)
    zones = [_one_zone(rng, 67) for _ in range(300)]
    some = zones[::10]
    thorough = sum(solve(one, seconds=1.0, seed=k).value for k, one in enumerate(some))
    begun = time.perf_counter()
    values = [solve(one, seconds=0.15, seed=k).value for k, one in enumerate(zones)]
    took = time.perf_counter() - begun
    share = sum(values[::10]) / thorough
    row = (
        "20,000 enterprises, 300 officers, zone by zone",
        f"{took:.0f} s",
        f"{100 * share:.2f} %",
    )
    return [("A large county", ("work", "took", "of 1 s a zone"), [row])]


def _one_zone(rng: np.random.Generator, many: int) -> Problem:
    """Draw a zone of 1.5 x 1.5 km, visits of half an hour to an hour, prizes log-normal."""
    at = np.concatenate([[[750.0, 750.0]], rng.uniform(0, 1500, (many, 2))])
    apart = np.abs(at[:, None] - at[None]).sum(-1)
    travel = (apart / 6.0 + 60 * (apart > 1)).astype(np.int32)
    grade = rng.choice([1, 2, 3, 4], many, p=[0.4, 0.35, 0.2, 0.05])
    candidates = tuple(
        Candidate(
            id=f"c{k}",
            place=k + 1,
            service_s=int(1200 + 600 * grade[k]),
            prize=float(rng.lognormal(0, 0.8) * grade[k] ** 0.5),
        )
        for k in range(many)
    )
    shifts = tuple(
        Shift(f"{day}.{half}", "o", day * 86400 + begin * 1800, day * 86400 + end * 1800)
        for day in range(5)
        for half, (begin, end) in enumerate(((17, 24), (27, 35)))
    )
    return Problem(candidates, shifts, travel)


def _weeks(seeds: int) -> list[Week]:
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        return list(pool.map(make_week, range(1, seeds + 1)))


def _warm_up() -> None:
    """Compile the loops before anything is timed."""
    solve(_one_zone(np.random.default_rng(0), 5), seconds=60)


def _gain(ratios: Sequence[float]) -> str:
    """Write a mean gain in per cent with its 95 % interval over seeds (bootstrap)."""
    gains = 100.0 * (np.asarray(ratios) - 1.0)
    draws = np.random.default_rng(0).choice(gains, (4000, len(gains))).mean(axis=1)
    low, high = np.quantile(draws, (0.025, 0.975))
    return f"{gains.mean():+.1f} % [{low:+.1f}, {high:+.1f}]"


def _show(table: Table) -> str:
    title, heads, rows = table
    lines = [f"| {' | '.join(heads)} |", f"|---|{'---:|' * (len(heads) - 1)}"]
    lines += [f"| {' | '.join(row)} |" for row in rows]
    return f"### {title}\n\n" + "\n".join(lines)


_PARTS: dict[str, Callable[[Sequence[Week], float], list[Table]]] = {
    "public": _public,
    "weeks": _compared,
    "bound": _bound,
    "again": _again,
    "lot": _lot,
    "large": _large,
}

if __name__ == "__main__":
    sys.exit(main())
