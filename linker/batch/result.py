"""What a run hands back."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from linker.registry.snapshot import Snapshot


@dataclass(frozen=True)
class RunResult:
    """A published run. `counts` is what the summary shows."""

    snapshot: Snapshot
    report: Path
    counts: dict[str, int]
    seconds: dict[str, float]
    left: tuple[str, ...] = ()
    """What the erasures that fell due could not finish, in words for whoever looks after the workspace; names nobody."""
