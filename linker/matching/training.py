"""Estimating m and u: from random pairs, from labelled pairs, or by EM on the data at hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linker.matching.columns import PersonColumns
from linker.matching.comparisons import Comparison, Side
from linker.matching.comparisons.base import Rows
from linker.matching.model import LevelParameters, MatchModel
from linker.matching.splink_engine import train_by_em
from linker.matching.vectors import measure

UNSEEN_BITS = 8.0
"""A level that neither kind of pair has shown weighs at most this much either way."""
MOST_LEVELS = 64
PRIOR_COUNT = 5.0
"""Pseudo-observations that a level's expected share contributes to its estimate."""
EXPECTED_U = {Side.FOR: 1e-4, Side.NEUTRAL: 0.2, Side.AGAINST: 0.6}
EXPECTED_M = {Side.FOR: 0.5, Side.NEUTRAL: 0.2, Side.AGAINST: 0.05}


@dataclass(frozen=True)
class LevelCounts:
    """How many pairs showed each level code: shape (comparisons, MOST_LEVELS)."""

    counts: NDArray[np.float64]


def count_levels(vectors: NDArray[np.int8], weight: float = 1.0) -> LevelCounts:
    return LevelCounts(
        np.stack([np.bincount(row, minlength=MOST_LEVELS).astype(np.float64) * weight for row in vectors])
    )


def random_pairs(n: int, count: int, seed: int) -> tuple[Rows, Rows]:
    """`count` random pairs left < right of n records (all pairs where there are fewer)."""
    if n * (n - 1) // 2 <= count:
        left, right = np.triu_indices(n, k=1)
        return left.astype(np.int32), right.astype(np.int32)
    rng = np.random.default_rng(seed)
    a, b = rng.integers(0, n, count), rng.integers(0, n, count)
    keep = a != b
    a, b = a[keep], b[keep]
    return np.minimum(a, b).astype(np.int32), np.maximum(a, b).astype(np.int32)


def shares(comparison: Comparison, counts: NDArray[np.float64], expected: dict[Side, float]) -> dict[str, float]:
    """Smoothed share of each level among pairs where the evidence is not missing."""
    levels = [level for level in comparison.levels if level.code]
    hopes = np.array([expected[level.side] for level in levels])
    hopes = hopes / hopes.sum()
    seen = np.array([counts[level.code] for level in levels])
    smooth = (seen + PRIOR_COUNT * hopes) / (seen.sum() + PRIOR_COUNT)
    return {level.name: float(value) for level, value in zip(levels, smooth, strict=True)}


def estimate(
    comparisons: Sequence[Comparison], same: LevelCounts | None, different: LevelCounts, prior: float, origin: str
) -> MatchModel:
    """A model from level counts. Without `same` (no labels yet) m is what one expects of each side of evidence, to start EM from."""
    levels: dict[str, dict[str, LevelParameters]] = {}
    for k, comparison in enumerate(comparisons):
        u = shares(comparison, different.counts[k], EXPECTED_U)
        u = {**u, **comparison.fixed_u}
        m = shares(comparison, same.counts[k] if same is not None else np.zeros(MOST_LEVELS), EXPECTED_M)
        if (
            comparison.joined is not None
        ):  # what its parts say is counted there; what they say together is learned later
            levels[comparison.name] = {name: LevelParameters(value, value) for name, value in m.items()}
            continue
        shown = different.counts[k] + (same.counts[k] if same is not None else 0)
        unseen = {level.name for level in comparison.levels if not shown[level.code]}
        levels[comparison.name] = {
            name: LevelParameters(m[name], max(u[name], m[name] / 2**UNSEEN_BITS) if name in unseen else u[name])
            for name in m
        }
    return MatchModel(prior, levels, origin=origin)


def train_on_data(
    columns: PersonColumns,
    comparisons: Sequence[Comparison],
    pairs: tuple[Rows, Rows],
    prior: float,
    options: tuple[int, int, int],
) -> MatchModel:
    """Unsupervised: u from random pairs, m by two sessions of EM over candidate pairs. `options`: random pairs, EM pairs at most, seed.

    Candidates agree on something by construction, and brothers or neighbours agree on much. So, as in blocking for EM, a session looks only
    at pairs that one group of evidence has chosen and learns the others: first the rest among pairs whose names agree, then the names
    among pairs that the rest holds together.
    """
    random_count, em_count, seed = options
    left, right = random_pairs(columns.n, random_count, seed)
    different = count_levels(measure(columns, comparisons, left, right))
    start = estimate(comparisons, None, different, prior, "start of EM")
    left, right = pairs
    if len(left) > em_count:
        chosen = np.sort(np.random.default_rng(seed).choice(len(left), em_count, replace=False))
        left, right = left[chosen], right[chosen]
    vectors = measure(columns, comparisons, left, right)
    named = [k for k, c in enumerate(comparisons) if "GIVEN_CONFLICT" in {level.name for level in c.levels}]
    rest = [k for k in range(len(comparisons)) if k not in named and comparisons[k].joined is None]
    agree = (
        np.logical_or.reduce([_speaks_for(comparisons[k], vectors[k]) for k in named])
        if named
        else np.ones(len(left), dtype=bool)
    )
    model = _session(start, comparisons, rest, vectors[:, agree])
    if not named:
        return model
    tables = model.weights(comparisons)
    held = sum(tables[k][vectors[k]] for k in rest) >= HOLDS_TOGETHER_BITS
    return _session(model, comparisons, named, vectors[:, held])


HOLDS_TOGETHER_BITS = 10.0
MOST_AGAINST = 0.1
"""Brothers and spouses are held together by everything but the name; no more than this share of true pairs may conflict in the name."""


def _speaks_for(comparison: Comparison, codes: NDArray[np.int8]) -> NDArray[np.bool_]:
    speaks: NDArray[np.bool_] = np.array([level.side == Side.FOR for level in comparison.levels])[codes]
    return speaks


def _session(
    model: MatchModel, comparisons: Sequence[Comparison], learn: Sequence[int], vectors: NDArray[np.int8]
) -> MatchModel:
    """`model` with the m of the comparisons `learn` trained on these vectors, shape (comparisons, pairs)."""
    if not vectors.shape[1] or not learn:
        return model
    chosen = [comparisons[k] for k in learn]
    trained = train_by_em(model, chosen, np.ascontiguousarray(vectors[list(learn)].T))
    levels = dict(model.levels)
    for comparison in chosen:
        found = trained.levels[comparison.name]
        against = sum(found[level.name].m for level in comparison.levels if level.code and level.side == Side.AGAINST)
        scale = min(1.0, MOST_AGAINST / against) if "GIVEN_CONFLICT" in found and against else 1.0
        levels[comparison.name] = {
            level.name: LevelParameters(
                found[level.name].m * (scale if level.side == Side.AGAINST else 1.0), found[level.name].u
            )
            for level in comparison.levels
            if level.code
        }
    return MatchModel(model.prior, levels, (*model.untrained, *trained.untrained), "trained on the data at hand")


def prior_of(n: int, records_per_person: float) -> float:
    """Probability that two random records are one person, if each person has so many records: (r - 1) / (n - 1)."""
    return min(max((records_per_person - 1) / max(n - 1, 1), 1e-12), 0.5)
