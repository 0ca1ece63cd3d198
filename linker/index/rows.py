"""Rows of a table as texts, one each: what an answer shows of a record, found with one look instead of one per column.

The values of a row stand one behind the other, whatever their kind; an empty one is unknown. Chunks of rows are mapped from one file.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

CHUNK = 100_000
"""Rows whose texts stand in one array: it may hold two gigabytes."""
_BETWEEN, _WITHIN = "\x1f", "\x1e"
"""Behind every value, and between the entries of a list: characters that no text holds."""
_KINDS = b"kinds"


def put_rows(folder: Path, name: str, table: pa.Table) -> None:
    """Write a table of texts, numbers, truth values, days and lists of texts."""
    kinds = ",".join(_kind(field.type) for field in table.schema)
    schema = pa.schema(
        [("row", pa.string())], metadata={_KINDS: kinds.encode(), b"names": ",".join(table.column_names).encode()}
    )
    with pa.OSFile(str(folder / f"{name}.arrow"), "wb") as file, pa.ipc.new_file(file, schema) as writer:
        for first in range(0, len(table), CHUNK):
            writer.write_batch(pa.record_batch([_joined(table.slice(first, CHUNK))], schema=schema))


def get_rows(folder: Path, name: str) -> Rows:
    """Map a table that `put_rows` wrote.

    Raises:
        OSError, ValueError, KeyError: there is none, or the file is damaged.
    """
    table = pa.ipc.open_file(pa.memory_map(str(folder / f"{name}.arrow"), "rb")).read_all()
    said = table.schema.metadata or {}
    names, kinds = (said[key].decode().split(",") for key in (b"names", _KINDS))
    return Rows(table["row"].chunks, [(n, _READERS[k]) for n, k in zip(names, kinds, strict=True)])


class Rows:
    """A mapped table."""

    def __init__(self, chunks: Sequence[pa.Array], columns: Sequence[tuple[str, Callable[[str], Any]]]) -> None:
        self._chunks, self._names = chunks, [name for name, _ in columns]
        self._read = [(k, name, read) for k, (name, read) in enumerate(columns) if read is not str]

    def __len__(self) -> int:
        return sum(map(len, self._chunks))

    def at(self, rows: NDArray[np.integer]) -> list[dict[str, Any]]:
        """Some rows, unknown and empty values left out."""
        found = []
        for row in rows.tolist():
            values = self._chunks[row // CHUNK][row % CHUNK].as_py().split(_BETWEEN)
            fields = {name: value for name, value in zip(self._names, values, strict=True) if value}
            for k, name, read in self._read:
                if values[k]:
                    fields[name] = read(values[k])
            found.append(fields)
        return found


def _kind(kind: pa.DataType) -> str:
    if pa.types.is_list(kind):
        return "list"
    if pa.types.is_date(kind):
        return "day"
    if pa.types.is_boolean(kind):
        return "truth"
    return "text" if pa.types.is_string(kind) else "whole" if pa.types.is_integer(kind) else "real"


_READERS: dict[str, Callable[[str], Any]] = {
    "text": str,
    "whole": int,
    "real": lambda text: float(np.float32(text)),
    "truth": lambda text: text == "true",
    "day": date.fromisoformat,
    "list": lambda text: text.split(_WITHIN),
}


def _joined(table: pa.Table) -> pa.Array:
    columns = [column.combine_chunks() for column in table.columns]
    texts = [_texts(column) for column in columns]
    joined = _between(texts)
    if _marks(joined, _BETWEEN) != (len(columns) - 1) * len(table) or _marks(joined, _WITHIN) != sum(
        map(_gaps, columns)
    ):
        joined = _between([_texts(column, tidy=True) for column in columns])
    return joined


def _between(texts: Sequence[pa.Array]) -> pa.Array:
    return pc.binary_join_element_wise(*texts, _BETWEEN, null_handling="replace", null_replacement="")


def _marks(texts: pa.Array, mark: str) -> int:
    return pc.sum(pc.count_substring(texts, mark)).as_py() or 0


def _gaps(column: pa.Array) -> int:
    """How many entries of lists stand behind another one."""
    if not pa.types.is_list(column.type):
        return 0
    lengths = pc.fill_null(pc.list_value_length(column), 0)
    return pc.sum(pc.max_element_wise(pc.subtract(lengths, 1), 0)).as_py() or 0


def _texts(column: pa.Array, *, tidy: bool = False) -> pa.Array:
    """A column as texts; with `tidy`, without the characters that stand between values."""
    if pa.types.is_list(column.type):
        entries = _texts(pc.list_flatten(column), tidy=tidy).fill_null("")
        lengths = pc.fill_null(pc.list_value_length(column), 0).to_numpy()
        offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
        return pc.binary_join(pa.ListArray.from_arrays(pa.array(offsets), entries), _WITHIN)
    texts = column.cast(pa.string())
    if tidy:
        for mark in (_BETWEEN, _WITHIN):
            texts = pc.replace_substring(texts, mark, " ")
    return texts
