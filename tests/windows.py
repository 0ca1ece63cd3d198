"""What Windows refuses, on Linux: to rename, replace or remove a file that this process has open or mapped, or a folder that holds one."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from unittest import mock

MAPPING = ("linker.registry.ahead", "linker.registry.parts", "linker.registry.published", "linker.registry.aadhaar")
"""Modules that read tables through memory maps where that harms nobody."""


def open_files() -> set[str]:
    """Files that this process has open or mapped."""
    found = {line.split(maxsplit=5)[5] for line in Path("/proc/self/maps").read_text().splitlines() if line.count("/")}
    for number in Path("/proc/self/fd").iterdir():
        with suppress(OSError):  # the listing's own is gone
            found.add(str(number.readlink()))
    return found


def refuse(path: Any) -> None:
    """Raises PermissionError where a file is in use, or one below a folder."""
    if isinstance(path, int):
        return
    whole = os.path.realpath(os.fspath(path))
    held = sorted(f for f in open_files() if f == whole or f.startswith(whole + os.sep))
    if held:
        raise PermissionError(errno.EACCES, "The process cannot access the file because it is being used", held[0])


@contextmanager
def windows() -> Iterator[None]:
    """Within it this process may do with files what it could on Windows."""

    def watched(call: Callable[..., Any], paths: int) -> Callable[..., Any]:
        def checked(*arguments: Any, **more: Any) -> Any:
            for path in arguments[:paths]:
                if more.get("dir_fd") is None:
                    refuse(path)
            return call(*arguments, **more)

        return checked

    def rmtree(path: Any, ignore_errors: bool = False, **more: Any) -> None:
        try:
            refuse(path)
        except PermissionError:
            if not ignore_errors:
                raise
            return
        whole_tree(path, ignore_errors=ignore_errors, **more)

    whole_tree = shutil.rmtree
    patches = [
        *(mock.patch.object(os, name, watched(getattr(os, name), 2)) for name in ("replace", "rename")),
        *(mock.patch.object(os, name, watched(getattr(os, name), 1)) for name in ("unlink", "remove")),
        mock.patch.object(shutil, "rmtree", rmtree),
        *(mock.patch(f"{module}.MAPPED", False) for module in MAPPING),
    ]
    for patch in patches:
        patch.start()
    try:
        yield
    finally:
        for patch in patches:
            patch.stop()
