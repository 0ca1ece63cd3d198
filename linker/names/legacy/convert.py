"""Whole columns from a legacy font to Unicode."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linker.names.legacy.decode import decode
from linker.names.legacy.detect import detect
from linker.names.unicode import map_distinct


class Converted(NamedTuple):
    """A text column as Unicode, and which of its cells were legacy text."""

    text: pa.Array
    legacy: pa.Array


def to_unicode(column: pa.Array | pa.ChunkedArray, *, prior: float = 0.1) -> Converted:
    """The column with its legacy cells decoded; every other cell is returned as it was.

    `prior` is the share of legacy cells to expect before the column itself is looked at. Call this only for columns that
    may hold legacy text: a column of English names has no cell that must be converted, and should not take the risk.
    """
    column = _whole(column)
    encoded = pc.dictionary_encode(column)
    values: pa.Array = encoded.dictionary
    indices = encoded.indices
    counts = np.bincount(indices.drop_null().to_numpy(), minlength=len(values)).astype(np.int64)
    legacy = pa.array(detect(values, counts, prior=prior).legacy)
    if not pc.any(legacy).as_py():
        return Converted(column, pa.repeat(pa.scalar(False), len(column)))
    decoded = pc.replace_with_mask(values, legacy, decode_array(values.filter(legacy)))
    return Converted(decoded.take(indices), pc.fill_null(legacy.take(indices), False))


def decode_array(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """`decode` of every text, worked out once per distinct word; null stays null."""
    column = _whole(column)
    words = pc.split_pattern(column, " ")
    decoded = map_distinct(words.flatten(), _decoded)
    offsets = words.offsets
    rejoined = pc.binary_join(pa.ListArray.from_arrays(offsets, decoded), " ")
    return pc.if_else(column.is_valid(), rejoined, pa.scalar(None, pa.string()))


@lru_cache(maxsize=200_000)
def _decoded(word: str) -> str:
    """`decode`, remembered: names, fathers' names and addresses of a source share their words."""
    return decode(word)


def _whole(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    if isinstance(column, pa.ChunkedArray):
        column = pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], pa.string())
    return column
