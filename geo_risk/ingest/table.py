"""A table as it came from a file: headings, columns of text, shapes, and the number of each row.

Every format ends here; what a cell means is decided afterwards, column by column. Numbers and dates
that a format holds as such are written as text that loses nothing; a number too long for a
spreadsheet (16 digits and more) is written with an exponent, so that it cannot pass for a code.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Cell = tuple[int, int]
"""(index of the row among the data rows, index of the column)."""

_FIFTEEN_DIGITS = 10**15


@dataclass(frozen=True)
class Table:
    """What was read.

    Parameters
    ----------
    file, sheet
        Name of the file, and of its sheet or layer ('' where there is none).
    headings
        One per column, stripped; '' where there is none.
    columns
        One list of texts per heading, all of one length.
    rows
        The number of each row as a person counts it in the file.
    shapes
        (n,) shapely geometries or None, from a map file; None for a plain table.
    crs
        The map file's own CRS, '' where it says none.
    formulas
        Cells that hold a formula without its result.
    faults
        Row index -> code and detail of what is wrong with the row as a whole.
    epoch_1904
        Whether the workbook counts its dates from 1904.
    heading_row
        Number of the row the headings stand in, 0 where a format has none.
    other_sheets
        How many further visible sheets hold such a table and are not read.
    title
        What stands above the headings, '' where nothing does.
    is_rejects
        Whether this is a rejects file of ours: `rows` are then those of the original.
    """

    file: str
    sheet: str
    headings: tuple[str, ...]
    columns: list[list[str]]
    rows: list[int]
    shapes: NDArray[np.object_] | None = None
    crs: str = ""
    formulas: frozenset[Cell] = frozenset()
    faults: dict[int, tuple[str, str]] = field(default_factory=dict)
    epoch_1904: bool = False
    heading_row: int = 0
    other_sheets: int = 0
    title: str = ""
    is_rejects: bool = False

    def __len__(self) -> int:
        """How many data rows."""
        return len(self.rows)

    @property
    def where(self) -> str:
        """File and sheet, as a message begins."""
        return f"{self.file}, sheet {self.sheet}" if self.sheet else self.file

    @property
    def headings_at(self) -> str:
        """File, sheet and row of the headings, as a message about them begins."""
        return f"{self.where}, row {self.heading_row}" if self.heading_row else self.where


def cell_text(value: Any, number_format: str = "") -> str:
    """Write a typed cell as text that loses nothing.

    Parameters
    ----------
    value
        What openpyxl, pyarrow or pyogrio gives.
    number_format
        Excel's format of the cell: `000000` keeps leading zeros, `yyyy-mm-dd` is a date alone.

    Returns
    -------
    str
        '' for None and NaN.
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return _number_text(value, number_format)
    if isinstance(value, datetime):
        return _moment_text(value, number_format)
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}" if value.is_finite() else ""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, list | tuple):
        return "、".join(cell_text(one) for one in value)
    text = str(value)
    return "" if text in {"NaT", "<NA>", "nan"} else text


def _number_text(value: float, number_format: str) -> str:
    if not math.isfinite(value):
        return ""
    if value == int(value):
        lossy = isinstance(value, float) or number_format  # a spreadsheet keeps 15 digits of any
        if abs(value) >= _FIFTEEN_DIGITS and lossy:
            return f"{float(value):.14E}"
        text = str(int(value))
        zeros = number_format and not number_format.strip("0")
        return text.zfill(len(number_format)) if zeros else text
    return repr(float(value))


def _moment_text(value: datetime, number_format: str) -> str:
    if value != value:  # noqa: PLR0124 - pandas' NaT is a datetime that is not itself
        return ""
    plain = value.time() == time(0) and value.tzinfo is None
    if plain and number_format and "h" not in number_format.lower():
        return value.date().isoformat()
    return value.isoformat(sep=" ")
