"""Parquet files."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from linker.config.source import SourceConfig
from linker.errors import InputError
from linker.records.cells import text_column
from linker.records.files import checked
from linker.records.header import find_columns
from linker.records.raw import Limits, Raw
from linker.records.suspect import without_suspects


def read_parquet(config: SourceConfig, path: str, limits: Limits) -> Raw:
    """The mapped columns, whatever their types, as text or lists of text."""
    file = checked(path, "a Parquet file", (b"PAR1",))
    try:
        parquet = pq.ParquetFile(file, memory_map=True)
        positions = find_columns(config, parquet.schema_arrow.names, path)
        names = parquet.schema_arrow.names
        table = parquet.read(columns=[names[p] for p in positions.values()])
    except pa.ArrowException as error:
        raise InputError(f"the Parquet file is damaged or cut short: {error}", where=path, do="copy it again") from None
    count = len(table)
    columns = {c: text_column(table[names[p]]) for c, p in positions.items()}
    return without_suspects(Raw.complete(config.columns, columns, np.arange(1, count + 1, dtype=np.int32)), limits)
