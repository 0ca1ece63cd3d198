"""Case tables: tab-separated lines next to the tests; '-' stands for nothing, lines that begin with '# ' are comments."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent


def cases(name: str, columns: int) -> list[tuple[str, ...]]:
    """The rows of a table, each with `columns` cells."""
    rows = [tuple(line.split("\t")) for line in (FOLDER / name).read_text(encoding="utf-8").split("\n") if line]
    rows = [row for row in rows if not row[0].startswith("# ")]
    wrong = [row for row in rows if len(row) != columns]
    assert not wrong, f"{name}: not {columns} cells: {wrong}"
    return rows


def given(cell: str) -> str | None:
    """A cell's text, None for '-'."""
    return None if cell == "-" else cell
