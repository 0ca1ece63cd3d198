"""People's verdicts on pairs of records: who decided what, when and why. Nothing is ever changed or removed.

A later verdict on the same pair supersedes the earlier; an undo takes one entry back (also an undo), so what was decided before holds
again. What holds now is a pure function of the entries (`holding`). Verdicts reach further than their pair: same(a, b) and same(b, c)
make a and c the same, same(a, b) and different(b, c) keep a and c apart, also when b itself is not there any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import ColumnElement, Connection, Engine, func, insert, select, tuple_

from linker.errors import InputError
from linker.registry import auditlog
from linker.registry.auditlog import AuditLog, digest
from linker.registry.database import now, open_registry, reading, user, writing
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


@dataclass(frozen=True)
class NewUndo:
    """Entry `number` to be taken back; -1 is the first item of the same `append`, -2 the second."""

    number: int
    why: str
    who: str | None = None
    at: str | None = None


def holding(entries: Iterable[Entry]) -> dict[tuple[str, str], Entry]:
    """The verdict that holds for each pair (smaller record id first)."""
    listed = list(entries)
    undone = _undone(listed)
    verdicts = (e for e in listed if e.kind is EntryKind.VERDICT and e.number not in undone)
    return {(e.left_record, e.right_record): e for e in sorted(verdicts, key=lambda e: e.number)}


class Ledger:
    """The decisions of a workspace (or of a database URL)."""

    def __init__(self, place: Path | str, engine: Engine | None = None) -> None:
        self._engine: Engine = engine or open_registry(place)
        self._audit = AuditLog(place, self._engine)

    def decide(self, decisions: Sequence[NewVerdict]) -> list[Entry]:
        """Write verdicts down, all or none, each superseding the one that holds for its pair.

        Raises:
            InputError: a record is compared with itself, or a reason is missing.
        """
        return self.append(decisions)

    def undo(self, number: int, why: str, who: str | None = None) -> Entry:
        """Take entry `number` back; what held before it holds again.

        Raises:
            InputError: there is no such entry, it is taken back already, or the reason is missing.
        """
        return self.append([NewUndo(number, why, who)])[0]

    def append(self, items: Sequence[NewVerdict | NewUndo]) -> list[Entry]:
        """Write verdicts and undos down in this order, all or none."""
        if not items:
            return []
        with writing(self._engine) as connection:
            entries, head = append(connection, items)
        self._audit.keep_head(head)
        return entries

    def entries(self) -> list[Entry]:
        """All entries in order."""
        with reading(self._engine) as connection:
            return _entries(connection)

    def holding(self) -> dict[tuple[str, str], Entry]:
        """The verdict that holds for each pair."""
        return holding(self.entries())

    def constraints(self, record_ids: Any) -> tuple[Pairs, Pairs]:
        """Must-links and cannot-links among `record_ids` as row numbers, shape (k, 2) each, with all that follows from them."""
        return implied(self.holding().values(), record_ids)


def append(connection: Connection, items: Sequence[NewVerdict | NewUndo]) -> tuple[list[Entry], auditlog.Head]:
    """Write verdicts and undos down within a transaction that `database.writing` opened; gives the entries and the log's head.

    Only what stands about the same pairs is read, so that it costs the same in a long ledger as in a short one.
    """
    for item in items:
        _check(item)
    entries = _concerning(connection, items)
    first, last = len(entries), int(connection.scalar(select(func.max(DECISION.c.number))) or 0)
    holds = holding(entries)
    for item in items:
        last += 1
        entry = _entry(item, last, entries, first, holds)
        entries.append(entry)
        if entry.kind is EntryKind.UNDO:
            holds = holding(entries)
        else:
            holds[entry.left_record, entry.right_record] = entry
        head = _write(connection, entry)
    return entries[first:], head


def _write(connection: Connection, entry: Entry) -> auditlog.Head:
    row = asdict(entry) | {
        "kind": str(entry.kind),
        "verdict": None if entry.verdict is None else str(entry.verdict),
    }
    connection.execute(insert(DECISION).values(**row))
    return auditlog.append(connection, "decision", str(entry.number), {"digest": digest(row)}, entry.who)


AT_ONCE = 200
"""Beyond so many items the whole ledger is read at once."""


def _concerning(connection: Connection, items: Sequence[NewVerdict | NewUndo]) -> list[Entry]:
    """The entries about the pairs of `items`, in order."""
    if len(items) > AT_ONCE:
        return _entries(connection)
    pairs = {
        (min(i.left_record, i.right_record), max(i.left_record, i.right_record))
        for i in items
        if isinstance(i, NewVerdict)
    }
    numbers = [i.number for i in items if isinstance(i, NewUndo)]
    if numbers:
        found = select(DECISION.c.left_record, DECISION.c.right_record).where(DECISION.c.number.in_(numbers))
        pairs |= {(r.left_record, r.right_record) for r in connection.execute(found)}
    if not pairs:
        return []
    return _entries(connection, tuple_(DECISION.c.left_record, DECISION.c.right_record).in_(sorted(pairs)))


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
    must = {pair for rows in present.values() for pair in pairwise(rows)}
    cannot = set()
    for v in kept:
        one, two = row[v.left_record], row[v.right_record]
        if v.verdict is Verdict.SAME and one >= 0 and two >= 0:
            must.add((one, two))
        if v.verdict is Verdict.DIFFERENT:
            if one >= 0 and two >= 0:
                cannot.add((one, two))
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


def _check(item: NewVerdict | NewUndo) -> None:
    if not item.why.strip():
        raise InputError("a decision needs a reason", do="add --why")
    if isinstance(item, NewVerdict) and item.left_record == item.right_record:
        raise InputError(f"record {item.left_record} is compared with itself", do="name two different records")


def _entry(
    item: NewVerdict | NewUndo, number: int, entries: Sequence[Entry], first: int, holds: dict[tuple[str, str], Entry]
) -> Entry:
    """The row for `item`; `entries` from index `first` on were written in the same call."""
    who, at = item.who or user(), item.at or now()
    if isinstance(item, NewVerdict):
        pair = (min(item.left_record, item.right_record), max(item.left_record, item.right_record))
        before = holds.get(pair)
        supersedes = None if before is None else before.number
        return Entry(number, EntryKind.VERDICT, *pair, Verdict(item.verdict), who, at, item.why, supersedes)
    wanted = entries[first - item.number - 1].number if item.number < 0 else item.number
    target = next((e for e in entries if e.number == wanted), None)
    if target is None:
        raise InputError(f"there is no decision {wanted}", do="linker decisions list shows them")
    if wanted in _undone(entries):
        raise InputError(f"decision {wanted} is taken back already", do="take the undo back instead")
    pair = (target.left_record, target.right_record)
    return Entry(number, EntryKind.UNDO, *pair, None, who, at, item.why, wanted)


def _entries(connection: Connection, where: ColumnElement[bool] | None = None) -> list[Entry]:
    query = select(DECISION).order_by(DECISION.c.number)
    rows = connection.execute(query if where is None else query.where(where))
    return [
        Entry(
            r.number, EntryKind(r.kind), r.left_record, r.right_record, Verdict(r.verdict) if r.verdict else None,
            r.who, r.at, r.why, r.supersedes,
        )
        for r in rows
    ]  # fmt: skip


def _undone(entries: Sequence[Entry]) -> set[int]:
    undone: set[int] = set()
    for entry in sorted(entries, key=lambda e: e.number, reverse=True):
        if entry.kind is EntryKind.UNDO and entry.number not in undone:
            undone.add(int(entry.supersedes or 0))
    return undone
