"""The log of what was done: runs, decisions, views, exports.

Each entry carries the hash of the one before, so nothing in it can be changed, removed or put elsewhere unseen. The head (number and hash
of the last entry) is also noted beside the log, and should be kept elsewhere: against it a log that was cut short, or rewritten as a
whole, shows as well. Decisions are logged by the hash of their row, so a changed decision shows too.

An erasure may blank an entry's subject and detail (`redaction`). The purge that did it is an entry itself and holds the blanked entry's
hash, so nothing else can pass for it.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, func, insert, select

from linker.registry.database import now, open_registry, reading, user, writing
from linker.registry.files import write_json
from linker.registry.tables import AUDIT, DECISION

HEAD_FILE = "audit-head.json"
START = "0" * 64
ERASED = "(erased)"
"""Stands where an erasure has taken a text away."""
PURGE = "purge"
_NOTING, _NOTED = threading.Lock(), dict[Path, int]()
FIELDS = ("number", "at", "who", "kind", "subject", "detail", "previous")
_LAST = select(AUDIT.c.number, AUDIT.c.hash).where(AUDIT.c.number == select(func.max(AUDIT.c.number)).scalar_subquery())
_ADD = insert(AUDIT)


@dataclass(frozen=True)
class Head:
    """The last entry's number (0 in an empty log) and hash."""

    number: int
    hash: str

    def __str__(self) -> str:
        return f"{self.number}:{self.hash}"

    @classmethod
    def parse(cls, text: str) -> Head:
        """The head as `linker audit verify` prints it.

        Raises:
            ValueError: it is not 'NUMBER:HASH'.
        """
        number, _, value = text.strip().partition(":")
        if not number.isdecimal() or len(value) != 64:
            raise ValueError("a head is written NUMBER:HASH, as 'linker audit verify' prints it")
        return cls(int(number), value)


@dataclass(frozen=True)
class Verified:
    """What `verify` found: the head, and what is wrong (empty if all is well)."""

    head: Head
    faults: list[str]


