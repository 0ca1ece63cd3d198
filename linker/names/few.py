"""What is known of some names of a table, gathered from its parts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numba import njit, types
from numpy.typing import NDArray

from linker.names.cuts import glances
from linker.names.folding import ROWS, WIDTH, token_letters
from linker.names.kernel_types import I8S
from linker.names.sexes import sexes
from linker.names.table_parts import Base, Part
from linker.names.together import letter_row

_NO_WORDS, _NO_GLANCES = np.zeros((0, WIDTH), np.uint8), np.zeros(0, np.int64)


@dataclass(frozen=True)
class Few:
    """Some names of a base and of a part that was added to it: their `numbers` and those of their `tokens`, ascending; the first `own`
    names are the base's."""

    base: Base
    added: Part
    numbers: NDArray[np.int64]
    tokens: NDArray[np.int64]
    own: int

    @cached_property
    def _split(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The tokens of the base, and the others by their place in the added part."""
        known = len(self.base.dictionary)
        at = int(np.searchsorted(self.tokens, known))
        return self.tokens[:at], self.tokens[at:] - known

    def rows(self) -> NDArray[np.void]:
        """What the alignment reads of the tokens."""
        old, new = self._split
        known = self.base.hot.take(old)  # by `take`, as rows of many columns are picked by brackets ten times as slowly
        if not len(new):
            return known
        rows = np.empty(len(self.tokens), known.dtype)
        rows[: len(old)], rows[len(old) :] = known, self.added.dictionary.hot.take(new)
        return rows

    def words(self) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
        """Rows of `folding.token_letters` of the tokens, and `cuts.glances` at them: in Latin, then in Devanagari."""
        old, new = self._split
        if not len(new):
            return _in_both_scripts(self.base.folded, self.base.glances, old, _NO_WORDS, _NO_GLANCES)  # type: ignore[no-any-return]
        dictionary, free, at = self.added.dictionary, self.base.free_words, new.tolist()
        more = token_letters([dictionary.tokens[k] for k in at], [dictionary.latin[k] for k in at])
        looks = glances(more, free.numbers, free.sorts)
        return _in_both_scripts(self.base.folded, self.base.glances, old, more, looks)  # type: ignore[no-any-return]

    def letters(self) -> NDArray[np.uint8]:
        """Rows of `together.letter_rows` of the names."""
        found = self.base.letters.take(self.numbers[: self.own], axis=0)
        if self.own == len(self.numbers):
            return found
        known, latin, new = len(self.base.dictionary), self.base.dictionary.latin, self.added.dictionary.latin
        names, rows = self.added.names, []
        for at in (self.numbers[self.own :] - len(self.base.texts)).tolist():
            ids = names.ids[names.offsets[at] : names.offsets[at + 1]].tolist()
            rows.append(letter_row([latin[t] if t < known else new[t - known] for t in ids]))
        more = np.frombuffer(b"".join(rows), np.uint8).reshape(len(rows), -1)
        return np.concatenate([found, more])

    def sexes(self) -> NDArray[np.int8]:
        """Whose names they are likely to be."""
        found = self.base.sexes[self.numbers[: self.own]]
        if self.own == len(self.numbers):
            return found
        known, names = len(self.base.dictionary), self.added.names
        women = np.empty(len(names.ids), np.float32)
        old = names.ids < known
        women[old] = self.base.dictionary.rows["women"][names.ids[old]]
        women[~old] = self.added.dictionary.rows["women"][names.ids[~old] - known]
        return np.concatenate([found, sexes(names, women)[self.numbers[self.own :] - len(self.base.texts)]])


@njit(types.Tuple((types.uint8[:, ::1], I8S))(ROWS, I8S, I8S, ROWS, I8S), cache=True, nogil=True)  # type: ignore[no-untyped-call]
def _in_both_scripts(words, looks, old, more, more_looks):  # type: ignore[no-untyped-def]
    """Rows of tokens, and the glances at them, in Latin and then in Devanagari: some of a base, and behind them all of an added part."""
    n, m = len(old), len(more) // 2
    out, glance = np.empty((2 * (n + m), words.shape[1]), np.uint8), np.empty(2 * (n + m), np.int64)
    for side in range(2):
        first, half, at = side * (n + m), side * (len(words) // 2), side * m
        for k in range(n):
            t = half + old[k]
            glance[first + k] = looks[t]
            for i in range(words.shape[1]):
                out[first + k, i] = words[t, i]
        for k in range(m):
            glance[first + n + k] = more_looks[at + k]
            for i in range(words.shape[1]):
                out[first + n + k, i] = more[at + k, i]
    return out, glance
