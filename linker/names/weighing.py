"""What pairs of tokens are worth: the channel, slips and families together, in one kernel per block of pairs."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

import numpy as np
from numba import njit, types
from numpy.typing import NDArray

from linker.names.channel import LOWEST, SAME_COST, Channel
from linker.names.evidence import judge
from linker.names.facts import FACTS, READ, WAYS, Facts
from linker.names.forward import HOPELESS, TABLES, Tables, forward
from linker.names.kernel_types import F4S, I1S, I4S, I8
from linker.names.slips import LETTERS, devanagari_slip, latin_slip
from linker.names.units import DEVANAGARI

_BLOCK = 1 << 18
_FEW = 1 << 14
"""So few pairs are weighed sooner than a thread is started."""
_I2 = types.int16[:, ::1]
_TABLES = types.UniTuple(TABLES, len(WAYS))  # type: ignore[no-untyped-call]
_CHANNEL = types.Tuple((_TABLES, types.float64[:, ::1]))  # type: ignore[no-untyped-call]
_ROWS, _CHUNKS = types.UniTuple(I4S, len(WAYS)), types.UniTuple(_I2, len(WAYS))  # type: ignore[no-untyped-call]
_WAYS = np.array([[WAYS.index("ll"), WAYS.index("ld")], [WAYS.index("dl"), WAYS.index("dd")]], np.int64)
"""The direction by the script that is read and the script that is written."""
_LOWEST, _HOPELESS = np.float32(LOWEST), np.float32(HOPELESS)
_SAME_COST = np.float32(SAME_COST)
_DEVANAGARI = DEVANAGARI


def weigh(
    channel: Channel, facts: Facts, pairs: tuple[NDArray[np.int64], NDArray[np.int64]], family: NDArray[np.float32],
    *, slips: bool = True,
) -> tuple[NDArray[np.float32], NDArray[np.int8]]:  # fmt: skip
    """Weight (bits) and `Grade` of pairs of different tokens of `facts`.

    `family`: the cost of the family that a pair shares, or infinity. Without `slips` none is looked for. Fastest where equal left tokens
    follow one another.
    """
    i, j = (np.ascontiguousarray(side, np.int32) for side in pairs)
    weight, grade = np.empty(len(i), np.float32), np.empty(len(i), np.int8)
    used = read_by(channel)

    def run(first: int) -> None:
        part = slice(first, first + _BLOCK)
        _weigh(used, facts.arrays, i[part], j[part], family[part], slips, weight[part], grade[part])

    blocks = range(0, len(i), _BLOCK)
    if len(i) <= _FEW:
        for first in blocks:
            run(first)
    else:
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(run, blocks))
    return weight, grade


@lru_cache(maxsize=4)
def read_by(channel: Channel) -> tuple[tuple[Tables, ...], NDArray[np.float64]]:
    """What the kernels read of a channel."""
    return tuple(channel.tables(way) for way in WAYS), channel.model.calibration


@njit(types.void(_TABLES, READ, _ROWS, _CHUNKS, I8, I4S, I4S, F4S), cache=True, nogil=True)
def _one_way(tables, read, rows, chunks, way, i, j, out):  # type: ignore[no-untyped-def]
    """log2 P(j | i) / P(j) in one direction."""
    units, u_start, s_start, bits, _ = read
    forward(tables[way], (units, u_start, rows[way]), (chunks[way], s_start, bits), i, j, out)


@njit(types.void(_CHANNEL, FACTS, I4S, I4S, F4S), cache=True, nogil=True)
def channel_weights(channel, facts, i, j, out):  # type: ignore[no-untyped-def]
    """The weights of pairs by the channel alone, to the bit those of `Channel.weights`."""
    tables, calibration = channel
    row, _, _, read, rows, chunks = facts
    bits, identity = read[3], read[4]
    some, a, b = np.empty(len(i), np.int64), np.empty(len(i), np.int32), np.empty(len(i), np.int32)
    for script_a in range(2):
        for script_b in range(2):
            n = 0
            for k in range(len(i)):
                if row[i[k]].script == script_a and row[j[k]].script == script_b:
                    some[n], a[n], b[n] = k, i[k], j[k]
                    n += 1
            if not n:
                continue
            first = np.empty(n, np.float32)
            _one_way(tables, read, rows, chunks, _WAYS[script_a, script_b], a[:n], b[:n], first)
            likely = np.flatnonzero(first > _HOPELESS)
            likely = likely[np.argsort(b[likely], kind="mergesort")]
            second = np.empty(len(likely), np.float32)
            _one_way(tables, read, rows, chunks, _WAYS[script_b, script_a], b[likely], a[likely], second)
            for k in range(len(likely)):
                both = (first[likely[k]] + second[k]) / np.float32(2)
                first[likely[k]] = both if second[k] > _HOPELESS else _HOPELESS
            slope, shift = calibration[script_a if script_a == script_b else 2]
            for k in range(n):
                out[some[k]] = np.float32(max(np.float64(_LOWEST), np.float64(first[k]) * slope + shift))
    for k in range(len(i)):
        if row[i[k]].script > _DEVANAGARI or row[j[k]].script > _DEVANAGARI:
            out[k] = _LOWEST
        if identity[i[k]] == identity[j[k]]:
            out[k] = max(out[k], bits[i[k]] - _SAME_COST)


@njit(I4S(LETTERS, I8), cache=True, nogil=True, inline="always")
def _word(letters, t):  # type: ignore[no-untyped-def]
    return letters[0][letters[1][t] : letters[1][t + 1]]


@njit(types.int8(FACTS, I8, I8), cache=True, nogil=True)
def _slip(facts, a, b):  # type: ignore[no-untyped-def]
    """A `Slip` between two tokens: of Devanagari words as they stand, of others by their letters in Latin."""
    rows, letters, folded, _, _, _ = facts
    if rows[a].script == _DEVANAGARI and rows[b].script == _DEVANAGARI:
        return devanagari_slip(_word(letters, a), _word(letters, b))
    if rows[a].sound == rows[b].sound:
        return np.int8(0)
    return latin_slip(_word(folded, a), _word(folded, b), rows[a].script != rows[b].script)


@njit(types.void(_CHANNEL, FACTS, I4S, I4S, F4S, types.boolean, F4S, I1S), cache=True, nogil=True)
def _weigh(channel, facts, i, j, family, slips, weight, grade):  # type: ignore[no-untyped-def]
    rows = facts[0]
    channel_weights(channel, facts, i, j, weight)
    for k in range(len(i)):
        a, b = np.int64(i[k]), np.int64(j[k])
        slip = np.int64(_slip(facts, a, b)) if slips else np.int64(0)
        weight[k], grade[k] = judge(rows[a], rows[b], weight[k], family[k], slip)
