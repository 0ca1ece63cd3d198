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

from linker.matching.candidates import Candidates
from linker.matching.columns import PersonColumns
from linker.matching.comparisons import Comparison
from linker.matching.comparisons.base import Rows
from linker.matching.model import LevelParameters, MatchModel
from linker.matching.training import LevelCounts, count_levels, estimate, random_pairs
from linker.matching.vectors import measure, pack, unpack

LN2 = float(np.log(2))


@dataclass(frozen=True)
class Labelled:
    """Distinct comparison vectors of labelled pairs, shape (k, comparisons), with how many pairs of one person and of two show each."""

    vectors: NDArray[np.int8]
    same: NDArray[np.float64]
    different: NDArray[np.float64]


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


def train_on_truth(
    columns: PersonColumns, comparisons: Sequence[Comparison], candidates: Candidates, person: NDArray[np.int64], prior: float, seed: int
) -> tuple[MatchModel, Labelled]:
    """A model counted on labels: m from all true pairs, u from random pairs and, for what is too rare to meet by chance, from the
    candidate pairs of different persons. Also gives the labelled candidate vectors, for `refine`."""
    left, right = true_pairs(person)
    same = count_levels(measure(columns, comparisons, left, right))
    known = (person[candidates.left] >= 0) & (person[candidates.right] >= 0)
    c_left, c_right = candidates.left[known], candidates.right[known]
    label = person[c_left] == person[c_right]
    vectors = measure(columns, comparisons, c_left, c_right)
    different = _count_different(columns, comparisons, vectors[:, ~label], person, seed)
    model = estimate(comparisons, same, different, prior, "counted on labelled pairs")
    return model, _labelled(pack(vectors), label, len(comparisons))


def _count_different(
    columns: PersonColumns, comparisons: Sequence[Comparison], blocked: NDArray[np.int8], person: NDArray[np.int64], seed: int
) -> LevelCounts:
    """Levels among all pairs of two people: what stands in the candidates is counted, the great rest is sampled and scaled up."""
    n = columns.n
    everything = n * (n - 1) / 2
    left, right = random_pairs(n, 1_000_000, seed)
    apart = person[left] != person[right]
    sample = measure(columns, comparisons, left[apart], right[apart])
    counted, sampled = count_levels(blocked).counts, count_levels(sample).counts
    total = sampled.sum(axis=1, keepdims=True)
    scale = max(everything - blocked.shape[1], 1.0) / np.maximum(total, 1)
    scaled = sampled * scale
    # A level that the sample hardly shows is better known from the candidates, which hold nearly all of its pairs.
    rest = np.where(sampled < 30, 0.0, scaled)
    return LevelCounts((counted + rest) * (1e7 / everything))


def _labelled(packed: NDArray[np.int64], label: NDArray[np.bool_], width: int) -> Labelled:
    distinct, inverse = np.unique(packed, return_inverse=True)
    return Labelled(
        unpack(distinct, width),
        np.bincount(inverse[label], minlength=len(distinct)).astype(np.float64),
        np.bincount(inverse[~label], minlength=len(distinct)).astype(np.float64),
    )


def refine(model: MatchModel, comparisons: Sequence[Comparison], labelled: Labelled, spread: float) -> MatchModel:
    """Weights that predict the labels best near the counted ones; `spread` is how far (bits) a weight may easily move."""
    tables = model.weights(comparisons)
    offsets = np.cumsum([0, *(len(t) for t in tables)])
    columns = labelled.vectors.astype(np.int64) + offsets[:-1]
    missing = labelled.vectors == 0
    centre = np.concatenate(tables)
    total = labelled.same + labelled.different

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        bits = model.prior_bits + np.where(missing, 0.0, weights[columns]).sum(axis=1)
        logit = bits * LN2
        value = float(total @ np.logaddexp(0, logit) - labelled.same @ logit)
        residual = total / (1 + np.exp(-logit)) - labelled.same
        gradient = np.zeros_like(weights)
        np.add.at(gradient, columns, np.where(missing, 0.0, residual[:, None] * LN2))
        away = (weights - centre) / spread**2
        return value + 0.5 * float(away @ (weights - centre)), gradient + away

    found = minimize(loss, centre, jac=True, method="L-BFGS-B", options={"maxiter": 300})
    levels: dict[str, dict[str, LevelParameters]] = {}
    for k, comparison in enumerate(comparisons):
        table = found.x[offsets[k] : offsets[k + 1]]
        old = model.levels[comparison.name]
        levels[comparison.name] = {
            level.name: LevelParameters(old[level.name].m, old[level.name].m / 2 ** float(table[level.code]))
            for level in comparison.levels
            if level.code
        }
    return MatchModel(model.prior, levels, model.untrained, "counted on labelled pairs, weights refined for dependence")
