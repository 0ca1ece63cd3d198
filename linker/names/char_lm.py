"""A character language model: how usual the spelling of a token is.

An interpolated n-gram model with the smoothing of Witten and Bell (1991): p(s | h) = (c(h s) + t(h) p(s | h')) / (c(h) + t(h)), where t(h)
is the number of different symbols seen after h and h' is h without its first symbol. 0 stands before and after every token.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from linker.names.kernel_types import uncounted

_ORDER_SHIFT = 48  # an n-gram's key: its length, then its symbols by 6 bits
MULTIPLIER = -7046029254386353131  # 2**64 / golden ratio: spreads keys over a hash table (Knuth, TAOCP 6.4)


@dataclass(frozen=True)
class CharLm:
    """`grams` are packed n-grams and `bits` -log2 p of their last symbol; `contexts` and `backoff` (bits) what a shorter context costs."""

    order: int
    grams: NDArray[np.int64]
    bits: NDArray[np.float32]
    contexts: NDArray[np.int64]
    backoff: NDArray[np.float32]

    def table(self) -> tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.float32]]:
        """One hash table (keys, bits, backoff) for the kernels; -1 is an empty place."""
        return self._table

    @cached_property
    def _table(self) -> tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.float32]]:
        keys = np.union1d(self.grams, self.contexts)
        bits, backoff = np.full(len(keys), np.inf, np.float32), np.zeros(len(keys), np.float32)
        bits[np.searchsorted(keys, self.grams)] = self.bits
        backoff[np.searchsorted(keys, self.contexts)] = self.backoff
        size = 1 << int(np.ceil(np.log2(2 * len(keys) + 2)))
        place = np.empty(len(keys), np.int64)
        table = np.full(size, -1, np.int64)
        _insert(keys, table, place)
        out_bits, out_backoff = np.full(size, np.inf, np.float32), np.zeros(size, np.float32)
        out_bits[place], out_backoff[place] = bits, backoff
        return table, out_bits, out_backoff

    def bits_of(self, symbols: NDArray[np.int8], start: NDArray[np.int64]) -> NDArray[np.float32]:
        """-log2 probability of every token, its end included."""
        out = np.empty(len(start) - 1, np.float32)
        _score(symbols, start, self.order, self.table(), out)
        return out


def fit(
    symbols: NDArray[np.int8], start: NDArray[np.int64], weight: NDArray[np.float64], order: int, size: int
) -> CharLm:
    """The model of tokens (ragged: `symbols`, `start`), each seen `weight` times, over an alphabet of `size` symbols."""
    grams, bits, contexts, backoff = [], [], [], []
    lower: dict[str, NDArray[Any]] = {}
    for length in range(1, order + 1):
        keys, per_key = _count(symbols, start, weight, length)
        context = (keys >> 6) & ((1 << (6 * (length - 1))) - 1) | np.int64(length - 1) << _ORDER_SHIFT
        own, inverse = np.unique(context, return_inverse=True)
        total, kinds = np.bincount(inverse, per_key), np.bincount(inverse).astype(float)
        if length == 1:
            prior = np.full(len(keys), 1.0 / size)
        else:
            shorter = keys & ((1 << (6 * (length - 1))) - 1) | np.int64(length - 1) << _ORDER_SHIFT
            prior = lower["p"][np.searchsorted(lower["keys"], shorter)]
        p = (per_key + kinds[inverse] * prior) / (total + kinds)[inverse]
        lower = {"p": p, "keys": keys}
        grams.append(keys)
        bits.append(-np.log2(p))
        contexts.append(own)
        backoff.append(-np.log2(kinds / (total + kinds)))
    # the empty context leads to the uniform distribution: kept as its backoff
    backoff[0] += np.log2(size)
    return CharLm(
        order,
        np.concatenate(grams),
        np.concatenate(bits).astype(np.float32),
        np.concatenate(contexts),
        np.concatenate(backoff).astype(np.float32),
    )


def _count(
    symbols: NDArray[np.int8], start: NDArray[np.int64], weight: NDArray[np.float64], length: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    lengths = np.diff(start) + 1
    codes = np.empty(int(lengths.sum()), np.int64)
    _pack(symbols, start, length, codes)
    keys, inverse = np.unique(codes, return_inverse=True)
    return keys, np.bincount(inverse, np.repeat(weight, lengths)).astype(np.float64)


@numba.njit("void(i1[::1], i8[::1], i8, i8[::1])", cache=True, nogil=True)
def _pack(symbols, start, length, codes):  # type: ignore[no-untyped-def]
    mask = (np.int64(1) << (6 * length)) - 1
    at = 0
    for t in range(len(start) - 1):
        history = np.int64(0)
        for k in range(start[t], start[t + 1] + 1):
            history = (history << 6 | (np.int64(symbols[k]) if k < start[t + 1] else 0)) & mask
            codes[at] = np.int64(length) << 48 | history
            at += 1


@numba.njit("void(i8[::1], i8[::1], i8[::1])", cache=True, nogil=True)
def _insert(keys, table, place):  # type: ignore[no-untyped-def]
    mask = len(table) - 1
    for k in range(len(keys)):
        at = ((keys[k] * MULTIPLIER) >> 20) & mask
        while table[at] != -1:
            at = (at + 1) & mask
        table[at] = keys[k]
        place[k] = at


@uncounted("f4(i8, i8, i8, Tuple((i8[::1], f4[::1], f4[::1])))")
def next_bits(history, symbol, order, table):  # type: ignore[no-untyped-def]
    """-log2 p(symbol | history); `history` holds the packed symbols before it, the latest lowest, 0 before the token."""
    keys, bits, backoff = table
    mask = len(keys) - 1
    cost = np.float32(0.0)
    for length in range(order, 0, -1):
        context = history & ((np.int64(1) << (6 * (length - 1))) - 1)
        key = np.int64(length) << 48 | context << 6 | symbol
        at = ((key * MULTIPLIER) >> 20) & mask
        while keys[at] != -1:
            if keys[at] == key:
                if bits[at] < np.inf:
                    return np.float32(cost + bits[at])
                break
            at = (at + 1) & mask
        key = np.int64(length - 1) << 48 | context
        at = ((key * MULTIPLIER) >> 20) & mask
        while keys[at] != -1:
            if keys[at] == key:
                cost += backoff[at]
                break
            at = (at + 1) & mask
    return cost


@numba.njit("void(i1[::1], i8[::1], i8, Tuple((i8[::1], f4[::1], f4[::1])), f4[::1])", cache=True, nogil=True)
def _score(symbols, start, order, table, out):  # type: ignore[no-untyped-def]
    for t in range(len(start) - 1):
        total = np.float32(0.0)
        history = np.int64(0)
        for k in range(start[t], start[t + 1] + 1):
            symbol = np.int64(symbols[k]) if k < start[t + 1] else np.int64(0)
            total += next_bits(history, symbol, order, table)
            history = (history << 6 | symbol) & 0x3FFFFFFFFF
        out[t] = total
