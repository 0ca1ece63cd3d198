"""The tokens of a table and of what was added to it, numbered through, and the growing table of what pairs of them are worth."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linker.names.channel import DEVANAGARI, Channel
from linker.names.dictionary import TOKEN, TokenDictionary, build_dictionary
from linker.names.evidence import family_cost, judge
from linker.names.frequency import Frequencies
from linker.names.lexicon import Lexicon
from linker.names.numbering import NO_TOKEN, enter
from linker.names.slips import devanagari_slips, latin_slips


class TokenSpace:
    """One or two token dictionaries with numbers running on: the table's own, then that of names added to it."""

    def __init__(self, parts: Sequence[TokenDictionary], channel: Channel, lexicon: Lexicon, seen: Frequencies) -> None:
        self.parts, self.channel, self.lexicon, self.seen = tuple(parts), channel, lexicon, seen
        self.starts = np.concatenate([[0], np.cumsum([len(p) for p in parts])]).astype(np.int64)

    def __len__(self) -> int:
        return int(self.starts[-1])

    def rows(self, ids: NDArray[np.int64]) -> NDArray[np.void]:
        """The rows of tokens `ids`."""
        out = np.empty(len(ids), TOKEN)
        for k, part in enumerate(self.parts):
            here = (ids >= self.starts[k]) & (ids < self.starts[k + 1])
            out[here] = part.rows[ids[here] - self.starts[k]]
        return out

    def subset(self, ids: NDArray[np.int64]) -> TokenDictionary:
        """Rows and keys of tokens `ids` as a dictionary of their own, for making keys."""
        near, start = [], [0]
        for token in ids.tolist():
            k = int(np.searchsorted(self.starts, token, side="right")) - 1
            part, at = self.parts[k], token - int(self.starts[k])
            near.append(part.near_key[part.near_start[at] : part.near_start[at + 1]])
            start.append(start[-1] + len(near[-1]))
        keys = np.concatenate(near) if near else np.zeros(0, np.int64)
        return TokenDictionary([], [], self.rows(ids), np.array(start, np.int64), keys, self.parts[0].encoded, {})

    def text(self, token: int) -> str:
        k = int(np.searchsorted(self.starts, token, side="right")) - 1
        return self.parts[k].tokens[token - int(self.starts[k])]

    def texts(self, tokens: NDArray[np.int64]) -> list[str]:
        return [self.text(t) for t in tokens.tolist()]

    def latin(self, token: int) -> str:
        k = int(np.searchsorted(self.starts, token, side="right")) - 1
        return self.parts[k].latin[token - int(self.starts[k])]

    def family(self, token: int) -> list[tuple[int, float]]:
        k = int(np.searchsorted(self.starts, token, side="right")) - 1
        return self.parts[k].families.get(token - int(self.starts[k]), [])

    def channel_weights(self, i: NDArray[np.int64], j: NDArray[np.int64]) -> NDArray[np.float32]:
        """The channel's weight of token pairs."""
        out = np.empty(len(i), np.float32)
        for k, left in enumerate(self.parts):
            for n, right in enumerate(self.parts):
                here = (
                    (i >= self.starts[k]) & (i < self.starts[k + 1]) & (j >= self.starts[n]) & (j < self.starts[n + 1])
                )
                if here.any():
                    a, b = (i[here] - self.starts[k]).astype(np.int32), (j[here] - self.starts[n]).astype(np.int32)
                    out[here] = self.channel.weights(left.encoded, right.encoded, a, b)
        return out


