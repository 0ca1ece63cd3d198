"""Tables of a snapshot that are written while the run still works on the others: one core is idle for much of it.

They stand in the unfinished folder like all else, and are audited and published with it or removed with it.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from linker.registry.files import MAPPED

Write = Callable[[pa.Table, Path], dict[str, Any]]


class Ahead:
    """Writes tables into `folder` one after the other, in a thread of its own: two at once would take memory that matching needs."""

    def __init__(self, folder: Path, write: Write) -> None:
        self._folder, self._write = folder, write
        self._pool = ThreadPoolExecutor(1)
        self._begun: dict[str, tuple[pa.Table | None, Future[dict[str, Any]]]] = {}

    def begin(self, tables: Mapping[str, pa.Table]) -> None:
        """Go on in the background with these, too."""
        self._folder.mkdir(parents=True, exist_ok=True)
        for name, table in tables.items():
            self._begun[name] = table, self._pool.submit(self._write, table, self._folder / f"{name}.parquet")

    def forget(self, name: str) -> None:
        """Hold a table no longer than until it is written."""
        self._begun[name] = None, self._begun[name][1]

    def taken_back(self, name: str, schema: pa.Schema) -> pa.Table:
        """A table that was forgotten, read from its file.

        Raises:
            OSError: it could not be written or read.
        """
        written = self._begun[name][1]
        written.result()
        table = pq.read_table(self._folder / f"{name}.parquet", memory_map=MAPPED).cast(schema)
        self._begun[name] = table, written
        return table

    def facts(self, name: str, table: pa.Table) -> dict[str, Any] | None:
        """The facts of a table's file once it is written; None if this very table was not begun with, and nobody writes to its file.

        Raises:
            OSError: it could not be written.
        """
        begun = self._begun.get(name)
        if begun is None:
            return None
        facts = begun[1].result()
        return facts if begun[0] is table else None

    def drop(self) -> None:
        """End the thread and remove what stands in the folder. Nothing happens to a folder that was renamed."""
        self._pool.shutdown(cancel_futures=True)
        self._begun.clear()
        shutil.rmtree(self._folder, ignore_errors=True)
