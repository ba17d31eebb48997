"""What reading a source gives: records, rejects with their reasons, and counts that add up.

Plain frozen values, made in `sources`, kept by the store, shown to people. Counts are of rows of
the file: accepted + rejected = read, always, or the value cannot be built. A row is counted as a
person counts it: by its number in the sheet, its line in the table, its place among the features.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from geo_risk.errors import InputError
from geo_risk.park import Source
from geo_risk.records import Record


@dataclass(frozen=True)
class Reject:
    """Why one row was set aside.

    Parameters
    ----------
    source, file, sheet
        Name of the source, name of its file, and sheet or layer ('' where there is none).
    row
        As a person counts it in the file; 0 for a row added to a rejects file.
    column, value
        Heading and text of the first thing that is wrong; '' where it is the row as a whole.
    code
        Key of `geo_risk.ingest.codes.CODES`.
    reason, reason_zh
        What is wrong; further things wrong in the same row follow.
    remedy, remedy_zh
        What to do, in the same order.
    """

    source: str
    file: str
    sheet: str
    row: int
    column: str
    value: str
    code: str
    reason: str
    reason_zh: str
    remedy: str
    remedy_zh: str

    def __str__(self) -> str:
        """Give one line: file, sheet, row, column, what is wrong, what to do."""
        sheet = f", sheet {self.sheet}" if self.sheet else ""
        column = f", column {self.column}" if self.column else ""
        row = f"row {self.row}" if self.row else "a row without number"
        return f"{self.file}{sheet}, {row}{column}: {self.reason} {self.remedy}"

    @property
    def text_zh(self) -> str:
        """The same line in Chinese."""
        sheet = f"，工作表 {self.sheet}" if self.sheet else ""
        column = f"，“{self.column}”列" if self.column else ""
        row = f"第 {self.row} 行" if self.row else "无行号的行"
        return f"{self.file}{sheet}，{row}{column}：{self.reason_zh}{self.remedy_zh}"


@dataclass(frozen=True)
class RejectedRow:
    """A row as it came: its number and its cells, one per heading of the batch."""

    row: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Known:
    """What is in the store already, so that rows can refer to it.

    Parameters
    ----------
    ids
        Collection -> {number or credit code -> record id}.
    premises_of
        Enterprise id -> ids of its premises, the main one first.
    """

    ids: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    premises_of: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Batch:
    """What one file gave.

    Parameters
    ----------
    source
        The description it was read by.
    digest
        SHA-256 (hex) of the file's bytes and of all that decides what they mean.
    records
        In the order of the file; an enterprises row with a place yields Enterprise and Premises.
    rejects
        One per rejected row, in the order of the file.
    headings
        Of the file; the cells of `rejected_rows` stand in this order.
    rejected_rows
        The rejected rows as they came.
    read, accepted, rejected, unlocated, outside
        Counts of rows; the last two are parts of `accepted`.
    odd
        What else a person should know: code -> count.
    rows
        Number of every row read; of a corrected rejects file, the number in the original.
    epoch_1904
        Whether the workbook counts its dates from 1904.
    """

    source: Source
    digest: str
    records: tuple[Record, ...]
    rejects: tuple[Reject, ...]
    headings: tuple[str, ...]
    rejected_rows: tuple[RejectedRow, ...]
    read: int
    accepted: int
    rejected: int
    unlocated: int
    outside: int
    odd: dict[str, int]
    rows: tuple[int, ...] = ()
    epoch_1904: bool = False

    def __post_init__(self) -> None:
        """Refuse counts that do not add up."""
        if self.accepted + self.rejected != self.read:
            raise InputError(
                f"{self.source.name}: {self.accepted} accepted and {self.rejected} rejected rows "
                f"are not the {self.read} rows read.",
                "Report this as a fault of the reader.",
            )
        if not len(self.rejects) == len(self.rejected_rows) == self.rejected:
            raise InputError(
                f"{self.source.name}: {self.rejected} rejected rows, {len(self.rejects)} reasons.",
                "Report this as a fault of the reader.",
            )
