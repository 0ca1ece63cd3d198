"""Pairs that no key found although links lead from one record to the other: they must be weighed before the two become one person.

If a–b and b–c link, a and c will share an identity, so what speaks against a–c must be known even if a and c share no key.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from linker.matching.comparisons.base import Rows

LARGEST = 60
"""Records of a group whose pairs are all weighed; beyond it the group is unusual and goes to a person anyway."""


def unweighed_pairs(n: int, links: tuple[Rows, Rows], weighed: tuple[Rows, Rows]) -> tuple[Rows, Rows]:
    """Pairs left < right within the groups that `links` connect, without those already `weighed`."""
    left, right = links
    if not len(left):
        return left, right
    graph = coo_array((np.ones(len(left), dtype=np.int8), (left, right)), shape=(n, n))
    count, label = connected_components(graph, directed=False)
    sizes = np.bincount(label, minlength=count)
    members = np.flatnonzero((sizes[label] > 2) & (sizes[label] <= LARGEST))
    members = members[np.argsort(label[members], kind="stable")]
    group = label[members]
    found = [np.empty(0, dtype=np.int64)]
    for step in range(1, LARGEST):
        same = group[step:] == group[:-step]
        if not same.any():
            break
        found.append(_key(members[:-step][same], members[step:][same]))
    inside = np.concatenate(found)
    fresh = inside[~np.isin(inside, _key(*weighed))]
    return (fresh >> 32).astype(np.int32), (fresh & 0xFFFFFFFF).astype(np.int32)


def _key(left: NDArray[np.integer], right: NDArray[np.integer]) -> NDArray[np.int64]:
    keys: NDArray[np.int64] = left.astype(np.int64) << 32 | right.astype(np.int64)
    return keys
