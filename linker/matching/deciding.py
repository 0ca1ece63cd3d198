"""What policy decides about comparison vectors: the hard rules look at levels only, so a vector decides wherever it stands.

What every level means to the rules is put down once per model, as bits. A kernel then takes the first rule that holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numba import njit, types
from numpy.typing import NDArray

from linker.config.policy import Policy, Rules
from linker.errors import ConfigError
from linker.matching.comparisons import Comparison
from linker.matching.policy import RULES, Rule
from linker.schema import Decision

CLEARLY = -1.0
"""Bits from which a level that speaks against does so clearly: another district hardly does."""

ALIAS, PARTS_DIFFER, NAME_CONFLICT = 1, 2, 4
"""What a level of a comparison may mean: the names agree by an alias only, in a part, or not at all."""
RELATIVE_CONFLICT, RELATED = 8, 16
"""The relative's names differ, or agree."""
CONFLICT, CERTAIN, DOUBT, AGAINST = 32, 64, 128, 256
"""A comparison speaks against one person: one that keeps the pair from linking, that is never wrong about two people, that does so unless
the relatives agree, or any, clearly."""
SAME_IDENTIFIER, SAME_DATE, SAME_PHONE = 512, 1024, 2048
"""An identifier, the birth date, or a telephone number of one's own is the same."""

_F8T, _I8T = types.float64[:, ::1], types.int64[:, ::1]
_MEANINGS = types.Tuple((_I8T, _F8T, _F8T, _F8T))  # type: ignore[no-untyped-call]
_BOUNDS = types.UniTuple(types.float64, 7)  # type: ignore[no-untyped-call]
Table = NDArray[np.float64]

_ORDER = (
    Rule.VETO, Rule.UNLIKE, Rule.IMPROBABLE, Rule.MISUSED_IDENTITY, Rule.UNCERTAIN, Rule.NAME_CONFLICT, Rule.CONTRADICTION,
    Rule.ALIAS_ONLY, Rule.BROTHER, Rule.RELATIVE_CONFLICT, Rule.WEAK_NAME, Rule.NAME_AND_RELATION_ALONE, Rule.NAMESAKE, Rule.LINK,
    Rule.NO_RELATIVE,
)  # fmt: skip
"""The rules as the kernel numbers them: its compiled form, which is kept on disk, does not notice when RULES changes."""
_VETO, _UNLIKE, _IMPROBABLE, _MISUSED_IDENTITY, _UNCERTAIN, _NAME_CONFLICT, _CONTRADICTION = range(7)
_ALIAS_ONLY, _BROTHER, _RELATIVE_CONFLICT, _WEAK_NAME, _NAME_AND_RELATION_ALONE, _NAMESAKE, _LINK, _NO_RELATIVE = range(
    7, len(_ORDER)
)
_RULES = np.array([RULES.index(rule) for rule in _ORDER], np.int8)
_DECISIONS = np.full(len(_ORDER), Decision.REVIEW, np.int8)
_DECISIONS[_LINK] = Decision.LINK
_DECISIONS[[_VETO, _UNLIKE, _IMPROBABLE]] = Decision.NO_LINK


@dataclass(frozen=True)
class Decided:
    """`decision` (Decision) and `rule` (index into RULES) of each vector."""

    decision: NDArray[np.int8]
    rule: NDArray[np.int8]


class Decider:
    """A policy and a model, ready to decide."""

    def __init__(self, policy: Policy, comparisons: Sequence[Comparison], tables: Sequence[Table]) -> None:
        """`tables`: the weight in bits of every level of each comparison.

        Raises:
            ConfigError: the policy names a comparison that there is none of.
        """
        rules = policy.rules
        _check_names(rules, comparisons)
        self._meanings = _meanings(rules, comparisons, tables)
        self._bounds = (
            policy.link_threshold, policy.review_threshold, rules.unanchored_probability, rules.anchor,
            rules.independent_minimum, rules.name_minimum, float(rules.relative_needed),
        )  # fmt: skip

    def decide(self, vectors: NDArray[np.int8], weights: NDArray[np.float64]) -> Decided:
        """Decisions for vectors, shape (comparisons, vectors), with their match weights in bits (prior included)."""
        probability = 1 / (1 + np.exp2(-weights))
        found = np.empty(len(weights), np.int8)
        _decide(np.ascontiguousarray(vectors), probability, self._meanings, self._bounds, found)
        return Decided(_DECISIONS[found], _RULES[found])


def decide(
    policy: Policy,
    comparisons: Sequence[Comparison],
    vectors: NDArray[np.int8],
    weights: Table,
    tables: Sequence[Table],
) -> Decided:
    """Decisions for distinct vectors, shape (vectors, comparisons), with their match weights in bits (prior included)."""
    return Decider(policy, comparisons, tables).decide(vectors.T, weights)


