"""Excel workbooks (xlsx, xls, xlsb): a formula counts with what it last showed, an error such as #N/A as blank."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from python_calamine import CalamineError, CalamineWorkbook

from linker.archives import UNREADABLE, refuse_ambiguous
from linker.config.source import SourceConfig
from linker.errors import InputError
from linker.records.files import checked
from linker.records.header import TITLES, find_columns, header_among
from linker.records.python_rows import from_rows
from linker.records.raw import Limits, Raw
from linker.records.spans import TooLargeError, UnusualError
from linker.records.suspect import without_suspects
from linker.records.workbook import Sheet, open_fast, sheet_names
from linker.records.workbook_guard import refuse_bomb, refuse_large, refuse_sprawl

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


def read_excel(config: SourceConfig, path: str, limits: Limits) -> Raw:
    """The mapped columns of one sheet.

    Its header is the first filled row, or a later one below titles; blank rows are skipped; `lines` are rows of the sheet.
    """
    file = checked(path, "an Excel workbook", (ZIP, OLE))
    try:
        most = limits.unpacked(file.stat().st_size)
        refuse_ambiguous(file)
        raw = _fast(config, file, most) or _complete(config, file, most)
    except (CalamineError, pa.ArrowException, *UNREADABLE) as error:
        raise InputError(
            f"the workbook cannot be read: {error}", where=path, do="open and save it in Excel again"
        ) from None
    except OverflowError:
        do = "show the column as text or number instead of as a time"
        raise InputError("a cell shown as a time holds a number that is none", where=path, do=do) from None
    return without_suspects(raw, limits)


def _fast(config: SourceConfig, file: Path, most: int) -> Raw | None:
    """The rows of an ordinary xlsx; None where the complete reader is needed."""
    if not zipfile.is_zipfile(file):
        return None
    with zipfile.ZipFile(file) as archive:  # which hands out no more bytes than the archive states
        refuse_large(file, sum(entry.file_size for entry in archive.infolist()), most)
    name = _named(sheet_names(file), config)
    sheet = None if name is None else open_fast(file, name)
    lines = sheet.lines() if sheet else None
    if sheet is None or lines is None or not len(lines):
        return None
    try:
        first = [_texts(sheet, lines[n : n + 1]) for n in range(min(TITLES, len(lines)))]
        at = header_among(config, first)
        positions = find_columns(config, first[at], file)
        lines = lines[at + 1 :]
        columns = sheet.columns(list(positions.values()), lines, most)
    except UnusualError:
        return None
    except TooLargeError:
        refuse_large(file, most + 1, most)
    return Raw.complete(config.columns, dict(zip(positions, columns, strict=True)), lines)


def _texts(sheet: Sheet, line: npt.NDArray[np.int32]) -> list[str]:
    """The cells of one row as texts."""
    filled = sheet.cells.between(int(line[0]), int(line[0])).columns
    return [text[0].as_py() or "" for text in sheet.columns(list(range(int(filled.max()) + 1)), line)]


def _complete(config: SourceConfig, file: Path, most: int) -> Raw:
    refuse_bomb(file, most)
    refuse_sprawl(file, most)
    book, path = CalamineWorkbook.from_path(str(file)), str(file)
    name = _named(book.sheet_names, config)
    if name is None:
        said, do = f"the workbook has no sheet {config.sheet!r}", f"its sheets: {', '.join(book.sheet_names)}"
        raise InputError(said, where=path, do=do)
    rows = book.get_sheet_by_name(name).iter_rows()
    first: list[list[Any]] = []
    filled: list[int] = []  # which of them hold anything
    for row in rows:
        first.append(row)
        if any(v != "" for v in row):
            filled.append(len(first) - 1)
        if len(filled) == TITLES:
            break
    if not filled:
        raise InputError("the sheet is empty", where=path, do="name the right sheet in the source's mapping")
    texts = [[str(v) for v in first[n]] for n in filled]
    at = header_among(config, texts)
    positions = find_columns(config, texts[at], path)
    return from_rows(config, chain(first[filled[at] + 1 :], rows), positions, filled[at] + 2)


def _named(names: Sequence[str], config: SourceConfig) -> str | None:
    """The sheet that the mapping asks for, None if there is none."""
    wanted = 1 if config.sheet is None else config.sheet
    if isinstance(wanted, int) and 1 <= wanted <= len(names):
        return names[wanted - 1]
    return wanted if isinstance(wanted, str) and wanted in names else None
