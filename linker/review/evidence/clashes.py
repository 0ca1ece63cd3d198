"""Why the identity that a verdict would make may not hold all records of both: some of them contradict each other."""

from __future__ import annotations

from collections.abc import Sequence

from linker.review.book import Book

APART = frozenset({"veto", "held_decided"})
"""Rules that keep two records out of one identity whatever links them otherwise."""


def clashes(book: Book, records: Sequence[str], asked: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Pairs of `records` that cannot be in one identity, but for the pair that is `asked` about, which the verdict itself decides."""
    return tuple(
        (e["record_id_l"], e["record_id_r"])
        for e in book.edges_among(records)
        if e["rule"] in APART and {e["record_id_l"], e["record_id_r"]} != set(asked)
    )
