"""What an edge may do by itself. Every decision names its rule, so that a report can count and a reader can ask.

The rules look at comparison levels only (`deciding`). Vetoes look at the records.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from linker.config.matching import Veto
from linker.matching.columns import PersonColumns
from linker.matching.comparisons.base import Rows
from linker.matching.impossible import IMPOSSIBLE


class Rule(StrEnum):
    """Why an edge was decided as it was."""

    LINK = "link"  # probable enough, and no rule speaks against
    NAMESAKE = "namesake"  # probable, but nothing strong besides name, relation and age: perhaps namesakes
    RELATIVE_CONFLICT = (
        "relative_conflict"  # the relatives differ, no identifier or birth date agrees: perhaps a cousin
    )
    NO_RELATIVE = "no_relative"  # neither an identifier nor the relatives agree, and the policy asks for one of them
    BROTHER = "brother"  # a given name agrees, the other parts differ, no identifier agrees: perhaps a brother or twin
    UNCERTAIN = "uncertain"  # between the review and the link threshold
    IMPROBABLE = "improbable"  # below the review threshold: too little speaks for it
    UNLIKE = "unlike"  # the same, and something speaks against
    NAME_CONFLICT = "name_conflict"  # the names speak against: brothers, spouses, a shared phone
    ALIAS_ONLY = "alias_only"  # only an alias agrees
    WEAK_NAME = "weak_name"  # the names agree in too little
    NAME_AND_RELATION_ALONE = "name_and_relation_alone"  # nothing independent besides
    CONTRADICTION = "contradiction"  # sex, a strong identifier or birth speaks against
    MISUSED_IDENTITY = "misused_identity"  # the same identifier with conflicting people
    VETO = "veto"  # the records cannot be one person: their fingers differ, or time and place make it impossible
    POOLED = "pooled"  # lacks a few bits by itself; the other records of its two groups agree (`matching.pooling`)
    KEPT = "kept"  # linked before, and still nearly probable enough (`matching.hysteresis`)
    HELD_GROUPS = "held_groups"  # would link, but the other records of its two groups make one person improbable (`matching.pooling`)
    HELD_DECIDED = "held_decided"  # would link, but a person has said 'different'
    HELD_APART = "held_apart"  # would join records that a verdict or a veto keeps apart
    HELD_CONTRADICTION = "held_contradiction"  # would join groups that contradict each other
    HELD_BRIDGE = "held_bridge"  # alone held two groups together
    HELD_HUB = "held_hub"  # one record alone held two groups together
    HELD_SPARSE = "held_sparse"  # the weakest evidence of a large, loosely tied group
    HELD_UNSTATED = "held_unstated"  # one record names no relative and would tie together groups whose relatives differ


RULES = tuple(Rule)
LINKED = (Rule.LINK, Rule.POOLED, Rule.KEPT, *(r for r in Rule if r.startswith("held_")))
"""Rules of pairs that evidence links, whether or not they were allowed to join."""
REMEMBERED = tuple(r for r in LINKED if r is not Rule.POOLED)
"""Those of them that hysteresis remembers: a link that other records made possible does not outlast them."""


CONTESTED = (Rule.NAME_CONFLICT, Rule.CONTRADICTION, Rule.MISUSED_IDENTITY, Rule.UNLIKE)
"""Rules of pairs that should not stand in one identity without somebody having looked at it."""


def vetoed(columns: PersonColumns, vetoes: Sequence[Veto], left: Rows, right: Rows) -> NDArray[np.bool_]:
    """Which pairs certainly are two people, by the configured vetoes."""
    out = np.zeros(len(left), dtype=bool)
    for veto in vetoes:
        if veto.when in IMPOSSIBLE:
            out |= IMPOSSIBLE[veto.when](columns, veto, left, right)
            continue
        hit = np.ones(len(left), dtype=bool)
        for field in veto.fields:
            codes = columns.text_column(field)
            a, b = codes[left], codes[right]
            hit &= (a >= 0) & (b >= 0) & ((a == b) if veto.when == "same" else (a != b))
        out |= hit
    return out


class HasTexts(Protocol):
    """Coded text columns by name; -1 is unknown."""

    def text_column(self, name: str) -> NDArray[np.int32]: ...


def exclusive_pairs(columns: HasTexts, vetoes: Sequence[Veto], largest: int = 200) -> tuple[Rows, Rows]:
    """All pairs of records that a `same` veto keeps apart, whether or not they are candidates, so that no chain joins them.
    Groups beyond `largest` are a fault of the data (a placeholder) and are left to the pairwise veto."""
    lefts, rights = [np.empty(0, dtype=np.int32)], [np.empty(0, dtype=np.int32)]
    for veto in vetoes:
        if veto.when != "same":
            continue
        codes = [columns.text_column(f).astype(np.int64) for f in veto.fields]
        known = np.flatnonzero(np.logical_and.reduce([c >= 0 for c in codes]))
        order = known[np.lexsort([c[known] for c in reversed(codes)])]
        step = 1
        while step < largest:
            a, b = order[:-step], order[step:]
            same = np.logical_and.reduce([c[a] == c[b] for c in codes])
            if not same.any():
                break
            lefts.append(np.minimum(a[same], b[same]).astype(np.int32))
            rights.append(np.maximum(a[same], b[same]).astype(np.int32))
            step += 1
    return np.concatenate(lefts), np.concatenate(rights)
