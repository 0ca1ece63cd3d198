"""A record against a whole identity: several pairs that each lack a little, and together say enough.

Where links have made two groups of records, the pairs across them are looked at together. If they agree with each other (no pair speaks
against, and on average they speak clearly for one person), the best of them may link although it lacks a few bits by itself. That is
more than one pair can tell: each further record brings other spellings, ages and addresses of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from linker.matching.comparisons.base import Rows


@dataclass(frozen=True)
class Across:
    """Scored pairs: rows, weights in bits, which link, which would link with a few bits more, and which speak against one person."""

    left: Rows
    right: Rows
    weight: NDArray[np.float32]
    links: NDArray[np.bool_]
    near: NDArray[np.bool_]
    against: NDArray[np.bool_]


def pooled(n: int, pairs: Across, mean: float, unseen: float) -> NDArray[np.bool_]:
    """Which pairs link because their groups agree: at least one pair across the two groups is `near`, none is `against`, there are several,
    and on average they weigh `mean` bits, those that were never scored counting as `unseen` bits."""
    label, size = _groups(n, pairs)
    a, b = label[pairs.left], label[pairs.right]
    across = a != b
    group = np.minimum(a, b)[across].astype(np.int64) * n + np.maximum(a, b)[across]
    distinct, inverse = np.unique(group, return_inverse=True)
    count = np.bincount(inverse, minlength=len(distinct))
    possible = (size[distinct // n] * size[distinct % n]) if len(distinct) else np.empty(0)
    total = np.bincount(inverse, pairs.weight[across], minlength=len(distinct)) + (possible - count) * unseen
    agree = (possible > 1) & (total >= mean * possible)
    agree &= np.bincount(inverse, pairs.against[across], minlength=len(distinct)) == 0
    found = np.zeros(len(pairs.left), dtype=bool)
    found[across] = agree[inverse]
    return found & pairs.near


def _groups(n: int, pairs: Across) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """The group of each record that links make, and how many records each has."""
    left, right = pairs.left[pairs.links], pairs.right[pairs.links]
    graph = coo_array((np.ones(len(left), dtype=np.int8), (left, right)), shape=(n, n))
    count, label = connected_components(graph, directed=False)
    return label, np.bincount(label, minlength=count)
