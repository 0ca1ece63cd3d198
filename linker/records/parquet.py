"""Parquet files.

A file of a few kilobytes can stand for terabytes: a dictionary holds one long text and a million rows point to it. So what a file unpacks
to is bounded before it is read (`parquet_bound`), and counted batch by batch where the bound does not suffice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from linker.config.source import SourceConfig
from linker.errors import InputError
from linker.records.cells import LISTS, text_column
from linker.records.files import checked
from linker.records.header import find_columns
from linker.records.parquet_bound import PER_ROW, Bound, bound_of
from linker.records.raw import Limits, Raw
from linker.records.suspect import without_suspects

BATCH_BYTES = 2**26
"""Of a batch, where a file is read in batches because it may unpack to more than the limit."""
BATCH_ROWS = 65_536


def read_parquet(config: SourceConfig, path: str, limits: Limits) -> Raw:
    """The mapped columns, whatever their types, as text or lists of text.

    Raises:
        InputError: it cannot be read, or it unpacks to more than `limits` allow.
    """
    file = checked(path, "a Parquet file", (b"PAR1",))
    try:
        parquet = pq.ParquetFile(file, memory_map=True)
        schema = parquet.schema_arrow
        names = schema.names
        positions = find_columns(config, names, path)
        _refuse_nested([schema.field(p) for p in positions.values()], path)
        columns = _read(file, parquet, [names[p] for p in positions.values()], limits)
    except (pa.ArrowException, OSError, ValueError) as error:  # damaged pages and headers come as OSError
        cause = " ".join(str(error).split())
        if "overflow" in cause:
            said = "a column of the Parquet file holds more than 2 GiB of text"
            raise InputError(said, where=path, do="split it") from None
        raise InputError(f"the Parquet file is damaged or cut short: {cause}", where=path, do="copy it again") from None
    lines = np.arange(1, parquet.metadata.num_rows + 1, dtype=np.int32)
    return without_suspects(Raw.complete(config.columns, dict(zip(positions, columns, strict=True)), lines), limits)


def _read(file: Path, parquet: pq.ParquetFile, names: Sequence[str], limits: Limits) -> list[pa.Array]:
    """The columns as text, read at once if they cannot unpack to more than the limit."""
    rows, most = parquet.metadata.num_rows, limits.unpacked(file.stat().st_size)
    bounds = bound_of(file, parquet, names, most)
    if sum(b.total for b in bounds) <= most:
        table = parquet.read(columns=list(names))
        table.validate(full=False)
        return _complete([text_column(table[name]) for name in names], rows)
    if any(bound.at_once > most for bound in bounds):
        raise _too_much(file, most)
    batches = list(_batches(file, parquet, names, bounds, most))
    return _complete([pa.concat_arrays(parts) for parts in zip(*batches, strict=True)], rows)


def _complete(columns: list[pa.Array], rows: int) -> list[pa.Array]:
    """Raises ValueError: a column holds more or fewer rows than the file says."""
    if any(len(column) != rows for column in columns):
        raise ValueError(f"it says that it holds {rows} rows, but a column does not")
    return columns


def _batches(
    file: Path, parquet: pq.ParquetFile, names: Sequence[str], bounds: Sequence[Bound], most: int
) -> Iterator[list[pa.Array]]:
    """The columns as text, batch by batch, each small even if all its cells are the longest.

    Raises:
        InputError: together they exceed the limit.
    """
    total = 0
    for group, bound in enumerate(bounds):
        rows = max(1, min(BATCH_ROWS, BATCH_BYTES // max(bound.row, 1)))
        for batch in parquet.iter_batches(rows, row_groups=[group], columns=list(names), use_threads=False):
            batch.validate(full=False)
            columns = [text_column(batch[name]) for name in names]
            total += len(batch) * PER_ROW + sum(column.nbytes for column in columns)
            if total > most:
                raise _too_much(file, most)
            yield columns


def _too_much(file: Path, most: int) -> InputError:
    said = f"the Parquet file unpacks to more than {most:,} bytes"
    return InputError(said, where=str(file), do="split it, or shorten the texts that it repeats")


def _refuse_nested(fields: Sequence[pa.Field], path: str) -> None:
    """Cells hold a value or a list of values; of a structure nobody knows which part is meant."""
    for field in fields:
        inner = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
        if any(is_list(inner) for is_list in LISTS):
            inner = inner.value_type
        if pa.types.is_nested(inner):
            raise InputError(
                f"the column {field.name!r} holds {field.type}, neither values nor lists of values",
                where=path,
                do="write its parts as columns of their own",
            )
