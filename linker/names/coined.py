"""Words that no name has as a token: what is left where a word is cut, and what two words make when they are written together.

The same few thousand of them come up in one small question after the other. What is known of one is found out once and kept, with a number
of its own that stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from linker.names.channel import Channel
from linker.names.dictionary import TokenDictionary, build_dictionary
from linker.names.facts import GrowingFacts
from linker.names.frequency import Frequencies
from linker.names.lexicon import Lexicon
from linker.names.token_rows import HOT


def coin(words: Sequence[str], channel: Channel, lexicon: Lexicon, seen: Frequencies) -> TokenDictionary:
    """The dictionary of words that nobody bears, how common their sounds are by `seen`."""
    made = build_dictionary(words, channel, lexicon)
    seen.describe(made.rows, np.zeros(len(words)))
    return made


class Coined:
    """A dictionary of coined words that grows. Several threads may ask at once; what one of them was given stays as it is."""

    def __init__(self, channel: Channel, lexicon: Lexicon, seen: Frequencies) -> None:
        self._known = (channel, lexicon, seen)
        self._numbers: dict[str, int] = {}
        self._facts, self._lock = GrowingFacts(), Lock()
        self._hot = np.zeros(0, HOT)
        self._dictionary: TokenDictionary | None = None

    def __len__(self) -> int:
        return len(self._numbers)

    def find(self, words: Sequence[str]) -> tuple[TokenDictionary, NDArray[np.int64]]:
        """A dictionary that holds these words (at least one), and their numbers in it, which never change."""
        with self._lock:
            new = [word for word in dict.fromkeys(words) if word not in self._numbers]
            if new or self._dictionary is None:
                self._add(new)
            dictionary = self._dictionary
        assert dictionary is not None
        return dictionary, np.array([self._numbers[word] for word in words], np.int64)

    def _add(self, words: Sequence[str]) -> None:
        made, before = coin(words, *self._known), self._dictionary
        self._facts.append(made.facts)
        count = len(self._numbers)
        tokens, latin, families = ([], [], {}) if before is None else (before.tokens, before.latin, before.families)
        tokens += made.tokens
        latin += made.latin
        families.update((count + k, found) for k, found in made.families.items())
        facts = self._facts.now()
        whole = TokenDictionary(tokens, latin, facts.rows, made.near_start, made.near_key, made.encoded, families)
        if count + len(made) > len(self._hot):
            longer = np.zeros(max(2 * (count + len(made)), 1 << 10), HOT)
            longer[:count], self._hot = self._hot[:count], longer
        self._hot[count : count + len(made)] = made.hot
        whole.__dict__.update(facts=facts, hot=self._hot)
        self._dictionary = whole
        self._numbers.update((word, count + k) for k, word in enumerate(made.tokens))
