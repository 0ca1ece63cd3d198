"""`linker audit`: is the log of what was done still as it was written?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from linker.cli import display
from linker.cli.options import Workspace
from linker.errors import AuditError, InputError
from linker.registry.auditlog import AuditLog, Head
from linker.registry.erasures import Erasures, told_of
from linker.registry.snapshot import Snapshot, list_runs

app = typer.Typer(help="The log of runs, decisions, views and exports.", no_args_is_help=True)


@app.command()
def verify(
    workspace: Workspace,
    head: Annotated[str | None, typer.Option(help="A head that was kept elsewhere, NUMBER:HASH.")] = None,
    snapshots: Annotated[
        bool, typer.Option("--snapshots", help="Also whether every file of every snapshot is as it was published.")
    ] = False,
) -> None:
    """Recompute the chain of hashes; print the head, which should be kept elsewhere.

    Example: linker audit verify --workspace work --snapshots
    """
    console = Console()
    display.warnings(console, told_of(workspace, Erasures(workspace).begun()))
    try:
        kept = Head.parse(head) if head else None
    except ValueError as error:
        raise InputError(str(error), where=f"--head {head}", do="copy the whole line") from None
    result = AuditLog(workspace).verify(kept)
    if result.faults:
        raise AuditError(
            "the audit log is not as it was written:\n" + "\n".join(f"  {fault}" for fault in result.faults[:20]),
            where=str(workspace),
            do="compare with a backup; find out who could write to it",
        )
    console.print(f"{result.head.number:,} entries, all as they were written. Keep this head elsewhere:")
    console.print(str(result.head), soft_wrap=True, highlight=False)
    if snapshots:
        _verify_snapshots(console, workspace)


def _verify_snapshots(console: Console, workspace: Path) -> None:
    """Raises AuditError: a file of a snapshot is missing or not as it was published."""
    runs = list_runs(workspace)
    damaged = [f"  snapshot {run.number}: {name}" for run in runs for name in _not_as_published(run)]
    if damaged:
        raise AuditError(
            "files are missing or not as they were published:\n" + "\n".join(damaged[:20]),
            where=str(workspace), do="restore them from a backup, or publish anew: linker run CONFIG",
        )  # fmt: skip
    for run in (r for r in runs if r.unfinished):
        said = f"snapshot {run.number}: an erasure has rewritten only a part of its files; whatever next writes here does the rest"
        display.warnings(console, [said])
    console.print(f"{len(runs)} snapshots, all files as they were published", highlight=False)


def _not_as_published(run: Snapshot) -> list[str]:
    """Names of files. Of a snapshot that is no longer among the last, only what it keeps counts."""
    thinned = set(run.tables) <= {"event"}
    return [name for name in run.verify() if not thinned or name.partition(".")[0] == "event"]


@app.command("list")
def list_entries(
    workspace: Workspace, last: Annotated[int, typer.Option(help="How many, from the end.", min=1)] = 20
) -> None:
    """List the last entries.

    Example: linker audit list --workspace work --last 50
    """
    table = display.grid("no", "when (UTC), who", "what", "detail", right=(0,))
    for entry in AuditLog(workspace).entries()[-last:]:
        cells = (
            (str(entry["number"]),),
            (entry["at"][:19].replace("T", " "), entry["who"]),
            (entry["kind"], entry["subject"]),
            (_told(entry["detail"]),),
        )
        table.add_row(*(Text("\n").join(map(display.cell, lines)) for lines in cells))
    Console().print(table)


def _told(detail: str) -> str:
    """'why: FIR 12/2025; snapshot: 1' from the JSON that the log holds; what is no JSON object stands as it is."""
    try:
        said = json.loads(detail)
    except ValueError:
        return detail
    if not isinstance(said, dict):
        return detail
    return "; ".join(
        f"{key}: {value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}"
        for key, value in said.items()
    )
