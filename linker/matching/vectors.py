"""Comparison vectors: the level codes of all comparisons for every candidate pair, and their weights."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from linker.matching.columns import PersonColumns
from linker.matching.comparisons import Comparison
from linker.matching.comparisons.base import Cost, Rows


def measure(columns: PersonColumns, comparisons: Sequence[Comparison], left: Rows, right: Rows) -> NDArray[np.int8]:
    """Level codes, shape (comparisons, pairs): one contiguous row per comparison."""
    vectors = np.empty((len(comparisons), len(left)), dtype=np.int8)
    for k, comparison in enumerate(comparisons):
        vectors[k] = comparison.measure(columns, left, right)
    return vectors


Scale = tuple[Sequence[NDArray[np.float64]], float, float]
"""Level weights of each comparison, the prior in bits, and the floor below which a pair is of no interest."""


def measure_above(
    columns: PersonColumns, comparisons: Sequence[Comparison], pairs: tuple[Rows, Rows], scale: Scale
) -> tuple[NDArray[np.int64], NDArray[np.int8], NDArray[np.float64]]:
    """Measure in the order of cost and give up a pair as soon as no outcome of what is left could lift it above the floor.

    Returns the indices of the pairs that were measured to the end, their level codes, shape (comparisons, those), and weights in bits.
    """
    tables, prior_bits, floor = scale
    left, right = pairs
    alive = np.arange(len(left))
    vectors = np.zeros((len(comparisons), len(left)), dtype=np.int8)
    weight = np.full(len(left), prior_bits)
    remaining = sum(max(float(t.max()), 0.0) for t in tables)
    for cost in Cost:
        for k, comparison in enumerate(comparisons):
            if comparison.cost == cost:
                vectors[k] = comparison.measure(columns, left, right)
                weight += tables[k][vectors[k]]
                remaining -= max(float(tables[k].max()), 0.0)
        keep = weight + remaining >= floor - 1e-6
        if not keep.all():
            alive, left, right, weight, vectors = alive[keep], left[keep], right[keep], weight[keep], vectors[:, keep]
    return alive, vectors, weight


def pack(vectors: NDArray[np.int8]) -> NDArray[np.int64]:
    """Each pair's vector as one number, four bits a comparison (up to 15 comparisons of up to 16 levels)."""
    if len(vectors) > 15:
        raise ValueError("at most 15 comparisons fit into one vector number")
    packed = np.zeros(vectors.shape[1], dtype=np.int64)
    for row in vectors:
        packed = (packed << 4) | row
    return packed


def unpack(packed: NDArray[np.int64], comparisons: int) -> NDArray[np.int8]:
    """Vectors, shape (pairs, comparisons), of their numbers."""
    shifts = np.arange(4 * (comparisons - 1), -1, -4, dtype=np.int64)
    return ((packed[:, None] >> shifts[None, :]) & 15).astype(np.int8)
