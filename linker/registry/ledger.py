"""People's verdicts on pairs of records: who decided what, when and why. Nothing is ever changed or removed.

A later verdict on the same pair supersedes the earlier; an undo takes one entry back (also an undo), so what was decided before holds again.
What holds now is a pure function of the entries (`holding`). Verdicts reach further than their pair: same(a, b) and same(b, c) make a and c the
same, same(a, b) and different(b, c) keep a and c apart, also when b itself is not there any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection, Engine, func, insert, select

from linker.errors import InputError
from linker.registry import auditlog
from linker.registry.auditlog import AuditLog
from linker.registry.database import now, open_registry, user, writing
from linker.registry.tables import DECISION

Pairs = npt.NDArray[np.int32]


class Verdict(StrEnum):
    """What a person says about two records."""

    SAME = "same"
    DIFFERENT = "different"
    UNSURE = "unsure"


class EntryKind(StrEnum):
    VERDICT = "verdict"
    UNDO = "undo"


@dataclass(frozen=True)
class Entry:
    """One row of the ledger. An undo has no verdict; `supersedes` is the entry that it takes back."""

    number: int
    kind: EntryKind
    left_record: str
    right_record: str
    verdict: Verdict | None
    who: str
    at: str
    why: str
    supersedes: int | None


@dataclass(frozen=True)
class NewVerdict:
    """A verdict to be written down. Without `at` it is made now."""

    left_record: str
    right_record: str
    verdict: Verdict
    why: str
    who: str | None = None
    at: str | None = None


def holding(entries: Iterable[Entry]) -> dict[tuple[str, str], Entry]:
    """The verdict that holds for each pair (smaller record id first)."""
    ordered = sorted(entries, key=lambda e: e.number, reverse=True)
    undone: set[int] = set()
    holds: dict[tuple[str, str], Entry] = {}
    for entry in ordered:
        if entry.number in undone:
            continue
        if entry.kind is EntryKind.UNDO:
            undone.add(int(entry.supersedes or 0))
        else:
            holds.setdefault((entry.left_record, entry.right_record), entry)
    return holds


class Ledger:
    """The decisions of a workspace (or of a database URL)."""

    def __init__(self, place: Path | str) -> None:
        self._engine: Engine = open_registry(place)
        self._audit = AuditLog(place, self._engine)

    def decide(self, decisions: Sequence[NewVerdict]) -> list[Entry]:
        """Write verdicts down, all or none, each superseding the one that holds for its pair.

        Raises:
            InputError: a record is compared with itself, or a reason is missing.
        """
        for new in decisions:
            _check(new)
        with writing(self._engine) as connection:
            holds = holding(_entries(connection))
            number = _last(connection)
            written = []
            for new in decisions:
                number += 1
                pair = _pair(new.left_record, new.right_record)
                before = holds.get(pair)
                entry = Entry(
                    number, EntryKind.VERDICT, *pair, Verdict(new.verdict), new.who or user(), new.at or now(), new.why,
                    None if before is None else before.number,
                )  # fmt: skip
                head = self._write(connection, entry)
                holds[pair] = entry
                written.append(entry)
        if written:
            self._audit.keep_head(head)
        return written

    def undo(self, number: int, why: str, who: str | None = None) -> Entry:
        """Take entry `number` back; what held before it holds again.

        Raises:
            InputError: there is no such entry, or it is taken back already.
        """
        if not why.strip():
            raise InputError("an undo needs a reason", do="say why")
        with writing(self._engine) as connection:
            entries = _entries(connection)
            target = next((e for e in entries if e.number == number), None)
            if target is None:
                raise InputError(f"there is no decision {number}", do="linker decisions list shows them")
            if number in _undone(entries):
                raise InputError(f"decision {number} is taken back already", do="take the undo back instead")
            entry = Entry(
                _last(connection) + 1, EntryKind.UNDO, target.left_record, target.right_record, None, who or user(), now(), why, number,
            )  # fmt: skip
            head = self._write(connection, entry)
        self._audit.keep_head(head)
        return entry

    def _write(self, connection: Connection, entry: Entry) -> auditlog.Head:
        row = {name: getattr(entry, name) for name in DECISION.columns.keys()}
        row["kind"], row["verdict"] = str(entry.kind), None if entry.verdict is None else str(entry.verdict)
        connection.execute(insert(DECISION).values(**row))
        return auditlog.append(connection, "decision", str(entry.number), row, entry.who)

    def entries(self) -> list[Entry]:
        """All entries in order."""
        with self._engine.connect() as connection:
            return _entries(connection)

    def holding(self) -> dict[tuple[str, str], Entry]:
        """The verdict that holds for each pair."""
        return holding(self.entries())

    def constraints(self, record_ids: Any) -> tuple[Pairs, Pairs]:
        """Must-links and cannot-links among `record_ids` as row numbers, shape (k, 2) each, with all that follows from them."""
        return implied(self.holding().values(), record_ids)


def implied(verdicts: Iterable[Entry], record_ids: Any) -> tuple[Pairs, Pairs]:
    """What verdicts that hold mean for the records present: pairs that belong together, pairs that never may."""
    kept = [v for v in verdicts if v.verdict in {Verdict.SAME, Verdict.DIFFERENT}]
    named = sorted({r for v in kept for r in (v.left_record, v.right_record)})
    row = dict(zip(named, _rows(named, record_ids), strict=True))
    parent = {r: r for r in named}

    def root(record: str) -> str:
        while parent[record] != record:
            parent[record] = parent[parent[record]]
            record = parent[record]
        return record

    for v in kept:
        if v.verdict is Verdict.SAME:
            a, b = sorted((root(v.left_record), root(v.right_record)))
            parent[b] = a
    present: dict[str, list[int]] = {}
    for record in named:
        if row[record] >= 0:
            present.setdefault(root(record), []).append(row[record])
    must = {pair for rows in present.values() for pair in zip(rows, rows[1:], strict=False)}
    cannot = set()
    for v in kept:
        a, b = row[v.left_record], row[v.right_record]
        if v.verdict is Verdict.SAME and a >= 0 and b >= 0:
            must.add((a, b))
        if v.verdict is Verdict.DIFFERENT:
            if a >= 0 and b >= 0:
                cannot.add((a, b))
            left, right = root(v.left_record), root(v.right_record)
            if left != right and left in present and right in present:
                cannot.add((present[left][0], present[right][0]))
    return _array(must), _array(cannot)


def _array(pairs: set[tuple[int, int]]) -> Pairs:
    ordered = sorted((min(p), max(p)) for p in pairs)
    return np.array(ordered, np.int32).reshape(-1, 2)


def _rows(named: list[str], record_ids: Any) -> list[int]:
    if not named:
        return []
    column = record_ids if isinstance(record_ids, pa.Array | pa.ChunkedArray) else pa.array(record_ids, pa.string())
    found = pc.index_in(pa.array(named, pa.string()), value_set=column)
    return [int(r) for r in pc.fill_null(found, -1).to_pylist()]


def _check(new: NewVerdict) -> None:
    if new.left_record == new.right_record:
        raise InputError(f"record {new.left_record} is compared with itself", do="name two different records")
    if not new.why.strip():
        raise InputError("a decision needs a reason", where=f"{new.left_record} and {new.right_record}", do="add --why")


def _pair(a: str, b: str) -> tuple[str, str]:
    return (a, b) if a < b else (b, a)


def _entries(connection: Connection) -> list[Entry]:
    rows = connection.execute(select(DECISION).order_by(DECISION.c.number))
    return [
        Entry(
            r.number, EntryKind(r.kind), r.left_record, r.right_record, Verdict(r.verdict) if r.verdict else None,
            r.who, r.at, r.why, r.supersedes,
        )
        for r in rows
    ]  # fmt: skip


def _last(connection: Connection) -> int:
    return int(connection.execute(select(func.max(DECISION.c.number))).scalar() or 0)


def _undone(entries: Sequence[Entry]) -> set[int]:
    undone: set[int] = set()
    for entry in sorted(entries, key=lambda e: e.number, reverse=True):
        if entry.kind is EntryKind.UNDO and entry.number not in undone:
            undone.add(int(entry.supersedes or 0))
    return undone
