"""Levels, weights and decisions of pairs by a stored model, without Splink: the same as the batch gives for the same pair."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linker.config.matching import Matching
from linker.config.policy import Policy
from linker.matching.columns import PersonColumns
from linker.matching.comparisons import Comparison, comparisons_of
from linker.matching.comparisons.base import Cost, Rows
from linker.matching.deciding import Decider
from linker.matching.model import MatchModel
from linker.matching.policy import RULES, Rule, vetoed
from linker.matching.vectors import Joints, Weights, measure, measure_above
from linker.schema import Decision

FEW = 4_000
"""So few pairs are measured to the end sooner than it is found out which of them are worth it."""
NAME_KEY_BITS, RELATIVE_KEY_BITS, MOST_KEYS = 4.0, 2.0, 4
"""What a shared key is taken to be worth when candidates are put in order, and how many of them count. A word makes several."""

Known = dict[int, NDArray[np.int8]]
"""Level codes of pairs by the place of the comparison that gave them."""


@dataclass(frozen=True)
class Scored:
    """Pairs with their level codes, shape (comparisons, pairs), weights in bits (prior included), decisions and rules (index into
    RULES)."""

    left: Rows
    right: Rows
    vectors: NDArray[np.int8]
    weight: NDArray[np.float64]
    decision: NDArray[np.int8]
    rule: NDArray[np.int8]
    left_out: int = 0
    """records of which no pair was measured, because more spoke for others"""

    def __len__(self) -> int:
        return len(self.left)


class Scorer:
    """A snapshot's comparisons, model and policy."""

    def __init__(self, matching: Matching, policy: Policy, model: MatchModel) -> None:
        self.matching, self.policy, self.model = matching, policy, model
        self.comparisons: tuple[Comparison, ...] = comparisons_of(matching.comparisons)
        self.tables = model.weights(self.comparisons)
        self._decider = Decider(policy, self.comparisons, self.tables)
        self._joints, self._weights = Joints.of(self.comparisons), Weights(self.tables)
        plain = [k for k, c in enumerate(self.comparisons) if c.joined is None and c.cost == Cost.NUMBERS]
        self._numbers, self._number_weights = plain, Weights([self.tables[k] for k in plain])

    def score(
        self, columns: PersonColumns, left: Rows, right: Rows, floor: float | None = None, known: Known | None = None
    ) -> Scored:
        """Measure, weigh and decide pairs of rows; with a `floor` (bits) only those that reach it, found without measuring the others to
        the end."""
        if floor is None or len(left) <= FEW:
            vectors = measure(columns, self.comparisons, left, right, known, self._joints)
            weight = self.weigh(vectors)
            if floor is not None:
                reached = weight >= floor
                left, right, vectors, weight = left[reached], right[reached], vectors[:, reached], weight[reached]
            return self._decided(columns, left, right, vectors, weight)
        scale = (self.tables, self.model.prior_bits, floor)
        alive, vectors, _ = measure_above(columns, self.comparisons, (left, right), scale)
        weight = self.weigh(vectors)
        keep = weight >= floor
        chosen = alive[keep]
        return self._decided(columns, left[chosen], right[chosen], vectors[:, keep], weight[keep])

    def likeliest(
        self, columns: PersonColumns, left: Rows, right: Rows, most: int, shared: Sequence[NDArray[np.int64]]
    ) -> tuple[NDArray[np.int64], Known]:
        """The pairs for which most speaks before their names are compared: by all comparisons of numbers, and by how many keys of names
        and of relatives' names they share (`shared`). Of those that are level with the last one, up to as many again. And the level codes
        that these comparisons gave."""
        codes = np.empty((len(self._numbers), len(left)), np.int8)
        for row, k in zip(codes, self._numbers, strict=True):
            row[:] = self.comparisons[k].measure(columns, left, right)
        bits = self._number_weights.of(codes, 0.0)
        for keys, worth in zip(shared, (NAME_KEY_BITS, RELATIVE_KEY_BITS), strict=True):
            bits += worth * np.minimum(keys, MOST_KEYS)
        order = np.argsort(-bits, kind="stable")
        last = bits[order[most - 1]] if most < len(order) else -np.inf
        chosen = np.sort(order[: max(most, min(2 * most, int(np.count_nonzero(bits >= last))))])
        return chosen, dict(zip(self._numbers, codes[:, chosen], strict=True))

    def weigh(self, vectors: NDArray[np.int8]) -> NDArray[np.float64]:
        """Match weights in bits of level codes, shape (comparisons, pairs)."""
        return self._weights.of(np.ascontiguousarray(vectors), self.model.prior_bits)

    def _decided(
        self, columns: PersonColumns, left: Rows, right: Rows, vectors: NDArray[np.int8], weight: NDArray[np.float64]
    ) -> Scored:
        decided = self._decider.decide(vectors, weight)
        veto = vetoed(columns, self.matching.vetoes, left, right)
        decision, rule = decided.decision, decided.rule
        decision[veto], rule[veto] = Decision.NO_LINK, RULES.index(Rule.VETO)
        return Scored(left, right, vectors, weight, decision, rule)
