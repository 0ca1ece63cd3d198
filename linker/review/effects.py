"""What verdicts have done: for each, the identities of its two records before and after the snapshot that took it up."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Engine, insert, select

from linker.registry.database import changing, reading
from linker.registry.ledger import Entry, EntryKind, Ledger, Verdict
from linker.registry.review_tables import EFFECT
from linker.registry.snapshot import Snapshot, list_runs


@dataclass(frozen=True)
class Effect:
    """`kind`: joined, parted, confirmed (it was so already), held (something stronger stands against it), undone, none, gone."""

    entry: Entry
    snapshot: int
    kind: str
    before: tuple[str, ...]
    after: tuple[str, ...]


def note_effects(workspace: Path, engine: Engine) -> dict[str, int]:
    """Write down what the newest snapshot made of verdicts not noted before; gives how many of each kind."""
    runs = [run for run in list_runs(workspace) if "crosswalk" in run.tables]
    if len(runs) < 2:
        return {}
    newest, former = runs[0], runs[1]
    ledger = Ledger(workspace, engine)
    holds = {e.number for e in ledger.holding().values()}
    published = str(newest.manifest["published"])
    with reading(engine) as connection:
        noted = set(connection.scalars(select(EFFECT.c.decision)))
    fresh = [
        e
        for e in ledger.entries()
        if e.number not in noted and e.kind is EntryKind.VERDICT and e.at[:19] <= published[:19]
    ]
    if not fresh:
        return {}
    records = pa.array(sorted({r for e in fresh for r in (e.left_record, e.right_record)}), pa.string())
    before, after = _homes(former, records), _homes(newest, records)
    rows = [_row(e, newest.number, e.number in holds, before, after) for e in fresh]
    with changing(engine) as connection:
        connection.execute(insert(EFFECT), rows)
    return dict(Counter(row["kind"] for row in rows))


def _homes(snapshot: Snapshot, records: pa.Array) -> dict[str, str]:
    table = snapshot.table("crosswalk", ["record_id", "identity_id"], filters=pc.field("record_id").isin(records))
    return dict(zip(table["record_id"].to_pylist(), table["identity_id"].to_pylist(), strict=True))


def _row(entry: Entry, snapshot: int, holds: bool, before: dict[str, str], after: dict[str, str]) -> dict[str, Any]:
    pair = (entry.left_record, entry.right_record)
    was, now = (sorted({home[r] for r in pair if r in home}) for home in (before, after))
    kind = _kind(entry.verdict, was, now, all(r in after for r in pair)) if holds else "undone"
    return {
        "decision": entry.number,
        "snapshot": snapshot,
        "kind": kind,
        "before": json.dumps(was),
        "after": json.dumps(now),
    }


def _kind(verdict: Verdict | None, was: list[str], now: list[str], present: bool) -> str:
    if not present:
        return "gone"
    if verdict is Verdict.SAME:
        return "held" if len(now) > 1 else "joined" if len(was) > 1 else "confirmed"
    if verdict is Verdict.DIFFERENT:
        return "held" if len(now) < 2 else "parted" if len(was) < 2 else "confirmed"
    return "none"


def effects(engine: Engine, limit: int = 200) -> list[Effect]:
    """What verdicts have done, the latest first."""
    entries = {e.number: e for e in Ledger("", engine).entries()}
    with reading(engine) as connection:
        rows = connection.execute(select(EFFECT).order_by(EFFECT.c.decision.desc()).limit(limit)).all()
    return [
        Effect(entries[r.decision], r.snapshot, r.kind, tuple(json.loads(r.before)), tuple(json.loads(r.after)))
        for r in rows
    ]
