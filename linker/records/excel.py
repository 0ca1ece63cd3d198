"""Excel workbooks (xlsx, xls, xlsb): a formula counts with what it last showed, an error such as #N/A as blank."""

from __future__ import annotations

import re
import zipfile
from functools import reduce
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from python_calamine import CalamineError, CalamineWorkbook

from linker.config.source import SourceConfig
from linker.errors import InputError
from linker.records.files import checked
from linker.records.header import TITLES, find_columns, header_among
from linker.records.python_rows import from_rows
from linker.records.raw import Limits, Raw
from linker.records.spans import UnusualError
from linker.records.suspect import without_suspects
from linker.records.workbook import NOT_ORDINARY, Sheet, open_fast, part_of

MOST_CELLS = 200_000_000
"""Of a sheet that the complete reader takes on, blank ones included."""
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


def read_excel(config: SourceConfig, path: str, limits: Limits) -> Raw:
    """The mapped columns of one sheet.

    Its header is the first filled row, or a later one below titles; blank rows are skipped; `lines` are rows of the sheet.
    """
    file = checked(path, "an Excel workbook", (ZIP, OLE))
    try:
        refuse_bomb(file, limits.expanded_bytes)
        book = CalamineWorkbook.from_path(str(file))
        name = _sheet_name(book, config, path)
        raw = _fast(config, file, name) or _complete(config, book, name, path)
    except (CalamineError, zipfile.BadZipFile, OSError) as error:
        raise InputError(
            f"the workbook cannot be read: {error}", where=path, do="open and save it in Excel again"
        ) from None
    except OverflowError:
        do = "show the column as text or number instead of as a time"
        raise InputError("a cell shown as a time holds a number that is none", where=path, do=do) from None
    return without_suspects(raw, limits)


def _fast(config: SourceConfig, file: Path, name: str) -> Raw | None:
    """The rows of an ordinary xlsx; None where the complete reader is needed."""
    sheet = open_fast(file, name) if zipfile.is_zipfile(file) else None
    lines = sheet.lines() if sheet else None
    if sheet is None or lines is None or not len(lines):
        return None
    try:
        first = [_texts(sheet, lines[n : n + 1]) for n in range(min(TITLES, len(lines)))]
        at = header_among(config, first)
        positions = find_columns(config, first[at], file)
        lines = lines[at + 1 :]
        columns = sheet.columns(list(positions.values()), lines)
    except UnusualError:
        return None
    return Raw.complete(config.columns, dict(zip(positions, columns, strict=True)), lines)


def _texts(sheet: Sheet, line: npt.NDArray[np.int32]) -> list[str]:
    """The cells of one row as texts."""
    filled = sheet.cells.between(int(line[0]), int(line[0])).columns
    return [text[0].as_py() or "" for text in sheet.columns(list(range(int(filled.max()) + 1)), line)]


def _complete(config: SourceConfig, book: CalamineWorkbook, name: str, path: str) -> Raw:
    refuse_sprawl(Path(path), name)
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


def _sheet_name(book: CalamineWorkbook, config: SourceConfig, path: str) -> str:
    names = list(book.sheet_names)
    wanted = 1 if config.sheet is None else config.sheet
    if isinstance(wanted, int) and 1 <= wanted <= len(names):
        return str(names[wanted - 1])
    if wanted not in names:
        raise InputError(f"the workbook has no sheet {wanted!r}", where=path, do=f"its sheets: {', '.join(names)}")
    return str(wanted)


def refuse_bomb(file: Path, most: int) -> None:
    """Raises InputError: the workbook says that it unpacks to more than `most` bytes."""
    if not zipfile.is_zipfile(file):
        return
    with zipfile.ZipFile(file) as archive:
        size = sum(entry.file_size for entry in archive.infolist())
    if size > most:
        raise InputError(f"the workbook unpacks to {size:,} bytes, more than the limit", where=str(file), do="split it")


def refuse_sprawl(file: Path, name: str) -> None:
    """The complete reader keeps every cell between the outermost filled ones; a stray cell in the last corner would take all memory.

    Raises:
        InputError: there is such a cell.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            content = archive.read(part_of(archive, name))
    except (*NOT_ORDINARY, zipfile.BadZipFile):
        return
    letters = set(re.findall(rb' r="([A-Z]{1,3})[0-9]', content))
    numbers = [int(n) for n in re.findall(rb'<row [^>]{0,60}?r="([0-9]{1,7})"', content)]
    widest = max((len(c), c) for c in letters)[1] if letters else b"A"
    width = reduce(lambda total, letter: total * 26 + letter - 64, widest, 0)
    if width * max(numbers, default=1) > MOST_CELLS:
        raise InputError(
            f"the sheet reaches from its first cell to {widest.decode()}{max(numbers)}",
            where=str(file),
            do="delete the stray cells",
        )
