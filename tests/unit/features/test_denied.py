"""The deny-list: person attributes, and layers that stand for them, never enter a model."""

from __future__ import annotations

from typing import Any

import pytest

from geo_risk.errors import InputError
from geo_risk.features.denied import (
    allowed_premises,
    allowed_stations,
    check_inputs,
    is_denied,
)
from geo_risk.records import PremisesKind, Station
from geo_risk.surfaces.combine import FACTORS


@pytest.mark.parametrize(
    "name",
    [
        "ethnicity",
        "home_province",
        "residence_status",
        "dormitories",
        "new_resident_stations",
        "languages",
        "migrant_share",
        "民族",
        "户籍",
        "新居民服务站",
        "宿舍",
        "语言",
    ],
)
def test_a_person_attribute_is_refused_by_name(name: str) -> None:
    """Whatever stands for who people are is refused as a model input, in both languages."""
    assert is_denied(name)
    with pytest.raises(InputError, match=r"person attribute .* Leave it out"):
        check_inputs(["people", name])


def test_the_factors_of_risk_are_not_on_the_list() -> None:
    """What the combined risk is made of passes."""
    check_inputs(FACTORS)
    check_inputs(["people", "inherent_class", "patrol", "stations", "coverage"])


def test_dormitories_are_no_model_input(premises_of: Any) -> None:
    """Every kind of premises but the dormitory may be counted."""
    some = [premises_of(i, kind=kind) for i, kind in enumerate(PremisesKind)]
    kept = {one.kind for one in allowed_premises(some)}
    assert kept == set(PremisesKind) - {PremisesKind.DORMITORY}


@pytest.mark.parametrize("kind", ["new_resident", "新居民驿站", "New-resident station"])
def test_new_resident_stations_are_no_model_input(kind: str) -> None:
    """A station for new residents stands for where they live; others count."""
    stations = [Station(id="s:1", type=kind), Station(id="s:2", type="police")]
    assert [one.id for one in allowed_stations(stations)] == ["s:2"]
