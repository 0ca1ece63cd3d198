"""Why the records of an identity are one person, for its page and for questions about it: the links that hold it together, and what was
said of groups that link as wholes. Without weights: whoever judges must not know them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa

from linker.batch.grouped import GroupLink, group_links
from linker.matching.comparisons.base import Comparison
from linker.review.book import Book
from linker.review.evidence.arguments import Argument, arguments
from linker.schema import EDGE, Decision
from linker.web.words import Teller

STRONG, CLEAR, FAINT = 2.0, 1.0, 0.2
"""Bits of a figure's share; shares are smaller than the weights of levels, because the trees start from what the pairs say."""
SHOWN = 8

Letters = Mapping[str, str]
"""Record → the letter by which a page names it."""
Pair = tuple[str, str, tuple[Argument, ...]]


@dataclass(frozen=True)
class Figure:
    """What one figure says of two groups: a sentence, 'for' or 'against', and its strength from 0 to 3."""

    text: str
    side: str
    strength: int


@dataclass(frozen=True)
class Joined:
    """Two groups of records that link as wholes, as a page names them, and what each figure says, the weightiest first."""

    left: str
    right: str
    figures: tuple[Figure, ...]


def holding(edges: Sequence[Mapping[str, Any]], letters: Letters, comparisons: Mapping[str, Comparison]) -> list[Pair]:
    """The strongest links that hold the records together, one fewer than there are records, the weakest of them first."""
    root = {record: record for record in letters}

    def find(record: str) -> str:
        while root[record] != record:
            record = root[record] = root[root[record]]
        return record

    found: list[Pair] = []
    for edge in sorted(edges, key=lambda e: -e["weight"]):
        left, right = edge["record_id_l"], edge["record_id_r"]
        if edge["decision"] == Decision.LINK and find(left) != find(right):
            root[find(left)] = find(right)
            found.append((letters[left], letters[right], tuple(arguments(edge, comparisons))))
    return found[::-1]


def joined(book: Book, edges: Sequence[Mapping[str, Any]], letters: Letters, teller: Teller) -> list[Joined]:
    """What was said of groups that link as wholes, by the scored pairs inside one identity."""
    links = group_links(_table(edges), book.snapshot)
    return [_told(link, letters, teller) for link in links]


def joined_across(book: Book, records: tuple[str, str], teller: Teller) -> list[Joined]:
    """The same for the groups of two records in question; none where the two are not linked in that way."""
    edge = book.edge(*records)
    if edge is None or edge["rule"] != "pooled":
        return []
    row = book.row(records[0])
    assert row is not None
    inside = [str(book.tables["record"]["record_id"][r].as_py()) for r in book.members(book.identity_of(row))]
    links = group_links(_table(book.edges_among(inside)), book.snapshot)
    for link in links:
        for a, b in ((link.left, link.right), (link.right, link.left)):
            if records[0] in a and records[1] in b:
                return [_told(replace(link, left=a, right=b), {records[0]: "A", records[1]: "B"}, teller)]
    return []


def _table(edges: Sequence[Mapping[str, Any]]) -> pa.Table:
    return EDGE.conform(pa.Table.from_pylist(list(edges), EDGE.empty().schema))


def _told(link: GroupLink, letters: Letters, teller: Teller) -> Joined:
    figures = sorted(link.figures.items(), key=lambda item: -abs(item[1][1]))
    return Joined(
        _named(link.left, letters, teller), _named(link.right, letters, teller),
        tuple(_figure(name, value, bits, teller) for name, (value, bits) in figures),
    )  # fmt: skip


def _named(records: Sequence[str], letters: Letters, teller: Teller) -> str:
    """'A, B and 3 more records'."""
    known = sorted((letters[r] for r in records if r in letters), key=lambda name: (len(name), name))
    shown = ", ".join(known[:SHOWN])
    more = len(records) - len(known[:SHOWN])
    return teller("figure.and_more", letters=shown, n=more) if more else shown


def _figure(name: str, value: float, bits: float, teller: Teller) -> Figure:
    size = abs(bits)
    strength = 3 if size >= STRONG else 2 if size >= CLEAR else 1 if size >= FAINT else 0
    shown = f"{value:.0%}" if name == "unscored" else f"{value:.0f}"
    said = "little_against" if name == "against" and bits > 0 else name
    return Figure(teller(f"figure.{said}", n=shown), "for" if bits > 0 else "against", strength)
