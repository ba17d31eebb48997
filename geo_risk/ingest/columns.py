"""Headings to fields: which row holds the headings, and which field each of them is.

Takes the rows of a table and the source's description, gives field -> index of column. What the
park file says wins; other headings are recognised by `fields.FIELDS`, whatever their width, case,
spaces, and units in brackets. The heading row is the one that says most, title rows above it or
not; two rows of headings (a heading over two sub-headings) are read as one. A heading that the
park file names and the file lacks is an error that names the nearest one; so is one that stands
there twice.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from geo_risk.errors import ColumnError
from geo_risk.ingest.fields import ALIASES, Field, fields_of

if TYPE_CHECKING:
    from geo_risk.park import Source

HEADING_ROWS = 30
"""How far down the headings are looked for."""

_BRACKETS = re.compile(r"[(\[{【〔<《].*?[)\]}】〕>》]")
_NOISE = re.compile(r"[\s_\-.*#:;,、·'\"()\[\]{}【】〔〕<>《》/\\]+")
_EXPLICIT = 100
"""A heading that the park file names counts as much as this many recognised ones."""


@dataclass(frozen=True)
class Header:
    """Where the headings stand.

    Parameters
    ----------
    row, height
        Index of the first heading row, and how many there are (1 or 2).
    headings
        One text per column, stripped.
    """

    row: int
    height: int
    headings: tuple[str, ...]


def plain(heading: str) -> str:
    """Reduce a heading to what distinguishes it: half width, lower case, no spaces or marks."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", heading).casefold())


def nearest(word: str, known: Iterable[str], *, most: int = 20) -> str:
    """Name the nearest known word, as the remedy of an error; else what there is."""
    words = [one for one in known if one]
    by_plain = {plain(one): one for one in words}
    close = difflib.get_close_matches(plain(word), by_plain, n=1, cutoff=0.5)
    if close:
        return f"Did you mean {by_plain[close[0]]!r}?"
    return f"There are: {', '.join(words[:most])}." if words else "There is nothing to choose from."


def named_fields(source: Source) -> dict[str, str]:
    """Give field -> heading as the park file says, with `occurred` and `findings` among them.

    Raises
    ------
    ColumnError
        When it names a field that this kind does not have, or says one twice.
    """
    known = fields_of(source.kind)
    said = {_field(source, "columns", name, known): head for name, head in source.columns.items()}
    extra: dict[str, str] = {}
    if source.occurred:
        names = ("occurred",) if len(source.occurred) == 1 else ("occurred_from", "occurred_to")
        if source.kind != "reports" or len(source.occurred) > 2:
            raise ColumnError(
                f"[[source]] {source.name}: occurred = {list(source.occurred)!r} on {source.kind}.",
                "Give one heading or [earliest, latest], on reports only.",
            )
        extra |= dict(zip(names, source.occurred, strict=True))
    for severity, heading in source.findings.items():
        if source.kind != "visits" or severity not in {"major", "general", "minor"}:
            raise ColumnError(
                f"[[source]] {source.name}: findings.{severity} on {source.kind}.",
                "Give major, general and minor, on visits only.",
            )
        extra[severity] = heading
    for name in extra:
        if name in said:
            raise ColumnError(
                f"[[source]] {source.name}: {name} is said twice.", "Leave it out of `columns`."
            )
    for name in source.values:
        _field(source, "values", name, known)
    for name in source.set:
        if _field(source, "set", name, known) in said:
            raise ColumnError(
                f"[[source]] {source.name}: {name} has a column and is set as well.",
                "Leave one of the two out.",
            )
    return said | extra


def field_name(name: str) -> str:
    """Give a field's own name for an alias the park file may use."""
    return ALIASES.get(name, name)


def find_header(
    rows: Sequence[Sequence[str]], kind: str, named: Iterable[str] = ()
) -> tuple[Header | None, int]:
    """Find the row that holds the headings.

    Parameters
    ----------
    rows
        The table from its first row on; only the first 30 are looked at.
    kind
        Kind of source, whose fields' headings are recognised.
    named
        Headings that the park file names.

    Returns
    -------
    header, score
        None and 0 where no row holds a single known heading.
    """
    wanted = {plain(one) for one in named if one}
    places = range(min(len(rows), HEADING_ROWS))
    candidates = [
        *(Header(i, 1, _stripped(rows[i])) for i in places),
        *(header for i in places if (header := _two_rows(rows, i))),
    ]  # two rows only where they say more than any single one: a title is no heading
    best: tuple[int, Header | None] = (0, None)
    for header in candidates:
        score = _score(header.headings, kind, wanted)
        if score > best[0]:
            best = (score, header)
    return best[1], best[0]


