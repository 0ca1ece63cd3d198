"""Place names in both scripts → one comparable ASCII key.

`place_key` drops what only says what kind of place it is (ग्राम, VPO, थाना), replaces common words by one form (सिविल लाइन, Civil Lines), and
writes the rest by sound: बादशाहपुर, Badshahpur and BADSHAH PUR all give the same key. Vowels inside a word are left out, because they are what
writers disagree on; a vowel at the end stays (Rampur and Rampura are two places).
"""

from __future__ import annotations

import re
from functools import lru_cache

from linker.names.unicode import fold
from linker.normalise.reference import forms, rows

LONGEST = 160
"""Characters of a cell that are looked at."""

_WORDS = re.compile(r"[^\W_]+(?:[\u0900-\u0903\u093c-\u094f\u0962\u0963॰]+[^\W_]*)*[॰.]?")
_BRACKETS = re.compile(r"\([^()]{0,60}\)")

_DEVANAGARI_SOUNDS = {
    "क": "k", "ख": "k", "ग": "g", "घ": "g", "ङ": "n", "च": "c", "छ": "c", "ज": "j", "झ": "j", "ञ": "n", "ट": "t", "ठ": "t",
    "ड": "d", "ढ": "d", "ण": "n", "त": "t", "थ": "t", "द": "d", "ध": "d", "न": "n", "प": "p", "फ": "f", "ब": "b", "भ": "b",
    "म": "m", "य": "y", "र": "r", "ल": "l", "ळ": "l", "व": "v", "श": "s", "ष": "s", "स": "s", "ह": "h", "ं": "n", "ऋ": "ri", "ृ": "ri",
    "अ": "", "आ": "a", "ा": "a", "इ": "i", "ई": "i", "ि": "i", "ी": "i", "उ": "u", "ऊ": "u", "ु": "u", "ू": "u", "ए": "e", "े": "e",
    "ऐ": "e", "ै": "e", "ओ": "o", "ो": "o", "औ": "o", "ौ": "o", "ॉ": "o", "ऑ": "o",
}  # fmt: skip
_LATIN_SOUNDS = [
    ("chh", "c"), ("ksh", "ks"), ("sh", "s"), ("ch", "c"), ("kh", "k"), ("gh", "g"), ("jh", "j"), ("th", "t"), ("dh", "d"),
    ("rh", "r"), ("ph", "f"), ("bh", "b"), ("gn", "gn"), ("ck", "k"), ("q", "k"), ("x", "ks"), ("z", "j"), ("w", "v"), ("c", "k"),
]  # fmt: skip
_LATIN_SOUND = re.compile("|".join(old for old, _ in _LATIN_SOUNDS))
_LATIN_NEW = dict(_LATIN_SOUNDS)


@lru_cache(maxsize=1)
def _phrases() -> tuple[re.Pattern[str], dict[str, str]]:
    """One pattern for all forms of place_words.tsv, longest first, and what replaces each ('' for what is stripped)."""
    replace = {}
    for row in rows("place_words.tsv"):
        for form in forms(row["forms"]):
            replace[" ".join(_tokens(fold(form)))] = "" if row["means"] == "strip" else row["means"]
    known = sorted((form for form in replace if form), key=len, reverse=True)
    pattern = "|".join(re.escape(form) for form in known)
    return re.compile(rf"(?<=\x20)(?:{pattern})(?=\x20)"), replace


def _tokens(folded: str) -> list[str]:
    return [token.rstrip(".॰") for token in _WORDS.findall(folded)]


def plain_place(text: str) -> str:
    """The place's own words: folded, without brackets, kinds of place and signs; common words in their one form."""
    folded = _BRACKETS.sub(" ", fold(text[:LONGEST]))
    words = " " + "  ".join(_tokens(folded)) + " "
    pattern, replace = _phrases()
    return " ".join(pattern.sub(lambda m: replace[m[0]], words.replace("  ", " ")).split())


def place_key(text: str) -> str | None:
    """The comparable ASCII key of a place; None where nothing of a name is left."""
    sounds = "".join(sound_of(word) for word in plain_place(text).split())
    return sounds or None


@lru_cache(maxsize=65536)
def sound_of(word: str) -> str:
    """One word's consonants by sound and its last vowel; digits as they are."""
    latin = word if word.isascii() else _devanagari(word)
    if word.isascii():
        latin = _LATIN_SOUND.sub(lambda m: _LATIN_NEW[m[0]], latin)
        latin = re.sub(r"gad$", "gar", re.sub(r"(?<=[a-z])vada", "vara", latin))
    latin = re.sub(r"[^a-z0-9]", "", latin)
    latin = re.sub(r"m(?=[bp])", "n", latin)
    latin = re.sub(r"([a-z])\1+", r"\1", latin)
    end = re.search(r"[aeiouy]+$", latin)
    body = re.sub(r"[aeiou]", "", latin[: end.start()] if end else latin)
    if not body:
        return latin
    return re.sub(r"([a-z])\1+", r"\1", body) + (_END.get(end[0][-1], "") if end else "")


_END = {"a": "a", "e": "i", "i": "i", "y": "i", "o": "u", "u": "u"}


def _devanagari(word: str) -> str:
    word = word.replace("ड़", "र").replace("ढ़", "र").replace("ज्ञ", "ग्य")
    return "".join(_DEVANAGARI_SOUNDS.get(c, c if c.isascii() else "") for c in word)
