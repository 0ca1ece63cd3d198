"""The numbers of a token that come of its sound: its keys, and from what keys of joined words are made, in one pass over its letters."""

from __future__ import annotations

import numpy as np
from numba import njit, types
from numba.np.numpy_support import from_dtype

from linker.names.kernel_types import I8, I8S, U1S
from linker.names.sounds import BASE, SALTS, Code, code_of, mixed
from linker.names.token_rows import TOKEN

_ROWS = from_dtype(TOKEN)[::1]
_U8 = types.uint64
_BASE = np.uint64(BASE)
_SALT = np.array([SALTS[code] for code in Code], np.uint64) * np.uint64(0xD6E8FEB86659FD93)
_SOUND, _REGIONAL, _LOOSE, _STRICT, _INNER, _PART, _INNER_PART = (
    int(c) for c in (Code.SOUND, Code.REGIONAL, Code.LOOSE, Code.STRICT, Code.INNER, Code.PART, Code.INNER_PART)
)


@njit(types.UniTuple(_U8, 2)(U1S, I8), cache=True, nogil=True)  # type: ignore[no-untyped-call]
def _polynomial(code, n):  # type: ignore[no-untyped-def]
    """The value of a code of n letters, and the base to the power of n."""
    value, power = np.uint64(0), np.uint64(1)
    for k in range(n):
        value = value * _BASE + np.uint64(code[k])
        power *= _BASE
    return value, power


@njit(I8(_U8, I8), cache=True, nogil=True, inline="always")
def _finished(value, code):  # type: ignore[no-untyped-def]
    return np.int64(mixed(value ^ _SALT[code]))


@njit(types.void(_ROWS, U1S, I8S), cache=True, nogil=True)
def fill_sounds(rows, data, offsets):  # type: ignore[no-untyped-def]
    """Fills the columns of lower-case Latin spellings; other letters are skipped."""
    longest = 0
    for k in range(len(rows)):
        longest = max(longest, offsets[k + 1] - offsets[k])
    code = np.empty(2 * longest + 16, np.uint8)
    for k in range(len(rows)):
        row, a, b = rows[k], offsets[k], offsets[k + 1]
        row.sound = _finished(_polynomial(code, code_of(data, a, b, _SOUND, code))[0], _SOUND)
        row.regional = _finished(_polynomial(code, code_of(data, a, b, _REGIONAL, code))[0], _REGIONAL)
        n = code_of(data, a, b, _LOOSE, code)
        row.loose = _finished(_polynomial(code, n)[0], _LOOSE)
        letters = np.uint32(0)
        for i in range(n):
            letters |= np.uint32(1) << np.uint32(code[i] & 31)
        row.letters = letters
        n = code_of(data, a, b, _STRICT, code)
        row.value = _polynomial(code, n)[0]
        row.strict = _finished(row.value, _STRICT)
        row.first, row.last = (code[0], code[n - 1]) if n else (np.uint8(0), np.uint8(0))
        row.inner, row.power = _polynomial(code, code_of(data, a, b, _INNER, code))
        n = code_of(data, a, b, _PART, code)
        row.part = _polynomial(code, n)[0]
        row.part_first, row.part_last = (code[0], code[n - 1]) if n else (np.uint8(0), np.uint8(0))
        row.part_inner, row.part_power = _polynomial(code, code_of(data, a, b, _INNER_PART, code))
