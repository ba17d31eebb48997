"""A made-up list of enterprises as a station has it: XLSX, title row, Chinese headings, GCJ-02."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from openpyxl import Workbook

HEADINGS = ("企业编号", "企业名称", "地址", "行业", "从业人数", "风险等级", "经度", "纬度")
_INDUSTRIES = ("金属制品业", "纺织业", "塑料制品业", "化学原料制造业", "仓储业")
_CENTRE = (119.98, 30.54)


def write_list(
    path: Path, rows: int = 900, *, located: bool = True, repeated: int = 0, seed: int = 1
) -> None:
    """Write the list.

    Parameters
    ----------
    path
        Where.
    rows
        How many enterprises, named 样例企业 001 and on.
    located
        False: name and address only.
    repeated
        How many rows at the end repeat the number of the first.
    seed
        Of the points, classes and sizes.
    """
    rng = np.random.default_rng(seed)
    book = Workbook(write_only=True)
    sheet = book.create_sheet("企业")
    sheet.append([f"样例企业清单（合成，{rows} 家）"])
    sheet.append(list(HEADINGS if located else HEADINGS[:3]))
    for number in range(1, rows + 1):
        east, north = rng.normal(0, 0.012, 2)
        full = (
            *(f"E{1 if number > rows - repeated else number:04d}",),
            *(f"样例企业 {number:03d}", f"样例大道 {number} 号"),
            *(str(rng.choice(_INDUSTRIES)), int(rng.lognormal(3, 1)) + 1, int(rng.integers(1, 5))),
            *(round(_CENTRE[0] + east, 6), round(_CENTRE[1] + north, 6)),
        )
        sheet.append(list(full if located else full[:3]))
    book.save(path)
