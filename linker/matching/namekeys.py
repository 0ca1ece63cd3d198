"""From the keys of distinct names to the keys of records."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from linker.matching.csr import Csr
from linker.names.levels import KeyKind

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from linker.names.table import NameTable

INFORMATIVE_BITS = 5.0
"""A name token shared by more than one record in 2**5 is no start for a group, unless the name has nothing rarer."""


def keys_per_name(
    names: NameTable, *, informative: bool, loose: bool = False, numbers: NDArray[np.int64] | None = None
) -> Csr:
    """Strict and near (and `loose`) keys of every distinct name, or of those with the ascending `numbers`; with `informative` only its
    rarer tokens, or its rarest where all are common."""
    count = len(names) if numbers is None else len(numbers)
    if not count:
        return Csr(np.zeros(1, dtype=np.int64), np.empty(0, dtype=np.int64))
    keys = names.keys() if numbers is None else names.keys_of(numbers)
    chosen = (keys.kind < int(KeyKind.LOOSE)) | loose
    if informative:
        rarest = np.zeros(count, dtype=np.float32)
        np.maximum.at(rarest, keys.name_id, keys.bits)
        chosen &= (keys.bits >= INFORMATIVE_BITS) | (keys.bits >= rarest[keys.name_id] - 1e-3)
    return Csr.of_pairs(keys.name_id[chosen].astype(np.int64), keys.key[chosen].astype(np.int64), count)


Bearers = tuple["NDArray[np.int64]", "NDArray[np.int64]", int]
"""(row, name number) pairs in any order, and how many rows there are."""


def keys_of_bearers(
    names: NameTable, bearers: Bearers, *, informative: bool, loose: bool = False, only: NDArray[np.int64] | None = None
) -> Csr:
    """The keys of the names that each row bears. `only`: ascending, all names that occur, where the table holds many more."""
    rows, through, n = bearers
    per_name = keys_per_name(names, informative=informative, loose=loose, numbers=only)
    return expand(rows, through if only is None else np.searchsorted(only, through), per_name, n)


def expand(rows: NDArray[np.int64], through: NDArray[np.int64], table: Csr, n: int) -> Csr:
    """For (row, id) pairs, the values that `table` holds for each id, collected by row."""
    counts = table.counts[through]
    out_rows = np.repeat(rows, counts)
    starts = np.repeat(table.offsets[through] - (np.cumsum(counts) - counts), counts)
    values = table.values[starts + np.arange(len(out_rows), dtype=np.int64)]
    return Csr.of_pairs(out_rows, values, n)
