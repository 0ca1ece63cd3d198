"""Random and hand-made graphs of scored pairs, and the exact answer on small ones."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from hypothesis import strategies as st

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

    def cluster(self, rules: ClusterRules | None = None, order: list[int] | None = None, **more: object) -> Clusters:
        pairs = [self.pairs[i] for i in order] if order is not None else list(self.pairs)
        left = np.array([p[0] for p in pairs], np.int32)
        right = np.array([p[1] for p in pairs], np.int32)
        weight = np.array([p[2] for p in pairs], np.float32)
        constraints = Constraints(
            must_link=rows(self.must),
            cannot_link=rows(self.cannot),
            veto=np.array([(min(p[:2]), max(p[:2])) in self.veto for p in pairs], np.bool_),
            **more,  # type: ignore[arg-type]
        )
        return cluster(self.n, left, right, weight, decided(weight), constraints, rules)

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
    return Graph(n, pairs, tuple(draw(few)), tuple(draw(few)), veto)


def best_partition(graph: Graph) -> float:
    """The largest sum of weights inside groups over all partitions that the constraints allow.

    Every group must hang together by links and verdicts. Branch and bound over records in order: each joins a group before it or founds
    one; a branch ends when even all positive pairs still open could not make it the best.
    """
    weight = np.zeros((graph.n, graph.n))
    linked = np.zeros((graph.n, graph.n), np.bool_)
    for i, j, w in graph.pairs:
        weight[i, j] = weight[j, i] = w
        linked[i, j] = linked[j, i] = w >= LINK_FROM and (min(i, j), max(i, j)) not in graph.veto
    apart = np.zeros((graph.n, graph.n), np.bool_)
    for i, j in graph.apart():
        apart[i, j] = apart[j, i] = True
    together = np.zeros((graph.n, graph.n), np.bool_)
    for i, j in graph.must:
        together[i, j] = together[j, i] = linked[i, j] = linked[j, i] = True
    hope = [sum(max(weight[k, j], 0) for k in range(i, graph.n) for j in range(k)) for i in range(graph.n)] + [0.0]
    best = -np.inf

    def connected(block: list[int]) -> bool:
        seen, queue = {block[0]}, [block[0]]
        while queue:
            at = queue.pop()
            for other in block:
                if other not in seen and linked[at, other]:
                    seen.add(other)
                    queue.append(other)
        return len(seen) == len(block)

    def place(i: int, blocks: list[list[int]], value: float) -> None:
        nonlocal best
        if value + hope[i] <= best:
            return
        if i == graph.n:
            if all(connected(b) for b in blocks):
                best = value
            return
        for block in [*blocks, []]:
            if apart[i, block].any() or any(together[i, j] for b in blocks if b is not block for j in b):
                continue
            gain = float(weight[i, block].sum())
            block.append(i)
            place(i + 1, blocks if len(block) > 1 else [*blocks, block], value + gain)
            block.pop()

    place(0, [], 0.0)
    return best


def value(graph: Graph, label: np.ndarray) -> float:
    """The sum of weights inside groups."""
    return sum(w for i, j, w in graph.pairs if label[i] == label[j])
