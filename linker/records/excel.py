"""Excel workbooks (xlsx, xls, xlsb): a formula counts with what it last showed, an error such as #N/A as blank."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Sequence
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
from linker.records.workbook import NOT_ORDINARY, Sheet, open_fast, part_of, sheet_names

MOST_CELLS = 200_000_000
"""Of a sheet that the complete reader takes on, blank ones included."""
PIECE = 2**16
"""Bytes unpacked at a time to be counted."""
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


UNREADABLE = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError)
"""What comes of archives that are damaged, packed in an unknown way, or encrypted."""


def read_excel(config: SourceConfig, path: str, limits: Limits) -> Raw:
    """The mapped columns of one sheet.

    Its header is the first filled row, or a later one below titles; blank rows are skipped; `lines` are rows of the sheet.
    """
    file = checked(path, "an Excel workbook", (ZIP, OLE))
    try:
        most = limits.unpacked(file.stat().st_size)
        raw = _fast(config, file, most) or _complete(config, file, most)
    except (CalamineError, *UNREADABLE) as error:
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
        _refuse_large(file, sum(entry.file_size for entry in archive.infolist()), most)
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
        columns = sheet.columns(list(positions.values()), lines)
    except UnusualError:
        return None
    return Raw.complete(config.columns, dict(zip(positions, columns, strict=True)), lines)


def _texts(sheet: Sheet, line: npt.NDArray[np.int32]) -> list[str]:
    """The cells of one row as texts."""
    filled = sheet.cells.between(int(line[0]), int(line[0])).columns
    return [text[0].as_py() or "" for text in sheet.columns(list(range(int(filled.max()) + 1)), line)]


def _complete(config: SourceConfig, file: Path, most: int) -> Raw:
    refuse_bomb(file, most)
    book, path = CalamineWorkbook.from_path(str(file)), str(file)
    name = _named(book.sheet_names, config)
    if name is None:
        said, do = f"the workbook has no sheet {config.sheet!r}", f"its sheets: {', '.join(book.sheet_names)}"
        raise InputError(said, where=path, do=do)
    refuse_sprawl(file, name)
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


def refuse_bomb(file: Path, most: int) -> None:
    """What the complete reader needs to be safe: it unpacks each part to its end, whatever size the archive states.

    Raises:
        InputError: the workbook unpacks to more than `most` bytes, by what it states or by what really comes out.
        BadZipFile, zlib.error, NotImplementedError, RuntimeError: it is damaged, packed in an unknown way, or encrypted.
    """
    if not zipfile.is_zipfile(file):
        return
    with zipfile.ZipFile(file) as archive:
        entries = archive.infolist()
        _refuse_large(file, sum(entry.file_size for entry in entries), most)
        total = 0
        for entry in entries:
            entry.file_size = 2**62  # or the stream would end where the archive states
            with archive.open(entry) as stream:
                while block := stream.read(PIECE):
                    total += len(block)
                    _refuse_large(file, total, most)


def _refuse_large(file: Path, size: int, most: int) -> None:
    if size > most:
        said = f"the workbook unpacks to more than {most:,} bytes"
        raise InputError(said, where=str(file), do="split it")


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
