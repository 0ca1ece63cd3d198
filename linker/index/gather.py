"""Kernels that gather a few records of large columns and number their values anew."""

from __future__ import annotations

import numpy as np
from numba import njit, types
from numpy.typing import NDArray

from linker.matching.columns import NAME_FIELDS
from linker.matching.csr import Csr

_I4, _I8 = types.int32[::1], types.int64[::1]
_LISTS = types.Tuple((_I8, _I8))  # type: ignore[no-untyped-call]
_NAMES = types.UniTuple(_I4, len(NAME_FIELDS))  # type: ignore[no-untyped-call]


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
    sorted_already = True
    for k in range(1, len(values)):
        sorted_already &= values[k - 1] < values[k]
    if sorted_already and (len(values) == 0 or values[0] >= 0):
        return values.copy(), np.arange(len(values)).astype(np.int32)
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


@njit(types.Tuple((_I4, _I8))(_I4, _I8, _I4, _I8), cache=True, nogil=True)  # type: ignore[no-untyped-call]
def recoded(upper, rows, lower, lower_rows):  # type: ignore[no-untyped-def]
    """The codes that stand in some rows of a column and, behind them, in some of another, numbered anew in their order (-1: none); and the
    distinct codes, ascending."""
    n = len(rows)
    codes = np.empty(n + len(lower_rows), np.int64)
    for k in range(n):
        codes[k] = upper[rows[k]]
    for k in range(len(lower_rows)):
        codes[n + k] = lower[lower_rows[k]]
    size = 16
    while size < 2 * len(codes):
        size *= 2
    table, place = np.full(size, -1, np.int64), np.empty(size, np.int32)
    distinct, numbers = np.empty(len(codes), np.int64), np.full(len(codes), -1, np.int32)
    count = 0
    for k in range(len(codes)):
        if codes[k] >= 0:
            slot = _slot(table, codes[k])
            if table[slot] < 0:
                table[slot], place[slot], distinct[count] = codes[k], count, codes[k]
                count += 1
            numbers[k] = place[slot]
    order = np.argsort(distinct[:count])
    rank = np.empty(count, np.int32)
    for k in range(count):
        rank[order[k]] = k
    for k in range(len(codes)):
        if numbers[k] >= 0:
            numbers[k] = rank[numbers[k]]
    return numbers, distinct[:count][order]


@njit(types.int64(_LISTS, _I8, types.boolean[::1], _I8), cache=True, nogil=True)
def _lengths(lists, rows, used, offsets):  # type: ignore[no-untyped-def]
    """Writes where the lists of the used rows end, behind what `offsets` begins with; returns how many values these are."""
    for k in range(len(rows)):
        size = lists[0][rows[k] + 1] - lists[0][rows[k]] if used[k] else 0
        offsets[k + 1] = offsets[k] + size
    return offsets[len(rows)]


@njit(types.void(_LISTS, _I8, _I8, _I8), cache=True, nogil=True)
def _copy(lists, rows, offsets, values):  # type: ignore[no-untyped-def]
    """Writes the values of rows to where `offsets` says."""
    for k in range(len(rows)):
        start = lists[0][rows[k]] - offsets[k]
        for i in range(offsets[k], offsets[k + 1]):
            values[i] = lists[1][start + i]


@njit(_LISTS(_LISTS, _I8, _LISTS, _I8, types.boolean[::1]), cache=True, nogil=True)
def _stacked(upper, rows, lower, lower_rows, used):  # type: ignore[no-untyped-def]
    n = len(rows)
    offsets = np.zeros(len(used) + 1, np.int64)
    _lengths(upper, rows, used[:n], offsets[: n + 1])
    values = np.empty(_lengths(lower, lower_rows, used[n:], offsets[n:]), np.int64)
    _copy(upper, rows, offsets[: n + 1], values)
    _copy(lower, lower_rows, offsets[n:], values)
    return offsets, values


@njit(types.Tuple((_I4, _I8))(_NAMES, _LISTS, _I8, _NAMES, _LISTS, _I8, types.boolean[::1]), cache=True, nogil=True)  # type: ignore[no-untyped-call]
def names_of(upper, upper_aliases, rows, lower, lower_aliases, lower_rows, used):  # type: ignore[no-untyped-def]
    """The names that stand in some rows of several columns and, behind them, in some of others: column by column, then all aliases, and
    where those of each row begin. Rows that are not used have no name (-1) and no alias."""
    n, total = len(rows), len(used)
    offsets, aliases = _stacked(upper_aliases, rows, lower_aliases, lower_rows, used)
    wanted = np.full(len(upper) * total + len(aliases), -1, np.int32)
    for f in range(len(upper)):
        above, below = upper[f], lower[f]
        for k in range(n):
            if used[k]:
                wanted[f * total + k] = above[rows[k]]
        for k in range(n, total):
            if used[k]:
                wanted[f * total + k] = below[lower_rows[k - n]]
    wanted[len(upper) * total :] = aliases
    return wanted, offsets


def stacked(
    upper: Csr, rows: NDArray[np.int64], lower: Csr, lower_rows: NDArray[np.int64], used: NDArray[np.bool_]
) -> Csr:
    """Some rows of one table and, behind them, some of another; those that are not used are empty."""
    return Csr(*_stacked((upper.offsets, upper.values), rows, (lower.offsets, lower.values), lower_rows, used))
