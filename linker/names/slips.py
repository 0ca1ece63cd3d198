"""What one slip of the keyboard makes of a word, seen behind the ways in which one name is spelled."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA
from rapidfuzz.process import cpdist

from linker.names.evidence import Slip

_RUNS = re.compile(r"aa|ee|ii|oo|uu|sh|[bcdgjkptr]h")
_LATIN = {
    "aa": "a", "ee": "i", "ii": "i", "oo": "u", "uu": "u", "sh": "s",
    "bh": "b", "ch": "c", "dh": "d", "gh": "g", "jh": "j", "kh": "k", "ph": "p", "rh": "r", "th": "t",
}  # fmt: skip
_LETTERS = str.maketrans("wzqfy", "vjkpi")
_VOWELS = str.maketrans("eo", "iu")
_REGIONS = str.maketrans("वशषणखघछझठथढधफभीू", "बससनकगचजटतडदपबिु")
_VOWEL_SIGNS = frozenset("aeiouािीुूेैोौंँ़्")
LETTERS_FOR_A_CONSONANT, LETTERS_FOR_A_VOWEL = 9, 8
"""Letters that two words must have together for a slip to be believed."""


def fold_spelling(latin: str) -> str:
    """A Latin word with long vowels, aspirates and letters of one sound folded: Sheela, Shila and Sila are sila."""
    return _RUNS.sub(lambda m: _LATIN[m[0]], latin.lower()).translate(_LETTERS)


def latin_slips(words: Sequence[Sequence[str]], across: NDArray[np.bool_]) -> NDArray[np.int8]:
    """A `Slip` per pair of Latin spellings, after folding; REGIONAL where folding alone makes them one. `across`: one of them was guessed
    from another script, and with it whether e or i, o or u."""
    left, right = ([fold_spelling(w) for w in side] for side in words)
    vague = [[w.translate(_VOWELS) for w in side] for side in (left, right)]
    out = _slips(vague)
    same = [[x == y for x, y in zip(*sides, strict=True)] for sides in ((left, right), vague)]
    out[np.array(same[0], np.bool_) | (np.array(same[1], np.bool_) & across)] = Slip.REGIONAL
    return out


def devanagari_slips(words: Sequence[Sequence[str]]) -> NDArray[np.int8]:
    """A `Slip` per pair of Devanagari words; REGIONAL where they differ only by b and v, sibilants, n, aspiration and long vowels."""
    out = _slips(words)
    left, right = ([w.translate(_REGIONS) for w in side] for side in words)
    out[np.array([x == y for x, y in zip(left, right, strict=True)], np.bool_)] = Slip.REGIONAL
    return out


def _slips(words: Sequence[Sequence[str]]) -> NDArray[np.int8]:
    """Words of which one insertion, deletion, change or swap makes the other.

    People seldom mistype the first letter; a name with another one is another name (Sonu, Monu).
    """
    left, right = words
    out = np.zeros(len(left), np.int8)
    distance = cpdist(left, right, scorer=OSA.distance, score_cutoff=1, dtype=np.int32)
    for k in np.flatnonzero(distance <= 1).tolist():
        out[k] = _kind(left[k], right[k])
    return out


def _kind(x: str, y: str) -> Slip:
    if x == y:
        return Slip.VOWEL
    if len(x) == len(y) and sorted(x) == sorted(y):
        return Slip.SWAP
    at = next((i for i, (c, d) in enumerate(zip(x, y, strict=False)) if c != d), min(len(x), len(y)))
    changed = {side[at] for side in (x, y) if at < len(side) and (len(x) == len(y) or len(side) > min(len(x), len(y)))}
    if at and changed <= _VOWEL_SIGNS:
        return Slip.VOWEL if len(x) + len(y) >= LETTERS_FOR_A_VOWEL else Slip.NONE
    believed = len(x) + len(y) >= LETTERS_FOR_A_CONSONANT and (at > 0 or len(x) != len(y))
    return Slip.LETTER if believed else Slip.NONE
