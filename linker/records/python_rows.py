"""Rows that come one by one as Python values (workbooks, databases) → columns of text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from linker.config.source import SourceConfig
from linker.records.cells import as_text, trimmed
from linker.records.raw import Raw

CHUNK = 20_000
"""Rows held as Python objects at a time."""


class Texts(dict[Any, str | None]):
    """Value → its text. Dates, ages and heights repeat, so most cells cost one look-up."""

    def __missing__(self, value: Any) -> str | None:
        self[value] = text = as_text(value)
        return text


def from_rows(config: SourceConfig, rows: Iterable[Sequence[Any]], positions: dict[str, int], first_line: int) -> Raw:
    """The mapped columns of `rows`. A row without any filled cell is not a row, but counts as a line."""
    chunks: dict[str, list[pa.Array]] = {c: [] for c in positions}
    texts = {c: Texts() for c in positions}
    lines: list[npt.NDArray[np.int32]] = []
    line, stream = first_line, iter(rows)
    while chunk := list(islice(stream, CHUNK)):
        filled = np.fromiter((bool(row[0]) or _is_filled(row) for row in chunk), bool, len(chunk))
        lines.append(np.flatnonzero(filled).astype(np.int32) + np.int32(line))
        line += len(chunk)
        if not filled.all():
            chunk = [row for row, is_filled in zip(chunk, filled, strict=True) if is_filled]
        columns = list(zip(*chunk, strict=True))
        for name, position in positions.items():
            chunks[name].append(_text(columns[position] if columns else (), texts[name]))
    whole = {c: pa.concat_arrays(arrays) for c, arrays in chunks.items() if arrays}
    return Raw.complete(config.columns, whole, np.concatenate(lines) if lines else np.empty(0, np.int32))


def _is_filled(row: Sequence[Any]) -> bool:
    return any(v is not None and v != "" for v in row)


def _text(values: Sequence[Any], texts: Texts) -> pa.Array:
    kinds = set(map(type, values))
    if kinds <= {str, type(None)}:
        return trimmed(pa.array(values, pa.string()))
    if bool in kinds:  # True and 1.0 are one key of a dictionary, but not one text
        return trimmed(pa.array([as_text(v) for v in values], pa.string()))
    return trimmed(pa.array([v if type(v) is str else texts[v] for v in values], pa.string()))
