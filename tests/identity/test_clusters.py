"""Groups under constraints: what must hold on any graph, and how close to the best partition they come."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linker.config.clusters import ClusterRules
from linker.identity.clusters import Attention, Held, cluster
from tests.identity.graphs import (
    LINK_FROM,
    UNCHECKED,
    Graph,
    best,
    clique,
    groups,
    random_graphs,
    rows,
    value,
)

RULES = st.sampled_from([UNCHECKED, ClusterRules(), ClusterRules(bridge_side=1, hub_side=1, sparse_from=3)])


@settings(max_examples=300, deadline=None)
@given(random_graphs(), RULES)
def test_groups_partition_the_records_and_are_named_by_their_smallest(graph: Graph, rules: ClusterRules) -> None:
    label = graph.cluster(rules).label
    assert len(label) == graph.n
    for group in groups(label):
        assert {int(label[row]) for row in group} == {min(group)}


@settings(max_examples=300, deadline=None)
@given(random_graphs(), RULES)
def test_what_is_apart_stays_apart_also_through_others(graph: Graph, rules: ClusterRules) -> None:
    label = graph.cluster(rules).label
    assert not [pair for pair in graph.apart() if label[pair[0]] == label[pair[1]]]


@settings(max_examples=300, deadline=None)
@given(random_graphs(), RULES, st.randoms(use_true_random=False))
def test_the_order_of_pairs_and_the_side_of_a_record_do_not_matter(graph: Graph, rules: ClusterRules, random) -> None:  # type: ignore[no-untyped-def]
    order = list(range(len(graph.pairs)))
    random.shuffle(order)
    turned = Graph(
        graph.n,
        tuple((j, i, w) if random.random() < 0.5 else (i, j, w) for i, j, w in graph.pairs),
        tuple(random.sample(graph.must, len(graph.must))),
        tuple((j, i) for i, j in graph.cannot),
        graph.veto,
        graph.fathers,
    )
    one, other = graph.cluster(rules), turned.cluster(rules, order)
    assert one.label.tolist() == other.label.tolist()
    held = {(graph.pairs[e][:2], r) for e, r in zip(one.held_edge.tolist(), one.held_reason.tolist(), strict=True)}
    again = {
        (graph.pairs[order[e]][:2], r)
        for e, r in zip(other.held_edge.tolist(), other.held_reason.tolist(), strict=True)
    }
    assert held == again


@settings(max_examples=300, deadline=None)
@given(random_graphs(), RULES)
def test_every_link_joins_or_is_held_with_a_reason(graph: Graph, rules: ClusterRules) -> None:
    found = graph.cluster(rules)
    held = dict(zip(found.held_edge.tolist(), found.held_reason.tolist(), strict=True))
    for at, (i, j, weight) in enumerate(graph.pairs):
        if weight >= LINK_FROM and (i, j) not in graph.veto:
            assert (found.label[i] == found.label[j]) != (at in held)
    assert set(held) <= set(range(len(graph.pairs)))


@settings(max_examples=200, deadline=None)
@given(random_graphs())
def test_a_group_hangs_together_by_links_and_verdicts(graph: Graph) -> None:
    found = graph.cluster(ClusterRules())
    ties = {(i, j) for i, j, w in graph.pairs if w >= LINK_FROM and (i, j) not in graph.veto}
    ties |= {(min(p), max(p)) for p in graph.must}
    for group in groups(found.label):
        reached = {min(group)}
        while grown := {b for a, b in ties if a in reached and b in group} | {
            a for a, b in ties if b in reached and a in group
        }:
            if grown <= reached:
                break
            reached |= grown
        assert reached == set(group)


@settings(max_examples=200, deadline=None)
@given(random_graphs())
def test_the_weakest_link_is_the_least_that_the_group_needs(graph: Graph) -> None:
    found = graph.cluster(UNCHECKED)
    for group in groups(found.label):
        inside = [(w, i, j) for i, j, w in graph.pairs if i in group and j in group and w >= LINK_FROM]
        inside = [e for e in inside if (e[1], e[2]) not in graph.veto]
        inside += [(np.inf, i, j) for i, j in graph.must if i in group and j in group]
        least = found.weakest[min(group)]
        if len(group) == 1:
            assert np.isnan(least)
        else:
            assert _connected(group, [e for e in inside if e[0] >= least])
            assert least == np.inf or not _connected(group, [e for e in inside if e[0] > least])


def _connected(group: frozenset[int], ties: list[tuple[float, int, int]]) -> bool:
    reached = {min(group)}
    for _ in group:
        reached |= {j for _, i, j in ties if i in reached} | {i for _, i, j in ties if j in reached}
    return reached == set(group)


@settings(deadline=None)
@given(random_graphs())
def test_verdicts_same_hold_unless_they_contradict_verdicts_different(graph: Graph) -> None:
    free = Graph(graph.n, graph.pairs, graph.must, (), frozenset(), graph.fathers)
    label = free.cluster(ClusterRules()).label
    assert all(label[i] == label[j] for i, j in graph.must)


def test_positive_after_negative_does_not_join_indirectly() -> None:
    graph = Graph(3, ((0, 1, 20.0), (1, 2, 19.0)), cannot=((0, 2),))
    found = graph.cluster()
    assert found.label.tolist() == [0, 0, 2]
    assert found.held_reason.tolist() == [Held.CANNOT_LINK]


def test_two_records_joined_only_through_a_third_are_a_contradiction() -> None:
    brothers = Graph(3, ((0, 2, 9.0), (1, 2, 8.0), (0, 1, -9.0)))
    found = brothers.cluster()
    assert groups(found.label) == {frozenset({0, 2}), frozenset({1})}
    assert found.held_reason.tolist() == [Held.CONTRADICTION]


def test_a_pair_with_little_for_and_nothing_against_it_is_no_contradiction() -> None:
    record_between = Graph(3, ((0, 2, 9.0), (1, 2, 8.0), (0, 1, -9.0)))
    found = record_between.cluster(quiet=np.array([False, False, True]))
    assert groups(found.label) == {frozenset({0, 1, 2})}
    assert not len(found.attention)


def test_a_group_with_a_contested_pair_calls_for_attention() -> None:
    group = Graph(3, ((0, 2, 20.0), (1, 2, 20.0), (0, 1, 1.0)))
    found = group.cluster(contested=np.array([False, False, True]))
    assert groups(found.label) == {frozenset({0, 1, 2})}
    assert found.attention_reason.tolist() == [Attention.CONTRADICTION]


def test_one_bad_pair_does_not_tear_two_well_tied_groups_apart() -> None:
    pairs = clique(range(5), 12.0) + clique(range(5, 10), 12.0)
    pairs += [(i, j, -9.0 if (i, j) == (0, 9) else 10.0) for i in range(5) for j in range(5, 10)]
    found = Graph(10, tuple(pairs)).cluster()
    assert groups(found.label) == {frozenset(range(10))}
    assert found.attention_reason.tolist() == [Attention.CONTRADICTION]


def test_a_veto_between_candidates_outranks_any_weight() -> None:
    graph = Graph(2, ((0, 1, 40.0),), veto=frozenset({(0, 1)}))
    assert graph.cluster().label.tolist() == [0, 1]


def test_joining_comes_close_to_the_best_partition() -> None:
    """On nine records of three persons with noisy weights: at least 99% of the best sum, exactly the best in nine of ten."""
    rng = np.random.default_rng(0)
    reached, possible, exact, cases = 0.0, 0.0, 0, 40
    for _ in range(cases):
        person = rng.integers(0, 3, 9)
        pairs = tuple(
            (i, j, float(np.float32(rng.normal(10 if person[i] == person[j] else -6, 5))))
            for i in range(9)
            for j in range(i + 1, 9)
            if rng.random() < 0.8
        )
        graph = Graph(9, pairs)
        got, ideal = value(graph, graph.cluster(UNCHECKED).label), best(graph)
        assert got <= ideal + 1e-3
        reached, possible, exact = reached + got, possible + ideal, exact + (abs(got - ideal) < 1e-3)
    assert reached >= 0.99 * possible
    assert exact >= 0.9 * cases


@pytest.mark.parametrize(
    ("left", "right", "weight", "what"),
    [
        ([0], [0], [1.0], "itself"),
        ([0], [5], [1.0], "outside"),
        ([-1], [1], [1.0], "outside"),
        ([0], [1], [np.nan], "not a number"),
    ],
)
def test_senseless_pairs_are_refused(left: list[int], right: list[int], weight: list[float], what: str) -> None:
    with pytest.raises(ValueError, match=what):
        cluster(
            3, np.array(left, np.int32), np.array(right, np.int32), np.array(weight, np.float32), np.ones(1, np.int8)
        )


def test_no_records_and_no_pairs() -> None:
    nothing = np.empty(0, np.int32)
    assert cluster(0, nothing, nothing, nothing.astype(np.float32), nothing.astype(np.int8)).label.tolist() == []
    assert cluster(3, nothing, nothing, nothing.astype(np.float32), nothing.astype(np.int8)).label.tolist() == [0, 1, 2]
    assert rows(()).shape == (0, 2)
