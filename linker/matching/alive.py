"""Pairs that may still reach the floor while their evidence is measured piece by piece."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numba as nb
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
    comparison that is not measured yet and no joint one, the most bits that it can bring, one number for all pairs or one each.
    `joint`: the joint comparisons that are not measured yet; they hope for no more than what their parts leave open."""

    comparisons: Sequence[Comparison]
    tables: Sequence[NDArray[np.float64]]
    at: NDArray[np.int64]
    left: Rows
    right: Rows
    vectors: NDArray[np.int8]
    weight: NDArray[np.float64]
    hope: dict[int, NDArray[np.float64]] = field(default_factory=dict)
    open: dict[str, _Open] = field(default_factory=dict)
    joint: set[int] = field(default_factory=set)

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
        alive.joint = {k for k, c in enumerate(comparisons) if c.joined is not None}
        alive.hope = {k: np.array([float(table.max())]) for k, table in enumerate(tables) if k not in alive.joint}
        nothing = np.zeros(1, dtype=np.int8)
        alive.open = {c.name: _Open(nothing, (frozenset(range(len(c.levels))),)) for c in comparisons}
        return alive

    def measured(self, k: int, codes: NDArray[np.int8]) -> None:
        """The codes of comparison k are known."""
        self.vectors[k] = codes
        self.weight += self.tables[k][codes]
        self.hope.pop(k, None)
        self.joint.discard(k)
        comparison = self.comparisons[k]
        self.open[comparison.name] = _Open(codes, tuple(frozenset({c}) for c in range(len(comparison.levels))))

    def glanced(self, k: int, glance: Glance, number: NDArray[np.int8]) -> None:
        """A glance at comparison k gave these numbers."""
        self.hope[k] = glance.best(self.tables[k])[number]
        self.open[self.comparisons[k].name] = _Open(number, glance.outcomes)

    def _possible(self) -> NDArray[np.float64]:
        """The most that each pair may come to."""
        possible = self.weight + sum(float(bits[0]) for bits in self.hope.values() if len(bits) == 1)
        for bits in self.hope.values():
            if len(bits) != 1:
                possible += bits
        for k in sorted(self.joint):
            joint = self.comparisons[k]
            first, second = (self.open[part] for part in joint.parts)
            best = _best(_best(self.tables[k][joint.joined], first.outcomes).T, second.outcomes).T
            _add(possible, np.ascontiguousarray(best), first.number, second.number)
        return possible

    def drop_below(self, floor: float) -> None:
        """Give up the pairs that cannot reach the floor any more."""
        keep = np.flatnonzero(self._possible() >= floor - ROUNDING_BITS)
        if len(keep) == len(self.at):
            return
        self.at, self.left, self.right = self.at[keep], self.left[keep], self.right[keep]
        self.vectors, self.weight = np.take(self.vectors, keep, axis=1), self.weight[keep]
        self.hope = {k: bits if len(bits) == 1 else bits[keep] for k, bits in self.hope.items()}
        self.open = {name: what.keep(keep) for name, what in self.open.items()}


def _best(worth: NDArray[np.float64], outcomes: Outcomes) -> NDArray[np.float64]:
    """The greatest of the rows that each outcome leaves open, column by column."""
    return np.stack([worth[list(codes)].max(axis=0) for codes in outcomes])


@nb.njit("void(float64[::1], float64[:, ::1], int8[::1], int8[::1])", cache=True, nogil=True)
def _add(
    bits: NDArray[np.float64], best: NDArray[np.float64], first: NDArray[np.int8], second: NDArray[np.int8]
) -> None:
    """Add best[first, second] to every pair's bits; a single number holds for all."""
    one_first, one_second = len(first) == 1, len(second) == 1
    for i in range(len(bits)):
        bits[i] += best[first[0 if one_first else i], second[0 if one_second else i]]
