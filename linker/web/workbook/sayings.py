"""What stands in a workbook's headings and lists in both languages, and what is meant by it when it comes back.

Whoever fills a workbook in may choose from its lists, type the words of one language only, or type the codes; Excel and people add blanks
and change capitals. All of that is understood; a text that is nobody's label is not guessed at.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from linker.web.words import LANGUAGES, Teller

BETWEEN = " · "
"""Between the two languages of a label."""
_PART = re.compile(r"[·\n]")


def label(key: str, first: str, after: str = "", between: str = BETWEEN) -> str:
    """A word in both languages, `first` first; `after` stands behind both (the A or B of a record)."""
    return between.join(Teller(language)(key) + after for language in _order(first))


def _order(first: str) -> list[str]:
    return sorted(LANGUAGES, key=lambda language: language != first)


class Sayings:
    """Codes by whatever may be said for them."""

    def __init__(self, keys: Iterable[tuple[str, str, str]]) -> None:
        """`keys`: (code, key of its words, what stands behind them)."""
        self._codes: dict[str, str] = {}
        for code, key, after in keys:
            for said in (code, *(Teller(language)(key) + after for language in LANGUAGES)):
                if self._codes.setdefault(bare(said), code) != code:
                    raise ValueError(f"'{said}' would mean two things")

    def meant(self, text: str) -> str | None:
        """The code that a cell means: by its whole text, or by every label in it alike; None if it means nothing, or two things."""
        whole = self._codes.get(bare(text))
        if whole is not None:
            return whole
        parts = [bare(part) for part in _PART.split(text)]
        found = {self._codes.get(part) for part in parts if part}
        return found.pop() if len(found) == 1 else None


def bare(text: str) -> str:
    """A text without what does not count: capitals, blanks, invisible joiners, one of two codings of a letter."""
    spelt = unicodedata.normalize("NFKC", text).casefold()
    return " ".join("".join(c for c in spelt if unicodedata.category(c) != "Cf").split())
