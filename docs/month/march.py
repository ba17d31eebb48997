"""March: visits, three channels, self-governance, cases driven to their end."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import Any

import openpyxl

from docs.month import cast, lists
from docs.month.cast import CHIEF, CLERK, MARCH, MEDIATOR, OFFICERS, Story

DECLARED = {"drills": 2.0, "rules": 10.0, "training": 100.0}
"""What there should be; a good firm says it has all of it."""

PEERS = cast.IN_SCOPE[8:16]
"""Firms that declare half of it, on paper."""

_VISITS_A_DAY = 10


def visits(story: Story) -> None:
    """Visit every firm above scale once, each team its own half; report what was found."""
    for place, number in enumerate(cast.IN_SCOPE):
        if place % _VISITS_A_DAY == 0:
            story.office.at(f"2026-03-{3 + place // _VISITS_A_DAY:02d} 10:00")
        found = {"general": int(place % 5 == 1), "minor": place % 3}
        major = number in {cast.OWN, cast.HELD, cast.ASKED, cast.PAIR}
        story.visits[number] = story.visit(
            number,
            place % 2,
            found={**found, "major": int(major)},
            items_checked=18,
            items_standard=20,
        )
        severity = "major" if major else "general"
        if major or found["general"] or number == cast.AGAIN:
            story.hazards[number] = story.report(
                OFFICERS[place % 2],
                severity=severity,
                category="fire_exit",
                premises_id=cast.premises(number),
                visit_id=story.visits[number],
                text="样例:二楼疏散通道堆放纸箱",
            )
        if major:
            words = "样例:已清出半边通道"
            story.office.step(OFFICERS[place % 2], story.hazards[number], "protect", text=words)
    matched = story.office.get(CHIEF, "/ogc/collections/visits/items", limit=1)["numberMatched"]
    cases = story.office.get(CHIEF, "/v1/cases", kind="hazard")
    story.told["visits"] = {
        "entered": len(story.visits),
        "matched": matched,
        "hazards": len(story.hazards),
        "cases": cases["total"],
        "listed": {one["id"] for one in cases["cases"]} == set(story.hazards.values()),
        "warnings": cases["warnings"],
    }


def channels(story: Story) -> None:
    """Take in a file of the county's app, a call with a key, a report of the firm itself."""
    office = story.office
    office.at("2026-03-11 14:00")
    file = lists.write_county(office.folder / "county.xlsx", 1, 24, "2026-03-10")
    job = office.hand_in(CLERK, file, kind="reports", source="zsjc", channel="county_app")
    call = {
        "channel": "hotline",
        "source": "hotline",
        "number": "R-2026-031",
        "severity": "minor",
        "premises_id": cast.premises(cast.ASKED),
        "text": "样例:夜间有异味",
    }
    told = story.report(CLERK, key="hotline-R-2026-031", **call)
    again = story.report(CLERK, key="hotline-R-2026-031", **call)
    own = story.report(
        cast.name(cast.OWN),
        severity="general",
        category="wiring",
        premises_id=cast.premises(cast.OWN),
        text="样例:配电箱门损坏,自查发现",
    )
    story.hazards[cast.SELF_REPORTED] = own
    items = "/ogc/collections/reports/items"
    listed = office.get(CHIEF, items, channel="county_app", limit=100)["features"]
    figures = office.get(CHIEF, "/v1/cases/figures", by="channel")
    story.told["channels"] = {
        "counts": job["counts"],
        "county": sorted(one["id"] for one in listed),
        "same_answer": told == again,
        "calls": office.get(CHIEF, items, channel="hotline", limit=1)["numberMatched"],
        "own_said": office.get(OFFICERS[0], f"{items}/{cast.pathed(own)}")["properties"],
        "open_by_channel": {one["group"]: one["counts"]["open_not_due"] for one in figures["rows"]},
    }


