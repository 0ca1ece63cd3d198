"""Snapshots: the immutable, published results of runs.

    workspace/
      current.json             names the published snapshot; replaced in one step, which is what publishing means
      lock                     held by the run at work
      snapshots/000007/        one Parquet file per table, manifest.json
      snapshots/.partial-…/    a run at work, or what a dead run left; swept by the next

A snapshot is written aside, synchronised, audited, renamed into its place and then named in `current.json`. Whatever happens on the way, the
snapshot published before stays whole. Older snapshots keep all tables while they are among the last `keep`; later only their events and
manifest, from which history is read.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from linker.errors import WorkspaceError
from linker.registry.files import Lock, sha256, sync, write_json

CURRENT, LOCK, SNAPSHOTS, MANIFEST = "current.json", "lock", "snapshots", "manifest.json"
PARTIAL = ".partial-"
LASTING = ("event.parquet", MANIFEST)
"""What a snapshot keeps when it is no longer among the last."""
WRITERS = 2

Audit = Callable[["Snapshot"], None]


@dataclass(frozen=True)
class Snapshot:
    """A published snapshot, or (while it is audited) one about to be."""

    path: Path
    manifest: dict[str, Any]

    @property
    def number(self) -> int:
        return int(self.manifest["number"])

    @property
    def tables(self) -> tuple[str, ...]:
        return tuple(sorted(p.stem for p in self.path.glob("*.parquet")))

    def file(self, table: str) -> Path:
        """Where a table stands.

        Raises:
            WorkspaceError: this snapshot does not hold it.
        """
        path = self.path / f"{table}.parquet"
        if not path.is_file():
            raise WorkspaceError(
                f"snapshot {self.path.name} holds no table '{table}'",
                where=str(self.path),
                do=f"it holds: {', '.join(self.tables) or 'nothing'}",
            )
        return path

    def table(self, table: str, columns: list[str] | None = None, filters: Any = None) -> pa.Table:
        """A table's rows, read from disk."""
        return pq.read_table(self.file(table), columns=columns, filters=filters, memory_map=True)

    def verify(self) -> list[str]:
        """Names of the files that are missing or not as they were published."""
        return [
            name
            for name, expected in self.manifest["files"].items()
            if not (self.path / name).is_file() or sha256(self.path / name) != expected["sha256"]
        ]


def _read_json(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def current_name(workspace: Path) -> str | None:
    """The published snapshot's name, None before the first run."""
    try:
        return str(_read_json(workspace / CURRENT)["snapshot"])
    except FileNotFoundError:
        return None
    except (ValueError, KeyError) as error:
        raise WorkspaceError(
            "the workspace is damaged", where=str(workspace / CURRENT), do=f"restore it: {error}"
        ) from None


def open_snapshot(workspace: Path, name: str) -> Snapshot:
    """The published snapshot of that name or number."""
    folder = workspace / SNAPSHOTS / (f"{int(name):06d}" if name.isdigit() else name)
    published = current_name(workspace)
    if published is None or folder.name > published or not (folder / MANIFEST).is_file():
        raise WorkspaceError(f"there is no snapshot {name}", where=str(workspace), do="linker runs lists them")
    return Snapshot(folder, _read_json(folder / MANIFEST))


def open_current(workspace: Path) -> Snapshot:
    """The published snapshot.

    Raises:
        WorkspaceError: nothing has been published in this workspace.
    """
    name = current_name(workspace)
    if name is None:
        raise WorkspaceError(
            "no snapshot has been published here", where=str(workspace), do="start with: linker run CONFIG"
        )
    return open_snapshot(workspace, name)


def list_runs(workspace: Path) -> list[Snapshot]:
    """All published snapshots, the newest first; older ones may hold nothing but their events."""
    published = current_name(workspace)
    folders = (workspace / SNAPSHOTS).glob("[0-9]*") if published else []
    found = [
        Snapshot(f, _read_json(f / MANIFEST)) for f in folders if f.name <= str(published) and (f / MANIFEST).is_file()
    ]
    return sorted(found, key=lambda s: s.number, reverse=True)


class SnapshotWriter:
    """Writes and publishes snapshots. As a context manager it holds the workspace's lock, so that what a run reads stays current until it publishes."""

    def __init__(self, workspace: Path, keep: int = 10, audit: Audit | None = None) -> None:
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
        if self._audit is not None:
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
