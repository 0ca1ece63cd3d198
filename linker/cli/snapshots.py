"""`linker runs`, `linker show`, `linker history`: what has been published, one identity with its reasons, and what happened to it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from linker.batch.grouped import group_links
from linker.cli import display
from linker.cli.options import Language, Workspace
from linker.errors import WorkspaceError
from linker.evaluate.words import masked_identifier
from linker.identity import history as past
from linker.identity.asof import Rebuilt, open_as_of
from linker.identity.lookup import Found, find, neighbours
from linker.index.store import settings_of
from linker.matching.comparisons.base import Comparison
from linker.registry.auditlog import AuditLog
from linker.registry.snapshot import Snapshot, current_name, list_runs, open_current
from linker.review.evidence.arguments import sentences
from linker.web.words import LANGUAGES, Teller


def runs(workspace: Workspace) -> None:
    """List the published snapshots, the newest first.

    Example: linker runs --workspace work
    """
    found = list_runs(workspace)
    console = Console()
    if not found:
        raise WorkspaceError(
            "no snapshot has been published here", where=str(workspace), do="start with: linker run CONFIG"
        )
    table = display.grid(
        "", "snapshot", "published (UTC)", "records", "identities", "edges", "size", right=(3, 4, 5, 6)
    )
    for run in found:
        rows = run.manifest.get("rows", {})
        mark = "→" if run.path.name == current_name(workspace) else ""
        size = sum(p.stat().st_size for p in run.path.iterdir())
        counts = [f"{rows[t]:,}" if t in rows else "" for t in ("crosswalk", "identity", "edge")]
        note = f"{size / 1e6:,.1f} MB" if "identity" in run.tables else "events only"
        table.add_row(mark, run.path.name, str(run.manifest["published"])[:19].replace("T", " "), *counts, note)
    console.print(table)
    console.print("→ is the snapshot in force", style="dim")


def show(
    identity: Annotated[str, typer.Argument(help="An identity id (P-…), a record id, or a source's own number.")],
    workspace: Workspace,
    as_of: Annotated[str | None, typer.Option(help="As it was: a snapshot's number, or a day (YYYY-MM-DD).")] = None,
    telephones: Annotated[
        bool, typer.Option("--telephones", help="Whole telephone numbers; stands in the audit log.")
    ] = False,
    why: Annotated[str, typer.Option(help="What you look it up for; stands in the audit log.")] = "",
    language: Language = LANGUAGES[0],
) -> None:
    """Show an identity: its values and where each came from, its records, and why they are one person.

    Example: linker show delhi:8161000153053 --workspace work --why 'FIR 12/2025'
    """
    opened = open_as_of(workspace, as_of)
    console = Console()
    tell_rebuilt(console, opened)
    for at in find(workspace, opened, identity):
        detail = {"why": why, "snapshot": opened.number} | ({"telephones": "whole"} if telephones else {})
        AuditLog(workspace).append("view", at.identity_id, detail)
        _print_identity(console, opened, at, telephones, Teller(language))
    console.print("Every link is a lead, not an identification.", style="dim")


def tell_rebuilt(console: Console, snapshot: Snapshot) -> None:
    """Say so where a snapshot's tables had to be made again."""
    if isinstance(snapshot, Rebuilt):
        console.print(
            f"snapshot {snapshot.number} keeps its events only: who belonged where is as it was, values are of the records "
            f"in snapshot {snapshot.source}; {snapshot.missing:,} records are no longer held",
            style="yellow",
            highlight=False,
            soft_wrap=True,
        )


def _comparisons(snapshot: Snapshot) -> dict[str, Comparison]:
    """What the levels mean; nothing for a snapshot of another version of the program, of which their names are shown."""
    try:
        return sentences(settings_of(snapshot)[0])
    except WorkspaceError:
        return {}


def _print_identity(console: Console, snapshot: Snapshot, at: Found, telephones: bool, teller: Teller) -> None:
    if at.note:
        console.print(display.cell(at.note, "yellow"))
    console.print(display.cell(f"{at.identity_id}  {at.golden['name'] or ''}", "bold"))
    hidden = {} if telephones else {"phones": [masked_identifier(p) for p in at.golden["phones"] or ()]}
    console.print(display.golden(at.golden | hidden))
    console.print(display.records(at.records.to_pylist(), telephones))
    comparisons = _comparisons(snapshot)
    inside, outside = neighbours(snapshot, at)
    if inside.num_rows:
        console.print(display.edges(teller("edge.inside"), inside.to_pylist(), comparisons, teller))
        if together := group_links(inside, snapshot):
            console.print(display.group_links(together))
    if outside.num_rows:
        console.print(display.edges(teller("edge.outside"), outside.to_pylist(), comparisons, teller))


def history(
    identity: Annotated[str, typer.Argument(help="An identity id (P-…), also one that is superseded.")],
    workspace: Workspace,
) -> None:
    """Tell what happened to an identity over all runs, and what it is today.

    Example: linker history P-GRXDSM-62GB9C --workspace work
    """
    console = Console()
    name = find_id(workspace, identity)
    events = past.of_identity(workspace, name)
    if not events:
        raise WorkspaceError(f"no event of {name} is known", where=str(workspace), do="check the id")
    table = display.grid("snapshot, published (UTC)", "what", "identity, with", "records")
    for event in events:
        table.add_row(
            f"{event.snapshot:06d}\n{event.published[:19].replace('T', ' ')}", f"{event.kind}\n{event.cause}",
            "\n".join((event.identity_id, *event.other_identities)),
            Text("\n").join(map(display.cell, display.shortened(event.record_ids).split(", "))),
        )  # fmt: skip
    console.print(table)
    today = past.successors(workspace, name)
    if today == [name]:
        console.print(f"{name} is in force.")
    else:
        console.print(
            f"{name} is no more. "
            + (f"Its records belong to {', '.join(today)}." if today else "Its records left the register.")
        )


def find_id(workspace: Path, typed: str) -> str:
    """The identity id that a person typed, or that of the record they named."""
    return find(workspace, open_current(workspace), typed, resolve=False)[0].identity_id
