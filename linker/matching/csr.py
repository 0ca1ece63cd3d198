"""Several values per row in two flat arrays (compressed sparse rows), the form that all kernels read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numba as nb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence

BLOCK = 64
"""So many pairs are fetched from memory at once: the processor waits for all of them together instead of for one after the other."""
MANY = 32
"""From so many values on, a row is sorted by a sort that does not grow with the square."""


@nb.njit("Tuple((int64[::1], int64[::1]))(int64[::1], int64[::1], int64)", cache=True, nogil=True)
def collect(rows: NDArray[np.int64], values: NDArray[np.int64], n: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(row, value) pairs dealt out to their rows, each row sorted, equal values of a row once. A row has few values as a rule, so that no
    sort of the whole is needed."""
    start = np.zeros(n + 1, dtype=np.int64)
    for k in range(len(rows)):
        start[rows[k] + 1] += 1
    for row in range(n):
        start[row + 1] += start[row]
    dealt = np.empty(len(rows), dtype=np.int64)
    end = start[:-1].copy()
    for k in range(len(rows)):
        dealt[end[rows[k]]] = values[k]
        end[rows[k]] += 1
    offsets = np.zeros(n + 1, dtype=np.int64)
    kept = 0
    for row in range(n):
        first, last = start[row], start[row + 1]
        if last - first > MANY:
            dealt[first:last] = np.sort(dealt[first:last])
        else:
            for i in range(first + 1, last):
                value, j = dealt[i], i
                while j > first and dealt[j - 1] > value:
                    dealt[j] = dealt[j - 1]
                    j -= 1
                dealt[j] = value
        begun = kept
        for i in range(first, last):
            if kept == begun or dealt[kept - 1] != dealt[i]:
                dealt[kept] = dealt[i]
                kept += 1
        offsets[row + 1] = kept
    return offsets, dealt[:kept].copy()


