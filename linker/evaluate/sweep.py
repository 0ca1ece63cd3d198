"""Precision and recall at every threshold of the match weight.

Two curves from one edge table. The *pair* curve asks what the scores alone are worth: pairs at or above the
threshold, against all true pairs. The *closure* curve asks what would be published: records joined by such pairs, and
by chains of them, are one cluster. It is computed by adding edges from the heaviest down to a union–find that counts
as it merges.

Both follow the weight alone. Policy (vetoes, hard rules, cluster checks) is not in them, so the published links may
lie above the curve.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numba
import numpy as np
import numpy.typing as npt

from linker.evaluate.contingency import Codes, choose2
from linker.evaluate.metrics import Score

Pairs = npt.NDArray[np.int32]
"""Two rows: the left and the right record of every pair."""


@dataclass(frozen=True)
class Point:
    """Both curves at one threshold (bits)."""

    threshold: float
    pair: Score
    closure: Score
    closure_by_split: dict[str, Score]

    def to_dict(self) -> dict[str, Any]:
        """Plain numbers, ready for JSON."""
        return {
            "threshold": self.threshold,
            "pair": self.pair.to_dict(),
            "closure": self.closure.to_dict(),
            "closure_by_split": {name: score.to_dict() for name, score in self.closure_by_split.items()},
        }


@dataclass(frozen=True)
class Edges:
    """Scored pairs as row numbers of the records, and their weights in bits."""

    left: npt.NDArray[np.int32]
    right: npt.NDArray[np.int32]
    weight: npt.NDArray[np.float32]


def sweep(edges: Edges, person: Codes, kinds: dict[str, Codes], points: int = 50) -> list[Point]:
    """The curves from the highest threshold to the lowest.

    Args:
        edges: scored pairs, in any order.
        person: dense code of each record's true person; −1 for a record that the truth does not know. Such a record
            may join others but is not counted itself.
        kinds: labellings as for `metrics.measure`.
        points: thresholds at even distances of weight.
    """
    if not len(edges.weight):
        return []
    order = np.argsort(-edges.weight, kind="stable")
    pairs, weight = np.stack([edges.left[order], edges.right[order]]), edges.weight[order]
    thresholds = _thresholds(weight, points)
    upto = np.searchsorted(-weight, -thresholds, side="right").astype(np.int64)
    single = _pairs(pairs, upto, person)
    every = _closure(pairs, upto, person, np.zeros(len(person), dtype=np.int64))
    splits: dict[str, list[Score]] = {}
    for name, kind in kinds.items():
        same = _closure(pairs, upto, person, kind)
        either = _closure(pairs, upto, person, np.minimum(kind, 0)) if (kind < 0).any() else every
        splits[f"same_{name}"] = same
        splits[f"cross_{name}"] = [_rest(e, s) for e, s in zip(either, same, strict=True)]
    return [
        Point(float(t), single[i], every[i], {name: scores[i] for name, scores in splits.items()})
        for i, t in enumerate(thresholds)
    ]


def _thresholds(weight: npt.NDArray[np.float32], points: int) -> npt.NDArray[np.float32]:
    """Whole or half bits where the span allows, so that the table reads well; descending."""
    low, high = float(weight[-1]), float(weight[0])
    step = max((high - low) / points, 1e-6)
    step = next((nice for nice in (0.1, 0.25, 0.5, 1.0, 2.0) if nice >= step), step)
    top, bottom = np.ceil(high / step), np.floor(low / step)
    return (np.arange(top, bottom - 1, -1) * step).astype(np.float32)


def _rest(every: Score, part: Score) -> Score:
    return Score.counted(every.hit - part.hit, every.predicted - part.predicted, every.actual - part.actual)


def _pairs(pairs: Pairs, upto: npt.NDArray[np.int64], person: Codes) -> list[Score]:
    left, right = person[pairs[0]], person[pairs[1]]
    known = (left >= 0) & (right >= 0)
    predicted = np.concatenate([[0], np.cumsum(known)])
    hit = np.concatenate([[0], np.cumsum(known & (left == right))])
    actual = choose2(np.bincount(person[person >= 0]).astype(np.int64))
    return [Score.counted(int(hit[i]), int(predicted[i]), actual) for i in upto]


def _closure(pairs: Pairs, upto: npt.NDArray[np.int64], person: Codes, kind: Codes) -> list[Score]:
    """The closure's score over the pairs that agree in `kind`."""
    labels = np.stack([person, np.where(person >= 0, kind, -1)]).astype(np.int32)
    hit, predicted = _merge(pairs, upto, labels, _ring(person))
    usable = labels[1] >= 0
    cells = np.unique(person[usable] * (int(kind.max()) + 1) + kind[usable], return_counts=True)[1]
    actual = choose2(cells.astype(np.int64))
    return [Score.counted(int(h), int(p), actual) for h, p in zip(hit, predicted, strict=True)]


