"""April: March is frozen, slips go out and come back, a second round, and what May reads."""

from __future__ import annotations

import re
from typing import Any

from docs.month import cast, lists
from docs.month.cast import APRIL, CHIEF, CLERK, MARCH, OFFICERS, Story
from docs.month.march import DECLARED, cells, hazard_values, total

_VISITS_A_DAY = 10
_REPORTS = "/ogc/collections/reports/items"


def publish(story: Story) -> None:
    """Freeze March when it has closed; what is said after the closing is not in it."""
    office = story.office
    office.at("2026-04-03 09:00")
    early = office.ask(CHIEF, "POST", f"/v1/index/{MARCH}/publish", expect=None)
    office.at("2026-04-07 08:30")
    said = office.get(CHIEF, "/v1/declarations", month=MARCH, enterprise=cast.code(cast.TWIN))
    looked = story.visit(cast.TWIN, 0, reason="guidance")
    for one in said["declarations"]:
        path = f"/v1/declarations/{cast.pathed(one['id'])}/verify"
        office.post(OFFICERS[0], path, {"visit_id": looked}, expect=200)
    found = {"major": 1, "general": 0, "minor": 0}
    story.visit(cast.TARDY, 0, start="2026-03-30T15:00", end="2026-03-30T16:00", found=found)
    first = office.post(CHIEF, f"/v1/index/{MARCH}/publish", expect=200)
    again = office.post(CHIEF, f"/v1/index/{MARCH}/publish", expect=200)
    index = office.get(OFFICERS[1], f"/v1/index/{MARCH}")
    own, twin = (story.own_month(one, MARCH) for one in (cast.OWN, cast.TWIN))
    story.told["publish"] = {
        "early": early.status_code,
        "early_said": early.json()["detail"],
        "digest": first["digest"],
        "same": first["digests"] == again["digests"],
        "firms": len(index["enterprises"]),
        "ranked": sum(one["ranks"] is not None for one in index["enterprises"]),
        "routine": sum(one["slip"] == "routine" for one in index["enterprises"]),
        "notes": index["notes"],
        "propose": index["propose_cross_visits"],
        "adds_up": all(
            sum(one["parts"].values()) == round(one["score"] * 1_000_000)
            for one in index["enterprises"]
        ),
        "own": own["parts"],
        "twin": twin["parts"],
        "own_score": own["score"],
        "own_fields": sorted(own),
    }


def slips(story: Story) -> None:
    """Draw, check one by one, issue two, withhold one; each side reads its own list."""
    office = story.office
    office.at("2026-04-07 10:00")
    before = story.own_slips(cast.OWN)
    drawn = office.post(CHIEF, f"/v1/slips/draw?month={MARCH}", expect=200)
    listed = office.get(OFFICERS[0], "/v1/slips")["slips"]
    firms = {cast.code(one): one for one in (cast.OWN, cast.HELD, cast.ASKED)}
    story.slips = {firms[one["enterprise_id"]]: one["id"] for one in listed}
    draft = story.own_slips(cast.OWN)
    for one in story.slips.values():
        office.slip_step(OFFICERS[1], one, "check")
    for number in (cast.OWN, cast.ASKED):
        words = "样例:重大隐患逾期未整改"
        office.slip_step(CHIEF, story.slips[number], "issue", text=words)
    words = "样例:企业停产搬迁,已断电封门,改为上门指导"
    office.slip_step(CHIEF, story.slips[cast.HELD], "withhold", text=words)
    again = office.post(CHIEF, f"/v1/slips/draw?month={MARCH}", expect=200)
    chiefs = office.get(CHIEF, "/v1/slips")
    held = office.get(CHIEF, f"/v1/slips/{cast.pathed(story.slips[cast.HELD])}")
    (own,) = story.own_slips(cast.OWN)
    steps = office.get(OFFICERS[0], f"/v1/slips/{cast.pathed(own['id'])}")["steps"]
    batch = office.ask(CHIEF, "GET", "/v1/slips/batch.html", params={"month": MARCH})
    book = office.ask(CHIEF, "GET", "/v1/slips", params={"f": "xlsx"})
    story.told["slips"] = {
        "drawn": len(drawn["slips"]),
        "basis": {one["basis"] for one in listed},
        "before": before,
        "draft": draft,
        "numbers": sorted(one["slip_no"] for one in chiefs["slips"] if one["slip_no"]),
        "counts": {name: many for name, many in chiefs["counts"].items() if many},
        "held_said": held["decision"],
        "held_sees": story.own_slips(cast.HELD),
        "held_again": again["slips"],
        "own_state": own["state"],
        "own_items": own["item_ids"],
        "own_sees_why": "decision" in own,
        "due": own["due"],
        "asked_for_visit": [one["due"] for one in steps if one["action"] == "plan_visit"],
        "sheets": batch.text.count('class="sheet"'),
        "in_sheet": words in cells(book.content),
    }
    story.show("slip", CHIEF, f"/v1/slips/{cast.pathed(story.slips[cast.OWN])}.html")


