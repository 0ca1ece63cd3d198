"""Aliases of two persons against each other, beside their names."""

from __future__ import annotations

from enum import IntEnum

import numpy as np

from linker.matching.columns import PersonColumns
from linker.matching.comparisons.base import Codes, Comparison, Cost, Rows, Side, levels_of
from linker.matching.csr import raise_to
from linker.names.levels import NameLevel


class AliasEvidence(IntEnum):
    """Nicknames are few and widely shared, so an alias in common is modest evidence beside the names, never a link by itself."""

    MISSING = 0
    NONE_SHARED = 1
    SHARED_COMMON = 2
    SHARED = 3
    ONLY_ONE = 4


SHARED_FROM = 6.0
COMMON_FROM = 2.0

SENTENCES = {
    "MISSING": (Side.MISSING, "neither record states an alias", "किसी अभिलेख में उपनाम नहीं"),
    "NONE_SHARED": (Side.NEUTRAL, "the aliases differ", "उपनाम अलग हैं"),
    "SHARED_COMMON": (Side.FOR, "a frequent alias stands in both", "एक आम उपनाम दोनों में है"),
    "SHARED": (Side.FOR, "an alias stands in both", "एक उपनाम दोनों में है"),
    "ONLY_ONE": (Side.NEUTRAL, "only one record states an alias", "केवल एक अभिलेख में उपनाम है"),
}


def alias_comparison(name: str) -> Comparison:
    return Comparison(name, levels_of(AliasEvidence, SENTENCES), measure_aliases, Cost.RELATIVES)


def measure_aliases(columns: PersonColumns, left: Rows, right: Rows) -> Codes:
    """The best agreement of any alias of one with any alias of the other."""
    aliases = columns.aliases
    counts = aliases.counts
    codes = np.zeros(len(left), dtype=np.int8)
    has_left, has_right = counts[left] > 0, counts[right] > 0
    codes[has_left != has_right] = AliasEvidence.ONLY_ONE
    both = np.flatnonzero(has_left & has_right)
    if not len(both):
        return codes
    l_count, r_count = counts[left[both]], counts[right[both]]
    size = l_count * r_count
    pair = np.repeat(np.arange(len(both)), size)
    within = np.arange(len(pair)) - np.repeat(np.cumsum(size) - size, size)
    a = aliases.values[aliases.offsets[left[both]][pair] + within // r_count[pair]].astype(np.int32)
    b = aliases.values[aliases.offsets[right[both]][pair] + within % r_count[pair]].astype(np.int32)
    agreement = columns.compared.agree(a, b)
    best = np.full(len(both), -np.inf, dtype=np.float32)
    fits = agreement.level > int(NameLevel.SURNAME_ONLY)
    raise_to(best, pair[fits], agreement.weight[fits])
    level = np.where(best >= SHARED_FROM, AliasEvidence.SHARED, AliasEvidence.SHARED_COMMON)
    codes[both] = np.where(best >= COMMON_FROM, level, AliasEvidence.NONE_SHARED)
    return codes
