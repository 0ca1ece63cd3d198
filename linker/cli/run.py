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

from linker.config.run import load_run
from linker.errors import ConfigError
from linker.pipeline import RunResult
from linker.pipeline import run as run_batch


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
) -> None:
    """Link the records of several sources and publish a snapshot with the unified identity table.

    Example: linker run configs/four_states.yaml --workspace work --input delhi=delhi.csv --input haryana=haryana.parquet
    """
    loaded = load_run(config, _replaced(inputs or []))
    console = Console()
    console.print(f"{config}: {', '.join(loaded.inputs)}", highlight=False)
    with Display(console) as display:
        result = run_batch(loaded, workspace, display, index=index)
    _summarise(console, result, workspace)


def _replaced(inputs: list[str]) -> dict[str, str]:
    replaced: dict[str, str] = {}
    for text in inputs:
        source, equals, path = text.partition("=")
        if not equals or not source or not path:
            raise ConfigError(
                f"--input {text} is not of the form SOURCE=PATH",
                do="write for example --input delhi=extracts/delhi.csv",
            )
        if source in replaced:
            raise ConfigError(f"--input names source '{source}' twice", do="give each source one input")
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
