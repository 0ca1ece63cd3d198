"""What happened to identities over all runs, read from the events that every snapshot keeps for good."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from linker.errors import WorkspaceError
from linker.identity.events import Kind
from linker.identity.identities import Past
from linker.registry.snapshot import Snapshot, list_runs, open_current

QUERIES = Path(__file__).parent / "sql"


@dataclass(frozen=True)
class PastEvent:
    """An event with the snapshot in whose run it happened."""

    snapshot: int
    published: str
    kind: Kind
    cause: str
    identity_id: str
    record_ids: tuple[str, ...]
    other_identities: tuple[str, ...]


def past(workspace: Path) -> Past:
    """What `identities.assign` must know of all earlier snapshots."""
    files = _files(list_runs(workspace))
    if not files:
        nothing = pa.array([], pa.string())
        return Past(nothing, pa.array([], pa.int64()), pa.table({"record_id": nothing, "identity_id": nothing}))
    found = _ask("created_ids", files)
    encoded = found["filename"].combine_chunks().dictionary_encode()
    numbers = pa.array([files[name] for name in encoded.dictionary.to_pylist()], pa.int64())
    return Past(found["identity_id"].combine_chunks(), numbers.take(encoded.indices), _ask("ended_members", files))


def of_identity(workspace: Path, identity_id: str) -> list[PastEvent]:
    """All events that concern an identity, the oldest first."""
    runs = {run.number: run for run in list_runs(workspace)}
    files = _files(list(runs.values()))
    rows = _ask("identity_events", files, id=identity_id).to_pylist() if files else []
    events = []
    for row in rows:
        run = runs[files[row["filename"]]]
        events.append(
            PastEvent(
                run.number,
                str(run.manifest["published"]),
                Kind(row["kind"]),
                row["cause"],
                row["identity_id"],
                tuple(row["record_ids"]),
                tuple(row["other_identities"]),
            )
        )
    return sorted(events, key=lambda e: e.snapshot)


def crosswalk_then(workspace: Path, number: int) -> pa.Table:
    """`record_id` and `identity_id` as they were after snapshot `number`, rebuilt from events alone."""
    files = _files([run for run in list_runs(workspace) if run.number <= number])
    if not files:
        raise WorkspaceError(f"there is no snapshot {number}", where=str(workspace), do="linker runs lists them")
    return _ask("crosswalk_then", files)


def snapshot_then(workspace: Path, day: str) -> int:
    """The number of the snapshot in force at the end of `day` (YYYY-MM-DD)."""
    before = [run.number for run in list_runs(workspace) if str(run.manifest["published"])[:10] <= day]
    if not before:
        raise WorkspaceError(
            f"nothing was published until {day}", where=str(workspace), do="linker runs lists the dates"
        )
    return max(before)


def successors(workspace: Path, identity_id: str) -> list[str]:
    """The living identities that an id stands for today: itself, or those that took its records over; none if all were erased."""
    current = open_current(workspace)
    living, pending, seen = [], [identity_id], {identity_id}
    while pending:
        at = pending.pop(0)
        if current.table("identity", ["identity_id"], filters=pc.field("identity_id") == at).num_rows:
            living.append(at)
            continue
        for event in of_identity(workspace, at):
            if event.kind is Kind.MERGED and at in event.other_identities and event.identity_id not in seen:
                seen.add(event.identity_id)
                pending.append(event.identity_id)
    return living


def _files(runs: Sequence[Snapshot]) -> dict[str, int]:
    """Event files of runs, and whose they are."""
    return {str(run.file("event")): run.number for run in runs if "event" in run.tables}


@cache
def _query(name: str) -> str:
    return (QUERIES / f"{name}.sql").read_text(encoding="utf-8")


def _ask(query: str, files: dict[str, int], **values: Any) -> pa.Table:
    with duckdb.connect() as connection:
        return connection.sql(_query(query), params={"files": sorted(files), **values}).to_arrow_table()
