"""Many entries of the audit log at once, each durable before whoever made it goes on.

A service makes hundreds of entries a second, and a disk confirms far fewer writes. Entries that come while one transaction is being written
are written together by the next; each caller waits for the one that holds its entry. Processes that write so take turns, and the entries of
one that waits gather meanwhile.
"""

from __future__ import annotations

import queue
import threading
from concurrent.futures import Future
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection

from linker.registry import auditlog
from linker.registry.auditlog import AuditLog, Entry, Head
from linker.registry.database import PATIENCE, open_registry, write_ahead, writing
from linker.registry.turns import Turns

MOST = 500
"""Entries of one transaction."""
NOTE_EVERY = 1.0
"""Seconds after which the head is noted beside the log again. A head noted earlier still proves the log up to itself."""


class _Waiting(NamedTuple):
    entry: Entry
    written: Future[Head]


class AuditQueue:
    """Writes entries in groups, in a thread of its own; another one notes the log's head."""

    def __init__(self, place: Path | str) -> None:
        self._engine = open_registry(place)
        write_ahead(self._engine)
        self._log = AuditLog(place, self._engine)
        file = self._engine.url.database if self._engine.dialect.name == "sqlite" else None
        self._turns = Turns(Path(file)) if file else None  # PostgreSQL hands its lock on by itself
        self._connection: Connection | None = None
        self._entries: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._head: Head | None = None
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._work, name="audit", daemon=True)
        self._thread.start()
        self._noting = threading.Thread(target=self._note, name="audit-head", daemon=True)
        self._noting.start()

    def append(self, kind: str, subject: str, detail: dict[str, Any], who: str) -> Future[Head]:
        """Add an entry; the future is done when it is on disk, or holds the error that kept it from there."""
        waiting = _Waiting(Entry(kind, subject, detail, who), Future())
        waiting.written.set_running_or_notify_cancel()  # who no longer waits for it cannot call it off
        self._entries.put(waiting)
        return waiting.written

    def close(self) -> None:
        """Write what waits and stop."""
        self._entries.put(None)
        self._thread.join(PATIENCE)
        self._ended.set()
        self._noting.join(PATIENCE)
        if self._head is not None:
            self._log.keep_head(self._head)
        self._engine.dispose()

    def _work(self) -> None:
        try:
            while (first := self._entries.get()) is not None:
                if self._write(first):
                    return
        finally:
            self._forget_connection()
            if self._turns is not None:
                self._turns.close()

    def _note(self) -> None:
        """Note the head beside the log now and then. It takes the disk tens of milliseconds, for which no entry waits here."""
        while not self._ended.wait(NOTE_EVERY):
            if self._head is not None:
                with suppress(OSError):  # the log itself is whole; the next note tells as much
                    self._log.keep_head(self._head)

    def _write(self, first: _Waiting) -> bool:
        """Write an entry and those that have come until the turn is ours; whether no more will come."""
        group, last = [first], False
        try:
            with self._turns.taken() if self._turns is not None else nullcontext():
                last = self._gather(group)
                heads = self._commit([waiting.entry for waiting in group])
        except Exception as error:
            self._forget_connection()
            for waiting in group:
                waiting.written.set_exception(error)
            return last
        self._head = heads[-1]
        for waiting, head in zip(group, heads, strict=True):
            waiting.written.set_result(head)
        return last

    def _gather(self, group: list[_Waiting]) -> bool:
        """Add all that wait; whether no more will come."""
        while len(group) < MOST:
            try:
                waiting = self._entries.get_nowait()
            except queue.Empty:
                return False
            if waiting is None:
                return True
            group.append(waiting)
        return False

    def _commit(self, entries: list[Entry]) -> list[Head]:
        if self._connection is None:
            self._connection = self._engine.connect()
        with writing(self._connection) as connection:
            return auditlog.append_all(connection, entries)

    def _forget_connection(self) -> None:
        """The next entry is written over a fresh one."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
