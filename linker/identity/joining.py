"""Links into groups: plain connected components where nothing speaks against them, joining under constraints where something does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from linker.identity import kernels
from linker.identity.kernels import Pairs

Rows = npt.NDArray[np.int32]
Weights = npt.NDArray[np.float32]
Codes = npt.NDArray[np.int8]


@dataclass(frozen=True)
class Objections:
    """Pairs, shape (k, 2): verdicts 'same', what may never be in one group, what speaks against it (`ClusterRules.tolerance`)."""

    must: Rows
    cannot: Rows
    against: Rows
    tolerance: float


def columns(pairs: Rows) -> Pairs:
    """Pairs of shape (k, 2) as two arrays."""
    return Pairs(pairs[:, 0].copy(), pairs[:, 1].copy())


def strongest_first(weight: Weights) -> npt.NDArray[np.int64]:
    """Positions by falling weight, equal weights in the given order: one sort of weight and position packed into 64 bits."""
    bits = weight.view(np.uint32)
    ascending = np.where(bits >> 31, ~bits, bits | np.uint32(1 << 31))
    packed = ((~ascending).astype(np.uint64) << np.uint64(32)) | np.arange(len(weight), dtype=np.uint64)
    packed.sort()
    position: npt.NDArray[np.int64] = (packed & np.uint64(0xFFFFFFFF)).astype(np.int64)
    return position


def join(n: int, links: Pairs, weight: Weights, objections: Objections) -> tuple[Rows, Codes]:
    """Each row's group, named by its smallest row, and per link 0 or why it was refused (`kernels.join`).

    Links come ordered by row. Only groups with an objection inside need the strict order of weights; all others are what links make them.
    """
    label: Rows = kernels.components(n, columns(objections.must), links)
    cannot, against = _inside(label, objections.cannot), _inside(label, objections.against)
    status = np.zeros(len(weight), np.int8)
    hard = np.zeros(n, np.bool_)
    hard[label[cannot[:, 0]]] = True
    hard[label[against[:, 0]]] = True
    if not hard.any():
        return label, status
    rows = np.flatnonzero(hard[label]).astype(np.int32)
    position = np.empty(n, np.int32)
    position[rows] = np.arange(len(rows), dtype=np.int32)
    must = objections.must[hard[label[objections.must[:, 0]]]]
    chosen = np.flatnonzero(hard[label[links.left]])
    chosen = chosen[strongest_first(weight[chosen])]
    joined, refused = kernels.join(
        len(rows),
        columns(position[must]),
        Pairs(position[links.left[chosen]], position[links.right[chosen]]),
        columns(position[cannot]),
        columns(position[against]),
        objections.tolerance,
    )
    label[rows] = rows[joined]
    status[chosen] = refused
    return label, status


def _inside(label: Rows, pairs: Rows) -> Rows:
    inside: Rows = pairs[label[pairs[:, 0]] == label[pairs[:, 1]]]
    return inside


def weakest(label: Rows, must: Rows, links: Pairs, weight: Weights) -> Weights:
    """Per row the weakest link that its group needs; links lie inside groups. See `kernels.weakest`."""
    order = strongest_first(weight)
    order = order[kernels.grouped(label, links.left[order])]
    held: Any = kernels.weakest(
        len(label), columns(_inside(label, must)), Pairs(links.left[order], links.right[order]), weight[order]
    )
    return np.asarray(held, np.float32)
