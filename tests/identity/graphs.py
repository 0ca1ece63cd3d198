"""Random and hand-made graphs of scored pairs, and the exact answer on small ones."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from hypothesis import strategies as st

from benchmarks.reference_partition import Problem, best_partition
from linker.config.clusters import ClusterRules
from linker.identity.clusters import Clusters, Constraints, cluster
from linker.schema import Decision

LINK_FROM, REVIEW_FROM = 6.0, 0.0
UNCHECKED = ClusterRules(bridge_side=1000, hub_side=1000, sparse_from=1000)
"""Rules under which no group is cut afterwards: joining alone is looked at."""


@dataclass(frozen=True)
class Graph:
    """Pairs with weights, from which their decisions follow, and constraints between rows."""

    n: int
    pairs: tuple[tuple[int, int, float], ...]
    must: tuple[tuple[int, int], ...] = ()
    cannot: tuple[tuple[int, int], ...] = ()
    veto: frozenset[tuple[int, int]] = field(default_factory=frozenset)
    fathers: tuple[str, ...] = ()
    """by row, empty where the record names none; none at all: nobody does"""

    def cluster(self, rules: ClusterRules | None = None, order: list[int] | None = None, **more: object) -> Clusters:
        pairs = [self.pairs[i] for i in order] if order is not None else list(self.pairs)
        left = np.array([p[0] for p in pairs], np.int32)
        right = np.array([p[1] for p in pairs], np.int32)
        weight = np.array([p[2] for p in pairs], np.float32)
        constraints = Constraints(
            must_link=rows(self.must),
            cannot_link=rows(self.cannot),
            veto=np.array([(min(p[:2]), max(p[:2])) in self.veto for p in pairs], np.bool_),
            stated=np.array([self.both_state(p[0], p[1]) for p in pairs], np.bool_),
            differ=np.array([self.differ(p[0], p[1]) for p in pairs], np.bool_),
            **more,  # type: ignore[arg-type]
        )
        return cluster(self.n, left, right, weight, decided(weight), constraints, rules)

    def both_state(self, i: int, j: int) -> bool:
        return bool(self.fathers) and bool(self.fathers[i]) and bool(self.fathers[j])

    def differ(self, i: int, j: int) -> bool:
        return self.both_state(i, j) and self.fathers[i] != self.fathers[j]

    def apart(self) -> set[tuple[int, int]]:
        return {(min(p), max(p)) for p in self.cannot} | set(self.veto)


def rows(pairs: object) -> np.ndarray:
    return np.array(sorted(pairs), np.int32).reshape(-1, 2)  # type: ignore[call-overload]


def decided(weight: np.ndarray) -> np.ndarray:
    return np.where(
        weight >= LINK_FROM, Decision.LINK, np.where(weight >= REVIEW_FROM, Decision.REVIEW, Decision.NO_LINK)
    ).astype(np.int8)


def groups(label: np.ndarray) -> set[frozenset[int]]:
    found: dict[int, set[int]] = {}
    for row, name in enumerate(label.tolist()):
        found.setdefault(name, set()).add(row)
    return {frozenset(g) for g in found.values()}


def clique(members: range, weight: float) -> list[tuple[int, int, float]]:
    return [(i, j, weight) for i in members for j in members if i < j]


@st.composite
def random_graphs(draw: st.DrawFn, most: int = 14) -> Graph:
    """Graphs with links, doubtful and contradicting pairs, verdicts and vetoes, which may contradict each other."""
    n = draw(st.integers(2, most))
    every = [(i, j) for i in range(n) for j in range(i + 1, n)]
    chosen = draw(st.lists(st.sampled_from(every), unique=True, max_size=3 * n))
    weights = st.one_of(st.integers(-20, 25).map(float), st.floats(-20, 25, width=32))
    pairs = tuple((i, j, draw(weights)) for i, j in chosen)
    few = st.lists(st.sampled_from(every), unique=True, max_size=3)
    veto = frozenset(draw(st.lists(st.sampled_from(chosen), unique=True, max_size=2))) if chosen else frozenset()
    fathers = draw(st.one_of(st.just(()), st.tuples(*[st.sampled_from(["", "Mohan", "Sohan"])] * n)))
    return Graph(n, pairs, tuple(draw(few)), tuple(draw(few)), veto, fathers)


def best(graph: Graph) -> float:
    """The largest sum of weights inside groups over all partitions that the constraints allow."""
    left, right, weight = (np.array([p[k] for p in graph.pairs]) for k in range(3))
    veto = np.array([(min(p[:2]), max(p[:2])) in graph.veto for p in graph.pairs], np.bool_)
    problem = Problem.of(np.arange(graph.n), left.astype(int), right.astype(int), weight, weight >= LINK_FROM, veto)
    for i, j in graph.apart():
        problem.apart[i, j] = problem.apart[j, i] = True
    for i, j in graph.must:
        problem.together[i, j] = problem.together[j, i] = problem.linked[i, j] = problem.linked[j, i] = True
    return best_partition(problem)[0]


def value(graph: Graph, label: np.ndarray) -> float:
    """The sum of weights inside groups."""
    return sum(w for i, j, w in graph.pairs if label[i] == label[j])
