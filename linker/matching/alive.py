"""Pairs that may still reach the floor while their evidence is measured piece by piece."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from linker.matching.comparisons import Comparison
from linker.matching.comparisons.base import Glance, Rows

ROUNDING_BITS = 1e-6

Outcomes = tuple[frozenset[int], ...]


@dataclass
class _Open:
    """What a comparison may still turn out to be: per pair (or once for all) a number, and the codes that each number leaves open."""

    number: NDArray[np.int8]
    outcomes: Outcomes

    def keep(self, chosen: NDArray[np.int64]) -> _Open:
        return self if len(self.number) == 1 else _Open(self.number[chosen], self.outcomes)


@dataclass
class Alive:
    """Pairs by their indices `at` and rows, with their codes (shape (comparisons, pairs)) and the weight of what is measured. `hope`: by
    comparison that is not measured yet, the most bits that it can bring, one number for all pairs or one each."""

    comparisons: Sequence[Comparison]
    tables: Sequence[NDArray[np.float64]]
    at: NDArray[np.int64]
    left: Rows
    right: Rows
    vectors: NDArray[np.int8]
    weight: NDArray[np.float64]
    hope: dict[int, NDArray[np.float64]] = field(default_factory=dict)
    open: dict[str, _Open] = field(default_factory=dict)

    @classmethod
    def start(
        cls,
        pairs: tuple[Rows, Rows],
        comparisons: Sequence[Comparison],
        tables: Sequence[NDArray[np.float64]],
        prior: float,
    ) -> Alive:
        """Nothing is measured yet; `prior` in bits."""
        left, right = pairs
        vectors = np.zeros((len(tables), len(left)), dtype=np.int8)
        alive = cls(comparisons, tables, np.arange(len(left)), left, right, vectors, np.full(len(left), prior))
        alive.hope = {k: np.array([float(table.max())]) for k, table in enumerate(tables)}
        nothing = np.zeros(1, dtype=np.int8)
        alive.open = {c.name: _Open(nothing, (frozenset(range(len(c.levels))),)) for c in comparisons}
        return alive

    def measured(self, k: int, codes: NDArray[np.int8]) -> None:
        """The codes of comparison k are known."""
        self.vectors[k] = codes
        self.weight += self.tables[k][codes]
        del self.hope[k]
        comparison = self.comparisons[k]
        self._opened(comparison.name, _Open(codes, tuple(frozenset({c}) for c in range(len(comparison.levels)))))

    def glanced(self, k: int, glance: Glance, number: NDArray[np.int8]) -> None:
        """A glance at comparison k gave these numbers."""
        self.hope[k] = glance.best(self.tables[k])[number]
        self._opened(self.comparisons[k].name, _Open(number, glance.outcomes))

    def _opened(self, name: str, what: _Open) -> None:
        """Joint comparisons hope for no more than what their parts leave open."""
        self.open[name] = what
        for k, joint in enumerate(self.comparisons):
            if name in joint.parts and k in self.hope and joint.joined is not None:
                first, second = (self.open[part] for part in joint.parts)
                worth = self.tables[k][joint.joined]
                best = np.array(
                    [[worth[np.ix_(list(a), list(b))].max() for b in second.outcomes] for a in first.outcomes]
                )
                self.hope[k] = np.atleast_1d(best[first.number, second.number])

    def drop_below(self, floor: float) -> None:
        """Give up the pairs that cannot reach the floor any more."""
        possible = self.weight
        for bits in self.hope.values():
            possible = possible + bits
        keep = np.flatnonzero(possible >= floor - ROUNDING_BITS)
        if len(keep) == len(self.at):
            return
        self.at, self.left, self.right = self.at[keep], self.left[keep], self.right[keep]
        self.vectors, self.weight = np.take(self.vectors, keep, axis=1), self.weight[keep]
        self.hope = {k: bits if len(bits) == 1 else bits[keep] for k, bits in self.hope.items()}
        self.open = {name: what.keep(keep) for name, what in self.open.items()}
