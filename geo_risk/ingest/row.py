"""What every builder of records works with: one parsed row, its place, and how a row is refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from geo_risk.ingest.references import Resolver
from geo_risk.ingest.times import Moment

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry


class RowRefusedError(Exception):
    """A row cannot stand: in which field, by which code, and what its texts say more.

    Parameters
    ----------
    column
        Field; '' for the row as a whole.
    code
        Key of `codes.CODES`.
    detail
        For the slot of that name.
    value
        What is wrong, where it is less than the whole cell.
    against
        Field whose cell the texts show for `detail`.
    """

    def __init__(
        self, column: str, code: str, detail: str = "", *, value: str = "", against: str = ""
    ) -> None:
        super().__init__(code)
        self.column = column
        self.code = code
        self.detail = detail
        self.value = value
        self.against = against


@dataclass(frozen=True)
class Place:
    """Where a row is: degrees in the park's datum, or why there is no point."""

    lon: float | None = None
    lat: float | None = None
    unlocated: str = "missing"
    outside: bool = False

    @property
    def fields(self) -> dict[str, Any]:
        """The fields of a `Located` record."""
        return {
            "lon": self.lon,
            "lat": self.lat,
            "unlocated": self.unlocated,
            "outside": self.outside,
        }


@dataclass(frozen=True)
class Row:
    """One row, parsed.

    Parameters
    ----------
    row
        Its number in the file.
    number
        The source's own number.
    values
        Field -> value, None or '' where the cell is empty; fields without a column are not there.
    place
        Its point.
    shape
        Its polygon or line, on zones and roads.
    """

    row: int
    number: str
    values: Mapping[str, Any]
    place: Place = Place()
    shape: BaseGeometry | None = None

    def text(self, name: str) -> str:
        """Give a text, '' where there is none."""
        return self.values.get(name) or ""

    def start(self, name: str) -> datetime | None:
        """Give the first moment of a time."""
        moment: Moment | None = self.values.get(name)
        return None if moment is None else moment.start

    def end(self, name: str) -> datetime | None:
        """Give the last moment of a time: of a date alone, the end of that day."""
        moment: Moment | None = self.values.get(name)
        return None if moment is None else moment.end


@dataclass
class Context:
    """What the builders of one file share.

    Parameters
    ----------
    source
        Its name, the first part of record ids.
    resolver
        Finds what rows refer to.
    has_place
        Whether the file has coordinates, shapes or addresses: its enterprises then have premises.
    odd
        Counts of what is odd but usable.
    seen
        Ids of enterprises this file has yielded -> row they came from.
    """

    source: str
    resolver: Resolver
    has_place: bool = True
    odd: Counter[str] = field(default_factory=Counter)
    seen: dict[str, int] = field(default_factory=dict)

    def common(self, row: Row) -> dict[str, Any]:
        """Give the fields that every record has.

        Raises
        ------
        RowRefusedError
            When its valid time is reversed.
        """
        from_, to = row.start("valid_from"), row.end("valid_to")
        check_order(from_, to, "valid_to", "valid_from")
        return {
            "id": f"{self.source}:{row.number}",
            "source": self.source,
            "number": row.number,
            "valid_from": from_,
            "valid_to": to,
        }

    def refer(self, row: Row, name: str, collection: str, code: str) -> str:
        """Give the id of what a cell names, '' for an empty cell.

        Raises
        ------
        RowRefusedError
            When nothing of that number is known.
        """
        text = row.text(name)
        found = self.resolver.find(collection, text) if text else ""
        if found is None:
            raise RowRefusedError(name, code)
        return found


def check_order(
    first: datetime | None, last: datetime | None, column: str, first_column: str
) -> None:
    """Refuse an interval whose end is before its start; the columns are for the message."""
    if first is not None and last is not None and last < first:
        raise RowRefusedError(column, "reversed_interval", against=first_column)


def require(row: Row, *names: str) -> None:
    """Refuse a row that lacks one of these fields."""
    for name in names:
        if row.values.get(name) in {None, ""}:
            raise RowRefusedError(name, "missing_value")
