"""All that weighing reads of tokens, as arrays that one kernel takes; of some tokens of several dictionaries, gathered into one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit, types
from numba.np.numpy_support import from_dtype
from numpy.typing import NDArray

from linker.names.channel_file import DIRECTIONS
from linker.names.kernel_types import F4S, I1S, I4S, I8S
from linker.names.slips import LETTERS
from linker.names.token_rows import TOKEN

_NO_TOKENS = np.empty(0, np.int64)
WAYS = tuple(DIRECTIONS)
"""The directions of the channel in the order of the tuples below."""

ROW = from_dtype(TOKEN)
_I2 = types.int16[:, ::1]
READ = types.Tuple((I1S, I8S, I8S, F4S, I8S))  # type: ignore[no-untyped-call]
FACTS = types.Tuple(  # type: ignore[no-untyped-call]
    (
        ROW[::1],
        LETTERS,
        LETTERS,
        READ,
        types.UniTuple(I4S, len(WAYS)),  # type: ignore[no-untyped-call]
        types.UniTuple(_I2, len(WAYS)),  # type: ignore[no-untyped-call]
    )
)
"""Token rows; words as they stand, and folded in Latin; units, where each token's begin, where its symbols begin, surprise, identity;
and per direction the emission row of every unit and the chunk numbers of every symbol."""


@dataclass(frozen=True)
class Facts:
    """Tokens as `FACTS`, numbered from 0."""

    arrays: tuple[Any, ...]

    @classmethod
    def gathered(cls, parts: Sequence[tuple[Facts, NDArray[np.int64]]]) -> Facts:
        """Some tokens of several tables, in this order."""
        (first, one), (second, other) = parts[0], parts[1] if len(parts) > 1 else (parts[0][0], _NO_TOKENS)
        if len(parts) > 2:
            return cls.gathered([(cls.gathered(parts[:2]), np.arange(len(one) + len(other))), *parts[2:]])
        return cls(_gathered(first.arrays, one, second.arrays, other))

    @property
    def rows(self) -> NDArray[np.void]:
        """The tokens' rows."""
        rows: NDArray[np.void] = self.arrays[0]
        return rows


class GrowingFacts:
    """Facts to which tokens are appended. What `now` gave before stays as it is: tokens are written behind it, or into longer arrays."""

    def __init__(self) -> None:
        self._arrays: tuple[Any, ...] = _room(np.zeros(5, np.int64))
        self._used, self._size = np.zeros(5, np.int64), np.zeros(5, np.int64)

    def append(self, facts: Facts) -> None:
        """Behind all others."""
        every = np.arange(len(facts.rows))
        need = self._used + np.array(_rooms(facts.arrays, every, facts.arrays, _NO_TOKENS))
        count = int(self._used[0])
        if (need > self._size).any():
            self._size = np.maximum(2 * need, 1 << 10)
            longer = _room(self._size)
            _put(self._arrays, np.arange(count), longer, 0)
            self._arrays = longer
        _put(facts.arrays, every, self._arrays, count)
        self._used = need

    def now(self) -> Facts:
        """All tokens so far, and room behind them."""
        return Facts(self._arrays)


@njit(types.UniTuple(types.int64, 5)(FACTS, I8S, FACTS, I8S), cache=True, nogil=True)  # type: ignore[no-untyped-call]
def _rooms(first, one, second, other):  # type: ignore[no-untyped-def]
    """How many tokens, letters, folded letters, units and symbols some tokens of two tables have."""
    letters = folded = units = symbols = 0
    for t in one:
        letters += first[1][1][t + 1] - first[1][1][t]
        folded += first[2][1][t + 1] - first[2][1][t]
        units += first[3][1][t + 1] - first[3][1][t]
        symbols += first[3][2][t + 1] - first[3][2][t]
    for t in other:
        letters += second[1][1][t + 1] - second[1][1][t]
        folded += second[2][1][t + 1] - second[2][1][t]
        units += second[3][1][t + 1] - second[3][1][t]
        symbols += second[3][2][t + 1] - second[3][2][t]
    return len(one) + len(other), letters, folded, units, symbols


