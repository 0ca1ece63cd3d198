"""Where each row of a CSV text begins and ends, found in one pass over the bytes, and what is wrong with it.

The grammar is RFC 4180, with one liberty: a quote inside an unquoted cell is an ordinary character. After the quote that
closes a cell only a delimiter or the end of the line may stand; anything else means that quotes are out of step. Such a row
ends with its first physical line and reading goes on at the next line, so one lost quote costs one row, not the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numba as nb
import numpy as np
import numpy.typing as npt

from linker.records.raw import Limits

NUL, HUGE_CELL, HUGE_ROW, QUOTES = 1, 2, 4, 8
"""Bits of `Scan.faults`."""
NO_QUOTE = -1
LF, CR = 10, 13
Bytes = npt.NDArray[np.uint8]
types: Any = nb.types  # numba has no annotations
BYTES = types.Array(nb.uint8, 1, "C", readonly=True)


@dataclass(frozen=True)
class Scan:
    """One entry per row: first byte, byte after its line end, physical line (from 1), number of cells, fault bits."""

    begins: npt.NDArray[np.int64]
    ends: npt.NDArray[np.int64]
    lines: npt.NDArray[np.int32]
    cells: npt.NDArray[np.int32]
    faults: npt.NDArray[np.uint8]
    multiline: bool
    """A sound row spans several physical lines."""


def scan(text: Bytes, start: int, line: int, form: tuple[int, int, int], limits: Limits) -> Scan:
    """The rows from byte `start`, which is on physical line `line`.

    `form` is: the delimiter, the quote (or NO_QUOTE), how many cells a sound row has (-1: any).
    """
    room = _line_ends(text, start) + 1
    begins, ends = np.empty(room, np.int64), np.empty(room, np.int64)
    lines, cells, faults = np.empty(room, np.int32), np.empty(room, np.int32), np.empty(room, np.uint8)
    sizes = np.array([limits.cell_bytes, limits.row_bytes, limits.lines_per_row], np.int64)
    count, multiline = _scan(text, start, line, np.array(form), sizes, begins, ends, lines, cells, faults)
    return Scan(begins[:count], ends[:count], lines[:count], cells[:count], faults[:count], multiline)


@nb.njit(nb.int64(BYTES, nb.int64), cache=True, nogil=True)
def _line_ends(text, start):  # type: ignore[no-untyped-def]
    """No fewer than the physical lines that end after byte `start`."""
    count = 0
    for i in range(start, len(text)):
        if text[i] in (LF, CR):
            count += 1
    return count


@nb.njit(nb.int64(BYTES, nb.int64), cache=True, nogil=True)
def _after_break(text, i):  # type: ignore[no-untyped-def]
    """The byte after the line end at i (LF, CR or both), or i where none stands."""
    if i < len(text) and text[i] == CR:
        i += 1
        return i + 1 if i < len(text) and text[i] == LF else i
    return i + 1 if i < len(text) and text[i] == LF else i


@nb.njit(types.UniTuple(nb.int64, 4)(BYTES, nb.int64, nb.int64, nb.int64, nb.int64), cache=True, nogil=True)
def _quoted(text, i, delimiter, quote, line_limit):  # type: ignore[no-untyped-def]
    """A cell from its opening quote at i: (byte after it, fault bits, line ends inside, byte after the first of them)"""
    fault, breaks, second = 0, 0, 0
    i += 1
    while i < len(text):
        c = text[i]
        if c == quote:
            i += 1
            if i >= len(text) or text[i] in (delimiter, LF, CR):
                return (i, fault, breaks, second)
            if text[i] != quote:
                break  # text after the closing quote
            i += 1
        elif c in (LF, CR):
            i = _after_break(text, i)
            breaks += 1
            second = i if breaks == 1 else second
            if breaks > line_limit:
                break
        else:
            if c == 0:
                fault |= NUL
            i += 1
    return (i, fault | QUOTES, breaks, second)


@nb.njit(
    types.Tuple((nb.int64, nb.boolean))(
        BYTES, nb.int64, nb.int64, nb.int64[::1], nb.int64[::1],
        nb.int64[::1], nb.int64[::1], nb.int32[::1], nb.int32[::1], nb.uint8[::1],
    ),
    cache=True,
    nogil=True,
)  # fmt: skip
def _scan(text, start, line, form, sizes, begins, ends, lines, cells, faults):  # type: ignore[no-untyped-def]  # noqa: PLR0912
    """Fills the arrays; returns the number of rows, and whether a sound row spans several lines."""
    delimiter, quote, width = form
    cell_limit, row_limit, line_limit = sizes
    i, count, multiline = start, 0, False
    while i < len(text):
        begin = i
        if text[i] in (LF, CR):  # a blank line is not a row
            i = _after_break(text, i)
            line += 1
            continue
        fault, found, breaks, second = 0, 0, 0, 0
        while True:  # one cell per turn
            cell = i
            found += 1
            if i < len(text) and text[i] == quote:
                i, more, inside, after = _quoted(text, i, delimiter, quote, line_limit - breaks)
                fault |= more
                second = after if breaks == 0 else second
                breaks += inside
            else:
                while i < len(text) and text[i] != delimiter and text[i] not in (LF, CR):
                    if text[i] == 0:
                        fault |= NUL
                    i += 1
            if i - cell > cell_limit:
                fault |= HUGE_CELL
            if fault & QUOTES or i >= len(text) or text[i] != delimiter:
                break
            i += 1
        if breaks > 0 and (fault & QUOTES or width not in (found, -1)):
            # quotes are out of step: only the first line is lost, the next one is read afresh
            fault, found, i, breaks = QUOTES, 1, second, 0
        else:
            while fault & QUOTES and i < len(text) and text[i] not in (LF, CR):
                i += 1
            i = _after_break(text, i)
            multiline = multiline or (breaks > 0 and fault == 0)
        if i - begin > row_limit:
            fault |= HUGE_ROW
        begins[count], ends[count], lines[count], cells[count], faults[count] = begin, i, line, found, fault
        count += 1
        line += breaks + 1
    return count, multiline


@nb.njit(types.UniTuple(nb.int64, 3)(nb.uint8), cache=True, nogil=True)
def _form(c):  # type: ignore[no-untyped-def]
    """Of a UTF-8 character by its first byte, 0x80 or above: (bytes that follow, or -1; least and greatest second byte)"""
    if 0xC2 <= c <= 0xDF:
        return (1, 0x80, 0xBF)
    if 0xE0 <= c <= 0xEF:  # E0: no overlong forms; ED: no surrogates
        return (2, 0xA0 if c == 0xE0 else 0x80, 0x9F if c == 0xED else 0xBF)
    if 0xF0 <= c <= 0xF4:  # F0: no overlong forms; F4: nothing beyond U+10FFFF
        return (3, 0x90 if c == 0xF0 else 0x80, 0x8F if c == 0xF4 else 0xBF)
    return (-1, 0, 0)


@nb.njit(nb.boolean(BYTES, nb.int64, nb.int64), cache=True, nogil=True)
def _is_utf8(text, i, end):  # type: ignore[no-untyped-def]
    while i < end:
        if text[i] < 0x80:
            i += 1
            continue
        more, least, greatest = _form(text[i])
        if more < 0 or i + more >= end or text[i + 1] < least or text[i + 1] > greatest:
            return False
        for k in range(i + 2, i + more + 1):
            if text[k] < 0x80 or text[k] > 0xBF:
                return False
        i += more + 1
    return True


@nb.njit(nb.void(BYTES, nb.int64[::1], nb.int64[::1], nb.boolean[::1]), cache=True, nogil=True)
def _undecodable(text, begins, ends, out):  # type: ignore[no-untyped-def]
    for row in range(len(begins)):
        out[row] = not _is_utf8(text, begins[row], ends[row])


def undecodable(text: Bytes, found: Scan) -> npt.NDArray[np.bool_]:
    """Per row: its bytes are not UTF-8 (overlong forms, surrogates and cut characters included)."""
    out = np.zeros(len(found.begins), np.bool_)
    _undecodable(text, found.begins, found.ends, out)
    return out


@nb.njit(nb.void(BYTES, nb.int64[::1], nb.int64[::1], nb.int64[::1], nb.boolean[::1]), cache=True, nogil=True)
def _blank(text, begins, ends, form, out):  # type: ignore[no-untyped-def]
    for row in range(len(begins)):
        i = begins[row]
        while i < ends[row] and (text[i] == form[0] or text[i] == form[1] or text[i] in (LF, CR, 9, 32)):
            i += 1
        out[row] = i == ends[row]


def blank(text: Bytes, found: Scan, delimiter: int, quote: int) -> npt.NDArray[np.bool_]:
    """Per row: all its cells are blank. Spreadsheets write such rows for every line that was formatted once."""
    out = np.zeros(len(found.begins), np.bool_)
    _blank(text, found.begins, found.ends, np.array([delimiter, quote], np.int64), out)
    out &= found.faults == 0
    return out
