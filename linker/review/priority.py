"""What to ask first: expected loss × uncertainty × how much hangs on it, for each verdict that it takes.

A pair that waits stays apart, so what is lost meanwhile is p · missed link; a linked one costs (1 − p) · false merge. Uncertainty is the
entropy of p in bits. What hangs on it is how many pairs of records the answer decides at once. A pair that a hard rule held back although
the model is nearly sure shows that the model is not to be believed there: its p counts as no surer than one that is only just worth asking.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Stakes:
    """What mistakes cost, in looks at one pair, and the probability from which the engine links by itself."""

    false_merge: float = 20.0
    missed_link: float = 5.0
    threshold: float = 0.95
    review: float = 0.2
    """the probability from which people are asked"""


def entropy(p: Floats) -> Floats:
    """Bits of uncertainty."""
    q = np.clip(p, 1e-12, 1 - 1e-12)
    return np.asarray(-(q * np.log2(q) + (1 - q) * np.log2(1 - q)))


def priority(
    probability: Floats,
    sizes: NDArray[np.int64],
    stakes: Stakes,
    *,
    linked: bool = False,
    held: NDArray[np.bool_] | None = None,
) -> Floats:
    """Priority of pairs, for one verdict each.

    Args:
        sizes: records of the two identities, shape (n, 2).
        linked: the engine has linked them by itself; otherwise they are apart.
        held: which pairs a rule held back, whatever their probability.
    """
    p = np.asarray(probability, np.float64)
    if held is not None:
        p = np.where(held, np.clip(p, stakes.review, 1 - stakes.review), p)
    loss = (1 - p) * stakes.false_merge if linked else p * stakes.missed_link
    return np.asarray(loss * entropy(p) * hanging(sizes))


def hanging(sizes: NDArray[np.int64]) -> Floats:
    """1 for two single records, growing with the logarithm of the pairs that the answer decides."""
    return np.asarray(1 + np.log2(np.maximum(sizes[:, 0] * sizes[:, 1], 1)))


def split_priority(weakest: Floats, records: NDArray[np.int64], stakes: Stakes) -> Floats:
    """Priority of identities to be split: the chance that the weakest link is wrong, what a false merge costs, and the records inside."""
    p = 1 / (1 + np.exp2(-np.nan_to_num(weakest, nan=0.0, posinf=60.0)))
    wrong = np.maximum(1 - p, 0.02)
    return np.asarray(wrong * stakes.false_merge * entropy(np.minimum(1 - wrong, 0.98)) * np.log2(records + 1))
