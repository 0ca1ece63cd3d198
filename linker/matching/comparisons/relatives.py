"""Relatives' names, compared by relation."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from linker.matching.columns import PersonColumns
from linker.matching.comparisons.base import Codes, Comparison, Cost, Rows, Side, levels_of
from linker.matching.csr import share_a_value
from linker.names.levels import NameLevel


class RelativeEvidence(IntEnum):
    """Father against husband says nothing (a woman's relative changes when she marries); father against another father speaks against."""

    MISSING = 0
    DIFFERENT = 1
    UNCLEAR = 2
    AGREE_COMMON = 3
    AGREE_FREQUENT = 4
    AGREE = 5
    AGREE_RARE = 6
    AGREE_VERY_RARE = 7


AGREE_FROM = np.array([2.0, 5.0, 8.0, 12.0, 17.0], dtype=np.float32)
UNCLEAR_FROM = -2.0

COMPARABLE = (
    ("father", "father"), ("husband", "husband"), ("mother", "mother"), ("guardian", "guardian"),
    ("father", "guardian"), ("guardian", "father"), ("husband", "guardian"), ("guardian", "husband"),
)  # fmt: skip
"""A guardian's relation is not stated, so he may be the other record's father or husband."""

SENTENCES = {
    "MISSING": (Side.MISSING, "no relative stands in both records", "दोनों में कोई एक ही संबंधी नहीं"),
    "DIFFERENT": (Side.AGAINST, "the relative's names differ", "संबंधी का नाम अलग है"),
    "UNCLEAR": (Side.NEUTRAL, "the relative's names are partly alike", "संबंधी का नाम कुछ मिलता है"),
    "AGREE_COMMON": (
        Side.FOR,
        "the relative's names agree, but many people bear them",
        "संबंधी का नाम मिलता है, पर बहुत आम है",
    ),
    "AGREE_FREQUENT": (Side.FOR, "the relative's names agree and are frequent", "संबंधी का नाम मिलता है और आम है"),
    "AGREE": (Side.FOR, "the relative's names agree", "संबंधी का नाम मिलता है"),
    "AGREE_RARE": (Side.FOR, "the relative's names agree and are rare", "संबंधी का नाम मिलता है और कम पाया जाता है"),
    "AGREE_VERY_RARE": (
        Side.FOR,
        "the relative's names agree and are very rare",
        "संबंधी का नाम मिलता है और बहुत कम पाया जाता है",
    ),
}

GRADES = {
    "DIFFERENT": "DIFFERENT", "UNCLEAR": "UNCLEAR", "AGREE_COMMON": "COMMON", "AGREE_FREQUENT": "COMMON",
    "AGREE": "AGREE", "AGREE_RARE": "AGREE", "AGREE_VERY_RARE": "AGREE",
}  # fmt: skip


def relative_comparison(name: str) -> Comparison:
    return Comparison(name, levels_of(RelativeEvidence, SENTENCES, GRADES), measure_relatives, Cost.RELATIVES)


def measure_relatives(columns: PersonColumns, left: Rows, right: Rows) -> Codes:
    """The best level over the relations that both records state. The owner's own surname in a relative's name counts nothing here:
    the name comparison has counted it. Names that share no key, not even a loose one, differ; only the others are aligned."""
    best = np.full(len(left), -np.inf, dtype=np.float32)
    keys = columns.relative_keys
    share = share_a_value(keys.offsets, keys.values, left, right)
    for of_left, of_right in COMPARABLE:
        a, b = columns.name[of_left][left], columns.name[of_right][right]
        stated = (a >= 0) & (b >= 0)
        best[stated & ~share] = np.maximum(best[stated & ~share], UNCLEAR_FROM - 1)
        both = np.flatnonzero(stated & share)
        if len(both):
            owners = columns.name["name"]
            agreement = columns.names.agree(a[both], b[both], owners[left[both]], owners[right[both]])
            weight = np.where(agreement.level == NameLevel.UNKNOWN, -np.inf, agreement.weight).astype(np.float32)
            conflict = (agreement.level == NameLevel.GIVEN_CONFLICT) | (agreement.level == NameLevel.DIFFERENT)
            weight[conflict] = np.minimum(weight[conflict], UNCLEAR_FROM - 1)
            best[both] = np.maximum(best[both], weight)
    return _grade(best)


def _grade(weight: NDArray[np.float32]) -> Codes:
    codes = (RelativeEvidence.UNCLEAR + np.searchsorted(AGREE_FROM, weight, side="right")).astype(np.int8)
    codes[weight < UNCLEAR_FROM] = RelativeEvidence.DIFFERENT
    codes[np.isneginf(weight)] = RelativeEvidence.MISSING
    return codes