def declarations(story: Story) -> None:
    """Two firms say the same, eight say half on paper; an officer verifies all but one of them."""
    office = story.office
    office.at("2026-03-16 10:00")
    ids: dict[int, list[str]] = {}
    for number in (cast.OWN, cast.TWIN, *PEERS):
        share = 0.5 if number in PEERS else 1.0
        for indicator, need in DECLARED.items():
            body = {"month": MARCH, "indicator": indicator, "have": need * share, "need": need}
            on_paper = {"enterprise_id": cast.code(number)} if number in PEERS else {}
            who = CLERK if number in PEERS else cast.name(number)
            made = office.post(
                who, "/v1/declarations", {**body, **on_paper, "evidence": "样例照片"}
            )
            ids.setdefault(number, []).append(made["id"])
    office.at("2026-03-18 10:00")
    for number in (cast.OWN, *PEERS):
        looked = story.visit(number, 0, reason="guidance")
        for one in ids[number]:
            path = f"/v1/declarations/{cast.pathed(one)}/verify"
            office.post(OFFICERS[0], path, {"visit_id": looked}, expect=200)
    seen = office.get(cast.name(cast.OWN), "/v1/declarations")["declarations"]
    all_ = office.get(CHIEF, "/v1/declarations", month=MARCH)["declarations"]
    story.told["declarations"] = {
        "own": {one["indicator"]: one["state"] for one in seen},
        "all": len(all_),
        "verified": sum(one["state"] == "verified" for one in all_),
        "twin": {one["state"] for one in all_ if one["enterprise_id"] == cast.code(cast.TWIN)},
    }


def closings(story: Story) -> None:
    """Close in time: a grave one by two persons, what a firm told of itself, and the others."""
    office, hazards = story.office, story.hazards
    office.at("2026-03-13 09:00")
    path = f"/v1/reports/{cast.pathed(hazards[cast.PAIR])}/transitions"
    office.step(CLERK, hazards[cast.PAIR], "assign", station_id="stations:Z1")
    office.step(OFFICERS[0], hazards[cast.PAIR], "start")
    office.step(OFFICERS[0], hazards[cast.PAIR], "rectify")
    standing = office.ask(CHIEF, "GET", path)
    alone = office.ask(
        CHIEF,
        "POST",
        path,
        expect=None,
        json={"action": "pass"},
        headers={"If-Match": standing.headers["etag"]},
    )
    office.step(CHIEF, hazards[cast.PAIR], "pass", second_id=CLERK)
    office.step(cast.name(cast.OWN), hazards[cast.SELF_REPORTED], "rectify")
    office.step(OFFICERS[0], hazards[cast.SELF_REPORTED], "pass")
    office.step(OFFICERS[1], hazards[cast.AGAIN], "rectify")
    office.step(OFFICERS[1], hazards[cast.AGAIN], "pass")
    others = set(hazards) - {*cast.FOLLOWED, cast.SELF_REPORTED}
    for number in others:
        officer = OFFICERS[cast.IN_SCOPE.index(number) % 2]
        office.step(officer, hazards[number], "rectify")
        office.step(officer, hazards[number], "pass")
    steps = office.get(CHIEF, path)["steps"]
    listed = {one["id"] for one in office.get(CHIEF, "/v1/cases")["cases"]}
    story.told["closings"] = {
        "closed": len(others) + 3,
        "alone": alone.status_code,
        "alone_said": alone.json()["hint"],
        "persons": {steps[-1]["actor_id"], steps[-1]["second_id"]},
        "states": {
            one: _item(story, hazards[one])["state"]
            for one in (cast.PAIR, cast.SELF_REPORTED, cast.AGAIN)
        },
        "still_open": sorted(
            one for one in (cast.PAIR, cast.SELF_REPORTED, cast.AGAIN) if hazards[one] in listed
        ),
    }


