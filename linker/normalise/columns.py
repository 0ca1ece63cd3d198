"""Whole columns through their distinct values.

A parser is a plain function of one text. Here it is called once per distinct value of a column, and what it says is
handed out to the rows with numpy's `take`: a million ages are some hundred calls.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

T = TypeVar("T")
Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

ABSENT = -(2**31)
"""What stands for null in an int32 array of days."""


PIECE = 100_000
"""Rows that are worked on together: enough for the work to be done once per distinct value, few enough to bound memory."""

THREADS = 2
"""Pieces in work at a time; most of the work runs without the interpreter's lock."""


def one_chunk(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """The column as a single array."""
    if isinstance(column, pa.ChunkedArray):
        return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)
    return column


class Distinct(Generic[T]):
    """The distinct values of a text column and what a parser made of each.

    `values` are the distinct texts, `parsed` one result per value, `index` one position in them per row, -1 where the
    row is null.
    """

    def __init__(self, column: pa.Array | pa.ChunkedArray, parse: Callable[[str], T]) -> None:
        encoded = pc.dictionary_encode(one_chunk(column))
        self.values: list[str] = encoded.dictionary.to_pylist()
        self.index: Int64s = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
        self.parsed: list[T] = [parse(value) for value in self.values]

    def numbers(self, pick: Callable[[T], int | None], absent: int = ABSENT) -> Int64s:
        """One integer per row; `absent` where the row is null or `pick` says None."""
        picked = [pick(reading) for reading in self.parsed]
        values = np.array([absent if number is None else number for number in picked] + [absent], dtype=np.int64)
        return values[self.index]

    def flags(self, pick: Callable[[T], bool]) -> Bools:
        """One truth value per row, false where the row is null."""
        values = np.array([pick(reading) for reading in self.parsed] + [False], dtype=np.bool_)
        return values[self.index]

    def texts(self, pick: Callable[[T], str | None]) -> pa.Array:
        """One text per row; null where the row is null or `pick` says None."""
        return self.spread([pick(reading) for reading in self.parsed], pa.string())

    def lists(self, pick: Callable[[T], Sequence[str]]) -> pa.Array:
        """One list of texts per row; null where it would be empty."""
        return self.spread([list(pick(reading)) or None for reading in self.parsed], pa.list_(pa.string()))

    def spread(self, per_value: Sequence[Any], kind: pa.DataType) -> pa.Array:
        """One result per row from one result per distinct value."""
        return pa.array(per_value, kind).take(pa.array(self.index, mask=self.index < 0))


def days(values: Int64s) -> pa.Array:
    """An int32 column of days, null where `ABSENT`."""
    return pa.array(values.astype(np.int32), mask=values == ABSENT)


def characters(column: pa.Array) -> npt.NDArray[np.uint8]:
    """Texts of one length as an (n, length) array of character codes less that of '0': digits are 0 … 9."""
    if not len(column):
        return np.zeros((0, 1), dtype=np.uint8)
    compact = pa.concat_arrays([column])
    width = len(compact[0].as_py())
    offsets = np.frombuffer(compact.buffers()[1], dtype=np.int32, count=len(compact) + 1, offset=compact.offset * 4)
    data = np.frombuffer(compact.buffers()[2], dtype=np.uint8)[offsets[0] : offsets[-1]]
    return data.reshape(len(compact), width) - 48


def counting(digits: npt.NDArray[np.uint8]) -> Bools:
    """Which rows of an (n, length) array of decimal digits count up or down by one, nine and nought being
    neighbours."""
    up = (digits[:, 1:] == (digits[:, :-1] + 1) % 10).all(axis=1)
    down = (digits[:, :-1] == (digits[:, 1:] + 1) % 10).all(axis=1)
    found: Bools = up | down
    return found


def different(digits: npt.NDArray[np.uint8]) -> Int64s:
    """How many different digits each row has."""
    ordered = np.sort(digits, axis=1)
    count: Int64s = 1 + np.count_nonzero(ordered[:, 1:] != ordered[:, :-1], axis=1).astype(np.int64)
    return count
