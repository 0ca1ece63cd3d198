"""Training on labelled pairs: m and u by counting, then weights that allow for evidence that is not independent.

Counting m and u assumes that, given whether two records are one person, the comparisons do not depend on each other. They do: brothers
share father, village and phone at once. `refine` therefore moves the weights, as little as the labels demand, to those that predict the
labels best (logistic regression, with the counted weights as the centre of a Gaussian prior; A. Gelman et al., Bayesian Data Analysis,
ch. 16). m stays what was counted; u becomes 'u given the rest of the evidence', so that log2(m / u) is the weight that was found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_array

from linker.matching.candidates import Candidates
from linker.matching.columns import PersonColumns
from linker.matching.comparisons import Comparison, Side
from linker.matching.comparisons.base import Rows
from linker.matching.model import LevelParameters, MatchModel
from linker.matching.training import LevelCounts, count_levels, estimate, random_pairs
from linker.matching.vectors import measure, pack, unpack

LN2 = float(np.log(2))
RANDOM_PAIRS = 1_000_000
SCALE = 1e7
"""Level counts of two people are scaled as if this many pairs had been seen, so that large sets do not drown small ones."""
STIFFNESS = 1e4
"""How hard it is for the levels of a balanced comparison to move together: a bit costs as much as this many half bits of log loss."""


@dataclass(frozen=True)
class Labelled:
    """What one labelled data set shows: levels counted among pairs of one person and of two, and the distinct comparison vectors of its
    candidate pairs, shape (k, comparisons), with how many pairs of either kind show each. `prior` is that of two random records."""

    prior: float
    same_levels: LevelCounts
    different_levels: LevelCounts
    vectors: NDArray[np.int8]
    same: NDArray[np.float64]
    different: NDArray[np.float64]

    @property
    def prior_bits(self) -> float:
        return float(np.log2(self.prior / (1 - self.prior)))


def true_pairs(person: NDArray[np.int64]) -> tuple[Rows, Rows]:
    """All pairs left < right of rows with the same person number; negative numbers are unknown."""
    order = np.argsort(person, kind="stable")
    order = order[person[order] >= 0]
    lefts, rights = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
    step = 1
    while True:
        a, b = order[:-step], order[step:]
        same = person[a] == person[b]
        if not same.any():
            break
        lefts.append(np.minimum(a[same], b[same]))
        rights.append(np.maximum(a[same], b[same]))
        step += 1
    return np.concatenate(lefts).astype(np.int32), np.concatenate(rights).astype(np.int32)


def collect(
    columns: PersonColumns,
    comparisons: Sequence[Comparison],
    candidates: Candidates,
    person: NDArray[np.int64],
    prior: float,
    doubtful: NDArray[np.int64] | None = None,
) -> Labelled:
    """Count a data set with known persons (negative: unknown). Levels of one person are counted over all true pairs, whether or not a key
    found them; levels of two people over the candidates and, scaled up, over random pairs.
    `doubtful` pairs (left << 32 | right) are left out."""
    left, right = true_pairs(person)
    same = count_levels(measure(columns, comparisons, left, right))
    known = (person[candidates.left] >= 0) & (person[candidates.right] >= 0)
    if doubtful is not None:
        known &= ~np.isin(candidates.left.astype(np.int64) << 32 | candidates.right, doubtful)
    left, right = candidates.left[known], candidates.right[known]
    label = person[left] == person[right]
    vectors = measure(columns, comparisons, left, right)
    different = _count_different(columns, comparisons, vectors[:, ~label], person)
    distinct, inverse = np.unique(pack(vectors, comparisons), return_inverse=True)
    return Labelled(
        prior,
        same,
        different,
        unpack(distinct, comparisons),
        np.bincount(inverse[label], minlength=len(distinct)).astype(np.float64),
        np.bincount(inverse[~label], minlength=len(distinct)).astype(np.float64),
    )


def count_model(comparisons: Sequence[Comparison], sets: Sequence[Labelled]) -> MatchModel:
    """m and u counted over all sets together; the prior is that of the first."""
    same = LevelCounts(np.sum([s.same_levels.counts for s in sets], axis=0))
    different = LevelCounts(np.sum([s.different_levels.counts for s in sets], axis=0))
    return estimate(comparisons, same, different, sets[0].prior, "counted on labelled pairs")


def _count_different(
    columns: PersonColumns, comparisons: Sequence[Comparison], blocked: NDArray[np.int8], person: NDArray[np.int64]
) -> LevelCounts:
    """Levels among all pairs of two people: what stands in the candidates is counted, the great rest is sampled and scaled up."""
    n = columns.n
    everything = n * (n - 1) / 2
    left, right = random_pairs(n, RANDOM_PAIRS, seed=1)
    apart = person[left] != person[right]
    sample = measure(columns, comparisons, left[apart], right[apart])
    counted, sampled = count_levels(blocked).counts, count_levels(sample).counts
    total = sampled.sum(axis=1, keepdims=True)
    scale = max(everything - blocked.shape[1], 1.0) / np.maximum(total, 1)
    scaled = sampled * scale
    # A level that the sample hardly shows is better known from the candidates, which hold nearly all of its pairs.
    rest = np.where(sampled < 30, 0.0, scaled)
    return LevelCounts((counted + rest) * (SCALE / everything))


def refine(model: MatchModel, comparisons: Sequence[Comparison], sets: Sequence[Labelled], spread: float) -> MatchModel:
    """Weights that predict the labels best near the counted ones; `spread` is how far (bits) a weight may easily move. Those of joint
    comparisons start from 0."""
    problem = _Problem.of(model, comparisons, sets)
    weights = problem.fit(spread)
    levels: dict[str, dict[str, LevelParameters]] = {}
    for k, comparison in enumerate(comparisons):
        table = weights[problem.offsets[k] : problem.offsets[k + 1]]
        for name, (other, bits) in comparison.weaker.items():
            code = comparison.level(name).code
            table[code] = max(min(table[code], table[comparison.level(other).code] - bits), 0.0)
        old = model.levels[comparison.name]
        levels[comparison.name] = {
            level.name: LevelParameters.weighing(old[level.name].m, float(table[level.code]))
            for level in comparison.levels
            if level.code
        }
    return MatchModel(model.prior, levels, model.untrained, "counted on labelled pairs, weights refined for dependence")


@dataclass(frozen=True)
class _Problem:
    """Logistic regression on distinct vectors: row i of `shown` has a one for every weight that vector i adds up."""

    shown: csr_array
    prior_bits: NDArray[np.float64]
    same: NDArray[np.float64]
    total: NDArray[np.float64]
    offsets: NDArray[np.int64]
    centre: NDArray[np.float64]
    bounds: list[tuple[float | None, float | None]]
    balance: NDArray[np.float64]
    """the share of each level among the pairs of one person, shape (balanced comparisons, weights)"""

    @classmethod
    def of(cls, model: MatchModel, comparisons: Sequence[Comparison], sets: Sequence[Labelled]) -> _Problem:
        tables = model.weights(comparisons)
        offsets = np.cumsum([0, *(len(t) for t in tables)])
        vectors = np.concatenate([s.vectors for s in sets])
        same = np.concatenate([s.same for s in sets])
        bounds = _signs(comparisons)
        low = np.array([-np.inf if low is None else low for low, _ in bounds])
        high = np.array([np.inf if high is None else high for _, high in bounds])
        present = vectors != 0
        columns = (vectors.astype(np.int32) + offsets[:-1].astype(np.int32))[present]
        starts = np.concatenate([[0], np.cumsum(present.sum(axis=1))])
        shown = csr_array((np.ones(len(columns)), columns, starts), shape=(len(vectors), int(offsets[-1])))
        return cls(
            shown,
            np.concatenate([np.full(len(s.vectors), s.prior_bits) for s in sets]),
            same,
            same + np.concatenate([s.different for s in sets]),
            offsets,
            np.clip(np.concatenate(tables), low, high),
            bounds,
            _balance(model, comparisons, offsets),
        )

    def fit(self, spread: float) -> NDArray[np.float64]:
        """The weights near the centre that predict the labels best."""
        transposed = self.shown.T.tocsr()

        def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
            logit = (self.prior_bits + self.shown @ weights) * LN2
            value = float(self.total @ np.logaddexp(0, logit) - self.same @ logit)
            residual = self.total / (1 + np.exp(-logit)) - self.same
            moved = weights - self.centre
            away = moved / spread**2 + self.balance.T @ (self.balance @ moved) * STIFFNESS
            return value + 0.5 * float(away @ moved), transposed @ residual * LN2 + away

        found = minimize(loss, self.centre, jac=True, method="L-BFGS-B", bounds=self.bounds, options={"maxiter": 300})
        fitted: NDArray[np.float64] = found.x
        return fitted


def _balance(model: MatchModel, comparisons: Sequence[Comparison], offsets: NDArray[np.int64]) -> NDArray[np.float64]:
    balanced = [k for k, comparison in enumerate(comparisons) if comparison.balanced]
    shares = np.zeros((len(balanced), int(offsets[-1])))
    for row, k in zip(shares, balanced, strict=True):
        for level in comparisons[k].levels[1:]:
            row[offsets[k] + level.code] = model.levels[comparisons[k].name][level.name].m
    return shares


def _signs(comparisons: Sequence[Comparison]) -> list[tuple[float | None, float | None]]:
    """What speaks for may not be made to speak against, whatever accident of the labels would ask for it, nor the other way round. Joint
    levels only take away: what two kinds of evidence say together is at most what they say one by one."""
    bounds: list[tuple[float | None, float | None]] = []
    for comparison in comparisons:
        for level in comparison.levels:
            if comparison.joined is not None:
                bounds.append((None, 0.0))
            elif level.side == Side.FOR:
                bounds.append((0.0, None))
            elif level.side == Side.AGAINST:
                bounds.append((None, 0.0))
            else:
                bounds.append((None, None))
    return bounds
