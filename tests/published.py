"""Published workspaces of generated people, made once per test run. Tests read them and leave them alone."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from linker.registry.snapshot import Snapshot, open_current
from tests.generated import extracts, run


@cache
def workspace_folder(persons: int, seed: int = 7) -> Path:
    """A workspace with one snapshot."""
    folder = Path(mkdtemp(prefix="published-"))
    ended = run(folder, extracts(persons=persons, seed=seed))
    assert ended.code == 0, ended.text
    return folder


def workspace_of(persons: int, seed: int = 7) -> Snapshot:
    """The snapshot of such a workspace."""
    return open_current(workspace_folder(persons, seed))
