"""Several files of a folder that change together: written aside, then a plan, which decides that it happens, then put into their places.

If the process dies before the plan stands, nothing has changed; if it dies later, whoever holds the workspace's lock next does the rest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from linker.registry.files import move, sync, write_json
from linker.registry.published import MANIFEST, PLAN, read_json


def aside_of(folder: Path, name: str) -> Path:
    """Where the new content of a file is written meanwhile."""
    return folder / f".{name}.new"


def replace_all(folder: Path, names: Sequence[str], removed: Sequence[str], manifest: Mapping[str, Any]) -> None:
    """Put what was written aside for `names` into its places, with the manifest that tells it, and remove other files."""
    sync(folder)  # what was written aside is there before the plan that needs it
    write_json(folder / PLAN, {"names": list(names), "removed": list(removed), "manifest": manifest})
    finish(folder)


def finish(folder: Path) -> None:
    """Carry out the plan that stands in a folder, and remove what else was written aside there; hidden files of others stay."""
    if (folder / PLAN).is_file():
        plan = read_json(folder / PLAN)
        for name in plan["names"]:
            if aside_of(folder, name).is_file():  # else it stands in its place already
                move(aside_of(folder, name), folder / name)
        for name in plan["removed"]:
            (folder / name).unlink(missing_ok=True)
        write_json(folder / MANIFEST, plan["manifest"])
        (folder / PLAN).unlink()
        sync(folder)
    for name in (".*.new", f".{PLAN}.*", f".{MANIFEST}.*"):
        for left in folder.glob(name):
            if left.is_file():
                left.unlink()
