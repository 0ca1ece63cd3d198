"""Records that name no relative: they join one of two groups whose relatives differ, never both."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings

from linker.identity.clusters import Held
from tests.identity.graphs import LINK_FROM, Graph, groups, random_graphs

# rows 0 and 1: sons of Mohan; 2 and 3: sons of Sohan; 4 names nobody
FATHERS = ("Mohan", "Mohan", "Sohan", "Sohan", "")
SONS = ((0, 1, 20.0), (2, 3, 20.0), (0, 2, 3.0), (0, 3, 3.0), (1, 2, 3.0), (1, 3, 3.0))
TIES = ((0, 4, 15.0), (1, 4, 15.0), (2, 4, 12.0), (3, 4, 12.0))
BOTH = Graph(5, SONS + TIES, fathers=FATHERS)
ALL = {frozenset(range(5))}

CASES = [
    ("the silent record joins those whom it fits best", BOTH, {frozenset({0, 1, 4}), frozenset({2, 3})}),
    ("nobody names a father", replace(BOTH, fathers=()), ALL),
    ("all name one father", replace(BOTH, fathers=("Mohan",) * 4 + ("",)), ALL),
    ("a number ties the sons of both", replace(BOTH, pairs=(*SONS[:2], (0, 2, 20.0), *SONS[3:], *TIES)), ALL),
    ("a person has said that they are one", replace(BOTH, must=((0, 2),)), ALL),
    (
        "a person has said whose the silent record is",
        replace(BOTH, must=((2, 4),)),
        {frozenset({0, 1}), frozenset({2, 3, 4})},
    ),
    (
        "the silent record fits only one",
        replace(BOTH, pairs=SONS + TIES[2:]),
        {frozenset({0, 1}), frozenset({2, 3, 4})},
    ),
]


@pytest.mark.parametrize(("why", "graph", "expected"), CASES, ids=[c[0] for c in CASES])
def test_silence(why: str, graph: Graph, expected: set[frozenset[int]]) -> None:
    assert groups(graph.cluster().label) == expected


def test_what_is_kept_out_says_why() -> None:
    found = BOTH.cluster()
    assert [BOTH.pairs[e][:2] for e in found.held_edge] == [(2, 4), (3, 4)]
    assert set(found.held_reason.tolist()) == {Held.UNSTATED}


def test_a_verdict_is_named_before_silence() -> None:
    found = replace(BOTH, cannot=((0, 2),)).cluster()
    assert set(found.held_reason.tolist()) == {Held.CANNOT_LINK}


@settings(max_examples=300, deadline=None)
@given(random_graphs())
def test_only_what_records_with_fathers_tie_holds_two_fathers(graph: Graph) -> None:
    """In every group: records of different fathers hang together by links among records that name one, and by verdicts."""
    label = graph.cluster().label
    ties = [(i, j) for i, j, w in graph.pairs if w >= LINK_FROM and (i, j) not in graph.veto and graph.both_state(i, j)]
    heard = _components(graph.n, ties + list(graph.must))
    for i, j, w in graph.pairs:
        if graph.differ(i, j) and w < LINK_FROM and label[i] == label[j]:
            assert heard[i] == heard[j]


def _components(n: int, ties: list[tuple[int, int]]) -> list[int]:
    name = list(range(n))
    for i, j in ties:
        old, new = name[i], name[j]
        name = [new if x == old else x for x in name]
    return name
