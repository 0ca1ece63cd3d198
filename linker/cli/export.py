"""`linker export`: the unified table and the crosswalk for others."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from linker.registry.snapshot import open_current
from rich.console import Console

from linker.share.export import Format
from linker.share.export import export as write


def export(
    workspace: Annotated[Path, typer.Option(help="Folder in which runs publish their snapshots.")],
    out: Annotated[Path, typer.Option(help="Folder for identity.<ext> and crosswalk.<ext>; made if missing.")],
    kind: Annotated[Format, typer.Option("--format", help="parquet for programs, csv or xlsx for people.")],
) -> None:
    """Write the unified identity table and the crosswalk of the current snapshot. Identifiers are masked."""
    snapshot = open_current(workspace)
    paths = write(snapshot.table("identity"), snapshot.table("crosswalk"), kind, out)
    console = Console()
    for path in paths:
        console.print(f"wrote {path} ({path.stat().st_size:,} bytes)", soft_wrap=True)
    console.print("Every link in it is a lead, not an identification.")