class PairTable:
    """Weights and grades of token pairs, computed once each.

    `codes` is an open-addressing table of pair codes and their numbers, which kernels read; `weights` and `grades` go by number and have
    room for more than the `count` pairs that are entered.
    Codes name token numbers of one `TokenSpace`, or, given `numbers`, positions in that array of token numbers.
    """

    def __init__(self, space: TokenSpace, numbers: NDArray[np.int64] | None = None, size: int = 1 << 10) -> None:
        self._space, self._numbers, self.lock = space, numbers, Lock()
        self.codes = _empty(size)
        self.weights, self.grades = np.zeros(size // 2, np.float32), np.zeros(size // 2, np.int8)
        self.count = 0

    def add(self, missing: NDArray[np.int64]) -> NDArray[np.int32]:
        """Enters codes that kernels missed, with their weights; the number of each."""
        fresh, at = np.unique(missing, return_inverse=True)
        numbers = np.arange(self.count, self.count + len(fresh))
        self._reserve(len(fresh))
        enter(self.codes, fresh, numbers)
        self.count += len(fresh)
        self._weigh(fresh)
        return np.asarray(numbers[at], np.int32)

    def _reserve(self, more: int) -> None:
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

    def _weigh(self, fresh: NDArray[np.int64]) -> None:
        """Computes the weights of new codes."""
        a, a2, b = fresh >> 42, (fresh >> 21) & NO_TOKEN, fresh & NO_TOKEN
        if self._numbers is not None:
            single = a2 == NO_TOKEN
            a, b = self._numbers[a], self._numbers[b]
            a2 = np.where(single, a2, self._numbers[np.where(single, 0, a2)])
        new = slice(self.count - len(fresh), self.count)
        self.weights[new], self.grades[new] = self.weigh(a, a2, b)

    def weigh(
        self, a: NDArray[np.int64], a2: NDArray[np.int64], b: NDArray[np.int64]
    ) -> tuple[NDArray[np.float32], NDArray[np.int8]]:
        """Weights and grades of pairs of the space's tokens (a2: `NO_TOKEN`), or of neighbours a, a2 against b."""
        single = a2 == NO_TOKEN
        weights, grades = np.empty(len(a), np.float32), np.empty(len(a), np.int8)
        weights[single], grades[single] = self._single(a[single], b[single])
        joined = np.flatnonzero(~single)
        if len(joined):
            weights[joined], grades[joined] = self._joined(a[joined], a2[joined], b[joined])
        return weights, grades

    def _single(self, a: NDArray[np.int64], b: NDArray[np.int64]) -> tuple[NDArray[np.float32], NDArray[np.int8]]:
        rows_a, rows_b = self._space.rows(a), self._space.rows(b)
        cost = np.full(len(a), np.inf, np.float32)
        kin = np.flatnonzero((rows_a["families"] & rows_b["families"]) != 0)
        cost[kin] = family_cost(
            [self._space.family(t) for t in a[kin].tolist()], [self._space.family(t) for t in b[kin].tolist()]
        )
        return judge(rows_a, rows_b, self._space.channel_weights(a, b), cost, self._slips(rows_a, rows_b, a, b))

    def _slips(
        self, rows_a: NDArray[np.void], rows_b: NDArray[np.void], a: NDArray[np.int64], b: NDArray[np.int64]
    ) -> NDArray[np.int8]:
        """A `Slip` per pair: of Devanagari words as they stand, of others by their letters in Latin."""
        out = np.zeros(len(a), np.int8)
        native = (rows_a["script"] == DEVANAGARI) & (rows_b["script"] == DEVANAGARI)
        at = np.flatnonzero(native)
        out[at] = devanagari_slips([self._space.texts(side[at]) for side in (a, b)])
        at = np.flatnonzero(~native & (rows_a["sound"] != rows_b["sound"]))
        across = (rows_a["script"] != rows_b["script"])[at]
        out[at] = latin_slips([[self._space.latin(t) for t in side[at].tolist()] for side in (a, b)], across)
        return out

    def _joined(
        self, a: NDArray[np.int64], a2: NDArray[np.int64], b: NDArray[np.int64]
    ) -> tuple[NDArray[np.float32], NDArray[np.int8]]:
        """Two words written as one: judged as the word they make, whose rarity is that of both together at most."""
        space = self._space
        words = [space.text(x) + space.text(y) for x, y in zip(a.tolist(), a2.tolist(), strict=True)]
        distinct = list(dict.fromkeys(words))
        at = {w: k for k, w in enumerate(distinct)}
        made = build_dictionary(distinct, space.channel, space.lexicon)
        space.seen.describe(made.rows, np.zeros(len(distinct)))
        left = np.array([at[w] for w in words], np.int64)
        both = TokenSpace((made, *space.parts), space.channel, space.lexicon, space.seen)
        channel = both.channel_weights(left, b + len(made))
        rows_a, rows_b = made.rows[left], space.rows(b)
        parts = space.rows(a)["bits"] + space.rows(a2)["bits"]
        rows_a["bits"] = np.minimum(rows_a["bits"], parts)
        weight, grade = judge(rows_a, rows_b, channel, np.full(len(b), np.inf, np.float32), np.zeros(len(b), np.int8))
        same = np.array([w == space.text(t) for w, t in zip(words, b.tolist(), strict=True)], np.bool_)
        return np.where(same, np.maximum(weight, rows_b["bits"] - 1), weight).astype(np.float32), grade


def _empty(size: int) -> NDArray[np.int64]:
    table = np.zeros((size, 2), np.int64)
    table[:, 0] = -1
    return table


def _longer(array: NDArray[Any], size: int) -> NDArray[Any]:
    """The array with room for more at its end."""
    out = np.zeros(size, array.dtype)
    out[: len(array)] = array
    return out
