"""Files that appear whole or not at all, survive a power cut, and a lock that dies with its holder."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import sys
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from linker.errors import WorkspaceError

CHUNK = 1 << 20
WINDOWS = os.name == "nt"
MAPPED = not WINDOWS
"""Whether tables are read through memory maps. Windows lets nobody rename, replace or remove a file, or its folder, while it is mapped."""
PATIENCE = 10.0
"""Seconds for which a rename is tried again on Windows."""
FRESH = 60.0
"""Seconds within which every process has put what it wrote aside into its place."""
_ASIDE = re.compile(r"\..+\.([0-9]{1,9})-[0-9]+")


def move(aside: Path, place: Path, patience: float = PATIENCE if WINDOWS else 0.0) -> Path:
    """Let a finished file or folder appear at its place, instead of what stands there.

    Windows refuses while another program has it open, and virus scanners open whatever is new for a moment: there it is tried again.

    Raises:
        OSError: it cannot be renamed.
    """
    deadline = time.monotonic() + patience
    while True:
        try:
            return aside.replace(place)
        except PermissionError:
            if time.monotonic() >= deadline:
                raise
            time.sleep(0.05)


def sync(path: Path) -> None:
    """Wait until a file (or, where the system knows how, a folder's entries) is on disk."""
    if path.is_dir() and WINDOWS:
        return  # Windows cannot open a folder; NTFS journals its entries
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_json(path: Path, content: Any) -> None:
    """Replace `path` by `content` in one step."""
    aside = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}")  # several may write at once
    with aside.open("w", encoding="utf-8", newline="\n") as file:
        json.dump(content, file, ensure_ascii=False, indent=1, sort_keys=True)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())
    move(aside, path)
    sync(path.parent)


def sweep_aside(folder: Path) -> None:
    """Remove what `write_json` had written aside in a folder when its process was killed. What is fresh stays: a process of another machine
    or container may be writing it, and looks dead from here."""
    for path in folder.glob(".*"):
        found = _ASIDE.fullmatch(path.name)
        if found and not _lives(int(found[1])):
            with contextlib.suppress(OSError):  # gone meanwhile, or held by someone on Windows
                if path.is_file() and time.time() - path.stat().st_mtime > FRESH:
                    path.unlink()


def sha256(path: Path) -> str:
    """Hash of a file's content, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class Lock:
    """A lock on a file, held until `release` or the end of the process, however it ends: a dead holder leaves nothing to clear up.

    The file says who holds it, for the message to others.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[str] | None = None

    @property
    def held(self) -> bool:
        return self._file is not None

    def acquire(self) -> None:
        """Take the lock at once.

        Raises:
            WorkspaceError: another process holds it.
        """
        self._path.parent.mkdir(parents=True, exist_ok=True)
        file = self._path.open("a+", encoding="utf-8")
        try:
            _lock(file)
        except OSError:
            file.seek(0)
            holder = file.read().strip() or "another process"
            file.close()
            raise WorkspaceError(
                f"another run is at work in this workspace ({holder})",
                where=str(self._path),
                do="wait until it is done, or use another --workspace",
            ) from None
        file.seek(0)
        file.truncate()
        file.write(f"process {os.getpid()}")
        file.flush()
        self._file = file

    def release(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def __enter__(self) -> Lock:
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


if sys.platform == "win32":
    import ctypes
    import msvcrt

    _FAR = 1 << 30  # the locked byte lies behind the text, so that others can read who holds the lock

    def _lock(file: IO[str]) -> None:
        file.seek(_FAR)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

    def _lives(process: int) -> bool:
        """Whether a process runs: its handle can be opened and it has no exit code yet."""
        system, code = ctypes.windll.kernel32, ctypes.c_ulong()
        handle = system.OpenProcess(0x1000, False, process)  # PROCESS_QUERY_LIMITED_INFORMATION
        if not handle:
            return bool(system.GetLastError() == 5)  # ERROR_ACCESS_DENIED: it runs, as someone else
        known = system.GetExitCodeProcess(handle, ctypes.byref(code))
        system.CloseHandle(handle)
        return not known or code.value == 259  # STILL_ACTIVE

else:
    import fcntl

    def _lock(file: IO[str]) -> None:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _lives(process: int) -> bool:
        """Whether a process runs."""
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return False
        except OSError:  # it runs, as someone else
            return True
        return True
