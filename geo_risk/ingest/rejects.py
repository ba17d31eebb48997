"""The rejects file: the rows set aside, as they came, with the reason and the remedy beside them.

Takes a batch, writes an XLSX in which a person corrects the rows and gives it back; reading it is
`ingest_source(..., file=that)`. The original headings stand in row 1, every cell is text so that
codes keep their digits, and the last three columns are ours and are left out when it is read. A
second sheet says what to do. Cells to correct are coloured.
"""

from __future__ import annotations

from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell import Cell, MergedCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from geo_risk.ingest.batch import Batch, Reject
from geo_risk.ingest.codes import escaped
from geo_risk.ingest.read import REJECTS_HEADINGS, REJECTS_SHEET

HELP_SHEET = "说明"
_TEXT = "@"
_CELL_LIMIT = 32_000
_WRONG = PatternFill("solid", fgColor="FFE3C2")
_OURS = PatternFill("solid", fgColor="EEEEEE")
_WIDE = 48


def write_rejects(path: Path, batch: Batch, *, watermark: str = "") -> None:
    """Write the rejected rows of a batch.

    Parameters
    ----------
    path
        The .xlsx to write; one that is there is replaced.
    batch
        What was read.
    watermark
        Shown above the help, as "合成数据" for a synthetic park.
    """
    book = Workbook()
    if batch.epoch_1904:
        book.epoch = CALENDAR_MAC_1904
    sheet = book.worksheets[0]
    sheet.title = REJECTS_SHEET
    for j, heading in enumerate((*batch.headings, *REJECTS_HEADINGS), 1):
        cell = sheet.cell(1, j)
        _put(cell, heading)
        cell.font = Font(bold=True)
    for i, (reject, row) in enumerate(zip(batch.rejects, batch.rejected_rows, strict=True), 2):
        remarks = (str(row.row), _reason(reject), reject.remedy_zh)
        for j, text in enumerate((*row.cells, *remarks), 1):
            cell = sheet.cell(i, j)
            _put(cell, text)
            if j > len(row.cells):
                cell.fill = _OURS
            elif reject.column and batch.headings[j - 1] == reject.column:
                cell.fill = _WRONG
    _lay_out(book, len(batch.headings))
    _explain(book, batch, watermark)
    book.save(path)


def _put(cell: Cell | MergedCell, text: str) -> None:
    cell.number_format = _TEXT
    cell.value = _printable(text)
    if cell.data_type == "f":
        cell.data_type = "s"  # what begins with = is text here


def _printable(text: str) -> str:
    """Write what a workbook cannot hold as an escape, so that the person sees where it is."""
    held = (
        char if char in "\t\n" or char.isprintable() or char == "\u3000" else escaped(char)
        for char in text[:_CELL_LIMIT]
    )
    return "".join(held)


def _reason(reject: Reject) -> str:
    column = f"“{reject.column}”列：" if reject.column else ""
    return f"{column}{reject.reason_zh}"


def _lay_out(book: Workbook, ours_from: int) -> None:
    sheet = book.worksheets[0]
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
    for j in range(1, sheet.max_column + 1):
        width = _WIDE if j > ours_from + 1 else 18
        sheet.column_dimensions[get_column_letter(j)].width = width
    for row in sheet.iter_rows(min_row=2, min_col=ours_from + 2):
        for cell in row:
            cell.alignment = Alignment(wrap_text=True, vertical="top")


def _explain(book: Workbook, batch: Batch, watermark: str) -> None:
    sheet = book.create_sheet(HELP_SHEET)
    lines = [
        *([watermark] if watermark else []),
        f"来源 source：{batch.source.name}（{batch.source.file.name}）",
        f"共读入 {batch.read} 行，收入 {batch.accepted} 行，退回 {batch.rejected} 行。",
        "请在“退回行”表中直接改正（橙色单元格），不要改动表头和最后三列，保存后重新读入。",
        f"{batch.read} rows read, {batch.accepted} accepted, {batch.rejected} set aside.",
        "Correct the orange cells of the first sheet; leave headings and the last three columns.",
        "Save, and read the file again with `geo-risk readmit`.",
    ]
    for i, line in enumerate(lines, 1):
        sheet.cell(i, 1).value = line
    sheet.column_dimensions["A"].width = 100
