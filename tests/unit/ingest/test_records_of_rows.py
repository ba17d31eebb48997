"""Rows to records: ids, references, premises of enterprises, times and places of what happens."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from geo_risk.ingest import Batch, Known
from geo_risk.ingest.fields import FIELDS
from geo_risk.park import SOURCE_KINDS
from geo_risk.records import (
    CaseState,
    Enterprise,
    Findings,
    Premises,
    PremisesKind,
    Severity,
    Team,
    VisitReason,
)

Reads = Callable[..., Batch]


def test_an_enterprises_row_is_an_enterprise_and_its_premises(
    ingest: Reads, credit_code: Callable[[int], str]
) -> None:
    """With a credit code the enterprise's id is the code; the premises has the source's number."""
    table = [
        (
            "企业编号",
            "统一社会信用代码",
            "企业名称",
            "地址",
            "从业人数",
            "规上",
            "场所类型",
            "风险等级",
        ),
        ("QY1", credit_code(1), "样例企业 001", "样例路 1 号", "12", "是", "租赁厂房", "二级"),
    ]
    enterprise, premises = ingest("enterprises", "list.csv", table, datum="").records
    assert isinstance(enterprise, Enterprise)
    assert isinstance(premises, Premises)
    assert enterprise.id == enterprise.credit_code == credit_code(1)
    assert (enterprise.source, enterprise.number) == ("list", "QY1")
    assert (enterprise.above_scale, enterprise.employees) == (True, 12)
    assert (premises.id, premises.enterprise_id) == ("list:QY1", enterprise.id)
    assert (premises.kind, premises.inherent_class) == (PremisesKind.LEASED_WORKSHOP, 3)
    assert premises.people == 12  # who works there, until somebody counts who is on site
    assert (premises.address, premises.unlocated) == ("样例路 1 号", "missing")


def test_a_credit_code_may_stand_in_the_column_of_numbers(
    ingest: Reads, credit_code: Callable[[int], str]
) -> None:
    """`columns = { id = "统一社会信用代码" }`, as the design writes it."""
    table = [("统一社会信用代码", "企业名称"), (credit_code(1).lower(), "甲"), ("NX-77", "乙")]
    columns = {"id": "统一社会信用代码"}
    first, second = ingest("enterprises", "list.csv", table, columns=columns, datum="").records
    assert (first.id, first.number) == (credit_code(1), credit_code(1))
    assert (second.id, second.number, second.credit_code) == ("list:NX-77", "NX-77", "")


def test_old_registration_numbers_are_the_sources_own(ingest: Reads) -> None:
    """Fifteen digits are no credit code and no fault."""
    table = [("统一社会信用代码", "企业名称"), ("330521000012345", "样例小店")]
    enterprise = ingest("enterprises", "list.csv", table, datum="").records[0]
    assert (enterprise.id, enterprise.credit_code) == ("list:330521000012345", "")


def test_without_place_or_address_there_are_no_premises(ingest: Reads) -> None:
    """A list of names says nothing of where they work: premises come from another file."""
    batch = ingest("enterprises", "list.csv", [("编号", "名称"), ("A1", "甲")], datum="")
    assert [one.collection for one in batch.records] == ["enterprises"]
    assert batch.unlocated == 0


def test_a_second_row_of_one_enterprise_is_a_further_premises(
    ingest: Reads, credit_code: Callable[[int], str]
) -> None:
    """One enterprise, two workshops: one Enterprise, two Premises."""
    table = [
        ("企业编号", "统一社会信用代码", "企业名称", "地址"),
        ("1", credit_code(1), "甲", "样例路 1 号"),
        ("2", credit_code(1), "甲二厂", "样例路 9 号"),
    ]
    batch = ingest("enterprises", "list.csv", table, datum="")
    kinds = [one.collection for one in batch.records]
    assert kinds == ["enterprises", "premises", "premises"]
    assert {one.enterprise_id for one in batch.records[1:]} == {credit_code(1)}
    assert batch.odd == {"further_premises": 1}


def test_premises_name_their_enterprise_by_number_code_or_id(
    ingest: Reads, credit_code: Callable[[int], str]
) -> None:
    """Whatever the list uses, and a number that came with .0 behind it."""
    code = credit_code(1)
    known = Known({"enterprises": {"77": code, code: code}})
    table = [
        ("场所编号", "所属企业"),
        *((f"P{i}", said) for i, said in enumerate(["77", code.lower(), "77.0", code, ""])),
    ]
    batch = ingest("premises", "list.csv", table, known=known)
    assert [one.enterprise_id for one in batch.records] == [code] * 4 + [""]


def test_premises_may_be_inside_others_of_the_same_file(ingest: Reads) -> None:
    """A host that stands further down in the file is found."""
    table = [("场所编号", "所在场所"), ("P1", "P9"), ("P9", ""), ("P2", "P7")]
    batch = ingest("premises", "list.csv", table)
    assert [one.host_premises_id for one in batch.records] == ["list:P9", ""]
    assert batch.rejects[0].code == "unknown_premises"


def test_a_visit_to_an_enterprise_is_at_its_main_premises(ingest: Reads, known: Known) -> None:
    """The first premises is the main one; a visit to a premises is to its enterprise."""
    table = [
        ("走访编号", "所属企业", "场所", "日期"),
        ("1", "E1", "", "2024-03-05"),
        ("2", "", "P2", "2024-03-05"),
        ("3", "E2", "", "2024-03-05"),
    ]
    batch = ingest("visits", "list.csv", table, known=known)
    assert [(one.enterprise_id, one.premises_id) for one in batch.records] == [
        ("firms:E1", "places:P1"),
        ("firms:E1", "places:P2"),
        ("firms:E2", ""),
    ]
    assert batch.unlocated == 0  # visits need no coordinates


def test_what_a_visit_found_is_counted_by_severity(ingest: Reads, known: Known) -> None:
    """Nothing found is a record; no counts at all means reports name the visit instead."""
    table = [
        ("编号", "所属企业", "日期", "critical", "serious", "minor"),
        ("1", "E1", "2024-03-05", "1", "0", "2"),
        ("2", "E1", "2024-03-06", "0", "", "0"),
        ("3", "E1", "2024-03-07", "", "", ""),
    ]
    findings = {"major": "critical", "general": "serious", "minor": "minor"}
    batch = ingest("visits", "list.csv", table, known=known, findings=findings)
    assert [one.found for one in batch.records] == [Findings(1, 0, 2), Findings(0, 0, 0), None]


def test_the_looker_is_the_team_else_the_participants(ingest: Reads, known: Known) -> None:
    """A team that no list of officers names keeps its own name; participants make a team."""
    table = [
        ("编号", "所属企业", "日期", "走访组", "参与人", "走访原因"),
        ("1", "E1", "2024-03-05", "orange", "", "随机"),
        ("2", "E1", "2024-03-05", "", "008、007", ""),
    ]
    first, second = ingest("visits", "list.csv", table, known=known).records
    assert (first.team, first.reason) == ("orange", VisitReason.RANDOM)
    assert second.participant_ids == ("staff:008", "staff:007")
    assert second.team == "staff:007+staff:008"


def test_teams_are_made_of_the_officers_who_name_them(ingest: Reads, known: Known) -> None:
    """One team per distinct value, members in the order of the file."""
    table = [
        ("警号", "姓名", "队伍", "所属阵地"),
        ("1", "甲", "一组", "S1"),
        ("2", "乙", "二组", ""),
        ("3", "丙", "一组", ""),
        ("4", "丁", "", ""),
    ]
    batch = ingest("officers", "list.csv", table, known=known)
    teams = [one for one in batch.records if isinstance(one, Team)]
    assert [(one.id, one.member_ids) for one in teams] == [
        ("list:一组", ("list:1", "list:3")),
        ("list:二组", ("list:2",)),
    ]
    assert batch.records[0].station_id == "posts:S1"


REPORT = ("编号", "类别", "发生时间", "所属企业", "经度", "纬度")


def reports(ingest: Reads, known: Known, *rows: tuple[str, ...], **keys: Any) -> Batch:
    return ingest("reports", "list.csv", [REPORT, *rows], known=known, **keys)


def test_a_report_without_a_point_is_where_its_premises_are(ingest: Reads, known: Known) -> None:
    """It names a place, so it does not wait to be located; one that names none does."""
    batch = reports(
        ingest,
        known,
        ("R1", "隐患", "2024-03-05", "E1", "", ""),
        ("R2", "隐患", "2024-03-05", "", "", ""),
        ("R3", "隐患", "2024-03-05", "E2", "", ""),
        ("R4", "隐患", "2024-03-05", "E1", "30.55", "119.95"),
    )
    assert [(one.premises_id, one.unlocated) for one in batch.records] == [
        ("places:P1", ""),
        ("", "missing"),
        ("", "missing"),
        ("places:P1", "swapped"),
    ]
    assert (batch.accepted, batch.unlocated) == (4, 3)


def test_a_report_with_its_own_point_may_name_an_unknown_enterprise(
    ingest: Reads, known: Known
) -> None:
    """The point is what counts; the unknown name is counted as odd."""
    batch = reports(
        ingest,
        known,
        ("R1", "fire", "2024-03-05", "E9", "119.95", "30.55"),
        ("R2", "fire", "2024-03-05", "E9", "", ""),
    )
    assert batch.records[0].enterprise_id == ""
    assert batch.odd == {"unknown_enterprise": 1}
    assert [one.code for one in batch.rejects] == ["unknown_enterprise"]


def test_what_happened_within_an_interval_keeps_it(ingest: Reads, known: Known) -> None:
    """Earliest and latest; a missing end is the beginning; a date alone is its whole day."""
    table = [
        ("编号", "从", "到", "大概", "经度", "纬度"),
        ("1", "2024-03-05 10:00", "2024-03-06 08:00", "2024-03-05 22:00", "", ""),
        ("2", "2024-03-05 10:00", "", "", "", ""),
        ("3", "", "2024-03-05 10:00", "", "", ""),
        ("4", "2024-03-05", "2024-03-07", "", "", ""),
        ("5", "", "", "2024-03-05 22:00", "", ""),
        ("6", "2024-03-05 10:00", "2024-03-06 08:00", "2024-03-09 22:00", "", ""),
    ]
    batch = ingest(
        "reports",
        "list.csv",
        table,
        known=known,
        occurred=["从", "到"],
        columns={"occurred_mid": "大概"},
        set={"kind": "hazard"},
    )
    hours = [
        (
            (one.occurred_from - datetime(2024, 3, 5, tzinfo=UTC)).total_seconds() / 3600,
            (one.occurred_to - one.occurred_from).total_seconds() / 3600,
        )
        for one in batch.records
    ]
    assert hours == [(2, 22), (2, 0), (2, 0), (-8, 72), (14, 0), (2, 22)]
    assert batch.records[0].time == datetime(2024, 3, 5, 14, tzinfo=UTC)
    assert batch.odd == {"mid_outside_interval": 1}


def test_without_a_time_of_its_own_a_report_happened_when_it_was_reported(
    ingest: Reads, known: Known
) -> None:
    """The best of what the row says."""
    table = [("编号", "上报时间", "办结时间"), ("1", "2024-03-05", "2024-03-04")]
    batch = ingest("reports", "list.csv", table, set={"kind": "hazard"}, known=known)
    report = batch.records[0]
    assert (report.occurred_to - report.occurred_from).days == 1
    assert report.state == CaseState.CLOSED
    assert batch.odd == {"closed_before_reported": 1}


def test_words_of_reports_are_understood(ingest: Reads, known: Known) -> None:
    """Kind by id, Chinese or English name; channel, severity and state in the park's words."""
    table = [
        ("编号", "类别", "渠道", "严重程度", "状态", "发生时间", "期限"),
        ("1", "矛盾纠纷", "掌上基层", "", "已化解", "2024-03-05", ""),
        ("2", "public order", "12345", "限期整改", "整改中", "2024-03-05", "2024-03-20"),
        ("3", "环卫", "自查自报", "立即整改", "", "2024-03-05", ""),
    ]
    first, second, third = ingest("reports", "list.csv", table, known=known).records
    assert (first.kind, first.channel, first.state) == ("dispute", "county_app", "settled")
    assert (second.kind, second.channel, second.state) == ("public_order", "hotline", "rectifying")
    assert second.due == datetime(2024, 3, 20, 16, tzinfo=UTC)  # the whole of the 20th
    assert (third.kind, third.severity) == ("sanitation", Severity.MAJOR)


