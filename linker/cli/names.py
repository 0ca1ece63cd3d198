"""`linker names`: the name matcher by itself."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from linker.cli.names_nearest import nearest_command, output, read_columns
from linker.names.ranking import rank_pairs
from linker.names.table import NameTable

app = typer.Typer(no_args_is_help=True)


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
    ids, left, right = read_columns(pairs, ("pair_id", "left", "right"))
    scores = rank_pairs(left, right)
    with output(out) as file:
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


app.command("nearest")(nearest_command)
