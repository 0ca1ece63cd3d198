"""The curves against the metrics of the clustering that each threshold gives."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from linker.evaluate.metrics import measure
from linker.evaluate.sweep import Edges, sweep

RECORDS = 12


@st.composite
def graphs(draw: st.DrawFn) -> tuple[Edges, np.ndarray, np.ndarray]:
    pairs = draw(st.lists(st.tuples(st.integers(0, RECORDS - 1), st.integers(0, RECORDS - 1)), min_size=1, max_size=20))
    weights = draw(st.lists(st.integers(-20, 40), min_size=len(pairs), max_size=len(pairs)))
    person = draw(st.lists(st.integers(-1, 3), min_size=RECORDS, max_size=RECORDS))
    state = draw(st.lists(st.integers(-1, 2), min_size=RECORDS, max_size=RECORDS))
    left, right = np.array(pairs, dtype=np.int32).T
    return Edges(left, right, np.array(weights, dtype=np.float32) / 2), np.array(person), np.array(state)


@given(graphs())
def test_every_point_equals_the_clustering_at_its_threshold(case: tuple[Edges, np.ndarray, np.ndarray]) -> None:
    edges, person, state = case
    known = person >= 0
    for point in sweep(edges, person, {"state": state}, points=7):
        keep = edges.weight >= point.threshold
        graph = coo_matrix((np.ones(keep.sum()), (edges.left[keep], edges.right[keep])), shape=(RECORDS, RECORDS))
        cluster = connected_components(graph, directed=False)[1].astype(np.int64)
        metrics = measure(cluster[known], person[known], {"state": state[known]})
        assert point.closure == metrics.pairwise
        assert point.closure_by_split == metrics.by_split
        right = known[edges.left] & known[edges.right] & keep
        assert point.pair.predicted == right.sum()
        assert point.pair.hit == (right & (person[edges.left] == person[edges.right])).sum()


def test_no_edges_no_curve() -> None:
    none = Edges(np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(0, np.float32))
    assert sweep(none, np.zeros(3, np.int64), {}) == []
