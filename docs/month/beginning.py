"""The first days: from one list to a park that is served, and from an address to a pin."""

from __future__ import annotations

from docs.month import cast, lists
from docs.month.cast import CHIEF, CLERK, MEDIATOR, OFFICERS, Story
from docs.month.office import Office

_SURFACE = "inherent.consequence"


def open_office(office: Office) -> None:
    """Make a park of one list, build it, and make the accounts of its people."""
    office.at("2026-02-26 09:00")
    lists.write_enterprises(office.folder / "企业.xlsx")
    centre = "{},{}".format(*cast.CENTRE)
    office.keeper("init", "--from", "企业.xlsx", "--out", "park.toml", "--centre", centre, "--yes")
    _say_what_only_the_keeper_knows(office)
    office.keeper("build", "park.toml")
    office.account(CHIEF, "chief")
    office.account(CLERK, "clerk")
    office.account(MEDIATOR, "mediator")
    for one in OFFICERS:
        office.account(one, "officer", "--zone", "zones:1")
    for number in (cast.OWN, cast.TWIN, cast.HELD, cast.ASKED):
        office.account(cast.name(number), "enterprise", "--enterprise", cast.code(number))


def _say_what_only_the_keeper_knows(office: Office) -> None:
    """Edit the park file: it is made up, days off, cells of 50 m."""
    text = office.park_file.read_text(encoding="utf-8")
    days_off = ", ".join(
        f'"2026-{day}"' for day in ("04-04", "04-05", "04-06", "05-01", "05-02", "05-03", "05-04")
    )
    for before, after in (
        ("synthetic = false", "synthetic = true"),
        ("cell_m = 25.0", "cell_m = 50.0"),
        ("days_off = []", f"days_off = [{days_off}]"),
        ('approval_exemption = ""', 'approval_exemption = "合成数据"'),
    ):
        if before not in text:
            raise ValueError(f"The park file that init wrote has no {before!r}.")
        text = text.replace(before, after, 1)
    office.park_file.write_text(text, encoding="utf-8")


def list_comes_in(story: Story) -> None:
    """Read through the service what the list brought; hand in officers and stations."""
    office = story.office
    waiting = office.get(CLERK, "/v1/premises/unlocated")
    (source,) = (
        one for one in office.get(CLERK, "/v1/imports")["sources"] if one["kind"] == "enterprises"
    )
    officers = office.hand_in(
        CLERK, lists.write_officers(office.folder / "officers.xlsx"), kind="officers"
    )
    stations = office.hand_in(
        CLERK, lists.write_stations(office.folder / "stations.xlsx"), kind="stations", datum="wgs84"
    )
    teams = office.get(CHIEF, "/ogc/collections/teams/items")["features"]
    story.told["list"] = {
        "read": source["read"],
        "accepted": source["accepted"],
        "waiting": len(waiting["premises"]),
        "on_map": len(office.get(CLERK, "/v1/map")["premises"]["features"]),
        "firms": office.get(CHIEF, "/ogc/collections/enterprises/items", limit=1)["numberMatched"],
        "officers": officers["counts"]["accepted"],
        "stations": stations["counts"]["accepted"],
        "teams": sorted(one["id"] for one in teams),
    }


def pins(story: Story) -> None:
    """Let the clerk put some on the map; build; read the map, the collection, the surface."""
    office = story.office
    office.at("2026-02-27 09:00")
    etags = {
        one["id"]: one["etag"] for one in office.get(CLERK, "/v1/premises/unlocated")["premises"]
    }
    before = story.value(_SURFACE, cast.OWN)
    for number in cast.PLACED:
        lon, lat = cast.place(number)
        path = f"/ogc/collections/premises/items/{cast.pathed(cast.premises(number))}"
        headers = {"If-Match": f'"{etags[cast.premises(number)]}"'}
        office.ask(CLERK, "PATCH", path, json={"lon": lon, "lat": lat}, headers=headers)
    lon, lat = cast.place(cast.OWN)
    box = f"{lon - 1e-4},{lat - 1e-4},{lon + 1e-4},{lat + 1e-4}"
    found = office.get(OFFICERS[0], "/ogc/collections/premises/items", bbox=box)["features"]
    shown = office.get(CLERK, "/v1/map")["premises"]["features"]
    office.rebuild()
    story.told["pins"] = {
        "placed": len(cast.PLACED),
        "waiting": len(office.get(CLERK, "/v1/premises/unlocated")["premises"]),
        "on_map": len(shown),
        "in_box": [one["id"] for one in found],
        "at": [one["geometry"]["coordinates"] for one in found],
        "value_before": before,
        "value_after": story.value(_SURFACE, cast.OWN),
        "value_elsewhere": float(
            office.get(CHIEF, f"/v1/surfaces/{_SURFACE}/value", lon=119.951, lat=30.523)["value"]
            or 0.0
        ),
        "title": office.get(CHIEF, "/v1/surfaces")["surfaces"][0]["title"],
    }
