"""Two names side by side: which word met which, syllable by syllable, and how common each is here."""

from __future__ import annotations

from dataclasses import dataclass

from linker.review.book import Book
from linker.review.evidence.syllables import Place, align, syllables

RARE_BITS = 17.0
"""Beyond it 'one in so many' says nothing a person could picture."""


@dataclass(frozen=True)
class Word:
    """A step of the comparison. `reason`: code of `linker.names.explain`; `one_in`: how rare the word is here."""

    places: tuple[Place, ...]
    reason: str
    english: str
    hindi: str
    one_in: int | None
    sign: str


@dataclass(frozen=True)
class NameText:
    """A name as typed, in Latin letters and in Devanagari ('' where that is the typed form), and how common it is: one in so many."""

    typed: str
    latin: str
    devanagari: str
    one_in: int | None


@dataclass(frozen=True)
class Names:
    """The comparison of two names."""

    left: NameText | None
    right: NameText | None
    words: tuple[Word, ...]
    sign: str
    english: str
    hindi: str


SIGNS = {
    "exact": "same", "same": "same", "similar": "near", "initial": "near", "joined": "same", "final_vowel": "differ",
    "only_left": "only", "only_right": "only", "conflict": "differ",
}  # fmt: skip
ALONE = {
    "only_left": ("in the name of A only", "केवल A के नाम में"),
    "only_right": ("in the name of B only", "केवल B के नाम में"),
}
"""The two records are called A and B here; on a narrow page they stand one below the other."""
LEVEL_SIGNS = {
    "EXACT": "same",
    "SAME": "same",
    "SIMILAR": "near",
    "PARTIAL": "near",
    "GIVEN_ONLY": "near",
    "INITIALS": "near",
    "FILLERS_DIFFER": "near",
    "SURNAME_ONLY": "near",
    "UNKNOWN": "none",
}


def compare(book: Book, left: str | None, right: str | None) -> Names | None:
    """Two names of the snapshot; None if neither is there."""
    if not left and not right:
        return None
    a, b = (book.name_number(t) if t else None for t in (left, right))
    rare = [{} if n is None else book.rarities(n) for n in (a, b)]
    texts = _both_scripts(book, left, a, rare[0]), _both_scripts(book, right, b, rare[1])
    if a is None or b is None:
        return Names(*texts, (), "none", "a name is missing", "नाम उपलब्ध नहीं")
    told = book.names.explain(a, b)
    rarity = rare[0] | rare[1]
    words = []
    for match in told.matches:
        if not match.left and not match.right:
            continue
        places = align(match.left, match.right) if match.left and match.right else _alone(match.left, match.right)
        bits = max((rarity.get(t, 0.0) for t in (*match.left.split(), *match.right.split())), default=0.0)
        english, hindi = ALONE.get(match.reason, (match.english, match.hindi))
        words.append(Word(tuple(places), match.reason, english, hindi, one_in(bits), SIGNS.get(match.reason, "near")))
    sign = LEVEL_SIGNS.get(told.level.name, "differ")
    return Names(*texts, tuple(words), sign, told.english, told.hindi)


def _alone(left: str, right: str) -> list[Place]:
    return [Place(s, "", "only") for s in syllables(left)] if left else [Place("", s, "only") for s in syllables(right)]


def name_text(book: Book, text: str | None, number: int | None) -> NameText | None:
    """A name in both scripts."""
    return _both_scripts(book, text, number, {} if number is None else book.rarities(number))


def _both_scripts(book: Book, text: str | None, number: int | None, rarity: dict[str, float]) -> NameText | None:
    if not text:
        return None
    if number is None:
        return NameText(text, "", "", None)
    latin = book.latin(text).title()
    is_latin = text.isascii()
    devanagari = book.devanagari(number) if is_latin else ""
    return NameText(text, "" if is_latin else latin, devanagari, one_in(sum(rarity.values())))


def one_in(bits: float) -> int | None:
    """'1 in so many', rounded to two digits; None beyond what the data can tell."""
    if bits <= 0 or bits > RARE_BITS:
        return None
    n = 2.0**bits
    step = 10 ** max(len(str(int(n))) - 2, 0)
    return int(max(round(n / step) * step, 1))
