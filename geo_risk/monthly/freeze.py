"""Canonical JSON of a month: the same values, the same bytes, and back to values where needed.

Takes frozen values, gives text: UTF-8, keys sorted, no spaces, whole numbers or decimal strings.
Its SHA-256 is what the store keeps beside it. The reference table holds lookers' effects: it is
frozen so that a month can be worked out again, and nothing gives it out.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Any

from geo_risk.errors import InputError

if TYPE_CHECKING:
    from geo_risk.safety_index import Month, Result

INPUT, PARAMS = "index.input", "index.params"
REFERENCE, OUTPUT = "index.reference", "index.output"
KINDS = (INPUT, PARAMS, REFERENCE, OUTPUT)
"""Documents of one month and revision; the key is the month."""


def canonical(value: Any) -> str:
    """Write a value in its one spelling.

    Parameters
    ----------
    value
        Dataclasses, mappings, sequences, texts, numbers, truth values, None.

    Returns
    -------
    str
        The same for equal values, whatever the order of keys.

    Examples
    --------
    >>> canonical({"b": 0.1, "a": (1, None)})
    '{"a":[1,null],"b":"0.1"}'
    """
    return json.dumps(
        plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    )


def plain(value: Any) -> Any:
    """Give a value as JSON holds it: numbers with a point become decimal strings."""
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return decimal(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Mapping):
        return {_key(name): plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    raise InputError(f"{value!r} cannot be frozen.", "Give texts, numbers, tuples, mappings.")


def decimal(value: float) -> str:
    """Write a number so that it reads back to the same: the shortest digits, no exponent.

    Raises
    ------
    InputError
        When it is not finite.
    """
    if not math.isfinite(value):
        raise InputError(f"{value} cannot be frozen.", "Mend what it was computed from.")
    text = format(Decimal(repr(value + 0.0)), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _key(name: Any) -> str:
    return "|".join(name) if isinstance(name, tuple) else str(name)


def output_of(month: Month, propose: Sequence[str] = ()) -> dict[str, Any]:
    """Give what a month says, enterprise by enterprise; nothing of any looker.

    Parameters
    ----------
    month
        As computed.
    propose
        Enterprises where a visit by another looker is called for.

    Returns
    -------
    dict
        `month`, `notes`, `results`: id to score (`micro`, integer micro-points that add up),
        `parts`, `most` (what each part may be at most), `deficits`, `u`, `interval`, `ranks`,
        `colour`, `slip`, `slip_reasons`, `lifts`, `clean_visit`, `leaves_window`, and what the next
        month needs;
        `propose_cross_visits`, where officer and enterprise cannot be told apart.
    """
    return {
        "month": month.month,
        "notes": list(month.notes),
        "cross_visits": month.reference.cross_visits,
        "propose_cross_visits": list(propose),
        "results": {one.id: _result(one) for one in month.results},
    }


def _result(one: Result) -> dict[str, Any]:
    score = one.score
    return {
        "group": one.group,
        "micro": score.micro,
        "parts": dict(score.parts),
        "most": {name: round(1_000_000 * most) for name, most in score.weights.items()},
        "deficits": score.deficits(),
        "u": {name: some.u for name, some in one.measured.items() if some.u is not None},
        "sd": score.sd,
        "interval": one.interval,
        "measured": score.measured,
        "imputed": score.imputed,
        "notes": one.notes,
        "ranked": one.ranked,
        "ranks": one.ranks,
        "colour": one.colour,
        "state": one.state.state,
        "wants": one.state.wants,
        "worst": one.worst,
        "slip": one.slip,
        "slip_reasons": one.slip_reasons,
        "lifts": {
            name: {"target": lift.target, "acts": lift.acts, "micro": lift.micro}
            for name, lift in one.lifts.items()
        },
        "clean_visit": one.clean_visit,
        "leaves_window": one.leaves_window,
    }
