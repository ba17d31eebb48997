"""Merging: what an import or a person's change makes of a record that is there already.

Takes plain values, gives plain values. An import merges three ways: what its source says
differently than before is taken over, what somebody has entered since stays. Fields that mean
something only together go together, and a place that was set by hand outlives every file.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from geo_risk.errors import InputError
from geo_risk.records import Record, personal_fields
from geo_risk.store.rows import SERVER_FIELDS, Plain, fields_of

_TOGETHER = (
    frozenset({"lon", "lat", "unlocated", "located_by", "outside"}),
    frozenset({"occurred_from", "occurred_to", "occurred_mid"}),
    frozenset({"start", "end"}),
    frozenset({"valid_from", "valid_to"}),
    frozenset({"officer_id", "zone_id", "enterprise_id"}),
)
"""Fields that mean something only as one: an import takes all of them or none."""

_PLACED_BY_HAND = frozenset({"pin", "visit"})


def owned(current: Plain) -> Plain:
    """Give what says whose record it is: no later write changes that."""
    return {name: current[name] for name in SERVER_FIELDS if name in current}


def merge(kind: type[Record], current: Plain, said: Plain, before: Plain) -> Plain:
    """Apply what a source says differently than before; a place set by hand stays."""
    known = fields_of(kind)
    news = {
        name
        for name, value in said.items()
        if value != before.get(name, known[name].default) and name not in SERVER_FIELDS
    }
    for group in _TOGETHER:
        if news & group:
            news |= group & known.keys()
    if _place_stays(current, said, before):
        news -= _TOGETHER[0]
    return {**current, **{name: said[name] for name in news}}


def _place_stays(current: Plain, said: Plain, before: Plain) -> bool:
    """Whether a known place stays: it was set by hand, or the source never had one."""
    if current.get("lon") is None:
        return False
    unsaid = said.get("lon") is None and before.get("lon") is None
    return unsaid or current["located_by"] in _PLACED_BY_HAND


def check_names(kind: type[Record], changes: Mapping[str, Any]) -> None:
    """Refuse to change what is no field, or says whose record it is."""
    known = {*fields_of(kind), *personal_fields(kind)} - set(SERVER_FIELDS)
    for name in changes:
        if name not in known:
            raise InputError(
                f"{kind.collection}: {name!r} cannot be changed.",
                f"Change one of {', '.join(sorted(known))}.",
            )


def plain_changes(kind: type[Record], record_id: str, changes: Mapping[str, Any]) -> Plain:
    """Write a person's changes as plain values; the message names the one that is none."""
    known = fields_of(kind)
    plain = {}
    for name, value in changes.items():
        try:
            plain[name] = None if value is None else known[name].to_plain(value)
        except (TypeError, ValueError, AttributeError):
            raise InputError(
                f"{kind.collection} {record_id!r}: {name} = {value!r} is no value of this field.",
                "Give a value of the field's type.",
            ) from None
    return plain
