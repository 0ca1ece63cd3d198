"""Parquet files."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from linker.config.source import SourceConfig
from linker.errors import InputError
from linker.records.cells import LISTS, text_column
from linker.records.files import checked
from linker.records.header import find_columns
from linker.records.raw import Limits, Raw
from linker.records.suspect import without_suspects


def read_parquet(config: SourceConfig, path: str, limits: Limits) -> Raw:
    """The mapped columns, whatever their types, as text or lists of text."""
    file = checked(path, "a Parquet file", (b"PAR1",))
    try:
        parquet = pq.ParquetFile(file, memory_map=True)
        schema = parquet.schema_arrow
        names = schema.names
        positions = find_columns(config, names, path)
        _refuse_nested([schema.field(p) for p in positions.values()], path)
        table = parquet.read(columns=[names[p] for p in positions.values()])
        table.validate(full=False)
    except (pa.ArrowException, OSError) as error:  # damaged pages and headers come as OSError
        cause = " ".join(str(error).split())
        raise InputError(f"the Parquet file is damaged or cut short: {cause}", where=path, do="copy it again") from None
    count = len(table)
    columns = {c: text_column(table[names[p]]) for c, p in positions.items()}
    return without_suspects(Raw.complete(config.columns, columns, np.arange(1, count + 1, dtype=np.int32)), limits)


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
