"""An ordinary xlsx workbook, read many times faster than cell by cell: spans of bytes become columns of text.

`open_fast` returns None, or a later step raises `UnusualError`, for whatever is not quite ordinary; `excel.py` then takes the
complete reader. Both give the same text (tests compare them).
"""

from __future__ import annotations

import datetime
import re
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from linker.records.cells import as_text, trimmed
from linker.records.shared_strings import MAIN, SHARED, shared_strings
from linker.records.sheet_scan import CellsFound, Kind, scan_sheet
from linker.records.spans import TooLargeError, UnusualError, gather, patched, unescaped

STYLES = "xl/styles.xml"
LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
EPOCH = datetime.datetime(1899, 12, 30)
DATE_FORMATS = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
"""Built-in number formats of dates and times (ECMA-376 part 1, 18.8.30)."""
LARGEST = 2**31 - 1
"""Bytes of a column of text."""


@dataclass(frozen=True)
class Sheet:
    """An ordinary sheet: its XML, its filled cells, and what their numbers mean."""

    xml: npt.NDArray[np.uint8]
    cells: CellsFound
    shared: pa.Array
    date_styles: frozenset[int]

    def lines(self) -> npt.NDArray[np.int32]:
        """Rows of the sheet that hold anything, from 1, ascending."""
        rows = self.cells.rows
        return rows[np.concatenate([[True], rows[1:] != rows[:-1]])] if len(rows) else rows

    def columns(self, positions: list[int], lines: npt.NDArray[np.int32], most: int = LARGEST) -> list[pa.Array]:
        """The texts of some columns at the given rows of the sheet (a run of `lines()`).

        Raises:
            UnusualError: a date or number that only the complete reader knows.
            TooLargeError: together they take more than `most` bytes; a small workbook can share a long text among a million cells.
        """
        if not len(lines):
            return [pa.nulls(0, pa.string()) for _ in positions]
        cells = self.cells.between(int(lines[0]), int(lines[-1]))
        order = np.argsort(cells.columns, kind="stable")
        edges = np.searchsorted(cells.columns[order], np.arange(max(positions) + 2))
        found: list[pa.Array] = []
        for p in positions:
            left = most - sum(column.nbytes for column in found)
            found.append(self._column(cells.at(order[edges[p] : edges[p + 1]]), lines, min(left, LARGEST)))
        return found

    def _column(self, mine: CellsFound, lines: npt.NDArray[np.int32], most: int) -> pa.Array:
        at = np.searchsorted(lines, mine.rows)
        dated = np.isin(mine.styles, list(self.date_styles)) & (mine.kinds >= Kind.WHOLE) & (mine.kinds <= Kind.NUMBER)
        direct = ((mine.kinds == Kind.PLAIN) | (mine.kinds == Kind.WHOLE)) & ~dated
        lengths, begins = np.zeros(len(lines), np.int32), np.zeros(len(lines), np.int64)
        lengths[at[direct]] = mine.lengths[direct]
        begins[at[direct]] = mine.begins[direct]
        text = gather(self.xml, begins, lengths)
        interpreted = [(dated, _date), *(((mine.kinds == k) & ~dated, m) for k, m in self._meanings().items())]
        for chosen, meaning in interpreted:
            if chosen.any():
                text = patched(text, at[chosen], self._texts(mine.at(chosen), meaning))
        shared = mine.kinds == Kind.SHARED
        if shared.any():
            text = patched(text, at[shared], self._shared(mine.at(shared), most))
        return trimmed(text)

    def _meanings(self) -> dict[Kind, Callable[[str], str | None]]:
        return {
            Kind.ESCAPED: unescaped,
            Kind.NUMBER: lambda text: as_text(_float(text)),
            Kind.TRUTH: lambda text: as_text(text == "1"),
        }

    def _texts(self, cells: CellsFound, meaning: Callable[[str], str | None]) -> pa.Array:
        """What the bytes of the cells mean; every distinct text is interpreted once."""
        raw = gather(self.xml, cells.begins, cells.lengths).dictionary_encode()
        return pa.array([meaning(t) for t in raw.dictionary.to_pylist()], pa.string()).take(raw.indices)

    def _shared(self, cells: CellsFound, most: int) -> pa.Array:
        numbers = gather(self.xml, cells.begins, cells.lengths).cast(pa.int32())
        if pc.max(numbers).as_py() >= len(self.shared):
            raise UnusualError
        if pc.sum(pc.binary_length(self.shared).cast(pa.int64()).take(numbers)).as_py() > most:
            raise TooLargeError
        return self.shared.take(numbers)


