"""Records in groups, as sorted numbers: splitting groups by a further feature, and pairing the records of a group."""

from __future__ import annotations

import numba as nb
import numpy as np
import numpy.typing as npt
from numpy.typing import NDArray

from linker.matching.csr import Csr
from linker.matching.keys import mixed

Entries = npt.NDArray[np.uint64]
"""A record in a group: the bits of the group's key above, the row number below."""


def group(entries: Entries, cap: int, row_bits: int) -> tuple[NDArray[np.uint64], Entries, int]:
    """Pairs of the groups of at most `cap`, and the entries of the larger ones with how many groups these are. `entries` is sorted."""
    entries.sort()
    return _pair_groups(entries[: once(entries)], np.uint64(row_bits), cap)


@nb.njit("int64(uint64[:])", cache=True, nogil=True)
def once(entries: Entries) -> int:
    """Move the distinct values of a sorted array to its front; their number."""
    kept = 0
    for i in range(len(entries)):
        if kept == 0 or entries[kept - 1] != entries[i]:
            entries[kept] = entries[i]
            kept += 1
    return kept


@nb.njit("uint64(uint64, uint64, uint64)", cache=True, nogil=True)
def _entry(key: np.uint64, row: np.uint64, row_bits: np.uint64) -> np.uint64:
    """Key and row in one sortable number: the row in the low bits, as much of the spread key as fits above. Two keys that share
    those bits by chance only cost a needless comparison."""
    spread = (key ^ (key >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
    return (spread << row_bits) | row


@nb.njit("uint64[:](uint64[:], int64[:], uint64)", cache=True, nogil=True)
def pack(keys: NDArray[np.uint64], rows: NDArray[np.int64], row_bits: np.uint64) -> Entries:
    """The entries of (key, row) pairs."""
    entries = np.empty(len(keys), dtype=np.uint64)
    for i in range(len(keys)):
        entries[i] = _entry(keys[i], np.uint64(rows[i]), row_bits)
    return entries


BLOCK = 64
"""So many records are fetched from memory at once: the processor waits for all of them together instead of for one after the other."""
FEW = 2
"""A feature with at most so many values per record is looked up in a table of that width, which is kinder to the processor's cache."""


def split(entries: Entries, feature: Csr, salt: int, row_bits: int) -> Entries:
    """Every entry split by each value that its record has in a further feature; records without a value drop out."""
    most = int(feature.counts.max(initial=0))
    if most <= FEW and feature.values.max(initial=0) < 2**31 and feature.values.min(initial=0) >= 0:
        table = np.full((len(feature), FEW), -1, dtype=np.int32)
        rows = feature.rows
        table[rows, np.arange(len(rows)) - feature.offsets[rows]] = feature.values
        return _split_by_few(entries, table, np.uint64(salt), np.uint64(row_bits))
    return _split_by_many(entries, feature.offsets, feature.values, np.uint64(salt), np.uint64(row_bits), most)


@nb.njit("uint64[:](uint64[:], int32[:, :], uint64, uint64)", cache=True, nogil=True)
def _split_by_few(entries: Entries, table: NDArray[np.int32], salt: np.uint64, row_bits: np.uint64) -> Entries:
    mask = (np.uint64(1) << row_bits) - np.uint64(1)
    out = np.empty(len(entries) * table.shape[1], dtype=np.uint64)
    at = 0
    for i in range(len(entries)):
        row = entries[i] & mask
        for k in range(table.shape[1]):
            value = table[row, k]
            if value >= 0:
                out[at] = _entry(mixed(entries[i] >> row_bits, np.uint64(value), salt), row, row_bits)
                at += 1
    return out[:at]


@nb.njit("uint64[:](uint64[:], int64[:], int64[:], uint64, uint64, int64)", cache=True, nogil=True)
def _split_by_many(
    entries: Entries,
    offsets: NDArray[np.int64],
    values: NDArray[np.int64],
    salt: np.uint64,
    row_bits: np.uint64,
    most: int,
) -> Entries:
    mask = (np.uint64(1) << row_bits) - np.uint64(1)
    out = np.empty(len(entries) * most, dtype=np.uint64)  # memory that is never written to is never taken
    if len(values) == 0:
        return out[:0]
    first, last, one = np.empty(BLOCK, np.int64), np.empty(BLOCK, np.int64), np.empty(BLOCK, np.int64)
    at = 0
    for begin in range(0, len(entries), BLOCK):
        size = min(BLOCK, len(entries) - begin)
        for i in range(size):
            row = entries[begin + i] & mask
            first[i], last[i] = offsets[row], offsets[row + np.uint64(1)]
        for i in range(size):
            one[i] = values[min(first[i], len(values) - 1)]
        for i in range(size):
            key, row = entries[begin + i] >> row_bits, entries[begin + i] & mask
            for k in range(first[i], last[i]):
                value = one[i] if k == first[i] else values[k]
                out[at] = _entry(mixed(key, np.uint64(value), salt), row, row_bits)
                at += 1
    return out[:at]


@nb.njit("int64(uint64[:], int64, uint64)", cache=True, nogil=True)
def _group_end(packed: NDArray[np.uint64], start: int, row_bits: np.uint64) -> int:
    key = packed[start] >> row_bits
    end = start + 1
    while end < len(packed) and packed[end] >> row_bits == key:
        end += 1
    return end


@nb.njit("Tuple((uint64[:], uint64[:], int64))(uint64[:], uint64, int64)", cache=True, nogil=True)
def _pair_groups(entries: Entries, row_bits: np.uint64, cap: int) -> tuple[NDArray[np.uint64], Entries, int]:
    mask = (np.uint64(1) << row_bits) - np.uint64(1)
    total, large, groups, start = 0, 0, 0, 0
    while start < len(entries):  # first pass: how much room is needed
        end = _group_end(entries, start, row_bits)
        size = end - start
        if size <= cap:
            total += size * (size - 1) // 2
        else:
            large += size
            groups += 1
        start = end
    pairs = np.empty(total, dtype=np.uint64)
    big = np.empty(large, dtype=np.uint64)
    at, big_at, start = 0, 0, 0
    while start < len(entries):
        end = _group_end(entries, start, row_bits)
        if end - start <= cap:
            for i in range(start, end):
                for j in range(i + 1, end):
                    pairs[at] = ((entries[i] & mask) << row_bits) | (entries[j] & mask)
                    at += 1
        else:
            big[big_at : big_at + end - start] = entries[start:end]
            big_at += end - start
        start = end
    return pairs, big, groups


@nb.njit("uint64[:](uint64[:], uint64, int64)", cache=True, nogil=True)
def window(entries: Entries, row_bits: np.uint64, reach: int) -> NDArray[np.uint64]:
    """Each record with the `reach` that follow it in its group (ascending record id: neighbours are often of one source and time)."""
    mask = (np.uint64(1) << row_bits) - np.uint64(1)
    pairs = np.empty(len(entries) * reach, dtype=np.uint64)
    at = 0
    for i in range(len(entries)):
        for j in range(i + 1, min(i + reach + 1, len(entries))):
            if entries[j] >> row_bits != entries[i] >> row_bits:
                break
            pairs[at] = ((entries[i] & mask) << row_bits) | (entries[j] & mask)
            at += 1
    return pairs[:at]
