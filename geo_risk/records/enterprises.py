"""Enterprises, where they work, and what they declare of themselves."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from geo_risk.errors import InputError
from geo_risk.records.base import Located, Record, about, check_at_least, personal
from geo_risk.records.credit_code import is_credit_code
from geo_risk.records.words import PremisesKind


@dataclass(frozen=True, kw_only=True)
class Enterprise(Record):
    """企业: a legal person or sole trader. Where it works are its premises."""

    collection: ClassVar[str] = "enterprises"
    title_zh: ClassVar[str] = "企业"

    credit_code: str = field(
        default="", metadata=about("统一社会信用代码", "18 characters, GB 32100 check digit")
    )
    name: str = field(default="", metadata=personal("企业名称", "name", "name an enterprise"))
    contact: str = field(
        default="", metadata=personal("联系人", "contact person", "reach the enterprise")
    )
    phone: str = field(default="", metadata=personal("联系电话", "phone", "reach the enterprise"))
    industry: str = field(default="", metadata=about("行业", "GB/T 4754 code or name"))
    above_scale: bool = field(
        default=False, metadata=about("规上", "above scale; dated by valid time")
    )
    key_listed: bool = field(
        default=False, metadata=about("重点名单", "on the key list; dated by valid time")
    )
    sole_trader: bool = field(default=False, metadata=about("个体工商户", "sole trader"))
    employees: int | None = field(default=None, metadata=about("从业人数", "people employed"))

    def __post_init__(self) -> None:
        """Check the credit code and the head count."""
        super().__post_init__()
        check_at_least(self.id, "employees", self.employees)
        if self.credit_code and not is_credit_code(self.credit_code):
            raise InputError(
                f"Enterprise {self.id!r}: credit code {self.credit_code!r} fails its check digit.",
                "Correct the code, or leave it empty.",
            )


@dataclass(frozen=True, kw_only=True)
class Premises(Located):
    """场所: where an enterprise works; visits, hazards and travel attach here. Moving is a row."""

    collection: ClassVar[str] = "premises"
    title_zh: ClassVar[str] = "场所"

    enterprise_id: str = field(default="", metadata=about("所属企业", "enterprise"))
    kind: PremisesKind = field(
        default=PremisesKind.OTHER, metadata=about("场所类型", "plant, leased workshop, ...")
    )
    address: str = field(default="", metadata=personal("地址", "address", "find the premises"))
    host_premises_id: str = field(
        default="", metadata=about("所在场所", "premises it is inside of")
    )
    people: int | None = field(default=None, metadata=about("在场人数", "people on site"))
    inherent_class: int | None = field(
        default=None, metadata=about("固有风险等级", "1 to 4, 4 gravest (GB 18218 一级 = 4)")
    )
    dangerous_goods: bool = field(
        default=False, metadata=about("危险品", "stores dangerous goods: never on a public map")
    )
    opening_hours: str = field(default="", metadata=about("接待时间", "opening hours"))

    def __post_init__(self) -> None:
        """Check people and class."""
        super().__post_init__()
        check_at_least(self.id, "people", self.people)
        if self.inherent_class is not None and self.inherent_class not in {1, 2, 3, 4}:
            raise InputError(
                f"Premises {self.id!r}: inherent class {self.inherent_class!r}.",
                "Give 1 to 4, where 4 is the gravest.",
            )


@dataclass(frozen=True, kw_only=True)
class Declaration(Record):
    """自治申报: what an enterprise says of one indicator in one month, and who verified it."""

    collection: ClassVar[str] = "declarations"
    title_zh: ClassVar[str] = "自治申报"

    enterprise_id: str = field(metadata=about("企业", "enterprise"))
    month: str = field(metadata=about("月份", "YYYY-MM"))
    indicator: str = field(metadata=about("指标", "indicator of the safety index"))
    have: float = field(metadata=about("实有", "have"))
    need: float = field(metadata=about("应有", "need"))
    declared_by: str = field(default="", metadata=about("申报人", "actor who declared"))
    declared_at: datetime | None = field(default=None, metadata=about("申报时间", "when (UTC)"))
    verified_by: str = field(default="", metadata=about("核实人", "officer who verified"))
    verified_at: datetime | None = field(default=None, metadata=about("核实时间", "when (UTC)"))
    evidence: str = field(default="", metadata=personal("佐证", "evidence", "verify a declaration"))

    def __post_init__(self) -> None:
        """Check month and amounts."""
        super().__post_init__()
        check_at_least(self.id, "have", self.have)
        check_at_least(self.id, "need", self.need)
        if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", self.month):
            raise InputError(f"Declaration {self.id!r}: month {self.month!r}.", "Write YYYY-MM.")
