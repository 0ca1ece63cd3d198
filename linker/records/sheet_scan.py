"""Where each cell of an Excel sheet's XML stands, found in one pass over the bytes.

Only what spreadsheet programs really write is understood: `<row r="7">`, `<c r="B7" s="1" t="str">` with a `<v>` or an `<is><t>`. At
anything else the scan gives up, and the caller takes a complete reader instead.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import IntEnum
from typing import Any

import numba as nb
import numpy as np
import numpy.typing as npt

types: Any = nb.types  # numba has no annotations
BYTES = types.Array(nb.uint8, 1, "C", readonly=True)
GIVE_UP = -1
LESS, GREATER, SLASH, SPACE, QUOTE, EQUALS, BANG, AMPERSAND = (ord(c) for c in '<>/ "=!&')
ZERO, NINE, A, Z = (ord(c) for c in "09AZ")


class Kind(IntEnum):
    """What stands between a cell's first and last byte."""

    PLAIN = 0  # text as it is
    ESCAPED = 1  # text with entities
    WHOLE = 2  # a whole number of at most 15 digits, as it is
    NUMBER = 3  # any other number
    SHARED = 4  # the number of a shared string
    TRUTH = 5  # 0 or 1


class Type(IntEnum):
    """A cell's attribute t."""

    NUMBER = 0
    SHARED = 1
    INLINE = 2
    TEXT = 3
    TRUTH = 4
    ERROR = 5


# kernels know plain constants only
_NUMBER, _SHARED, _INLINE, _TEXT, _TRUTH, _ERROR = (int(t) for t in Type)
_PLAIN_KIND, _ESCAPED_KIND, _WHOLE_KIND, _NUMBER_KIND, _SHARED_KIND, _TRUTH_KIND = (int(k) for k in Kind)


@dataclass(frozen=True)
class CellsFound:
    """One entry per filled cell, in the order of the sheet: row (from 1), column (from 0), kind, style, first byte, length."""

    rows: npt.NDArray[np.int32]
    columns: npt.NDArray[np.int16]
    kinds: npt.NDArray[np.int8]
    styles: npt.NDArray[np.int32]
    begins: npt.NDArray[np.int64]
    lengths: npt.NDArray[np.int32]

    def at(self, chosen: npt.NDArray[np.bool_] | npt.NDArray[np.intp] | slice) -> CellsFound:
        """Some of the cells, by mask, positions or slice."""
        return CellsFound(*(getattr(self, f.name)[chosen] for f in fields(self)))

    def between(self, first: int, last: int) -> CellsFound:
        """The cells of the rows from `first` to `last`."""
        begin, end = np.searchsorted(self.rows, [first, last + 1])
        return self.at(slice(begin, end))


def scan_sheet(xml: npt.NDArray[np.uint8], room: int) -> CellsFound | None:
    """All filled cells (at most `room`); None where the sheet holds something this scan does not know."""
    rows, columns, kinds = np.empty(room, np.int32), np.empty(room, np.int16), np.empty(room, np.int8)
    styles, begins, lengths = np.empty(room, np.int32), np.empty(room, np.int64), np.empty(room, np.int32)
    count = _scan(xml, rows, columns, kinds, styles, begins, lengths)
    if count == GIVE_UP:
        return None
    return CellsFound(rows, columns, kinds, styles, begins, lengths).at(slice(count))


def word(text: str) -> npt.NDArray[np.uint8]:
    return np.frombuffer(text.encode(), np.uint8)


SHEET_DATA, END_DATA, ROW, END_ROW = word("<sheetData"), word("</sheetData>"), word("<row "), word("</row>")
CELL, END_CELL, VALUE, END_VALUE = word("<c "), word("</c>"), word("<v>"), word("</v>")
INLINE, END_INLINE, END_TEXT, END_FORMULA = word("<is><t"), word("</is>"), word("</t>"), word("</f>")
TYPE_INLINE, TYPE_TEXT = word("inlineStr"), word("str")


@nb.njit(nb.boolean(BYTES, nb.int64, BYTES), cache=True, nogil=True)
def stands(xml, i, what):  # type: ignore[no-untyped-def]
    """Whether `what` stands at byte i."""
    if i + len(what) > len(xml):
        return False
    for k in range(len(what)):  # noqa: SIM110  a generator does not compile
        if xml[i + k] != what[k]:
            return False
    return True


