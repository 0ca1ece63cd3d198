"""`linker keys`: who may ask the service."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console

from linker.cli import display
from linker.cli.options import Workspace
from linker.errors import InputError
from linker.normalise.gazetteer import gazetteer
from linker.registry.apikeys import ApiKeys, Role

app = typer.Typer(help="Keys of the HTTP service.", no_args_is_help=True)


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="Which service or person will use it.")],
    workspace: Workspace,
    role: Annotated[
        Role, typer.Option(help="monitor: metrics only; reader: ask, numbers masked; officer: ask and see numbers.")
    ] = Role.READER,
    state: Annotated[list[str] | None, typer.Option(help="Only records of this state; repeat for several.")] = None,
    days: Annotated[int | None, typer.Option(help="After so many days the key ends by itself.")] = 365,
) -> None:
    """Make a key. It is shown once; only its hash is kept.

    Example: linker keys add 'control room' --role officer --state haryana --state delhi --workspace work
    """
    key, text = ApiKeys(workspace).add(name, role, [_state(s) for s in state or []], days)
    console = Console()
    console.print(
        f"key {key.id} for {key.name}: {key.role}, {', '.join(key.states) or 'all states'}",
        markup=False,
        highlight=False,
    )
    console.print(text, markup=False, highlight=False, soft_wrap=True)
    console.print("Keep it as a password: it is not shown again.", style="dim")


@app.command("list")
def list_keys(workspace: Workspace) -> None:
    """List all keys ever made, without the keys themselves.

    Example: linker keys list --workspace work
    """
    table = display.grid("id", "name", "role", "states", "made (UTC)", "by", "until", "in force")
    for key in ApiKeys(workspace).all():
        state = "yes" if key.valid else "revoked" if key.revoked_at else "ended"
        table.add_row(
            key.id, display.cell(key.name), key.role, ", ".join(key.states) or "all", key.made_at[:19],
            display.cell(key.made_by), (key.expires_at or "")[:10], state,
        )  # fmt: skip
    Console().print(table)


@app.command()
def revoke(
    ident: Annotated[str, typer.Argument(help="The key's id, as the list shows it.")], workspace: Workspace
) -> None:
    """End a key. Services that run stop to accept it within five seconds.

    Example: linker keys revoke 5b0e2d1c9a77 --workspace work
    """
    key = ApiKeys(workspace).revoke(ident)
    Console().print(f"key {key.id} for {key.name} is revoked", markup=False, highlight=False)


def _state(typed: str) -> str:
    """The state as records name it."""
    known = gazetteer().state(typed)
    if known is None:
        raise InputError(f"no state is called '{typed[:40]}'", do="write for example --state haryana")
    return known
