"""Kernels on ascending lists of record numbers."""

from __future__ import annotations

import numpy as np
from numba import njit, types

_I4 = types.int32[::1]
_I8 = types.int64[::1]
_PAIR = types.UniTuple(types.int64, 2)  # type: ignore[no-untyped-call]
_GALLOP = 8
"""A list so many times longer than the other is searched and not walked through."""


@njit(types.int64(_I8, types.int64, types.int64, types.int64), cache=True, nogil=True)
def position(values, low, high, wanted):  # type: ignore[no-untyped-def]
    """Where `wanted` stands in the ascending values[low:high], or -1."""
    end = high
    while low < high:
        middle = (low + high) // 2
        if values[middle] < wanted:
            low = middle + 1
        else:
            high = middle
    return low if low < end and values[low] == wanted else np.int64(-1)


@njit(_PAIR(_I8, types.int64), cache=True, nogil=True)
def begin_of(at, value):  # type: ignore[no-untyped-def]
    """Where the records of a value begin and end; nothing for value -1."""
    if value < 0:
        return np.int64(0), np.int64(0)
    return at[value], at[value + 1]


@njit(types.int64(_I4, _I4, _I4), cache=True, nogil=True)
def intersect(a, b, out):  # type: ignore[no-untyped-def]
    """Writes what stands in both ascending lists into `out`; returns how many."""
    if len(a) > len(b):
        a, b = b, a
    count = j = 0
    jump = len(b) > _GALLOP * len(a)
    for i in range(len(a)):
        x = a[i]
        if jump:
            step = 1
            low = j
            while j < len(b) and b[j] < x:
                low = j + 1
                j += step
                step *= 2
            high = min(j, len(b))
            while low < high:
                middle = (low + high) // 2
                if b[middle] < x:
                    low = middle + 1
                else:
                    high = middle
            j = low
        else:
            while j < len(b) and b[j] < x:
                j += 1
        if j == len(b):
            break
        if b[j] == x:
            out[count] = x
            count += 1
    return count


@njit(_PAIR(_I4, types.int64, types.int64), cache=True, nogil=True)
def cut(rows, place, each_side):  # type: ignore[no-untyped-def]
    """Which part of an ascending list holds the `each_side` neighbours before and behind number `place`."""
    low, high = 0, len(rows)
    while low < high:
        middle = (low + high) // 2
        if rows[middle] < place:
            low = middle + 1
        else:
            high = middle
    return max(np.int64(low) - each_side, np.int64(0)), min(np.int64(low) + each_side, np.int64(len(rows)))
