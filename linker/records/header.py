"""Finding the mapped columns in a file's header, which may be typed a little differently there."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from linker.config.source import SourceConfig
from linker.errors import InputError

TITLES = 10
"""Filled rows among which the header is sought: extracts for people have a title above it."""
SHOWN = 6
"""Columns of a header that a message shows."""
IGNORED = dict.fromkeys(map(ord, "\ufeff\u200b\u200c\u200d\u2060\u00ad"))


def fold(name: str) -> str:
    """A column's name without what exports change: byte-order mark, joiners, letter case, runs of spaces, composition."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", name.translate(IGNORED))).strip().casefold()


def find_columns(config: SourceConfig, header: Sequence[str], path: Path | str) -> dict[str, int]:
    """Mapped column → its position in the header. Optional columns that the file lacks are left out.

    Raises:
        InputError: a mapped column is missing (near names are given) or stands twice.
    """
    positions: dict[str, list[int]] = {}
    for position, name in enumerate(header):
        positions.setdefault(fold(name), []).append(position)
    missing = [c for c in config.columns if fold(c) not in positions and c not in config.optional]
    if missing:
        raise InputError(
            "\n".join(
                ["the header lacks columns that the mapping names:", *(_near(c, header, config) for c in missing)]
            ),
            where=f"{path}, mapping {config.origin}; the header there: {_shortened(header)}",
            do="give the right file, name the columns as the file does, or list them under 'optional'",
        )
    twice = [c for c in config.columns if len(positions.get(fold(c), ())) > 1]
    if twice:
        raise InputError(
            f"the header names {', '.join(map(repr, twice))} more than once, so it is unclear which to read",
            where=str(path),
            do="rename or remove the other column",
        )
    return {c: positions[fold(c)][0] for c in config.columns if fold(c) in positions}


def header_among(config: SourceConfig, rows: Sequence[Sequence[str]]) -> int:
    """Which of the first filled rows of a file is the header: the one that names most mapped columns, the first of such. Titles and merged
    cells stand above it."""
    return max(range(len(rows)), key=lambda n: (found(config, rows[n]), -n))


def found(config: SourceConfig, header: Sequence[str]) -> int:
    """How many mapped columns the header holds."""
    return len({fold(c) for c in config.columns} & {fold(h) for h in header})


def _shortened(header: Sequence[str]) -> str:
    filled = [" ".join(name.split())[:40] for name in header if name.strip()]
    more = len(filled) - SHOWN
    return ", ".join(map(repr, filled[:SHOWN])) + (f" and {more} more" if more > 0 else "") if filled else "blank"


def _near(column: str, header: Sequence[str], config: SourceConfig) -> str:
    folded = {fold(h): h for h in header}
    near = difflib.get_close_matches(fold(column), folded, n=3, cutoff=0.5)
    hint = f"near: {', '.join(repr(folded[n].strip()[:60]) for n in near)}" if near else "nothing near it"
    line = config.line_of_column(column)
    return f"    {column!r}{f', line {line}' if line else ''} ({hint})"
