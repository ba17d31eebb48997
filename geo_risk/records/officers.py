"""Who visits: officers, teams, and which of them looks after what."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from geo_risk.errors import InputError
from geo_risk.records.base import Record, about, personal


@dataclass(frozen=True, kw_only=True)
class Officer(Record):
    """企业警长 and others who visit."""

    collection: ClassVar[str] = "officers"
    title_zh: ClassVar[str] = "警长"

    name: str = field(default="", metadata=personal("姓名", "name", "name an officer"))
    phone: str = field(default="", metadata=personal("电话", "phone", "reach an officer"))
    team: str = field(default="", metadata=about("队伍", "team the officer belongs to"))
    station_id: str = field(default="", metadata=about("所属阵地", "station"))


@dataclass(frozen=True, kw_only=True)
class Team(Record):
    """走访组: the looker of all formulas."""

    collection: ClassVar[str] = "teams"
    title_zh: ClassVar[str] = "走访组"

    member_ids: tuple[str, ...] = field(default=(), metadata=about("成员", "officers"))


@dataclass(frozen=True, kw_only=True)
class Assignment(Record):
    """责任分工: which officer looks after which zone or enterprise, from when to when."""

    collection: ClassVar[str] = "assignments"
    title_zh: ClassVar[str] = "责任分工"

    officer_id: str = field(metadata=about("警长", "officer"))
    zone_id: str = field(default="", metadata=about("巡区", "patrol zone"))
    enterprise_id: str = field(default="", metadata=about("企业", "enterprise"))

    def __post_init__(self) -> None:
        """Require exactly one of zone and enterprise."""
        super().__post_init__()
        if bool(self.zone_id) == bool(self.enterprise_id):
            named = "both" if self.zone_id else "neither"
            raise InputError(
                f"Assignment {self.id!r} names {named} of zone and enterprise.",
                "Name exactly one of them.",
            )
