"""Which records of several police databases are one person, how sure is that, and why?

    >>> import linker
    >>> view = linker.open("work")                                    # a workspace in which `linker run` published
    >>> view.search("Rakesh @ Kalu s/o Ram Singh, 25, Sohna")         # who may this be?
    >>> view.search({"name": "राकेश", "father": "रामसिंह"}, limit=3)
    >>> view.compare({"name": "Rakesh Kumar"}, {"name": "राकेश कुमार"})
    >>> view.identity("P-3JCK76-HHYY3M"), view.crosswalk("delhi", "8161000153053")
    >>> view.resolve(frame)                                           # what the next update would do with new rows
    >>> linker.run("configs/four_states.yaml", "work")                # the batch

Whatever an answer says is a lead, not an identification.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from linker.errors import LinkerError

if TYPE_CHECKING:
    from linker.pipeline import RunResult
    from linker.progress import Observer
    from linker.search.results import (
        Comparison,
        CrosswalkEntry,
        Evidence,
        Hit,
        Identity,
        Record,
        RecordMatch,
        Resolved,
        SearchResult,
    )
    from linker.search.view import View

__all__ = [
    "Comparison",
    "CrosswalkEntry",
    "Evidence",
    "Hit",
    "Identity",
    "LinkerError",
    "Record",
    "RecordMatch",
    "Resolved",
    "SearchResult",
    "View",
    "open",
    "run",
]

_LATER = dict.fromkeys(
    (
        "Comparison",
        "CrosswalkEntry",
        "Evidence",
        "Hit",
        "Identity",
        "Record",
        "RecordMatch",
        "Resolved",
        "SearchResult",
    ),
    "linker.search.results",
) | {"View": "linker.search.view"}
"""Names that are imported when they are first used, so that `import linker` costs nothing."""


def open(workspace: str | Path, observer: Observer | None = None) -> View:
    """The current snapshot of a workspace, to be asked by as many threads as you like. The first to open a snapshot makes its index, which
    takes about half a minute for a million records (`observer` hears of it); a newer snapshot is taken up by itself.

    Raises:
        WorkspaceError: nothing has been published there, or another process is making the index.
    """
    from linker.search.view import View  # noqa: PLC0415  see _LATER

    return View(Path(workspace), observer)


def run(
    config: str | Path,
    workspace: str | Path,
    inputs: Mapping[str, str] | None = None,
    observer: Observer | None = None,
    *,
    index: bool = True,
) -> RunResult:
    """The batch: link the records of several sources and publish a snapshot. `inputs` names a file for a source instead of the configured
    one; with `index` the snapshot can be asked at once.

    Raises:
        LinkerError: what is wrong, where, and what to do; nothing is published then.
    """
    from linker.config.run import load_run  # noqa: PLC0415  see _LATER
    from linker.pipeline import run as run_batch  # noqa: PLC0415

    return run_batch(load_run(Path(config), dict(inputs or {})), Path(workspace), observer, index=index)


def __getattr__(name: str) -> Any:
    if name in _LATER:
        return getattr(importlib.import_module(_LATER[name]), name)
    raise AttributeError(f"module 'linker' has no attribute '{name}'")
