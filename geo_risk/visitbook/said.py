"""What an officer says at a gate, in the library's own values; checked by whoever read it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from geo_risk.records import Report, Visit


@dataclass(frozen=True)
class Seen:
    """What was seen of an open hazard.

    Parameters
    ----------
    report_id
        Which.
    fixed
        Whether it is put right: the officer asks to close the case, and somebody else confirms.
    words
        What the officer typed; kept apart as person data.
    state_seen
        State that the officer was shown; '' where none was.
    """

    report_id: str
    fixed: bool
    words: str = ""
    state_seen: str = ""


@dataclass(frozen=True)
class Pin:
    """Where the phone was, degrees in the park's datum, and how well it knew, metres."""

    lon: float
    lat: float
    accuracy_m: float
    outside: bool = False


@dataclass(frozen=True)
class Gate:
    """Everything saved at one gate.

    Parameters
    ----------
    visit
        As written down, its times corrected; reason and probability are the plan's.
    findings
        Reports; their visit is set when they are kept, and one that is there already stays.
    seen
        Of the open hazards.
    pin_wrong
        Whether the place on the map is wrong.
    pin
        Where the phone was; None where it did not say.
    """

    visit: Visit
    findings: tuple[Report, ...] = ()
    seen: tuple[Seen, ...] = ()
    pin_wrong: bool = False
    pin: Pin | None = None
