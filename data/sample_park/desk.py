"""What else a station keeps: officers, duties, declarations, orders, services, population.

Takes ground, enterprises and a generator, gives one table each. Numbers only where people are
meant: no table says who lives where, of what home or status. Names are numbered (样例警长 01).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from data.sample_park.calendar import DAYS, MONTHS, month_starts, month_text, times, working_days
from data.sample_park.geodesy import CENTRE, degrees, metres
from data.sample_park.place import SPLIT_DAY, ZONES

if TYPE_CHECKING:
    from data.sample_park.place import Place

TEAM_NAMES = ("样例一组", "样例二组", "样例三组", "样例四组", "样例五组")
FOUR_KINDS = ("新居民服务站", "企业服务站", "片区服务站", "工地服务站")
"""The four kinds of stations (四站) of which the county has 56."""
INSIDE = ("驻企警务室", *FOUR_KINDS, "派出所", "司法所", "交警中队", "调解工作室", "专家库")
ELSEWHERE = ("综合执法中队", "退役军人服务站", "调解工作室")
TOWNSHIPS = 13
SERVICES = ("政策咨询", "证照代办", "法律咨询", "安全培训", "纠纷调解", "反诈宣传", "应急演练")
INDICATORS = ("guards", "rules", "training", "drills")


def make_officers() -> pd.DataFrame:
    """Give ten officers in five teams of two; officer 2k-1 and 2k are team k."""
    return pd.DataFrame({
        "id": [f"JZ{i + 1:02d}" for i in range(ZONES)],
        "name": [f"样例警长 {i + 1:02d}" for i in range(ZONES)],
        "phone": [f"000-1000{i + 1:04d}" for i in range(ZONES)],
        "team": [TEAM_NAMES[i // 2] for i in range(ZONES)],
        "station": "ZD01",
    })  # fmt: skip


def make_zones(place: Place, patrol_hours: np.ndarray) -> pd.DataFrame:
    """Give eleven rows: ten zones of today, and Q09, which became Q10 and Q11."""
    split = np.array([zone in {"Q10", "Q11"} for zone in place.zone_ids])
    today = pd.DataFrame({
        "id": place.zone_ids,
        "name": [f"样例巡区 {i + 1:02d}" for i in range(ZONES)],
        "patrol_hours": patrol_hours,
        "shift": np.where(np.arange(ZONES) % 3 == 2, "20:00-02:00", "08:00-16:00"),
        "start": np.where(split, float(SPLIT_DAY), np.nan),
        "end": np.nan,
        "geometry": place.zones,
    })  # fmt: skip
    old = today.iloc[[-1]].assign(
        id="Q09", name="样例巡区 09(旧)", start=np.nan, end=float(SPLIT_DAY)
    )
    old["geometry"] = pd.Series([place.old_zone], index=old.index, dtype=object)
    return pd.concat([today.iloc[:8], old, today.iloc[8:]], ignore_index=True)


def make_roads(place: Place) -> pd.DataFrame:
    """Give the road network, one row per block edge."""
    speed = {"主干路": 60.0, "次干路": 40.0, "支路": 30.0}
    return pd.DataFrame({
        "id": [f"DL{i + 1:03d}" for i in range(len(place.road_lines))],
        "name": place.road_names,
        "road_class": place.road_classes,
        "speed_kmh": [speed[one] for one in place.road_classes],
        "geometry": place.road_lines,
    })  # fmt: skip


def make_stations(place: Place, rng: np.random.Generator) -> pd.DataFrame:
    """Give ten stations in the park, and the other townships' so that the four kinds make 56."""
    core = place.edge.buffer(-120)
    inside = [shapely.Point(zone.centroid) for zone in place.zones]
    inside = [point if core.contains(point) else core.centroid for point in inside]
    away = [*FOUR_KINDS * TOWNSHIPS, *ELSEWHERE]
    centre = np.array([float(v) for v in metres(*CENTRE)])
    turn = rng.uniform(0, 2 * np.pi, TOWNSHIPS) + np.arange(TOWNSHIPS)
    town = centre + rng.uniform(5e3, 21e3, TOWNSHIPS)[:, None] * np.column_stack(
        [np.cos(turn), np.sin(turn)]
    )
    which = np.array(
        [i // len(FOUR_KINDS) if i < 4 * TOWNSHIPS else i % TOWNSHIPS for i in range(len(away))]
    )
    spots = np.vstack(
        [[(p.x, p.y) for p in inside], town[which] + rng.uniform(-700, 700, (len(away), 2))]
    )
    types = [*INSIDE, *away]
    n = len(types)
    lon, lat = degrees(spots[:, 0], spots[:, 1])
    whose = ["园区"] * len(INSIDE) + [f"乡镇 {one + 1:02d} " for one in which]
    offered = [[SERVICES[(i + k) % len(SERVICES)] for k in range(3)] for i in range(n)]
    always = {"驻企警务室", "派出所"}
    return pd.DataFrame({
        "id": [f"ZD{i + 1:02d}" for i in range(n)],
        "type": types,
        "name": [f"样例{where}{type_}" for where, type_ in zip(whose, types, strict=True)],
        "hours": ["00:00-24:00" if one in always else "08:30-17:30" for one in types],
        "services": ["、".join(some) for some in offered],
        "languages": np.where(rng.random(n) < 0.3, "zh、en", "zh"),
        "lon": np.round(lon, 7),
        "lat": np.round(lat, 7),
        "inside": np.arange(n) < len(INSIDE),
    })  # fmt: skip


def make_assignments(place: Place, enterprises: pd.DataFrame) -> pd.DataFrame:
    """Give who looks after which zone (with the split), and the twelve largest enterprises."""
    rows: list[tuple[str, str, str, float, float]] = []
    for i, zone in enumerate(place.zone_ids):
        start = float(SPLIT_DAY) if zone in {"Q10", "Q11"} else -30.0
        rows.append((f"JZ{i + 1:02d}", zone, "", start, np.nan))
    rows.append(("JZ09", "Q09", "", -30.0, float(SPLIT_DAY)))
    large = enterprises[enterprises["end"].isna()].nlargest(12, "employees")
    for i, enterprise in enumerate(large["id"]):
        rows.append((f"JZ{i % ZONES + 1:02d}", "", enterprise, -30.0, np.nan))
    table = pd.DataFrame(rows, columns=["officer", "zone", "enterprise", "start", "end"])
    table.insert(0, "id", [f"FG{i + 1:03d}" for i in range(len(table))])
    return table


def make_declarations(enterprises: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Give what the enterprises above scale declare of four indicators, month by month."""
    some = enterprises[enterprises["above_scale"]]
    n, k = len(some), len(INDICATORS)
    need = np.column_stack([
        np.ceil(some["employees"] / 80), np.full(n, 12), some["employees"], np.full(n, 2)
    ])  # fmt: skip
    level = rng.beta(5, 2, (n, k))
    months = []
    for month in range(MONTHS):
        answers = rng.random(n) < 0.85
        have = np.floor(need * np.clip(level + rng.normal(0, 0.08, (n, k)), 0, 1.05))
        verified = rng.random((n, k)) < 0.6
        day = month_starts()[month + 1] - rng.uniform(0.2, 5, (n, k))
        officer = rng.integers(1, ZONES + 1, (n, k))
        table = pd.DataFrame({
            "enterprise": np.repeat(some["id"].to_numpy(), k),
            "month": month_text(month),
            "indicator": np.tile(INDICATORS, n),
            "have": np.minimum(have, need).ravel(),
            "need": need.ravel(),
            "declared_by": np.repeat(some["contact"].to_numpy(), k),
            "verified_by": np.where(verified.ravel(), [f"JZ{i:02d}" for i in officer.ravel()], ""),
            "verified_at": times(np.where(verified.ravel(), day.ravel(), np.nan)),
            "evidence": "样例佐证",
            "day": float(month_starts()[month + 1]) - 0.5,
        })  # fmt: skip
        months.append(table[np.repeat(answers, k)])
    return pd.concat(months, ignore_index=True)


def make_orders(enterprises: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Give the services that enterprises ordered, and what became of each order."""
    n = 380
    day = np.sort(rng.uniform(0, DAYS, n))
    window = np.floor(day) + rng.integers(2, 9, n) + 9 / 24
    age = DAYS - day
    state = np.where(age > 14, "completed", np.where(age > 3, "accepted", "ordered"))
    state = np.where(rng.random(n) < 0.05, "cancelled", state)
    open_ = enterprises[enterprises["end"].isna()]["id"].to_numpy()
    return pd.DataFrame({
        "id": [f"DD{i + 1:05d}" for i in range(n)],
        "enterprise": rng.choice(open_, n),
        "service": rng.choice(SERVICES, n),
        "ordered_at": times(day),
        "window_from": times(window),
        "window_to": times(window + 8 / 24),
        "state": state,
        "text": "样例需求说明",
        "day": day,
    })  # fmt: skip


def make_services(stations: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Give what the stations inside the park did, and for how many people."""
    inside = stations[stations["inside"]]["id"].to_numpy()
    busy = rng.dirichlet(np.full(len(inside), 2.0))
    days = np.concatenate([working_days(month) for month in range(MONTHS)])
    n = 3600
    day = np.sort(rng.choice(days, n) + rng.uniform(8.5, 17.4, n) / 24)
    return pd.DataFrame({
        "id": [f"FW{i + 1:05d}" for i in range(n)],
        "station": rng.choice(inside, n, p=busy),
        "service": rng.choice(SERVICES, n),
        "at": times(day),
        "people": 1 + rng.poisson(1.5, n),
        "day": day,
    })  # fmt: skip


def make_population(place: Place, premises: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Give how many people live where: dormitories, some blocks of flats. Numbers only."""
    homes = premises.loc[premises["kind"] == "dormitory", ["easting", "northing"]].to_numpy()
    lines = [line for line in place.road_lines if place.edge.buffer(-80).contains(line)]
    chosen = rng.choice(len(lines), 90)
    blocks = np.array(
        [lines[i].interpolate(rng.random(), normalized=True).coords[0] for i in chosen]
    )
    blocks = blocks + rng.uniform(-40, 40, blocks.shape)
    spots = np.vstack([homes, blocks])
    lon, lat = degrees(spots[:, 0], spots[:, 1])
    people = np.r_[rng.integers(40, 260, len(homes)), rng.integers(20, 420, len(blocks))]
    return pd.DataFrame({
        "id": [f"RK{i + 1:03d}" for i in range(len(spots))],
        "people": people,
        "lon": np.round(lon, 7),
        "lat": np.round(lat, 7),
    })  # fmt: skip
