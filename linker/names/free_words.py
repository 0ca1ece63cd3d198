"""Words that are written on without a blank, and what is left of a word without them: Mohdshafiq is Shafiq, Laaliyakapoor is Laaliya."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit, types
from numpy.typing import NDArray

from linker.names.canonical import NameTokens
from linker.names.channel import Channel
from linker.names.cuts import Free, free_sort
from linker.names.folding import LETTERS, fold_devanagari, fold_letters, letters_number, row_numbers, utf8
from linker.names.kernel_types import I8S, U1S
from linker.names.lexicon import Lexicon
from linker.names.unicode import Script, script

SHORTEST_BARE, SHORTEST_CUT = 4, 7
"""Letters that must be left of a word, and that a word must have, for anything to be taken off."""
FEWEST_AT_HAND, LAST_SHARE = 5, 0.8
"""So many names at hand, and such a share of those that bear it, must end in a word for it to be cut off where the rest has a partner."""


@dataclass(frozen=True)
class FreeWords:
    """Words that may be a piece without a partner, as an open-addressing table: `numbers` of their letters, -1 where there is none, and the
    `Free` of each. A word stands at its number modulo the length of the table, a power of two, or in the next free place."""

    numbers: NDArray[np.int64]
    sorts: NDArray[np.uint8]

    @classmethod
    def of(cls, lexicon: Lexicon, channel: Channel, at_hand: list[str]) -> FreeWords:
        """Those of the lists and the surnames `at_hand`, Devanagari words also by their likeliest romanisation."""
        sorts = dict.fromkeys(at_hand, Free.LAST) | dict.fromkeys(lexicon.no_given_name, Free.SECOND)
        sorts |= dict.fromkeys(lexicon.glued, Free.LAST)
        sorts |= dict.fromkeys(lexicon.prefixes, Free.PREFIX)
        sorts |= {
            f: Free.PREFIX for f, a in lexicon.abbreviations.items() if a.first in lexicon.prefixes and len(f) > 2
        }
        words = sorted(sorts)
        devanagari = [w for w in words if script(w) == Script.DEVANAGARI]
        latin = {w: w for w in words if w.isascii()}
        latin |= {w: s[0][0] for w, s in zip(devanagari, channel.romanise(devanagari, 1), strict=True) if s}
        letters = np.concatenate([fold_letters(*utf8(list(latin.values()))), fold_devanagari(*utf8(devanagari))])
        numbers, at = np.unique(row_numbers(letters), return_index=True)
        found = np.array([sorts[w] for w in [*latin, *devanagari]], np.uint8)
        return cls(*_laid_out(numbers, found[at]))


def _laid_out(numbers: NDArray[np.int64], sorts: NDArray[np.uint8]) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """The table of distinct numbers; mostly empty, so that a word that is not there is told at once."""
    size = 1 << (4 * len(numbers)).bit_length()
    table, of_table = np.full(size, -1, np.int64), np.zeros(size, np.uint8)
    for number, sort in zip(numbers.tolist(), sorts.tolist(), strict=True):
        at = number & (size - 1)
        while table[at] >= 0:
            at = (at + 1) & (size - 1)
        table[at], of_table[at] = number, sort
    return table, of_table


def last_words(names: NameTokens, tokens: list[str]) -> list[str]:
    """Words that names of several words nearly always end in: surnames."""
    lengths = np.diff(names.offsets)
    last = names.ids[names.offsets[1:][lengths > 1] - 1]
    ends, everywhere = np.bincount(last, minlength=len(tokens)), np.bincount(names.ids, minlength=len(tokens))
    likely = np.flatnonzero((ends >= FEWEST_AT_HAND) & (ends >= LAST_SHARE * everywhere))
    return [
        tokens[k] for k in likely.tolist() if len(tokens[k]) > 2 or (len(tokens[k]) > 1 and not tokens[k].isascii())
    ]


def bare(latin: list[str], free: FreeWords) -> dict[int, str]:
    """What is left of Latin words, by position, without a prefix and surnames; words that nothing is taken off are left out."""
    rows = fold_letters(*utf8(latin))
    start, end = _strip(rows, free.numbers, free.sorts)
    out = {}
    for k in np.flatnonzero((start > 0) | (end < rows[:, 2 * LETTERS])).tolist():
        a = int(rows[k, LETTERS + start[k]])
        b = int(rows[k, LETTERS + end[k]]) if end[k] < rows[k, 2 * LETTERS] else len(latin[k])
        out[k] = latin[k][a:b]
    return out


@njit(types.UniTuple(types.int64[::1], 2)(types.uint8[:, ::1], I8S, U1S), cache=True, nogil=True)  # type: ignore[no-untyped-call]
def _strip(rows, numbers, sorts):  # type: ignore[no-untyped-def]
    """The first letter of every row that stays, and the one behind the last that does."""
    first, behind = np.zeros(len(rows), np.int64), np.zeros(len(rows), np.int64)
    for k in range(len(rows)):
        start, end = 0, np.int64(rows[k, 2 * LETTERS])
        if end >= SHORTEST_CUT:
            for size in range(end - SHORTEST_BARE, 2, -1):
                if free_sort(numbers, sorts, letters_number(rows[k], 0, size)) == 1:
                    start = size
                    break
            found = True
            while found:
                found = False
                for size in range(end - start - SHORTEST_BARE, 1, -1):
                    sort = free_sort(numbers, sorts, letters_number(rows[k], end - size, end))
                    if sort == 1 or sort == 2:  # noqa: PLR1714  numba: no tuple of constants
                        end, found = end - size, True
                        break
        first[k], behind[k] = start, end
    return first, behind
