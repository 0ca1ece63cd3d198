"""Excel workbooks (xlsx, xls, xlsb, ods) through python-calamine: values only, formulas give what they last showed."""

from __future__ import annotations

import zipfile
from pathlib import Path

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from linker.config.source import SourceConfig
from linker.errors import InputError
from linker.records.files import checked
from linker.records.header import find_columns
from linker.records.python_rows import from_rows
from linker.records.raw import Limits, Raw
from linker.records.suspect import without_suspects

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


def read_excel(config: SourceConfig, path: str, limits: Limits) -> Raw:
    """The mapped columns of one sheet. Its first filled row is the header; blank rows are skipped; `lines` are rows of the sheet."""
    file = checked(path, (ZIP, OLE))
    _refuse_bomb(file, limits)
    try:
        sheet = _sheet(CalamineWorkbook.from_path(str(file)), config, path)
        rows = sheet.to_python(skip_empty_area=False)
    except (CalamineError, zipfile.BadZipFile, OSError) as error:
        raise InputError(
            f"the workbook cannot be read: {error}", where=path, do="open and save it in Excel again"
        ) from None
    head = next((n for n, row in enumerate(rows) if any(v != "" for v in row)), None)
    if head is None:
        raise InputError("the sheet is empty", where=path, do="name the right sheet in the source's mapping")
    positions = find_columns(config, [str(v) for v in rows[head]], path)
    return without_suspects(from_rows(config, rows[head + 1 :], positions, head + 2), limits)


def _sheet(book: CalamineWorkbook, config: SourceConfig, path: str) -> CalamineSheet:
    names = book.sheet_names
    wanted = names[0] if config.sheet is None and names else config.sheet
    if isinstance(wanted, int) and 1 <= wanted <= len(names):
        wanted = names[wanted - 1]
    if wanted not in names:
        raise InputError(f"the workbook has no sheet {wanted!r}", where=path, do=f"its sheets: {', '.join(names)}")
    return book.get_sheet_by_name(str(wanted))


def _refuse_bomb(file: Path, limits: Limits) -> None:
    if not zipfile.is_zipfile(file):
        return
    with zipfile.ZipFile(file) as archive:
        size = sum(entry.file_size for entry in archive.infolist())
    if size > limits.expanded_bytes:
        raise InputError(f"the workbook unpacks to {size:,} bytes, more than the limit", where=str(file), do="split it")
