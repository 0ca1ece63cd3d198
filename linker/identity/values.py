"""Choosing values: rows grouped by identity, the best value of each group, the distinct values of each group.

Values are codes of a dictionary, -1 where a row has none. Rows stand in the order of their record ids, so 'the first row' is the smallest
record id.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numba as nb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Rows = npt.NDArray[np.int32]

NO_DAY = np.iinfo(np.int32).min

SLACK = (0, 5 * 366, 3 * 366, 0, 0)
"""Days by which a stated birth may miss the others before it contradicts them, by `BirthKind`: 'about 25' is off by up to five years, a
stated age by up to three (both as found in police records), a year or a date by none."""


class Grouped(NamedTuple):
    """Rows by group: group g owns `rows[start[g]:start[g + 1]]`, ascending; `of` is the group of each row."""

    rows: Rows
    start: Rows
    of: Rows

    @classmethod
    def by(cls, of: Rows, groups: int) -> Grouped:
        start = np.concatenate([[0], np.cumsum(np.bincount(of, minlength=groups))]).astype(np.int32)
        return cls(np.argsort(of, kind="stable").astype(np.int32), start, of)


@dataclass(frozen=True)
class Coded:
    """A text column as codes into its distinct values."""

    code: Rows
    values: pa.Array

    @classmethod
    def of(cls, column: Any) -> Coded:
        encoded = single(column).dictionary_encode()
        code = pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False).astype(np.int32)
        return cls(code, encoded.dictionary)


class Origin(NamedTuple):
    """Per group the row that a field's value came from (-1: it has none), and how many rows support it."""

    field: str
    row: Rows
    support: Rows


def single(column: Any) -> pa.Array:
    """A column as one array."""
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


_ROWS = nb.int32[::1]
_GROUPED = nb.types.NamedUniTuple(_ROWS, 3, Grouped)  # type: ignore[no-untyped-call]
_BEST = nb.types.UniTuple(_ROWS, 2)  # type: ignore[no-untyped-call]


@nb.njit(_BEST(_ROWS, nb.int64, _ROWS, _GROUPED), cache=True, nogil=True)
def best(code: Rows, distinct: int, day: Rows, grouped: Grouped) -> tuple[Rows, Rows]:
    """Per group the row of its best value and how many rows have that value; -1 and 0 where no row has one.

    Best is the value of most rows; ties go to the one seen last (`day`, NO_DAY if unknown), then to the first row.
    """
    groups = len(grouped.start) - 1
    chosen = np.full(groups, -1, np.int32)
    support = np.zeros(groups, np.int32)
    count = np.zeros(distinct, np.int32)
    latest = np.empty(distinct, np.int32)
    for g in range(groups):
        rows = grouped.rows[grouped.start[g] : grouped.start[g + 1]]
        for row in rows:
            c = code[row]
            if c >= 0:
                if count[c] == 0 or day[row] > latest[c]:
                    latest[c] = day[row]
                count[c] += 1
        for row in rows:
            c = code[row]
            if c < 0:
                continue
            better = count[c] > support[g]
            if count[c] == support[g] and chosen[g] >= 0:
                better = latest[c] > latest[code[chosen[g]]]
            if better:
                chosen[g] = row
                support[g] = count[c]
        for row in rows:
            if code[row] >= 0:
                count[code[row]] = 0
    return chosen, support


@nb.njit(_ROWS(nb.boolean[::1], _ROWS, _GROUPED), cache=True, nogil=True)
def newest(known: npt.NDArray[np.bool_], day: Rows, grouped: Grouped) -> Rows:
    """Per group the row that was seen last among those with a value, the first of equals; -1 where none has one."""
    groups = len(grouped.start) - 1
    chosen = np.full(groups, -1, np.int32)
    for g in range(groups):
        for row in grouped.rows[grouped.start[g] : grouped.start[g + 1]]:
            if known[row] and (chosen[g] < 0 or day[row] > day[chosen[g]]):
                chosen[g] = row
    return chosen


_BIRTH = nb.types.Tuple((_ROWS, _ROWS, nb.boolean[::1], _ROWS, _ROWS))  # type: ignore[no-untyped-call]