@njit(types.void(LETTERS, types.int64, LETTERS, types.int64), cache=True, nogil=True)
def _append(letters, t, out, n):  # type: ignore[no-untyped-def]
    """Writes the word t behind the first n words."""
    at = out[1][n]
    for k in range(letters[1][t], letters[1][t + 1]):
        out[0][at] = letters[0][k]
        at += 1
    out[1][n + 1] = at


@njit(types.void(FACTS, I8S, FACTS, types.int64), cache=True, nogil=True)
def _put(facts, at, out, first):  # type: ignore[no-untyped-def]
    """Writes tokens `at` behind the first ones of `out`."""
    rows, letters, folded, read, of_units, of_symbols = facts
    into, into_read, into_units, into_symbols = out[0], out[3], out[4], out[5]
    for k in range(len(at)):
        t, n = at[k], first + k
        into[n] = rows[t]
        _append(letters, t, out[1], n)
        _append(folded, t, out[2], n)
        into_read[3][n], into_read[4][n] = read[3][t], read[4][t]
        u0, size, u = read[1][t], read[1][t + 1] - read[1][t], into_read[1][n]
        into_read[0][u : u + size] = read[0][u0 : u0 + size]
        into_read[1][n + 1] = u + size
        for way in range(4):  # a direction that no token is read or written in has none
            if len(of_units[way]):
                into_units[way][u : u + size] = of_units[way][u0 : u0 + size]
        s0, size, s = read[2][t], read[2][t + 1] - read[2][t], into_read[2][n]
        into_read[2][n + 1] = s + size
        for way in range(4):
            if len(of_symbols[way]):
                into_symbols[way][s : s + size] = of_symbols[way][s0 : s0 + size]


@njit(FACTS(I8S), cache=True, nogil=True)
def _room(sizes):  # type: ignore[no-untyped-def]
    """Room for as many tokens, letters, folded letters, units and symbols."""
    count, letters, folded, units, symbols = sizes
    read = (
        np.empty(units, np.int8), np.zeros(count + 1, np.int64), np.zeros(count + 1, np.int64), np.empty(count, np.float32),
        np.empty(count, np.int64),
    )  # fmt: skip
    return (
        np.empty(count, ROW),  # type: ignore[type-var]
        (np.empty(letters, np.int32), np.zeros(count + 1, np.int64)),
        (np.empty(folded, np.int32), np.zeros(count + 1, np.int64)),
        read,
        (np.empty(units, np.int32), np.empty(units, np.int32), np.empty(units, np.int32), np.empty(units, np.int32)),
        (
            np.empty((symbols, 3), np.int16), np.empty((symbols, 3), np.int16), np.empty((symbols, 3), np.int16),
            np.empty((symbols, 3), np.int16),
        ),
    )  # fmt: skip


@njit(types.int64(FACTS, I8S), cache=True, nogil=True)
def _looked_at(facts, at):  # type: ignore[no-untyped-def]
    """Looks at all that is known of tokens, which lies scattered over memory: the processor waits for it at once, and not piece by piece
    when it is copied. What is returned means nothing."""
    rows, letters, folded, read, of_units, of_symbols = facts
    seen = np.int64(0)
    for t in at:
        seen += rows[t].part + rows[t].script + np.int64(read[4][t])
        u, s = read[1][t], read[2][t]
        seen += letters[0][letters[1][t] : letters[1][t] + 1].sum() + folded[0][folded[1][t] : folded[1][t] + 1].sum()
        if u == read[1][t + 1]:
            continue
        seen += np.int64(read[0][u]) + np.int64(read[3][t])
        for way in range(4):
            if len(of_units[way]):
                seen += of_units[way][u]
            if len(of_symbols[way]):
                seen += of_symbols[way][s, 0]
    return seen


@njit(FACTS(FACTS, I8S, FACTS, I8S), cache=True, nogil=True)
def _gathered(first, one, second, other):  # type: ignore[no-untyped-def]
    """Tokens `one` of the first table and, behind them, `other` of the second."""
    out = _room(np.array(_rooms(first, one, second, other)))
    seen = np.empty(2, np.int64)
    seen[0], seen[1] = _looked_at(first, one), _looked_at(second, other)
    _put(first, one, out, np.int64(0))
    _put(second, other, out, np.int64(len(one)))
    return out