def _ring(person: Codes) -> npt.NDArray[np.int32]:
    """For every record the next record of the same person, the last pointing back to the first."""
    order = np.argsort(person, kind="stable").astype(np.int32)
    first = np.concatenate([[True], person[order][1:] != person[order][:-1]])
    following = np.roll(order, -1)
    ends = np.roll(first, -1)
    following[ends] = order[first]
    ring = np.empty_like(order)
    ring[order] = following
    return ring


@numba.njit("int32(int32[:], int32)", cache=True, nogil=True)
def _root(parent, i):  # type: ignore[no-untyped-def]
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return i


@numba.njit("int64(int32[:], int32, int32[:], int32[:, :], int32[:])", cache=True, nogil=True)
def _met(parent, root, members, labels, ring):  # type: ignore[no-untyped-def]
    """True pairs between these records and those that are already in the cluster of `root`."""
    hit = 0
    for member in members:
        kind = labels[1, member]
        if kind < 0:
            continue
        other = ring[member]
        while other != member:
            if labels[1, other] == kind and _root(parent, other) == root:
                hit += 1
            other = ring[other]
    return hit


@numba.njit("Tuple((int64[:], int64[:]))(int32[:, :], int64[:], int32[:, :], int32[:])", cache=True, nogil=True)
def _merge(pairs, upto, labels, ring):  # type: ignore[no-untyped-def]
    """Union–find over pairs in the given order; hits and predicted pairs after the first upto[0], upto[1] … of them.

    `labels` holds each record's person and kind; a record of kind −1 may join others but is not counted. When two
    clusters meet, the new true pairs are found from the smaller one: for each of its records, the records of the same
    person (the `ring` through them) that are already in the larger. So the cost is n log n times the records of one
    person.
    """
    n = labels.shape[1]
    parent = np.arange(n).astype(np.int32)
    size = np.ones(n, np.int32)
    following = np.full(n, -1, np.int32)
    last = np.arange(n).astype(np.int32)
    tally = np.zeros((n, labels[1].max() + 1), np.int32)
    for i in range(n):
        if labels[1, i] >= 0:
            tally[i, labels[1, i]] = 1
    hits, predicted = np.zeros(len(upto), np.int64), np.zeros(len(upto), np.int64)
    hit, joined, done = 0, 0, 0
    for point in range(len(upto)):
        for edge in range(done, upto[point]):
            a, b = _root(parent, pairs[0, edge]), _root(parent, pairs[1, edge])
            if a == b:
                continue
            if size[a] < size[b]:
                a, b = b, a
            members = np.empty(size[b], np.int32)
            member = b
            for k in range(size[b]):
                members[k] = member
                member = following[member]
            hit += _met(parent, a, members, labels, ring)
            for k in range(tally.shape[1]):
                joined += np.int64(tally[a, k]) * tally[b, k]
                tally[a, k] += tally[b, k]
            following[last[a]] = b
            last[a] = last[b]
            parent[b] = a
            size[a] += size[b]
        done = max(done, upto[point])
        hits[point], predicted[point] = hit, joined
    return hits, predicted