def receipts(story: Story) -> None:
    """Confirm and answer on the page of the QR code, without an account."""
    office = story.office
    office.at("2026-04-08 09:00")
    link = _link(story, cast.OWN)
    page = office.ask("", "GET", link)
    story.show("receipt", "", link)
    states = [_state(story, cast.OWN)]
    office.ask("", "POST", link, expect=303, data={"action": "receive"})
    states.append(_state(story, cast.OWN))
    words = "样例:纸箱已搬走,通道已划线"
    office.ask("", "POST", link, expect=303, data={"action": "answer", "text": words})
    states.append(_state(story, cast.OWN))
    used = office.ask("", "GET", link)
    other = _link(story, cast.ASKED)
    office.ask("", "POST", other, expect=303, data={"action": "receive"})
    seen = office.get(OFFICERS[0], f"/v1/slips/{cast.pathed(story.slips[cast.OWN])}")
    story.told["receipts"] = {
        "names": sorted(set(re.findall(r"样例企业 \d{3}", page.text))),
        "states": states,
        "answer": seen["answer"],
        "said": words,
        "used_tells": cast.name(cast.OWN) in used.text,
        "other": _state(story, cast.ASKED),
        "guessed": office.ask("", "GET", f"{link[:-4]}AAAA", expect=None).status_code,
    }


def second_round(story: Story) -> None:
    """Visit all again, where it was proposed by the other team; the county sends its next file."""
    office = story.office
    cross = set(story.told["publish"]["propose"])
    for place, number in enumerate(cast.IN_SCOPE):
        if place % _VISITS_A_DAY == 0:
            office.at(f"2026-04-{8 + place // _VISITS_A_DAY:02d} 10:00")
        officer = (place + (cast.code(number) in cross)) % 2
        found = {"major": 0, "general": 0, "minor": place % 2}
        story.visits[number] = story.visit(
            number, officer, found=found, items_checked=20, items_standard=20
        )
    office.at("2026-04-13 15:00")
    for number in (cast.OWN, cast.TWIN):
        for indicator, need in DECLARED.items():
            body = {"month": APRIL, "indicator": indicator, "have": need, "need": need}
            made = office.post(cast.name(number), "/v1/declarations", body)
            path = f"/v1/declarations/{cast.pathed(made['id'])}/verify"
            if number == cast.OWN:
                looked = {"visit_id": story.visits[cast.OWN]}
                office.post(OFFICERS[0], path, looked, expect=200)
    file = lists.write_county(office.folder / "county-april.xlsx", 25, 9, "2026-04-12")
    job = office.hand_in(CLERK, file, kind="reports", source="zsjc", channel="county_app")
    outbox = "/v1/channels/county_app/outbox"
    office.step(CLERK, "zsjc:ZS0027", "close", text="样例:已劝离")
    story.told["second_round"] = {
        "visits": office.get(CHIEF, "/ogc/collections/visits/items", limit=1)["numberMatched"],
        "cross": len(cross),
        "county": job["counts"]["accepted"],
        "reports": office.get(CHIEF, _REPORTS, channel="county_app", limit=1)["numberMatched"],
        "outbox": [one["number"] for one in office.get(CLERK, outbox)["items"]],
    }