def test_a_duplicate_names_the_report_it_repeats(ingest: Reads, known: Known) -> None:
    """Found wherever it stands in the file."""
    table = [
        ("编号", "类别", "发生时间", "重复于"),
        ("1", "隐患", "2024-03-05", "2"),
        ("2", "隐患", "2024-03-05", ""),
    ]
    batch = ingest("reports", "list.csv", table, known=known)
    assert batch.records[0].duplicate_of == "list:2"


@pytest.mark.parametrize(
    ("kind", "table", "number"),
    [
        (
            "declarations",
            [("企业", "月份", "指标", "实有", "应有"), ("E1", "2024年3月", "巡逻", "3", "4")],
            "E1|2024年3月|巡逻",
        ),
        (
            "assignments",
            [("警长", "巡区", "生效时间"), ("007", "Z1", "2024-03-05")],
            "007|Z1||2024-03-05",
        ),
        (
            "services",
            [("阵地", "服务事项", "时间", "服务人数"), ("S1", "调解", "2024-03-05 9:00", "3")],
            "S1|调解|2024-03-05 9:00",
        ),
        (
            "orders",
            [("点单编号", "企业", "服务事项", "下单时间"), ("D1", "E1", "调解", "2024-03-05")],
            "D1",
        ),
        ("population", [("编号", "人口", "经度", "纬度"), ("G1", "31.5", "119.95", "30.55")], "G1"),
        (
            "stations",
            [("阵地编号", "名称", "经度", "纬度"), ("S1", "样例警务室", "119.95", "30.55")],
            "S1",
        ),
    ],
)
def test_every_other_kind_is_read(
    ingest: Reads, known: Known, kind: str, table: list[tuple[str, ...]], number: str
) -> None:
    """Rows without a number of their own are known by what identifies them."""
    batch = ingest(kind, "list.csv", table, known=known)
    assert [one.code for one in batch.rejects] == []
    record = batch.records[0]
    assert (record.collection, record.number, record.id) == (kind, number, f"list:{number}")


