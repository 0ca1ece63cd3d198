"""Where each cell of an Excel sheet's XML stands, found in one pass over the bytes.

Only what spreadsheets really write is understood: `<row r=…>`, `<c r=… s=… t=…>` with a `<v>` or an `<is><t>`. Anything else makes the
scan give up (`UNUSUAL`), and the caller takes a complete reader instead.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import IntEnum

import numba as nb
import numpy as np
import numpy.typing as npt

BYTES = nb.types.Array(nb.uint8, 1, "C", readonly=True)
UNUSUAL = -1


class Kind(IntEnum):
    """What stands between a cell's first and last byte."""

    PLAIN = 0  # text as it is
    ESCAPED = 1  # text with entities
    WHOLE = 2  # a whole number of at most 15 digits, as it is
    NUMBER = 3  # any other number
    SHARED = 4  # the number of a shared string
    TRUTH = 5  # 0 or 1


@dataclass(frozen=True)
class CellsFound:
    """One entry per filled cell, in the order of the sheet: its row (from 1), column (from 0), kind, style, first byte, length."""

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
    n = _scan_sheet(xml, rows, columns, kinds, styles, begins, lengths)
    if n == UNUSUAL:
        return None
    return CellsFound(rows[:n], columns[:n], kinds[:n], styles[:n], begins[:n], lengths[:n])


@nb.njit(nb.boolean(BYTES, nb.int64, BYTES), cache=True, nogil=True, inline="always")
def _at(xml, i, word):  # type: ignore[no-untyped-def]
    """Whether `word` stands at byte i."""
    if i + len(word) > len(xml):
        return False
    for k in range(len(word)):  # noqa: SIM110
        if xml[i + k] != word[k]:
            return False
    return True


_V, _IS, _T, _F = (np.frombuffer(w, np.uint8) for w in (b"</v>", b"</is>", b"</t>", b"</f>"))
_END_C, _ROW, _C, _DATA = (np.frombuffer(w, np.uint8) for w in (b"</c>", b"<row", b"<c ", b"<sheetData"))
_INLINE, _STR = (np.frombuffer(w, np.uint8) for w in (b"inlineStr", b"str"))
_END_DATA = np.frombuffer(b"</sheetData>", np.uint8)
_END_ROW = np.frombuffer(b"</row>", np.uint8)


@nb.njit(nb.int64(BYTES, nb.int64), cache=True, nogil=True)
def _next(xml, i):  # type: ignore[no-untyped-def]
    """The next '<' from byte i, or the end."""
    n = len(xml)
    while i < n and xml[i] != 60:
        i += 1
    return i


