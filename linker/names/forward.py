"""The sum over all alignments of two tokens, for many pairs: bits of pointwise mutual information, log2 P(target | source) / P(target)."""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np
from numba import types
from numpy.typing import NDArray

from linker.names.emissions import LONGEST, Emissions, chunk_numbers
from linker.names.kernel_types import F4S, I1S, I4S, I8S
from linker.names.units import MAX_LENGTH, Tokens

HOPELESS = -12.0
"""Bits below which a pair is given up: its sum is not finished, and its value is this."""


Tables = tuple[NDArray[np.int16], NDArray[np.int16], NDArray[np.int64], NDArray[np.float32], NDArray[np.float32]]


@dataclass(frozen=True)
class Direction:
    """Emissions laid out for the kernel: two columns are added to the chunks, for an unseen single symbol and for unseen longer ones."""

    emissions: Emissions
    of_code: NDArray[np.int16]
    empty_row: NDArray[np.float32]

    @classmethod
    def of(cls, emissions: Emissions) -> Direction:
        codes = emissions.chunks.codes
        background = np.zeros(len(codes) + 2, np.float32)
        background[:-2][codes == 0] = emissions.floor[0]
        background[:-2][(codes > 0) & (codes < 64)] = emissions.floor[1]
        background[-2] = emissions.floor[1]
        return cls(emissions, emissions.chunks.of_code, background)

    def numbers(self, tokens: Tokens) -> NDArray[np.int16]:
        """Chunk numbers [symbol, length - 1] of tokens of the target script."""
        n = len(self.empty_row)
        return chunk_numbers(tokens, self.of_code, (n - 2, n - 1))

    def tables(self) -> Tables:
        """What `forward` reads."""
        e = self.emissions
        return e.allowed, e.n_allowed, e.row_start, e.probability, self.empty_row


TABLES = types.Tuple((types.int16[:, ::1], types.int16[::1], I8S, F4S, F4S))  # type: ignore[no-untyped-call]
_SOURCE = types.Tuple((I1S, I8S, I4S))  # type: ignore[no-untyped-call]
_TARGET = types.Tuple((types.int16[:, ::1], I8S, F4S))  # type: ignore[no-untyped-call]


@numba.njit(types.void(TABLES, _SOURCE, _TARGET, I4S, I4S, F4S), cache=True, nogil=True)
def forward(tables, source, target, i, j, out):  # type: ignore[no-untyped-def]  # noqa: PLR0912
    """out[k] = log2 P(target j[k] | source i[k]) / P(target j[k]). Fastest when equal i follow one another.

    `source` is (units, u_start, rows), `target` (chunk numbers, s_start, -log2 P of every token). A pair is given up as soon as the
    probability that is left cannot reach HOPELESS: no unit can raise it again.
    """
    allowed, n_allowed, row_start, probability, background = tables
    units, u_start, rows = source
    numbers, s_start, bits = target
    longest = 0
    for k in range(len(i)):
        longest = max(longest, u_start[i[k] + 1] - u_start[i[k]])
    dense = np.empty((longest, len(background)), np.float32)
    for x in range(longest):
        dense[x] = background
    alpha = np.zeros(MAX_LENGTH + 4, np.float64)
    filled = -1
    for k in range(len(i)):
        if i[k] != filled:
            if filled >= 0:
                for x in range(u_start[filled], u_start[filled + 1]):
                    u = units[x]
                    for y in range(n_allowed[u]):
                        dense[x - u_start[filled], allowed[u, y]] = background[allowed[u, y]]
            filled = i[k]
            for x in range(u_start[filled], u_start[filled + 1]):
                u, at = units[x], row_start[rows[x]]
                for y in range(n_allowed[u]):
                    dense[x - u_start[filled], allowed[u, y]] = max(probability[at + y], background[allowed[u, y]])
        n = u_start[filled + 1] - u_start[filled]
        s0 = s_start[j[k]]
        m = s_start[j[k] + 1] - s0
        out[k] = HOPELESS
        if n == 0 or m == 0 or m > LONGEST * n:
            continue
        least = 2.0 ** (HOPELESS - bits[j[k]])
        # alpha[y + 3] is the probability of the first y symbols; three zeros stand before them
        alpha[: m + 4] = 0.0
        alpha[3] = 1.0
        left = 1.0
        for x in range(n):
            high = min(m, LONGEST * (x + 1))
            low = max(0, m - LONGEST * (n - x - 1))
            row = dense[x]
            left = 0.0
            for y in range(high, low - 1, -1):
                a = alpha[y + 3] * row[0]
                if y > 0:
                    a += alpha[y + 2] * row[numbers[s0 + y - 1, 0]]
                    if y > 1:
                        a += alpha[y + 1] * row[numbers[s0 + y - 2, 1]]
                        if y > 2:
                            a += alpha[y] * row[numbers[s0 + y - 3, 2]]
                alpha[y + 3] = a
                left += a
            if left < least:
                break
            for y in range(max(0, low - 3), low):
                alpha[y + 3] = 0.0
        if left >= least and alpha[m + 3] >= least:
            out[k] = np.log2(alpha[m + 3]) + bits[j[k]]
