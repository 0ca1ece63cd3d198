"""Reading the generator's own tables (data/*.tsv): names, places, marks, sections."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

DATA = Path(__file__).with_name("data")


def rows(name: str) -> list[dict[str, str]]:
    """Rows of data/<name>.tsv as dictionaries; lines that start with # are comments."""
    with (DATA / f"{name}.tsv").open(encoding="utf-8", newline="") as file:
        lines = [line for line in file if line.strip() and not line.startswith("#")]
    return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE, restval=""))


def header(source: str) -> list[str]:
    """The column names of a source's layout."""
    return [row["column"] for row in rows("headers") if row["source"] == source]


def forms(cell: str | None) -> tuple[str, ...]:
    """The spellings of a cell 'a|b|c'; empty for an empty cell."""
    return tuple(part.strip() for part in (cell or "").split("|") if part.strip())


@dataclass(frozen=True)
class Token:
    """A word of a name: its spellings in both scripts, the usual one first (latin empty: by rule)."""

    deva: tuple[str, ...]
    latin: tuple[str, ...] = ()
