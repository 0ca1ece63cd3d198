"""What a name table consists of: the names that it was built from, and those that were added to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from linker.names.canonical import NameTokens
from linker.names.channel import Channel
from linker.names.coined import Coined
from linker.names.compared import ComparedNames, Facts
from linker.names.cuts import glances
from linker.names.dictionary import TokenDictionary, build_dictionary
from linker.names.folding import token_letters
from linker.names.free_words import FreeWords, last_words
from linker.names.frequency import Frequencies
from linker.names.keys import KeyCounts, NameKeys, make_keys
from linker.names.lexicon import Lexicon
from linker.names.sexes import sexes
from linker.names.space import PairTable, Remembered, TokenSpace
from linker.names.together import latin_of, letter_rows

MOST_KEPT, MOST_COINED = 1 << 20, 1 << 16
"""Pairs of tokens, some 40 bytes each, and words coined, some 500, that are kept from one small question to the next."""


@dataclass
class Part:
    """Names with the dictionary of their tokens; token numbers run on over the parts of a table."""

    texts: pa.Array
    counts: NDArray[np.int64]
    names: NameTokens
    dictionary: TokenDictionary


@dataclass
class Base(Part):
    """The names a table was built from: what is common here, and what is computed at most once."""

    channel: Channel
    lexicon: Lexicon
    seen: Frequencies
    pairs: PairTable
    hot: NDArray[np.void]
    numbers: dict[str, int] = field(default_factory=dict)
    keys: NameKeys | None = None
    key_counts: KeyCounts | None = None
    memory: Remembered | None = None

    def counted(self) -> KeyCounts:
        """How many records bear each key."""
        if self.key_counts is None:
            self.keys, self.key_counts = make_keys(self.names, self.dictionary, self.counts)
        return self.key_counts

    @cached_property
    def letters(self) -> NDArray[np.uint8]:
        """What `together` compares."""
        return letter_rows(latin_of(self.names, self.dictionary.latin))

    @cached_property
    def compared(self) -> ComparedNames:
        """All names, to be compared by number."""
        space = TokenSpace((self.dictionary,), self.channel, self.lexicon, self.seen)
        facts = Facts(
            lambda: self.letters, lambda: (self.folded, self.glances), lambda: self.free_words, lambda: self.sexes
        )
        return ComparedNames(self.names, self.hot, self.pairs, (space, None), facts)

    def remembered(self) -> Remembered:
        """What small questions have left so far, for one question more; begun anew when it is too much."""
        before = self.memory
        if before is None or before.pairs.count > MOST_KEPT or len(before.coined) > MOST_COINED:
            if before is not None:
                self.pairs = PairTable(TokenSpace((self.dictionary,), self.channel, self.lexicon, self.seen))
            before = self.memory = Remembered(self.pairs, Coined(self.channel, self.lexicon, self.seen))
        return before

    @cached_property
    def folded(self) -> NDArray[np.uint8]:
        """The letters of every token, by which words are cut."""
        return token_letters(self.dictionary.tokens, self.dictionary.latin)

    @cached_property
    def glances(self) -> NDArray[np.int64]:
        """The places at which words may be cut, at first sight."""
        return glances(self.folded, self.free_words.numbers, self.free_words.sorts)

    @cached_property
    def sexes(self) -> NDArray[np.int8]:
        """Whose name each is likely to be, see `sexes`."""
        return sexes(self.names, self.dictionary.rows["women"][self.names.ids])

    @cached_property
    def free_words(self) -> FreeWords:
        """Words that may be cut off without a partner in the other name."""
        return FreeWords.of(self.lexicon, self.channel, last_words(self.names, self.dictionary.tokens))

    @cached_property
    def nothing(self) -> TokenDictionary:
        """The dictionary of no token: what a name adds whose words are all known."""
        return build_dictionary([], self.channel, self.lexicon)

    def own_keys(self) -> NameKeys:
        """The keys of all names that the table was built from."""
        known = self.counted()
        if self.keys is None:
            self.keys, _ = make_keys(self.names, self.dictionary, self.counts, known)
        return self.keys
