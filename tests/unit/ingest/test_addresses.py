"""Addresses: road and number out of what people write, and proposals that say what they rest on."""

from __future__ import annotations

import pytest
import shapely

from geo_risk.ingest.addresses import Address, propose_places, read_address
from geo_risk.records import Premises, Road


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("样例路12号", Address("样例路", 12)),
        ("浙江省湖州市样例县样例街道样例路 12 号 3 幢", Address("样例路", 12)),
        ("样例高新园区样例大道１２号", Address("样例大道", 12)),
        ("样例县样例镇样例北路12-3号", Address("样例北路", 12)),
        ("样例二路8号", Address("样例2路", 8)),
        ("样例2路8号", Address("样例2路", 8)),
        ("样例街道样例路", Address("样例路", None)),
        ("230 W Monroe St, Suite 4", Address("w monroe st", 230)),
        ("230 W. MONROE ST ", Address("w monroe st", 230)),
        ("样例大厦三楼", Address("", None)),
        ("", Address("", None)),
    ],
)
def test_road_and_number_are_taken_out_of_an_address(text: str, address: Address) -> None:
    """Regions before and rooms behind do not count; 二路 and 2路 are one road."""
    assert read_address(text) == address


def premises(number: str, address: str, lon: float | None = None) -> Premises:
    return Premises(
        id=f"list:{number}",
        address=address,
        lon=lon,
        lat=None if lon is None else 30.5,
        unlocated="missing" if lon is None else "",
    )


KNOWN = [
    premises("10", "样例路10号", 119.910),
    premises("20", "样例路20号", 119.920),
    premises("20b", "样例路20号2幢", 119.921),
    premises("99", "样例路99号", 119.990),
]
ROAD = Road(
    id="roads:1", name="样例路", geometry=shapely.LineString([(119.90, 30.5), (120.00, 30.5)])
)


def proposed(address: str, roads: list[Road] | None = None) -> tuple[float, float, str] | None:
    found = propose_places([*KNOWN, premises("x", address)], roads or [])
    return (found[0].lon, found[0].confidence, found[0].basis) if found else None


def test_the_same_number_is_the_best_evidence() -> None:
    """Next to who has the same road and number; of several, their middle."""
    assert proposed("样例县样例路10号") == (119.910, 0.9, "same_number")
    assert proposed("样例路20号3楼") == (pytest.approx(119.9205), 0.9, "same_number")


def test_near_numbers_are_weaker_evidence() -> None:
    """Between the nearest numbers on either side; far numbers say nothing."""
    assert proposed("样例路15号") == (pytest.approx(119.915), 0.6, "near_number")
    assert proposed("样例路95号") == (119.990, 0.6, "near_number")
    assert proposed("样例路60号") is None


def test_the_road_alone_is_the_weakest() -> None:
    """Somewhere on it: its middle."""
    assert proposed("样例路60号", [ROAD]) == (pytest.approx(119.95), 0.2, "road")
    assert proposed("样例路", [ROAD]) == (pytest.approx(119.95), 0.2, "road")


def test_an_unknown_road_gives_no_proposal() -> None:
    """Nothing is invented, and who has a place keeps it."""
    assert proposed("别的路10号", [ROAD]) is None
    assert propose_places(KNOWN, [ROAD]) == []


def test_a_proposal_names_what_it_rests_on() -> None:
    """A person who confirms it can look at the evidence."""
    found = propose_places([*KNOWN, premises("x", "样例路15号")])[0]
    assert found.premises_id == "list:x"
    assert found.because == ("list:20", "list:20b") or set(found.because) == {"list:10", "list:20"}
