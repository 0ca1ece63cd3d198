"""Groups that hang by a thread: bridges, hubs, loose ties."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from linker.config.clusters import ClusterRules
from linker.identity.clusters import Attention, Held
from tests.identity.graphs import Graph, clique, groups, random_graphs


def test_injected_bridges_between_large_groups_are_blocked() -> None:
    """Five thousand groups of four to nine records, two hundred false links of any strength between them:
    at least 99% of the groups so joined are apart afterwards, and nearly no record has left its group."""
    rng = np.random.default_rng(3)
    pairs, start, members = [], 0, []
    for _ in range(5000):
        size = int(rng.integers(4, 10))
        members.append(range(start, start + size))
        pairs += [(i, j, float(rng.uniform(7, 25))) for i, j, _ in clique(members[-1], 0) if rng.random() < 0.9]
        start += size
    true = len(groups(Graph(start, tuple(pairs)).cluster().label))
    chosen = rng.permutation(5000)[:400].reshape(-1, 2)
    bridges = [(int(rng.choice(members[a])), int(rng.choice(members[b])), float(rng.uniform(7, 30))) for a, b in chosen]
    graph = Graph(start, tuple(pairs + [(min(i, j), max(i, j), w) for i, j, w in bridges]))
    found = graph.cluster()
    home = [int(np.bincount(found.label[list(rows)]).argmax()) for rows in members]
    assert sum(home[a] != home[b] for a, b in chosen) >= 0.99 * len(chosen)
    astray = sum(int((found.label[list(rows)] != home[at]).sum()) for at, rows in enumerate(members))
    assert astray <= 0.0005 * start
    assert len(groups(found.label)) <= true + 2


def test_a_bridge_is_held_with_its_reason() -> None:
    graph = Graph(8, (*clique(range(4), 10.0), *clique(range(4, 8), 10.0), (0, 7, 25.0)))
    found = graph.cluster()
    assert groups(found.label) == {frozenset(range(4)), frozenset(range(4, 8))}
    assert [(graph.pairs[e][:2], Held(r)) for e, r in zip(found.held_edge, found.held_reason, strict=True)] == [
        ((0, 7), Held.BRIDGE)
    ]


def test_a_strong_false_link_does_not_carry_a_part_of_its_group_over() -> None:
    """0 hangs on its group by one true link of 10 bits; a false one of 28 bits ties it to strangers. Both go to a person."""
    graph = Graph(10, ((0, 1, 10.0), *clique(range(1, 5), 12.0), *clique(range(5, 10), 12.0), (0, 5, 28.0)))
    found = graph.cluster()
    assert groups(found.label) == {frozenset({0}), frozenset(range(1, 5)), frozenset(range(5, 10))}
    assert set(found.held_reason.tolist()) == {Held.BRIDGE}


def test_what_was_cut_heals_when_later_evidence_ties_it() -> None:
    """A bridge between two groups is held; a later record that belongs to both, or a second pair, joins them, and what was held links."""
    halves = (*clique(range(4), 10.0), *clique(range(4, 8), 10.0), (0, 7, 25.0))
    held = Graph(8, halves).cluster()
    assert held.held_reason.tolist() == [Held.BRIDGE]
    healed = Graph(9, (*halves, (1, 8, 11.0), (6, 8, 11.0))).cluster()
    assert groups(healed.label) == {frozenset(range(9))}
    assert not len(healed.held_edge)
    apart = Graph(9, (*halves, (1, 8, 11.0), (6, 8, 11.0)), cannot=((2, 5),)).cluster()
    assert apart.label[2] != apart.label[5]


def test_a_second_supporting_pair_is_no_bridge() -> None:
    graph = Graph(8, (*clique(range(4), 10.0), *clique(range(4, 8), 10.0), (0, 7, 25.0), (1, 6, 2.0)))
    assert len(groups(graph.cluster().label)) == 1


def test_a_strong_bridge_may_stand_where_the_rules_say_so() -> None:
    graph = Graph(8, (*clique(range(4), 10.0), *clique(range(4, 8), 10.0), (0, 7, 25.0)))
    assert len(groups(graph.cluster(ClusterRules(bridge_strong=24.0)).label)) == 1


def test_a_verdict_is_never_cut_but_seen() -> None:
    graph = Graph(8, (*clique(range(4), 10.0), *clique(range(4, 8), 10.0)), must=((0, 7),))
    assert len(groups(graph.cluster().label)) == 1
    loose = Graph(10, tuple((i, i + 1, 9.0) for i in range(0, 9, 2)), must=tuple((i, i + 1) for i in range(1, 9, 2)))
    found = loose.cluster(ClusterRules(bridge_side=1))
    assert all(found.label[i] == found.label[j] for i, j in loose.must)


def test_a_record_that_ties_two_groups_goes_to_the_stronger() -> None:
    pairs = [
        *clique(range(5), 10.0),
        *clique(range(5, 10), 10.0),
        *((i, 10, 9.0) for i in range(5)),
        *((i, 10, 8.0) for i in range(5, 10)),
    ]
    found = Graph(11, tuple(pairs)).cluster()
    assert groups(found.label) == {frozenset({*range(5), 10}), frozenset(range(5, 10))}
    assert set(found.held_reason.tolist()) == {Held.HUB}


def test_a_ring_of_many_is_loose() -> None:
    ring = Graph(20, tuple((min(i, (i + 1) % 20), max(i, (i + 1) % 20), 10.0 + i) for i in range(20)))
    found = ring.cluster()
    assert len(groups(found.label)) > 1
    assert Held.SPARSE in found.held_reason.tolist()


def test_an_unusually_large_group_calls_for_attention_and_stays() -> None:
    found = Graph(30, tuple(clique(range(30), 12.0))).cluster(ClusterRules(unusual_size=20))
    assert len(groups(found.label)) == 1
    assert found.attention_reason.tolist() == [Attention.SIZE]


@settings(max_examples=200, deadline=None)
@given(random_graphs(), st.integers(1, 4), st.integers(1, 4))
def test_no_bridge_or_hub_is_left(graph: Graph, bridge_side: int, hub_side: int) -> None:
    """Taking any one pair, or any one record, out of a group leaves no two large parts (checked by brute force)."""
    plain = Graph(graph.n, graph.pairs)
    found = plain.cluster(ClusterRules(bridge_side=bridge_side, hub_side=hub_side, sparse_from=1000))
    ties = [(i, j) for i, j, w in graph.pairs if w >= 0 and found.label[i] == found.label[j]]
    for group in groups(found.label):
        for tie in ties:
            parts = _parts(group, [t for t in ties if t != tie])
            assert len(parts) == 1 or min(map(len, parts)) < bridge_side
        for row in group:
            parts = _parts(group - {row}, [t for t in ties if row not in t])
            for part in parts:
                assert min(len(part), len(group) - 1 - len(part)) < hub_side


def _parts(group: frozenset[int], ties: list[tuple[int, int]]) -> list[set[int]]:
    parts: list[set[int]] = [{row} for row in group]
    for i, j in ties:
        if i in group and j in group:
            one, other = next(p for p in parts if i in p), next(p for p in parts if j in p)
            if one is not other:
                parts.remove(other)
                one |= other
    return parts
