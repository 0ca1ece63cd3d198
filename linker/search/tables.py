"""Tables of other programs (pandas, polars, DuckDB, pyarrow) as ROW tables."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from linker.errors import InputError
from linker.schema import ROW, ROW_LIST_FIELDS
from linker.search.fields import ALLOWED, OTHER_NAMES

CARRIED = frozenset({"source", "native_id", "record_id"})
"""Columns that name a row and are no evidence."""
NEW = "new"
"""The source that new rows are said to come from, where they do not say."""


def as_arrow(table: Any) -> pa.Table:
    """Any table as an Arrow table.

    Raises:
        InputError: it is none.
    """
    if isinstance(table, pa.Table):
        return table
    if hasattr(table, "to_arrow_table"):  # a DuckDB relation
        return table.to_arrow_table()
    if hasattr(table, "to_arrow"):  # a polars frame
        return table.to_arrow()
    if hasattr(table, "iloc"):  # a pandas frame, whose columns may mix texts and numbers
        columns = {str(name): pa.array([_plain(v) for v in table[name]]) for name in table.columns}
        return pa.table(columns)
    if hasattr(table, "__arrow_c_stream__"):
        return pa.table(table)
    raise InputError(
        f"a {type(table).__name__} is no table", do="give a pandas, polars or pyarrow table, or a DuckDB relation"
    )


def _plain(value: Any) -> Any:
    """A cell of a pandas frame as a text or a list of texts, None where it is missing."""
    if isinstance(value, list | tuple | np.ndarray):
        return [str(v) for v in value]
    if value is None or str(value) in {"NaT", "<NA>", "nan"}:
        return None
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = str(value)
    return text.removesuffix(" 00:00:00")


def as_rows(table: Any) -> pa.Table:
    """A ROW table whose line is the row's number from 0.

    Raises:
        InputError: a column is no field of a query, or holds neither texts nor numbers.
    """
    given = as_arrow(table)
    count = len(given)
    columns: dict[str, pa.Array] = {name: pa.nulls(count, kind) for name, kind in ROW.columns.items()}
    for name in given.column_names:
        target = OTHER_NAMES.get(name, name)
        if target in CARRIED:
            continue
        if target not in ALLOWED:
            raise InputError(
                f"no query has a field '{name[:40]}'",
                do=f"rename or drop the column; fields: {', '.join(sorted(ALLOWED))}",
            )
        columns[target] = _column(given[name], name, listed=target in ROW_LIST_FIELDS)
    columns["line"] = pa.array(np.arange(count, dtype=np.int32))
    columns["source"] = pa.array([NEW] * count, pa.string())
    columns["native_id"] = pa.array([f"{n:09d}" for n in range(count)], pa.string())
    return pa.table(columns)


def _column(column: pa.ChunkedArray, name: str, *, listed: bool) -> pa.Array:
    array = column.combine_chunks()
    if isinstance(array, pa.ChunkedArray):
        array = pa.concat_arrays(array.chunks)
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    try:
        if listed and not (pa.types.is_list(array.type) or pa.types.is_large_list(array.type)):
            texts = array.cast(pa.string())
            return pa.array([None if t is None else [t] for t in texts.to_pylist()], pa.list_(pa.string()))
        return array.cast(pa.list_(pa.string()) if listed else pa.string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        raise InputError(f"column '{name[:40]}' holds {array.type}", do="give texts, numbers or dates") from None
