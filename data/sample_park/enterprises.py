"""Enterprises and premises of the sample park: who works where, and how gravely it could go wrong.

Takes the ground and a generator, gives two tables. 896 enterprises (130 above scale, some sole
traders, some closed by now) work on 1,000 premises: one each in the enterprises' own list, 104
more (second sites, dormitories, construction sites, former addresses) in a list of premises.
Nothing is real: names are numbered, credit codes stand under a division code (990000) that does
not exist, telephones cannot be dialled. Where a premises truly is (`easting`, `northing`) is
known here even if no file will say so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from data.sample_park.calendar import DAYS
from data.sample_park.geodesy import degrees

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from data.sample_park.place import Place

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

ENTERPRISES = 896
ABOVE_SCALE = 130
SOLE_TRADERS = 168
CLOSED = 8
UNLOCATED = 12
OUTSIDE = 5
EXTRA = {"second": 40, "dormitory": 24, "construction_site": 16, "former": 24}
BUILDINGS_SHARED = 64

# GB/T 4754 divisions: code and name, share of enterprises, weights of inherent class 1 to 4.
INDUSTRIES: tuple[tuple[str, float, tuple[float, ...]], ...] = (
    ("C17 纺织业", 0.09, (0.25, 0.45, 0.25, 0.05)),
    ("C20 木材加工和木制品业", 0.08, (0.15, 0.40, 0.38, 0.07)),
    ("C21 家具制造业", 0.12, (0.20, 0.45, 0.30, 0.05)),
    ("C26 化学原料和化学制品制造业", 0.05, (0.00, 0.10, 0.50, 0.40)),
    ("C29 橡胶和塑料制品业", 0.10, (0.20, 0.45, 0.30, 0.05)),
    ("C33 金属制品业", 0.12, (0.20, 0.50, 0.25, 0.05)),
    ("C35 专用设备制造业", 0.12, (0.40, 0.45, 0.15, 0.00)),
    ("C39 计算机、通信和其他电子设备制造业", 0.08, (0.50, 0.40, 0.10, 0.00)),
    ("F51 批发业", 0.09, (0.75, 0.20, 0.05, 0.00)),
    ("G59 装卸搬运和仓储业", 0.06, (0.20, 0.40, 0.30, 0.10)),
    ("H62 餐饮业", 0.05, (0.50, 0.40, 0.10, 0.00)),
    ("M73 研究和试验发展", 0.04, (0.65, 0.25, 0.10, 0.00)),
)
_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def check_character(first_17: str) -> str:
    """Give the 18th character of a unified social credit code (GB 32100-2015, MOD 31)."""
    total, weight = 0, 1
    for character in first_17:
        total += _ALPHABET.index(character) * weight
        weight = weight * 3 % 31
    return _ALPHABET[-total % 31]


def credit_code(serial: int, *, sole_trader: bool) -> str:
    """Give an obviously synthetic code: division 990000 does not exist, body `YL` + serial."""
    body = f"YL{serial:06d}"
    weights = (3, 7, 9, 10, 5, 8, 4, 2)  # GB 11714: the organisation's own check character
    total = sum(int(char, 36) * weight for char, weight in zip(body, weights, strict=True))
    own = "0123456789X0"[11 - total % 11]
    first = f"9{2 if sole_trader else 1}990000{body}{own}"
    return first + check_character(first)


def make_enterprises(place: Place, rng: np.random.Generator) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give enterprises and premises.

    Parameters
    ----------
    place
        The ground.
    rng
        Chance.

    Returns
    -------
    tuple of DataFrame
        Enterprises (896 rows) and premises (1,000 rows, the first 896 in the same order); `start`
        and `end` are day numbers of valid time, NaN where open; `listed` says which list shows the
        premises, `shown` what becomes of its point there: yes, missing or outside.
    """
    n = ENTERPRISES
    industry = rng.choice(len(INDUSTRIES), n, p=[share for _, share, _ in INDUSTRIES])
    weights = np.array([row for _, _, row in INDUSTRIES])[industry]
    inherent = 1 + (rng.random(n)[:, None] > weights.cumsum(1)).sum(1)
    employees = np.clip(np.round(np.exp(rng.normal(2.9, 1.05, n))), 1, 900).astype(np.int64)
    order = np.argsort(-(np.log(employees) + rng.normal(0, 0.5, n)))
    above = np.zeros(n, bool)
    above[order[:ABOVE_SCALE]] = True
    sole = np.zeros(n, bool)
    sole[rng.permutation(order[ABOVE_SCALE + 200 :])[:SOLE_TRADERS]] = True
    employees = np.where(above, np.maximum(employees, 20), employees)
    employees = np.where(sole, np.minimum(employees, 12), employees)
    closed = np.full(n, np.nan)
    closed[rng.permutation(order[ABOVE_SCALE:])[:CLOSED]] = rng.integers(60, DAYS - 30, CLOSED)
    numbers = [f"QY{i + 1:04d}" for i in range(n)]
    enterprises = pd.DataFrame({
        "id": numbers,
        "credit_code": [credit_code(i + 1, sole_trader=bool(sole[i])) for i in range(n)],
        "name": [f"样例{'商行' if sole[i] else '企业'} {i + 1:03d}" for i in range(n)],
        "contact": [f"样例联系人 {i + 1:03d}" for i in range(n)],
        "phone": [f"000-{i + 1:08d}" for i in range(n)],
        "industry": [INDUSTRIES[i][0] for i in industry],
        "above_scale": above,
        "sole_trader": sole,
        "employees": employees,
        "start": -rng.integers(400, 6500, n).astype(float),
        "end": closed,
    })  # fmt: skip
    premises = _premises(place, enterprises, inherent, rng)
    return enterprises, premises