@nb.njit("Tuple((int64[::1], int64[::1]))(int64[::1])", cache=True, nogil=True)
def _one_each(values: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """A column as rows of one value; a negative one means none."""
    offsets, kept = np.empty(len(values) + 1, dtype=np.int64), np.empty(len(values), dtype=np.int64)
    count = offsets[0] = 0
    for k in range(len(values)):
        kept[count] = values[k]
        count += values[k] >= 0
        offsets[k + 1] = count
    return offsets, kept[:count].copy()


@dataclass(frozen=True)
class Csr:
    """Row i holds `values[offsets[i]:offsets[i + 1]]`. offsets: int64[n + 1]; values: any integer type."""

    offsets: NDArray[np.int64]
    values: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @property
    def counts(self) -> NDArray[np.int64]:
        return self.offsets[1:] - self.offsets[:-1]

    @property
    def rows(self) -> NDArray[np.int64]:
        """The row number of every value."""
        return np.repeat(np.arange(len(self), dtype=np.int64), self.counts)

    def take(self, rows: NDArray[np.int64]) -> Csr:
        """The same for some rows, in their order."""
        starts = self.offsets[rows]
        counts = self.offsets[rows + 1] - starts
        offsets = np.zeros(len(rows) + 1, dtype=np.int64)
        np.cumsum(counts, out=offsets[1:])
        at = np.repeat(starts - offsets[:-1], counts) + np.arange(offsets[-1])
        return Csr(offsets, self.values[at])

    @classmethod
    def of_pairs(cls, rows: NDArray[np.int64], values: NDArray[np.int64], n: int) -> Csr:
        """From (row, value) pairs in any order; equal values of one row are kept once, in ascending order."""
        offsets, flat = collect(np.ascontiguousarray(rows, np.int64), np.ascontiguousarray(values, np.int64), n)
        return cls(offsets, flat)

    @classmethod
    def empty(cls, n: int) -> Csr:
        """No value in any of n rows."""
        return cls(np.zeros(n + 1, dtype=np.int64), np.empty(0, dtype=np.int64))

    @classmethod
    def of_column(cls, values: NDArray[np.int64]) -> Csr:
        """One value per row; a negative value means none."""
        return cls(*_one_each(values))

    @classmethod
    def join(cls, parts: Sequence[Csr]) -> Csr:
        """All values of each row from several tables of the same rows."""
        if len(parts) == 1 or not any(len(p.values) for p in parts):
            return parts[0]
        rows = np.concatenate([p.rows for p in parts])
        values = np.concatenate([p.values for p in parts])
        return cls.of_pairs(rows, values, len(parts[0]))


@dataclass(frozen=True)
class Coded:
    """Text columns as integers from one dictionary. `counts[code]` is in how many rows the value stands."""

    dictionary: pa.Array
    counts: NDArray[np.int64]

    def rarity(self, rows: int) -> NDArray[np.float32]:
        """-log2 of the share of rows that bear each value."""
        if not len(self.counts):
            return np.empty(0, np.float32)
        share: NDArray[np.float32] = -np.log2(np.maximum(self.counts, 1) / max(rows, 1)).astype(np.float32)
        return share


def code_texts(columns: Sequence[pa.ChunkedArray]) -> tuple[list[NDArray[np.int32]], Coded]:
    """Text columns coded with one common dictionary; null becomes -1. Codes do not depend on the order of rows."""
    chunks = [c.combine_chunks() if isinstance(c, pa.ChunkedArray) else c for c in columns]
    whole = pa.concat_arrays([c.cast(pa.string()) for c in chunks])
    encoded = pc.dictionary_encode(whole)
    order = pc.array_sort_indices(encoded.dictionary).to_numpy()
    rank = np.empty(len(order) + 1, dtype=np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    rank[-1] = -1
    codes = rank[pc.fill_null(encoded.indices, len(order)).to_numpy(zero_copy_only=False)]
    counts = np.bincount(codes[codes >= 0], minlength=len(order)).astype(np.int64)
    ends = np.cumsum([len(c) for c in chunks])[:-1]
    return list(np.split(codes, ends)), Coded(encoded.dictionary.take(pa.array(order)), counts)


def code_lists(column: pa.ChunkedArray) -> tuple[NDArray[np.int64], NDArray[np.int64], pa.Array]:
    """(row, position in the flat values, flat texts) of a list column; nulls and empty lists have no rows."""
    lists = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    rows = pc.list_parent_indices(lists).to_numpy(zero_copy_only=False).astype(np.int64)
    return rows, np.arange(len(rows), dtype=np.int64), pc.list_flatten(lists)


@nb.njit("boolean[:](int64[:], int64[:], int32[:], int32[:])", cache=True, nogil=True)
def share_a_value(
    offsets: NDArray[np.int64], values: NDArray[np.int64], left: NDArray[np.int32], right: NDArray[np.int32]
) -> NDArray[np.bool_]:
    """Which pairs of rows have a value in common; the values of a row are ascending."""
    out = np.zeros(len(left), dtype=np.bool_)
    if len(values) == 0:
        return out
    start, end, first = np.empty((2, BLOCK), np.int64), np.empty((2, BLOCK), np.int64), np.empty((2, BLOCK), np.int64)
    for begin in range(0, len(left), BLOCK):
        size = min(BLOCK, len(left) - begin)
        for k in range(size):
            a, b = left[begin + k], right[begin + k]
            start[0, k], end[0, k] = offsets[a], offsets[a + 1]
            start[1, k], end[1, k] = offsets[b], offsets[b + 1]
        for k in range(size):
            first[0, k] = values[min(start[0, k], len(values) - 1)]
            first[1, k] = values[min(start[1, k], len(values) - 1)]
        for k in range(size):
            i, j, i_end, j_end = start[0, k], start[1, k], end[0, k], end[1, k]
            if i == i_end or j == j_end:
                continue
            x, y = first[0, k], first[1, k]
            while x != y:
                if x < y:
                    i += 1
                    if i == i_end:
                        break
                    x = values[i]
                else:
                    j += 1
                    if j == j_end:
                        break
                    y = values[j]
            out[begin + k] = x == y
    return out


@nb.njit("void(float32[:], int64[:], float32[:])", cache=True, nogil=True)
def raise_to(best: NDArray[np.float32], at: NDArray[np.int64], values: NDArray[np.float32]) -> None:
    """best[at[k]] becomes at least values[k]. (`np.maximum.at` does the same many times slower.)"""
    for k in range(len(at)):
        best[at[k]] = max(best[at[k]], values[k])


def shared_values(first: Csr, second: Csr, left: NDArray[np.int32], right: NDArray[np.int32]) -> NDArray[np.int64]:
    """How many values each row of one table has in common with each of another; the values of a row are ascending and distinct."""
    found: NDArray[np.int64] = _shared(first.offsets, first.values, second.offsets, second.values, left, right)
    return found


@nb.njit("int64[:](int64[:], int64[:], int64[:], int64[:], int32[:], int32[:])", cache=True, nogil=True)
def _shared(
    first_at: NDArray[np.int64],
    first: NDArray[np.int64],
    second_at: NDArray[np.int64],
    second: NDArray[np.int64],
    left: NDArray[np.int32],
    right: NDArray[np.int32],
) -> NDArray[np.int64]:
    out = np.zeros(len(left), dtype=np.int64)
    start, end, value = np.empty(BLOCK, np.int64), np.empty(BLOCK, np.int64), np.empty(BLOCK, np.int64)
    for begin in range(0, len(left), BLOCK):
        size = min(BLOCK, len(left) - begin)
        for k in range(size):
            start[k], end[k] = first_at[left[begin + k]], first_at[left[begin + k] + 1]
        for k in range(size):
            value[k] = first[start[k]] if start[k] < end[k] else 0
        for k in range(size):
            i, j = start[k], second_at[right[begin + k]]
            i_end, j_end = end[k], second_at[right[begin + k] + 1]
            x = value[k]
            while i < i_end and j < j_end:
                y = second[j]
                out[begin + k] += x == y
                j += y <= x
                if x <= y:
                    i += 1
                    x = first[i] if i < i_end else x
    return out
