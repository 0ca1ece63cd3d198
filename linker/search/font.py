"""A query typed or pasted in a legacy Hindi font: `jkds'k dqekj` is राकेश कुमार in Kruti Dev.

A column of a source has thousands of cells that bear each other out; a query stands alone. So it is read as Kruti Dev only where a piece of
it is so by `CLEAR` bits of the detector by itself, which no Latin name that we know comes near. Once that is so, other pieces of the same
query need less, and words that are plainly Latin stay Latin. Words with numbers in them (identifiers, vehicles) and addresses with @ say
nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import pyarrow as pa

from linker.names.legacy import decode
from linker.names.legacy.detect import shipped_detector

KRUTI_DEV = "Kruti Dev"
CLEAR = 25.0
"""Bits for a piece that nothing else bears out: half as much again as the most that a Latin name has been seen to have."""
AMONG = 12.0
"""Bits for a further piece of a query that holds a clear one."""
LATIN = -10.0
"""Words with so few bits stay as they are in a piece that is converted."""
_SEPARATOR = re.compile(r",(?=[\s\d]|$)|\n|।")
"""Between pieces; a comma before a letter is ए in Kruti Dev."""
_SILENT = re.compile(r"\d\D*\d|\S@\S")
_QUOTES = str.maketrans("’‘“”", "''\"\"")
"""What word processors make of the two glyphs that are typed as quotation marks."""


def typed_in_unicode(text: str) -> tuple[str, bool]:
    """A typed query in Unicode, and whether it was in Kruti Dev."""
    pieces = _SEPARATOR.split(text)
    read, legacy = in_unicode(pieces)
    return (", ".join(read), True) if legacy else (text, False)


def in_unicode(pieces: Sequence[str]) -> tuple[list[str], bool]:
    """The pieces of one query in Unicode, and whether any of them was in Kruti Dev."""
    if not any(c.islower() for piece in pieces for c in piece):
        return list(
            pieces
        ), False  # capitals, Devanagari or numbers: hardly a word of the font is without a small letter
    words = [piece.translate(_QUOTES).split() for piece in pieces]
    bits = _bits(words)
    most = [_most(found) for found in bits]
    if max(most) < CLEAR:
        return list(pieces), False
    read = [_decoded(w, b) if m >= AMONG else piece for piece, w, b, m in zip(pieces, words, bits, most, strict=True)]
    return read, True


def _bits(pieces: Sequence[Sequence[str]]) -> list[list[float]]:
    """Bits in favour of Kruti Dev of every word; minus infinity for what says nothing."""
    spoken = ["" if _SILENT.search(word) else word for words in pieces for word in words]
    found = iter(shipped_detector().log_odds(pa.array(spoken, pa.string())).tolist())
    return [[next(found) for _ in words] for words in pieces]


def _most(bits: Sequence[float]) -> float:
    """The most that words in a row have together, none of them plainly Latin."""
    best = total = 0.0
    for one in bits:
        total = total + one if one > LATIN else 0.0
        best = max(best, total)
    return best


def _decoded(words: Sequence[str], bits: Sequence[float]) -> str:
    """The words in Unicode but those that are plainly Latin; behind a number the font's comma."""
    read = (decode(w) if b > LATIN else w.replace("]", ",") for w, b in zip(words, bits, strict=True))
    return " ".join(read)
