"""Letters that spellings of one name exchange, folded, to see whether two words differ by more than that."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_RUNS = re.compile(r"aa|ee|ii|oo|uu|sh|[bcdgjkptr]h")
_LATIN = {
    "aa": "a", "ee": "i", "ii": "i", "oo": "u", "uu": "u", "sh": "s",
    "bh": "b", "ch": "c", "dh": "d", "gh": "g", "jh": "j", "kh": "k", "ph": "p", "rh": "r", "th": "t",
}  # fmt: skip
_LETTERS = str.maketrans("wzqfye", "vjkpii")
_REGIONS = str.maketrans("वशषणखघछझठथढधफभीू", "बससनकगचजटतडदपबिु")


def fold_spelling(latin: str) -> str:
    """A Latin word with long vowels, aspirates and letters of one sound folded: Sheela, Shila and Sila are sila."""
    return _RUNS.sub(lambda m: _LATIN[m[0]], latin.lower()).translate(_LETTERS)


def region_alike(words: Sequence[list[str]]) -> NDArray[np.bool_]:
    """Which Devanagari words of two lists differ only by b and v, sibilants, n, aspiration and the length of vowels."""
    left, right = ([w.translate(_REGIONS) for w in side] for side in words)
    return np.array([x == y for x, y in zip(left, right, strict=True)], np.bool_)
