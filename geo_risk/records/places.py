"""Where things are: patrol zones, stations, roads, people as numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from geo_risk.display import Displayed
from geo_risk.errors import InputError
from geo_risk.records.base import Located, Record, about, check_at_least

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry


@dataclass(frozen=True, kw_only=True)
class PatrolZone(Record, Displayed):
    """巡区: a polygon, and how many hours it is patrolled per shift."""

    collection: ClassVar[str] = "zones"
    title_zh: ClassVar[str] = "巡区"

    geometry: BaseGeometry = field(metadata=about("范围", "Polygon or MultiPolygon, degrees"))
    name: str = field(default="", metadata=about("巡区名称", "name"))
    patrol_hours: float | None = field(
        default=None, metadata=about("每班巡逻小时", "patrol hours per shift")
    )
    shift: str = field(default="", metadata=about("班次", "HH:MM-HH:MM; may cross midnight"))

    def __post_init__(self) -> None:
        """Check the polygon and the hours."""
        super().__post_init__()
        check_at_least(self.id, "patrol_hours", self.patrol_hours)
        if self.geometry.geom_type not in {"Polygon", "MultiPolygon"} or self.geometry.is_empty:
            raise InputError(
                f"Patrol zone {self.id!r} is a {self.geometry.geom_type}.", "Give a polygon."
            )

    def facts(self) -> dict[str, str]:
        """Give what a plain table says of the zone."""
        hours = "–" if self.patrol_hours is None else f"{self.patrol_hours:g}"
        return {"zone": self.id, "name": self.name, "patrol_hours": hours, "shift": self.shift}


@dataclass(frozen=True, kw_only=True)
class Station(Located):
    """阵地: a place where help is to be had."""

    collection: ClassVar[str] = "stations"
    title_zh: ClassVar[str] = "阵地"

    type: str = field(default="", metadata=about("阵地类型", "type of station"))
    name: str = field(default="", metadata=about("阵地名称", "name"))
    hours: str = field(default="", metadata=about("开放时间", "opening hours"))
    services: tuple[str, ...] = field(default=(), metadata=about("服务事项", "services"))
    languages: tuple[str, ...] = field(default=(), metadata=about("语言", "languages"))


@dataclass(frozen=True, kw_only=True)
class Road(Record):
    """道路: a line to draw, to travel on and to place addresses by."""

    collection: ClassVar[str] = "roads"
    title_zh: ClassVar[str] = "道路"

    geometry: BaseGeometry = field(metadata=about("线形", "LineString or MultiLineString, degrees"))
    name: str = field(default="", metadata=about("道路名称", "name"))
    road_class: str = field(default="", metadata=about("道路等级", "class"))
    speed_kmh: float | None = field(default=None, metadata=about("限速", "speed, km/h"))


@dataclass(frozen=True, kw_only=True)
class Population(Located):
    """人口: people at a place, as a number; never who they are."""

    collection: ClassVar[str] = "population"
    title_zh: ClassVar[str] = "人口"

    people: float = field(metadata=about("人数", "people"))