def reopening(story: Story) -> None:
    """Reopen one: it was in time, now it is overdue; settle a quarrel, and answer who wrote."""
    office = story.office
    one = story.hazards[cast.AGAIN]
    office.at("2026-03-20 09:00")
    before = total(story, MARCH)
    office.at("2026-03-25 09:00")
    office.step(CLERK, one, "reopen", text="样例:又被堵上")
    quarrel = story.report(
        CLERK,
        kind="dispute",
        channel="petition",
        source="xf",
        number="X-7",
        enterprise_id=cast.code(cast.LATE),
        text="样例:加班工资",
    )
    office.step(CLERK, quarrel, "assign", station_id="stations:Z2")
    office.step(MEDIATOR, quarrel, "mediate", level="village")
    office.step(MEDIATOR, quarrel, "settle", text="样例:双方签字")
    after = total(story, MARCH)
    story.told["reopening"] = {
        "before": [name for name in ("in_time", "overdue") if one in before["items"][name]],
        "after": [name for name in ("in_time", "overdue") if one in after["items"][name]],
        "rates": [one["closed_in_time"] for one in (before, after)],
        "quarrel": _item(story, quarrel)["state"],
        "answered": [
            (item["number"], item["outcome"], item["words"])
            for item in office.get(CLERK, "/v1/channels/petition/outbox")["items"]
        ],
    }


def county(story: Story) -> None:
    """Close one of the county's items here; it goes out under the county's number, once."""
    office = story.office
    office.at("2026-03-26 09:00")
    outbox = "/v1/channels/county_app/outbox"
    before = office.get(CLERK, outbox)["items"]
    office.step(CLERK, "zsjc:ZS0003", "close", text="样例:已挪车")
    (item,) = office.get(CLERK, outbox)["items"]
    book = office.ask(CLERK, "GET", outbox, params={"f": "xlsx"})
    theirs = {
        "made_at": office.clock().isoformat(),
        "items": [{"number": f"ZS{n:04d}", "closed": n == 3} for n in range(1, 25)],
    }
    taken = {"items": [{key: item[key] for key in ("source", "number", "version")}]}
    office.post(CLERK, "/v1/channels/county_app/acknowledged", taken, expect=200)
    sides = office.post(CLERK, "/v1/channels/county_app/reconciliation", theirs, expect=200)
    story.told["county"] = {
        "before": before,
        "number": item["number"],
        "outcome": item["outcome"],
        "in_sheet": item["number"] in cells(book.content),
        "after": office.get(CLERK, outbox)["items"],
        "sides": sides,
    }


def month_end(story: Story) -> None:
    """Read the figures of the month, and the index as it stands, which keeps nothing."""
    story.office.at("2026-03-31 20:00")
    story.told["march_end"] = {
        "total": total(story, MARCH),
        "preview": story.office.get(CHIEF, f"/v1/index/{MARCH}/preview")["preview"],
        "published": story.office.get(CHIEF, "/v1/index")["months"],
    }


def hazard_values(story: Story) -> dict[int, float]:
    """Read the intensity of hazards at two of the story, and at one far from them."""
    places = (cast.OWN, cast.ASKED, cast.PLACED[-1])
    return {one: story.value("intensity.hazard", one) for one in places}


def total(story: Story, month: str, **asked: str) -> dict[str, Any]:
    """Read the figures of a month, as the chief; their sum."""
    first = date.fromisoformat(f"{month}-01")
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    days = {"from": first.isoformat(), "to": last.isoformat()}
    return dict(story.office.get(CHIEF, "/v1/cases/figures", **days, **asked)["total"])


def _item(story: Story, report_id: str) -> dict[str, Any]:
    path = f"/ogc/collections/reports/items/{cast.pathed(report_id)}"
    return dict(story.office.get(OFFICERS[0], path)["properties"])


def cells(workbook: bytes) -> set[str]:
    """Give what stands in the cells of a workbook, as text."""
    book = openpyxl.load_workbook(io.BytesIO(workbook), read_only=True)
    return {
        str(value)
        for sheet in book.worksheets
        for row in sheet.iter_rows(values_only=True)
        for value in row
        if value is not None
    }
