"""Arrays and texts in files that several processes map into memory and share.

An array is one `.npy` file, a column of texts or a table one Arrow file. Mapped arrays are copy-on-write: kernels take them as they are,
and nothing that is written to them reaches the file.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numba as nb
import numpy as np
import pyarrow as pa
from numba import types
from numpy.typing import NDArray

_TEXT = "text"


def put_array(folder: Path, name: str, array: NDArray[Any]) -> None:
    """Write an array under `name`."""
    np.save(folder / f"{name}.npy", np.ascontiguousarray(array), allow_pickle=False)


def get_array(folder: Path, name: str) -> NDArray[Any]:
    """Map an array that `put_array` wrote.

    Raises:
        OSError, ValueError: there is none, or the file is damaged.
    """
    path = folder / f"{name}.npy"
    try:
        return np.asarray(np.load(path, mmap_mode="c", allow_pickle=False))
    except ValueError:
        return np.load(path, allow_pickle=False)  # type: ignore[no-any-return]  # an empty array cannot be mapped


def put_table(folder: Path, name: str, table: pa.Table) -> None:
    """Write a table as one batch, so that any row of it is found at once."""
    whole = table.combine_chunks()
    with pa.OSFile(str(folder / f"{name}.arrow"), "wb") as file, pa.ipc.new_file(file, whole.schema) as writer:
        writer.write_table(whole, max_chunksize=max(len(whole), 1))


def get_table(folder: Path, name: str) -> pa.Table:
    """Map a table that `put_table` wrote."""
    return pa.ipc.open_file(pa.memory_map(str(folder / f"{name}.arrow"), "rb")).read_all()


def put_texts(folder: Path, name: str, texts: pa.Array) -> None:
    """Write a column of texts."""
    put_table(folder, name, pa.table({_TEXT: texts.cast(pa.string())}))


def get_texts(folder: Path, name: str) -> pa.Array:
    """Map a column of texts that `put_texts` wrote."""
    column = get_table(folder, name)[_TEXT]
    return column.chunk(0) if column.num_chunks else pa.array([], pa.string())


def find_texts(ordered: pa.Array, wanted: pa.Array) -> NDArray[np.int32]:
    """Where each wanted text stands in `ordered` (ascending by its UTF-8 bytes, without nulls); -1 for null and for what is not there."""
    found = np.full(len(wanted), -1, dtype=np.int32)
    if len(wanted) and len(ordered):
        _find(*_buffers(ordered), *_buffers(wanted.fill_null("") if wanted.null_count else wanted), found)
        if wanted.null_count:
            found[wanted.is_null().to_numpy(zero_copy_only=False)] = -1
    return found


class TextFinder:
    """Finds single texts in a column as `find_texts` needs it."""

    def __init__(self, ordered: pa.Array) -> None:
        self._ordered = ordered
        self._at, self._data = _buffers(ordered) if len(ordered) else (np.zeros(1, np.int32), np.zeros(0, np.uint8))

    def __len__(self) -> int:
        return len(self._ordered)

    def find(self, text: str) -> int:
        """Where the text stands, -1 if it does not."""
        return int(_find_one(self._at, self._data, np.frombuffer(text.encode(), np.uint8)))


def _buffers(texts: pa.Array) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
    """Offsets and bytes of a text array."""
    _, offsets, data = texts.buffers()
    bounds = np.frombuffer(offsets, np.int32)[texts.offset : texts.offset + len(texts) + 1]
    return bounds, np.frombuffer(data, np.uint8) if data is not None else np.zeros(0, np.uint8)


_OFFSETS = types.Array(types.int32, 1, "C", readonly=True)
_BYTES = types.Array(types.uint8, 1, "C", readonly=True)


@nb.njit(types.int64(_BYTES, types.int64, types.int64, _BYTES, types.int64, types.int64), cache=True, nogil=True)
def _compare(a: NDArray[np.uint8], a_from: int, a_to: int, b: NDArray[np.uint8], b_from: int, b_to: int) -> int:
    """Negative, 0 or positive as the first text stands before, at or behind the second."""
    for k in range(min(a_to - a_from, b_to - b_from)):
        x, y = np.int64(a[a_from + k]), np.int64(b[b_from + k])
        if x != y:
            return int(x - y)
    return (a_to - a_from) - (b_to - b_from)


@nb.njit(types.void(_OFFSETS, _BYTES, _OFFSETS, _BYTES, types.int32[:]), cache=True, nogil=True)
def _find(
    at: NDArray[np.int32],
    data: NDArray[np.uint8],
    wanted_at: NDArray[np.int32],
    wanted: NDArray[np.uint8],
    found: NDArray[np.int32],
) -> None:
    for k in range(len(found)):
        low, high = 0, len(at) - 1
        while low < high:
            middle = (low + high) // 2
            if _compare(data, at[middle], at[middle + 1], wanted, wanted_at[k], wanted_at[k + 1]) < 0:
                low = middle + 1
            else:
                high = middle
        if low < len(at) - 1 and _compare(data, at[low], at[low + 1], wanted, wanted_at[k], wanted_at[k + 1]) == 0:
            found[k] = low


@nb.njit(types.int64(_OFFSETS, _BYTES, _BYTES), cache=True, nogil=True)
def _find_one(at: NDArray[np.int32], data: NDArray[np.uint8], wanted: NDArray[np.uint8]) -> int:
    low, high = 0, len(at) - 1
    while low < high:
        middle = (low + high) // 2
        if _compare(data, at[middle], at[middle + 1], wanted, 0, len(wanted)) < 0:
            low = middle + 1
        else:
            high = middle
    if low < len(at) - 1 and _compare(data, at[low], at[low + 1], wanted, 0, len(wanted)) == 0:
        return low
    return -1
