"""A table as an Excel workbook that opens ready to read: header frozen and filterable, columns as wide as their
content."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import xlsxwriter

from linker.share.cells import flat, guard
from linker.share.notes import Note

SHEET_ROWS = 1_048_576
"""Rows of one Excel sheet, the header included. A longer table goes on in further sheets."""

CELL_CHARACTERS = 32_767
"""Excel's limit for one cell."""

CUT = " … [cut: Excel holds 32,767 characters, the Parquet export holds all]"

WIDEST = 48
"""Characters; wider content wraps to the next column anyway."""

BATCH = 50_000


def write_excel(
    table: pa.Table, path: Path, title: str, sheet_rows: int = SHEET_ROWS, notes: Sequence[Note] = ()
) -> None:
    """Writes `table` to `path`; texts are never formulas, links or numbers.

    Args:
        table: any of the engine's tables; lists become one cell each.
        path: the workbook.
        title: name of the sheet; further ones are numbered.
        sheet_rows: rows of a sheet, the header included.
        notes: what a further sheet behind the others tells.
    """
    cells = _cut(flat(table))
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".excel-") as aside:
        options = {
            "constant_memory": True,
            "tmpdir": aside,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "default_date_format": "yyyy-mm-dd",
        }
        workbook = xlsxwriter.Workbook(str(path), options)
        workbook.use_zip64()
        workbook.set_properties({"title": title, "created": dt.datetime(2000, 1, 1, tzinfo=dt.UTC)})
        widths = _widths(cells)
        per_sheet = sheet_rows - 1
        for number, start in enumerate(range(0, max(len(cells), 1), per_sheet), start=1):
            name = title if number == 1 else f"{title} {number}"
            _write_sheet(workbook, name, cells.slice(start, per_sheet), widths)
        if notes:
            _write_notes(workbook, notes)
        workbook.close()


def _write_sheet(workbook: Any, name: str, cells: pa.Table, widths: list[int]) -> None:
    sheet = workbook.add_worksheet(name)
    header = workbook.add_format({"bold": True, "bottom": 1})
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, len(cells), len(widths) - 1)
    for column, title in enumerate(cells.column_names):
        sheet.write_string(0, column, title, header)
    writers = [_writer(sheet, field.type) for field in cells.schema]
    row = 0
    for batch in cells.to_batches(max_chunksize=BATCH):
        columns = [column.to_pylist() for column in batch.columns]
        for values in zip(*columns, strict=True):
            row += 1
            for column, value in enumerate(values):
                if value is not None:
                    writers[column](row, column, value)


def _write_notes(workbook: Any, notes: Sequence[Note]) -> None:
    sheet = workbook.add_worksheet("about")
    name, text = (workbook.add_format({"valign": "top", "text_wrap": True, "bold": bold}) for bold in (True, False))
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 2, 70)
    guarded = guard(pa.chunked_array([pa.array([cell for note in notes for cell in note], pa.string())])).to_pylist()
    for at, cell in enumerate(guarded):
        sheet.write_string(at // 3, at % 3, cell, name if at % 3 == 0 else text)


def _writer(sheet: Any, kind: pa.DataType) -> Any:
    if pa.types.is_boolean(kind):
        return sheet.write_boolean
    if pa.types.is_temporal(kind):
        return sheet.write_datetime
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return sheet.write_number
    return sheet.write_string


def _cut(cells: pa.Table) -> pa.Table:
    """Texts that Excel can hold; a longer one ends in a sentence that says so."""
    columns = {}
    for name in cells.column_names:
        column = cells[name]
        if pa.types.is_string(column.type):
            too_long = pc.greater(pc.utf8_length(column), CELL_CHARACTERS)
            if pc.any(too_long).as_py():
                short = pc.utf8_slice_codeunits(column, 0, CELL_CHARACTERS - len(CUT))
                column = pc.if_else(too_long, pc.binary_join_element_wise(short, CUT, ""), column)
        columns[name] = column
    return pa.table(columns)


def _widths(cells: pa.Table) -> list[int]:
    """From the first rows: enough to see how wide a column is, without reading a million."""
    sample = cells.slice(0, 1000)
    widths = []
    for name in cells.column_names:
        longest = pc.max(pc.utf8_length(sample[name].cast(pa.string()))).as_py() or 0
        widths.append(min(max(longest, len(name) + 3) + 1, WIDEST))
    return widths
