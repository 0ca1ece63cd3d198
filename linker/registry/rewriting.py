"""Writing tables of a published snapshot again, which only an erasure may: all of them and the manifest, or none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from linker.registry.files import sync
from linker.registry.parts import ADDED, GONE, part_file
from linker.registry.published import Snapshot
from linker.registry.replacing import aside_of, replace_all
from linker.registry.snapshot import facts_of, write_table


def rewrite(
    snapshot: Snapshot, tables: Mapping[str, pa.Table], texts: Mapping[str, str], noted: Mapping[str, Any]
) -> None:
    """Replace tables and text files of a snapshot; `noted` is added to its manifest. A table in parts is one file afterwards."""
    folder = snapshot.path
    new = {f"{name}.parquet": write_table(table, aside_of(folder, f"{name}.parquet")) for name, table in tables.items()}
    for name, text in texts.items():
        aside = aside_of(folder, name)
        aside.write_text(text, encoding="utf-8", newline="\n")
        sync(aside)
        new[name] = facts_of(aside)
    parts = [part_file(folder, name, kind).name for name in tables for kind in (GONE, ADDED)]
    files = {k: v for k, v in (snapshot.manifest["files"] | new).items() if k not in parts}
    rows = snapshot.manifest["rows"] | {name: table.num_rows for name, table in tables.items()}
    replace_all(folder, list(new), parts, {**snapshot.manifest, "files": files, "rows": rows, **noted})
