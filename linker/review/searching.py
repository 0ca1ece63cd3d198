"""Looking identities up by what someone has in hand: an id, a source's own number, or words of a name in either script."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linker.review.book import Book
from linker.review.people import Account

SHOWN = 40
SHORTEST = 2


@dataclass(frozen=True)
class Hit:
    """An identity as one line of the result."""

    identity_id: str
    records: int
    name: str
    latin: str
    father: str
    district: str
    states: tuple[str, ...]
    born: str


def search(book: Book, account: Account, asked: str) -> tuple[list[Hit], bool]:
    """What `account` may see of what fits, and whether there is more than is shown."""
    text = " ".join(asked.split())[:100]
    if len(text) < SHORTEST:
        return [], False
    row = book.row(text)
    rows = [row] if row is not None else book.native(text)
    names = {book.identity_of(r) for r in rows}
    if not names and book.golden(text.upper()) is not None:
        names = {text.upper()}
    named = [g for n in sorted(names) if (g := book.golden(n)) is not None]
    found = named if names else _by_words(book, account, text.split())
    seen = [g for g in found if account.sees(g["states"] or ())]
    return [_hit(g) for g in seen[:SHOWN]], len(seen) > SHOWN


def _by_words(book: Book, account: Account, words: list[str]) -> list[dict[str, Any]]:
    """Identities whose names hold every word."""
    table = book.tables["identity"]
    fits = None
    for word in words[:6]:
        hit: Any = None
        for column in ("name", "name_latin", "name_devanagari"):
            here = pc.fill_null(pc.match_substring(table[column], word, ignore_case=True), False)
            hit = here if hit is None else pc.or_(hit, here)
        fits = hit if fits is None else pc.and_(fits, hit)
    if fits is None:
        return []
    at = np.flatnonzero(fits.to_numpy())
    rows: list[dict[str, Any]] = []
    for start in range(0, len(at), 200):
        part = table.take(pa.array(at[start : start + 200])).to_pylist()
        rows += [g for g in part if account.sees(g["states"] or ())]
        if len(rows) > SHOWN:
            break
    return sorted(rows, key=lambda g: (-g["records"], g["identity_id"]))


def _hit(golden: dict[str, Any]) -> Hit:
    low, high = golden["birth_from"], golden["birth_to"]
    born = "" if low is None else str(low.year) if low.year == high.year else f"{low.year}–{high.year}"
    return Hit(
        golden["identity_id"], golden["records"], golden["name"] or "", golden["name_latin"] or "",
        golden["father"] or golden["husband"] or "", golden["district"] or "", tuple(golden["states"] or ()), born,
    )  # fmt: skip
