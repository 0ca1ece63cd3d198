"""`linker names nearest`: the lines of a list that are most likely the name of a query."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, TextIO

import typer

from linker.errors import InputError
from linker.names.nearest import Nearest, nearest

_HEADER = "query_id\tline\trank\tscore\n"


def nearest_command(
    queries: Annotated[Path, typer.Option(help="Tab-separated file with a header and the columns query_id and text.")],
    list_: Annotated[Path, typer.Option("--list", help="Text file with one name per line.")],
    top: Annotated[int, typer.Option(min=1, help="Answers per query.")] = 100,
    out: Annotated[Path | None, typer.Option(help="File to write; standard output if left out.")] = None,
) -> None:
    """Find each query's name in a list, in either script: query_id, line (from 0), rank (from 1), score in bits.

    Example: linker names nearest --queries queries.tsv --list names.txt --top 10
    """
    ids, texts = read_queries(queries)
    found = nearest(texts, read_lines(list_), top)
    with output(out) as file:
        _write(file, ids, found)


def read_queries(path: Path) -> tuple[list[str], list[str]]:
    """Ids and texts of a query file.

    Raises:
        InputError: not readable, without the two columns, or a line without them.
    """
    ids, texts = read_columns(path, ("query_id", "text"))
    return ids, texts


def read_columns(path: Path, wanted: tuple[str, ...]) -> list[list[str]]:
    """The wanted columns of a tab-separated file with a header, other columns ignored. Cells may be empty, long, or hold any character.

    Raises:
        InputError: not readable as UTF-8, a column is missing, or a line has too few cells.
    """
    lines = read_lines(path)
    header = lines[0].split("\t") if lines else []
    missing = [c for c in wanted if c not in header]
    if missing:
        first = "<TAB>".join(wanted)
        raise InputError(f"no column {', '.join(missing)}", where=str(path), do=f"write '{first}' as the first line")
    at = [header.index(c) for c in wanted]
    rows = [line.split("\t") for line in lines[1:]]
    for number, row in enumerate(rows, 2):
        if len(row) <= max(at):
            raise InputError(
                f"only {len(row)} cells", where=f"{path}, line {number}", do=f"separate {len(wanted)} cells by tabs"
            )
    return [[row[k] for row in rows] for k in at]


@contextmanager
def output(path: Path | None) -> Iterator[TextIO]:
    """Standard output, or a file.

    Raises:
        InputError: the file cannot be written.
    """
    if path is None:
        yield sys.stdout
        return
    try:
        file = path.open("w", encoding="utf-8", newline="\n")
    except OSError as error:
        raise InputError(
            f"cannot be written: {error.strerror}", where=str(path), do="give a file in an existing folder"
        ) from None
    with file:
        yield file


def read_lines(path: Path) -> list[str]:
    """Lines of a text file; an empty line is an empty name, so that line numbers hold.

    Raises:
        InputError: not readable as UTF-8.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot be read: {error}", where=str(path), do="give a UTF-8 text file") from None
    lines = text.split("\n")
    if lines and not lines[-1]:
        lines.pop()
    return [line.removesuffix("\r") for line in lines]


def _write(file: TextIO, ids: list[str], found: Nearest) -> None:
    file.write(_HEADER)
    columns = (found.query.tolist(), found.line.tolist(), found.rank.tolist(), found.score.tolist())
    file.writelines(f"{ids[q]}\t{x}\t{r}\t{s:.3f}\n" for q, x, r, s in zip(*columns, strict=True))
