"""One month of a park, from an empty folder to the next month's index, as its people do it.

The acts stand in `docs/month` and are told once: by the keeper's commands and over HTTP, each by
the role whose act it is. Here is what must have come of them, read through another door each time.
The page docs/month.md is made by the same acts.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from docs.month import cast
from docs.month.cast import (
    AGAIN,
    ALIKE,
    ASKED,
    HELD,
    LATE,
    OWN,
    PAIR,
    SELF_REPORTED,
    TARDY,
    TWIN,
    Story,
)
from docs.month.march import DECLARED, PEERS
from docs.month.page import PAGE, page_of
from docs.month.pictures import FOLDER, MOST_BYTES
from docs.month.tell import tell


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """The month, told once."""
    return tell(tmp_path_factory.mktemp("month"))


def told(story: Story, act: str) -> dict[str, Any]:
    return story.told[act]


def test_one_list_without_coordinates_is_a_park(story: Story) -> None:
    """900 rows read by the command are 900 enterprises of the service, none of them on the map."""
    said = told(story, "list")
    assert said["read"] == said["accepted"] == said["waiting"] == said["firms"] == cast.MANY
    assert said["on_map"] == 0
    assert (said["officers"], said["stations"], len(said["teams"])) == (2, 2, 2)


def test_a_pin_is_on_the_map_in_the_collection_and_in_the_surface(story: Story) -> None:
    """As many as were pinned are drawn; one is found in a box of 20 m; it raises the risk there."""
    said = told(story, "pins")
    assert said["on_map"] == said["placed"]
    assert said["waiting"] == cast.MANY - said["placed"]
    assert said["in_box"] == [cast.premises(OWN)]
    assert said["at"] == [list(cast.place(OWN))]
    assert said["value_before"] == said["value_elsewhere"] == 0
    assert said["value_after"] > 0
    assert "底数" in said["title"]


def test_what_a_visit_finds_is_a_case(story: Story) -> None:
    """Every visit is in the collection; its hazards, and nothing else, are the chief's cases."""
    said = told(story, "visits")
    assert said["entered"] == said["matched"] == len(cast.IN_SCOPE)
    assert said["cases"] == said["hazards"]
    assert said["listed"]
    assert said["warnings"] == []


def test_three_channels_come_in_under_their_own_numbers(story: Story) -> None:
    """A file, a call that is repeated, the firm's own word: each once, each by its channel."""
    said = told(story, "channels")
    assert said["counts"]["accepted"] == said["counts"]["read"] == 24
    assert said["county"] == [f"zsjc:ZS{number:04d}" for number in range(1, 25)]
    assert said["same_answer"]
    assert said["calls"] == 1
    own = said["own_said"]
    assert (own["channel"], own["self_reported"]) == ("self_report", True)
    assert own["enterprise_id"] == cast.code(OWN)
    assert set(said["open_by_channel"]) == {"county_app", "hotline", "self_report", "visit"}


def test_a_grave_hazard_is_closed_by_two_persons(story: Story) -> None:
    """Alone: refused, with what is missing; with the clerk, named as she signs in: closed."""
    said = told(story, "closings")
    assert said["alone"] == 422
    assert "second" in said["alone_said"]
    assert len(said["persons"]) == 2
    assert said["states"] == dict.fromkeys((PAIR, SELF_REPORTED, AGAIN), "closed")
    assert said["still_open"] == []


def test_reopening_takes_a_case_out_of_the_rate(story: Story) -> None:
    """In time before, overdue after; the quarrel is settled, and the petition has its answer."""
    said = told(story, "reopening")
    assert (said["before"], said["after"]) == (["in_time"], ["overdue"])
    assert said["quarrel"] == "settled"
    assert said["answered"] == [("X-7", "settled", "样例:双方签字")]


def test_what_is_verified_counts_and_what_is_not_does_not(story: Story) -> None:
    """Two firms say the same: on their own pages one has all its points, one its peers' at most."""
    said = told(story, "declarations")
    assert said["own"] == dict.fromkeys(DECLARED, "verified")
    assert said["twin"] == {"declared"}
    assert said["all"] - said["verified"] == len(DECLARED)
    march, may = told(story, "publish"), told(story, "next_month")
    for one in DECLARED:
        assert one in march["own"]
        assert one not in march["twin"], "no peer's figure of an earlier month: left out"
        assert may["twin_page"][one] == pytest.approx(may["own_page"][one] / 2, abs=1)
    assert len(PEERS) * len(DECLARED) + 2 * len(DECLARED) == said["all"]


def test_a_result_goes_back_to_the_county_once(story: Story) -> None:
    """Out under its number, in the sheet too; confirmed: gone, and both sides agree on every item.

    The next month's file is a later reading of the same source, with a result of its own.
    """
    said = told(story, "county")
    assert said["before"] == said["after"] == []
    assert (said["number"], said["outcome"]) == ("ZS0003", "done")
    assert said["in_sheet"]
    sides = said["sides"]
    assert (sides["both_open"], sides["both_closed"]) == (23, 1)
    assert not any(sides[one] for one in sides if one.startswith(("closed", "unknown", "contra")))
    later = told(story, "second_round")
    assert (later["county"], later["reports"], later["outbox"]) == (9, 33, ["ZS0027"])


