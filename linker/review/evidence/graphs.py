"""The records concerned as points, the scored pairs between them as lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from linker.review.book import Book
from linker.review.items import Item
from linker.schema import Decision

MOST_NODES = 30
"""More points than these nobody can tell apart."""


@dataclass(frozen=True)
class Node:
    record_id: str
    letter: str
    group: int
    """0: the left identity or the only one, 1: the right one"""
    asked: bool


@dataclass(frozen=True)
class Tie:
    """A scored pair in the graph: 'link', 'review' or 'apart'; `asked` is the one in question."""

    left: str
    right: str
    kind: str
    asked: bool


@dataclass(frozen=True)
class Graph:
    nodes: tuple[Node, ...]
    ties: tuple[Tie, ...]
    left_out: int = 0


def graph_of_pair(book: Book, item: Item, members: list[list[int]], rows: tuple[int, int]) -> Graph:
    """Both identities' records and the scored pairs between them."""
    same = members[0] == members[1]
    nodes: list[Node] = []
    left_out = 0
    for group, (own, asked) in enumerate(zip(members[: 1 if same else 2], rows, strict=False)):
        wanted = set(rows) if same else {asked}
        chosen = [r for r in own if r in wanted] + [r for r in own if r not in wanted]
        left_out += max(len(chosen) - MOST_NODES // 2, 0)
        nodes += [Node(id_of(book, r), "", group, r in wanted) for r in chosen[: MOST_NODES // 2]]
    named = {n.record_id: {item.records[0]: "A", item.records[1]: "B"}.get(n.record_id, "") for n in nodes}
    nodes = [Node(n.record_id, named[n.record_id], n.group, n.asked) for n in nodes]
    edges = book.edges_among(named)
    ties = [
        Tie(e["record_id_l"], e["record_id_r"], kind_of(e), {e["record_id_l"], e["record_id_r"]} == set(item.records))
        for e in edges
    ]
    if not any(t.asked for t in ties):
        ties.append(Tie(item.records[0], item.records[1], "review", True))
    return Graph(tuple(nodes), tuple(ties), left_out)


def id_of(book: Book, row: int) -> str:
    """The record id of a row."""
    return str(book.tables["record"]["record_id"][row].as_py())


def kind_of(edge: Mapping[str, Any]) -> str:
    """How a scored pair is drawn: 'link', 'review' or 'apart'."""
    return {Decision.LINK: "link", Decision.REVIEW: "review", Decision.NO_LINK: "apart"}[Decision(edge["decision"])]
