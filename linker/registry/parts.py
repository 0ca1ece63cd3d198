"""Large tables in parts: what an earlier snapshot wrote stays one file that both share, beside what has come and what has gone since.

    record.parquet          as an earlier snapshot wrote it (a hard link: no copy, and each snapshot may be removed by itself)
    record.added.parquet    rows that have come since, or stand there with other values
    record.gone.parquet     keys of rows of the first file that no longer count

An update of a million records so writes only what it changes. Readers see one table, in the order of its key.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from linker.registry.files import MAPPED

ADDED, GONE = "added", "gone"
KEYS = {
    "record": ("record_id",), "person": ("record_id",), "crosswalk": ("record_id",), "identity": ("identity_id",),
    "edge": ("record_id_l", "record_id_r"), "review": ("record_id_l", "record_id_r"),
}  # fmt: skip
"""Tables that may be in parts, and what names a row."""


@dataclass(frozen=True)
class Part:
    """A table by what an earlier snapshot holds (`folder`), the rows added to that file, and the keys of its rows that are gone."""

    folder: Path
    added: pa.Table
    gone: pa.Table
    rows: int
    """of the whole table"""


def part_file(folder: Path, table: str, kind: str) -> Path:
    return folder / f"{table}.{kind}.parquet"


def in_parts(folder: Path, table: str) -> bool:
    """Whether a table stands in parts."""
    return part_file(folder, table, GONE).is_file()


def read_parts(folder: Path, table: str, columns: Sequence[str] | None, filters: Any) -> pa.Table:
    """A table in parts as one, ordered by its key."""
    keys = KEYS[table]
    wanted = None if columns is None else [*columns, *(k for k in keys if k not in columns)]
    base = pq.read_table(folder / f"{table}.parquet", columns=wanted, filters=filters, memory_map=MAPPED)
    added = pq.read_table(part_file(folder, table, ADDED), columns=wanted, filters=filters)
    gone = pq.read_table(part_file(folder, table, GONE))
    whole = merged(base, added, gone, keys)
    return whole if columns is None else whole.select(list(columns))


def merged(base: pa.Table, added: pa.Table, gone: pa.Table, keys: Sequence[str]) -> pa.Table:
    """Rows of `base` whose keys are not gone, and those added, by key."""
    kept = base.filter(pa.array(~among(base, gone, keys)))
    if not added.num_rows:
        return kept
    both = pa.concat_tables([kept, added.select(kept.column_names)])
    if len(keys) > 1:
        return both.sort_by([(k, "ascending") for k in keys])
    place = insertion_points(kept[keys[0]], added[keys[0]])
    order = np.insert(np.arange(kept.num_rows), place, kept.num_rows + np.arange(added.num_rows))
    return both.take(pa.array(order))


def among(table: pa.Table, gone: pa.Table, keys: Sequence[str]) -> NDArray[np.bool_]:
    """Which rows have the same values in the columns `keys` as some row of `gone`."""
    hit = np.ones(table.num_rows, np.bool_)
    for key in keys:
        hit &= np.asarray(pc.is_in(table[key], value_set=_whole(gone[key])))
    if len(keys) > 1 and hit.any():
        rows = np.flatnonzero(hit)
        named = set(zip(*(gone[k].to_pylist() for k in keys), strict=True))
        found = zip(*(table[k].take(pa.array(rows)).to_pylist() for k in keys), strict=True)
        hit[rows] = [pair in named for pair in found]
    return hit


def insertion_points(ascending: Any, values: Any) -> NDArray[np.int64]:
    """Where each text belongs in an ascending column."""
    texts = (_whole(column).to_numpy(zero_copy_only=False) for column in (ascending, values))
    found: NDArray[np.int64] = np.searchsorted(*texts).astype(np.int64)
    return found


def relation(folder: Path, table: str) -> str:
    """A table as SQL (DuckDB) that reads its files."""
    base = _quoted(folder / f"{table}.parquet")
    if not in_parts(folder, table):
        return f"SELECT * FROM read_parquet({base})"  # noqa: S608 - our own paths, quoted
    added, gone = (_quoted(part_file(folder, table, kind)) for kind in (ADDED, GONE))
    same = " AND ".join(f"gone.{key} = base.{key}" for key in KEYS[table])
    return (
        f"SELECT * FROM read_parquet({base}) AS base WHERE NOT EXISTS (SELECT 1 FROM read_parquet({gone}) AS gone WHERE {same}) "  # noqa: S608
        f"UNION ALL BY NAME SELECT * FROM read_parquet({added})"
    )


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def _whole(column: Any) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def part_of(folder: Path, table: str, added: pa.Table, gone: pa.Table) -> Part:
    """The part of a table that follows one of an earlier snapshot in `folder`: rows that come, and keys that go or come with other values.
    A key that was never there may be among `gone`."""
    keys = list(KEYS[table])
    base = pq.ParquetFile(folder / f"{table}.parquet")
    gone = gone.select(keys)
    if in_parts(folder, table):
        earlier = pq.read_table(part_file(folder, table, ADDED))
        left = earlier.filter(pa.array(~among(earlier, gone, keys)))
        added = pa.concat_tables([left, added.select(left.column_names)])
        gone = pa.concat_tables([pq.read_table(part_file(folder, table, GONE)), gone])
    there = base.read(keys)
    gone = there.filter(pa.array(among(there, gone, keys)))
    added = added.sort_by([(k, "ascending") for k in keys])
    return Part(folder, added, gone, base.metadata.num_rows - gone.num_rows + added.num_rows)