def verification(story: Story) -> None:
    """Go there: one is not done and asked again; a slip closes after its hazard, by a visit."""
    office = story.office
    office.at("2026-04-14 09:00")
    office.rebuild()
    before = hazard_values(story)
    too_early = _verify(story, cast.OWN, "fixed", expect=None).status_code
    not_fixed = _verify(story, cast.ASKED, "not_fixed").json()["state"]
    office.step(cast.name(cast.OWN), story.hazards[cast.OWN], "rectify")
    office.step(OFFICERS[0], story.hazards[cast.OWN], "pass", second_id=OFFICERS[1])
    fixed = _verify(story, cast.OWN, "fixed").json()["state"]
    office.step(OFFICERS[1], story.hazards[cast.LATE], "rectify")
    office.step(OFFICERS[1], story.hazards[cast.LATE], "pass")
    office.at("2026-04-14 16:00")
    office.step(OFFICERS[0], story.hazards[cast.ASKED], "rectify")
    office.step(OFFICERS[0], story.hazards[cast.ASKED], "pass", second_id=OFFICERS[1])
    fixed_then = _verify(story, cast.ASKED, "fixed").json()["state"]
    office.rebuild()
    counts = office.get(CHIEF, "/v1/slips")["counts"]
    surfaces = office.get(CHIEF, "/v1/surfaces")
    story.told["verification"] = {
        "too_early": too_early,
        "not_fixed": not_fixed,
        "fixed": fixed,
        "fixed_then": fixed_then,
        "chiefs": {name: many for name, many in counts.items() if many},
        "own": [one["state"] for one in story.own_slips(cast.OWN)],
        "asked": [one["state"] for one in story.own_slips(cast.ASKED)],
        "before": before,
        "after": hazard_values(story),
        "main": surfaces["main"],
        "title": surfaces["surfaces"][0]["title"],
        "rung": surfaces["surfaces"][0]["rung"],
    }
    story.show("map", CHIEF, "/")


def next_month(story: Story) -> None:
    """Freeze April, and read all that March led to: index, figures, workbook, bulletin."""
    office = story.office
    office.at("2026-05-06 09:00")
    frozen = office.post(CHIEF, f"/v1/index/{APRIL}/publish", expect=200)
    index = office.get(OFFICERS[0], f"/v1/index/{APRIL}")
    before = office.get(OFFICERS[0], f"/v1/index/{MARCH}")
    days = {"from": f"{APRIL}-01", "to": f"{APRIL}-30"}
    book = office.ask(CHIEF, "GET", "/v1/cases/figures", params={**days, "f": "xlsx"})
    public = office.get("", f"/v1/index/{APRIL}/bulletin", f="json")
    page = office.ask("", "GET", f"/v1/index/{APRIL}/bulletin")
    own = story.own_month(cast.OWN, APRIL)
    story.told["next_month"] = {
        "firms": len(index["enterprises"]),
        "ranked": sum(one["ranks"] is not None for one in index["enterprises"]),
        "routine": sum(one["slip"] == "routine" for one in index["enterprises"]),
        "notes": index["notes"],
        "propose": index["propose_cross_visits"],
        "march_same": before["digest"] == story.told["publish"]["digest"],
        "digest": frozen["digest"],
        "overdue": {
            one: [_share(month, one, "overdue") for month in (before, index)]
            for one in (cast.OWN, cast.LATE, cast.HELD, cast.PAIR)
        },
        "rate_major": {
            one: [_share(month, one, "rate_major") for month in (before, index)]
            for one in (cast.TARDY, cast.ALIKE)
        },
        "own_page": own["parts"],
        "twin_page": story.own_month(cast.TWIN, APRIL)["parts"],
        "own_score": own["score"],
        "colours": _colours(index),
        "total": total(story, APRIL),
        "in_sheet": {
            one: story.hazards[one] in cells(book.content)
            for one in (cast.OWN, cast.ASKED, cast.HELD)
        },
        "public": {name: public[name] for name in ("scored", "blue", "improved", "notes")},
        "public_rows": public["enterprises"],
        "bulletin_names": sorted(set(re.findall(r"样例企业 \d{3}", page.text))),
    }
    story.show("bulletin", "", f"/v1/index/{APRIL}/bulletin")


def _link(story: Story, number: int) -> str:
    path = f"/v1/slips/{cast.pathed(story.slips[number])}/link"
    url = str(story.office.post(CLERK, path, expect=200)["url"])
    return url.removeprefix(story.office.url)


def _state(story: Story, number: int) -> str:
    path = f"/v1/slips/{cast.pathed(story.slips[number])}"
    return str(story.office.get(OFFICERS[0], path)["state"])


def _verify(story: Story, number: int, code: str, expect: int | None = 200) -> Any:
    visit = story.visit(number, 0, reason="slip")
    body = {"action": "verify", "code": code, "other_id": visit}
    path = f"/v1/slips/{cast.pathed(story.slips[number])}/transitions"
    return story.office.ask(OFFICERS[0], "POST", path, expect=expect, json=body)


def _share(index: dict[str, Any], number: int, part: str) -> float:
    """Give how much of what a part may be at most an enterprise has."""
    (row,) = (one for one in index["enterprises"] if one["id"] == cast.code(number))
    return float(row["parts"][part] / row["most"][part])


def _colours(index: dict[str, Any]) -> dict[str, int]:
    told = [one["colour"] for one in index["enterprises"]]
    return {one: told.count(one) for one in sorted(set(told))}
