"""Name texts to words: whole columns at once, every distinct run of letters looked at once.

A word keeps its mark of abbreviation ('मो॰', 'r.'), because that mark decides what the word may stand for. What stands in brackets or after
an alias mark is optional: it may agree with another name, but nothing is held against the name if it does not.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from linker.names.unicode import ABBREVIATION, fold

_APOSTROPHE = re.compile(r"(?<=[a-z])['’`](?=[a-z])")
_PIECE = re.compile("[a-z]+\\.?|[\u0900-\u0963\u0971-\u097f]+[॰.]?|[^\\W\\d_\u0900-\u097fa-z]+|[()\\[\\]{}@]")
FEW = 8
"""So few names are split one by one sooner than as a column."""
_LONGEST_ABBREVIATION = 5  # a longer word with a full stop behind it stands at the end of a sentence
_OPEN, _CLOSE, _ALIAS = frozenset("([{"), frozenset(")]}"), "@"
_MOST_WORDS = 24  # a name with more words is no name; the rest is ignored, so that no cell can cost without bound


@dataclass(frozen=True)
class Words:
    """Names as rows of words: row i holds `ids[offsets[i]:offsets[i + 1]]`, numbers into `forms`; `optional` is per word."""

    offsets: NDArray[np.int32]
    ids: NDArray[np.int32]
    optional: NDArray[np.bool_]
    forms: list[str]

    def __len__(self) -> int:
        return len(self.offsets) - 1


def pieces(chunk: str) -> list[str]:
    """The folded words, brackets and alias marks in a run of text, in order."""
    found = []
    for piece in _PIECE.findall(_APOSTROPHE.sub("", fold(chunk))):
        word = piece.rstrip("." + ABBREVIATION)
        if len(word) == len(piece):
            found.append(piece)
        elif word.isascii():
            found.append(word + "." if len(word) <= _LONGEST_ABBREVIATION else word)
        elif word:
            found.append(word + ABBREVIATION if len(word) <= _LONGEST_ABBREVIATION else word)
    return found


def as_array(names: Sequence[str] | pa.Array) -> pa.Array:
    """Names as one Arrow text array without nulls."""
    if isinstance(names, pa.ChunkedArray):
        names = names.combine_chunks()
    if not isinstance(names, pa.Array) and None not in names:
        return pa.array(names, pa.string())
    array = names if isinstance(names, pa.Array) else pa.array(list(names), pa.string())
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    return pc.fill_null(array.cast(pa.string()), "")


def split(names: pa.Array, alias_marks: frozenset[str] = frozenset()) -> Words:
    """The words of every name. `alias_marks` are words that, like '@', make all words behind them optional."""
    if len(names) <= FEW:
        return _split_few(names, alias_marks)
    chunks = pc.utf8_split_whitespace(names)
    row_ends = chunks.offsets.to_numpy().astype(np.int64)
    encoded = pc.dictionary_encode(chunks.flatten())
    spread = [pieces(chunk) for chunk in encoded.dictionary.to_pylist()]
    lengths = np.fromiter(map(len, spread), np.int64, len(spread))
    numbers: dict[str, int] = {}
    flat = np.fromiter((numbers.setdefault(p, len(numbers)) for ps in spread for p in ps), np.int32)
    starts = np.cumsum(lengths) - lengths
    index = encoded.indices.to_numpy(zero_copy_only=False)
    ids, ends = _gather(flat, starts[index], lengths[index])
    offsets = np.concatenate([[0], ends])[row_ends - row_ends[0]] if len(row_ends) else np.zeros(1, np.int64)
    return _without_marks(offsets, ids, list(numbers), alias_marks)


def _split_few(names: pa.Array, alias_marks: frozenset[str]) -> Words:
    numbers: dict[str, int] = {}
    rows = [
        [numbers.setdefault(p, len(numbers)) for chunk in text.split() for p in pieces(chunk)]
        for text in names.to_pylist()
    ]
    offsets = np.cumsum([0, *map(len, rows)]).astype(np.int64)
    ids = np.array([number for row in rows for number in row], np.int32)
    return _without_marks(offsets, ids, list(numbers), alias_marks)


def _gather(
    flat: NDArray[np.int32], starts: NDArray[np.int64], lengths: NDArray[np.int64]
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """The slices flat[start:start + length] one after another, and where each ends."""
    ends = np.cumsum(lengths)
    total = int(ends[-1]) if len(ends) else 0
    positions = np.arange(total) - np.repeat(ends - lengths - starts, lengths)
    return flat[positions], ends


def _without_marks(
    offsets: NDArray[np.int64], ids: NDArray[np.int32], forms: list[str], alias_marks: frozenset[str]
) -> Words:
    """Brackets and alias marks taken out, what they cover flagged."""
    lengths = offsets[1:] - offsets[:-1]
    step = np.array([1 if f in _OPEN else -1 if f in _CLOSE else 0 for f in forms], np.int8)
    alias = np.array([f == _ALIAS or f.rstrip("." + ABBREVIATION) in alias_marks for f in forms], np.bool_)
    optional = np.zeros(len(ids), np.bool_)
    marks = len(forms) > 0 and bool(step.any() or alias.any())
    if not marks and lengths.max(initial=0) <= _MOST_WORDS:
        return Words(offsets.astype(np.int32), ids, optional, forms)
    rows = np.repeat(np.arange(len(lengths)), lengths)
    keep = np.ones(len(ids), np.bool_)
    if marks:
        marked = np.unique(rows[(step[ids] != 0) | alias[ids]])
        for row in marked.tolist():  # few names hold a bracket or an alias
            depth, after = 0, False
            for k in range(offsets[row], offsets[row + 1]):
                word = ids[k]
                depth = max(depth + int(step[word]), 0)
                after = after or bool(alias[word])
                optional[k] = after or depth > 0
                keep[k] = step[word] == 0 and not alias[word]
    keep &= np.arange(len(ids)) - offsets[rows] < _MOST_WORDS if len(ids) else keep
    kept = np.bincount(rows[keep], minlength=len(lengths)) if len(ids) else np.zeros(len(lengths), np.int64)
    new_offsets = np.concatenate([[0], np.cumsum(kept)]).astype(np.int32)
    return Words(new_offsets, ids[keep], optional[keep], forms)
