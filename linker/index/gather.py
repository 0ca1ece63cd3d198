"""Kernels that gather a few records of large columns and number their values anew."""

from __future__ import annotations

import numpy as np
from numba import njit, types
from numpy.typing import NDArray

from linker.matching.csr import Csr

_I4, _I8 = types.int32[::1], types.int64[::1]
_LISTS = types.Tuple((_I8, _I8))  # type: ignore[no-untyped-call]


@njit(types.int64(_I8, types.int64), cache=True, nogil=True, inline="always")
def _slot(table, value):  # type: ignore[no-untyped-def]
    """Where a value stands in an open-addressing table (-1: an empty place), or would go."""
    mask = len(table) - 1
    slot = np.int64((np.uint64(value) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(20)) & mask
    while table[slot] not in (-1, value):
        slot = (slot + 1) & mask
    return slot


@njit(types.Tuple((_I8, _I4))(_I8), cache=True, nogil=True)  # type: ignore[no-untyped-call]
def renumbered(values):  # type: ignore[no-untyped-def]
    """The distinct values that are not negative, ascending, and the place of every value among them (-1: negative)."""
    ordered = np.sort(values)
    count = 0
    for k in range(len(ordered)):
        if ordered[k] >= 0 and (count == 0 or ordered[count - 1] != ordered[k]):
            ordered[count] = ordered[k]
            count += 1
    distinct = ordered[:count].copy()
    numbers = np.full(len(values), -1, np.int32)
    for k in range(len(values)):
        wanted = values[k]
        if wanted < 0:
            continue
        low, high = 0, count
        while low < high:
            middle = (low + high) // 2
            if distinct[middle] < wanted:
                low = middle + 1
            else:
                high = middle
        numbers[k] = low
    return distinct, numbers


@njit(types.Tuple((_I8, _I8))(_I4, _I4, types.int64), cache=True, nogil=True)  # type: ignore[no-untyped-call]
def distinct_pairs(row, partner, records):  # type: ignore[no-untyped-def]
    """The distinct (row, record) pairs as row << 32 | record, ascending, and how often each stands there. Partners from `records` on are
    left out."""
    size = 16
    while size < 2 * len(row):
        size *= 2
    pairs, counts = np.full(size, -1, np.int64), np.zeros(size, np.int64)
    found = np.empty(len(row), np.int64)
    n = 0
    for k in range(len(row)):
        if partner[k] >= records:
            continue
        pair = np.int64(row[k]) << 32 | np.int64(partner[k])
        slot = _slot(pairs, pair)
        if pairs[slot] < 0:
            pairs[slot] = found[n] = pair
            n += 1
        counts[slot] += 1
    found = np.sort(found[:n])
    hits = np.empty(n, np.int64)
    for k in range(n):
        hits[k] = counts[_slot(pairs, found[k])]
    return found, hits


@njit(_LISTS(_LISTS, _I8, _LISTS, _I8), cache=True, nogil=True)
def _stacked(upper, rows, lower, lower_rows):  # type: ignore[no-untyped-def]
    n, m = len(rows), len(lower_rows)
    offsets = np.zeros(n + m + 1, np.int64)
    for k in range(n):
        offsets[k + 1] = offsets[k] + upper[0][rows[k] + 1] - upper[0][rows[k]]
    for k in range(m):
        offsets[n + k + 1] = offsets[n + k] + lower[0][lower_rows[k] + 1] - lower[0][lower_rows[k]]
    values = np.empty(offsets[n + m], np.int64)
    for k in range(n):
        start = upper[0][rows[k]]
        for i in range(offsets[k + 1] - offsets[k]):
            values[offsets[k] + i] = upper[1][start + i]
    for k in range(m):
        start = lower[0][lower_rows[k]]
        for i in range(offsets[n + k + 1] - offsets[n + k]):
            values[offsets[n + k] + i] = lower[1][start + i]
    return offsets, values


def stacked(upper: Csr, rows: NDArray[np.int64], lower: Csr, lower_rows: NDArray[np.int64]) -> Csr:
    """Some rows of one table and, behind them, some of another."""
    return Csr(*_stacked((upper.offsets, upper.values), rows, (lower.offsets, lower.values), lower_rows))
