"""A record against a whole identity: several pairs that each lack a little, and together say enough.

Where links have made two groups of records, the pairs across them are looked at together. Each further record brings other spellings, ages
and addresses of its own, so that a group says more than its best pair. `figures` sums up what the pairs say, a `Forest` that was trained on
labelled groups (`training/groups.py`) tells how probable it is that both are one person; the pairs that lack little by themselves then
link, except those whose names differ. Where one pair speaks against one person, nothing links.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

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
        if model.groups is None or not policy.rules.pooled_lack:
            return None
        if model.groups.figures != FIGURES:
            raise ModelError(f"the trees ask for {', '.join(model.groups.figures)}", do=TRAIN_AGAIN)
        evidence = Evidence.of(model, policy, comparisons, floor)
        return cls(model.groups, policy, evidence)

    def lacking(self, pairs: Pairs) -> NDArray[np.bool_]:
        """Pairs that lack little by themselves."""
        lowest = bits(self.policy.link_threshold) - self.policy.rules.pooled_lack
        poolable = np.isin(pairs.rule, [RULES.index(r) for r in POOLED_FROM])
        return poolable & (pairs.weight >= lowest)

    @staticmethod
    def groups(n: int, pairs: Pairs) -> NDArray[np.int32]:
        """The number of the group of each of `n` records that links by themselves make."""
        links = pairs.decision == Decision.LINK
        return linked_groups(n, pairs.left[links], pairs.right[links])

    def across(self, n: int, pairs: Pairs) -> Across:
        """The pairs of groups that a lacking pair lies across, among `n` records."""
        return Across.of(self.groups(n, pairs), pairs.left, pairs.right, self.lacking(pairs))

    def found(self, n: int, pairs: Pairs, vectors: Vectors) -> NDArray[np.bool_]:
        """Which pairs link because their groups agree."""
        across = self.across(n, pairs)
        figures = self.evidence.figures(across, pairs.weight[across.rows], vectors(across.rows))
        agree = self.forest.bits(figures) >= bits(self.policy.rules.pooled_probability)
        agree &= figures[:, FIGURES.index("independent")] >= self.policy.rules.independent_minimum
        agree &= ~across.any(np.isin(pairs.rule, [RULES.index(r) for r in (*CONTESTED, Rule.VETO)]))
        found = np.flatnonzero(across.spread(agree, len(pairs.left)) & self.lacking(pairs))
        linked = np.zeros(len(pairs.left), np.bool_)
        linked[found[~self._names_differ(vectors(found))]] = True
        return linked

    def _names_differ(self, vectors: NDArray[np.int8]) -> NDArray[np.bool_]:
        """Where the names speak against one person: a shared house and father make brothers, too."""
        name = self.policy.rules.name
        at = next(k for k, c in enumerate(self.evidence.comparisons) if c.name == name)
        return self.evidence.comparisons[at].against[vectors[:, at]]
