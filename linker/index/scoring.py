"""Levels, weights and decisions of pairs by a stored model, without Splink: the same as the batch gives for the same pair."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numba import njit
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
        chosen = _likeliest(bits, shared[0], shared[1], most)
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


@njit("i8[::1](f8[::1], i8[:], i8[:], i8)", cache=True, nogil=True)
def _likeliest(bits, names, relatives, most):  # type: ignore[no-untyped-def]
    """The places of the greatest of `bits` and what shared keys are worth, ascending: `most` of them, and of those that are level with the
    last one up to as many again, the first ones first."""
    n = len(bits)
    for k in range(n):
        bits[k] += NAME_KEY_BITS * min(names[k], MOST_KEYS)
        bits[k] += RELATIVE_KEY_BITS * min(relatives[k], MOST_KEYS)
    last = np.partition(bits, n - most)[n - most] if most < n else -np.inf
    above = level = 0
    for k in range(n):
        above += bits[k] > last
        level += bits[k] == last
    wanted = min(max(most, min(2 * most, above + level)), n)
    chosen = np.empty(wanted, np.int64)
    count, left = 0, wanted - above
    for k in range(n):
        if bits[k] > last or (bits[k] == last and left > 0):
            left -= bits[k] == last
            chosen[count] = k
            count += 1
    return chosen[:count]
