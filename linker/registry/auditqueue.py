"""Many entries of the audit log at once, each durable before whoever made it goes on.

A service makes hundreds of entries a second, and a disk confirms far fewer writes. Entries that come while one transaction is being written
are written together by the next; each caller waits for the one that holds its entry.
"""

from __future__ import annotations

import queue
import threading
import time
from concurrent.futures import Future
from pathlib import Path
from typing import Any, NamedTuple

from linker.registry import auditlog
from linker.registry.auditlog import AuditLog, Entry, Head
from linker.registry.database import open_registry, write_ahead, writing

MOST = 500
"""Entries of one transaction."""
NOTE_EVERY = 1.0
"""Seconds after which the head is noted beside the log again. A head noted earlier still proves the log up to itself."""


class _Waiting(NamedTuple):
    entry: Entry
    written: Future[Head]


class AuditQueue:
    """Writes entries in groups, in a thread of its own."""

    def __init__(self, place: Path | str) -> None:
        self._engine = open_registry(place)
        write_ahead(self._engine)
        self._log = AuditLog(place, self._engine)
        self._entries: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._noted = 0.0
        self._head: Head | None = None
        self._thread = threading.Thread(target=self._work, name="audit", daemon=True)
        self._thread.start()

    def append(self, kind: str, subject: str, detail: dict[str, Any], who: str) -> Future[Head]:
        """Add an entry; the future is done when it is on disk, or holds the error that kept it from there."""
        waiting = _Waiting(Entry(kind, subject, detail, who), Future())
        waiting.written.set_running_or_notify_cancel()  # who no longer waits for it cannot call it off
        self._entries.put(waiting)
        return waiting.written

    def close(self) -> None:
        """Write what waits and stop."""
        self._entries.put(None)
        self._thread.join()
        if self._head is not None:
            self._log.keep_head(self._head)
        self._engine.dispose()

    def _work(self) -> None:
        while True:
            group = self._next()
            whole = [waiting for waiting in group if waiting is not None]
            if whole:
                self._write(whole)
            if len(whole) < len(group):
                return

    def _next(self) -> list[_Waiting | None]:
        """At least one entry, and all that wait behind it."""
        group = [self._entries.get()]
        while len(group) < MOST and group[-1] is not None:
            try:
                group.append(self._entries.get_nowait())
            except queue.Empty:
                break
        return group

    def _write(self, group: list[_Waiting]) -> None:
        try:
            with writing(self._engine) as connection:
                heads = auditlog.append_all(connection, [waiting.entry for waiting in group])
            if time.monotonic() - self._noted > NOTE_EVERY:
                self._noted = time.monotonic()
                self._log.keep_head(heads[-1])
        except Exception as error:
            for waiting in group:
                waiting.written.set_exception(error)
            return
        self._head = heads[-1]
        for waiting, head in zip(group, heads, strict=True):
            waiting.written.set_result(head)