def match_columns(source: Source, headings: Sequence[str], where: str) -> dict[str, int]:
    """Say which column holds which field.

    Parameters
    ----------
    source
        Its `columns`, `occurred`, `findings` win; `set` leaves nothing to recognise.
    headings
        Of the file.
    where
        File, sheet and row, as a message begins.

    Returns
    -------
    dict
        Field -> index of its column, in the order of the fields' table.

    Raises
    ------
    ColumnError
        When a heading is missing or doubled, or a column that is required is not there.
    """
    known = fields_of(source.kind)
    named = named_fields(source)
    found: dict[str, int] = {}
    for name, heading in named.items():
        if heading:
            found[name] = _place_of(heading, headings, where, name)
    taken = set(found.values())
    constant = {field_name(one) for one in source.set}
    words = _names_of(source.kind)
    forms = [
        "" if i in taken else next((form for form in _forms(one) if form in words), "")
        for i, one in enumerate(headings)
    ]
    for name, one in known.items():
        if name not in named and name not in constant:
            index = _recognise(one, forms, headings, where)
            if index is not None:
                found[name] = index
    taken_by_more = _recognised_twice(found, named)
    for name in taken_by_more:
        del found[name]
    return {name: found[name] for name in known if name in found}


def _field(source: Source, key: str, name: str, known: Mapping[str, Field]) -> str:
    if field_name(name) in known:
        return field_name(name)
    raise ColumnError(
        f"[[source]] {source.name}: {key}.{name} is no field of {source.kind}.",
        nearest(name, [*known, *(a for a, b in ALIASES.items() if b in known)]),
    )


def _stripped(row: Sequence[str]) -> tuple[str, ...]:
    return tuple(" ".join(one.split()) for one in row)


def _two_rows(rows: Sequence[Sequence[str]], i: int) -> Header | None:
    """Read row i as headings over the sub-headings in row i + 1."""
    if i + 1 >= len(rows):
        return None
    top, sub = _stripped(rows[i]), _stripped(rows[i + 1])
    width = max(len(top), len(sub))
    top, sub = top + ("",) * (width - len(top)), sub + ("",) * (width - len(sub))
    over = [
        first if not second or first == second else f"{first}/{second}" if first else second
        for first, second in zip(top, sub, strict=True)
    ]
    return Header(i, 2, tuple(over))


def _score(headings: Sequence[str], kind: str, wanted: set[str]) -> int:
    known = _names_of(kind)
    parts = {part for one in headings for part in _forms(one)}
    return _EXPLICIT * len(wanted & parts) + len({known[one] for one in parts if one in known})


@lru_cache(maxsize=32)
def _names_of(kind: str) -> dict[str, str]:
    return {plain(name): one.name for one in fields_of(kind).values() for name in one.names}


def _forms(heading: str) -> tuple[str, ...]:
    """Give the ways a heading may be meant, best first: whole, without brackets, its last part."""
    wide = unicodedata.normalize("NFKC", heading)
    last = wide.rsplit("/", 1)[-1]
    forms = (
        plain(wide),
        plain(_BRACKETS.sub("", wide)),
        plain(last),
        plain(_BRACKETS.sub("", last)),
    )
    return tuple(dict.fromkeys(one for one in forms if one))


def _place_of(heading: str, headings: Sequence[str], where: str, name: str) -> int:
    """Find a heading that the park file names: letter by letter, else by what distinguishes it."""
    text = " ".join(heading.split())
    for same in (
        [i for i, one in enumerate(headings) if one == text],
        [i for i, one in enumerate(headings) if plain(one) == plain(text)],
        [i for i, one in enumerate(headings) if plain(text) in _forms(one)],
    ):
        if len(same) > 1:
            raise ColumnError(
                f"{where}: heading {heading!r} stands there {len(same)} times.",
                "Give one of the columns another heading.",
            )
        if same:
            return same[0]
    raise ColumnError(
        f"{where}: there is no column {heading!r} ({name}).", nearest(heading, headings)
    )


def _recognise(one: Field, forms: Sequence[str], headings: Sequence[str], where: str) -> int | None:
    """Find the column of a field among those whose form is known."""
    ranked: dict[int, list[int]] = {}
    names = [plain(name) for name in one.names]
    for i, form in enumerate(forms):
        if form in names:
            ranked.setdefault(names.index(form), []).append(i)
    if not ranked:
        return None
    best = ranked[min(ranked)]
    both = best if len(best) > 1 else sorted(i for same in ranked.values() for i in same)
    if len(best) > 1 or (len(both) > 1 and one.strict and min(ranked) > 1):
        named = " and ".join(f"{headings[i]!r} (column {i + 1})" for i in both[:3])
        raise ColumnError(
            f"{where}: {named} could both be {one.zh} ({one.name}).",
            f"Say which one: columns = {{ {one.name} = ... }}, or give them other headings.",
        )
    return best[0]


def _recognised_twice(found: Mapping[str, int], named: Mapping[str, str]) -> list[str]:
    """Leave a column that two fields recognise to the first of them in the table."""
    seen: dict[int, str] = {}
    again = []
    for name, index in found.items():
        if name not in named and index in seen:
            again.append(name)
        seen.setdefault(index, name)
    return again
