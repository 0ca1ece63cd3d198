"""Writing tables of a published snapshot again, which only an erasure may: each file is replaced in one step, the manifest last."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from linker.registry.files import move, sync, write_json
from linker.registry.parts import ADDED, GONE, part_file
from linker.registry.published import MANIFEST, Snapshot
from linker.registry.snapshot import facts_of, write_table


def rewrite(
    snapshot: Snapshot, tables: Mapping[str, pa.Table], texts: Mapping[str, str], noted: Mapping[str, Any]
) -> None:
    """Replace tables and text files of a snapshot; `noted` is added to its manifest."""
    files, rows = dict(snapshot.manifest["files"]), dict(snapshot.manifest["rows"])
    for name, table in tables.items():
        aside = snapshot.path / f".{name}.new"
        files[f"{name}.parquet"] = write_table(table, aside)
        rows[name] = table.num_rows
        move(aside, snapshot.path / f"{name}.parquet")
        for file in (part_file(snapshot.path, name, kind) for kind in (GONE, ADDED)):
            file.unlink(missing_ok=True)
            files.pop(file.name, None)
    for name, text in texts.items():
        aside = snapshot.path / f".{name}.new"
        aside.write_text(text, encoding="utf-8", newline="\n")
        sync(aside)
        files[name] = facts_of(aside)
        move(aside, snapshot.path / name)
    write_json(snapshot.path / MANIFEST, {**snapshot.manifest, "files": files, "rows": rows, **noted})