def test_a_month_is_frozen_as_it_was_known_when_it_closed(story: Story) -> None:
    """Not before it closes; again the same; a visit of March entered later counts from April."""
    said, may = told(story, "publish"), told(story, "next_month")
    assert told(story, "march_end")["preview"]
    assert told(story, "march_end")["published"] == []
    assert said["early"] == 409
    assert "2026-04-06" in said["early_said"]
    assert said["same"]
    assert said["adds_up"]
    assert may["march_same"]
    assert may["digest"] != said["digest"]
    tardy, alike = (may["rate_major"][one] for one in (TARDY, ALIKE))
    assert tardy[0] == alike[0]
    assert tardy[1] < alike[1]


def test_the_first_months_give_scores_and_say_where_another_should_look(story: Story) -> None:
    """No rank after one visit, no routine slip after two; cross-visits proposed, and then made."""
    march, april = told(story, "publish"), told(story, "next_month")
    assert march["firms"] == april["firms"] == cast.MANY
    assert (march["ranked"], march["routine"], april["routine"]) == (0, 0, 0)
    assert april["ranked"] == len(cast.IN_SCOPE)
    assert "provisional" in march["notes"]
    assert len(march["propose"]) == told(story, "second_round")["cross"] == 10
    assert not set(march["propose"]) & set(april["propose"])


def test_a_slip_reaches_the_enterprise_when_it_is_issued(story: Story) -> None:
    """No draft is seen by it; then it has the very hazard, a number, a date, a visit asked for."""
    said = told(story, "slips")
    assert said["drawn"] == 3
    assert said["basis"] == {"at_once"}
    assert said["before"] == said["draft"] == []
    assert said["numbers"] == ["安提〔2026〕1号", "安提〔2026〕2号"]
    assert said["own_state"] == "issued"
    assert said["own_items"] == [story.hazards[OWN]]
    assert not said["own_sees_why"]
    assert said["asked_for_visit"] == [said["due"]]
    assert said["sheets"] == 2


def test_a_withheld_slip_is_the_chiefs_alone(story: Story) -> None:
    """Counted apart with its reason, in the workbook too; not the firm's, not drawn again."""
    said = told(story, "slips")
    assert said["counts"] == {"withheld": 1, "issued": 2}
    assert "上门指导" in said["held_said"]
    assert said["in_sheet"]
    assert said["held_sees"] == said["held_again"] == []


def test_a_receipt_needs_no_account_and_tells_one_name(story: Story) -> None:
    """The officer reads what was answered; after it the address says no more."""
    said = told(story, "receipts")
    assert said["names"] == [cast.name(OWN)]
    assert said["states"] == ["issued", "received", "answered"]
    assert said["answer"] == said["said"]
    assert not said["used_tells"]
    assert (said["other"], said["guessed"]) == ("received", 404)


def test_a_slip_is_closed_by_a_visit_after_its_hazard(story: Story) -> None:
    """Not while the hazard is open, not when it is not fixed; each side's list says closed then."""
    said = told(story, "verification")
    assert said["too_early"] == 409
    assert said["not_fixed"] == "received"
    assert said["fixed"] == said["fixed_then"] == "closed"
    assert said["own"] == said["asked"] == ["closed"]
    assert said["chiefs"] == {"withheld": 1, "closed": 2}


def test_closing_is_in_the_next_months_index(story: Story) -> None:
    """Overdue in March and closed in April: all points back; still open in April: points lost."""
    overdue = told(story, "next_month")["overdue"]
    assert overdue[LATE][0] < 1
    assert overdue[LATE][1] == 1
    assert overdue[HELD][0] == 1
    assert overdue[HELD][1] < 1
    assert overdue[OWN] == overdue[PAIR] == [1, 1]


def test_closing_is_in_the_next_months_surface(story: Story) -> None:
    """Where hazards were closed the intensity falls; far from there, with one open, it stays."""
    said = told(story, "verification")
    before, after = said["before"], said["after"]
    for number in (OWN, ASKED):
        assert after[number] < 0.97 * before[number]
    far = cast.PLACED[-1]
    assert after[far] == pytest.approx(before[far], rel=0.02)
    assert said["main"] == "risk.combined"
    assert said["rung"]["months"] == 1


def test_closing_is_in_the_next_months_figures_and_their_workbook(story: Story) -> None:
    """Closed after its date: late; not closed: overdue; each case is in the sheet by its number."""
    said = told(story, "next_month")
    items = said["total"]["items"]
    assert {story.hazards[OWN], story.hazards[ASKED]} <= set(items["late"])
    assert story.hazards[HELD] in items["overdue"]
    assert story.hazards[PAIR] in items["in_time"]
    assert said["total"]["counts"]["settled"] == 1
    assert said["in_sheet"] == dict.fromkeys((OWN, ASKED, HELD), True)


def test_the_bulletin_names_whom_it_may(story: Story) -> None:
    """In public: counts, and the blue and improved; no score, no other name."""
    said = told(story, "next_month")
    public = said["public"]
    assert (
        public["scored"]
        == len(cast.IN_SCOPE)
        == sum(many for colour, many in said["colours"].items() if colour)
    )
    assert len(public["blue"]) == said["colours"].get("blue", 0)
    assert said["public_rows"] == []
    assert set(said["bulletin_names"]) == {*public["blue"], *public["improved"]}
    assert cast.name(TWIN) not in said["bulletin_names"]


def test_the_page_says_what_happens(story: Story) -> None:
    """docs/month.md is this telling, word by word (`make story`); its pictures are small."""
    assert page_of(story) == PAGE.read_text(encoding="utf-8")
    for one in re.findall(r"\(month/(\w+\.png)\)", page_of(story)):
        assert (FOLDER / one).stat().st_size < MOST_BYTES