def test_population_without_numbers_is_known_by_what_it_says(ingest: Reads) -> None:
    """Two rows that say the same are one; the order of rows changes no id."""
    table = [
        ("人口", "经度", "纬度"),
        ("3", "119.95", "30.55"),
        ("4", "119.95", "30.55"),
        ("3", "119.95", "30.55"),
    ]
    batch = ingest("population", "list.csv", table)
    assert (batch.accepted, batch.odd) == (2, {"duplicate_number": 1})
    turned = ingest("population", "list.csv", [table[0], *table[:0:-1]])
    assert {one.id for one in turned.records} == {one.id for one in batch.records}


def test_what_changes_in_the_world_carries_valid_time(ingest: Reads) -> None:
    """[from, to): a last day that is a date counts whole; a reversed one is refused."""
    table = [
        ("编号", "名称", "生效时间", "失效时间"),
        ("1", "甲", "2024-01-01", "2024-12-31"),
        ("2", "乙", "2024-12-31", "2024-01-01"),
    ]
    batch = ingest("enterprises", "list.csv", table, datum="")
    assert batch.records[0].valid_from == datetime(2023, 12, 31, 16, tzinfo=UTC)
    assert batch.records[0].valid_to == datetime(2024, 12, 31, 16, tzinfo=UTC)
    assert str(batch.rejects[0]) == (
        "list.csv, row 3, column 失效时间: '2024-01-01' is before '2024-12-31' (生效时间). "
        "Exchange the two times, or correct the wrong one."
    )


