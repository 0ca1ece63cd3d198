"""Cells of any kind as text: what a person would read in the cell, trimmed, with blank as null."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

MAYBE_SPACE = np.zeros(256, bool)
"""Bytes that begin or end a character of white space (or an invisible one) in UTF-8."""
MAYBE_SPACE[:33] = True
MAYBE_SPACE[[0x7F, 0xC2, 0xE1, 0xE2, 0xE3, 0xEF, 0x80, 0x85, 0xA0, 0x8B, 0xBF, 0xAF, 0x9F]] = True
TRIMMED = " \t\r\n\f\v\u00a0\u200b\u200c\u200d\u2060\ufeff\u3000\u2007\u202f\u2002\u2003\u2009"


def as_text(value: Any) -> str | None:
    """One Python value as text. Whole floats lose their point (Excel keeps all numbers as floats), dates become ISO text."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _float_text(value)
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat(" ", "seconds")
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return str(value)


def _float_text(value: float) -> str | None:
    if value != value:
        return None
    return str(int(value)) if value.is_integer() and abs(value) < 2**63 else repr(value)


def trimmed(column: pa.Array) -> pa.Array:
    """Text without white space at its ends; blank is null. Columns that need nothing are handed back as they are."""
    if not len(column):
        return column
    offsets = np.frombuffer(column.buffers()[1], np.int32, len(column) + 1, column.offset * 4)
    lengths = np.diff(offsets)
    some = lengths > 0
    if some.any():
        data = np.frombuffer(column.buffers()[2], np.uint8)
        first, last = data[offsets[:-1][some]], data[offsets[1:][some] - 1]
        if (MAYBE_SPACE[first] | MAYBE_SPACE[last]).any():
            column = pc.utf8_trim(column, TRIMMED)
            some = pc.greater(pc.binary_length(column), 0).fill_null(False).to_numpy(zero_copy_only=False)
    blank = int(len(column) - column.null_count - some.sum())
    return pc.if_else(pa.array(some), column, pa.scalar(None, pa.string())) if blank > 0 else column


def text_column(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    """An Arrow column of any type as text, or as lists of text, in one chunk.

    Whole floats lose their point, dates and midnight timestamps become ISO days, dictionaries are unpacked.
    """
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if isinstance(array, pa.ChunkedArray):  # combine_chunks keeps chunks that would overflow together
        array = pa.concat_arrays(array.chunks)
    kind = array.type
    if pa.types.is_dictionary(kind):
        return text_column(array.dictionary_decode())
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        return _text_lists(array)
    if pa.types.is_null(kind):
        return pa.nulls(len(array), pa.string())
    if pa.types.is_floating(kind):
        return pa.array([as_text(v) for v in array.to_pylist()], pa.string())
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        return _dates(array)
    return trimmed(array.cast(pa.string()))


def _dates(array: pa.Array) -> pa.Array:
    day = array.cast(pa.date32(), safe=False)
    if pa.types.is_date(array.type):
        return day.cast(pa.string())
    local = pc.local_timestamp(array) if array.type.tz else array
    day = pc.cast(local, pa.date32(), safe=False)
    exact = pc.equal(pc.cast(day, local.type), local)
    return pc.if_else(exact, day.cast(pa.string()), pc.strftime(local, "%Y-%m-%d %H:%M:%S"))


def _text_lists(array: pa.Array) -> pa.Array:
    """Lists without blank entries; an empty list is null."""
    values = text_column(pc.list_flatten(array))
    parents = pc.list_parent_indices(array).to_numpy(zero_copy_only=False)
    kept = values.is_valid().to_numpy(zero_copy_only=False)
    counts = np.bincount(parents[kept], minlength=len(array)) if len(parents) else np.zeros(len(array), np.int64)
    return lists(values.drop_null(), counts)


def lists(values: pa.Array, counts: Any) -> pa.Array:
    """Lists of the given lengths over `values`; a length of 0 is null."""
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), values, mask=pa.array(np.asarray(counts) == 0))
