"""Turns of processes that want the same thing again and again.

SQLite lets one process write at a time, and whoever comes meanwhile tries again after 1, 2, 5, 10 … 100 milliseconds. A process that writes
without a pause is nearly always quicker than one that sleeps, so that the other waits many times as long as a write takes. Here who comes
later goes later.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

if sys.platform == "win32":

    class Turns:
        """Windows knows no lock that is waited for without trying again and again: SQLite's own way must do."""

        def __init__(self, path: Path) -> None:
            self.path = path

        @contextmanager
        def taken(self) -> Iterator[None]:
            """No turn is taken."""
            yield

        def close(self) -> None:
            """There is nothing to close."""

else:
    import fcntl

    class Turns:
        """A lock that is handed on. Whoever wants it waits at the door first, one at a time: who has just given it back finds another
        one at the door, and may not be quicker than him. Both locks end with the process that holds them, however it ends. For one thread
        of a process; others need one of their own."""

        def __init__(self, path: Path) -> None:
            """Beside `path` two empty files stand for the lock and the door."""
            self._turn, self._door = (
                os.open(path.with_name(f"{path.name}-{what}"), os.O_RDWR | os.O_CREAT, 0o666)
                for what in ("turn", "door")
            )

        @contextmanager
        def taken(self) -> Iterator[None]:
            """Wait for a turn, however long that takes, and hold it."""
            fcntl.flock(self._door, fcntl.LOCK_EX)
            try:
                fcntl.flock(self._turn, fcntl.LOCK_EX)
            finally:
                fcntl.flock(self._door, fcntl.LOCK_UN)
            try:
                yield
            finally:
                fcntl.flock(self._turn, fcntl.LOCK_UN)

        def close(self) -> None:
            """Give the files back."""
            os.close(self._turn)
            os.close(self._door)
