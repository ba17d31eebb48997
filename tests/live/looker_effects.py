"""What must not be read anywhere: how much one team, or one person, finds of what is there.

`effects_of` works it out from the store with the library: the factors of the index's reference,
the levels, drifts and fields of detection, and what each team plainly found per visit. `traces`
looks for it in a text: a word that names it, one of its values to nine digits, most of a family's
values together, or a team's row with the team's own rate or the counts it is made of.
"""

from __future__ import annotations

import io
import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import openpyxl
import pytest

from geo_risk.fitting.corrected import fit_looks
from geo_risk.fitting.setting import make_setting
from geo_risk.pipeline import ParkInputs
from geo_risk.records import Visit
from geo_risk.safety_index import fit_reference
from geo_risk.surfaces import detection, lookers

NAMING = re.compile(
    r"looker|(officer|team|person|detection)_(effect|factor|level|drift|field)s?$|r_o$|发现率|检出率"
)
NOTES = {"officer_effect_unidentified"}
"""Words that only say that nothing can be told."""

_NUMBER = re.compile(r"(?<![\w.-])-?\d+\.\d+(?:[eE][+-]?\d+)?(?![\w.])")
_FEW = 40  # numbers among which most of a family does not stand by chance
_EXACT, _COARSE = 9, 3  # significant digits


@dataclass(frozen=True)
class Effects:
    """Families of values, and the teams they belong to.

    Parameters
    ----------
    families
        Name to the values of all teams.
    by_team
        What names a team or one of its members to its own values; its counts of visits and finds.
    """

    families: Mapping[str, tuple[float, ...]]
    by_team: Mapping[str, tuple[tuple[float, ...], frozenset[int]]]


def effects_of(
    inputs: ParkInputs, months: Sequence[Any], as_of: datetime, names: Mapping[str, Sequence[str]]
) -> Effects:
    """Work effects out.

    Parameters
    ----------
    inputs, as_of
        As surfaces are fitted.
    months
        Enterprise months of the index, one list per month.
    names
        Team to what else names it or its members.
    """
    families: dict[str, tuple[float, ...]] = {}
    own: dict[str, list[float]] = {team: [] for team in names}
    for number, enterprises in enumerate(months):
        for severity, rate in fit_reference(enterprises).found.items():
            families[f"{severity} {number}"] = tuple(rate.looker.values())
            for team, value in rate.looker.items():
                own[team].append(value)
    families |= _detection(inputs, as_of)
    counts = {team: _counted([one for one in inputs.visits if one.team == team]) for team in own}
    for n, name in enumerate(("major a visit", "all a visit", "visits with a major")):
        families[name] = tuple(rates[n] for rates, _ in counts.values())
    told = {}
    for team, others in names.items():
        rates, whole = counts[team]
        for name in (team, *others):
            told[name] = ((*own[team], *rates), whole)
    return Effects(families, told)


def traces(text: str, effects: Effects) -> list[str]:
    """Give what a text tells of lookers, in words; empty where it tells nothing."""
    found = [f"the value {one}" for one in _exact(text, effects)]
    for keys, numbers in _containers(text):
        found += [f"the word {one}" for one in keys if _names(one)]
        found += [f"the family {one}" for one in _families(numbers, effects)]
        for name in keys & effects.by_team.keys():
            found += [f"{one} of {name}" for one in _own(numbers, *effects.by_team[name])]
    return found


def _names(word: str) -> bool:
    """Say whether a key or a heading names an effect; a sentence may speak of lookers."""
    return len(word.split()) <= 3 and word not in NOTES and NAMING.search(word) is not None


def _detection(inputs: ParkInputs, as_of: datetime) -> dict[str, tuple[float, ...]]:
    """Give what detection holds of lookers when it has settled: it lets nothing of it out."""
    levels: list[Any] = []
    fitted: list[lookers.Lookers] = []
    fit, level = detection.fit_lookers, lookers._levels

    def keep_level(*given: Any) -> Any:
        levels.append(level(*given))
        return levels[-1]

    def keep_fit(*given: Any) -> Any:
        fitted.append(fit(*given))
        return fitted[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lookers, "_levels", keep_level)
        patch.setattr(detection, "fit_lookers", keep_fit)
        fit_looks(make_setting(inputs, as_of))
    own, drift = levels[-2], levels[-1]
    fields = [value for one in fitted[-1].fields for value in one.coefficients]
    return {"level": tuple(own), "drift": tuple(drift), "field": tuple(fields)}


def _counted(visits: Sequence[Visit]) -> tuple[tuple[float, float, float], frozenset[int]]:
    found = [one.found for one in visits if one.found is not None]
    major = sum(one.major for one in found)
    whole = sum(one.major + one.general + one.minor for one in found)
    many = len(visits)
    with_major = sum(one.major > 0 for one in found)
    return (major / many, whole / many, with_major / many), frozenset({many, whole})


