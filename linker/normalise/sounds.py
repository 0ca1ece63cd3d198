"""How a place's name sounds, as far as writers of both scripts agree.

`sound_key` writes Devanagari and Latin by one set of classes. Aspirates and retroflexes fall together with their plain
dentals (थ ठ त t th), v with w, z with j, sh with s; `a` of any length counts only at either end, because the inherent
vowel is written or not at will; e, ee, ai and y are one vowel, o, oo and au another. What remains tells Haripur from
Harpur and Rampur from Rampura.
"""

from __future__ import annotations

import re
from functools import lru_cache

KEEP_END = "|"
"""Between two words: the first word's last vowel counts, as at the end of the name ('Rampura|Khurd')."""

_DEVANAGARI = {
    "क": "k", "ख": "k", "ग": "g", "घ": "g", "ङ": "n", "च": "c", "छ": "c", "ज": "j", "झ": "j", "ञ": "n", "ट": "t",
    "ठ": "t", "ड": "d", "ढ": "d", "ण": "n", "त": "t", "थ": "t", "द": "d", "ध": "d", "न": "n", "प": "p", "फ": "f",
    "ब": "b", "भ": "b", "म": "m", "य": "i", "र": "r", "ल": "l", "ळ": "l", "व": "v", "श": "s", "ष": "s", "स": "s",
    "ह": "h", "ं": "n", "अ": "a", "आ": "a", "ा": "a", "इ": "i", "ई": "i", "ि": "i", "ी": "i", "उ": "u", "ऊ": "u",
    "ु": "u", "ू": "u", "ए": "e", "े": "e", "ऐ": "i", "ै": "i", "ओ": "u", "ो": "u", "औ": "u", "ौ": "u", "ॉ": "u",
    "ऑ": "u", "ऋ": "ri", "ृ": "ri", "ॐ": "um",
}  # fmt: skip
_FLAPS = (("ड\u093c", "r"), ("ढ\u093c", "R"), ("ज्ञ", "gi"), ("क्ष", "ks"))
_LATIN = {
    "chh": "c", "ch": "c", "ksh": "ks", "sh": "s", "kh": "k", "gh": "g", "jh": "j", "th": "t", "dh": "d", "rh": "R",
    "ph": "f", "bh": "b", "c": "k", "q": "k", "x": "ks", "z": "j", "w": "v", "y": "i", "o": "u",
}  # fmt: skip
_LATIN_SOUND = re.compile("|".join(sorted(_LATIN, key=len, reverse=True)))
_GARH = re.compile("(?<=ga)d(?:h|$)")
_E_BEFORE_H = re.compile("e(?=h)")
_DIPHTHONG_FIRST = re.compile("^a+(?=[iu])")
_INNER_A = re.compile(r"(?<=.)a(?![|]|$)")
_DOUBLED = re.compile(r"([a-zR])\1+")
_LAST = re.compile(r"v(?=[|]|$)|(?<=[dt]r)a(?=[|]|$)")
_NASAL = re.compile("m(?=[bp])")
_FOREIGN = re.compile("[^a-zR0-9]")


def sound_key(text: str) -> str:
    """The key of folded text (see `linker.names.unicode.fold`): letters a-z and digits; '' where no letter is left.

    Words that stand apart by blanks sound as if written together; see `KEEP_END` for the other separator.
    """
    parts = ["".join([_word(word) for word in part.split()]) for part in text.split(KEEP_END)]
    key = KEEP_END.join(part for part in parts if part)
    key = _E_BEFORE_H.sub("", key).replace("e", "i")
    key = _INNER_A.sub("", _DIPHTHONG_FIRST.sub("", key))
    key = _LAST.sub(lambda m: "u" if m[0] == "v" else "", _DOUBLED.sub(r"\1", key))
    return _NASAL.sub("n", key.replace(KEEP_END, "")).replace("R", "rh")


@lru_cache(maxsize=100_000)
def _word(word: str) -> str:
    """One word in the classes of both scripts, vowels still in place."""
    if word.isascii():
        latin = _LATIN_SOUND.sub(lambda m: _LATIN[m[0]], _GARH.sub("rh", word))
    else:
        for written, sound in _FLAPS:
            word = word.replace(written, sound)
        latin = "".join([_DEVANAGARI.get(c, c if c.isascii() else "") for c in word])
    return _FOREIGN.sub("", latin)