def entry_hash(entry: Mapping[str, Any]) -> str:
    """SHA-256 over the entry's fields as JSON. (Whoever forges a row may have put bytes where text belongs.)"""
    text = json.dumps([entry[f] for f in FIELDS], ensure_ascii=False, separators=(",", ":"), default=repr)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def digest(row: Mapping[str, Any]) -> str:
    """Hash of a decision's row. The log holds this and not the row, so that it need not name anyone."""
    text = json.dumps([row[c.name] for c in DECISION.columns], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def erased_detail(number: int) -> str:
    """The detail of an entry that erasure `number` has blanked."""
    return json.dumps({"erasure": number})


def append(
    connection: Connection, kind: str, subject: str, detail: dict[str, Any] | None = None, who: str | None = None
) -> Head:
    """Add an entry within a transaction that `database.writing` opened."""
    return append_all(connection, [Entry(kind, subject, detail or {}, who or user())])[0]


@dataclass(frozen=True)
class Entry:
    """Who did what to whom."""

    kind: str
    subject: str
    detail: dict[str, Any]
    who: str


def append_all(connection: Connection, entries: Sequence[Entry]) -> list[Head]:
    """Add entries, one after the other, within a transaction that `database.writing` opened; the head behind each."""
    head, at = _head(connection), now()
    heads, rows = [], []
    for entry in entries:
        row = {
            "number": head.number + 1,
            "at": at,
            "who": entry.who,
            "kind": entry.kind,
            "subject": entry.subject,
            "detail": json.dumps(entry.detail, ensure_ascii=False, sort_keys=True),
            "previous": head.hash,
        }
        head = Head(head.number + 1, entry_hash(row))
        rows.append({**row, "hash": head.hash})
        heads.append(head)
    if rows:
        connection.execute(_ADD, rows)
    return heads


def _head(connection: Connection) -> Head:
    row = connection.execute(_LAST).first()
    return Head(0, START) if row is None else Head(row.number, row.hash)


class AuditLog:
    """The audit log of a workspace (or of a database URL)."""

    def __init__(self, place: Path | str, engine: Engine | None = None) -> None:
        self._folder = None if isinstance(place, str) and "://" in place else Path(place)
        self._engine = engine or open_registry(place)

    def append(self, kind: str, subject: str, detail: dict[str, Any] | None = None, who: str | None = None) -> Head:
        """Write down that `who` did `kind` to `subject`."""
        with writing(self._engine) as connection:
            head = append(connection, kind, subject, detail, who)
        self.keep_head(head)
        return head

    def keep_head(self, head: Head) -> None:
        """Note the head beside the log. A head that another has overtaken meanwhile is not noted."""
        if self._folder is None:
            return
        with _NOTING:
            noted = _NOTED.get(self._folder, 0)
            if noted >= head.number:
                return
            _NOTED[self._folder] = head.number
            write_json(self._folder / HEAD_FILE, {"number": head.number, "hash": head.hash})

    def head(self) -> Head:
        """The last entry's number and hash."""
        with reading(self._engine) as connection:
            return _head(connection)

    def entries(self) -> list[dict[str, Any]]:
        """All entries in order."""
        with self._engine.connect() as connection:
            return [dict(row._mapping) for row in connection.execute(select(AUDIT).order_by(AUDIT.c.number))]

    def latest(self, limit: int) -> list[dict[str, Any]]:
        """The last entries, the newest first."""
        with reading(self._engine) as connection:
            rows = connection.execute(select(AUDIT).order_by(AUDIT.c.number.desc()).limit(limit))
            return [dict(row._mapping) for row in rows]

    def verify(self, kept: Head | None = None) -> Verified:
        """Recompute the whole chain; compare with the head noted beside the log and with one that was `kept` elsewhere."""
        entries = self.entries()
        result = self.check(entries, kept)
        return Verified(result.head, result.faults + self._decision_faults(entries))

    def check(self, entries: Sequence[Mapping[str, Any]], kept: Head | None = None) -> Verified:
        """The chain of entries, which may have been read elsewhere, such as from a backup of this log."""
        faults, previous, number = [], START, 0
        hashes = {0: START}
        blanked = _redactions(entries, "entries")
        for entry in entries:
            if entry["number"] != number + 1:
                faults.append(f"entry {number + 1} is missing")
            if entry["previous"] != previous:
                faults.append(f"entry {entry['number']} does not follow the entry before it")
            if entry["hash"] != entry_hash(entry) and not _is_blanked(entry, blanked):
                faults.append(f"entry {entry['number']} was changed")
            number, previous = entry["number"], entry["hash"]
            hashes[number] = previous
        try:
            noted = self._noted()
        except (ValueError, KeyError, TypeError):
            noted = None
            faults.append(f"the head noted beside the log ({HEAD_FILE}) cannot be read")
        for source, head in (("noted beside the log", noted), ("given", kept)):
            if head is not None and hashes.get(head.number) != head.hash:
                faults.append(f"the head {source} ({head.number}) is not in the log: entries were removed or rewritten")
        return Verified(Head(number, previous), faults)

    def _decision_faults(self, entries: Sequence[Mapping[str, Any]]) -> list[str]:
        """Decisions that are not as they were logged."""
        with self._engine.connect() as connection:
            rows = {r.number: dict(r._mapping) for r in connection.execute(select(DECISION))}
        logged = {e["subject"]: e["detail"] for e in entries if e["kind"] == "decision"}
        redacted = _redactions(entries, "decisions")
        faults = [f"decision {number} was added behind the log" for number in rows if str(number) not in logged]
        for number, detail in logged.items():
            row = rows.get(int(number)) if number.isdecimal() else None
            if row is None:
                faults.append(f"decision {number} is missing")
            elif json.dumps({"digest": digest(row)}) != (
                json.dumps({"digest": redacted[number]}) if number in redacted else detail
            ):
                faults.append(f"decision {number} was changed")
        return faults

    def _noted(self) -> Head | None:
        if self._folder is None or not (self._folder / HEAD_FILE).is_file():
            return None
        noted = json.loads((self._folder / HEAD_FILE).read_text(encoding="utf-8"))
        return Head(int(noted["number"]), str(noted["hash"]))


def _redactions(entries: Sequence[Mapping[str, Any]], what: str) -> dict[str, str]:
    """Numbers of entries or decisions that purges have changed, with their hashes since the last of these."""
    found: dict[str, str] = {}
    for entry in entries:
        if entry["kind"] == PURGE and entry["hash"] == entry_hash(entry):
            found |= _read(entry["detail"]).get(what, {})
    return found


def _is_blanked(entry: Mapping[str, Any], blanked: Mapping[str, str]) -> bool:
    """Whether an entry is exactly what a purge has made of it, and says nothing."""
    if blanked.get(str(entry["number"])) != entry_hash(entry) or entry["subject"] != ERASED:
        return False
    return set(_read(entry["detail"])) == {"erasure"}


def _read(detail: Any) -> dict[str, Any]:
    try:
        content = json.loads(detail)
    except (ValueError, TypeError):
        return {}
    return content if isinstance(content, dict) else {}
