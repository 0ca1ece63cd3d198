"""Cells of any kind as text: what a person would read in the cell, trimmed, with blank as null."""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Offsets = npt.NDArray[np.int32]

SPACE_LEADS = np.zeros(256, bool)
"""First bytes of a character of white space or an invisible one in UTF-8 (Devanagari begins with E0, which is none)."""
SPACE_LEADS[:33] = True
SPACE_LEADS[[0xC2, 0xE2, 0xE3, 0xEF]] = True
TRIMMED = " \t\r\n\f\v\u00a0\u200b\u200c\u200d\u2060\ufeff\u3000\u2007\u202f\u2002\u2003\u2009"


def as_text(value: Any) -> str | None:
    """One Python value as text.

    Whole floats lose their point (Excel keeps all numbers as floats), dates become ISO text, bytes that are not UTF-8 are marked.
    """
    for kind, text in TEXTS_OF.items():
        if isinstance(value, kind):
            return text(value)
    return str(value)


def _number(value: float | Decimal) -> str | None:
    if math.isnan(value):
        return None
    whole = not math.isinf(value) and float(value).is_integer() and abs(float(value)) < 2**63
    return str(int(value)) if whole else str(value)


def _moment(value: datetime.datetime) -> str:
    return value.date().isoformat() if value.time() == datetime.time() else value.isoformat(" ", "seconds")


def _bytes(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return UNDECODABLE + value.decode("utf-8", "replace")


UNDECODABLE = "\0\ufffd"
"""Begins a text whose bytes were no text; `suspect` takes such rows out."""

TEXTS_OF: dict[Any, Callable[[Any], str | None]] = {
    str: lambda value: value,
    type(None): lambda _: None,
    bool: lambda value: "true" if value else "false",
    float | Decimal: _number,
    datetime.datetime: _moment,
    datetime.date | datetime.time: lambda value: value.isoformat(),
    bytes | memoryview: lambda value: _bytes(bytes(value)),
}
"""How a value of each kind is written, the narrower kinds first."""


def trimmed(column: pa.Array) -> pa.Array:
    """Text without white space at its ends; blank is null. Columns that need nothing are handed back as they are."""
    if not len(column):
        return column
    offsets = np.frombuffer(column.buffers()[1], np.int32, len(column) + 1, column.offset * 4)
    some = np.diff(offsets) > 0
    if some.any() and _may_have_space(column.buffers()[2], offsets[:-1][some], offsets[1:][some]):
        column = pc.utf8_trim(column, TRIMMED)
        some = pc.fill_null(pc.greater(pc.binary_length(column), 0), False).to_numpy(zero_copy_only=False)
    blank = int(len(column) - column.null_count - some.sum())
    return pc.if_else(pa.array(some), column, pa.scalar(None, pa.string())) if blank > 0 else column


def _may_have_space(buffer: pa.Buffer, begins: Offsets, ends: Offsets) -> bool:
    """Whether some text may begin or end with white space; a cheap look at its outer bytes."""
    data = np.frombuffer(buffer, np.uint8)
    last = data[ends - 1]
    third_last = data[np.maximum(ends - 3, 0)]
    inner = (last >= 0x80) & (SPACE_LEADS[third_last] | (data[np.maximum(ends - 2, 0)] == 0xC2))
    return bool((SPACE_LEADS[data[begins]] | (last <= 32) | inner).any())


def text_column(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    """An Arrow column of any type as text, or as lists of text, in one chunk.

    Whole floats lose their point, dates and midnight timestamps become ISO days, dictionaries are unpacked.
    """
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if isinstance(array, pa.ChunkedArray):  # combine_chunks keeps chunks that would overflow together
        array = pa.concat_arrays(array.chunks)
    return _converter(array.type)(array)


def _converter(kind: pa.DataType) -> Callable[[pa.Array], pa.Array]:
    for is_kind, convert in CONVERTERS:
        if is_kind(kind):
            return convert
    return _by_value


def _checked_text(array: pa.Array) -> pa.Array:
    """Text columns of a file may hold bytes that are not UTF-8; nobody has looked yet."""
    try:
        array.validate(full=True)
    except pa.ArrowInvalid:
        return _by_value(array.cast(pa.large_binary()))
    return trimmed(array.cast(pa.string()))


def _by_value(array: pa.Array) -> pa.Array:
    """`as_text` of every distinct value."""
    encoded = array.dictionary_encode()
    return trimmed(pa.array([as_text(v) for v in encoded.dictionary.to_pylist()], pa.string()).take(encoded.indices))


def _dates(array: pa.Array) -> pa.Array:
    if pa.types.is_date(array.type):
        return array.cast(pa.date32()).cast(pa.string())
    local = pc.local_timestamp(array) if array.type.tz else array
    day = local.cast(pa.date32(), safe=False)
    midnight = pc.equal(day.cast(local.type), local)
    seconds = local.cast(pa.timestamp("s"), safe=False)
    return pc.if_else(midnight, day.cast(pa.string()), pc.strftime(seconds, "%Y-%m-%d %H:%M:%S"))


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


LISTS = (pa.types.is_list, pa.types.is_large_list, pa.types.is_fixed_size_list)
CONVERTERS: tuple[tuple[Callable[[pa.DataType], bool], Callable[[pa.Array], pa.Array]], ...] = (
    (pa.types.is_dictionary, lambda array: text_column(array.dictionary_decode())),
    *((is_list, _text_lists) for is_list in LISTS),
    (pa.types.is_null, lambda array: pa.nulls(len(array), pa.string())),
    (pa.types.is_timestamp, _dates),
    (pa.types.is_date, _dates),
    (pa.types.is_integer, lambda array: array.cast(pa.string())),
    (pa.types.is_boolean, lambda array: array.cast(pa.string())),
    (pa.types.is_string, _checked_text),
    (pa.types.is_large_string, _checked_text),
    (pa.types.is_string_view, _checked_text),
)
"""How a column of each type becomes text; of all others, each distinct value by itself."""