def _premises(
    place: Place, enterprises: pd.DataFrame, inherent: Ints, rng: np.random.Generator
) -> pd.DataFrame:
    n, extra = len(enterprises), sum(EXTRA.values())
    points, address = _plots(place, n + extra, rng)
    shared = rng.random(n) < 0.30
    building = rng.integers(0, BUILDINGS_SHARED, n)
    own = np.where(shared, building, np.arange(n))  # tenants of one building share its very point
    kind = np.where(shared, "leased_workshop", "plant").astype(object)
    kind[enterprises["industry"].str.startswith(("F51", "M73")).to_numpy() & ~shared] = "office"
    people = np.maximum(1, np.round(enterprises["employees"] * rng.uniform(0.5, 1.0, n)))
    main = pd.DataFrame({
        "id": enterprises["id"],
        "enterprise": enterprises["id"],
        "kind": kind,
        "people": people.astype(np.int64),
        "inherent_class": inherent,
        "start": enterprises["start"],
        "end": enterprises["end"],
        "host_premises": "",
        "listed": "enterprises",
        "shown": "yes",
    })  # fmt: skip
    main[["easting", "northing"]] = points[own]
    main["address"] = [address[i] for i in own]
    main = _hide_and_move_out(place, main, rng)
    more = _extra_premises(enterprises, main, points[n:], address[n:], rng)
    both = pd.concat([main, more], ignore_index=True)
    both["dangerous_goods"] = (both["inherent_class"] == 4) | (
        (both["inherent_class"] == 3) & (rng.random(len(both)) < 0.06)
    )
    both["opening_hours"] = np.where(rng.random(len(both)) < 0.2, "07:30-20:00", "08:00-17:30")
    lon, lat = degrees(both["easting"], both["northing"])
    both["lon"], both["lat"] = np.round(lon, 7), np.round(lat, 7)
    both["zone"] = place.zone_of(both["easting"].to_numpy(), both["northing"].to_numpy())
    return both


