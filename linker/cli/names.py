"""`linker names`: the name matcher by itself."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, TextIO

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from linker.cli.names_nearest import nearest_command
from linker.errors import InputError
from linker.names.ranking import rank_pairs
from linker.names.table import NameTable

app = typer.Typer(no_args_is_help=True)
_COLUMNS = ("pair_id", "left", "right")


@app.command()
def score(
    pairs: Annotated[Path, typer.Argument(help="TSV with a header and the columns pair_id, left, right.")],
    out: Annotated[
        Path | None, typer.Option(help="Where to write pair_id and score; standard output if left out.")
    ] = None,
) -> None:
    """Score pairs of names, in any script: how surely they are one name, in bits, higher is surer.

    Example: linker names score pairs.tsv --out scores.tsv
    """
    ids, left, right = read_pairs(pairs)
    scores = rank_pairs(left, right)
    with _output(out) as file:
        file.write("pair_id\tscore\n")
        file.writelines(f"{i}\t{w:.3f}\n" for i, w in zip(ids, scores.tolist(), strict=True))


@app.command()
def explain(left: str, right: str) -> None:
    """Show which word of one name met which of the other, and what that is worth.

    Example: linker names explain 'राकेश कुमार' 'Rakesh Kr'
    """
    table = NameTable.build([left, right])
    found = table.explain(0, 1)
    latin = table.latin().to_pylist()
    grid = Table(
        box=SIMPLE_HEAD, title=f"{found.english} · {found.hindi} ({found.weight:+.1f} bits)", title_justify="left"
    )
    for heading in (f"{left} · {latin[0]}", f"{right} · {latin[1]}"):
        grid.add_column(heading, overflow="fold")
    grid.add_column("bits", justify="right")
    grid.add_column("why", overflow="fold")
    for match in found.matches:
        grid.add_row(match.left or "–", match.right or "–", f"{match.weight:+.1f}", f"{match.english} · {match.hindi}")
    Console(markup=False, highlight=False).print(grid)


def read_pairs(path: Path) -> tuple[list[str], list[str], list[str]]:
    """The columns pair_id, left and right of a tab-separated file, other columns ignored.

    Raises:
        InputError: not readable, a column is missing, or a line has too few cells.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
            header = next(rows, [])
            missing = [c for c in _COLUMNS if c not in header]
            if missing:
                raise InputError(
                    f"no column {', '.join(missing)}", where=str(path), do="write 'pair_id<TAB>left<TAB>right' first"
                )
            at = [header.index(c) for c in _COLUMNS]
            columns: tuple[list[str], list[str], list[str]] = ([], [], [])
            for row in rows:
                if len(row) <= max(at):
                    raise InputError(
                        "too few cells", where=f"{path}, line {rows.line_num}", do="separate three cells by tabs"
                    )
                for column, k in zip(columns, at, strict=True):
                    column.append(row[k])
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"cannot be read: {error}", where=str(path), do="give a UTF-8 text file") from None
    return columns


@contextmanager
def _output(path: Path | None) -> Iterator[TextIO]:
    if path is None:
        yield sys.stdout
        return
    with path.open("w", encoding="utf-8", newline="\n") as file:
        yield file


app.command("nearest")(nearest_command)
