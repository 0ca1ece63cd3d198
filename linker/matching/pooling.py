"""Whole groups of records against each other: pairs that each lack a little and together say enough, and links that the rest belies.

Where links have made two groups of records, the pairs across them are looked at together. Each further record brings other spellings, ages
and addresses of its own, so that a group says more than its best pair. `figures` sums up what the pairs say, a `Forest` that was trained on
labelled groups (`training/groups.py`) tells how probable it is that both are one person; the pairs that lack little by themselves then
link, except those whose names differ. Where one pair speaks against one person, nothing links. Before that, links that are not firm by
themselves are held for a person where the groups that firm ones made are hardly one person.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from linker.config.policy import Policy, bits
from linker.errors import ModelError
from linker.matching.comparisons import Comparison
from linker.matching.comparisons.base import Rows
from linker.matching.figures import FIGURES, Across, Evidence, linked_groups
from linker.matching.forest import TRAIN_AGAIN, Forest
from linker.matching.model import MatchModel
from linker.matching.policy import CONTESTED, RULES, Rule
from linker.schema import Decision

POOLED_FROM = (Rule.UNCERTAIN, Rule.NAMESAKE, Rule.NAME_AND_RELATION_ALONE)
"""Rules of pairs that lack probability or independent evidence, not of those that are held because something differs."""
Vectors = Callable[[NDArray[np.int64]], NDArray[np.int8]]
"""Level codes, shape (rows, comparisons), of the scored pairs at some places."""


@dataclass(frozen=True)
class Pairs:
    """Scored pairs: rows, weights in bits, decisions and rules (index into RULES)."""

    left: Rows
    right: Rows
    weight: NDArray[np.floating]
    decision: NDArray[np.int8]
    rule: NDArray[np.int8]

    def decided(self, which: NDArray[np.bool_], decision: Decision, rule: Rule) -> Pairs:
        """The pairs, with `which` of them decided so."""
        return replace(
            self,
            decision=np.where(which, decision, self.decision).astype(np.int8),
            rule=np.where(which, RULES.index(rule), self.rule).astype(np.int8),
        )


def _groups(n: int, pairs: Pairs, links: NDArray[np.bool_]) -> NDArray[np.int32]:
    return linked_groups(n, pairs.left[links], pairs.right[links])


@dataclass(frozen=True)
class Pooling:
    """When groups link: trees, what they look at, and what the policy asks for."""

    forest: Forest
    policy: Policy
    evidence: Evidence

    @classmethod
    def of(cls, model: MatchModel, policy: Policy, comparisons: Sequence[Comparison], floor: float) -> Pooling | None:
        """None where the model has no trees or the policy pools nothing. `floor` are the bits from which pairs were scored.

        Raises:
            ModelError: the trees ask for figures that this version does not know.
        """
        if model.groups is None or not (policy.rules.pooled_lack or policy.rules.doubted_probability):
            return None
        if model.groups.figures != FIGURES:
            raise ModelError(f"the trees ask for {', '.join(model.groups.figures)}", do=TRAIN_AGAIN)
        evidence = Evidence.of(model, policy, comparisons, floor)
        return cls(model.groups, policy, evidence)

    def lacking(self, pairs: Pairs) -> NDArray[np.bool_]:
        """Pairs that lack little by themselves."""
        lowest = bits(self.policy.link_threshold) - self.policy.rules.pooled_lack
        poolable = np.isin(pairs.rule, [RULES.index(r) for r in POOLED_FROM]) & (self.policy.rules.pooled_lack > 0)
        return poolable & (pairs.weight >= lowest)

    @staticmethod
    def groups(n: int, pairs: Pairs) -> NDArray[np.int32]:
        """The number of the group of each of `n` records that links by themselves make."""
        return _groups(n, pairs, pairs.decision == Decision.LINK)

    def across(self, n: int, pairs: Pairs) -> Across:
        """The pairs of groups that a lacking pair lies across, among `n` records."""
        return Across.of(self.groups(n, pairs), pairs.left, pairs.right, self.lacking(pairs))

    def across_firm(self, n: int, pairs: Pairs) -> Across:
        """The pairs of groups that a link which is not firm lies across, among `n` records; groups are what firm links make."""
        links = pairs.decision == Decision.LINK
        firm = links & (pairs.weight >= self.policy.rules.firm)
        return Across.of(_groups(n, pairs, firm), pairs.left, pairs.right, links & ~firm)

    def settled(self, n: int, pairs: Pairs, vectors: Vectors) -> Pairs:
        """The pairs as their groups decide: links between groups that are hardly one person are held, then pairs link that lack little and
        whose groups agree."""
        pairs = self.believed(n, pairs, vectors)
        return pairs.decided(self.found(n, pairs, vectors), Decision.LINK, Rule.POOLED)

    def believed(self, n: int, pairs: Pairs, vectors: Vectors) -> Pairs:
        """The pairs with those links held that stand between groups which are hardly one person."""
        doubted = self.policy.rules.doubted_probability
        if not doubted:
            return pairs
        across = self.across_firm(n, pairs)
        doubtful = across.spread(self._bits(across, pairs, vectors) < bits(doubted), len(pairs.left))
        return pairs.decided(doubtful & (pairs.decision == Decision.LINK), Decision.REVIEW, Rule.HELD_GROUPS)

    def found(self, n: int, pairs: Pairs, vectors: Vectors) -> NDArray[np.bool_]:
        """Which pairs link because their groups agree."""
        across = self.across(n, pairs)
        figures = self.figures(across, pairs, vectors)
        agree = self.forest.bits(figures) >= bits(self.policy.rules.pooled_probability)
        agree &= figures[:, FIGURES.index("independent")] >= self.policy.rules.independent_minimum
        agree &= ~across.any(np.isin(pairs.rule, [RULES.index(r) for r in (*CONTESTED, Rule.VETO)]))
        found = np.flatnonzero(across.spread(agree, len(pairs.left)) & self.lacking(pairs))
        linked = np.zeros(len(pairs.left), np.bool_)
        linked[found[~self._names_differ(vectors(found))]] = True
        return linked

    def figures(self, across: Across, pairs: Pairs, vectors: Vectors) -> NDArray[np.float64]:
        """FIGURES of each pair of groups, shape (pairs of groups, figures)."""
        return self.evidence.figures(across, pairs.weight[across.rows], vectors(across.rows))

    def _bits(self, across: Across, pairs: Pairs, vectors: Vectors) -> NDArray[np.float64]:
        return self.forest.bits(self.figures(across, pairs, vectors))

    def _names_differ(self, vectors: NDArray[np.int8]) -> NDArray[np.bool_]:
        """Where the names speak against one person, agree in too little or are not stated: a house and a father make brothers, too."""
        rules = self.policy.rules
        at = next(k for k, c in enumerate(self.evidence.comparisons) if c.name == rules.name)
        comparison, table = self.evidence.comparisons[at], self.evidence.tables[at]
        differ = comparison.against | (table[: len(comparison.levels)] < rules.name_minimum)
        return differ[vectors[:, at]]
