"""The unified table as it was: of any published snapshot, or of the one that was in force on a day.

Snapshots that still hold their tables are read as they are. Of older ones the events say who belonged where; golden records are made
again from the records that the next later snapshot with tables holds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linker.errors import WorkspaceError
from linker.identity.golden import golden_records
from linker.identity.history import crosswalk_then, snapshot_then
from linker.identity.values import single
from linker.names.channel import Channel
from linker.names.table import NameTable
from linker.registry.snapshot import Snapshot, list_runs, open_current, open_snapshot
from linker.schema import CROSSWALK, EDGE

DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True)
class Rebuilt(Snapshot):
    """A snapshot whose tables were removed to save room, made again. `missing` are records that no snapshot holds any more."""

    held: dict[str, pa.Table] = field(default_factory=dict)
    missing: int = 0
    source: int = 0
    """the snapshot whose records it was made from"""

    @property
    def tables(self) -> tuple[str, ...]:
        return tuple(sorted(self.held))

    def table(self, table: str, columns: list[str] | None = None, filters: Any = None) -> pa.Table:
        found = self.held[table]
        found = found if filters is None else found.filter(filters)
        return found if columns is None else found.select(columns)


def open_as_of(workspace: Path, when: str | None = None) -> Snapshot:
    """The snapshot of that number, or in force at the end of that day (YYYY-MM-DD, UTC); the current one if nothing is asked.

    Raises:
        WorkspaceError: there was none, or `when` is neither a number nor a day.
    """
    if when is None:
        return open_current(workspace)
    text = when.strip()
    if DAY.fullmatch(text):
        number = snapshot_then(workspace, text)
    elif text.isdecimal():
        number = int(text)
    else:
        raise WorkspaceError(
            f"'{when}' is neither a snapshot's number nor a day", where=str(workspace), do="write 12 or 2025-03-31"
        )
    snapshot = open_snapshot(workspace, str(number))
    return snapshot if "identity" in snapshot.tables else _rebuilt(workspace, snapshot)


def _rebuilt(workspace: Path, snapshot: Snapshot) -> Rebuilt:
    holder = min(
        (run for run in list_runs(workspace) if run.number > snapshot.number and "identity" in run.tables),
        key=lambda run: run.number,
    )
    then = crosswalk_then(workspace, snapshot.number)
    record, person = holder.table("record"), holder.table("person")
    place = pc.index_in(single(record["record_id"]), value_set=single(then["record_id"]))
    rows = np.flatnonzero(pc.is_valid(place).to_numpy(zero_copy_only=False))
    identity_id = single(then["identity_id"]).take(place.take(pa.array(rows)))
    record, person = record.take(pa.array(rows)), person.take(pa.array(rows))
    names = _names(person, Channel.kept_in(holder.path))
    crosswalk = record.select(["source", "native_id", "part", "record_id"]).append_column("identity_id", identity_id)
    held = {
        "identity": golden_records(record, person, identity_id, names),
        "crosswalk": CROSSWALK.conform(crosswalk),
        "record": record,
        "person": person,
        "edge": EDGE.empty(),
    }
    return Rebuilt(snapshot.path, snapshot.manifest, held, then.num_rows - len(rows), holder.number)


def _names(person: pa.Table, channel: Channel | None) -> NameTable:
    texts = pc.value_counts(single(person["name"]).drop_null())
    return NameTable.build(texts.field("values"), channel, texts.field("counts").to_numpy())
