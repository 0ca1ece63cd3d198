"""The metrics against figures counted by hand, and against a plain listing of all pairs on random clusterings."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linker.evaluate.metrics import measure

LABELLINGS = st.integers(0, 14).flatmap(
    lambda n: st.tuples(*[st.lists(st.integers(0, 5), min_size=n, max_size=n) for _ in range(3)])
)


def codes(labels: list[int]) -> np.ndarray:
    return np.unique(np.array(labels, dtype=np.int64), return_inverse=True)[1].astype(np.int64)


def test_counted_by_hand() -> None:
    # clusters {a b c} {d e} {f}; persons {a b} {c d e} {f}
    metrics = measure(codes([0, 0, 0, 1, 1, 2]), codes([0, 0, 1, 1, 1, 2]))
    assert (metrics.pairwise.hit, metrics.pairwise.predicted, metrics.pairwise.actual) == (2, 4, 4)
    assert metrics.bcubed.precision == pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 1 + 1 + 1) / 6)
    assert metrics.bcubed.recall == pytest.approx((1 + 1 + 1 / 3 + 2 / 3 + 2 / 3 + 1) / 6)
    assert (metrics.cluster.hit, metrics.cluster.predicted, metrics.cluster.actual) == (1, 3, 3)
    assert (metrics.splits, metrics.merges) == (1, 1)
    assert metrics.impure == pytest.approx(0.5)
    assert [(w.cluster, w.records, w.persons, w.false_pairs) for w in metrics.worst] == [(0, 3, 2, 2)]


def test_nothing_to_find_and_nothing_found_is_no_mistake() -> None:
    metrics = measure(codes([]), codes([]))
    assert (metrics.pairwise.precision, metrics.pairwise.recall, metrics.bcubed.f1) == (1, 1, 1)


def test_unknown_kinds_are_in_neither_split() -> None:
    together = np.zeros(3, dtype=np.int64)
    splits = measure(together, together, {"state": np.array([0, 0, -1])}).by_split
    assert (splits["same_state"].predicted, splits["cross_state"].predicted) == (1, 0)


@given(LABELLINGS)
def test_equals_listing_all_pairs(labellings: tuple[list[int], list[int], list[int]]) -> None:
    cluster, person, state = labellings
    metrics = measure(codes(cluster), codes(person), {"state": codes(state)})
    for name, same in (("same_state", True), ("cross_state", False)):
        pairs = [(i, j) for i, j in combinations(range(len(cluster)), 2) if (state[i] == state[j]) is same]
        predicted = {(i, j) for i, j in pairs if cluster[i] == cluster[j]}
        actual = {(i, j) for i, j in pairs if person[i] == person[j]}
        score = metrics.by_split[name]
        assert (score.hit, score.predicted, score.actual) == (len(predicted & actual), len(predicted), len(actual))
    total = metrics.pairwise
    parts = metrics.by_split.values()
    assert total.hit == sum(s.hit for s in parts)
    assert total.predicted == sum(s.predicted for s in parts)


@given(LABELLINGS)
def test_bounds_and_symmetry(labellings: tuple[list[int], list[int], list[int]]) -> None:
    forward = measure(codes(labellings[0]), codes(labellings[1]))
    backward = measure(codes(labellings[1]), codes(labellings[0]))
    for one, other in (("pairwise", "pairwise"), ("bcubed", "bcubed"), ("cluster", "cluster")):
        a, b = getattr(forward, one), getattr(backward, other)
        assert a.precision == pytest.approx(b.recall)
        assert 0 <= a.precision <= 1
    assert (forward.splits, forward.merges) == (backward.merges, backward.splits)
    same = measure(codes(labellings[0]), codes(labellings[0]))
    assert (same.pairwise.f1, same.bcubed.f1, same.cluster.f1) == pytest.approx((1, 1, 1))
    assert same.splits + same.merges == 0
