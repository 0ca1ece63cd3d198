"""`linker export`: the unified table and the crosswalk for others."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from linker.cli.options import Workspace
from linker.cli.snapshots import tell_rebuilt
from linker.errors import ConfigError
from linker.identity.asof import open_as_of
from linker.registry.auditlog import AuditLog
from linker.registry.published import SNAPSHOTS
from linker.share.export import Format
from linker.share.export import export as write
from linker.share.notes import Letter

NOT_STATED = "not stated"
"""Recipient of an export that names none: programs that only pass files on need no further option."""


def export(
    workspace: Workspace,
    out: Annotated[Path, typer.Option(help="Folder for identity.<ext> and crosswalk.<ext>; made if missing.")],
    kind: Annotated[Format, typer.Option("--format", help="parquet for programs, csv or xlsx for people.")],
    recipient: Annotated[
        str, typer.Option(help="Who receives it; kept in the audit log, and told when a record is erased.")
    ] = NOT_STATED,
    purpose: Annotated[str, typer.Option(help="What they receive it for; kept in the audit log.")] = "",
    telephones: Annotated[
        bool,
        typer.Option(
            "--telephones",
            help="Whole telephone numbers, for an office that must trace them; asks for --recipient and --purpose.",
        ),
    ] = False,
    as_of: Annotated[str | None, typer.Option(help="As it was: a snapshot's number, or a day (YYYY-MM-DD).")] = None,
) -> None:
    """Write the unified identity table and the crosswalk of the current snapshot. Identifiers and telephones are masked.

    The export is entered in the audit log before its files appear.

    Example: linker export --workspace work --format xlsx --out for_haryana --recipient 'SCRB Haryana, letter 41/2025'
    """
    recipient = recipient.strip() or NOT_STATED
    if telephones and (recipient == NOT_STATED or not purpose.strip()):
        raise ConfigError(
            "whole telephone numbers leave only for someone and for something",
            do="add --recipient and --purpose, or leave --telephones out",
        )
    if out.resolve().is_relative_to((workspace / SNAPSHOTS).resolve()):
        raise ConfigError("an export may not stand among the snapshots", where=str(out), do="give --out another folder")
    snapshot = open_as_of(workspace, as_of)
    console = Console()
    tell_rebuilt(console, snapshot)

    letter = Letter(f"{snapshot.number}, {str(snapshot.manifest['published'])[:10]}", recipient, purpose, telephones)

    def release(rows: dict[str, int]) -> None:
        detail = {
            "format": str(kind),
            "out": str(out.resolve()),
            "recipient": recipient,
            "purpose": purpose,
            "snapshot": snapshot.number,
            "rows": rows,
            "telephones": "whole" if telephones else "masked",
        }
        AuditLog(workspace).append("export", f"snapshot {snapshot.number}", detail)

    paths = write(snapshot.table("identity"), snapshot.table("crosswalk"), kind, out, release, letter)
    for path in paths:
        console.print(f"wrote {path} ({path.stat().st_size:,} bytes)", soft_wrap=True)
    if recipient == NOT_STATED:
        console.print("no recipient stated: add --recipient, so that who has a record is known when it must be erased")
    console.print("Every link in it is a lead, not an identification.")
