"""Boosted regression trees as a file of numbers: how probable something is by a few figures, and what each figure says of it.

Every tree is walked from its root; the bits at the leaves that are reached add up to log2 odds (J. H. Friedman, Greedy function
approximation, 2001). Every node also holds the mean bits of what was trained below it, so that each step of the walk says how many bits
the figure that it asked for has brought: the steps of one figure together are its share, and start and shares add up to the result.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linker.errors import ModelError

TRAIN_AGAIN = "train it again (training/groups.py)"
Table = NDArray[np.float64]


@dataclass(frozen=True)
class Tree:
    """One tree, its nodes in any order but the root first. A node asks whether `figure` is at most `limit` and goes on to `low` or `high`;
    a leaf has figure -1. `bits` of a node are the mean of the leaves below."""

    figure: NDArray[np.int16]
    limit: NDArray[np.float64]
    low: NDArray[np.int32]
    high: NDArray[np.int32]
    bits: NDArray[np.float64]


@dataclass(frozen=True)
class Forest:
    """Trees over named `figures`; `start` are the bits before any of them has been asked."""

    figures: tuple[str, ...]
    start: float
    trees: tuple[Tree, ...]

    def shares(self, table: Table) -> Table:
        """What each figure says, in bits: `table` and the result have shape (things, figures)."""
        found = np.zeros_like(table, dtype=np.float64)
        rows = np.arange(len(table))
        for tree in self.trees:
            node = np.zeros(len(table), dtype=np.int32)
            while (walking := tree.figure[node] >= 0).any():
                at, here = rows[walking], node[walking]
                asked = tree.figure[here]
                on = np.where(table[at, asked] <= tree.limit[here], tree.low[here], tree.high[here])
                found[at, asked] += tree.bits[on] - tree.bits[here]
                node[walking] = on
        return found

    def bits(self, table: Table) -> NDArray[np.float64]:
        """log2 odds by figures of shape (things, figures)."""
        total: NDArray[np.float64] = self.start + self.shares(table).sum(axis=1)
        return total

    def to_json(self) -> str:
        """The file's content: one line a tree. Limits are kept to the last digit, because figures may lie on them."""
        lines = [
            {
                **{name: getattr(t, name).tolist() for name in Tree.__dataclass_fields__},
                "bits": np.round(t.bits, 6).tolist(),
            }
            for t in self.trees
        ]
        trees = ",\n".join(json.dumps(line, separators=(",", ":")) for line in lines)
        head = f'"figures": {json.dumps(list(self.figures))},\n"start": {self.start:.6f},\n'
        return f'{{{head}"trees": [\n{trees}\n]}}\n'

    @classmethod
    def from_json(cls, text: str, origin: str = "") -> Forest:
        """Raises ModelError where the text is no forest."""
        try:
            content = json.loads(text)
            figures = tuple(str(f) for f in content["figures"])
            return cls(figures, float(content["start"]), tuple(_tree(t, len(figures)) for t in content["trees"]))
        except (ValueError, KeyError, TypeError, OverflowError) as error:
            raise ModelError(f"not a model of groups: {error!r}", where=origin, do=TRAIN_AGAIN) from None

    @classmethod
    def load(cls, path: Path) -> Forest:
        """Raises ModelError where the file is missing or is no forest."""
        try:
            return cls.from_json(path.read_text(encoding="utf-8"), str(path))
        except FileNotFoundError:
            raise ModelError("no such file of trees", where=str(path), do=TRAIN_AGAIN) from None


def _tree(content: dict[str, Any], figures: int) -> Tree:
    tree = Tree(
        np.array(content["figure"], np.int16), np.array(content["limit"], np.float64),
        np.array(content["low"], np.int32), np.array(content["high"], np.int32), np.array(content["bits"], np.float64),
    )  # fmt: skip
    nodes = np.arange(len(tree.bits))
    inner = tree.figure >= 0
    onward = np.concatenate([tree.low[inner], tree.high[inner]])
    if len({len(getattr(tree, n)) for n in Tree.__dataclass_fields__}) != 1 or not len(nodes):
        raise ValueError("a tree's columns differ in length")
    if (tree.figure >= figures).any() or (onward <= np.tile(nodes[inner], 2)).any() or (onward >= len(nodes)).any():
        raise ValueError("a tree does not lead from its root to its leaves")
    return tree
