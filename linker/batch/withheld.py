"""Tables without erased records: their rows, what else stands of them in rows of others, and their lines in the quarantine."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from linker.identity.values import single
from linker.registry.suppression import row_ids

WHOLE_ROW = ("name_typed", "rest")
"""Fields of a record that hold what the source row said about all its persons."""


def records_without(record: pa.Table, erased: NDArray[np.bool_]) -> pa.Table:
    """A RECORD table without some rows. Other persons of the same source rows lose the texts that name the erased ones."""
    if not erased.any():
        return record
    rows = row_ids(single(record["source"]), single(record["native_id"]))
    beside = pc.is_in(rows, value_set=rows.filter(pa.array(erased)))
    kept = pa.array(~erased)
    found = record.filter(kept)
    blank = single(beside).filter(kept)
    if not pc.any(blank).as_py():
        return found
    for name in WHOLE_ROW:
        at = found.column_names.index(name)
        found = found.set_column(at, name, pc.if_else(blank, None, single(found[name])))
    return found


def quarantine_without(quarantine: pa.Table, erased: Callable[[pa.Array], NDArray[np.bool_]]) -> pa.Table:
    """A QUARANTINE table without the rows of erased records; `erased` tells which record ids are."""
    if not quarantine.num_rows:
        return quarantine
    return quarantine.filter(pa.array(~erased(row_ids(single(quarantine["source"]), single(quarantine["native_id"])))))


def among(ids: Sequence[str]) -> Callable[[pa.Array], NDArray[np.bool_]]:
    """Whether a record id is one of these."""
    wanted = pa.array(ids, pa.string())
    return lambda found: np.asarray(pc.fill_null(pc.is_in(found, value_set=wanted), False))