@nb.njit(
    nb.int64(BYTES, nb.int32[::1], nb.int16[::1], nb.int8[::1], nb.int32[::1], nb.int64[::1], nb.int32[::1]),
    cache=True,
    nogil=True,
)
def _scan_sheet(xml, rows, columns, kinds, styles, begins, lengths):  # type: ignore[no-untyped-def]  # noqa: PLR
    n, count, row = len(xml), 0, 0
    i = _next(xml, 0)
    while i < n and not _at(xml, i, _DATA):
        if i + 1 < n and xml[i + 1] == 33:  # '<!'
            return -1
        i = _next(xml, i + 1)
    while i < n and xml[i] != 62:
        i += 1
    if i >= n:
        return -1
    if xml[i - 1] == 47:  # '<sheetData/>': an empty sheet
        return 0
    column = -1
    while True:
        i = _next(xml, i + 1)
        if i >= n:
            return -1
        if _at(xml, i, _C):
            i += 2
            kind, style, has_column = 0, 0, False  # kind here: 0 number, 1 shared, 2 inline, 3 text, 4 truth, 5 error
            while True:  # attributes: space name="value"
                while i < n and xml[i] == 32:
                    i += 1
                if i + 3 >= n:
                    return -1
                if xml[i] == 62 or xml[i] == 47:
                    break
                name = xml[i]
                if xml[i + 1] != 61 or xml[i + 2] != 34:  # '="': one-letter names only (r, s, t)
                    i0 = i
                    while i < n and xml[i] != 61 and xml[i] != 62:
                        i += 1
                    if i + 1 >= n or xml[i] != 61 or xml[i + 1] != 34 or i - i0 < 2:
                        return -1
                    name = 0  # cm, vm, ph: no matter
                    i += 2
                else:
                    i += 3
                begin = i
                while i < n and xml[i] != 34:
                    i += 1
                if i >= n:
                    return -1
                if name == 114:  # r="AB12"
                    k, number = begin, 0
                    while k < i and 65 <= xml[k] <= 90:
                        number = number * 26 + (xml[k] - 64)
                        k += 1
                    line = 0
                    if k == begin or k - begin > 3 or k == i or i - k > 7:
                        return -1
                    while k < i:
                        if xml[k] < 48 or xml[k] > 57:
                            return -1
                        line = line * 10 + (xml[k] - 48)
                        k += 1
                    if line != row or number - 1 <= column:
                        return -1
                    column, has_column = number - 1, True
                elif name == 115:  # s="3"
                    style = 0
                    for k in range(begin, i):
                        if xml[k] < 48 or xml[k] > 57 or i - begin > 6:
                            return -1
                        style = style * 10 + (xml[k] - 48)
                elif name == 116:  # t="…"
                    size = i - begin
                    if size == 1:
                        c = xml[begin]
                        if c == 110:
                            kind = 0
                        elif c == 115:
                            kind = 1
                        elif c == 98:
                            kind = 4
                        elif c == 101:
                            kind = 5
                        else:
                            return -1
                    elif size == 9 and _at(xml, begin, _INLINE):
                        kind = 2
                    elif size == 3 and _at(xml, begin, _STR):
                        kind = 3
                    else:
                        return -1
                i += 1
            if not has_column or row == 0:
                return -1
            if xml[i] == 47:
                if xml[i + 1] != 62:
                    return -1
                i += 1
                continue
            first, last = -1, -1
            while True:  # what the cell holds: <f>, <v>, <is>
                if i + 1 >= n or xml[i] != 62 or xml[i + 1] != 60:
                    return -1
                i += 1
                if _at(xml, i, _END_C):
                    i += 3
                    break
                if i + 2 >= n:
                    return -1
                c = xml[i + 1]
                if c == 102:  # <f …>
                    while i < n and xml[i] != 62:
                        i += 1
                    if i < n and xml[i - 1] != 47:
                        i = _next(xml, i)
                        if not _at(xml, i, _F):
                            return -1
                        i += 3
                elif c == 118 and xml[i + 2] == 62:  # <v>
                    if first >= 0 or kind == 2:
                        return -1
                    first = i + 3
                    i = last = _next(xml, first)
                    if not _at(xml, i, _V):
                        return -1
                    i += 3
                elif c == 105 and kind == 2 and first < 0:  # <is><t>
                    i += 3
                    if i + 4 >= n or xml[i] != 62 or xml[i + 1] != 60 or xml[i + 2] != 116:
                        return -1
                    i += 3
                    if xml[i] != 62 and xml[i] != 32 and xml[i] != 47:
                        return -1
                    while i < n and xml[i] != 62:
                        i += 1
                    if i >= n:
                        return -1
                    if xml[i - 1] == 47:
                        first = last = i
                    else:
                        first = i + 1
                        i = last = _next(xml, first)
                        if not _at(xml, i, _T):
                            return -1
                        i += 3
                    i += 1
                    if not _at(xml, i, _IS):
                        return -1
                    i += 4
                else:
                    return -1
            if last <= first or kind == 5:  # blank, or an error such as #N/A
                continue
            if kind == 0:
                out = 2
                if last - first > 15 or (xml[first] == 48 and last - first > 1):
                    out = 3
                for k in range(first, last):
                    if xml[k] < 48 or xml[k] > 57:
                        out = 3
            elif kind == 1:
                out = 4
                for k in range(first, last):
                    if xml[k] < 48 or xml[k] > 57 or last - first > 9:
                        return -1
            elif kind == 4:
                out = 5
            else:
                out = 0
                for k in range(first, last):
                    if xml[k] == 38 or xml[k] == 13 or (xml[k] == 95 and k + 1 < last and xml[k + 1] == 120):
                        out = 1  # '&', a carriage return, '_x'
            if count >= len(rows) or last - first > 2**30:
                return -1
            rows[count], columns[count], kinds[count] = row, column, out
            styles[count], begins[count], lengths[count] = style, first, last - first
            count += 1
        elif _at(xml, i, _ROW):
            i += 4
            number = 0
            while i < n and xml[i] != 62:
                if xml[i] == 32 and i + 3 < n and xml[i + 1] == 114 and xml[i + 2] == 61 and xml[i + 3] == 34:
                    i += 4
                    number = 0
                    while i < n and 48 <= xml[i] <= 57 and number < 2**24:
                        number = number * 10 + (xml[i] - 48)
                        i += 1
                    if i >= n or xml[i] != 34:
                        return -1
                i += 1
            if number <= row:
                return -1
            row, column = number, -1
        elif _at(xml, i, _END_ROW):
            i += 5
        elif _at(xml, i, _END_DATA):
            return count
        else:
            return -1
