"""Finding Aadhaar numbers in clear: the last check before a snapshot is published.

A number is twelve digits (Latin or Devanagari) that stand alone, possibly in groups of four divided by one space or hyphen, begin with 2–9
and pass Verhoeff's check. One in ten random twelve-digit numbers does, so columns that hold other long numbers by their meaning are left
out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numba as nb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from linker.registry.published import Snapshot
from linker.schema import IdType

OTHER_NUMBERS = frozenset({
    "record_id", "record_id_l", "record_id_r", "native_id", "record_ids", "provenance", "fir_number",
    "phone", "relative_phone", "phones", "relative_phones", "keys", "levels",
    *(str(t) for t in IdType if t is not IdType.AADHAAR), "ifsc",
})  # fmt: skip
"""Columns whose long numbers mean something else: a bank account of twelve digits is none of ours."""

Bytes = npt.NDArray[np.uint8]

_TIMES = np.array([
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 2, 3, 4, 0, 6, 7, 8, 9, 5], [2, 3, 4, 0, 1, 7, 8, 9, 5, 6],
    [3, 4, 0, 1, 2, 8, 9, 5, 6, 7], [4, 0, 1, 2, 3, 9, 5, 6, 7, 8], [5, 9, 8, 7, 6, 0, 4, 3, 2, 1],
    [6, 5, 9, 8, 7, 1, 0, 4, 3, 2], [7, 6, 5, 9, 8, 2, 1, 0, 4, 3], [8, 7, 6, 5, 9, 3, 2, 1, 0, 4],
    [9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
], dtype=np.int8)  # fmt: skip
_TURN = np.array([
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 5, 7, 6, 2, 8, 3, 0, 9, 4], [5, 8, 0, 3, 7, 9, 6, 1, 4, 2],
    [8, 9, 1, 6, 0, 4, 3, 5, 2, 7], [9, 4, 5, 3, 1, 2, 6, 8, 7, 0], [4, 2, 8, 6, 5, 7, 3, 9, 0, 1],
    [2, 7, 9, 3, 8, 0, 6, 4, 1, 5], [7, 0, 4, 6, 9, 1, 3, 2, 5, 8],
], dtype=np.int8)  # fmt: skip


def holds_aadhaar(texts: pa.Array) -> npt.NDArray[np.bool_]:
    """Which texts hold an Aadhaar number in clear."""
    if len(texts) == 0:
        return np.zeros(0, np.bool_)
    _, offsets, data = texts.buffers()
    if data is None:
        return np.zeros(len(texts), np.bool_)
    ends = np.frombuffer(offsets, np.int32)[texts.offset : texts.offset + len(texts) + 1]
    found: npt.NDArray[np.bool_] = _search(np.frombuffer(data, np.uint8), ends)
    return found


def unmasked(snapshot: Snapshot, table: str) -> Iterator[str]:
    """'table.column, row n' for each Aadhaar number in clear in a table's text columns."""
    file = pq.ParquetFile(snapshot.file(table), memory_map=True)
    for field in file.schema_arrow:
        if field.name not in OTHER_NUMBERS and _is_text(field.type):
            column = file.read([field.name]).column(0)
            for place in np.flatnonzero(_rows_with_aadhaar(column)):
                yield f"{table}.{field.name}, row {place + 1}"


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or (pa.types.is_list(kind) and pa.types.is_string(kind.value_type)))


def _rows_with_aadhaar(column: Any) -> npt.NDArray[np.bool_]:
    array = column.combine_chunks()
    if pa.types.is_list(array.type):
        rows = pc.list_parent_indices(array).to_numpy(zero_copy_only=False)
        hit = np.zeros(len(array), np.bool_)
        hit[rows[holds_aadhaar(pc.list_flatten(array))]] = True
        return hit
    return holds_aadhaar(array)


@nb.njit(nb.boolean(nb.int8[::1]), cache=True, nogil=True)
def _passes(digits: npt.NDArray[np.int8]) -> bool:
    check = 0
    for place in range(12):
        check = _TIMES[check, _TURN[place % 8, digits[11 - place]]]
    return check == 0


@nb.njit(
    nb.boolean[::1](nb.types.Array(nb.uint8, 1, "C", readonly=True), nb.types.Array(nb.int32, 1, "C", readonly=True)),
    cache=True,
    nogil=True,
)
def _search(data: Bytes, offsets: npt.NDArray[np.int32]) -> npt.NDArray[np.bool_]:
    """Scan UTF-8 bytes for runs of exactly twelve digits that pass; one separator is allowed after the fourth and eighth."""
    found = np.zeros(len(offsets) - 1, np.bool_)
    digits = np.zeros(12, np.int8)
    for row in range(len(offsets) - 1):
        at, end = offsets[row], offsets[row + 1]
        run = 0
        separated = False
        while at <= end:
            digit, step = -1, 1
            if at < end:
                byte = data[at]
                if 48 <= byte <= 57:
                    digit = byte - 48
                elif byte == 0xE0 and at + 2 < end and data[at + 1] == 0xA5 and 0xA6 <= data[at + 2] <= 0xAF:
                    digit, step = data[at + 2] - 0xA6, 3
                elif (byte in (32, 45)) and run in (4, 8) and not separated:
                    separated = True
                    at += 1
                    continue
            if digit >= 0:
                if run < 12:
                    digits[run] = digit
                run += 1
                separated = False
            else:
                if run == 12 and digits[0] >= 2 and _passes(digits):
                    found[row] = True
                    break
                run = 0
                separated = False
            at += step
    return found
