"""Finding an identity in a snapshot by what a person has in hand: its id, one of its records' ids, or a source's own number."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from linker.errors import WorkspaceError
from linker.identity import history
from linker.identity.ids import tidy
from linker.registry.snapshot import Snapshot, open_current

MOST = 200
"""Edges shown inside an identity; others shown are a tenth of it."""


@dataclass(frozen=True)
class Found:
    """An identity with its golden record and its records; `note` says how it relates to what was asked."""

    identity_id: str
    golden: dict[str, Any]
    records: pa.Table
    note: str = ""


def find(workspace: Path, snapshot: Snapshot, asked: str, *, resolve: bool = True) -> list[Found]:
    """The identities that `asked` names. A superseded id gives its successors, unless `resolve` is off.

    Raises:
        WorkspaceError: nothing is known by that name, or an identity id was mistyped.
    """
    text = asked.strip()
    name = tidy(text)
    if name is not None:
        golden = _golden(snapshot, name)
        if golden is not None:
            return [_found(snapshot, golden)]
        if not history.of_identity(workspace, name):
            raise WorkspaceError(f"there is no identity {name}", where=str(snapshot.path), do="check the id")
        if not resolve:
            return [Found(name, {}, pa.table({}))]
        return _successors(workspace, snapshot, name)
    crosswalk = snapshot.table("crosswalk", ["record_id", "native_id", "identity_id"])
    hits = crosswalk.filter(pc.field("record_id") == text)
    if not hits.num_rows:
        hits = crosswalk.filter(pc.field("native_id") == text)
    if not hits.num_rows:
        hint = (
            "the id has a wrong character"
            if text.upper().startswith("P-")
            else "give an identity id (P-…) or a record id"
        )
        raise WorkspaceError(f"nothing is known as '{text}'", where=str(snapshot.path), do=hint)
    names = sorted(set(hits["identity_id"].to_pylist()))
    return [_found(snapshot, golden) for golden in (_golden(snapshot, n) for n in names) if golden is not None]


def _successors(workspace: Path, snapshot: Snapshot, name: str) -> list[Found]:
    living = history.successors(workspace, name)
    found = [_found(snapshot, golden) for golden in (_golden(snapshot, n) for n in living) if golden is not None]
    if not found and snapshot.number != open_current(workspace).number:
        raise WorkspaceError(
            f"{name} did not exist in snapshot {snapshot.number}", where=str(snapshot.path), do=f"linker history {name}"
        )
    if not found:
        raise WorkspaceError(f"{name} is no more: its records left the register", do=f"linker history {name}")
    return [replace(f, note=f"{name} is superseded by {f.identity_id}") for f in found]


def _golden(snapshot: Snapshot, name: str) -> dict[str, Any] | None:
    rows: list[dict[str, Any]] = snapshot.table("identity", filters=pc.field("identity_id") == name).to_pylist()
    return rows[0] if rows else None


def _found(snapshot: Snapshot, golden: dict[str, Any]) -> Found:
    name = str(golden["identity_id"])
    ids = snapshot.table("crosswalk", ["record_id"], filters=pc.field("identity_id") == name)["record_id"]
    records = snapshot.table("record", filters=pc.field("record_id").isin(ids.to_pylist()))
    return Found(name, golden, records.sort_by("record_id"))


def neighbours(snapshot: Snapshot, found: Found) -> tuple[pa.Table, pa.Table]:
    """Scored pairs inside an identity, and its strongest pairs with records outside, both by falling weight."""
    ids = found.records["record_id"].to_pylist()
    left, right = pc.field("record_id_l").isin(ids), pc.field("record_id_r").isin(ids)
    edges = snapshot.table("edge", filters=left | right).sort_by([("weight", "descending")])
    return edges.filter(left & right).slice(0, MOST), edges.filter(~(left & right)).slice(0, MOST // 10)
