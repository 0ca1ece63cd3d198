"""Names compared by number: what a name table and the few names of a search have in common."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
from numpy.typing import NDArray

from linker.names.agreement import NameAgreement, Pairs, agree
from linker.names.canonical import NameTokens
from linker.names.cuts import cutting_room
from linker.names.divided import Divided, Words, better_divided, divided, may_be_divided
from linker.names.free_words import FreeWords
from linker.names.narrow import gathered
from linker.names.prospects import Prospects, prospects
from linker.names.space import PairTable, TokenSpace
from linker.names.together import alike
from linker.names.workspace import MOST_TOKENS, PARAMETER_VALUES

Numbers = NDArray[np.int32]


@dataclass(frozen=True)
class Facts:
    """What is seldom asked of names, made when it is: rows of `together.letter_rows` per name, of `folding.token_letters` per token and
    `cuts.glances` at them, the words that may be cut off, and whose names they are (see `NameTable.sex`)."""

    letters: Callable[[], NDArray[np.uint8]]
    words: Callable[[], tuple[NDArray[np.uint8], NDArray[np.int64]]]
    free: Callable[[], FreeWords]
    sexes: Callable[[], NDArray[np.int8]]


class ComparedNames:
    """Names with the rows of their tokens and what pairs of these are worth. `tokens` are the numbers that their tokens have in `space`
    (None: the same)."""

    def __init__(
        self,
        names: NameTokens,
        rows: NDArray[np.void],
        pairs: PairTable,
        space: tuple[TokenSpace, NDArray[np.int64] | None],
        facts: Facts,
    ) -> None:
        self.names, self.rows, self.pairs, self._facts = names, rows, pairs, facts
        self._space, self._tokens = space

    def __len__(self) -> int:
        return len(self.names)

    def agree(
        self, left: Numbers, right: Numbers, owner_left: Numbers | None = None, owner_right: Numbers | None = None
    ) -> NameAgreement:
        """As `NameTable.agree`."""
        pairs = Pairs.of(left, right, owner_left, owner_right)
        got = agree(self.names, self.rows, self.pairs, pairs)
        found = self.divided(pairs, got)
        if found is not None:
            more, at = found.agreement(), found.at
            better = more.weight > got.weight[at]
            got.weight[at[better]], got.level[at[better]] = more.weight[better], more.level[better]
        return got

    def prospects(self, left: Numbers, right: Numbers) -> Prospects:
        """As `NameTable.prospects`."""
        names, pairs = self.names, Pairs.of(left, right)
        most, odds = np.empty(len(pairs), np.float32), np.empty(len(pairs), np.int8)
        about = (names.offsets, names.ids, names.role, pairs.left, pairs.right)
        cutting = (
            *self._words,
            self._free.numbers,
            self._free.sorts,
            *cutting_room(),
            np.empty(MOST_TOKENS, np.float32),
        )
        prospects(self.rows, PARAMETER_VALUES[0], *about, *cutting, most, odds)
        return Prospects(most, odds)

    def alike(self, left: Numbers, right: Numbers) -> NDArray[np.bool_]:
        """As `NameTable.alike`."""
        return alike(self._letters, left, right) if len(left) else np.zeros(0, np.bool_)

    def divisible(self, left: Numbers, right: Numbers) -> NDArray[np.bool_]:
        """As `NameTable.divisible`."""
        if not len(left):
            return np.zeros(0, np.bool_)
        names, pairs = self.names, Pairs.of(left, right)
        return may_be_divided(names, self._words, self._free, pairs)

    def sex(self, numbers: Numbers) -> NDArray[np.int8]:
        """As `NameTable.sex`."""
        return np.where(numbers >= 0, self._sexes[numbers], np.int8(0))

    def divided(self, pairs: Pairs, agreement: NameAgreement) -> Divided | None:
        """The pairs that are worth another look with their words divided alike."""
        if not len(pairs):
            return None
        at = better_divided(self.names, self._words, self._free, pairs, agreement)
        if not len(at):
            return None
        some = pairs.take(at)
        wanted = np.concatenate([some.left, some.right, some.owner_left, some.owner_right])
        numbers, _, names, tokens = gathered(wanted, len(self.names), self.names, self.names)
        old = tokens if self._tokens is None else self._tokens[tokens]
        n = len(at)
        few = Pairs(numbers[:n], numbers[n : 2 * n], numbers[2 * n : 3 * n], numbers[3 * n :])
        found = divided(self._space, old, names, self._letters_of(tokens), self._free, few)
        return found and found.renumbered(at)

    def _letters_of(self, tokens: NDArray[np.int64]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
        """Rows of letters of some tokens, in Latin and in Devanagari, and glances at them."""
        both = np.concatenate([tokens, tokens + len(self.rows)])
        words, glances = self._words
        return words.take(both, axis=0), glances[both]

    def words(self, pairs: Pairs) -> Words:
        """What the comparison of one pair of names rests on, with their words divided alike where that is better."""
        got = agree(self.names, self.rows, self.pairs, pairs)
        found = self.divided(pairs, got)
        if found is not None and found.agreement().weight[0] > got.weight[0]:
            return found.words()
        tokens = np.arange(len(self._space)) if self._tokens is None else self._tokens
        return Words(self.names, self.rows, self.pairs, pairs, partial(self._space.texts, tokens), 0)

    @cached_property
    def _letters(self) -> NDArray[np.uint8]:
        return self._facts.letters()

    @cached_property
    def _words(self) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
        return self._facts.words()

    @cached_property
    def _free(self) -> FreeWords:
        return self._facts.free()

    @cached_property
    def _sexes(self) -> NDArray[np.int8]:
        return self._facts.sexes()