@njit(types.int64(types.int64, types.float64, types.UniTuple(types.float64, 3), _BOUNDS), cache=True, nogil=True)  # type: ignore[no-untyped-call]
def _rule(told, probability, bits, bounds):  # type: ignore[no-untyped-def]  # noqa: PLR0911, PLR0912
    """The first rule that holds for a vector, the most serious first. `told`: what its levels mean together."""
    link, review, unanchored, anchor, independent_minimum, name_minimum, relative_needed = bounds
    independent, strongest, name = bits
    identifier, related = told & SAME_IDENTIFIER, told & RELATED
    contradiction = told & CONFLICT or (told & DOUBT and not related)
    if told & CERTAIN:
        return _VETO
    if probability < review and not (identifier and told & NAME_CONFLICT):
        return _UNLIKE if told & (AGAINST | NAME_CONFLICT) else _IMPROBABLE
    if identifier and (told & NAME_CONFLICT or contradiction):
        return _MISUSED_IDENTITY
    if probability < link:
        return _UNCERTAIN
    if told & NAME_CONFLICT:
        return _NAME_CONFLICT
    if contradiction:
        return _CONTRADICTION
    if told & ALIAS and not (identifier or (related and told & (SAME_DATE | SAME_PHONE))):
        return _ALIAS_ONLY
    if told & PARTS_DIFFER and not identifier:
        return _BROTHER
    if told & RELATIVE_CONFLICT and not identifier and not told & SAME_DATE:
        return _RELATIVE_CONFLICT
    if relative_needed and not (identifier or related):
        return _NO_RELATIVE
    if name < name_minimum:
        return _WEAK_NAME
    if independent < independent_minimum:
        return _NAME_AND_RELATION_ALONE
    if strongest < anchor and probability < unanchored:
        return _NAMESAKE
    return _LINK


@njit(types.void(types.int8[:, ::1], types.float64[::1], _MEANINGS, _BOUNDS, types.int8[::1]), cache=True, nogil=True)
def _decide(vectors, probability, meanings, bounds, found):  # type: ignore[no-untyped-def]
    """Writes the rule of every vector, by its place in `_ORDER`."""
    signs, independent, strength, name = meanings
    for v in range(len(probability)):
        told, together, strongest, of_name = np.int64(0), 0.0, 0.0, 0.0
        for k in range(len(vectors)):
            code = vectors[k, v]
            told |= signs[k, code]
            together += independent[k, code]
            strongest = max(strongest, strength[k, code])
            of_name += name[k, code]
        found[v] = _rule(told, probability[v], (together, strongest, of_name), bounds)


def _meanings(
    rules: Rules, comparisons: Sequence[Comparison], tables: Sequence[Table]
) -> tuple[NDArray[np.int64], Table, Table, Table]:
    """By comparison and level code: what it means, and the bits that it brings as independent evidence (none where it speaks against),
    as an anchor, and as the name."""
    room = max(len(c.levels) for c in comparisons)
    signs = np.zeros((len(comparisons), room), np.int64)
    independent, strength, name = (np.zeros(signs.shape) for _ in range(3))
    for k, (comparison, table) in enumerate(zip(comparisons, tables, strict=True)):
        codes, bits = slice(len(comparison.levels)), table[: len(comparison.levels)]
        for sign, levels in _signs(rules, comparison, bits):
            signs[k, codes] |= sign * levels
        if comparison.name in rules.independent:
            independent[k, codes] = strength[k, codes] = np.maximum(bits, 0)
        if comparison.name == rules.name:
            name[k, codes] = bits
    return signs, independent, strength, name


def _signs(rules: Rules, comparison: Comparison, bits: Table) -> Iterator[tuple[int, NDArray[np.bool_]]]:
    """What levels of a comparison mean, and which levels."""
    against, codes = comparison.against, comparison.codes
    level = np.arange(len(against))
    yield AGAINST, against & (bits <= CLEARLY)
    if comparison.name == rules.name:
        yield NAME_CONFLICT, against
        yield ALIAS, comparison.is_alias
        yield PARTS_DIFFER, level == codes.get("PARTS_DIFFER", -1)
    if comparison.name == rules.relative:
        yield RELATIVE_CONFLICT, against
        yield RELATED, comparison.speaks_for
    for names, sign in ((rules.conflicts, CONFLICT), (rules.vetoes, CERTAIN), (rules.doubts, DOUBT)):
        if comparison.name in names:
            yield sign, against
    if codes.keys() >= {"SAME", "NEAR", "LAST_FOUR"}:
        yield SAME_IDENTIFIER, level == codes["SAME"]
    if codes.keys() >= {"SAME", "RELATIVES"}:
        yield SAME_PHONE, level == codes["SAME"]
    if "SAME_DATE" in codes:
        yield SAME_DATE, level == codes["SAME_DATE"]


def _check_names(rules: Rules, comparisons: Sequence[Comparison]) -> None:
    known = [c.name for c in comparisons]
    named = {rules.name, *rules.independent, *rules.conflicts, *rules.vetoes, *rules.doubts} | (
        {rules.relative} if rules.relative else set()
    )
    unknown = sorted(named - set(known))
    if unknown:
        do = f"use those of the matching configuration: {', '.join(known)}"
        raise ConfigError(f"policy names unknown comparisons: {', '.join(unknown)}", do=do)