def _hide_and_move_out(place: Place, main: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Choose whose point no file will tell, and who sits just beyond the edge."""
    alone = np.flatnonzero((main["kind"] != "leased_workshop") & main["end"].isna())
    chosen = rng.choice(alone, UNLOCATED + OUTSIDE, replace=False)
    main.loc[chosen[:UNLOCATED], "shown"] = "missing"
    beyond = chosen[UNLOCATED:]
    main.loc[beyond, "shown"] = "outside"
    rim = np.asarray(place.edge.buffer(160).exterior.coords)[:-1]
    where = rim[rng.integers(len(rim), size=OUTSIDE)] + rng.uniform(-15, 15, (OUTSIDE, 2))
    main.loc[beyond, ["easting", "northing"]] = np.round(where, 2)
    return main


def _extra_premises(
    enterprises: pd.DataFrame,
    main: pd.DataFrame,
    points: Floats,
    address: list[str],
    rng: np.random.Generator,
) -> pd.DataFrame:
    what = np.repeat(list(EXTRA), list(EXTRA.values()))
    n = len(what)
    fit = np.flatnonzero(
        (main["shown"] == "yes") & main["end"].isna() & ~enterprises["sole_trader"]
    )
    large = fit[np.argsort(-enterprises["employees"].to_numpy()[fit])][:300]
    owner = rng.permutation(large)[:n]
    start = main["start"].to_numpy()[owner].copy()
    end = np.full(n, np.nan)
    site = what == "construction_site"
    start[site] = rng.integers(-60, DAYS - 120, site.sum())
    end[site] = start[site] + rng.integers(150, 420, site.sum())
    former = what == "former"
    end[former] = rng.integers(30, DAYS - 30, former.sum())
    kind = np.select([what == "dormitory", site], ["dormitory", "construction_site"], "plant")
    kind = np.where((what == "second") & (rng.random(n) < 0.4), "office", kind)
    inherent = np.where(what == "dormitory", 2, main["inherent_class"].to_numpy()[owner])
    people = main["people"].to_numpy()[owner] * rng.uniform(0.2, 0.7, n)
    people = np.where(site, rng.integers(15, 90, n), people)
    dormitory = what == "dormitory"
    table = pd.DataFrame({
        "id": [f"CS{i + 1:04d}" for i in range(n)],
        "enterprise": enterprises["id"].to_numpy()[owner],
        "kind": kind,
        "people": np.maximum(2, np.round(people)).astype(np.int64),
        "inherent_class": np.where(site, np.maximum(inherent, 3), inherent).astype(np.int64),
        "start": start,
        "end": end,
        "host_premises": np.where(dormitory, main["id"].to_numpy()[owner], ""),
        "listed": "premises",
        "shown": "yes",
    })  # fmt: skip
    beside = main[["easting", "northing"]].to_numpy()[owner] + rng.uniform(-30, 30, (n, 2))
    table[["easting", "northing"]] = np.where(dormitory[:, None], np.round(beside, 2), points)
    table["address"] = address
    return table


def _plots(place: Place, many: int, rng: np.random.Generator) -> tuple[Floats, list[str]]:
    """Draw plots beside the streets, denser around a few centres, all well within the edge."""
    lines = np.array([np.asarray(line.coords) for line in place.road_lines])  # (edges, 2, 2)
    core = place.edge.buffer(-45)
    middle = lines.mean(1)
    centres = middle[rng.choice(len(middle), 5, replace=False)]
    apart = ((middle[:, None] - centres[None]) ** 2).sum(2)
    weight = 0.35 + np.exp(-apart / (2 * 420.0**2)).sum(1)
    points: list[Floats] = []
    address: list[str] = []
    while len(points) < many:
        draw = rng.choice(len(lines), 4 * many, p=weight / weight.sum())
        along = rng.uniform(0.06, 0.94, len(draw))
        side = rng.choice([-1.0, 1.0], len(draw))
        off = rng.uniform(28, 90, len(draw))
        first, last = lines[draw, 0], lines[draw, 1]
        way = (last - first) / np.linalg.norm(last - first, axis=1)[:, None]
        normal = np.column_stack([-way[:, 1], way[:, 0]])
        spot = np.round(first + along[:, None] * (last - first) + (side * off)[:, None] * normal, 2)
        for row in np.flatnonzero(shapely.contains_xy(core, spot[:, 0], spot[:, 1])):
            points.append(spot[row])
            door = 2 * (int(draw[row]) % 13 * 8 + int(along[row] * 8)) + (1 if side[row] > 0 else 2)
            address.append(f"样例园区{place.road_names[draw[row]]}{door}号")
    return np.array(points[:many]), address[:many]
