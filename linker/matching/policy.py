"""What an edge may do by itself. Every decision names its rule, so that a report can count and a reader can ask.

All hard rules look at comparison levels only, so they are decided once per distinct comparison vector. Vetoes look at the records.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from linker.config.matching import Veto
from linker.config.policy import Policy, Rules
from linker.errors import ConfigError
from linker.matching.columns import PersonColumns
from linker.matching.comparisons import Comparison
from linker.matching.comparisons.base import Rows
from linker.matching.impossible import IMPOSSIBLE
from linker.schema import Decision


class Rule(StrEnum):
    """Why an edge was decided as it was."""

    LINK = "link"  # probable enough, and no rule speaks against
    NAMESAKE = "namesake"  # probable, but nothing strong besides name, relation and age: perhaps namesakes
    RELATIVE_CONFLICT = (
        "relative_conflict"  # the relatives differ, no identifier or birth date agrees: perhaps a cousin
    )
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
    HELD_DECIDED = "held_decided"  # would link, but a person has said 'different'
    HELD_APART = "held_apart"  # would join records that a verdict or a veto keeps apart
    HELD_CONTRADICTION = "held_contradiction"  # would join groups that contradict each other
    HELD_BRIDGE = "held_bridge"  # alone held two groups together
    HELD_HUB = "held_hub"  # one record alone held two groups together
    HELD_SPARSE = "held_sparse"  # the weakest evidence of a large, loosely tied group


RULES = tuple(Rule)
CLEARLY = -1.0
"""Bits from which a level that speaks against does so clearly: another district hardly does."""
LINKED = (Rule.LINK, Rule.POOLED, Rule.KEPT, *(r for r in Rule if r.startswith("held_")))
"""Rules of pairs that evidence links, whether or not they were allowed to join."""
REMEMBERED = tuple(r for r in LINKED if r is not Rule.POOLED)
"""Those of them that hysteresis remembers: a link that other records made possible does not outlast them."""


AGAINST = (Rule.NAME_CONFLICT, Rule.ALIAS_ONLY, Rule.CONTRADICTION, Rule.MISUSED_IDENTITY, Rule.VETO)
"""Rules of pairs in which something speaks against one person, however much speaks for it."""

CONTESTED = (Rule.NAME_CONFLICT, Rule.CONTRADICTION, Rule.MISUSED_IDENTITY, Rule.UNLIKE)
"""Rules of pairs that should not stand in one identity without somebody having looked at it."""


@dataclass(frozen=True)
class Decided:
    """`decision` (Decision) and `rule` (index into RULES) of each vector."""

    decision: NDArray[np.int8]
    rule: NDArray[np.int8]


def decide(
    policy: Policy,
    comparisons: Sequence[Comparison],
    vectors: NDArray[np.int8],
    weights: NDArray[np.float64],
    tables: Sequence[NDArray[np.float64]],
) -> Decided:
    """Decisions for distinct vectors, shape (vectors, comparisons), with their match weights in bits (prior included)."""
    rules = policy.rules
    _check_names(rules, comparisons)
    probability = 1 / (1 + np.exp2(-weights))
    facts = _Facts.of(comparisons, vectors, tables, rules)
    improbable = (probability < policy.review_threshold) & ~(facts.identifier_same & facts.name_conflict)
    vouched = facts.identifier_same | (facts.related & (facts.date_same | facts.phone_same))
    rule = np.full(len(vectors), RULES.index(Rule.LINK), dtype=np.int8)
    for name, hit in (  # later entries win
        (Rule.NAMESAKE, (facts.strongest < rules.anchor) & (probability < rules.unanchored_probability)),
        (Rule.NAME_AND_RELATION_ALONE, facts.independent_bits < rules.independent_minimum),
        (Rule.WEAK_NAME, facts.name_bits < rules.name_minimum),
        (Rule.RELATIVE_CONFLICT, facts.relative_conflict & ~facts.identifier_same & ~facts.date_same),
        (Rule.BROTHER, facts.parts_differ & ~facts.identifier_same),
        (Rule.ALIAS_ONLY, facts.alias_only & ~vouched),
        (Rule.CONTRADICTION, facts.contradiction),
        (Rule.NAME_CONFLICT, facts.name_conflict),
        (Rule.UNCERTAIN, probability < policy.link_threshold),
        (Rule.MISUSED_IDENTITY, facts.identifier_same & (facts.name_conflict | facts.contradiction)),
        (Rule.IMPROBABLE, improbable),
        (Rule.UNLIKE, improbable & facts.anything_against),
        (Rule.VETO, facts.certain),
    ):
        rule[hit] = RULES.index(name)
    decision = np.full(len(vectors), Decision.REVIEW, dtype=np.int8)
    decision[rule == RULES.index(Rule.LINK)] = Decision.LINK
    decision[improbable | facts.certain] = Decision.NO_LINK
    return Decided(decision, rule)


@dataclass(frozen=True)
class _Facts:
    independent_bits: NDArray[np.float64]
    strongest: NDArray[np.float64]
    """bits of the independent comparison that brings most"""
    name_bits: NDArray[np.float64]
    alias_only: NDArray[np.bool_]
    parts_differ: NDArray[np.bool_]
    name_conflict: NDArray[np.bool_]
    relative_conflict: NDArray[np.bool_]
    contradiction: NDArray[np.bool_]
    anything_against: NDArray[np.bool_]
    """any comparison speaks against one person"""
    certain: NDArray[np.bool_]
    """a comparison that is never wrong about two people says so"""
    identifier_same: NDArray[np.bool_]
    date_same: NDArray[np.bool_]
    phone_same: NDArray[np.bool_]
    """a telephone number of one's own"""
    related: NDArray[np.bool_]
    """the relative's names agree"""

    @classmethod
    def of(
        cls,
        comparisons: Sequence[Comparison],
        vectors: NDArray[np.int8],
        tables: Sequence[NDArray[np.float64]],
        rules: Rules,
    ) -> _Facts:
        count = len(vectors)
        independent, strongest, name_bits = np.zeros(count), np.zeros(count), np.zeros(count)
        alias, parts, conflict, relative, contradiction, same, date = (np.zeros(count, dtype=bool) for _ in range(7))
        doubt, related, anything, certain, phone = (np.zeros(count, dtype=bool) for _ in range(5))
        for k, comparison in enumerate(comparisons):
            codes = vectors[:, k]
            anything |= comparison.against[codes] & (tables[k][codes] <= CLEARLY)
            if comparison.name == rules.name:
                name_bits = tables[k][codes]
                conflict = comparison.against[codes]
                alias = comparison.is_alias[codes]
                parts = codes == comparison.codes.get("PARTS_DIFFER", -1)
            if comparison.name == rules.relative:
                relative, related = comparison.against[codes], comparison.speaks_for[codes]
            if comparison.name in rules.independent:
                independent += np.maximum(tables[k][codes], 0)
                strongest = np.maximum(strongest, tables[k][codes])
            if comparison.name in rules.conflicts:
                contradiction |= comparison.against[codes]
            if comparison.name in rules.vetoes:
                certain |= comparison.against[codes]
            if comparison.name in rules.doubts:
                doubt |= comparison.against[codes]
            if comparison.codes.keys() >= {"SAME", "NEAR", "LAST_FOUR"}:
                same |= codes == comparison.codes["SAME"]
            if comparison.codes.keys() >= {"SAME", "RELATIVES"}:
                phone |= codes == comparison.codes["SAME"]
            if "SAME_DATE" in comparison.codes:
                date |= codes == comparison.codes["SAME_DATE"]
        contradiction |= doubt & ~related
        anything |= conflict
        return cls(
            independent_bits=independent,
            strongest=strongest,
            name_bits=name_bits,
            alias_only=alias,
            parts_differ=parts,
            name_conflict=conflict,
            relative_conflict=relative,
            contradiction=contradiction,
            anything_against=anything,
            certain=certain,
            identifier_same=same,
            date_same=date,
            phone_same=phone,
            related=related,
        )


def _check_names(rules: Rules, comparisons: Sequence[Comparison]) -> None:
    known = [c.name for c in comparisons]
    named = {rules.name, *rules.independent, *rules.conflicts, *rules.vetoes, *rules.doubts} | (
        {rules.relative} if rules.relative else set()
    )
    unknown = sorted(named - set(known))
    if unknown:
        do = f"use those of the matching configuration: {', '.join(known)}"
        raise ConfigError(f"policy names unknown comparisons: {', '.join(unknown)}", do=do)


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
