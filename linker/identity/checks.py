"""Groups that hang on thin evidence are cut at the weakest place before they are published.

A group fails if one pair (bridge) or one record (hub) alone holds two parts of it together, or if it is large and loosely tied. It is cut
at all its bridges, else at its weakest hub, and looked at again. (Were only the weakest bridge cut, a strong false link could carry a part
of its group over to strangers where a weaker, true link is next to it.) Pairs that support without linking count as ties here, and
verdicts are never cut.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from linker.identity import graph, kernels

if TYPE_CHECKING:
    from linker.config.clusters import ClusterRules

Rows = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.int8]

SPARSE = 5  # Held.SPARSE
AT_ONCE = 4
"""Of many hubs in one group a quarter is cut per look, the weakest first; of fewer than eight, one. That bounds the looks."""


@dataclass(frozen=True)
class Inside:
    """Pairs that tie records (verdicts first, twice, with infinite weight), which of them link, and where each stands in the caller's list.

    `origin` is -1 for verdicts.
    """

    left: Rows
    right: Rows
    weight: npt.NDArray[np.float32]
    linking: Flags
    origin: npt.NDArray[np.int64]

    def only(self, chosen: Flags) -> Inside:
        return Inside(
            self.left[chosen], self.right[chosen], self.weight[chosen], self.linking[chosen], self.origin[chosen]
        )


def cut(label: Rows, ties: Inside, reason: Codes, rules: ClusterRules) -> tuple[Rows, Rows]:
    """Labels after all cuts, and a row of each group that fails but is held by verdicts.

    `reason` of the pairs that were cut is set (`Held`).
    """
    label = label.copy()
    smallest = min(2 * rules.bridge_side, 2 * rules.hub_side + 1, rules.sparse_from)
    size = np.bincount(label, minlength=len(label))
    failing = size >= smallest
    stubborn: list[Rows] = []
    ties = ties.only((label[ties.left] == label[ties.right]) & failing[label[ties.left]])
    while len(ties.left):
        rows = np.flatnonzero(failing[label]).astype(np.int32)
        part = _local(ties, rows, len(label))
        cuts, held = _look(part, len(rows), rules)
        stubborn.append(rows[held])
        if not cuts.any():
            break
        reason[ties.origin[(cuts > 0) & (ties.origin >= 0)]] = cuts[(cuts > 0) & (ties.origin >= 0)]
        touched = np.zeros(len(label), np.bool_)
        touched[label[ties.left[cuts > 0]]] = True
        ties = ties.only((cuts == 0) & touched[label[ties.left]])
        rows = rows[touched[label[rows]]]
        label[rows] = _rejoined(ties, rows, len(label))
        size = np.bincount(label[rows], minlength=len(label))
        failing = size >= smallest
        ties = ties.only((label[ties.left] == label[ties.right]) & failing[label[ties.left]])
    return label, np.unique(np.concatenate(stubborn)) if stubborn else np.empty(0, np.int32)


def _local(ties: Inside, rows: Rows, n: int) -> Inside:
    """The same ties between row positions within `rows`."""
    position = np.empty(n, np.int32)
    position[rows] = np.arange(len(rows), dtype=np.int32)
    return Inside(position[ties.left], position[ties.right], ties.weight, ties.linking, ties.origin)


def _rejoined(ties: Inside, rows: Rows, n: int) -> Rows:
    """Labels of `rows` by the links left among them."""
    part = _local(ties, rows, n)
    nothing = kernels.Pairs(np.empty(0, np.int32), np.empty(0, np.int32))
    joined = kernels.components(len(rows), nothing, kernels.Pairs(part.left[part.linking], part.right[part.linking]))
    relabelled: Rows = rows[joined]
    return relabelled


def _look(part: Inside, n: int, rules: ClusterRules) -> tuple[Codes, Rows]:
    """Per tie how it is cut (0: not), and records of groups that fail where only verdicts could be cut."""
    ties = graph.graph(n, part.left, part.right, part.weight)
    walk = graph.walk(ties)
    limits = graph.Limits(rules.bridge_side, rules.hub_side, rules.bridge_strong)
    kind, below, inward, strength = graph.weak_spots(ties, walk, limits)
    fixed = np.isinf(strength)
    stubborn = [below[fixed]]
    kind, below, inward, strength = kind[~fixed], below[~fixed], inward[~fixed], strength[~fixed]
    chosen = _places(kind == graph.BRIDGE, walk.root[below], strength, walk.place[below])
    cuts = graph.cut_pairs(ties, walk, kind[chosen], below[chosen], inward[chosen], len(part.left))
    loose, held = _loose(part, walk.root, walk.root[below], rules)
    stubborn.append(held)
    cuts[loose & (cuts == 0)] = SPARSE
    return cuts, np.concatenate(stubborn).astype(np.int32)


def _places(bridge: Flags, group: Rows, strength: npt.NDArray[np.float32], place: Rows) -> npt.NDArray[np.int64]:
    """The places to cut now: in each group all bridges, or where there is none the weakest hub, or the weakest quarter."""
    has_bridge = np.isin(group, group[bridge])
    order = np.flatnonzero(~has_bridge)
    order = order[np.lexsort((place[order], strength[order], group[order]))]
    _, first, count = np.unique(group[order], return_index=True, return_counts=True)
    rank = np.arange(len(order)) - np.repeat(first, count)
    quota = np.repeat(np.maximum(count // AT_ONCE, 1), count)
    chosen: npt.NDArray[np.int64] = np.concatenate([np.flatnonzero(bridge), order[rank < quota]])
    return chosen


def _loose(part: Inside, root: Rows, cut_already: Rows, rules: ClusterRules) -> tuple[Flags, Rows]:
    """Links to drop in large, loosely tied groups: all up to the weight of the weakest link that the group needs."""
    n = len(root)
    size = np.bincount(root, minlength=n)
    degree = 2 * np.bincount(root[part.left], minlength=n) / np.maximum(size, 1)
    loose = (size >= rules.sparse_from) & (degree < rules.sparse_degree)
    loose[cut_already] = False
    if not loose.any():
        return np.zeros(len(part.left), np.bool_), np.empty(0, np.int32)
    inside = np.flatnonzero(loose[root[part.left]] & part.linking)
    order = inside[np.argsort(-part.weight[inside], kind="stable")]
    nothing = kernels.Pairs(np.empty(0, np.int32), np.empty(0, np.int32))
    links = kernels.Pairs(part.left[order], part.right[order])
    least = kernels.weakest(n, nothing, links, part.weight[order])
    drop = np.zeros(len(part.left), np.bool_)
    drop[inside] = part.weight[inside] <= least[part.left[inside]]
    drop &= np.isfinite(part.weight)
    held = np.flatnonzero(loose & np.isinf(np.nan_to_num(least, nan=0.0)))
    return drop, held.astype(np.int32)
