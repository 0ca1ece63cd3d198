"""Reference tables: tab-separated files in configs/reference whose lines that begin with '#' say where they come
from."""

from __future__ import annotations

from pathlib import Path

from linker.config.loading import CONFIGS
from linker.errors import ConfigError

REFERENCE = CONFIGS / "reference"


def rows(name: str, folder: Path = REFERENCE) -> list[dict[str, str]]:
    """The rows of `name` (a file in configs/reference) as header → cell.

    Raises:
        ConfigError: the file is missing, or a line has more or fewer cells than the header.
    """
    path = folder / name
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise ConfigError(f"cannot be read: {error}", where=str(path), do="restore the file from the release") from None
    header: list[str] = []
    found = []
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        cells = line.split("\t")
        if not header:
            header = cells
            continue
        if len(cells) != len(header):
            what = f"{len(cells)} cells where the header has {len(header)}"
            raise ConfigError(what, where=f"{path}:{number}", do="separate cells with one tab")
        found.append(dict(zip(header, (cell.strip() for cell in cells), strict=True)))
    return found


def forms(cell: str) -> list[str]:
    """The alternatives in a cell, which stand apart by '|'."""
    return [form.strip() for form in cell.split("|") if form.strip()]
