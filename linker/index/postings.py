"""The key table of a snapshot: for every feature that a key may use, which records bear each of its values.

The batch builds groups of records that share a key and splits those that are too large by a further feature. The same groups are found here
the other way round: the records of one value, and where these are too many, their intersection with those of a further value.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numba import njit
from numpy.typing import NDArray

from linker.arrays import get_array, put_array
from linker.config.matching import Key
from linker.index.intersect import mark, position
from linker.matching.csr import Csr
from linker.matching.keys import Features

DENSE, SPARSE = 128, 2_000
"""A value is dense that more than one in DENSE records bear, and more than SPARSE of them."""
_THREADS = 2
_SMALL = 100_000
"""So few values are sorted sooner than a thread is started."""


@dataclass(frozen=True)
class Postings:
    """Values of feature f stand, ascending, in `values[first[f]:first[f + 1]]`; value v is borne by `rows[at[v]:at[v + 1]]`, ascending."""

    first: NDArray[np.int64]
    values: NDArray[np.int64]
    at: NDArray[np.int64]
    rows: NDArray[np.int32]
    sets: tuple[NDArray[np.int64], NDArray[np.uint64]] | None = field(default=None, repr=False, compare=False)
    """`dense`, once it was asked for"""

    @classmethod
    def of(cls, features: Features, names: Sequence[str]) -> Postings:
        """The postings of some features."""
        tables = [features.get(name) for name in names]
        if sum(len(table.values) for table in tables) < _SMALL:
            parts = [_invert(table) for table in tables]
        else:
            with ThreadPoolExecutor(_THREADS) as pool:
                parts = list(pool.map(_invert, tables))
        sizes = [len(values) for values, _, _ in parts]
        at = [np.zeros(1, np.int64), *(counts for _, counts, _ in parts)]
        return cls(
            np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
            np.concatenate([np.empty(0, np.int64), *(values for values, _, _ in parts)]),
            np.cumsum(np.concatenate(at)),
            np.concatenate([np.empty(0, np.int32), *(rows for _, _, rows in parts)]),
        )

    @classmethod
    def none(cls, names: Sequence[str]) -> Postings:
        """The postings of nobody."""
        return cls(
            np.zeros(len(names) + 1, np.int64), np.empty(0, np.int64), np.zeros(1, np.int64), np.empty(0, np.int32)
        )

    def dense(self, records: int) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
        """Values that a good share of all records bear, ascending, and for each the set of these records, one bit per record: what a list
        is cut with much sooner than with so long a list."""
        if self.sets is None:
            values = np.flatnonzero(np.diff(self.at) > max(records // DENSE, SPARSE)).astype(np.int64)
            sets = np.zeros((len(values), records // 64 + 1), np.uint64)
            for row, value in zip(sets, values.tolist(), strict=True):
                mark(self.rows[self.at[value] : self.at[value + 1]], row)
            object.__setattr__(self, "sets", (values, sets))
            return values, sets
        return self.sets

    def most_beside(self, wider: int, narrower: int, wanted: NDArray[np.int64]) -> int:
        """Of some values, the most records that bear one of them as a value of a wider feature and not of a narrower one; 0 if none do."""
        return int(_most_beside(self.first, self.values, self.at, (wider, narrower), wanted))

    def save(self, folder: Path) -> None:
        for name in ("first", "values", "at", "rows"):
            put_array(folder, f"key_{name}", getattr(self, name))

    @classmethod
    def open(cls, folder: Path) -> Postings:
        first, values, at, rows = (get_array(folder, f"key_{name}") for name in ("first", "values", "at", "rows"))
        return cls(first, values, at, rows)


def feature_names(keys: Sequence[Key]) -> tuple[str, ...]:
    """All features that the keys of a configuration start from or are refined by."""
    return tuple(sorted({f for key in keys for chain in (key.start, *key.refine) for f in chain}))


def _invert(table: Csr) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int32]]:
    """Distinct values, how many rows bear each, and these rows."""
    order = np.argsort(table.values, kind="stable")  # rows stay ascending within a value
    values = table.values[order]
    fresh = np.ones(len(values), dtype=bool)
    fresh[1:] = values[1:] != values[:-1]
    starts = np.flatnonzero(fresh)
    counts = np.diff(np.concatenate([starts, [len(values)]]))
    return values[fresh], counts.astype(np.int64), table.rows.astype(np.int32)[order]


@njit("i8(i8[::1], i8[::1], i8[::1], UniTuple(i8, 2), i8[::1])", cache=True, nogil=True)
def _most_beside(first, values, at, features, wanted):  # type: ignore[no-untyped-def]
    wide, narrow = features
    most = np.int64(0)
    for k in range(len(wanted)):
        one = position(values, first[wide], first[wide + 1], wanted[k])
        other = position(values, first[narrow], first[narrow + 1], wanted[k])
        size = at[one + 1] - at[one] if one >= 0 else np.int64(0)
        most = max(most, size - (at[other + 1] - at[other] if other >= 0 else np.int64(0)))
    return most
