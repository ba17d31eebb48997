"""Steps of a case or slip as small forms, and those taken: what every page of them shows.

Takes nothing, knows no store: the service fills these for one reader. A step that needs something
has a field for it; what a field cannot give (a protection that must be written down before) is
named as missing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from maps.views import Refusal


@dataclass(frozen=True)
class StepField:
    """One field of a step's form.

    Parameters
    ----------
    name
        Of the act, as `text`.
    kind
        `words`, `line`, `choice` or `moment` (a day and a time).
    options
        Of a choice: value to label.
    needed
        Whether the step is refused without it.
    value
        What was typed before.
    label
        Which of the words on fields; '' for the name's own.
    """

    name: str
    kind: str = "words"
    options: tuple[tuple[str, str], ...] = ()
    needed: bool = True
    value: str = ""
    label: str = ""


@dataclass(frozen=True)
class StepForm:
    """A step that may be taken now.

    Parameters
    ----------
    action
        The diagram's word.
    name
        In the page's language.
    fields
        To fill in; none: one press.
    missing
        Codes of what must be there first.
    refused
        This one was just refused: it stands open, with what was typed.
    """

    action: str
    name: str
    fields: tuple[StepField, ...] = ()
    missing: tuple[str, ...] = ()
    refused: bool = False


@dataclass(frozen=True)
class StepTaken:
    """A step that was taken: who is '' where the reader is not told."""

    name: str
    at: datetime
    who: str = ""
    text: str = ""
    details: tuple[tuple[str, str], ...] = field(default=())
    due: datetime | None = None


def first_missing(
    forms: Sequence[StepForm], typed: Mapping[str, str], prefix: str = ""
) -> Refusal | None:
    """Name the first field that a step as typed needs and lacks; None where it lacks nothing."""
    action = typed.get("action", "")
    for form in forms:
        for one in form.fields if form.action == action else ():
            if one.needed and not typed.get(one.name):
                return Refusal("missing", f"{prefix}{action}-{one.name}")
    return None


def refused_forms(
    forms: Sequence[StepForm], typed: Mapping[str, str]
) -> tuple[tuple[StepForm, ...], str]:
    """Give the forms again with what was typed, and the words that no form has a field for."""
    action = typed.get("action", "")
    again = tuple(
        replace(
            one,
            refused=True,
            fields=tuple(replace(some, value=typed.get(some.name, "")) for some in one.fields),
        )
        if one.action == action
        else one
        for one in forms
    )
    here = any(one.refused and one.fields for one in again)
    return again, "" if here else typed.get("text", "")
