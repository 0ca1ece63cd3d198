"""Rows that come one by one as Python values (workbooks, databases) → columns of text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

import numpy as np
import pyarrow as pa

from linker.config.source import SourceConfig
from linker.records.cells import as_text, trimmed
from linker.records.raw import Raw

CHUNK = 20_000
"""Rows held as Python objects at a time."""


def from_rows(config: SourceConfig, rows: Iterable[Sequence[Any]], positions: dict[str, int], first_line: int) -> Raw:
    """The mapped columns of `rows`; rows without any cell are not rows, but count as lines."""
    chunks: dict[str, list[pa.Array]] = {c: [] for c in positions}
    lines: list[np.ndarray[tuple[int], np.dtype[np.int32]]] = []
    line, stream = first_line, iter(rows)
    while chunk := list(islice(stream, CHUNK)):
        filled = [any(v is not None and v != "" for v in row) for row in chunk]
        lines.append(np.flatnonzero(filled).astype(np.int32) + np.int32(line))
        line += len(chunk)
        if not all(filled):
            chunk = [row for row, is_filled in zip(chunk, filled, strict=True) if is_filled]
        columns = list(zip(*chunk, strict=True))
        for name, position in positions.items():
            chunks[name].append(_text(columns[position] if columns else ()))
    count = sum(map(len, lines))
    columns_of_text = {
        c: pa.concat_arrays(chunks[c]) if chunks.get(c) else pa.nulls(count, pa.string()) for c in config.columns
    }
    return Raw(columns_of_text, np.concatenate(lines) if lines else np.empty(0, np.int32))


def _text(values: Sequence[Any]) -> pa.Array:
    try:
        return trimmed(pa.array(values, pa.string()))
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return trimmed(pa.array([v if type(v) is str else as_text(v) for v in values], pa.string()))
