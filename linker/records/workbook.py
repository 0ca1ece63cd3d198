"""An ordinary xlsx workbook, read many times faster than cell by cell: spans of bytes become columns of text.

`open_fast` returns None, or a later step raises `UnusualError`, for whatever is not quite ordinary; `excel.py` then takes the
complete reader. Both give the same text (tests compare them).
"""

from __future__ import annotations

import datetime
import html
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

import numba as nb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from linker.records.cells import as_text, trimmed
from linker.records.sheet_scan import BYTES, CellsFound, Kind, scan_sheet

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
EPOCH = datetime.datetime(1899, 12, 30)
DATE_FORMATS = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
"""Built-in number formats of dates and times (ECMA-376 part 1, 18.8.30)."""


class UnusualError(Exception):
    """The workbook holds something that only the complete reader knows."""


@dataclass(frozen=True)
class Sheet:
    """An ordinary sheet: its XML, its filled cells, and what their numbers mean."""

    xml: npt.NDArray[np.uint8]
    cells: CellsFound
    shared: list[str]
    date_styles: frozenset[int]

    def lines(self) -> npt.NDArray[np.int32]:
        """Rows of the sheet that hold anything, from 1, ascending."""
        rows = self.cells.rows
        return rows[np.concatenate([[True], rows[1:] != rows[:-1]])] if len(rows) else rows

    def columns(self, positions: list[int], lines: npt.NDArray[np.int32]) -> list[pa.Array]:
        """The texts of some columns at the given rows of the sheet (a run of `lines()`).

        Raises:
            UnusualError: a date or number that only the complete reader knows.
        """
        if not len(lines):
            return [pa.nulls(0, pa.string()) for _ in positions]
        cells = self.cells.between(int(lines[0]), int(lines[-1]))
        order = np.argsort(cells.columns, kind="stable")
        edges = np.searchsorted(cells.columns[order], np.arange(max(positions) + 2))
        return [self._column(cells.at(order[edges[p] : edges[p + 1]]), lines) for p in positions]

    def _column(self, mine: CellsFound, lines: npt.NDArray[np.int32]) -> pa.Array:
        at = np.searchsorted(lines, mine.rows)
        dated = np.isin(mine.styles, list(self.date_styles)) & (mine.kinds >= Kind.WHOLE) & (mine.kinds <= Kind.NUMBER)
        direct = ((mine.kinds == Kind.PLAIN) | (mine.kinds == Kind.WHOLE)) & ~dated
        lengths, begins = np.zeros(len(lines), np.int32), np.zeros(len(lines), np.int64)
        lengths[at[direct]] = mine.lengths[direct]
        begins[at[direct]] = mine.begins[direct]
        text = _gather(self.xml, begins, lengths)
        interpreted = [(dated, _date), *(((mine.kinds == k) & ~dated, m) for k, m in self._meanings().items())]
        for chosen, meaning in interpreted:
            if chosen.any():
                text = _patched(text, at[chosen], self._texts(mine.at(chosen), meaning))
        return trimmed(text)

    def _meanings(self) -> dict[Kind, Callable[[str], str | None]]:
        return {
            Kind.ESCAPED: _unescaped,
            Kind.NUMBER: lambda text: as_text(_float(text)),
            Kind.SHARED: lambda text: self.shared[int(text)] if int(text) < len(self.shared) else None,
            Kind.TRUTH: lambda text: as_text(text == "1"),
        }

    def _texts(self, cells: CellsFound, meaning: Callable[[str], str | None]) -> pa.Array:
        """What the bytes of the cells mean; every distinct text is interpreted once."""
        raw = _gather(self.xml, cells.begins, cells.lengths).dictionary_encode()
        return pa.array([meaning(t) for t in raw.dictionary.to_pylist()], pa.string()).take(raw.indices)


def open_fast(file: Path, sheet_name: str) -> Sheet | None:
    """The sheet, or None where the workbook is not quite ordinary."""
    try:
        with zipfile.ZipFile(file) as archive:
            part, parts = _part_of(archive, sheet_name), set(archive.namelist())
            shared = _shared(archive.read("xl/sharedStrings.xml")) if "xl/sharedStrings.xml" in parts else []
            styles = _date_styles(archive.read("xl/styles.xml")) if "xl/styles.xml" in parts else frozenset[int]()
            content = archive.read(part)
    except (UnusualError, KeyError, ET.ParseError, ValueError):
        return None
    if not re.match(rb'\s*(<\?xml [^>]*encoding="UTF-8"[^>]*\?>)?\s*<worksheet[ >]', content, re.IGNORECASE):
        return None
    xml = np.frombuffer(content, np.uint8)
    cells = scan_sheet(xml, content.count(b"<c "))
    return None if cells is None or not _is_utf8(content) else Sheet(xml, cells, shared, styles)


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


def _part_of(archive: zipfile.ZipFile, sheet_name: str) -> str:
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


def _shared(content: bytes) -> list[str]:
    """The shared strings; formatting runs are joined, phonetic hints left out."""
    strings = []
    for item in _tree(content):
        runs = [item.find(f"{MAIN}t"), *(run.find(f"{MAIN}t") for run in item.findall(f"{MAIN}r"))]
        strings.append(_hex_unescaped("".join(run.text or "" for run in runs if run is not None)))
    return strings


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


def _unescaped(text: str) -> str:
    return _hex_unescaped(html.unescape(text.replace("\r\n", "\n").replace("\r", "\n")))


def _hex_unescaped(text: str) -> str:
    return re.sub(r"_x([0-9A-Fa-f]{4})_", lambda m: chr(int(m[1], 16)), text) if "_x" in text else text


def _patched(text: pa.Array, at: npt.NDArray[np.intp], patch: pa.Array) -> pa.Array:
    mask = np.zeros(len(text), bool)
    mask[at] = True
    return pc.replace_with_mask(text, pa.array(mask), patch)


def _gather(xml: npt.NDArray[np.uint8], begins: npt.NDArray[np.int64], lengths: npt.NDArray[np.int32]) -> pa.Array:
    """Texts made of the given spans."""
    offsets = np.zeros(len(lengths) + 1, np.int64)
    np.cumsum(lengths, out=offsets[1:])
    if offsets[-1] >= 2**31:
        raise UnusualError
    data = np.empty(offsets[-1], np.uint8)
    _copy(xml, np.ascontiguousarray(begins), np.ascontiguousarray(lengths), data)
    buffers = [None, pa.py_buffer(offsets.astype(np.int32)), pa.py_buffer(data)]
    return pa.Array.from_buffers(pa.string(), len(lengths), buffers)


@nb.njit(nb.void(BYTES, nb.int64[::1], nb.int32[::1], nb.uint8[::1]), cache=True, nogil=True)
def _copy(xml, begins, lengths, data):  # type: ignore[no-untyped-def]
    at = 0
    for row in range(len(begins)):
        for k in range(lengths[row]):
            data[at + k] = xml[begins[row] + k]
        at += lengths[row]
