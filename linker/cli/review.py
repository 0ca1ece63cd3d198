"""`linker review` and `linker apply`: the review pages, their accounts and workbooks, and verdicts that take effect."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from linker.batch.applying import apply as apply_verdicts
from linker.cli import display
from linker.cli.options import Workspace, existing, one_of_ours
from linker.cli.run import Display
from linker.config.wording import meant
from linker.errors import InputError
from linker.registry.database import user
from linker.registry.snapshot import current_name, open_current
from linker.review.filling import counts
from linker.review.items import Tray
from linker.review.knownpairs import read_known
from linker.review.office import Office
from linker.review.people import Account, May, Role
from linker.web.words import LANGUAGES, Teller
from linker.web.workbook import Wanted, export_queue, import_verdicts

Config = Annotated[Path | None, typer.Option(help="Review settings; configs/review.yaml if not given.")]
As = Annotated[str, typer.Option("--as", help="The account that reviews.")]
Name = Annotated[str, typer.Argument(help="The account's name.")]
LOCAL = "127.0.0.1"

app = typer.Typer(invoke_without_command=True)
users = typer.Typer(help="Accounts of those who review.", no_args_is_help=True)
app.add_typer(users, name="users")


@app.callback()
def review(
    context: typer.Context,
    workspace: Annotated[
        Path | None, typer.Option(help="Folder in which runs publish their snapshots.", callback=existing)
    ] = None,
    config: Config = None,
    host: Annotated[
        str, typer.Option(help="Address to listen on; by default only this machine can open the pages.")
    ] = LOCAL,
    port: Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65535)] = 8420,
) -> None:
    """Start the review pages. The first start makes an admin and prints a one-time password.

    Example: linker review --workspace work --port 8420
    """
    if context.invoked_subcommand is not None:
        return
    if workspace is None:
        raise InputError("the review pages need a workspace", do="linker review --workspace DIR")
    import uvicorn  # noqa: PLC0415  (other commands need no server)

    from linker.web.app import create_app  # noqa: PLC0415

    console = Console()
    office = Office.open(workspace, config)
    first = office.accounts.first_admin()
    snapshot = office.book.snapshot
    number = counts(office.engine)
    waiting = sum(number.get(status, 0) for status in ("open", "second", "third"))
    console.print(f"snapshot {snapshot.number}: {waiting:,} questions wait")
    if first is not None:
        console.print(f"first start: sign in as '{first[0]}' with the one-time password {first[1]}", markup=False)
    console.print(f"open http://{host}:{port}/ in a browser; stop with Ctrl+C", markup=False, soft_wrap=True)
    uvicorn.run(create_app(office), host=host, port=port, log_level="warning", server_header=False, proxy_headers=False)


@app.command()
def fill(workspace: Workspace, config: Config = None) -> None:
    """Bring the queue up to the current snapshot (the pages do so by themselves).

    Example: linker review fill --workspace work
    """
    done = Office.open(workspace, config).fill()
    Console().print(f"{done.added:,} questions added, {done.kept:,} brought up to date, {done.gone:,} put aside")


@app.command()
def known(
    file: Annotated[Path, typer.Argument(help="CSV: left_record, right_record, answer (same or different).")],
    workspace: Workspace,
    config: Config = None,
) -> None:
    """Add pairs with a known answer. They come between the questions and measure the reviewers.

    Example: linker review known checked.csv --workspace work
    """
    added, there = read_known(Office.open(workspace, config), file)
    Console().print(f"{added} known pairs added, {there} were there already")


@app.command("export")
def export_(
    file: Annotated[Path, typer.Argument(help="Excel workbook to write.")],
    workspace: Workspace,
    as_: As,
    count: Annotated[int, typer.Option(help="How many questions.", min=1, max=500)] = 50,
    tray: Annotated[Tray, typer.Option(help="Which tray.")] = Tray.PAIRS,
    language: Annotated[
        str, typer.Option(help="What stands first and in the sentences: en or hi.", callback=one_of_ours)
    ] = LANGUAGES[0],
    config: Config = None,
) -> None:
    """Take questions out as a workbook for someone who works in Excel; they stay theirs for a week.

    Example: linker review export queue.xlsx --workspace work --as asha --count 50
    """
    office = Office.open(workspace, config)
    rows = export_queue(office, _account(office, as_), file, Wanted(count, tray, language))
    Console().print(f"{rows} questions written to {file}", soft_wrap=True)


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="The workbook, filled in.")],
    workspace: Workspace,
    as_: As,
    config: Config = None,
) -> None:
    """Take the verdicts of a filled-in workbook. What someone else has judged meanwhile is refused, row by row.

    Example: linker review import queue.xlsx --workspace work --as asha
    """
    office = Office.open(workspace, config)
    told = import_verdicts(office, _account(office, as_), file)
    console = Console()
    counted = f"{told.taken} verdicts taken, {told.again} known already, {told.empty} rows empty"
    console.print(f"{counted}, {len(told.refused)} refused")
    teller = Teller(LANGUAGES[0])
    for refusal in told.refused:
        why = teller(f"trouble.{refusal.code}", text=refusal.text)
        console.print(f"  row {refusal.row}: {why}", markup=False, soft_wrap=True)


def _account(office: Office, name: str) -> Account:
    account = office.accounts.find(name)
    if account is None or not account.active or not account.may(May.JUDGE):
        raise InputError(f"'{name}' is no account that may judge", do="linker review users list")
    return account


@users.command("list")
def list_users(workspace: Workspace, config: Config = None) -> None:
    """List the accounts.

    Example: linker review users list --workspace work
    """
    table = display.grid("name", "shown as", "role", "states", "state")
    for a in Office.open(workspace, config).accounts.all():
        open_state = "locked" if a.locked_until else "first sign-in" if a.must_change else "active"
        cells = (a.name, a.display, a.role, ", ".join(sorted(a.states)) or "all", open_state if a.active else "closed")
        table.add_row(*map(display.cell, cells))
    Console().print(table)


@users.command("add")
def add_user(
    name: Name,
    workspace: Workspace,
    role: Annotated[Role, typer.Option(help="reviewer, approver, auditor or admin.")] = Role.REVIEWER,
    shown: Annotated[str, typer.Option("--display", help="The name that others see.")] = "",
    states: Annotated[list[str] | None, typer.Option("--state", help="A state they may see; repeat for more.")] = None,
    config: Config = None,
) -> None:
    """Add an account and print its one-time password. Without --state it sees all states.

    Example: linker review users add asha --role reviewer --state Delhi --workspace work
    """
    _refuse_strange_states(workspace, states or ())
    accounts = Office.open(workspace, config).accounts
    password = accounts.add(name, shown or name, role, frozenset(states or ()), user())
    Console().print(f"{name}: one-time password {password}", markup=False)


def _refuse_strange_states(workspace: Path, states: Sequence[str]) -> None:
    """Whoever may see only a state that no record names would see nothing, and nobody would know why."""
    if not states or current_name(workspace) is None:
        return
    known = sorted(s for s in open_current(workspace).table("record", ["state"])["state"].unique().to_pylist() if s)
    for state in states:
        if state not in known:
            said = f"no record is of the state {state!r}; {meant(state, known)}"
            raise InputError(
                f"{said}allowed: {', '.join(known)}", where=f"--state {state}", do="write it as it stands there"
            )


@users.command("reset")
def reset_user(name: Name, workspace: Workspace, config: Config = None) -> None:
    """Give an account a new one-time password and unlock it.

    Example: linker review users reset asha --workspace work
    """
    password = Office.open(workspace, config).accounts.reset(name, user())
    Console().print(f"{name}: one-time password {password}", markup=False)


@users.command("close")
def close_user(name: Name, workspace: Workspace, config: Config = None) -> None:
    """Close an account; its verdicts stay.

    Example: linker review users close asha --workspace work
    """
    Office.open(workspace, config).accounts.change(name, user(), active=False)
    Console().print(f"{name} is closed", markup=False)


def apply(workspace: Workspace) -> None:
    """Let the verdicts given since the last snapshot take effect, without reading the sources again.

    Example: linker apply --workspace work
    """
    console = Console()
    with Display(console) as shown:
        done = apply_verdicts(workspace, shown)
    if done.snapshot is None:
        console.print(f"no new verdict since snapshot {open_current(workspace).number}")
        return
    did = ", ".join(f"{n} {kind}" for kind, n in sorted(done.effects.items())) or "none"
    console.print(f"snapshot {done.snapshot.number}: {done.before:,} identities before, {done.after:,} now")
    console.print(f"verdicts: {did}")
