"""What is asked of a plan: which days, who, who is away, which times were agreed; and what changed.

Plain values, written with each plan so that it can be made again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from geo_risk.errors import InputError

MOST_DAYS = 14
"""A plan covers at most so many days."""


@dataclass(frozen=True)
class Absence:
    """An officer is away, or busy elsewhere, from a moment to another (zone-aware, half-open)."""

    officer_id: str
    begin: datetime
    end: datetime

    def __post_init__(self) -> None:
        """Refuse naive times and an end before the beginning."""
        if self.begin.tzinfo is None or self.end.tzinfo is None:
            raise InputError(
                f"Absence of {self.officer_id!r}: a time has no zone.", "Give zone-aware times."
            )
        if self.end < self.begin:
            raise InputError(
                f"Absence of {self.officer_id!r} ends before it begins.", "Exchange the two."
            )


@dataclass(frozen=True)
class Appointment:
    """A time agreed with an enterprise.

    Parameters
    ----------
    premises_id
        Where.
    at
        When the visit begins, zone-aware; it holds `[plan] appointment_minutes` either side.
    officer_ids
        Who comes; several come together; empty: anybody.
    source_id
        The order it is for, where there is one.
    """

    premises_id: str
    at: datetime
    officer_ids: tuple[str, ...] = ()
    source_id: str = ""

    def __post_init__(self) -> None:
        """Refuse a naive time."""
        if self.at.tzinfo is None:
            raise InputError(
                f"Appointment at {self.premises_id!r}: {self.at} has no zone.",
                "Give a zone-aware time.",
            )


@dataclass(frozen=True)
class Move:
    """A visit that the chief wants at another time, on another day, or made by somebody else.

    Parameters
    ----------
    candidate_id
        Of the planned visit.
    officer_id
        Who is to go.
    at
        When it may begin, zone-aware; it may be as late as `[plan] appointment_minutes` twice over.
    """

    candidate_id: str
    officer_id: str
    at: datetime

    def __post_init__(self) -> None:
        """Refuse a naive time."""
        if self.at.tzinfo is None:
            raise InputError(
                f"Move of {self.candidate_id!r}: {self.at} has no zone.", "Give a zone-aware time."
            )


@dataclass(frozen=True)
class PlanRequest:
    """What a plan is to cover.

    Parameters
    ----------
    first_day, days
        In the park's calendar; at most `MOST_DAYS`.
    officer_ids
        For whom; empty: everybody who works.
    absences, appointments
        Beyond what the store knows.
    moves
        What the chief moved since, the last word for each visit.
    seconds
        Time of the search; None: the park file's.
    keep_moves
        Of a week made again: what was moved by hand stays where it was put, as far as that can be;
        False lets it go.
    """

    first_day: date
    days: int = 7
    officer_ids: tuple[str, ...] = ()
    absences: tuple[Absence, ...] = ()
    appointments: tuple[Appointment, ...] = ()
    moves: tuple[Move, ...] = ()
    seconds: float | None = None
    keep_moves: bool = True

    def __post_init__(self) -> None:
        """Refuse no day, too many days, and a time below 0."""
        if not 1 <= self.days <= MOST_DAYS:
            raise InputError(f"A plan of {self.days} days.", f"Give 1 to {MOST_DAYS}.")
        if self.seconds is not None and not self.seconds >= 0:
            raise InputError(f"{self.seconds} s of search.", "Give 0 s or more.")

    @property
    def key(self) -> str:
        """The name under which the plan is kept: its first day."""
        return self.first_day.isoformat()

    @property
    def last_day(self) -> date:
        """The last day it covers."""
        return self.first_day + timedelta(days=self.days - 1)


@dataclass(frozen=True)
class Change:
    """What happened since a plan was made, beyond what the store knows.

    Parameters
    ----------
    absences
        Who is away; a visit that ran long is an absence until its end.
    appointments
        Times agreed since.
    moves
        Visits that are wanted elsewhere.
    """

    absences: tuple[Absence, ...] = ()
    appointments: tuple[Appointment, ...] = ()
    moves: tuple[Move, ...] = ()


def with_change(request: PlanRequest, change: Change) -> PlanRequest:
    """Give a request with what changed; the same said twice counts once."""
    absences = dict.fromkeys((*request.absences, *change.absences))
    appointments = dict.fromkeys((*request.appointments, *change.appointments))
    moves = {one.candidate_id: one for one in (*request.moves, *change.moves)}
    return replace(
        request,
        absences=tuple(absences),
        appointments=tuple(appointments),
        moves=tuple(moves.values()),
    )


def with_moves_of(request: PlanRequest, earlier: PlanRequest) -> PlanRequest:
    """Give a request with what was moved by hand before; what it says itself of a visit holds."""
    return replace(request, moves=with_change(earlier, Change(moves=request.moves)).moves)


def request_plain(request: PlanRequest) -> dict[str, Any]:
    """Give a request as values that JSON knows."""
    plain = asdict(request)
    plain["first_day"] = request.first_day.isoformat()
    plain["absences"] = [
        [one.officer_id, one.begin.isoformat(), one.end.isoformat()] for one in request.absences
    ]
    plain["appointments"] = [
        [one.premises_id, one.at.isoformat(), list(one.officer_ids), one.source_id]
        for one in request.appointments
    ]
    plain["moves"] = [
        [one.candidate_id, one.officer_id, one.at.isoformat()] for one in request.moves
    ]
    return plain


def request_from(plain: Mapping[str, Any]) -> PlanRequest:
    """Read what `request_plain` gave."""
    moment = datetime.fromisoformat
    return PlanRequest(
        first_day=date.fromisoformat(plain["first_day"]),
        days=plain["days"],
        officer_ids=tuple(plain["officer_ids"]),
        absences=tuple(Absence(who, moment(a), moment(b)) for who, a, b in plain["absences"]),
        appointments=tuple(
            Appointment(where, moment(at), tuple(who), source)
            for where, at, who, source in plain["appointments"]
        ),
        moves=tuple(Move(one, who, moment(at)) for one, who, at in plain.get("moves", ())),
        seconds=plain["seconds"],
        keep_moves=plain.get("keep_moves", True),
    )
