"""`linker erase` and `linker erasures`: taking records out under an order, in two steps, and later for good."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console

from linker.batch import erasure, purge
from linker.cli import display
from linker.cli.options import Workspace
from linker.errors import WorkspaceError
from linker.registry.erasures import Erasures, told_of

Why = Annotated[str, typer.Option(help="The reason, in words that will be understood in ten years.")]
Who = Annotated[str | None, typer.Option(help="Who does it; your user name if not given.")]

app = typer.Typer(help="Orders to erase records.", no_args_is_help=True)


def erase(
    record: Annotated[list[str], typer.Argument(help="Record ids, or identity ids for all their records.")],
    workspace: Workspace,
    order: Annotated[
        str, typer.Option(help="The order that is followed: court, number, date. Do not name the person.")
    ],
    confirm: Annotated[str, typer.Option(help="The code that the preview gave; without it nothing is changed.")] = "",
    who: Who = None,
) -> None:
    """Erase records after an acquittal or by order. Without --confirm it only shows what would happen, and the code that confirms it.

    Example: linker erase delhi:5001 --order 'Sessions Court Rohini, 14/2026' --workspace work
    """
    console = Console()
    if not confirm:
        _print_preview(console, erasure.preview(workspace, record, order))
        return
    given, snapshot = erasure.confirm(workspace, record, order, confirm, who)
    console.print(
        f"erasure {given.number}: {len(given.records)} records are gone from snapshot {snapshot.number}; it {given.state}.\n"
        f"To take it back: linker erasures undo {given.number} --why … --workspace {workspace}",
        markup=False, highlight=False, soft_wrap=True,
    )  # fmt: skip


def _print_preview(console: Console, told: erasure.Consequences) -> None:
    console.print(display.records(told.records.to_pylist()))
    table = display.grid("what", "consequence")
    for line in told.outcome:
        table.add_row("identity", display.cell(line))
    if told.decisions:
        table.add_row("decisions", display.cell("these name the records: " + ", ".join(map(str, told.decisions))))
    table.add_row("snapshots", display.cell("these hold the records: " + ", ".join(map(str, told.snapshots))))
    for export in told.exports:
        purpose = f" for {export.purpose}" if export.purpose else ""
        table.add_row(
            "export", display.cell(f"{export.at[:10]} to {export.recipient or 'unknown'}{purpose} ({export.out})")
        )
    table.add_row("until", display.cell(f"it can be taken back until {told.until}, then all of it is removed for good"))
    console.print(table)
    if told.exports:
        console.print(
            "Those who received exports must be told; the files they have are out of reach here.", style="yellow"
        )
    console.print(f"Nothing is changed yet. To erase, repeat the command with --confirm {told.code}", highlight=False)


@app.command("list")
def list_orders(workspace: Workspace) -> None:
    """List the orders and their state.

    Example: linker erasures list --workspace work
    """
    table = display.grid("no", "when (UTC)", "who", "order", "records", "state", right=(0, 4))
    erasures = Erasures(workspace)
    for order in erasures.orders():
        records = str(len(order.records)) if order.pending else ""
        cells = (str(order.number), order.at[:19], order.who, order.order_text, records, order.state)
        table.add_row(*map(display.cell, cells))
    console = Console()
    console.print(table)
    display.warnings(console, told_of(workspace, erasures.begun()))


@app.command()
def undo(
    number: Annotated[int, typer.Argument(help="The order to take back.")],
    workspace: Workspace,
    why: Why,
    who: Who = None,
) -> None:
    """Take an erasure back while that is possible; the next run that reads the records brings them back.

    Example: linker erasures undo 3 --why 'order set aside' --workspace work
    """
    Erasures(workspace).undo(number, why, who)
    Console().print(f"erasure {number} is taken back; the next linker run brings its records back")


@app.command("purge")
def purge_orders(
    workspace: Workspace,
    number: Annotated[
        int | None, typer.Option("--now", help="This order at once, although it could still be taken back.")
    ] = None,
) -> None:
    """Remove for good what was erased and can no longer be taken back: from all snapshots, decisions, indexes and exports kept here.

    Every run does this first. Afterwards every byte of the workspace is searched for what only the erased records held.

    Example: linker erasures purge --workspace work
    """
    done = [purge.purge(workspace, number)] if number is not None else purge.purge_due(workspace, wait=False)
    console = Console()
    for one in done:
        console.print(
            f"erasure {one.order.number}: removed from {len(one.snapshots)} snapshots; {len(one.removed)} other files removed",
            highlight=False,
        )
    if not done:
        console.print("no erasure is due")
    left = purge.places_left(done)
    if left:
        raise WorkspaceError(
            "some files of the workspace still hold erased values:\n" + "\n".join(f"  {place}" for place in left),
            where=str(workspace), do=purge.REMOVE,
        )  # fmt: skip
