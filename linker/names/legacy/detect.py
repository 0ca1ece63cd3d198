"""Telling text in a legacy font from real Latin text, cell by cell.

Kruti Dev text is ASCII that only looks like Hindi in its font: `jes'k` is रमेश. Its character trigrams are unlike those of
English and of Romanised Hindi. A cell's log odds are the sum over its trigrams of log2 P(legacy) / P(plain), trained by
training/legacy_fonts.py, plus the prior of its column: the share of legacy cells, found by a few rounds of EM on the column
itself. A cell with a Devanagari letter is Unicode already, and one without any letter says nothing: neither is legacy.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

import numba as nb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from linker.config.loading import CONFIGS
from linker.errors import ModelError
from linker.names.legacy.table import compounds, glyphs

Floats: TypeAlias = npt.NDArray[np.float64]
Bools: TypeAlias = npt.NDArray[np.bool_]

UNITS_PER_BIT = 8
"""The shipped log ratios are whole eighths of a bit."""

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
SYMBOLS = ("boundary", "digit", "glyph", "other", *_PUNCTUATION, *_LETTERS)
"""What trigrams are made of: a word's edge, any digit, any non-ASCII glyph of the font, any other character, ASCII."""

_BOUNDARY, _DIGIT, _GLYPH, _OTHER = range(4)
_FIRST_LETTER = 4 + len(_PUNCTUATION)
_DEVANAGARI = -1  # not a symbol: the text is Unicode
_LEAST_SHARE, _MOST_SHARE = 1e-4, 1 - 1e-4  # a column is never so sure that a clear cell could not say otherwise
_ROUNDS = 8


@lru_cache(maxsize=1)
def _symbol_of_code() -> npt.NDArray[np.int16]:
    """Symbol of every code point of the Basic Multilingual Plane."""
    table = np.full(0x10000, _OTHER, np.int16)
    for index, symbol in enumerate(SYMBOLS[4:], start=4):
        table[ord(symbol)] = index
    table[[ord(c) for c in "0123456789"]] = _DIGIT
    table[[ord(c) for c in glyphs() if ord(c) > 0x7E] + [c for c in compounds() if c > 0x7E]] = _GLYPH
    table[[0x09, 0x0A, 0x0D, 0x20, 0xA0]] = _BOUNDARY
    table[0x0900:0x0980] = _DEVANAGARI
    return table


def symbols_of(word: str) -> npt.NDArray[np.int16]:
    """The word's symbols with two boundaries before and one after."""
    codes = [min(ord(c), 0xFFFF) for c in f"\n\n{word}\n"]
    return _symbol_of_code()[codes]


class LegacyDetector:
    """`ratios` is symbol³ int8: the log2 ratio of a trigram's probability in legacy and in plain text, in eighths of a bit."""

    def __init__(self, ratios: npt.NDArray[np.int8]) -> None:
        if ratios.shape != (len(SYMBOLS),) * 3 or ratios.dtype != np.int8:
            raise ModelError("the legacy-font model does not fit this version", do="run training/legacy_fonts.py again")
        self._ratios = np.ascontiguousarray(ratios)

    def log_odds(self, texts: pa.Array) -> Floats:
        """Bits in favour of legacy, one per text; minus infinity where a text cannot be legacy (null, Devanagari, no letter)."""
        filled = pc.fill_null(texts, "")
        codes = np.frombuffer("".join(filled.to_pylist()).encode("utf-32-le", "replace"), np.uint32)
        ends = np.cumsum(pc.utf8_length(filled).to_numpy(zero_copy_only=False), dtype=np.int64)
        symbols = _symbol_of_code()[np.minimum(codes, 0xFFFF)]
        sums: Floats = _sum_ratios(symbols, ends, self._ratios)
        return sums / UNITS_PER_BIT


@nb.njit("float64[:](int16[::1], int64[::1], int8[:,:,::1])", cache=True, nogil=True)
def _sum_ratios(symbols, ends, ratios):  # type: ignore[no-untyped-def]  # numba types it by its signature
    """Per text the sum over its words. Initials (R K) and words that begin with a digit (57, 12/3) say nothing of the font."""
    sums = np.full(ends.size, -np.inf)
    start = 0
    for text in range(ends.size):
        total, word, length = 0.0, 0.0, 0
        letters, unicode_text, number = False, False, False
        first, second = 0, 0
        for position in range(start, ends[text] + 1):
            symbol = symbols[position] if position < ends[text] else np.int16(_BOUNDARY)
            if symbol == _DEVANAGARI:
                unicode_text = True
                break
            if length == 0:
                number = symbol == _DIGIT
            if symbol != _BOUNDARY or length > 0:
                word += ratios[first, second, symbol]
                if symbol >= _FIRST_LETTER or symbol == _GLYPH:
                    letters = True
                length += 1
            first, second = second, int(symbol)
            if symbol == _BOUNDARY:
                if length > 2 and not number:
                    total += word
                word, length = 0.0, 0
                first = second = _BOUNDARY
        if letters and not unicode_text:
            sums[text] = total
        start = ends[text]
    return sums


@dataclass(frozen=True)
class Detection:
    """`legacy` tells for each value whether it is legacy text; `share` is the column's share of legacy cells."""

    legacy: Bools
    share: float


@lru_cache(maxsize=1)
def shipped_detector() -> LegacyDetector:
    """The detector trained by training/legacy_fonts.py.

    Raises:
        ModelError: the model file is missing or of another shape.
    """
    path = CONFIGS / "models" / "legacy_fonts.npz"
    try:
        with np.load(path) as file:
            return LegacyDetector(file["ratios"])
    except (OSError, KeyError, ValueError) as error:
        raise ModelError(f"no usable legacy-font model: {error}", where=str(path), do="restore the file") from None


def detect(texts: pa.Array, counts: npt.NDArray[np.int64] | None = None, *, prior: float = 0.1) -> Detection:
    """Which of a column's distinct values are legacy text.

    Args:
        counts: how often each value stands in the column; once where not given.
        prior: share of legacy cells to start from; the column's own values then move it.
    """
    odds = shipped_detector().log_odds(texts)
    weights = np.ones(len(odds)) if counts is None else counts.astype(np.float64)
    decidable = np.isfinite(odds)
    if not decidable.any():
        return Detection(np.zeros(len(odds), np.bool_), 0.0)
    bits, weights = odds[decidable], weights[decidable]
    share = prior
    for _ in range(_ROUNDS):
        posterior = 1 / (1 + np.exp2(-np.clip(bits + np.log2(share / (1 - share)), -60, 60)))
        share = float(np.clip((posterior * weights).sum() / weights.sum(), _LEAST_SHARE, _MOST_SHARE))
    legacy = np.zeros(len(odds), np.bool_)
    legacy[decidable] = bits + np.log2(share / (1 - share)) > 0
    return Detection(legacy, share)