def _exact(text: str, effects: Effects) -> Iterator[str]:
    """Give numbers of nine digits and more that are an effect, its inverse or its logarithm."""
    known: dict[int, set[str]] = {}
    for said in set(_NUMBER.findall(text)):
        digits = len(said.split("e")[0].replace(".", "").lstrip("-0"))
        if digits < _EXACT:
            continue
        if digits not in known:
            known[digits] = {
                _rounded(one, digits)
                for family in effects.families.values()
                for value in family
                for one in _forms(value)
            }
        if _rounded(float(said), digits) in known[digits]:
            yield said


def _forms(value: float) -> Iterator[float]:
    """Give a value, its inverse and its logarithm, unless it is neutral: that tells nothing."""
    if value in {0.0, 1.0}:
        return
    yield value
    yield 1.0 / value
    if value > 0:
        yield math.log(value)


def _rounded(value: float, digits: int) -> str:
    return f"{value:.{digits - 1}e}"


def _families(numbers: Sequence[float], effects: Effects) -> Iterator[str]:
    """Give the families of which most values stand among few numbers."""
    if not numbers or len(numbers) > _FEW:
        return
    said = {_rounded(one, _COARSE) for one in numbers}
    for name, family in effects.families.items():
        values = {_rounded(one, _COARSE) for one in family if one not in {0.0, 1.0}}
        if len(values) >= 4 and len(values & said) > len(values) / 2:
            yield name


def _own(
    numbers: Sequence[float], values: Sequence[float], counts: frozenset[int]
) -> Iterator[str]:
    near = {_rounded(one, _COARSE) for value in values for one in _forms(value)}
    for one in numbers:
        if float(one).is_integer():
            if one in counts:
                yield f"the count {one:g}"
        elif _rounded(one, _COARSE) in near:
            yield f"the rate {one:g}"


def _containers(text: str) -> Iterator[tuple[set[str], list[float]]]:
    """Give every object, row and column of a text: the words in it and the numbers in it."""
    kind = text.lstrip()[:1]
    if kind in {"{", "["}:
        try:
            yield from _of_json(json.loads(text))
        except ValueError:
            kind = ""
        else:
            return
    rows = [_cells(row) for row in re.findall(r"<tr.*?</tr>|<row.*?</row>", text, re.DOTALL)]
    if not rows and "<" not in text:
        rows = [re.split(r"[,\t│|]", line) for line in text.splitlines()]
    yield from of_rows(rows)


def of_rows(rows: Iterable[Sequence[Any]]) -> Iterator[tuple[set[str], list[float]]]:
    """Give the rows and the columns of a table."""
    table = [list(row) for row in rows if row]
    width = max((len(row) for row in table), default=0)
    columns = [[row[n] for row in table if n < len(row)] for n in range(width)]
    for cells in (*table, *columns):
        yield _parted(cells)


def rows_of_workbook(content: bytes) -> Iterator[str]:
    """Give the sheets of a workbook as text with a tab between cells."""
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
    for sheet in book.worksheets:
        yield "\n".join(
            "\t".join("" if cell is None else str(cell) for cell in row)
            for row in sheet.iter_rows(values_only=True)
        )


def _cells(row: str) -> list[str]:
    return [re.sub(r"<[^>]+>", "", one).strip() for one in re.split(r"</(?:td|th|c)>", row)]


def _of_json(value: Any) -> Iterator[tuple[set[str], list[float]]]:
    if isinstance(value, dict):
        inner = [one for one in value.values() if isinstance(one, dict | list)]
        plain = [one for one in value.values() if not isinstance(one, dict | list)]
        words, numbers = _parted([*value, *plain])
        yield words, numbers
        for one in inner:
            if isinstance(one, dict):  # a row may keep its numbers one level down
                yield words, _parted(list(one.values()))[1]
    elif isinstance(value, list):
        inner = [one for one in value if isinstance(one, dict | list)]
        yield _parted([one for one in value if not isinstance(one, dict | list)])
        yield from _columns([one for one in inner if isinstance(one, dict)])
    else:
        return
    for one in inner:
        yield from _of_json(one)


def _columns(rows: Sequence[dict[str, Any]]) -> Iterator[tuple[set[str], list[float]]]:
    for name in {key for row in rows for key in row}:
        yield _parted([name, *(row.get(name) for row in rows)])


def _parted(values: Iterable[Any]) -> tuple[set[str], list[float]]:
    """Part words from numbers; a number may be written as text."""
    words: set[str] = set()
    numbers: list[float] = []
    for one in values:
        if isinstance(one, bool) or one is None or isinstance(one, dict | list):
            continue
        try:
            number = float(one)
        except ValueError:
            words.add(str(one).strip())
        else:
            if math.isfinite(number):
                numbers.append(number)
    return words, numbers
