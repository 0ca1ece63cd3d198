"""Two groups of records by figures: what all the scored pairs across them say together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from linker.config.policy import Policy
from linker.matching.comparisons import Comparison
from linker.matching.comparisons.base import Rows
from linker.matching.model import MatchModel

FIGURES = ("best", "mean", "against", "relative", "personal", "independent", "unscored", "smaller", "larger")
"""Bits of the pair that weighs most; bits that the pairs weigh on average (those never scored count as `unseen`); bits that speak against,
the worst of every comparison; bits of the relatives' names on average; bits of what is a person's own (aliases, telephone, documents,
marks), the best of each; independent bits of the pair that has most of them; share of the pairs that were never scored; records in the
smaller and in the larger group."""
RISING = (1, 1, 1, 1, 1, 1, -1, 0, 0)
"""Which way each figure may move the probability of one person: never down as it grows, never up, or either."""
PERSONAL = frozenset({"aliases", "fingerprint", "aadhaar", "documents", "accounts", "phone", "height", "marks"})
Bits = NDArray[np.float64]


def linked_groups(n: int, left: Rows, right: Rows) -> NDArray[np.int32]:
    """The number of the group of each of `n` records that linked pairs make."""
    graph = coo_array((np.ones(len(left), dtype=np.int8), (left, right)), shape=(n, n))
    _, label = connected_components(graph, directed=False)
    return label


@dataclass(frozen=True)
class Across:
    """Pairs of groups and the scored pairs that lie across them.

    rows: the scored pairs, those of one pair of groups together; starts: where each pair of groups begins in `rows`; groups and size: the
    numbers of the two groups and how many records they have, shape (pairs of groups, 2)."""

    rows: NDArray[np.int64]
    starts: NDArray[np.int64]
    groups: NDArray[np.int32]
    size: NDArray[np.int64]

    @classmethod
    def of(cls, label: NDArray[np.int32], left: Rows, right: Rows, wanted: NDArray[np.bool_]) -> Across:
        """The pairs of groups, of more than two records together, that a `wanted` scored pair lies across."""
        sizes = np.bincount(label)
        a, b = label[left].astype(np.int64), label[right].astype(np.int64)
        group = np.minimum(a, b) * len(label) + np.maximum(a, b)
        several = (a != b) & (sizes[a] * sizes[b] > 1)
        rows = np.flatnonzero(several & np.isin(group, group[wanted & several]))
        rows = rows[np.argsort(group[rows], kind="stable")]
        ordered = group[rows]
        starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]])) if len(rows) else rows
        groups = np.stack([label[left[rows[starts]]], label[right[rows[starts]]]], axis=1)
        return cls(rows, starts, groups, sizes[groups])

    def __len__(self) -> int:
        return len(self.starts)

    def any(self, flags: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """For each pair of groups, whether one of its rows has the flag."""
        return np.logical_or.reduceat(flags[self.rows], self.starts) if len(self) else np.zeros(0, np.bool_)

    def spread(self, of_groups: NDArray[np.bool_], n: int) -> NDArray[np.bool_]:
        """For each of all `n` scored pairs, whether its pair of groups has the flag."""
        found = np.zeros(n, dtype=np.bool_)
        lengths = np.diff(np.append(self.starts, len(self.rows)))
        found[self.rows] = np.repeat(of_groups, lengths)
        return found


@dataclass(frozen=True)
class Evidence:
    """What the comparisons say: their weights by level code, and which of them are independent of name and
    relation, and which is that of the relatives."""

    comparisons: Sequence[Comparison]
    tables: Sequence[Bits]
    independent: frozenset[str]
    relative: str | None
    unseen: float
    """bits that a pair counts that was never scored"""

    @classmethod
    def of(cls, model: MatchModel, policy: Policy, comparisons: Sequence[Comparison], floor: float) -> Evidence:
        """By the model's weights and the policy's rules; `floor` are the bits from which pairs were scored."""
        rules = policy.rules
        return cls(comparisons, model.weights(comparisons), frozenset(rules.independent), rules.relative, floor - 1)

    def figures(self, across: Across, weight: NDArray[np.floating], vectors: NDArray[np.int8]) -> Bits:
        """FIGURES of each pair of groups, shape (pairs of groups, figures); `weight` and level codes `vectors`, shape (rows, comparisons),
        are those of the rows of `across`."""
        if not len(across):
            return np.empty((0, len(FIGURES)))
        count = np.diff(np.append(across.starts, len(across.rows)))
        possible = across.size.prod(axis=1)
        total = np.add.reduceat(weight.astype(np.float64), across.starts)
        against, personal = np.zeros(len(across)), np.zeros(len(across))
        relative, independent = np.zeros(len(across)), np.zeros(len(across.rows))
        for k, (comparison, table) in enumerate(zip(self.comparisons, self.tables, strict=True)):
            if comparison.joined is not None:
                continue
            bits = table[vectors[:, k]]
            against += np.minimum(np.minimum.reduceat(bits, across.starts), 0)
            if comparison.name == self.relative:
                relative = np.add.reduceat(bits, across.starts) / count
            if comparison.name in PERSONAL:
                personal += np.maximum(np.maximum.reduceat(bits, across.starts), 0)
            if comparison.name in self.independent:
                independent += np.maximum(bits, 0)
        return np.stack(
            [
                np.maximum.reduceat(weight.astype(np.float64), across.starts),
                (total + (possible - count) * self.unseen) / possible,
                against,
                relative,
                personal,
                np.maximum.reduceat(independent, across.starts),
                1 - count / possible,
                across.size.min(axis=1),
                across.size.max(axis=1),
            ],
            axis=1,
        )