def test_naive_times_are_the_sources_zone_else_the_parks(ingest: Reads, known: Known) -> None:
    """A file from elsewhere says so once, for all its times."""
    table = [("编号", "所属企业", "开始时间"), ("1", "E1", "2024-07-01 08:00")]
    zones = {"park_timezone": "America/Chicago", "timezone": "Asia/Shanghai"}
    here = ingest("visits", "list.csv", table, known=known).records[0]
    there = ingest("visits", "list.csv", table, known=known, **zones).records[0]
    assert here.start == there.start == datetime(2024, 7, 1, tzinfo=UTC)


def test_times_that_clocks_skip_are_counted(ingest: Reads, known: Known) -> None:
    """A time that cannot have been is moved on, and the summary says so."""
    table = [("编号", "所属企业", "开始时间"), ("1", "E1", "2013-03-10 02:30")]
    batch = ingest("visits", "list.csv", table, known=known, park_timezone="America/Chicago")
    assert batch.odd == {"time_skipped_by_clocks": 1}


def test_progress_is_told_to_the_end(ingest: Reads) -> None:
    """Long reads show where they are, and end at the whole."""
    told: list[tuple[int, int | None]] = []
    table = [("编号",), *((f"A{i}",) for i in range(12_000))]
    path_batch = ingest(
        "enterprises", "list.csv", table, datum="", progress=lambda *one: told.append(one)
    )
    assert path_batch.accepted == 12_000
    assert told == [(0, 12_000), (5000, 12_000), (10_000, 12_000), (12_000, 12_000)]


@pytest.mark.parametrize("kind", SOURCE_KINDS)
def test_a_table_without_rows_is_read_and_empty(ingest: Reads, kind: str) -> None:
    """Headings alone: nothing read, nothing wrong."""
    batch = ingest(kind, "list.csv", [[one.zh for one in FIELDS[kind]]])
    assert (batch.read, batch.accepted, batch.records, batch.odd) == (0, 0, (), {})


def test_roads_without_a_single_attribute_are_roads(ingest: Reads) -> None:
    """A drawing has lines and nothing else."""
    line = {"type": "LineString", "coordinates": [[119.91, 30.51], [119.95, 30.51]]}
    feature = {"type": "Feature", "properties": {}, "geometry": line}
    text = json.dumps({"type": "FeatureCollection", "features": [feature]})
    batch = ingest("roads", "roads.geojson", text)
    assert (batch.read, batch.accepted, len(batch.records)) == (1, 1, 1)
