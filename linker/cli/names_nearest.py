"""`linker names nearest`: the lines of a list that are most likely the name of a query."""

from __future__ import annotations

import sys
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
    if out is None:
        _write(sys.stdout, ids, found)
        return
    with out.open("w", encoding="utf-8", newline="\n") as file:
        _write(file, ids, found)


def read_queries(path: Path) -> tuple[list[str], list[str]]:
    """Ids and texts of a query file.

    Raises:
        InputError: not readable, without the two columns, or a line without them.
    """
    lines = read_lines(path)
    header = lines[0].split("\t") if lines else []
    if "query_id" not in header or "text" not in header:
        raise InputError(
            "no columns query_id and text", where=str(path), do="write 'query_id<TAB>text' as the first line"
        )
    at_id, at_text = header.index("query_id"), header.index("text")
    ids, texts = [], []
    for number, line in enumerate(lines[1:], 2):
        cells = line.split("\t")
        if len(cells) <= max(at_id, at_text):
            raise InputError("a line with too few cells", where=f"{path}, line {number}", do="separate cells by tabs")
        ids.append(cells[at_id])
        texts.append(cells[at_text])
    return ids, texts


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
