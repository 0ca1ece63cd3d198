"""Identities as lines of a result, and looking them up by a number that someone has in hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from linker.review.book import Book

SHORTEST = 2


@dataclass(frozen=True)
class Hit:
    """An identity as one line of the result. `other` is the name in the other script; `reasons`: side, English, Hindi; none where a number
    named it."""

    identity_id: str
    records: int
    name: str
    other: str
    father: str
    district: str
    states: tuple[str, ...]
    born: str
    reasons: tuple[tuple[str, str, str], ...] = ()


def by_number(book: Book, text: str) -> list[Hit]:
    """The identities that an identity's id, a record's id or a source's own number names."""
    row = book.row(text)
    rows = [row] if row is not None else book.native(text)
    names = {book.identity_of(r) for r in rows}
    if not names and book.golden(text.upper()) is not None:
        names = {text.upper()}
    return [hit_of(g) for n in sorted(names) if (g := book.golden(n)) is not None]


def hit_of(golden: dict[str, Any]) -> Hit:
    """The unified table's row of an identity as a line."""
    low, high = golden["birth_from"], golden["birth_to"]
    born = "" if low is None else str(low.year) if low.year == high.year else f"{low.year}–{high.year}"
    return Hit(
        golden["identity_id"], golden["records"], golden["name"] or "", _other_script(golden),
        golden["father"] or golden["husband"] or "", golden["district"] or "", tuple(golden["states"] or ()), born,
    )  # fmt: skip


def _other_script(golden: dict[str, Any]) -> str:
    name = golden["name"] or ""
    return (golden["name_devanagari"] if name.isascii() else golden["name_latin"]) or ""
