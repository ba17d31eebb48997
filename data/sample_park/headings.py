"""The words of the sample's files: headings of every source, and what its cells say for our codes.

Gives dictionaries ours -> theirs; `park.toml` gets the headings as they are (`columns`) and the
words turned round (`values`). Written as pairs, several on a line, so that a file's shape is
seen at once.
"""

from __future__ import annotations

from typing import Any


def _pairs(*lines: str) -> dict[str, str]:
    return dict(one.split("=") for line in lines for one in line.split())


ZONES = _pairs(
    "id=巡区编号 name=巡区名称 patrol_hours=每班巡逻小时 shift=班次",
    "valid_from=启用日期 valid_to=停用日期",
)
ENTERPRISES = _pairs(
    "id=企业编号 credit_code=统一社会信用代码 name=企业名称 contact=联系人",
    "phone=联系电话 industry=行业 above_scale=是否规上 key_listed=重点名单 sole_trader=个体工商户",
    "employees=从业人数 kind=场所类型 address=地址 people=在场人数",
    "risk_class=固有风险等级 dangerous_goods=危险品 opening_hours=接待时间",
    "valid_from=成立日期 valid_to=注销日期 lon=经度 lat=纬度",
)
PREMISES = _pairs(
    "id=场所编号 enterprise=所属企业 kind=场所类型 address=地址",
    "host_premises=所在场所 people=在场人数 inherent_class=固有风险等级",
    "dangerous_goods=危险品 valid_from=启用日期 valid_to=停用日期",
)
OFFICERS = _pairs("id=警号 name=姓名 phone=电话 team=队伍 station=所属阵地")
ASSIGNMENTS = _pairs("id=编号 officer=警号 zone=巡区 enterprise=企业编号 valid_from=起 valid_to=止")
VISITS = _pairs(
    "id=走访编号 enterprise=企业编号 premises=场所编号 team=走访组 participants=参与人",
    "start=开始时间 end=结束时间 reason=走访原因 selection_probability=抽中概率",
    "items_checked=已查项 items_standard=应查项 note=备注",
)
APP = _pairs(
    "id=编号 kind=类别 category=小类 enterprise=统一社会信用代码 premises=场所编号",
    "occurred_from=发生时间起 occurred_to=发生时间止 reported_at=上报时间",
    "closed_at=办结时间 due=整改期限 severity=严重程度 state=状态",
    "duplicate_of=重复编号 text=内容 reporter=上报人 lon=经度 lat=纬度",
    "interim_at=临时防护时间 rectified_at=整改完成时间 extended_at=延期时间",
    "station=办理阵地 level=调解层级 reopened=重新打开次数",
)
FINDINGS = _pairs(
    "id=编号 visit=走访编号 kind=类别 category=小类 enterprise=企业编号",
    "premises=场所编号 occurred_from=发现时间起 occurred_to=发现时间止",
    "reported_at=登记时间 closed_at=销号时间 due=整改期限 severity=整改类型",
    "state=状态 text=隐患描述 lon=经度 lat=纬度",
    "interim_at=临时防护时间 rectified_at=整改完成时间 extended_at=延期时间",
    "station=办理阵地 level=调解层级 reopened=重新打开次数",
)
HOTLINE = _pairs(
    "id=编号 channel=渠道 kind=类别 category=事项 premises=场所编号",
    "occurred=发生时间 reported_at=来电时间 closed_at=办结时间 state=状态",
    "duplicate_of=重复编号 text=内容 reporter=反映人 lon=经度 lat=纬度",
    "station=办理阵地 level=调解层级 reopened=重新打开次数",
)
PROGRAMS = {
    one: one
    for line in (
        "id kind channel category enterprise premises occurred_from occurred_to reported_at",
        "closed_at lon lat severity self_reported state duplicate_of text reporter",
        "interim_at rectified_at station level reopened",
    )
    for one in line.split()
}
DECLARATIONS = _pairs(
    "enterprise=统一社会信用代码 month=月份 indicator=指标 have=实有 need=应有",
    "declared_by=申报人 declared_at=申报时间 verified_by=核实人 verified_at=核实时间 evidence=佐证",
)
ORDERS = _pairs(
    "id=点单编号 enterprise=企业编号 service=服务事项 ordered_at=下单时间",
    "window_from=期望时间起 window_to=期望时间止 state=状态 text=说明",
)
ANTI_FRAUD = _pairs(
    "enterprise=企业编号 month=月份 have=已安装人数 need=应安装人数 declared_at=统计时间",
    "verified_by=核实人 verified_at=核实时间",
)
SERVICES = _pairs("id=服务编号 station=阵地编号 service=服务事项 at=服务时间 people=服务人数")

PREMISES_KINDS = _pairs(
    "plant=厂房 leased_workshop=租赁车间 construction_site=在建工地",
    "dormitory=宿舍 office=办公",
)
GRADES = {4: "一级", 3: "二级", 2: "三级", 1: "四级"}
YES_NO = {True: "是", False: "否"}
REASONS = _pairs(
    "routine=日常走访 random=随机抽查 recheck=复查 slip=提醒单 order=点单",
    "complaint=投诉 guidance=上门指导",
)
KINDS = _pairs("hazard=隐患 dispute=矛盾纠纷 fraud=涉诈 public_order=治安 fire=火情 traffic=交通")
SEVERITIES = _pairs("major=立即整改 general=限期整改 minor=当场整改")
STATES = _pairs(
    "reported=已上报 assigned=已派单 rectifying=整改中 rechecking=待复查 closed=已办结",
    "mediating=调解中 settled=已化解 not_settled=未化解 followed_up=已回访 merged=已合并",
)
LEVELS = _pairs("village=村级 street=镇街 county=县级")
ORDER_STATES = _pairs("ordered=已下单 accepted=已接单 completed=已完成 cancelled=已取消")
CALLERS = _pairs("hotline=热线 petition=来信来访")


def turned(words: dict[Any, str]) -> dict[str, Any]:
    """Turn ours -> theirs into theirs -> ours, as the park file's `values` wants it."""
    return {theirs: ours for ours, theirs in words.items()}


def apart(headings: dict[str, str]) -> tuple[dict[str, str], list[str]]:
    """Split headings into `columns` and `occurred` as the park file wants them."""
    times = [theirs for ours, theirs in headings.items() if ours.startswith("occurred")]
    return {o: t for o, t in headings.items() if not o.startswith("occurred")}, times
