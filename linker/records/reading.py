"""One source, from its file to rows and quarantine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from linker.config.source import SourceConfig, SourceFormat
from linker.errors import AuditError, InputError
from linker.records.checks import check_rows
from linker.records.csv_file import read_csv
from linker.records.database import read_database
from linker.records.excel import read_excel
from linker.records.mapping import map_rows
from linker.records.parquet import read_parquet
from linker.records.raw import Limits, Raw, quarantine_table

READERS: dict[SourceFormat, Callable[[SourceConfig, str, Limits], Raw]] = {
    SourceFormat.CSV: read_csv,
    SourceFormat.PARQUET: read_parquet,
    SourceFormat.EXCEL: read_excel,
    SourceFormat.SQLITE: read_database,
    SourceFormat.POSTGRESQL: read_database,
}


@dataclass(frozen=True)
class SourceRows:
    """What one source gave, in the order of the file: `rows` is `schema.ROW` with `extra.` columns, `quarantine` its namesake.

    `repeated` counts rows identical to another, which stands in `rows`. rows_in = rows + quarantine + repeated, always.
    """

    source: str
    rows: pa.Table
    quarantine: pa.Table
    repeated: int
    rows_in: int

    def __post_init__(self) -> None:
        if self.rows_in != len(self.rows) + len(self.quarantine) + self.repeated:
            raise AuditError(
                f"source '{self.source}': {self.rows_in} rows came in, but {len(self.rows)} rows, "
                f"{len(self.quarantine)} quarantined and {self.repeated} repeated do not add up",
                do="report this fault with the file's layout",
            )


def read_source(config: SourceConfig, path: Path | str, limits: Limits | None = None) -> SourceRows:
    """All rows of a source. `path` is a file, or for a database its URL or SQLite file.

    Raises:
        InputError: the file cannot be read at all: missing, empty, header only, another format, mapped columns missing.
    """
    limits = limits or Limits()
    raw = READERS[config.format](config, str(path), limits)
    rows_in = len(raw) + len(raw.rejects)
    if not rows_in:
        raise InputError("there is a header but not one row", where=str(path), do="check the export")
    rows, rejects, repeated = check_rows(map_rows(config, raw), limits.rejects)
    quarantine = quarantine_table(config.name, [*raw.rejects, *rejects])
    return SourceRows(config.name, rows, quarantine, repeated, rows_in)
