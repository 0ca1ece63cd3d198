"""The tokens of a table and of what was added to it, numbered through, and the growing table of what pairs of them are worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linker.names.channel import Channel
from linker.names.coined import Coined, coin
from linker.names.dictionary import TokenDictionary
from linker.names.evidence import family_cost
from linker.names.facts import Facts
from linker.names.frequency import Frequencies
from linker.names.lexicon import Lexicon
from linker.names.numbering import NO_TOKEN, enter, lacks
from linker.names.weighing import weigh


class TokenSpace:
    """Token dictionaries with numbers running on: the table's own, then that of names added to it, then that of words coined."""

    def __init__(
        self, parts: Sequence[TokenDictionary], channel: Channel, lexicon: Lexicon, seen: Frequencies,
        remembered: Remembered | None = None,
    ) -> None:  # fmt: skip
        """With what is `remembered`, words that are coined and weights are kept for the next question."""
        self.parts, self.channel, self.lexicon, self.seen = tuple(parts), channel, lexicon, seen
        self.remembered = remembered
        self.starts = np.array([0, *accumulate(map(len, self.parts))], np.int64)
        self._named = len(self.parts)
        """how many of the parts are of names"""

    def __len__(self) -> int:
        return int(self.starts[-1])

    def coined(self, words: Sequence[str]) -> tuple[TokenSpace, NDArray[np.int64]]:
        """The space with distinct words behind the tokens of names, and their numbers there."""
        names, remembered = self.parts[: self._named], self.remembered
        if remembered is None:
            made, at = coin(words, self.channel, self.lexicon, self.seen), np.arange(len(words))
        else:
            made, at = remembered.coined.find(words)
        wider = TokenSpace((*names, made), self.channel, self.lexicon, self.seen, remembered)
        wider._named = self._named
        return wider, int(self.starts[self._named]) + at

    def lasting(self, ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """Numbers by which tokens are remembered: of the table's own theirs, of words coined others behind them; -1 for tokens of names
        that were added, which are of this question only."""
        own, behind = int(self.starts[1]), int(self.starts[self._named])
        return np.where(ids < own, ids, np.where(ids < behind, -1, ids - (behind - own)))

    def rows(self, ids: NDArray[np.int64]) -> NDArray[np.void]:
        """The rows of tokens `ids`."""
        return self._picked([part.rows for part in self.parts], ids)

    def hot(self, ids: NDArray[np.int64]) -> NDArray[np.void]:
        """What the alignment reads of tokens `ids`."""
        return self._picked([part.hot for part in self.parts], ids)

    def _picked(self, tables: Sequence[NDArray[np.void]], ids: NDArray[np.int64]) -> NDArray[np.void]:
        """Rows by token number, from one table per part."""
        kind = tables[0].dtype
        whole = np.dtype((np.void, kind.itemsize))  # a row without its columns is copied ten times as fast
        out = np.empty(len(ids), kind)
        for table, start, end in zip(tables, self.starts.tolist(), self.starts[1:].tolist(), strict=False):
            here = np.flatnonzero((ids >= start) & (ids < end))
            if len(here) == len(ids):
                rows: NDArray[np.void] = table.take(ids - start)
                return rows
            if len(here):
                out.view(whole)[here] = table.take(ids[here] - start).view(whole)
        return out

    def subset(self, ids: NDArray[np.int64]) -> TokenDictionary:
        """Rows and keys of tokens `ids` as a dictionary of their own, for making keys."""
        near, start = [], [0]
        for k, at in zip(*self._found(ids), strict=True):
            part = self.parts[k]
            near.append(part.near_key[part.near_start[at] : part.near_start[at + 1]])
            start.append(start[-1] + len(near[-1]))
        keys = np.concatenate(near) if near else np.zeros(0, np.int64)
        return TokenDictionary([], [], self.rows(ids), np.array(start, np.int64), keys, self.parts[0].encoded, {})

    def text(self, token: int) -> str:
        """A token as it is spelled."""
        k = int(np.searchsorted(self.starts, token, side="right")) - 1
        return self.parts[k].tokens[token - int(self.starts[k])]

    def latin(self, token: int) -> str:
        """A token in Latin."""
        k = int(np.searchsorted(self.starts, token, side="right")) - 1
        return self.parts[k].latin[token - int(self.starts[k])]

    def texts(self, tokens: NDArray[np.int64]) -> list[str]:
        """The tokens as they are spelled."""
        return self._of([p.tokens for p in self.parts], tokens)

    def latins(self, tokens: NDArray[np.int64]) -> list[str]:
        """The tokens in Latin."""
        return self._of([p.latin for p in self.parts], tokens)

    def kin(self, tokens: NDArray[np.int64]) -> list[list[tuple[int, float]]]:
        """The families of the tokens, each with its cost."""
        part, at = self._found(tokens)
        return [self.parts[k].families.get(t, []) for k, t in zip(part, at, strict=True)]

    def _of(self, lists: Sequence[list[str]], tokens: NDArray[np.int64]) -> list[str]:
        if len(lists) == 1:
            return [lists[0][t] for t in tokens.tolist()]
        part, at = self._found(tokens)
        return [lists[k][t] for k, t in zip(part, at, strict=True)]

    def _found(self, tokens: NDArray[np.int64]) -> tuple[list[int], list[int]]:
        """In which part each token stands, and where."""
        part = self.starts.searchsorted(tokens, side="right") - 1
        return part.tolist(), (tokens - self.starts[part]).tolist()

    def parted(self, ids: NDArray[np.int64]) -> list[tuple[Facts, NDArray[np.int64]]]:
        """Tokens `ids`, ascending, by the dictionary that they stand in: its facts, and their numbers there."""
        ends = ids.searchsorted(self.starts).tolist()
        parts = zip(self.parts, self.starts.tolist(), ends[:-1], ends[1:], strict=False)
        return [(part.facts, ids[low:high] - start) for part, start, low, high in parts if high > low]

    def facts_of(self, a: NDArray[np.int64], b: NDArray[np.int64]) -> tuple[Facts, NDArray[np.int64]]:
        """The facts of the tokens of both, and the numbers that these have there, shape (2, pairs)."""
        both = np.stack([a, b])
        if len(self.parts) == 1:
            return self.parts[0].facts, both
        ids, at = np.unique(both, return_inverse=True)
        return Facts.gathered(self.parted(ids)), at.reshape(both.shape)


class PairTable:
    """Weights and grades of token pairs, computed once each.

    `codes` is an open-addressing table of pair codes and their numbers, which kernels read; `weights` and `grades` go by number and have
    room for more than the `count` pairs that are entered.
    Codes name token numbers of one `TokenSpace`.
    """

    def __init__(self, space: TokenSpace, size: int = 1 << 10) -> None:
        self._space, self.lock = space, Lock()
        self.codes = _empty(size)
        self.weights, self.grades = np.zeros(size // 2, np.float32), np.zeros(size // 2, np.int8)
        self.count = 0

    def add(self, missing: NDArray[np.int64]) -> NDArray[np.int32]:
        """Enters codes that kernels missed, with their weights; the number of each."""
        fresh, at = np.unique(missing, return_inverse=True)
        numbers = np.arange(self.count, self.count + len(fresh))
        weights, grades = self._weigh(fresh)
        self._enter(fresh, weights, grades)
        return np.asarray(numbers[at], np.int32)

    def keep(self, codes: NDArray[np.int64], weights: NDArray[np.float32], grades: NDArray[np.int8]) -> None:
        """Enters distinct codes that someone else has weighed, where they are still lacking."""
        with self.lock:
            new = np.flatnonzero(lacks(self.codes, codes))
            self._enter(codes[new], weights[new], grades[new])

    def _enter(self, codes: NDArray[np.int64], weights: NDArray[np.float32], grades: NDArray[np.int8]) -> None:
        self.reserve(len(codes))
        first, self.count = self.count, self.count + len(codes)
        enter(self.codes, codes, np.arange(first, self.count))
        self.weights[first : self.count], self.grades[first : self.count] = weights, grades

    def reserve(self, more: int) -> None:
        """Makes room for `more` further codes, so that the table stays at most half full."""
        need, size = 2 * (self.count + more), len(self.codes)
        if need <= size:
            return
        while size < need:
            size *= 2
        used = self.codes[self.codes[:, 0] != -1]
        self.codes = _empty(size)
        enter(self.codes, np.ascontiguousarray(used[:, 0]), np.ascontiguousarray(used[:, 1]))
        self.weights, self.grades = _longer(self.weights, size // 2), _longer(self.grades, size // 2)

    def _weigh(self, fresh: NDArray[np.int64]) -> tuple[NDArray[np.float32], NDArray[np.int8]]:
        """Weights and grades of new codes: of pairs of tokens, or of neighbours against one token."""
        a, a2, b = fresh >> 42, (fresh >> 21) & NO_TOKEN, fresh & NO_TOKEN
        single = a2 == NO_TOKEN
        weights, grades = np.empty(len(a), np.float32), np.empty(len(a), np.int8)
        facts, (i, j) = self._space.facts_of(a[single], b[single])
        weights[single], grades[single] = self.single(facts, (i, j))
        joined = np.flatnonzero(~single)
        if len(joined):
            weights[joined], grades[joined] = self.joined(a[joined], a2[joined], b[joined])
        return weights, grades

    def single(
        self, facts: Facts, pairs: tuple[NDArray[np.int64], NDArray[np.int64]], numbers: NDArray[np.int64] | None = None
    ) -> tuple[NDArray[np.float32], NDArray[np.int8]]:
        """Pairs of tokens of `facts`, which have these `numbers` in the space (None: the same)."""
        i, j = pairs
        families = facts.rows["families"]
        cost = np.full(len(i), np.inf, np.float32)
        kin = np.flatnonzero(families[i] & families[j])
        if len(kin):
            left, right = (side[kin] if numbers is None else numbers[side[kin]] for side in pairs)
            cost[kin] = family_cost(self._space.kin(left), self._space.kin(right))
        return weigh(self._space.channel, facts, (i, j), cost)

    def joined(
        self, a: NDArray[np.int64], a2: NDArray[np.int64], b: NDArray[np.int64]
    ) -> tuple[NDArray[np.float32], NDArray[np.int8]]:
        """Two words written as one: judged as the word they make, whose rarity is that of both together at most."""
        space = self._space
        pairs, at = np.unique(a << 21 | a2, return_inverse=True)
        first, second = pairs >> 21, pairs & NO_TOKEN
        words = [x + y for x, y in zip(space.texts(first), space.texts(second), strict=True)]
        wider, of_words = space.coined(words)
        tokens, j = np.unique(b, return_inverse=True)
        made = wider.parts[-1].facts, of_words - int(wider.starts[-2])
        facts = Facts.gathered([made, *space.parted(tokens)])
        rows, n = facts.rows, len(words)
        rows["bits"][:n] = np.minimum(rows["bits"][:n], space.rows(first)["bits"] + space.rows(second)["bits"])
        none = np.full(len(b), np.inf, np.float32)
        weight, grade = weigh(space.channel, facts, (at, j + n), none, slips=False)
        texts = space.texts(tokens)
        same = np.array([words[x] == texts[y] for x, y in zip(at.tolist(), j.tolist(), strict=True)], np.bool_)
        return np.where(same, np.maximum(weight, rows["bits"][n:][j] - 1), weight).astype(np.float32), grade


@dataclass(frozen=True)
class Remembered:
    """What a small question leaves for the next: the weights of pairs, by `TokenSpace.lasting` numbers, and words coined."""

    pairs: PairTable
    coined: Coined


def _empty(size: int) -> NDArray[np.int64]:
    return np.full((size, 2), -1, np.int64)


def _longer(array: NDArray[Any], size: int) -> NDArray[Any]:
    """The array with room for more at its end."""
    out = np.zeros(size, array.dtype)
    out[: len(array)] = array
    return out
