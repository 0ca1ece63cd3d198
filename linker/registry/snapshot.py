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

from linker.registry.ahead import Ahead
from linker.registry.audits import audit_snapshot
from linker.registry.files import Lock, move, sha256, sweep_aside, sync, write_json
from linker.registry.parts import ADDED, GONE, Part
from linker.registry.published import (
    CURRENT,
    LOCK,
    MANIFEST,
    SNAPSHOTS,
    Snapshot,
    current_name,
    list_runs,
    numbered,
    open_current,
    open_snapshot,
    read_json,
)
from linker.registry.replacing import finish

__all__ = ["Snapshot", "SnapshotWriter", "current_name", "list_runs", "open_current", "open_snapshot"]

PARTIAL = ".partial-"
LASTING = ("event.parquet", MANIFEST)
"""What a snapshot keeps when it is no longer among the last."""
ROW_GROUP = 250_000
WRITERS = 2
UNIQUE = frozenset({"record_id", "record_id_l", "record_id_r", "identity_id", "native_id", "provenance"})
"""Columns with hardly a value twice: a dictionary would only cost time."""

Audit = Callable[[Snapshot], None]


class SnapshotWriter:
    """Writes and publishes snapshots.

    As a context manager it holds the workspace's lock, so that what a run reads stays current until it publishes. How many snapshots `keep`
    all tables may be set until then, from what is read under the lock.
    """

    def __init__(self, workspace: Path, keep: int = 10, audit: Audit = audit_snapshot) -> None:
        self._workspace = Path(workspace)
        self._folder = self._workspace / SNAPSHOTS
        self.keep = keep
        self._audit = audit
        self._lock = Lock(self._workspace / LOCK)
        self._aside = self._folder / f"{PARTIAL}{os.getpid()}"
        self._ahead: Ahead | None = None

    def __enter__(self) -> SnapshotWriter:
        self._lock.acquire()
        self.sweep()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._ahead is not None:
            self._ahead.drop()
            self._ahead = None
        self._lock.release()

    def ahead(self, tables: Mapping[str, pa.Table]) -> None:
        """Begin to write tables that will not change any more, in the background; `write` takes what is given to it again.

        Only inside the context, whose end removes what was not published.
        """
        if not self._lock.held:
            raise RuntimeError("a snapshot is written ahead only under the workspace's lock")
        self._ahead = self._ahead or Ahead(self._aside, write_table)
        self._ahead.begin(tables)

    def forget(self, name: str) -> None:
        """Hold a table that is being written ahead no longer; the memory is needed for other things meanwhile."""
        if self._ahead is not None:
            self._ahead.forget(name)

    def taken_back(self, name: str, schema: pa.Schema) -> pa.Table:
        """A table that was forgotten, as it was.

        Raises:
            KeyError: it was never written ahead.
            OSError: it could not be written or read.
        """
        if self._ahead is None:
            raise KeyError(name)
        return self._ahead.taken_back(name, schema)

    def write(
        self,
        tables: Mapping[str, pa.Table | Part],
        manifest: Mapping[str, Any],
        extra: Mapping[str, str | bytes] | None = None,
    ) -> Snapshot:
        """Publish `tables`, some perhaps in parts; `manifest` says how they came about; `extra` are further files by name.

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

    def _write(
        self, tables: Mapping[str, pa.Table | Part], manifest: Mapping[str, Any], extra: Mapping[str, str | bytes]
    ) -> Snapshot:
        previous, name = current_name(self._workspace), self.next_name
        aside, ahead, self._ahead = self._aside, self._ahead, None
        aside.mkdir(parents=True, exist_ok=ahead is not None)
        try:
            whole = {
                **manifest,
                "number": int(name),
                "previous": int(previous) if previous else None,
                "published": datetime.now(UTC).isoformat(timespec="seconds"),
                "files": _write_files(tables, extra, aside, ahead),
                "rows": {name: _rows(table) for name, table in sorted(tables.items())},
            }
            write_json(aside / MANIFEST, whole)
            self._audit(Snapshot(aside, whole))
            place = move(aside, self._folder / name)
        except BaseException:
            if ahead is not None:
                ahead.drop()  # nobody may go on writing there
            shutil.rmtree(aside, ignore_errors=True)
            raise
        if ahead is not None:
            ahead.drop()
        sync(self._folder)
        write_json(self._workspace / CURRENT, {"snapshot": name})
        self._prune(int(name))
        return Snapshot(place, whole)

    def sweep(self) -> None:
        """Remove what dead runs left: unfinished folders, and one that was renamed but never named as current. What an erasure had begun to
        rewrite is finished."""
        sweep_aside(self._workspace)
        published = current_name(self._workspace) or ""
        for folder in self._folder.glob(f"{PARTIAL}*"):
            shutil.rmtree(folder)
        for folder in numbered(self._folder):
            if folder.name > published:
                shutil.rmtree(folder)
            else:
                finish(folder)

    def _prune(self, number: int) -> None:
        """Thin out what is no longer among the last. Windows keeps a file that someone reads; the next run tries again."""
        for folder in numbered(self._folder):
            if int(folder.name) <= number - self.keep:
                for file in folder.iterdir():
                    if file.name not in LASTING:
                        with contextlib.suppress(PermissionError):
                            file.unlink()


def _rows(table: pa.Table | Part) -> int:
    return table.rows if isinstance(table, Part) else table.num_rows


def _write_files(
    tables: Mapping[str, pa.Table | Part], extra: Mapping[str, str | bytes], folder: Path, ahead: Ahead | None
) -> dict[str, Any]:
    """Write tables, but for those that were written ahead, and other files; gives each file's size and hash."""
    files: dict[str, Any] = {}
    plain: dict[str, pa.Table] = {}
    for name, table in tables.items():
        if isinstance(table, Part):
            files |= _link(name, table, folder)
            plain |= {f"{name}.{ADDED}": table.added, f"{name}.{GONE}": table.gone}
        else:
            facts = ahead.facts(name, table) if ahead else None
            if facts is None:
                plain[name] = table
            else:
                files[f"{name}.parquet"] = facts
    with ThreadPoolExecutor(WRITERS) as pool:
        jobs = {
            f"{name}.parquet": pool.submit(write_table, table, folder / f"{name}.parquet")
            for name, table in plain.items()
        }
        files |= {name: job.result() for name, job in jobs.items()}
    for name, content in extra.items():
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        sync(folder / name)
        files[name] = facts_of(folder / name)
    return dict(sorted(files.items()))


def _link(name: str, part: Part, folder: Path) -> dict[str, Any]:
    """Let the earlier snapshot's file stand in the new folder, too; where the file system knows no links, as a copy."""
    file = f"{name}.parquet"
    try:
        (folder / file).hardlink_to(part.folder / file)
    except OSError:
        shutil.copyfile(part.folder / file, folder / file)
        sync(folder / file)
    return {file: read_json(part.folder / MANIFEST)["files"][file]}


def write_table(table: pa.Table, path: Path) -> dict[str, Any]:
    """The same rows give the same bytes: no time, no pandas notes. Only ids get statistics, which is what is looked up by."""
    paths = [f"{field.name}.list.element" if pa.types.is_list(field.type) else field.name for field in table.schema]
    pq.write_table(
        table.replace_schema_metadata(None),
        path,
        compression="lz4",
        row_group_size=ROW_GROUP,
        use_dictionary=[name for name in paths if name not in UNIQUE],
        write_statistics=[name for name in paths if name in UNIQUE],
    )
    sync(path)
    return facts_of(path)


def facts_of(path: Path) -> dict[str, Any]:
    return {"bytes": path.stat().st_size, "sha256": sha256(path)}
