"""Numbers to record ids: what a row refers to, found in the store and in the file itself.

A reference may be the source's own number, a credit code, or a full record id. The file's own rows
come first, then what is known. `82474.0`, as some programs write a whole number, is 82474.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from geo_risk.ingest.batch import Known


class Resolver:
    """Finds record ids for one file.

    Parameters
    ----------
    known
        What is in the store.
    own
        Collection -> {number -> record id} of the file itself.
    """

    def __init__(self, known: Known, own: Mapping[str, Mapping[str, str]]) -> None:
        self._known = known
        self._own = own
        self._full: dict[str, frozenset[str]] = {}

    def find(self, collection: str, text: str) -> str | None:
        """Give the id of the record that a cell names, None where there is none."""
        known = self._known.ids.get(collection, {})
        own = self._own.get(collection, {})
        if collection not in self._full:
            self._full[collection] = frozenset((*known.values(), *own.values()))
        for form in (text, text.upper(), text.removesuffix(".0")):
            found = own.get(form) or known.get(form)
            if found:
                return found
            if form in self._full[collection]:
                return form
        return None

    def main_premises(self, enterprise_id: str) -> str:
        """Give the first premises of an enterprise, '' where none is known."""
        return next(iter(self._known.premises_of.get(enterprise_id, ())), "")

    def enterprise_of(self, premises_id: str) -> str:
        """Give the enterprise that works at a premises, '' where none is known."""
        return self._enterprises.get(premises_id, "")

    @cached_property
    def _enterprises(self) -> dict[str, str]:
        return {
            one: enterprise for enterprise, all_ in self._known.premises_of.items() for one in all_
        }
