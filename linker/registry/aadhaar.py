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

from linker.registry.files import MAPPED
from linker.registry.parts import ADDED, in_parts, part_file
from linker.registry.published import Snapshot
from linker.schema import IdType
from linker.verhoeff import TIMES, TURN

OTHER_NUMBERS = frozenset({
    "record_id", "record_id_l", "record_id_r", "native_id", "record_ids", "identity_id", "other_identities", "provenance", "fir_number",
    "phone", "relative_phone", "phones", "relative_phones", "keys", "levels",
    *(str(t) for t in IdType if t is not IdType.AADHAAR), "ifsc",
})  # fmt: skip
"""Columns whose long numbers mean something else: a bank account of twelve digits is none of ours."""

Bytes = npt.NDArray[np.uint8]


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
    """'table.column, row n' for each Aadhaar number in clear in a table's text columns. Of a table in parts only what was added is looked
    at: what earlier snapshots wrote was looked at then."""
    path = part_file(snapshot.path, table, ADDED) if in_parts(snapshot.path, table) else snapshot.file(table)
    columns = [f for f in pq.read_schema(path) if f.name not in OTHER_NUMBERS and _is_text(f.type)]
    plain = [f.name for f in columns if not pa.types.is_list(f.type)]
    with pq.ParquetFile(path, memory_map=MAPPED, read_dictionary=plain) as file:
        for name in (f.name for f in columns):
            first = 1
            for chunk in file.read([name]).column(0).chunks:
                for place in _hits(chunk):
                    yield f"{table}.{name}, row {first + place}"
                first += len(chunk)


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or (pa.types.is_list(kind) and pa.types.is_string(kind.value_type)))


def _hits(chunk: Any) -> npt.NDArray[np.int64]:
    """Rows of a chunk that hold a number; where the file has a dictionary, only that is searched."""
    if pa.types.is_list(chunk.type):
        elements = np.flatnonzero(holds_aadhaar(pc.list_flatten(chunk)))
        return np.unique(pc.list_parent_indices(chunk).to_numpy(zero_copy_only=False)[elements])
    if not pa.types.is_dictionary(chunk.type):
        return np.flatnonzero(holds_aadhaar(chunk))
    bad = holds_aadhaar(chunk.dictionary)
    if not bad.any():
        return np.empty(0, np.int64)
    code = pc.fill_null(chunk.indices, -1).to_numpy(zero_copy_only=False)
    return np.flatnonzero((code >= 0) & bad[code])


@nb.njit(nb.boolean(nb.int8[::1]), cache=True, nogil=True)
def _passes(digits: npt.NDArray[np.int8]) -> bool:
    """Whether twelve digits can be an Aadhaar number: Verhoeff's check, and the first is no 0 or 1."""
    check = 0
    for place in range(12):
        check = TIMES[check, TURN[place % 8, digits[11 - place]]]
    return check == 0 and digits[0] >= 2


_BYTES = nb.types.Array(nb.uint8, 1, "C", readonly=True)
_OFFSETS = nb.types.Array(nb.int32, 1, "C", readonly=True)


@nb.njit(nb.types.UniTuple(nb.int64, 2)(_BYTES, nb.int64, nb.int64), cache=True, nogil=True)  # type: ignore[no-untyped-call]
def _digit(data: Bytes, at: int, end: int) -> tuple[int, int]:
    """The digit at a byte position and its length in bytes; -1 and 1 where none begins there."""
    byte = data[at]
    if 48 <= byte <= 57:
        return byte - 48, 1
    if byte == 0xE0 and at + 2 < end and data[at + 1] == 0xA5 and 0xA6 <= data[at + 2] <= 0xAF:
        return data[at + 2] - 0xA6, 3  # Devanagari, three bytes in UTF-8
    return -1, 1


@nb.njit(nb.boolean(_BYTES, nb.int64, nb.int64), cache=True, nogil=True)
def _has_twelve_digits(data: Bytes, start: int, end: int) -> bool:
    """Whether a text has so many digits at all, wherever they stand: most have not, and need no closer look."""
    count = 0
    for at in range(start, end):
        byte = data[at]
        if 48 <= byte <= 57 or (byte == 0xE0 and _digit(data, at, end)[0] >= 0):
            count += 1
    return count >= 12


@nb.njit(nb.boolean(_BYTES, nb.int64, nb.int64), cache=True, nogil=True)
def _holds(data: Bytes, start: int, end: int) -> bool:
    """Whether a text has a run of twelve digits, or three runs of four with one separator between, that pass."""
    run, groups, gap = 0, 0, 2  # digits in this run; runs of four in a row; bytes between the runs (2: more than one)
    digits = np.zeros(12, np.int8)
    grouped = np.zeros(12, np.int8)
    at = start
    while at <= end:
        digit, step = _digit(data, at, end) if at < end else (-1, 1)
        if digit >= 0:
            if run < 12:
                digits[run] = digit
            run += 1
        elif run:
            joined = run == 4 and gap == 1 and groups > 0
            if (run == 12 and _passes(digits)) or (not joined and groups == 3 and _passes(grouped)):
                return True
            groups = 0 if run != 4 else (groups + 1 if joined else 1)
            if 1 <= groups <= 3:
                grouped[4 * groups - 4 : 4 * groups] = digits[:4]
            run = 0
            gap = 1 if at < end and (data[at] == 32 or data[at] == 45) else 2
        else:
            gap = 2
        at += step
    return groups == 3 and _passes(grouped)


@nb.njit(nb.boolean[::1](_BYTES, _OFFSETS), cache=True, nogil=True)
def _search(data: Bytes, offsets: npt.NDArray[np.int32]) -> npt.NDArray[np.bool_]:
    """Which of the texts between the offsets hold a number."""
    found = np.zeros(len(offsets) - 1, np.bool_)
    for row in range(len(offsets) - 1):
        if _has_twelve_digits(data, offsets[row], offsets[row + 1]):
            found[row] = _holds(data, offsets[row], offsets[row + 1])
    return found
