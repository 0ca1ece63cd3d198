"""Kernels on ascending lists of record numbers."""

from __future__ import annotations

import numpy as np
from numba import njit, types

_I4 = types.int32[::1]
_I8 = types.int64[::1]
_U8 = types.uint64[::1]
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
    """Writes what stands in both ascending lists into `out`, which has room for the shorter of them; returns how many."""
    if len(a) > len(b):
        a, b = b, a
    n, m = len(a), len(b)
    count = i = j = 0
    if m <= _GALLOP * n:
        while i < n and j < m:  # without a branch that a processor would have to guess
            x, y = a[i], b[j]
            out[count] = x
            count += x == y
            i += x <= y
            j += y <= x
        return count
    for i in range(n):
        x = a[i]
        step, low = 1, j
        while j < m and b[j] < x:
            low = j + 1
            j += step
            step *= 2
        size = min(j, m) - low
        while size > 0:
            half = size >> 1
            behind = b[low + half] < x
            low = low + half + 1 if behind else low
            size = size - half - 1 if behind else half
        j = low
        if j == m:
            break
        if b[j] == x:
            out[count] = x
            count += 1
    return count


@njit(types.int64(_I4, _U8, _I4), cache=True, nogil=True)
def intersect_set(a, members, out):  # type: ignore[no-untyped-def]
    """Writes those of an ascending list whose bit is set in `members` into `out`; returns how many."""
    count = 0
    for i in range(len(a)):
        x = np.int64(a[i])
        if len(out) == count:
            break
        out[count] = a[i]
        count += 1 if (members[x >> 6] >> np.uint64(x & 63)) & np.uint64(1) else 0
    return count


@njit(types.void(_I4, _U8), cache=True, nogil=True)
def mark(rows, members):  # type: ignore[no-untyped-def]
    """Sets the bits of some record numbers."""
    for i in range(len(rows)):
        x = np.int64(rows[i])
        members[x >> 6] |= np.uint64(1) << np.uint64(x & 63)


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
