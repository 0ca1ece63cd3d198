"""Reading published snapshots. Many processes may read while a run writes the next one."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from linker.errors import WorkspaceError
from linker.registry.files import MAPPED, sha256
from linker.registry.parts import in_parts, read_parts
from linker.schema import TABLES

CURRENT, LOCK, SNAPSHOTS, MANIFEST = "current.json", "lock", "snapshots", "manifest.json"
PLAN = ".rewriting.json"
"""In a snapshot's folder while an erasure puts what it has written anew into its place (`registry.replacing`)."""


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
        return tuple(sorted(p.stem for p in self.path.glob("*.parquet") if "." not in p.stem))

    def file(self, table: str) -> Path:
        """Where a table stands; of one in parts (`registry.parts`) the file that earlier snapshots share.

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
        """A table's rows, read from disk.

        Raises:
            WorkspaceError: the snapshot does not hold the table, or an older version of the program wrote it, without some columns.
        """
        file = self.file(table)
        self._of_this_version(table, file, columns)
        if in_parts(self.path, table):
            return read_parts(self.path, table, columns, filters)
        return pq.read_table(file, columns=columns, filters=filters, memory_map=MAPPED)

    def _of_this_version(self, table: str, file: Path, columns: list[str] | None) -> None:
        versions = self.manifest.get("versions")  # what a run wrote says so
        if not versions or table not in TABLES:
            return
        known = TABLES[table].columns
        missing = sorted({c for c in columns or known if c in known} - set(pq.read_schema(file).names))
        if missing:
            raise WorkspaceError(
                f"snapshot {self.path.name} is of another version of the program ({versions.get('linker', 'unknown')}): "
                f"its table '{table}' lacks {', '.join(missing)}",
                where=str(file),
                do="run the batch again: linker run CONFIG --workspace DIR; verdicts and identities are kept",
            )

    @property
    def unfinished(self) -> bool:
        """Whether an erasure is putting rewritten files into their places, or was when the process ended. Whoever next writes in the
        workspace does the rest."""
        return (self.path / PLAN).is_file()

    def verify(self) -> list[str]:
        """Names of the files that are missing or not as they were published. While an erasure is `unfinished`, a file may already be, or
        still be, as either side of it says."""
        published, planned = self.manifest["files"], self._planned()
        return [
            name
            for name in sorted({*published, *planned})
            if not self._is_as(name, published, planned if planned else published)
        ]

    def _planned(self) -> dict[str, Any]:
        try:
            files: dict[str, Any] = read_json(self.path / PLAN)["manifest"]["files"]
        except FileNotFoundError:
            return {}
        return files

    def _is_as(self, name: str, *states: dict[str, Any]) -> bool:
        """Whether a file is as one of the states says; one that a state does not know may be missing."""
        if not (self.path / name).is_file():
            return any(name not in state for state in states)
        found = sha256(self.path / name)
        return any(name in state and state[name]["sha256"] == found for state in states)


def read_json(path: Path) -> dict[str, Any]:
    """A file that holds one JSON object."""
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def numbered(folder: Path) -> list[Path]:
    """The folders of snapshots; what else stands there (a copy that someone made) is none."""
    return [f for f in folder.glob("[0-9]*") if f.name.isdecimal() and f.is_dir()]


def current_name(workspace: Path) -> str | None:
    """The published snapshot's name, None before the first run."""
    try:
        return str(read_json(workspace / CURRENT)["snapshot"])
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        raise WorkspaceError(
            "the workspace is damaged", where=str(workspace / CURRENT), do=f"restore it: {error}"
        ) from None


def open_snapshot(workspace: Path, name: str) -> Snapshot:
    """The published snapshot of that name or number."""
    folder = workspace / SNAPSHOTS / (f"{int(name):06d}" if name.isdigit() else name)
    published = current_name(workspace)
    if published is None or folder.name > published or not (folder / MANIFEST).is_file():
        raise WorkspaceError(f"there is no snapshot {name}", where=str(workspace), do="linker runs lists them")
    return Snapshot(folder, read_json(folder / MANIFEST))


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
    folders = numbered(workspace / SNAPSHOTS) if published else []
    found = [
        Snapshot(f, read_json(f / MANIFEST)) for f in folders if f.name <= str(published) and (f / MANIFEST).is_file()
    ]
    return sorted(found, key=lambda s: s.number, reverse=True)
