"""Cells that say in words or signs that nothing is known: 'NA', 'अज्ञात', '--', '000'."""

from __future__ import annotations

from functools import lru_cache

from linker.names.unicode import fold
from linker.normalise.reference import rows

LONGEST = 60
"""Characters of a cell that are looked at; a longer cell says something."""


@lru_cache(maxsize=1)
def _words() -> frozenset[str]:
    return frozenset(fold(row["form"]) for row in rows("absent_words.tsv"))


def is_absent(text: str) -> bool:
    """Whether a cell says that nothing is known."""
    if len(text) > LONGEST:
        return False
    folded = fold(text).strip()
    return not folded.strip(" .-–_/\\*?0'\"()") or folded.strip(" .-–'\"()") in _words()
