"""`linker decide` and `linker decisions`: people's verdicts, written down for good."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from linker.cli import display
from linker.cli.options import NewWorkspace, Workspace
from linker.identity.lookup import find
from linker.registry.decisions_csv import export_decisions, import_decisions
from linker.registry.ledger import EntryKind, Ledger, NewVerdict, Verdict
from linker.registry.snapshot import open_current
from linker.registry.suppression import Suppression

Who = Annotated[str | None, typer.Option(help="Who decides; your user name if not given.")]
Why = Annotated[str, typer.Option(help="The reason, in words that will be understood in ten years.")]

app = typer.Typer(help="The ledger of decisions.", no_args_is_help=True)


def decide(
    a: Annotated[str, typer.Argument(help="A record id or an identity id.")],
    b: Annotated[str, typer.Argument(help="Another one.")],
    verdict: Annotated[Verdict, typer.Argument(help="same, different or unsure.")],
    workspace: Workspace,
    why: Why,
    who: Who = None,
) -> None:
    """Decide whether two records (or identities) are one person. The next run honours it.

    Example: linker decide delhi:5001 haryana:HR-1 same --why 'fingerprints compared' --workspace work
    """
    left, right = _record(workspace, a), _record(workspace, b)
    [entry] = Ledger(workspace).decide([NewVerdict(left, right, verdict, why, who)])
    replaced = f", instead of decision {entry.supersedes}" if entry.supersedes else ""
    Console().print(
        f"decision {entry.number}: {left} and {right} are {verdict}{replaced}", markup=False, soft_wrap=True
    )


def _record(workspace: Path, typed: str) -> str:
    """The record that a verdict on `typed` is tied to: itself, or an identity's first record."""
    found = find(workspace, open_current(workspace), typed)[0]
    ids: list[str] = found.records["record_id"].to_pylist()
    return typed if typed in ids else ids[0]


@app.command("list")
def list_decisions(
    workspace: Workspace, everything: Annotated[bool, typer.Option("--all", help="Also what no longer holds.")] = False
) -> None:
    """List the decisions that hold.

    Example: linker decisions list --workspace work
    """
    ledger = Ledger(workspace)
    holds = {entry.number for entry in ledger.holding().values()}
    table = display.grid("no", "records", "verdict", "when (UTC), who", "why", "holds", right=(0,))
    for entry in ledger.entries():
        if everything or entry.number in holds:
            what = str(entry.verdict) if entry.kind is EntryKind.VERDICT else f"undo {entry.supersedes}"
            cells = (
                (str(entry.number),), (entry.left_record, entry.right_record), (what,),
                (entry.at[:19].replace("T", " "), entry.who), (entry.why,),
            )  # fmt: skip
            told = (Text("\n").join(map(display.cell, lines)) for lines in cells)
            table.add_row(*told, "yes" if entry.number in holds else "")
    Console().print(table)


@app.command()
def undo(
    number: Annotated[int, typer.Argument(help="The decision to take back.")],
    workspace: Workspace,
    why: Why,
    who: Who = None,
) -> None:
    """Take a decision back; what held before it holds again.

    Example: linker decisions undo 7 --why 'wrong photograph' --workspace work
    """
    entry = Ledger(workspace).undo(number, why, who)
    Console().print(f"decision {entry.number}: decision {number} is taken back")


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="CSV as `decisions export` writes it.")], workspace: NewWorkspace
) -> None:
    """Add decisions from a CSV file; those known already, and those about erased records, are left out.

    Example: linker decisions import decisions.csv --workspace work
    """
    done = import_decisions(Ledger(workspace), file, Suppression.of(workspace))
    told = f"{done.added} decisions added, {done.known} known already"
    Console().print(told + (f", {done.left_out} left out: their records are erased" if done.left_out else ""))


@app.command()
def export(file: Annotated[Path, typer.Argument(help="CSV file to write.")], workspace: Workspace) -> None:
    """Write the whole ledger as CSV.

    Example: linker decisions export decisions.csv --workspace work
    """
    count = export_decisions(Ledger(workspace), file)
    Console().print(f"wrote {count} decisions to {file}", soft_wrap=True)