@nb.njit(_BIRTH(_ROWS, _ROWS, nb.int8[::1], _GROUPED), cache=True, nogil=True)
def births(
    first: Rows, last: Rows, kind: npt.NDArray[np.int8], grouped: Grouped
) -> tuple[Rows, Rows, npt.NDArray[np.bool_], Rows, Rows]:
    """Per group the days that all its birth intervals share, precise kinds first, and the row of the most precise.

    An interval that shares no day with those before it is left out; it is a conflict when the gap is more than its kind's `SLACK`. `first`
    is NO_DAY where unknown. Gives from, to, conflict, row (-1 if none is known) and the number of intervals that agree.
    """
    groups = len(grouped.start) - 1
    lower = np.full(groups, NO_DAY, np.int32)
    upper = np.full(groups, NO_DAY, np.int32)
    conflict = np.zeros(groups, np.bool_)
    source = np.full(groups, -1, np.int32)
    support = np.zeros(groups, np.int32)
    for g in range(groups):
        for precise in range(4, -1, -1):  # BirthKind, from DATE to UNKNOWN
            for row in grouped.rows[grouped.start[g] : grouped.start[g + 1]]:
                if kind[row] != precise or first[row] == NO_DAY:
                    continue
                if source[g] < 0:
                    lower[g], upper[g], source[g] = first[row], last[row], row
                gap = max(lower[g], first[row]) - min(upper[g], last[row])
                if gap > 0:
                    conflict[g] |= gap > SLACK[precise]
                    continue
                lower[g], upper[g] = max(lower[g], first[row]), min(upper[g], last[row])
                support[g] += 1
    return lower, upper, conflict, source, support


def distinct(keys: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The distinct keys, ascending. Sorting beats numpy's hashing `unique` tenfold here."""
    ordered = np.sort(keys)
    return ordered[np.concatenate([[True], ordered[1:] != ordered[:-1]])] if len(keys) else ordered


def distinct_lists(group: Rows, code: Rows, values: pa.Array, groups: int) -> pa.ListArray:
    """Per group the list of its distinct values (codes below 0 are none), in their own order: it depends on nothing but the group."""
    known = code >= 0
    width = max(len(values), 1)
    pairs = distinct(group[known].astype(np.int64) * width + code[known])
    owner, value = np.divmod(pairs, width)
    sizes = np.bincount(owner, minlength=groups)
    several = np.flatnonzero(sizes[owner] > 1)
    if len(several):
        codes, at = np.unique(value[several], return_inverse=True)
        rank = np.empty(len(codes), np.int64)
        rank[pc.sort_indices(values.take(pa.array(codes))).to_numpy()] = np.arange(len(codes))
        value[several] = value[several][np.lexsort((rank[at], owner[several]))]
    offsets = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), values.take(pa.array(value)))


def exploded(column: Any, of: Rows) -> tuple[Rows, Coded]:
    """A list column as (group per element, coded elements)."""
    lists = single(column)
    parents = pc.list_parent_indices(lists).to_numpy(zero_copy_only=False)
    return of[parents], Coded.of(pc.list_flatten(lists))


def best_values(field: str, coded: Coded, day: Rows, grouped: Grouped) -> tuple[pa.Array, Origin]:
    """Per group its best value (`best`), and where it came from."""
    row, support = best(coded.code, len(coded.values), day, grouped)
    return taken(coded, row), Origin(field, row, support)


def taken(coded: Coded, row: Rows) -> pa.Array:
    """The values of rows, null for row -1."""
    if len(coded.values) == 0:
        return pa.nulls(len(row), coded.values.type)
    return coded.values.take(pa.array(np.where(row >= 0, coded.code[row], 0), mask=row < 0))


def span(day: Rows, grouped: Grouped) -> tuple[Rows, Rows]:
    """Per group the first and the last known day; NO_DAY in the latter where none is known."""
    if len(day) == 0:
        return day, day
    ordered, start = day[grouped.rows], grouped.start[:-1]
    never = np.iinfo(np.int32).max
    first = np.minimum.reduceat(np.where(ordered == NO_DAY, never, ordered), start).astype(np.int32)
    return first, np.maximum.reduceat(ordered, start).astype(np.int32)
