"""Two words side by side, syllable under syllable, whatever their scripts.

A difference is shown where it is heard: रा-के-श and ra-ke-sh are alike in every place although no two characters are. Words are cut into
syllables (in Devanagari an akshara, in Latin letters consonants with the vowel that follows), each gets a sound, and the two rows are
aligned at the least cost.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

Grade = Literal["same", "near", "differ", "only"]

_C = "[\u0915-\u0939\u0958-\u095f]\u093c?"
_AKSHARA = re.compile(
    rf"(?:{_C}\u094d)*{_C}(?:\u094d|[\u093e-\u094c])?[\u0901-\u0903]?|[\u0904-\u0914][\u0901-\u0903]?|."
)
_LATIN = re.compile(r"[^aeiou\s]*[aeiou]+(?:([nm])(?!\1)(?=[^aeiouyh\s]))?|[^aeiou\s]+|\s")
_CONSONANTS = {
    "क": "k", "ख": "k", "ग": "g", "घ": "g", "ङ": "n", "च": "c", "छ": "c", "ज": "j", "झ": "j", "ञ": "n", "ट": "t", "ठ": "t",
    "ड": "d", "ढ": "d", "ण": "n", "त": "t", "थ": "t", "द": "d", "ध": "d", "न": "n", "प": "p", "फ": "f", "ब": "b", "भ": "b",
    "म": "m", "य": "y", "र": "r", "ल": "l", "ळ": "l", "व": "v", "श": "s", "ष": "s", "स": "s", "ह": "h",
}  # fmt: skip
_VOWELS = {
    "ा": "a", "ि": "i", "ी": "i", "ु": "u", "ू": "u", "ृ": "i", "े": "e", "ै": "e", "ो": "o", "ौ": "o", "ॉ": "o", "ॅ": "e",
    "अ": "a", "आ": "a", "इ": "i", "ई": "i", "उ": "u", "ऊ": "u", "ऋ": "i", "ए": "e", "ऐ": "e", "ओ": "o", "औ": "o",
}  # fmt: skip
_LATIN_SOUNDS = (
    (r"chh|ch", "c"), (r"sh|s", "s"), (r"ph|f", "f"), (r"kh|k|q|ck", "k"), (r"gh|g", "g"), (r"jh|j|z", "j"), (r"th|t", "t"),
    (r"dh|d", "d"), (r"bh|b", "b"), (r"w|v", "v"), (r"rh|r", "r"), (r"x", "ks"), (r"c", "k"),
)  # fmt: skip
_NEAR = ({"b", "v"}, {"d", "r"}, {"n", "m"}, {"f", "p"}, {"s", "c"}, {"k", "g"}, {"t", "d"}, {"j", "y"}, {"g", "h"})
GAP = 0.9


@dataclass(frozen=True)
class Place:
    """One place of the alignment: a syllable on each side ('' for none) and how they agree."""

    left: str
    right: str
    grade: Grade


def syllables(word: str) -> list[str]:
    """A word in its syllables; joined they give the word again."""
    if re.search(r"[\u0900-\u097f]", word):
        return _AKSHARA.findall(word)
    return [m.group() for m in _LATIN.finditer(word.lower())] or [word]


@lru_cache(maxsize=20_000)
def sound(syllable: str) -> tuple[str, str]:
    """Consonants and vowel of a syllable, folded over scripts and ways of spelling."""
    if re.search(r"[\u0900-\u097f]", syllable):
        syllable = syllable.replace("ज्ञ", "ग्य")
        syllable = unicodedata.normalize("NFD", syllable).replace(
            "\u093c", ""
        )  # the dot below changes no sound that we tell apart
        consonants = "".join(_CONSONANTS.get(c, "") for c in syllable)
        vowel = "".join(_VOWELS.get(c, "") for c in syllable)
        consonants += "n" if re.search(r"[ँं]", syllable) else ""
        silent = not vowel and syllable[-1] == "्"
        return _single(consonants), vowel or ("" if silent else "@")
    parts = re.match(r"([^aeiou]*)([aeiou]*)(.*)", syllable)
    assert parts is not None
    before, vowel, after = parts.groups()
    for pattern, letter in _LATIN_SOUNDS:
        before = re.sub(pattern, letter.upper(), before)
    folded = {
        "aa": "a",
        "ee": "i",
        "ii": "i",
        "ea": "i",
        "oo": "u",
        "uu": "u",
        "ou": "u",
        "ai": "e",
        "ay": "e",
        "ei": "e",
        "au": "o",
        "ie": "i",
    }
    return _single(before.lower() + ("n" if after else "")), folded.get(vowel, vowel[:1]) or "@"


def _single(consonants: str) -> str:
    return re.sub(r"(.)\1+", r"\1", consonants)


def grade(left: str, right: str) -> tuple[float, Grade]:
    """What it costs to set two syllables under each other, and how they agree."""
    (a, v), (b, w) = sound(left), sound(right)
    vowels = v == w or ("@" in (v, w) and {v, w} <= {"@", "a"})
    if a == b:
        if vowels:
            return 0.0, "same"
        return (0.6, "differ") if "@" in (v, w) else (0.35, "near")  # a vowel that is spelled on one side only
    if a and b and (a.rstrip("n") == b.rstrip("n") or (vowels and (a.endswith(b) or b.endswith(a)))):
        return 0.3, "near"
    if vowels and any({a, b} <= pair for pair in _NEAR):
        return 0.4, "near"
    if len(a) == len(b) and any({a, b} <= pair for pair in _NEAR):
        return 0.6, "near"
    return (0.8, "differ") if vowels or (a and b and a[0] == b[0]) else (1.2, "differ")


def align(left: str, right: str) -> list[Place]:
    """Two words, syllable under syllable."""
    a, b = syllables(left), syllables(right)
    cost = [[0.0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i in range(len(a) + 1):
        for j in range(len(b) + 1):
            options = []
            if i:
                options.append(cost[i - 1][j] + GAP)
            if j:
                options.append(cost[i][j - 1] + GAP)
            if i and j:
                options.append(cost[i - 1][j - 1] + grade(a[i - 1], b[j - 1])[0])
            cost[i][j] = min(options, default=0.0)
    places: list[Place] = []
    i, j = len(a), len(b)
    while i or j:
        if i and j and cost[i][j] == cost[i - 1][j - 1] + grade(a[i - 1], b[j - 1])[0]:
            i, j = i - 1, j - 1
            places.append(Place(a[i], b[j], grade(a[i], b[j])[1]))
        elif i and cost[i][j] == cost[i - 1][j] + GAP:
            i -= 1
            places.append(Place(a[i], "", "same" if a[i] == " " else "only"))
        else:
            j -= 1
            places.append(Place("", b[j], "same" if b[j] == " " else "only"))
    return places[::-1]
