"""What no model may take in: person attributes, and the layers that stand for them.

Design, section 4: ethnicity, home province and residence status are never model inputs, nor is a
layer that stands for them (dormitories, stations for new residents, languages); no dwelling is a
unit of risk. Everything in `features` that turns places into numbers takes them through the
functions here, so the deny-list is one file. A dormitory's people are therefore not counted where
they sleep; employees count at their enterprise's other premises. What *happened* at such a place is
an event like any other: a fire in a dormitory is on the map because of the fire.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from geo_risk.errors import InputError
from geo_risk.records import Premises, PremisesKind, Station

if TYPE_CHECKING:
    from collections.abc import Iterable

DENIED_PREMISES_KINDS = frozenset({PremisesKind.DORMITORY})
"""Kinds of premises that stand for who lives there."""

DENIED_WORDS = (
    "ethnic",
    "nationality",
    "province",
    "hukou",
    "residence",
    "resident",
    "migrant",
    "dormitor",
    "language",
    "religio",
    "民族",
    "籍贯",
    "户籍",
    "省份",
    "居民",
    "居住",
    "流动人口",
    "外来",
    "宿舍",
    "语言",
    "宗教",
)
"""A layer, factor or type of station whose name holds one of these is refused."""

_DENIED = re.compile("|".join(DENIED_WORDS), re.IGNORECASE)


def is_denied(name: str) -> bool:
    """Say whether a name is that of a person attribute or of a layer that stands for one."""
    return bool(_DENIED.search(name))


def check_inputs(names: Iterable[str]) -> None:
    """Refuse model inputs that the deny-list names.

    Parameters
    ----------
    names
        Names of layers or factors about to enter a model.

    Raises
    ------
    InputError
        With the first denied name.
    """
    for name in names:
        if is_denied(name):
            raise InputError(
                f"Model input {name!r} is a person attribute or stands for one.", "Leave it out."
            )


def allowed_premises(premises: Iterable[Premises]) -> list[Premises]:
    """Keep the premises that models may count: no dormitories."""
    return [one for one in premises if one.kind not in DENIED_PREMISES_KINDS]


def allowed_stations(stations: Iterable[Station]) -> list[Station]:
    """Keep the stations that models may count: none for new residents."""
    return [one for one in stations if not is_denied(one.type)]
