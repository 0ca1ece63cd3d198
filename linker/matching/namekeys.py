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


def keys_per_name(names: NameTable, *, informative: bool, loose: bool = False) -> Csr:
    """Strict and near (and `loose`) keys of every distinct name; with `informative` only its rarer tokens, or its rarest where all are
    common."""
    if not len(names):
        return Csr(np.zeros(1, dtype=np.int64), np.empty(0, dtype=np.int64))
    keys = names.keys()
    chosen = (keys.kind < int(KeyKind.LOOSE)) | loose
    if informative:
        rarest = np.zeros(len(names), dtype=np.float32)
        np.maximum.at(rarest, keys.name_id, keys.bits)
        chosen &= (keys.bits >= INFORMATIVE_BITS) | (keys.bits >= rarest[keys.name_id] - 1e-3)
    return Csr.of_pairs(keys.name_id[chosen].astype(np.int64), keys.key[chosen].astype(np.int64), len(names))


def expand(rows: NDArray[np.int64], through: NDArray[np.int64], table: Csr, n: int) -> Csr:
    """For (row, id) pairs, the values that `table` holds for each id, collected by row."""
    counts = table.counts[through]
    out_rows = np.repeat(rows, counts)
    starts = np.repeat(table.offsets[through] - (np.cumsum(counts) - counts), counts)
    values = table.values[starts + np.arange(len(out_rows), dtype=np.int64)]
    return Csr.of_pairs(out_rows, values, n)
