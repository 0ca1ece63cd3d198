"""`linker run`: the batch job."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from linker.batch.delta import Stated
from linker.batch.update import update as update_batch
from linker.cli import display
from linker.cli.background import Background, step_back
from linker.config.run import LoadedRun, load_run
from linker.errors import ConfigError, InputError
from linker.pipeline import RunResult
from linker.pipeline import run as run_batch
from linker.progress import collected_seldom


class Display:
    """Shows the stage at work, and a line for each that is done."""

    def __init__(self, console: Console) -> None:
        self._console = console
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
        )
        self._bar = Progress(*columns, console=console, transient=True)
        self._task = self._bar.add_task("", total=None, visible=False)

    def __enter__(self) -> Display:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def begin(self, stage: str) -> None:
        self._bar.reset(self._task, description=stage, total=None, visible=True)

    def step(self, done: int, total: int) -> None:
        self._bar.update(self._task, completed=done, total=total)

    def end(self, stage: str, seconds: float, note: str) -> None:
        self._console.print(f"  {stage:<10} {seconds:7.1f} s  {note}", highlight=False, soft_wrap=True)


def run(
    config: Annotated[Path, typer.Argument(help="A run configuration, for example configs/four_states.yaml.")],
    workspace: Annotated[Path, typer.Option(help="Folder in which the snapshot is published; made if missing.")],
    inputs: Annotated[
        list[str] | None,
        typer.Option(
            "--input", metavar="SOURCE=PATH", help="The file (or database URL) of one source; repeat for each."
        ),
    ] = None,
    index: Annotated[
        bool, typer.Option("--index", help="Also make the index that searches use; else the first search makes it.")
    ] = False,
    update: Annotated[
        bool, typer.Option("--update", help="The inputs hold what is new or has changed; the rest stays as it is.")
    ] = False,
    complete: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SOURCE",
            help="With --update: this source's input is its whole extract; what it lacks is withdrawn.",
        ),
    ] = None,
    withdrawn: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SOURCE=PATH",
            help="With --update: a text file of the native ids that a source withdraws, one a line.",
        ),
    ] = None,
    background: Background = False,
) -> None:
    """Link the records of several sources and publish a snapshot with the unified identity table.

    Example: linker run configs/four_states.yaml --workspace work --input delhi=delhi.csv --input haryana=haryana.parquet

    With --update the inputs hold only what is new or has changed since the last snapshot (rows that are as they were do no harm):

    Example: linker run configs/four_states.yaml --workspace work --update --input delhi=delhi_today.csv
    """
    loaded = load_run(config, _replaced(inputs or []), update=update)
    if background:
        step_back()
    console = Console()
    console.print(f"{config}: {', '.join(loaded.inputs)}", highlight=False)
    stated = _stated(loaded, update, complete or [], withdrawn or [])
    with Display(console) as shown, collected_seldom():
        result = (
            update_batch(loaded, workspace, stated, shown)
            if update
            else run_batch(loaded, workspace, shown, index=index)
        )
    _summarise(console, result, workspace)
    display.warnings(console, result.left)


def _stated(loaded: LoadedRun, update: bool, complete: list[str], withdrawn: list[str]) -> Stated:
    if not update and (complete or withdrawn):
        raise ConfigError("--complete and --withdrawn say something about an update", do="add --update")
    lists = _replaced(withdrawn, "--withdrawn")
    unknown = sorted(set(complete) - set(loaded.inputs))
    if unknown:
        raise ConfigError(f"no input is given for source '{unknown[0]}'", do=f"add --input {unknown[0]}=PATH")
    return Stated(frozenset(complete), {source: _lines(Path(path)) for source, path in lists.items()})


def _lines(path: Path) -> tuple[str, ...]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"cannot be read: {error}", where=str(path), do="give a UTF-8 text file, one native id a line"
        ) from None
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _replaced(inputs: list[str], option: str = "--input") -> dict[str, str]:
    replaced: dict[str, str] = {}
    for text in inputs:
        source, equals, path = text.partition("=")
        if not equals or not source or not path:
            raise ConfigError(
                f"{option} {text} is not of the form SOURCE=PATH",
                do=f"write for example {option} delhi=extracts/delhi.csv",
            )
        if source in replaced:
            raise ConfigError(f"{option} names source '{source}' twice", do="give each source one file")
        replaced[source] = path
    return replaced


SUMMARY = (
    ("rows_in", "rows read"),
    ("quarantined", "in quarantine"),
    ("repeated", "repeated, counted once"),
    ("excluded", "records kept out (juveniles)"),
    ("records", "records matched"),
    ("candidate_pairs", "candidate pairs"),
    ("links", "links by themselves"),
    ("review", "pairs for review"),
    ("identities", "identities"),
    ("attention", "identities to look at"),
)


def _summarise(console: Console, result: RunResult, workspace: Path) -> None:
    table = Table(title=f"Snapshot {result.snapshot.number}", title_justify="left", show_header=False)
    table.add_column()
    table.add_column(justify="right")
    for key, label in SUMMARY:
        table.add_row(label, f"{result.counts[key]:,}")
    table.add_row("seconds", f"{sum(result.seconds.values()):,.1f}")
    console.print(table)
    console.print(f"report: {result.report}", soft_wrap=True, highlight=False)
    console.print(
        f"next:   linker export --workspace {workspace} --format xlsx --out DIR --recipient WHO",
        soft_wrap=True,
        highlight=False,
    )
    console.print("A link is a lead, not an identification.")
