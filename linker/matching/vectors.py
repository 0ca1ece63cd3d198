"""Comparison vectors: the level codes of all comparisons for every candidate pair, and their weights."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numba as nb
import numpy as np
from numpy.typing import NDArray

from linker.matching.alive import Alive
from linker.matching.columns import PersonColumns
from linker.matching.comparisons import Comparison
from linker.matching.comparisons.base import Cost, Rows
from linker.matching.comparisons.joint import combined


def measure(
    columns: PersonColumns,
    comparisons: Sequence[Comparison],
    left: Rows,
    right: Rows,
    known: Mapping[int, NDArray[np.int8]] | None = None,
    joints: Joints | None = None,
) -> NDArray[np.int8]:
    """Level codes, shape (comparisons, pairs): one contiguous row per comparison. `known`: codes of comparisons that are measured already,
    by their place. `joints`: the joint ones among them, where they are at hand."""
    vectors = np.empty((len(comparisons), len(left)), dtype=np.int8)
    for k, comparison in enumerate(comparisons):
        if known is not None and k in known:
            vectors[k] = known[k]
        elif comparison.joined is None:
            vectors[k] = comparison.measure(columns, left, right)
    (joints or Joints.of(comparisons)).fill(vectors)
    return vectors


@dataclass(frozen=True)
class Joints:
    """The joint comparisons: `places[j]` are the rows of one and of its two parts, `codes[j]` its code by theirs."""

    places: NDArray[np.int64]
    codes: NDArray[np.int8]

    @classmethod
    def of(cls, comparisons: Sequence[Comparison]) -> Joints:
        at = {c.name: k for k, c in enumerate(comparisons)}
        joint = [(c, c.joined) for c in comparisons if c.joined is not None]
        places = [(at[c.name], at[c.parts[0]], at[c.parts[1]]) for c, _ in joint]
        room = max((max(joined.shape) for _, joined in joint), default=0)
        codes = np.zeros((len(joint), room, room), np.int8)
        for table, (_, joined) in zip(codes, joint, strict=True):
            table[: joined.shape[0], : joined.shape[1]] = joined
        return cls(np.array(places, np.int64).reshape(len(joint), 3), codes)

    def fill(self, vectors: NDArray[np.int8]) -> None:
        """Write the rows of joint comparisons, shape (comparisons, pairs), from those of their parts."""
        _join(vectors, self.places, self.codes)


@nb.njit("void(int8[:, ::1], int64[:, ::1], int8[:, :, ::1])", cache=True, nogil=True)
def _join(vectors: NDArray[np.int8], places: NDArray[np.int64], codes: NDArray[np.int8]) -> None:
    for j in range(len(places)):
        row, first, second = places[j]
        for v in range(vectors.shape[1]):
            vectors[row, v] = codes[j, vectors[first, v], vectors[second, v]]


class Weights:
    """The weights in bits of all levels of some comparisons."""

    def __init__(self, tables: Sequence[NDArray[np.float64]]) -> None:
        self._bits = np.zeros((len(tables), max((len(table) for table in tables), default=0)))
        for row, table in zip(self._bits, tables, strict=True):
            row[: len(table)] = table

    def of(self, vectors: NDArray[np.int8], prior: float) -> NDArray[np.float64]:
        """Match weights in bits of level codes, shape (comparisons, pairs)."""
        found: NDArray[np.float64] = _weigh(vectors, self._bits, prior)
        return found


@nb.njit("float64[::1](int8[:, ::1], float64[:, ::1], float64)", cache=True, nogil=True)
def _weigh(vectors: NDArray[np.int8], bits: NDArray[np.float64], prior: float) -> NDArray[np.float64]:
    weight = np.full(vectors.shape[1], prior)
    for k in range(len(vectors)):
        for v in range(len(weight)):
            weight[v] += bits[k, vectors[k, v]]
    return weight


Scale = tuple[Sequence[NDArray[np.float64]], float, float]
"""Level weights of each comparison, the prior in bits, and the floor below which a pair is of no interest."""


def measure_above(
    columns: PersonColumns, comparisons: Sequence[Comparison], pairs: tuple[Rows, Rows], scale: Scale
) -> tuple[NDArray[np.int64], NDArray[np.int8], NDArray[np.float64]]:
    """Measure in the order of cost and give up a pair as soon as no outcome of what is left could lift it above the floor. What is
    costliest is glanced at before it is measured.

    Returns the indices of the pairs that were measured to the end, their level codes, shape (comparisons, those), and weights in bits.
    """
    tables, prior_bits, floor = scale
    alive = Alive.start(pairs, comparisons, tables, prior_bits)
    for cost in Cost:
        chosen = [k for k, comparison in enumerate(comparisons) if comparison.cost == cost]
        for k in chosen:
            glance = comparisons[k].glance
            if glance is not None:
                alive.glanced(k, glance, glance.look(columns, alive.left, alive.right))
                alive.drop_below(floor)
        for k in chosen:
            alive.measured(k, _codes(columns, comparisons, k, alive))
        alive.drop_below(floor)
    return alive.at, alive.vectors, alive.weight


def _codes(columns: PersonColumns, comparisons: Sequence[Comparison], k: int, alive: Alive) -> NDArray[np.int8]:
    comparison = comparisons[k]
    if comparison.joined is None:
        return comparison.measure(columns, alive.left, alive.right)
    at = {c.name: i for i, c in enumerate(comparisons)}
    first, second = (alive.vectors[at[part]] for part in comparison.parts)
    return combined(comparison.joined, first, second)


def pack(vectors: NDArray[np.int8], comparisons: Sequence[Comparison]) -> NDArray[np.int64]:
    """Each pair's vector as one number: its codes are the digits, each to the base of its comparison's number of levels. Joint comparisons
    follow from their parts and are left out.

    Raises:
        ValueError: the comparisons have more combinations of levels than a number can hold.
    """
    if math.prod(len(c.levels) for c in comparisons if c.joined is None) >= 2**63:
        raise ValueError("too many comparisons: their levels have more combinations than fit into one number")
    packed = np.zeros(vectors.shape[1], dtype=np.int64)
    for row, comparison in zip(vectors, comparisons, strict=True):
        if comparison.joined is None:
            packed = packed * len(comparison.levels) + row
    return packed


def codes_of(packed: NDArray[np.int64], comparisons: Sequence[Comparison], place: int) -> NDArray[np.int8]:
    """The level codes of one comparison, that is no joint one, in packed vectors."""
    sizes = [len(c.levels) for c in comparisons[place + 1 :] if c.joined is None]
    codes: NDArray[np.int8] = (packed // math.prod(sizes) % len(comparisons[place].levels)).astype(np.int8)
    return codes


def unpack(packed: NDArray[np.int64], comparisons: Sequence[Comparison]) -> NDArray[np.int8]:
    """Vectors, shape (pairs, comparisons), of their numbers."""
    vectors = np.zeros((len(comparisons), len(packed)), dtype=np.int8)
    rest = packed
    for k in range(len(comparisons) - 1, -1, -1):
        if comparisons[k].joined is None:
            rest, vectors[k] = np.divmod(rest, len(comparisons[k].levels))
    Joints.of(comparisons).fill(vectors)
    return np.ascontiguousarray(vectors.T)
