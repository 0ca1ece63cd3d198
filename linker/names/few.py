"""What is known of some names of a table, gathered from its parts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linker.names.cuts import glances
from linker.names.folding import token_letters
from linker.names.sexes import sexes
from linker.names.table_parts import Base, Part
from linker.names.together import letter_row
from linker.names.token_rows import hot


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
        rows = np.empty(len(self.tokens), self.base.hot.dtype)
        rows[: len(old)] = self.base.hot[old]
        if len(new):
            rows[len(old) :] = hot(self.added.dictionary.rows[new])
        return rows

    @cached_property
    def _new_words(self) -> NDArray[np.uint8]:
        """Rows of `folding.token_letters` of the tokens of the added part."""
        dictionary, new = self.added.dictionary, self._split[1].tolist()
        return token_letters([dictionary.tokens[k] for k in new], [dictionary.latin[k] for k in new])

    def words(self) -> NDArray[np.uint8]:
        """Rows of `folding.token_letters` of the tokens."""
        return self._in_both_scripts(self.base.folded, lambda: self._new_words)

    def glances(self) -> NDArray[np.int64]:
        """`cuts.glances` at them."""
        free = self.base.free_words
        return self._in_both_scripts(self.base.glances, lambda: glances(self._new_words, free.numbers, free.sorts))

    def _in_both_scripts(self, known: NDArray[Any], made: Callable[[], NDArray[Any]]) -> NDArray[Any]:
        """Rows of the tokens in Latin, then in Devanagari: those of the base, and those that are made of the others."""
        (old, new), half = self._split, len(self.base.dictionary)
        if not len(new):
            return np.concatenate([known[old], known[half + old]])
        more = made()
        return np.concatenate([known[old], more[: len(new)], known[half + old], more[len(new) :]])

    def letters(self) -> NDArray[np.uint8]:
        """Rows of `together.letter_rows` of the names."""
        found = self.base.letters[self.numbers[: self.own]]
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
