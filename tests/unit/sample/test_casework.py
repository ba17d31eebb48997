"""The sample's casework, declarations and rounds: two years that hold together."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from data.sample_park import Park
from data.sample_park.calendar import AS_OF
from data.sample_park.casework import LEVELS

Draw = Callable[..., Park]
TIMES = ("interim_at", "rectified_at", "extended_at", "closed_at")


def test_every_case_holds_together(park: Park) -> None:
    """Reported, protected, rectified, closed: in this order, and nothing after the as-of."""
    reports = park.tables["reports"]
    for name in TIMES:
        known = reports[reports[name].notna()]
        assert len(known) > 50, name
        assert (known[name] >= known["reported_at"]).all(), name
        assert (known[name] < AS_OF).all(), name
    for name in ("interim_at", "rectified_at", "extended_at"):
        both = reports[reports[name].notna() & reports["closed_at"].notna()]
        assert (both[name] <= both["closed_at"]).all(), name


def test_states_say_what_the_times_say(park: Park) -> None:
    """What is open was not closed, what waits for a recheck was rectified, what is done is done."""
    reports = park.tables["reports"]
    still = reports["state"].isin(["reported", "assigned", "rectifying", "mediating"])
    assert reports.loc[still | (reports["state"] == "not_settled"), "closed_at"].isna().all()
    assert reports.loc[reports["state"].isin(["closed", "settled"]), "closed_at"].notna().all()
    assert reports.loc[reports["state"] == "rechecking", "rectified_at"].notna().all()
    assert (reports.loc[reports["state"] == "reported", "station"] == "").all()
    handled = ~reports["state"].isin(["reported", "merged"])
    assert (reports.loc[handled, "station"] != "").all()


def test_disputes_are_mediated_at_a_level_and_hazards_are_not(park: Park) -> None:
    """All three levels occur; some of both are reopened, and only some."""
    reports = park.tables["reports"]
    disputes = reports[reports["kind"] == "dispute"]
    assert set(disputes["level"]) == {"", *LEVELS}
    assert (reports.loc[reports["kind"] != "dispute", "level"] == "").all()
    for kind in ("hazard", "dispute"):
        share = reports.loc[reports["kind"] == kind, "reopened"].gt(0).mean()
        assert 0.005 < share < 0.10


def test_what_is_verified_was_declared_before(park: Park) -> None:
    """Each once per enterprise, month and indicator, at most what is needed, of those in scope."""
    above = park.tables["enterprises"].query("above_scale")["id"]
    for name in ("declarations", "anti_fraud"):
        table = park.tables[name]
        assert not table.duplicated(["enterprise", "month", "indicator"]).any()
        assert (table["have"] <= table["need"]).all()
        assert set(table["enterprise"]) <= set(above)
        verified = table[table["verified_at"].notna()]
        assert 0.3 < len(verified) / len(table) < 0.8
        assert (verified["declared_at"] <= verified["verified_at"]).all()
        assert (pd.to_datetime(table["month"]) <= table["declared_at"]).all()


def test_the_key_list_is_a_part_of_those_above_scale(park: Park) -> None:
    """45 of 130."""
    firms = park.tables["enterprises"]
    assert firms["key_listed"].sum() == 45
    assert firms.loc[firms["key_listed"], "above_scale"].all()


def test_no_team_is_in_two_places_at_once(park: Park) -> None:
    """One visit after the other, within a day."""
    visits = park.tables["visits"].sort_values(["team_row", "start"])
    after = visits.groupby("team_row")["start"].shift(-1)
    assert not (after < visits["end"]).any()
    assert (visits["start"].dt.date == visits["end"].dt.date).all()
