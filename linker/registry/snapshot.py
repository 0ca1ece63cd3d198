"""Snapshots: the immutable, published results of runs.

    workspace/
      current.json             names the published snapshot; replaced in one step, which is what publishing means
      lock                     held by the run at work
      snapshots/000007/        one Parquet file per table, manifest.json
      snapshots/.partial-…/    a run at work, or what a dead run left; swept by the next

A snapshot is written aside, synchronised, audited, renamed into its place and then named in `current.json`. Whatever happens on the way,
the snapshot published before stays whole. Older snapshots keep all tables while they are among the last `keep`; later only their events
and manifest, from which history is read.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from linker.registry.audits import audit_snapshot
from linker.registry.files import Lock, sha256, sync, write_json
from linker.registry.published import (
    CURRENT,
    LOCK,
    MANIFEST,
    SNAPSHOTS,
    Snapshot,
    current_name,
    list_runs,
    open_current,
    open_snapshot,
)

__all__ = ["Snapshot", "SnapshotWriter", "current_name", "list_runs", "open_current", "open_snapshot"]

PARTIAL = ".partial-"
LASTING = ("event.parquet", MANIFEST)
"""What a snapshot keeps when it is no longer among the last."""
WRITERS = 2

Audit = Callable[[Snapshot], None]


class SnapshotWriter:
    """Writes and publishes snapshots.

    As a context manager it holds the workspace's lock, so that what a run reads stays current until it publishes.
    """

    def __init__(self, workspace: Path, keep: int = 10, audit: Audit = audit_snapshot) -> None:
        self._workspace = Path(workspace)
        self._folder = self._workspace / SNAPSHOTS
        self._keep = keep
        self._audit = audit
        self._lock = Lock(self._workspace / LOCK)

    def __enter__(self) -> SnapshotWriter:
        self._lock.acquire()
        self._sweep()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lock.release()

    def write(
        self, tables: Mapping[str, pa.Table], manifest: Mapping[str, Any], extra: Mapping[str, str] | None = None
    ) -> Snapshot:
        """Publish `tables`; `manifest` says how they came about; `extra` are further files by name (text).

        Raises:
            AuditError: the tables contradict each other. Nothing is published.
            WorkspaceError: another run is at work.
        """
        if self._lock.held:
            return self._write(tables, manifest, extra or {})
        with self:
            return self._write(tables, manifest, extra or {})

    @property
    def next_name(self) -> str:
        """The name that the next snapshot will have."""
        return f"{int(current_name(self._workspace) or 0) + 1:06d}"

    def _write(self, tables: Mapping[str, pa.Table], manifest: Mapping[str, Any], extra: Mapping[str, str]) -> Snapshot:
        previous = current_name(self._workspace)
        number = int(previous or 0) + 1
        aside = self._folder / f"{PARTIAL}{os.getpid()}"
        aside.mkdir(parents=True)
        with ThreadPoolExecutor(WRITERS) as pool:
            jobs = {
                f"{name}.parquet": pool.submit(_write_table, table, aside / f"{name}.parquet")
                for name, table in tables.items()
            }
            files = {name: job.result() for name, job in jobs.items()}
        for name, text in extra.items():
            (aside / name).write_text(text, encoding="utf-8", newline="\n")
            sync(aside / name)
            files[name] = {"bytes": (aside / name).stat().st_size, "sha256": sha256(aside / name)}
        whole = {
            **manifest,
            "number": number,
            "previous": int(previous) if previous else None,
            "published": datetime.now(UTC).isoformat(timespec="seconds"),
            "files": dict(sorted(files.items())),
            "rows": {name: table.num_rows for name, table in sorted(tables.items())},
        }
        write_json(aside / MANIFEST, whole)
        self._audit(Snapshot(aside, whole))
        place = self._folder / f"{number:06d}"
        aside.replace(place)
        sync(self._folder)
        write_json(self._workspace / CURRENT, {"snapshot": place.name})
        self._prune(number)
        return Snapshot(place, whole)

    def _sweep(self) -> None:
        """Remove what dead runs left: unfinished folders, and one that was renamed but never named as current."""
        published = current_name(self._workspace) or ""
        for folder in self._folder.glob("*"):
            if folder.name.startswith(PARTIAL) or folder.name > published:
                shutil.rmtree(folder)

    def _prune(self, number: int) -> None:
        for folder in self._folder.glob("[0-9]*"):
            if int(folder.name) > number - self._keep:
                continue
            for file in folder.iterdir():
                if file.name not in LASTING:
                    with contextlib.suppress(
                        PermissionError
                    ):  # Windows: someone still reads it; the next run tries again
                        file.unlink()


def _write_table(table: pa.Table, path: Path) -> dict[str, Any]:
    """The same rows give the same bytes: no time, no pandas notes."""
    plain = table.replace_schema_metadata(None)
    pq.write_table(plain, path, compression="zstd", compression_level=1, row_group_size=250_000)
    sync(path)
    return {"bytes": path.stat().st_size, "sha256": sha256(path), "rows": table.num_rows}