@nb.njit(nb.int64(BYTES, nb.int64, nb.uint8), cache=True, nogil=True)
def find(xml, i, byte):  # type: ignore[no-untyped-def]
    """Where `byte` stands next, from i; the end of the text if nowhere."""
    while i < len(xml) and xml[i] != byte:
        i += 1
    return i


@nb.njit(nb.int64(BYTES, nb.int64, nb.int64), cache=True, nogil=True)
def _digits(xml, begin, end):  # type: ignore[no-untyped-def]
    """The number written from begin to end, of at most nine digits, or GIVE_UP."""
    if end <= begin or end - begin > 9:
        return GIVE_UP
    number = 0
    for k in range(begin, end):
        if xml[k] < ZERO or xml[k] > NINE:
            return GIVE_UP
        number = number * 10 + (xml[k] - ZERO)
    return number


@nb.njit(nb.int64(BYTES, nb.int64, nb.int64, nb.int64), cache=True, nogil=True)
def _column(xml, begin, end, row):  # type: ignore[no-untyped-def]
    """The column (from 0) of a reference such as AB12 in the given row, or GIVE_UP."""
    k, number = begin, 0
    while k < end and A <= xml[k] <= Z:
        number = number * 26 + (xml[k] - A + 1)
        k += 1
    return number - 1 if 0 < k - begin <= 3 and number <= 16_384 and _digits(xml, k, end) == row else GIVE_UP


@nb.njit(nb.int64(BYTES, nb.int64, nb.int64), cache=True, nogil=True)
def _type(xml, begin, end):  # type: ignore[no-untyped-def]
    """The `Type` written from begin to end, or GIVE_UP."""
    if end - begin == 1:
        for letter, code in ((110, _NUMBER), (115, _SHARED), (98, _TRUTH), (101, _ERROR)):  # n, s, b, e
            if xml[begin] == letter:
                return code
    elif end - begin == 9 and stands(xml, begin, TYPE_INLINE):
        return _INLINE
    elif end - begin == 3 and stands(xml, begin, TYPE_TEXT):
        return _TEXT
    return GIVE_UP


@nb.njit(types.UniTuple(nb.int64, 4)(BYTES, nb.int64, nb.int64), cache=True, nogil=True)
def _attributes(xml, i, row):  # type: ignore[no-untyped-def]
    """(byte of the '>' or '/' that ends the tag, or GIVE_UP; column, or GIVE_UP; style; type)"""
    failed = (GIVE_UP, GIVE_UP, 0, 0)
    column, style, kind = GIVE_UP, 0, _NUMBER
    while True:
        while i < len(xml) and xml[i] == SPACE:
            i += 1
        if i + 1 >= len(xml):
            return failed
        if xml[i] in (GREATER, SLASH):
            return (i, column, style, kind)
        name, begin = xml[i], find(xml, i, QUOTE) + 1
        end = find(xml, begin, QUOTE)
        if end >= len(xml) or xml[begin - 2] != EQUALS:
            return failed
        if begin - i > 3:
            name = 0  # cm, vm and ph do not matter here
        if name == 114:  # r
            column = _column(xml, begin, end, row)
        elif name == 115:  # s
            style = _digits(xml, begin, end)
        elif name == 116:  # t
            kind = _type(xml, begin, end)
        if min(style, kind) == GIVE_UP:
            return failed
        i = end + 1


@nb.njit(types.UniTuple(nb.int64, 3)(BYTES, nb.int64, nb.int64), cache=True, nogil=True)
def _content(xml, i, kind):  # type: ignore[no-untyped-def]  # noqa: PLR0911, PLR0912  one grammar rule
    """After a cell's opening tag: (byte after `</c>`, or GIVE_UP; first byte of its value; byte after its value)"""
    failed, first, last = (GIVE_UP, 0, 0), 0, 0
    while True:
        if stands(xml, i, END_CELL):
            return (i + len(END_CELL), first, last)
        if stands(xml, i, VALUE) and first == 0 and kind != _INLINE:
            first = i + len(VALUE)
            last = find(xml, first, LESS)
            if not stands(xml, last, END_VALUE):
                return failed
            i = last + len(END_VALUE)
        elif stands(xml, i, INLINE) and first == 0 and kind == _INLINE:
            i = find(xml, i + len(INLINE), GREATER)
            if i >= len(xml):
                return failed
            first = last = i + 1
            if xml[i - 1] != SLASH:
                last = find(xml, first, LESS)
                if not stands(xml, last, END_TEXT):
                    return failed
                i = last + len(END_TEXT) - 1
            if not stands(xml, i + 1, END_INLINE):
                return failed
            i += 1 + len(END_INLINE)
        elif i + 2 < len(xml) and xml[i] == LESS and xml[i + 1] == 102:  # <f
            i = find(xml, i, GREATER)
            if i < len(xml) and xml[i - 1] != SLASH:
                i = find(xml, i, LESS)
                if not stands(xml, i, END_FORMULA):
                    return failed
                i += len(END_FORMULA) - 1
            i += 1
        else:
            return failed


