"""The page docs/month.md: the story as told, with the figures it got."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from docs.month import cast

if TYPE_CHECKING:
    from docs.month.cast import Story

PAGE = Path(__file__).resolve().parents[1] / "month.md"

_TEXT = Path(__file__).with_name("page.txt")


def page_of(story: Story) -> str:
    """Give the page's text."""
    told = story.told
    first, pins, visits = told["list"], told["pins"], told["visits"]
    channels, closings, again = told["channels"], told["closings"], told["reopening"]
    county, said, march = told["county"], told["declarations"], told["publish"]
    slips, receipts, verified = told["slips"], told["receipts"], told["verification"]
    april = told["next_month"]
    counts = april["total"]["counts"]
    own = cast.OWN
    return _TEXT.read_text(encoding="utf-8").format(
        firms=first["firms"],
        typed="\n".join(story.office.typed[:4]),
        read=first["read"],
        accepted=first["accepted"],
        waiting=first["waiting"],
        placed=pins["placed"],
        still=pins["waiting"],
        value_before=pins["value_before"],
        value_after=pins["value_after"],
        visits=visits["entered"],
        hazards=visits["hazards"],
        cases=visits["cases"],
        county=channels["counts"]["accepted"],
        calls=channels["calls"],
        closed=closings["closed"],
        alone=closings["alone"],
        rate=" -> ".join(f"{one['hits']} of {one['of']}" for one in again["rates"]),
        agree=county["sides"]["both_open"] + county["sides"]["both_closed"],
        declared=said["all"],
        verified=said["verified"],
        early=march["early"],
        early_said=march["early_said"],
        ranked=march["ranked"] or "no",
        routine=march["routine"] or "no",
        proposed=len(march["propose"]),
        drawn=slips["drawn"],
        numbers=", ".join(slips["numbers"]),
        held_said=slips["held_said"],
        states=", ".join(receipts["states"]),
        answer=receipts["answer"],
        too_early=verified["too_early"],
        not_fixed=verified["not_fixed"],
        chiefs=_counted(verified["chiefs"]),
        fall_own=_fall(verified, own),
        fall_asked=_fall(verified, cast.ASKED),
        fall_far=_fall(verified, cast.PLACED[-1]),
        cross=told["second_round"]["cross"],
        reports=told["second_round"]["reports"],
        late_before=april["overdue"][cast.LATE][0],
        late_after=april["overdue"][cast.LATE][1],
        held_before=april["overdue"][cast.HELD][0],
        held_after=april["overdue"][cast.HELD][1],
        tardy_before=april["rate_major"][cast.TARDY][0],
        tardy_after=april["rate_major"][cast.TARDY][1],
        alike_before=april["rate_major"][cast.ALIKE][0],
        alike_after=april["rate_major"][cast.ALIKE][1],
        ranked_april=april["ranked"],
        routine_april=april["routine"] or "no",
        own_drills=april["own_page"]["drills"] / 1_000_000,
        twin_drills=april["twin_page"]["drills"] / 1_000_000,
        due=counts["due"],
        in_time=counts["in_time"],
        late=counts["late"],
        overdue=counts["overdue"],
        scored=april["public"]["scored"],
        colours=_counted({name: many for name, many in april["colours"].items() if name}),
        blue=", ".join(april["public"]["blue"]) or "none",
        cross_note=_CROSS
        if "officer_effect_unidentified" in april["notes"]
        else "Officer and enterprise can be told apart now.",
    )


_CROSS = (
    "Officer and enterprise cannot be told apart yet, so there is no routine slip, and it says so."
)


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{many} {name}" for name, many in sorted(counts.items()))


def _fall(verified: dict, number: int) -> float:
    return 100 * (1 - verified["after"][number] / verified["before"][number])
