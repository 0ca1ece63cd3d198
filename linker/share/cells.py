"""Columns as they may leave for a spreadsheet: flat, and harmless to open.

A cell that begins with `=`, `+`, `-`, `@`, a tab or a line break may be run as a formula by a spreadsheet, and names
typed by strangers do reach this table. Such a text gets a leading apostrophe, whatever it holds: also a native id
like `-1`, because what looks like a number may be a formula (`-1+cmd|…`). Columns of numbers and dates are not texts
and stay what they are. Programs should read the Parquet export, where nothing is changed.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

LIST_SEPARATOR = " | "
"""Between the values of a list in one cell."""

DANGEROUS = r"^\s*[=+\-@＝＋－＠]|^[\t\r\n]"
"""What a spreadsheet takes for a formula, also in full width and behind blanks."""


def flat(table: pa.Table) -> pa.Table:
    """The same table with every list as one text and every text guarded."""
    return pa.table({name: _flat(table[name]) for name in table.column_names})


def guard(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    """Texts with an apostrophe before those that a spreadsheet would run. Applying it twice changes nothing more."""
    dangerous = pc.match_substring_regex(texts, DANGEROUS)
    return pc.if_else(dangerous, pc.binary_join_element_wise("'", texts, ""), texts)


def _flat(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_list(column.type) or pa.types.is_large_list(column.type):
        return guard(_joined(column))
    if pa.types.is_dictionary(column.type):
        column = column.cast(pa.string())
    return guard(column) if pa.types.is_string(column.type) or pa.types.is_large_string(column.type) else column


def _joined(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Each list as one text, a null inside is blank; the empty list is an empty cell."""
    chunks = []
    for chunk in column.chunks:
        inside = pc.fill_null(chunk.flatten().cast(pa.string()), "")
        lengths = pc.fill_null(pc.list_value_length(chunk), 0)
        offsets = pa.concat_arrays([pa.array([0], pa.int64()), pc.cumulative_sum(lengths.cast(pa.int64()))])
        rebuilt = pa.LargeListArray.from_arrays(offsets, inside)
        text = pc.binary_join(rebuilt, LIST_SEPARATOR).cast(pa.string())
        chunks.append(pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text))
    return pa.chunked_array(chunks, type=pa.string())