@nb.njit(nb.int64(BYTES, nb.int64, nb.int64, nb.int64), cache=True, nogil=True)
def _kind(xml, first, last, kind):  # type: ignore[no-untyped-def]
    """The `Kind` of the value from first to last in a cell of the given `Type`, or GIVE_UP."""
    if kind == _TRUTH:
        return _TRUTH_KIND
    if kind == _SHARED:
        return _SHARED_KIND if _digits(xml, first, last) != GIVE_UP else GIVE_UP
    if kind == _NUMBER:
        plain = last - first <= 15 and (xml[first] != ZERO or last - first == 1)
        for k in range(first, last):
            plain = plain and ZERO <= xml[k] <= NINE
        return _WHOLE_KIND if plain else _NUMBER_KIND
    for k in range(first, last):
        if xml[k] in (AMPERSAND, 13) or (xml[k] == 95 and k + 1 < last and xml[k + 1] == 120):  # CR, '_x000D_'
            return _ESCAPED_KIND
    return _PLAIN_KIND


@nb.njit(nb.int64(BYTES, nb.int64), cache=True, nogil=True)
def _row_number(xml, i):  # type: ignore[no-untyped-def]
    """The attribute r of the row tag whose attributes begin at byte i, or GIVE_UP."""
    end = find(xml, i, GREATER)
    while i + 3 < end:
        if xml[i - 1] == SPACE and xml[i] == 114 and xml[i + 1] == EQUALS and xml[i + 2] == QUOTE:
            return _digits(xml, i + 3, find(xml, i + 3, QUOTE))
        i += 1
    return GIVE_UP


@nb.njit(nb.int64(BYTES), cache=True, nogil=True)
def _sheet_data(xml):  # type: ignore[no-untyped-def]
    """The byte after the opening tag of the rows; the end of the text if there are none, or GIVE_UP."""
    i = find(xml, 0, LESS)
    while i < len(xml) and not stands(xml, i, SHEET_DATA):
        if i + 1 < len(xml) and xml[i + 1] == BANG:
            return GIVE_UP
        i = find(xml, i + 1, LESS)
    i = find(xml, i, GREATER)
    if i >= len(xml):
        return GIVE_UP
    return len(xml) if xml[i - 1] == SLASH else i + 1


@nb.njit(
    nb.int64(BYTES, nb.int32[::1], nb.int16[::1], nb.int8[::1], nb.int32[::1], nb.int64[::1], nb.int32[::1]),
    cache=True,
    nogil=True,
)
def _scan(xml, rows, columns, kinds, styles, begins, lengths):  # type: ignore[no-untyped-def]  # noqa: PLR0911, PLR0912
    """Fills the arrays; returns the number of filled cells, or GIVE_UP."""
    count, row, column = 0, 0, GIVE_UP
    i = _sheet_data(xml)
    if i == GIVE_UP or i == len(xml):
        return GIVE_UP if i == GIVE_UP else 0
    while True:
        if stands(xml, i, CELL):
            i, here, style, kind = _attributes(xml, i + len(CELL), row)
            if i == GIVE_UP or here <= column:
                return GIVE_UP
            column = here
            if xml[i] == SLASH:
                i += 2
                continue
            i, first, last = _content(xml, i + 1, kind)
            if i == GIVE_UP:
                return GIVE_UP
            if last == first or kind == _ERROR:  # blank, or an error such as #N/A
                continue
            meaning = _kind(xml, first, last, kind)
            if meaning == GIVE_UP or count >= len(rows) or last - first > 2**30:
                return GIVE_UP
            rows[count], columns[count], kinds[count] = row, column, meaning
            styles[count], begins[count], lengths[count] = style, first, last - first
            count += 1
        elif stands(xml, i, ROW):
            number = _row_number(xml, i + len(ROW))
            if number <= row:
                return GIVE_UP
            row, column = number, GIVE_UP
            i = find(xml, i, GREATER) + 1
        elif stands(xml, i, END_ROW):
            i += len(END_ROW)
        elif stands(xml, i, END_DATA):
            return count
        else:
            return GIVE_UP
