"""Which texts of a column hold twelve digits in a row: seen from their bytes, so that only those few are looked at closely."""

from __future__ import annotations

import re

import numba
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from linker.normalise.columns import Bools

SECTIONS = re.compile(r"[0-9]{1,3}(?:/[0-9]{1,3}){3,}")
"""Sections of law, '420/467/468/471': twelve digits that are no number."""

_DIGITS = 12
_SEPARATORS = 2
_OFFSETS = numba.types.Array(numba.int32, 1, "C", readonly=True)
_BYTES = numba.types.Array(numba.uint8, 1, "C", readonly=True)


def long_numbers(column: pa.Array) -> Bools:
    """Which texts hold twelve digits in a row."""
    if not len(column) or column.buffers()[2] is None:
        return np.zeros(len(column), dtype=np.bool_)
    offsets = np.frombuffer(column.buffers()[1], dtype=np.int32, count=len(column) + 1, offset=column.offset * 4)
    found: Bools = _scan(offsets, np.frombuffer(column.buffers()[2], dtype=np.uint8))
    held: Bools = found & column.is_valid().to_numpy(zero_copy_only=False)
    return held


@numba.njit(numba.boolean[::1](_OFFSETS, _BYTES), cache=True, nogil=True)
def _scan(offsets: npt.NDArray[np.int32], data: npt.NDArray[np.uint8]) -> Bools:
    rows = len(offsets) - 1
    found = np.zeros(rows, dtype=np.bool_)
    for row in range(rows):
        at, end = offsets[row], offsets[row + 1]
        if end - at < _DIGITS:
            continue
        digits = 0
        between = 0
        while at < end:
            byte = data[at]
            size = 1
            digit = 48 <= byte <= 57
            if byte >= 0xE0 and at + 2 < end:
                size = 3
                second, third = data[at + 1], data[at + 2]
                digit = (byte == 0xE0 and second == 0xA5 and 0xA6 <= third <= 0xAF) or (
                    byte == 0xEF and second == 0xBC and 0x90 <= third <= 0x99
                )
            if digit:
                digits += 1
                between = 0
                if digits == _DIGITS:
                    found[row] = True
                    break
            else:
                between += 1
                if between > _SEPARATORS:
                    digits = 0
            at += size
    return found
