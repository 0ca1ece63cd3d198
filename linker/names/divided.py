"""Names compared again with their words divided alike: Mohdfahim and Mohd Fahim, राजप्रसादराम and Raj Prasad Ram, Suneeljha and Sunil.

Aligning pairs a word with one word or with two neighbours. Where two names do not agree, words of each are cut at the words of the other,
see `cuts`, and the names are weighed as if they had been written so; every cut costs what a join costs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from linker.names.agreement import NameAgreement, Pairs, agree
from linker.names.canonical import NameTokens, Role, counting, sort_of
from linker.names.cuts import Free, divide, divisible, worth_cutting
from linker.names.fewpairs import FewPairs
from linker.names.folding import LETTERS
from linker.names.free_words import FreeWords
from linker.names.levels import NameLevel
from linker.names.lexicon import Lexicon
from linker.names.space import PairTable, TokenSpace
from linker.names.workspace import MOST_TOKENS, PARAMETER_VALUES

LITTLE = 3.0
"""Names of which every word has a partner are looked at again if that is worth fewer bits."""
_LEFT_OVER = [
    NameLevel.GIVEN_CONFLICT, NameLevel.DIFFERENT, NameLevel.SURNAME_ONLY, NameLevel.GIVEN_ONLY, NameLevel.FILLERS_DIFFER,
    NameLevel.PARTIAL,
]  # fmt: skip
"""Levels of names that have words without a partner."""
_LOOKED_AT = np.full(len(NameLevel), LITTLE, np.float32)
_LOOKED_AT[_LEFT_OVER], _LOOKED_AT[NameLevel.UNKNOWN] = np.inf, -np.inf
"""By level, the bits below which names are looked at again."""
_WHOLE = 63
_NO_HEAD, _NO_SORT = np.uint8(255 - int(Role.HEAD)), np.uint8(255 - int(Role.FILLER | Role.LAST))
_PREFIX = np.uint8(Role.PREFIX)


def may_be_divided(
    names: NameTokens, letters: tuple[NDArray[np.uint8], NDArray[np.int64]], free: FreeWords, pairs: Pairs
) -> NDArray[np.bool_]:
    """Pairs of names that `divided` would divide; `letters` are `token_letters` and `glances` of all tokens."""
    found: NDArray[np.bool_] = divisible(
        *letters, names.offsets, names.ids, names.role, pairs.left, pairs.right, free.numbers, free.sorts
    )
    return found


def better_divided(
    names: NameTokens, letters: tuple[NDArray[np.uint8], NDArray[np.int64]], free: FreeWords, pairs: Pairs,
    agreement: NameAgreement,
) -> NDArray[np.int64]:  # fmt: skip
    """The numbers of pairs that may agree better than `agreement` says with their words divided otherwise, and can be."""
    about = (*letters, names.offsets, names.ids, names.role, pairs.left, pairs.right, free.numbers, free.sorts)
    return worth_cutting((agreement.weight, agreement.level), _LOOKED_AT, *about)


@dataclass(frozen=True)
class Words:
    """Names with the rows, the worth in pairs and the texts of their tokens; `pairs` are to be compared; `cuts` were made in the first."""

    names: NameTokens
    rows: NDArray[np.void]
    table: PairTable
    pairs: Pairs
    texts: Callable[[], list[str]]
    cuts: int


@dataclass(frozen=True)
class Divided:
    """Names with some of their words cut: names `left[k]` and `right[k]` of `names` are those of pair number `at[k]` after `cuts[k]` cuts.

    `space` holds the tokens, those of the pieces behind all others.
    """

    at: NDArray[np.int64]
    cuts: NDArray[np.int64]
    names: NameTokens
    space: TokenSpace
    pairs: Pairs

    def renumbered(self, numbers: NDArray[np.int64]) -> Divided:
        """The same for pairs that have these numbers."""
        return replace(self, at=numbers[self.at])

    def agreement(self) -> NameAgreement:
        """Weight and level of each, cuts paid for."""
        found = self.words()
        got = agree(found.names, found.rows, found.table, found.pairs)
        return NameAgreement((got.weight - PARAMETER_VALUES[0]["join"] * self.cuts).astype(np.float32), got.level)

    def words(self) -> Words:
        """The same with its tokens numbered from 0."""
        tokens, ids = np.unique(self.names.ids.astype(np.int64), return_inverse=True)
        small = NameTokens(self.names.offsets, ids.astype(np.int32), self.names.role, self.names.gender, [])
        table = FewPairs(self.space, tokens)
        texts = partial(self.space.texts, tokens)
        return Words(small, self.space.hot(tokens), table, self.pairs, texts, int(self.cuts[0]))


def divided(
    space: TokenSpace,
    tokens: NDArray[np.int64],
    names: NameTokens,
    letters: tuple[NDArray[np.uint8], NDArray[np.int64]],
    free: FreeWords,
    pairs: Pairs,
) -> Divided | None:
    """The pairs whose words can be divided alike; None if there are none. `tokens` are the numbers in `space` of the names' tokens,
    `letters` their `token_letters` and `glances`."""
    made, left, right = divide(
        *letters, names.offsets, names.ids, names.role, pairs.left, pairs.right, free.numbers, free.sorts
    )
    at = np.flatnonzero(made)
    if not len(at):
        return None
    numbers = np.concatenate([pairs.left[at], pairs.right[at]])
    pieces = _Pieces.of(np.concatenate([left[at], right[at]]), names, numbers)
    texts, which = pieces.texts(partial(_written, space, tokens), letters[0], space.lexicon)
    wider, numbers_of_texts = space.coined(texts)
    new, role = tokens[pieces.token], pieces.role.copy()
    new[pieces.cut] = numbers_of_texts[which]
    role[pieces.cut] |= np.array([sort_of(t, space.lexicon) for t in texts], np.uint8)[which]
    both = NameTokens(
        np.concatenate([names.offsets, names.offsets[-1] + pieces.ends]).astype(np.int32),
        np.concatenate([tokens[names.ids], new]).astype(np.int32),
        np.concatenate([names.role, role]),
        np.concatenate([names.gender, names.gender[numbers]]),
        [],
    )
    k = np.arange(len(at), dtype=np.int32) + np.int32(len(names))
    again = Pairs(k, k + np.int32(len(at)), pairs.owner_left[at], pairs.owner_right[at])
    return Divided(at, made[at], both, wider, again)


def _written(space: TokenSpace, tokens: NDArray[np.int64], word: int, native: bool) -> str:
    token = int(tokens[word])
    return space.text(token) if native else space.latin(token)


@dataclass(frozen=True)
class _Pieces:
    """The pieces of names one after the other: number and role of the word each is of, whether it is cut in Devanagari and where, and where
    names end."""

    token: NDArray[np.int64]
    role: NDArray[np.uint8]
    native: NDArray[np.int64]
    first: NDArray[np.int64]
    last: NDArray[np.int64]
    free: NDArray[np.int64]
    ends: NDArray[np.int64]

    @classmethod
    def of(cls, rows: NDArray[np.int64], names: NameTokens, numbers: NDArray[np.int64] | NDArray[np.int32]) -> _Pieces:
        counts = rows[:, MOST_TOKENS]
        name = np.repeat(np.arange(len(rows)), counts)
        code = rows[name, counting(counts)]
        word = names.offsets[numbers][name].astype(np.int64) + (code >> 20 & 15)
        first, free = code >> 6 & 255, code >> 14 & 63
        return cls(
            names.ids[word].astype(np.int64), _roles(names.role[word], word, first, free), code >> 24, first, code & 63, free,
            np.cumsum(counts),
        )  # fmt: skip

    @property
    def cut(self) -> NDArray[np.bool_]:
        return np.asarray(self.first != _WHOLE)

    def texts(
        self,
        written: Callable[[int, bool], str],
        letters: NDArray[np.uint8],
        lexicon: Lexicon,
    ) -> tuple[list[str], NDArray[np.int64]]:
        """The distinct texts of pieces of words that are cut, short prefixes written out, and which of them each piece is. `written`
        gives a word in Latin or as it stands, `letters` are the `token_letters` of all words."""
        cut = self.cut
        code = (
            self.token[cut] << 20
            | self.native[cut] << 19
            | self.free[cut] << 14
            | self.first[cut] << 6
            | self.last[cut]
        )
        distinct, back = np.unique(code, return_inverse=True)
        native, half = (distinct >> 19 & 1).astype(np.bool_), len(letters) // 2
        row = (distinct >> 20) + native * half
        start = letters[row, LETTERS + (distinct >> 6 & 255)]
        last = distinct & 63
        whole = last >= letters[row, 2 * LETTERS]
        end = np.where(whole, 255, letters[row, LETTERS + np.where(whole, 0, last)])
        texts: dict[str, int] = {}
        which = np.empty(len(distinct), np.int64)
        prefix = (distinct >> 14 & 31) == int(Free.PREFIX)
        spans = zip(
            (distinct >> 20).tolist(), native.tolist(), start.tolist(), end.tolist(), prefix.tolist(), strict=True
        )
        for k, (word, is_native, a, b, is_prefix) in enumerate(spans):
            text = written(word, is_native)[a:b]
            if is_prefix and text in lexicon.abbreviations:
                text = lexicon.abbreviations[text].first
            which[k] = texts.setdefault(text, len(texts))
        return list(texts), which[back]


def _roles(
    role: NDArray[np.uint8], word: NDArray[np.int64], first: NDArray[np.int64], free: NDArray[np.int64]
) -> NDArray[np.uint8]:
    """The roles of pieces: a prefix is one, and the first piece that is none is the given name if the word was."""
    out = role.copy()
    prefix = (first != _WHOLE) & (free == int(Free.PREFIX))
    out[first != _WHOLE] &= _NO_SORT
    out[prefix] = (out[prefix] & _NO_HEAD) | _PREFIX
    behind_a_piece = np.zeros(len(word), np.bool_)
    behind_a_piece[1:] = (word[1:] == word[:-1]) & (first[1:] > 0) & (first[1:] != _WHOLE) & ~prefix[:-1]
    out[behind_a_piece] &= _NO_HEAD
    return out
