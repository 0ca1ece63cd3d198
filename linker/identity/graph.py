"""Compiled kernels on the pairs inside groups: where does a group hang by a thread?

One depth-first walk per group numbers its records so that every subtree is a run of numbers; `low` is the earliest record that a subtree
reaches past its own root (R. Tarjan, Depth-first search and linear graph algorithms, 1972). A subtree that reaches no further than its
parent hangs on that record; one that does not even reach it a second time hangs on one pair.
"""

from __future__ import annotations

from typing import NamedTuple

import numba as nb
import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.int32]
Weights = npt.NDArray[np.float32]

BRIDGE, HUB = 3, 4  # Held.BRIDGE, Held.HUB


class Graph(NamedTuple):
    """Pairs by record: record v has entries `start[v]` to `start[v + 1]`, each with the other record, the pair's number and its weight."""

    start: Rows
    other: Rows
    pair: Rows
    weight: Weights


class Walk(NamedTuple):
    """A depth-first walk: records in order of discovery; per record its place there, parent, pair to it, subtree size, low, root."""

    order: Rows
    place: Rows
    parent: Rows
    by: Rows
    size: Rows
    low: Rows
    root: Rows


class Limits(NamedTuple):
    """`ClusterRules.bridge_side`, `hub_side`, `bridge_strong`."""

    bridge_side: int
    hub_side: int
    strong: float


_ROWS = nb.int32[::1]
_WEIGHTS = nb.float32[::1]
_GRAPH = nb.types.NamedTuple((_ROWS, _ROWS, _ROWS, _WEIGHTS), Graph)  # type: ignore[no-untyped-call]
_WALK = nb.types.NamedUniTuple(_ROWS, 7, Walk)  # type: ignore[no-untyped-call]
_LIMITS = nb.types.NamedTuple((nb.int64, nb.int64, nb.float64), Limits)  # type: ignore[no-untyped-call]


@nb.njit(_GRAPH(nb.int64, _ROWS, _ROWS, _WEIGHTS), cache=True, nogil=True)
def graph(n: int, left: Rows, right: Rows, weight: Weights) -> Graph:
    """Pairs of records 0…n-1 as a `Graph`."""
    start = np.zeros(n + 1, np.int32)
    for e in range(len(left)):
        start[left[e] + 1] += 1
        start[right[e] + 1] += 1
    start = np.cumsum(start).astype(np.int32)
    free = start.copy()
    other = np.empty(2 * len(left), np.int32)
    pair = np.empty(2 * len(left), np.int32)
    weights = np.empty(2 * len(left), np.float32)
    for e in range(len(left)):
        for side in range(2):
            v = left[e] if side == 0 else right[e]
            at = free[v]
            free[v] += 1
            other[at] = right[e] if side == 0 else left[e]
            pair[at] = e
            weights[at] = weight[e]
    return Graph(start, other, pair, weights)


@nb.njit(_WALK(_GRAPH), cache=True, nogil=True)
def walk(graph: Graph) -> Walk:
    """Walk every group depth first."""
    n = len(graph.start) - 1
    order = np.empty(n, np.int32)
    place = np.full(n, -1, np.int32)
    parent = np.full(n, -1, np.int32)
    by = np.full(n, -1, np.int32)
    size = np.ones(n, np.int32)
    low = np.zeros(n, np.int32)
    root = np.empty(n, np.int32)
    ahead = graph.start[:-1].copy()
    seen = 0
    for first in range(n):
        if place[first] >= 0:
            continue
        v = first
        while v >= 0:
            if place[v] < 0:
                place[v] = low[v] = seen
                order[seen] = v
                root[v] = first
                seen += 1
            if ahead[v] < graph.start[v + 1]:
                entry = ahead[v]
                ahead[v] += 1
                w = graph.other[entry]
                if place[w] < 0:
                    parent[w] = v
                    by[w] = graph.pair[entry]
                    v = w
                elif graph.pair[entry] != by[v]:
                    low[v] = min(low[v], place[w])
            else:
                up = parent[v]
                if up >= 0:
                    low[up] = min(low[up], low[v])
                    size[up] += size[v]
                v = up
    return Walk(order, place, parent, by, size, low, root)


_SPOTS = nb.types.Tuple((nb.int8[::1], _ROWS, nb.boolean[::1], _WEIGHTS))  # type: ignore[no-untyped-call]


@nb.njit(_SPOTS(_GRAPH, _WALK, _LIMITS), cache=True, nogil=True)
def weak_spots(
    graph: Graph, walk: Walk, limits: Limits
) -> tuple[npt.NDArray[np.int8], Rows, npt.NDArray[np.bool_], Weights]:
    """The places where a group is held together by one pair or one record.

    Gives for each BRIDGE or HUB the top record of the subtree that hangs there, whether the pairs to be cut lead into that subtree (else to
    all the rest), and the sum of their weights: the weaker side, infinite if verdicts are on both.
    """
    n = len(walk.order)
    kind = np.empty(n, np.int8)
    below = np.empty(n, np.int32)
    inward = np.empty(n, np.bool_)
    strength = np.empty(n, np.float32)
    found = 0
    for c in range(n):
        v = walk.parent[c]
        if v < 0 or walk.low[c] < walk.place[v]:
            continue
        inside, total = walk.size[c], walk.size[walk.root[c]]
        bridge = walk.low[c] > walk.place[v]
        is_bridge = bridge and min(inside, total - inside) >= limits.bridge_side
        is_hub = min(inside, total - inside - 1) >= limits.hub_side
        if not is_bridge and not is_hub:
            continue
        into, rest, strongest_into, strongest_rest = 0.0, 0.0, -np.inf, -np.inf
        for entry in range(graph.start[v], graph.start[v + 1]):
            w, weight = graph.other[entry], graph.weight[entry]
            if walk.place[c] <= walk.place[w] < walk.place[c] + inside:
                into += weight
                strongest_into = max(strongest_into, weight)
            else:
                rest += weight
                strongest_rest = max(strongest_rest, weight)
        cut_into = into <= rest or is_bridge
        if (strongest_into if cut_into else strongest_rest) >= limits.strong:
            continue
        kind[found] = BRIDGE if is_bridge else HUB
        below[found] = c
        inward[found] = cut_into
        strength[found] = into if cut_into else rest
        found += 1
    return kind[:found], below[:found], inward[:found], strength[:found]


@nb.njit(nb.int8[::1](_GRAPH, _WALK, nb.int8[::1], _ROWS, nb.boolean[::1], nb.int64), cache=True, nogil=True)
def cut_pairs(
    graph: Graph,
    walk: Walk,
    kind: npt.NDArray[np.int8],
    below: Rows,
    inward: npt.NDArray[np.bool_],
    pairs: int,
) -> npt.NDArray[np.int8]:
    """Per pair the kind of the weak spot that it is cut at, or 0."""
    cut = np.zeros(pairs, np.int8)
    for spot in range(len(below)):
        c = below[spot]
        v = walk.parent[c]
        for entry in range(graph.start[v], graph.start[v + 1]):
            w = graph.other[entry]
            leads_in = walk.place[c] <= walk.place[w] < walk.place[c] + walk.size[c]
            if leads_in == inward[spot]:
                cut[graph.pair[entry]] = kind[spot]
    return cut
