"""One direction of the channel: how likely a unit, in its surroundings, is written as a chunk of 0 to 3 symbols.

A unit's surroundings are described by templates from coarse to fine; every description that the training data holds often enough owns
a *row* of probabilities, and a unit uses the finest description that has one. Rows are smoothed towards the next coarser one when they
are made, p = (count + strength * p_coarser) / (total + strength), the Dirichlet prior of MacKay and Peto (1995), so a row is all that
is ever looked at.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numba
import numpy as np
from numpy.typing import NDArray

from linker.names.units import BITS, CLASS_OF, Tokens

LONGEST = 3
"""The most symbols that one unit is written with."""

EMPTY = 0
"""The chunk of no symbol."""

UNSEEN = -1

_BLOCK = 1 << 13
"""Tokens whose rows one thread looks up at a time."""

_SMALLEST = 0.05  # the least count worth keeping

# How exactly a template looks at the neighbours (3rd, 2nd, 1st before; 1st, 2nd, 3rd after): 0 not, 1 their class, 2 the unit itself.
# A finer template must see all that the coarser one sees.
TEMPLATES: tuple[NDArray[np.int64], NDArray[np.int64]] = (
    np.array(
        [
            [0, 0, 0, 0, 0, 0],
            [0, 0, 1, 1, 0, 0],
            [0, 0, 1, 2, 0, 0],
            [0, 0, 2, 2, 0, 0],
            [0, 1, 2, 2, 1, 0],
            [0, 1, 2, 2, 2, 0],
            [0, 2, 2, 2, 2, 0],
            [1, 2, 2, 2, 2, 1],
        ]
    ),
    np.array(
        [
            [0, 0, 0, 0, 0, 0],
            [0, 0, 1, 1, 0, 0],
            [0, 1, 1, 1, 1, 0],
            [0, 1, 1, 1, 1, 1],
            [0, 1, 1, 2, 1, 1],
            [0, 1, 2, 2, 1, 1],
            [0, 1, 2, 2, 2, 1],
            [0, 2, 2, 2, 2, 2],
        ]
    ),
)


@dataclass(frozen=True)
class Chunks:
    """The chunks a direction writes: `codes` are symbols packed by 6 bits (first symbol lowest), `of_code` turns a code into its number."""

    codes: NDArray[np.int32]

    @property
    def of_code(self) -> NDArray[np.int16]:
        """Chunk number by packed code, UNSEEN where there is none."""
        table = np.full(1 << (BITS * LONGEST), UNSEEN, np.int16)
        table[self.codes] = np.arange(len(self.codes), dtype=np.int16)
        return table


@dataclass(frozen=True)
class Counts:
    """What training found and the model file keeps: how often units in their surroundings were written as which chunk.

    `allowed[u, k]` is the k-th chunk that unit u may be written as (`n_allowed[u]` of them). `keys` are the packed descriptions that own a
    row, ascending; `count` holds the counts row after row, as wide as their unit's `n_allowed`, without those of finer rows.
    """

    source: int
    target: int
    chunks: Chunks
    allowed: NDArray[np.int16]
    n_allowed: NDArray[np.int16]
    keys: NDArray[np.int64]
    count: NDArray[np.float64]
    strength: float
    floor: NDArray[np.float32]

    def row_start(self) -> NDArray[np.int64]:
        """Where every row begins in `count`."""
        width = self.n_allowed[(self.keys >> 36) & 63].astype(np.int64)
        return np.concatenate([np.zeros(1, np.int64), np.cumsum(width)])

    def quantised(self) -> NDArray[np.uint8]:
        """Counts as steps of 1/10 octave above `_SMALLEST`; 0 is less than that."""
        steps = np.rint(10 * np.log2(np.maximum(self.count, 1e-9) / _SMALLEST))
        quantised: NDArray[np.uint8] = np.clip(steps + 1, 0, 255).astype(np.uint8)
        return quantised

    @staticmethod
    def from_quantised(steps: NDArray[np.uint8]) -> NDArray[np.float64]:
        """The counts that `quantised` stands for."""
        value: NDArray[np.float64] = np.where(steps > 0, _SMALLEST * 2.0 ** ((steps.astype(np.float64) - 1) / 10), 0.0)
        return value

    def rounded(self) -> Counts:
        """The counts as a model file gives them back."""
        return replace(self, count=self.from_quantised(self.quantised()))

    def emissions(self, coarse_share: float = 0.0) -> Emissions:
        """The smoothed probabilities; a `coarse_share` of each is that of the unit in any surroundings.

        Not at the end of a token: a vowel that may be dropped inside makes another name there.
        """
        start, parent = self.row_start(), self._parents()
        probability = np.zeros(len(self.count))
        _smooth(start, parent, self.count.copy(), self.strength, probability)
        if coarse_share:
            coarse = np.arange(len(parent))
            level, after = self.keys >> 42, (self.keys >> 12) & 63
            inside = after > 0
            while (finer := inside & (level[coarse] > 0)).any():
                coarse = np.where(finer, parent[coarse], coarse)
            _coarsen(start, coarse, coarse_share, probability)
        return Emissions(
            self.source, self.target, self.chunks, self.allowed, self.n_allowed, self.keys, start,
            probability.astype(np.float32), self.floor,
        )  # fmt: skip

    def _parents(self) -> NDArray[np.int64]:
        """The row of the next coarser description of every row, -1 for those without surroundings."""
        templates, classes = TEMPLATES[self.source], CLASS_OF[self.source]
        level = self.keys >> 42
        parent = np.full(len(self.keys), -1, np.int64)
        for at in range(1, len(templates)):
            mine = np.flatnonzero(level == at)
            key = self.keys[mine]
            coarser = np.full(len(mine), at - 1, np.int64) << 6 | ((key >> 36) & 63)
            for place in range(6):
                value = (key >> (6 * (5 - place))) & 63
                if templates[at - 1][place] == 0:
                    value = np.zeros_like(value)
                elif templates[at - 1][place] < templates[at][place]:
                    value = classes[value]
                coarser = coarser << 6 | value
            parent[mine] = np.searchsorted(self.keys, coarser)
        return parent


@dataclass(frozen=True)
class Emissions:
    """P(chunk | unit in its surroundings) of one direction.

    `allowed[u, k]` is the k-th chunk that unit u may be written as (`n_allowed[u]` of them); row r of unit u holds their probabilities
    at `probability[row_start[r]:][:n_allowed[u]]`. `keys[r]` is the packed description that owns row r, ascending.
    Everything else a unit may be written as has the floor: `floor[0]` for nothing, `floor[1]` for one symbol, none for more.
    """

    source: int
    target: int
    chunks: Chunks
    allowed: NDArray[np.int16]
    n_allowed: NDArray[np.int16]
    keys: NDArray[np.int64]
    row_start: NDArray[np.int64]
    probability: NDArray[np.float32]
    floor: NDArray[np.float32]

    def local(self) -> NDArray[np.int16]:
        """`local[u, chunk]`: the place of a chunk among those allowed for u, or UNSEEN."""
        table = np.full((len(self.allowed), len(self.chunks.codes)), UNSEEN, np.int16)
        for unit, count in enumerate(self.n_allowed):
            table[unit, self.allowed[unit, :count]] = np.arange(count, dtype=np.int16)
        return table

    def rows(self, tokens: Tokens) -> NDArray[np.int32]:
        """The row that every unit of the tokens uses. Tokens of another script than `source` get meaningless rows."""
        out = np.empty(len(tokens.units), np.int32)
        templates, classes = TEMPLATES[self.source], CLASS_OF[self.source]
        wanted = tokens.script == self.source

        def run(first: int) -> None:
            start = tokens.u_start[first : first + _BLOCK + 1]
            _rows(tokens.units, start, wanted[first : first + _BLOCK], templates, classes, self.keys, out)

        if len(wanted) <= _BLOCK:  # sooner done than a thread is started
            run(0)
        else:
            with ThreadPoolExecutor(2) as pool:
                list(pool.map(run, range(0, len(wanted), _BLOCK)))
        return out


def context_keys(tokens: Tokens, script: int, level: int) -> NDArray[np.int64]:
    """The packed description of every unit of the tokens by template `level` of a script."""
    out = np.empty(len(tokens.units), np.int64)
    _keys(tokens.units, tokens.u_start, TEMPLATES[script][level], CLASS_OF[script], level, out)
    return out


def chunk_numbers(
    tokens: Tokens, of_code: NDArray[np.int16], unseen: tuple[int, int] = (UNSEEN, UNSEEN)
) -> NDArray[np.int16]:
    """Chunk numbers [position, length - 1] of the 1 to 3 symbols that begin at every symbol of the tokens; `unseen` stand for those that
    there are not, of one symbol and of more."""
    out = np.empty((len(tokens.symbols), LONGEST), np.int16)
    _chunks(tokens.symbols, tokens.s_start, of_code, unseen[0], unseen[1], out)
    return out


@numba.njit("i8(i1[::1], i8, i8, i8, i8[::1], i8[::1], i8)", cache=True, nogil=True, inline="always")
def _key(units, first, last, at, template, classes, level):  # type: ignore[no-untyped-def]
    key = level << 6 | np.int64(units[at])
    for place in range(6):
        exactness = template[place]
        where = at + place - 3 if place < 3 else at + place - 2
        value = np.int64(0)
        if exactness > 0 and first <= where < last:
            value = np.int64(units[where]) if exactness == 2 else classes[units[where]]
        key = key << 6 | value
    return key


@numba.njit("void(i1[::1], i8[::1], i8[::1], i8[::1], i8, i8[::1])", cache=True, nogil=True)
def _keys(units, start, template, classes, level, out):  # type: ignore[no-untyped-def]
    for t in range(len(start) - 1):
        for at in range(start[t], start[t + 1]):
            out[at] = _key(units, start[t], start[t + 1], at, template, classes, level)


@numba.njit("void(i1[::1], i8[::1], b1[::1], i8[:,::1], i8[::1], i8[::1], i4[::1])", cache=True, nogil=True)
def _rows(units, start, wanted, templates, classes, keys, out):  # type: ignore[no-untyped-def]
    for t in range(len(start) - 1):
        for at in range(start[t], start[t + 1]):
            out[at] = 0
            if not wanted[t]:
                continue
            # binary search over the level: a finer description exists only where the coarser one does
            low, high = 0, len(templates) - 1
            while low <= high:
                level = (low + high) // 2
                key = _key(units, start[t], start[t + 1], at, templates[level], classes, level)
                place = np.searchsorted(keys, key)
                if place < len(keys) and keys[place] == key:
                    out[at] = place
                    low = level + 1
                else:
                    high = level - 1


@numba.njit("void(i1[::1], i8[::1], i2[::1], i8, i8, i2[:,::1])", cache=True, nogil=True)
def _chunks(symbols, start, of_code, unseen, unseen_longer, out):  # type: ignore[no-untyped-def]
    for t in range(len(start) - 1):
        for at in range(start[t], start[t + 1]):
            code = np.int64(0)
            for k in range(LONGEST):
                number = np.int64(UNSEEN)
                if at + k < start[t + 1]:
                    code |= np.int64(symbols[at + k]) << (6 * k)
                    number = np.int64(of_code[code])
                out[at, k] = number if number >= 0 else unseen if k == 0 else unseen_longer


@numba.njit("void(i8[::1], i8[::1], f8, f8[::1])", cache=True, nogil=True)
def _coarsen(start, coarse, share, probability):  # type: ignore[no-untyped-def]
    """A share of every row is that of its coarse row, which stays as it is."""
    for row in range(len(coarse)):
        for k in range(start[row + 1] - start[row] if coarse[row] != row else 0):
            at = start[row] + k
            probability[at] += share * (probability[start[coarse[row]] + k] - probability[at])


@numba.njit("void(i8[::1], i8[::1], f8[::1], f8, f8[::1])", cache=True, nogil=True)
def _smooth(start, parent, counts, strength, probability):  # type: ignore[no-untyped-def]
    """A coarse row's counts are its own and those of all finer rows below it."""
    for row in range(len(parent) - 1, -1, -1):  # finer rows come last
        up = parent[row]
        if up >= 0:
            for k in range(start[row + 1] - start[row]):
                counts[start[up] + k] += counts[start[row] + k]
    for row in range(len(parent)):
        width = start[row + 1] - start[row]
        total = 0.0
        for k in range(width):
            total += counts[start[row] + k]
        up = parent[row]
        weight = 1.0 if up < 0 else strength
        for k in range(width):
            prior = 1.0 / width if up < 0 else probability[start[up] + k]
            probability[start[row] + k] = (counts[start[row] + k] + weight * prior) / (total + weight)