NOT_ORDINARY = (UnusualError, KeyError, ET.ParseError, ValueError, RuntimeError, zlib.error)
"""RuntimeError: the archive is encrypted or packed in an unknown way. zlib.error: it is damaged."""
ROOT = re.compile(rb'\s*(<\?xml [^>]*encoding="UTF-8"[^>]*\?>)?\s*<worksheet[ >]', re.IGNORECASE)


def open_fast(file: Path, sheet_name: str) -> Sheet | None:
    """The sheet, or None where the workbook is not quite ordinary."""
    try:
        with zipfile.ZipFile(file) as archive:
            parts = set(archive.namelist())
            content = archive.read(part_of(archive, sheet_name))
            shared = archive.read(SHARED) if SHARED in parts else b""
            styles = _date_styles(archive.read(STYLES)) if STYLES in parts else frozenset[int]()
        strings = shared_strings(shared)
    except NOT_ORDINARY:
        return None
    if not ROOT.match(content) or not _is_utf8(shared) or not _is_utf8(content):
        return None
    xml = np.frombuffer(content, np.uint8)
    cells = scan_sheet(xml, content.count(b"<c "))
    return None if cells is None else Sheet(xml, cells, strings, styles)


def _is_utf8(content: bytes) -> bool:
    offsets = pa.py_buffer(np.array([0, len(content)], np.int64))
    try:
        pa.Array.from_buffers(pa.large_binary(), 1, [None, offsets, pa.py_buffer(content)]).cast(pa.large_string())
    except pa.ArrowInvalid:
        return False
    return True


def _tree(content: bytes) -> ET.Element:
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise UnusualError
    return ET.fromstring(content)  # noqa: S314  no entities can be declared


def sheet_names(file: Path) -> list[str]:
    """The sheets of an xlsx in order; none where its own description is not ordinary."""
    try:
        with zipfile.ZipFile(file) as archive:
            book = _tree(archive.read("xl/workbook.xml"))
    except NOT_ORDINARY:
        return []
    return [sheet.get("name") or "" for sheet in book.iter(f"{MAIN}sheet")]


def part_of(archive: zipfile.ZipFile, sheet_name: str) -> str:
    """Where in the archive a sheet's XML stands.

    Raises:
        UnusualError, KeyError, ET.ParseError: the workbook's own description is not ordinary, or counts days from 1904.
    """
    book = _tree(archive.read("xl/workbook.xml"))
    properties = book.find(f"{MAIN}workbookPr")
    if properties is not None and properties.get("date1904", "0") not in ("0", "false"):
        raise UnusualError
    wanted = [s.get(LINK) for s in book.iter(f"{MAIN}sheet") if s.get("name") == sheet_name]
    targets = {r.get("Id"): r.get("Target", "") for r in _tree(archive.read("xl/_rels/workbook.xml.rels"))}
    if len(wanted) != 1:
        raise UnusualError
    target = targets[wanted[0]]
    return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"


def _date_styles(content: bytes) -> frozenset[int]:
    styles = _tree(content)
    custom = {int(f.get("numFmtId", "0")): f.get("formatCode", "") for f in styles.iter(f"{MAIN}numFmt")}
    formats = styles.find(f"{MAIN}cellXfs")
    ids = [int(x.get("numFmtId", "0")) for x in formats] if formats is not None else []
    return frozenset(n for n, i in enumerate(ids) if (_is_date(custom[i]) if i in custom else i in DATE_FORMATS))


def _is_date(code: str) -> bool:
    """A format code that shows days, months, years or times, leaving out what it quotes, escapes and puts in brackets."""
    if re.search(r"\[(h+|m+|s+)\]", code, re.IGNORECASE):
        raise UnusualError  # a duration
    return bool(
        re.search("[ymdhs]", re.sub(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.|General', "", code, flags=re.IGNORECASE), re.I)
    )


def _date(text: str) -> str | None:
    value = _float(text)
    if not 61 <= value < 2_958_466:  # before March 1900 Excel's calendar is wrong, and below 1 it is a time
        raise UnusualError
    seconds = round((value % 1) * 86_400)
    return as_text(EPOCH + datetime.timedelta(days=int(value), seconds=seconds))


def _float(text: str) -> float:
    if not re.fullmatch(r"-?\d+(\.\d+)?([eE][-+]?\d+)?", text, re.ASCII):
        raise UnusualError
    return float(text)
