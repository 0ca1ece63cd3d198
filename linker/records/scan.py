"""Where each row of a CSV text begins and ends, found in one pass over the bytes, and what is wrong with it.

The grammar is RFC 4180, with one liberty: a quote inside an unquoted cell is an ordinary character. After the quote that closes a cell only a
delimiter or the end of the line may stand; anything else means that quotes are out of step. Such a row ends with its first physical line and
reading goes on at the next line, so that one lost quote costs one row and not the rest of the file.
"""

from __future__ import annotations

from dataclasses import dataclass

import numba as nb
import numpy as np
import numpy.typing as npt

from linker.records.raw import Limits

NUL, HUGE_CELL, HUGE_ROW, QUOTES = 1, 2, 4, 8
"""Bits of `Scan.faults`."""
NO_QUOTE = -1
BYTES = nb.types.Array(nb.uint8, 1, "C", readonly=True)


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


def scan(text: npt.NDArray[np.uint8], start: int, line: int, form: tuple[int, int, int], limits: Limits) -> Scan:
    """The rows from byte `start`, which is on physical line `line`. `form`: delimiter, quote (or NO_QUOTE), cells of a sound row (-1: any)."""
    room = _line_ends(text, start) + 1
    begins, ends = np.empty(room, np.int64), np.empty(room, np.int64)
    lines, cells, faults = np.empty(room, np.int32), np.empty(room, np.int32), np.empty(room, np.uint8)
    delimiter, quote, width = form
    sizes = np.array([limits.cell_bytes, limits.row_bytes, limits.lines_per_row], np.int64)
    count, multiline = _scan(text, start, line, delimiter, quote, width, sizes, begins, ends, lines, cells, faults)
    return Scan(begins[:count], ends[:count], lines[:count], cells[:count], faults[:count], multiline)


@nb.njit(nb.int64(BYTES, nb.int64), cache=True, nogil=True)
def _line_ends(text: npt.NDArray[np.uint8], start: int) -> int:
    count = 0
    for i in range(start, len(text)):
        if text[i] == 10 or text[i] == 13:
            count += 1
    return count


@nb.njit(
    nb.types.Tuple((nb.int64, nb.boolean))(
        BYTES, *[nb.int64] * 5, nb.int64[::1], nb.int64[::1], nb.int64[::1], nb.int32[::1], nb.int32[::1], nb.uint8[::1]
    ),
    cache=True,
    nogil=True,
)
def _scan(text, start, line, delimiter, quote, width, sizes, begins, ends, lines, cells, faults):  # type: ignore[no-untyped-def]
    """Fills the arrays; returns the number of rows and whether a sound row spans several lines."""
    n, i, count, multiline = len(text), start, 0, False
    cell_limit, row_limit, line_limit = sizes[0], sizes[1], sizes[2]
    while i < n:
        begin, fault, width_here, breaks, second = i, 0, 1, 0, -1
        while True:  # one cell per turn
            cell = i
            if i < n and text[i] == quote:
                closed = False
                i += 1
                while i < n:
                    c = text[i]
                    if c == quote:
                        if i + 1 < n and text[i + 1] == quote:
                            i += 2
                            continue
                        closed = True
                        i += 1
                        break
                    if c == 10 or c == 13:
                        if c == 13 and i + 1 < n and text[i + 1] == 10:
                            i += 1
                        breaks += 1
                        if second < 0:
                            second = i + 1
                        if breaks > line_limit:
                            break
                    elif c == 0:
                        fault |= 1
                    i += 1
                if not closed or (i < n and text[i] != delimiter and text[i] != 10 and text[i] != 13):
                    fault |= 8
            else:
                while i < n and text[i] != delimiter and text[i] != 10 and text[i] != 13:
                    if text[i] == 0:
                        fault |= 1
                    i += 1
            if i - cell > cell_limit:
                fault |= 2
            if fault & 8 or i >= n or text[i] != delimiter:
                break
            width_here += 1
            i += 1
        if breaks > 0 and (fault & 8 or (width >= 0 and width_here != width)):
            # quotes out of step: only the first line is lost, the next one is read afresh
            fault, width_here, i, breaks = 8, 1, second, 1
        else:
            if fault & 8:
                while i < n and text[i] != 10 and text[i] != 13:
                    i += 1
            if i == begin:  # a blank line is not a row
                i += 2 if text[i] == 13 and i + 1 < n and text[i + 1] == 10 else 1
                line += 1
                continue
            if i < n:
                i += 2 if text[i] == 13 and i + 1 < n and text[i + 1] == 10 else 1
            breaks += 1
        if i - begin > row_limit:
            fault |= 4
        if breaks > 1 and fault == 0 and width_here == width:
            multiline = True
        begins[count], ends[count], lines[count] = begin, i, line
        cells[count], faults[count] = width_here, fault
        count += 1
        line += breaks
    return count, multiline


@nb.njit(nb.void(BYTES, nb.int64[::1], nb.int64[::1], nb.boolean[::1]), cache=True, nogil=True)
def _undecodable(text, begins, ends, out):  # type: ignore[no-untyped-def]
    for row in range(len(begins)):
        i, end, bad = begins[row], ends[row], False
        while i < end and not bad:
            c = text[i]
            if c < 0x80:
                i += 1
                continue
            low, high = 0x80, 0xBF
            if 0xC2 <= c <= 0xDF:
                more = 1
            elif 0xE0 <= c <= 0xEF:
                more = 2
                if c == 0xE0:
                    low = 0xA0
                elif c == 0xED:
                    high = 0x9F
            elif 0xF0 <= c <= 0xF4:
                more = 3
                if c == 0xF0:
                    low = 0x90
                elif c == 0xF4:
                    high = 0x8F
            else:
                bad = True
                break
            if i + more >= end:
                bad = True
                break
            if text[i + 1] < low or text[i + 1] > high:
                bad = True
                break
            for k in range(2, more + 1):
                if text[i + k] < 0x80 or text[i + k] > 0xBF:
                    bad = True
            i += more + 1
        out[row] = bad


def undecodable(text: npt.NDArray[np.uint8], found: Scan) -> npt.NDArray[np.bool_]:
    """Per row: its bytes are not UTF-8 (overlong forms, surrogates and cut characters included)."""
    out = np.zeros(len(found.begins), np.bool_)
    _undecodable(text, found.begins, found.ends, out)
    return out
