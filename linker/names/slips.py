"""What one slip of the keyboard makes of a word, seen behind the ways in which one name is spelled. In numba, on code points."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

import numpy as np
from numba import njit, types
from numpy.typing import NDArray

from linker.names.kernel_types import I4S, I8, I8S

LETTERS_FOR_A_CONSONANT, LETTERS_FOR_A_VOWEL = 9, 8
"""Letters that two words must have together for a slip to be believed."""


class Slip(IntEnum):
    """What one slip of the keyboard has done."""

    NONE = 0
    LETTER = 1
    """A letter too much, too few or another one."""
    SWAP = 2
    """Two letters exchanged: their order says nothing of a final vowel (Sarabjit, Sarabjti)."""
    VOWEL = 3
    """A vowel too much, too few or another one: likelier than a consonant."""
    REGIONAL = 4
    """No slip: letters that regions pronounce or write alike (शिव, शिब; Iqbal, इकबाल)."""


_NONE, _LETTER, _SWAP, _VOWEL, _REGIONAL = (np.int8(s) for s in Slip)

Letters = tuple[NDArray[np.int32], NDArray[np.int64]]
"""Words as code points one behind the other, and where each word begins."""

LETTERS = types.Tuple((I4S, I8S))  # type: ignore[no-untyped-call]
_READ = types.Array(types.int32, 1, "C", readonly=True)
_FIRST_DEVANAGARI = 0x900


def _folded_pairs() -> NDArray[np.int32]:
    """By two Latin letters, numbered from a: the letter that is written for both, 0 if they stay two."""
    table = np.zeros((26, 26), np.int32)
    for pair, letter in (("aa", "a"), ("ee", "i"), ("ii", "i"), ("oo", "u"), ("uu", "u"), ("sh", "s")):
        table[ord(pair[0]) - 97, ord(pair[1]) - 97] = ord(letter)
    for aspirated in "bcdgjkptr":
        table[ord(aspirated) - 97, ord("h") - 97] = ord(aspirated)
    return table


def _table(first: int, size: int, letters: str, others: str) -> NDArray[np.int32]:
    """By code point from `first` on: the letter that is read for it."""
    table = np.arange(first, first + size, dtype=np.int32)
    for letter, other in zip(letters, others, strict=True):
        table[ord(letter) - first] = ord(other)
    return table


_PAIRS = _folded_pairs()
_FOLDED = _table(0, 128, "wzqfy", "vjkpi")
_VAGUE = _table(0, 128, "eo", "iu")
_REGIONS = _table(_FIRST_DEVANAGARI, 128, "वशषणखघछझठथढधफभीू", "बससनकगचजटतडदपबिु")
_PLAIN = _table(_FIRST_DEVANAGARI, 128, "", "")
_LATIN_VOWELS, _DEVANAGARI_VOWELS = np.zeros(128, np.bool_), np.zeros(128, np.bool_)
_LATIN_VOWELS[[ord(c) for c in "aeiou"]] = True
_DEVANAGARI_VOWELS[[ord(c) - _FIRST_DEVANAGARI for c in "ािीुूेैोौंँ़्"]] = True


def letters_of(words: Sequence[str]) -> Letters:
    """The code points of words."""
    points = np.frombuffer("".join(words).encode("utf-32-le", "surrogatepass"), np.int32).copy()
    lengths = np.fromiter(map(len, words), np.int64, len(words))
    return points, np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])


def folded_of(latin: Sequence[str]) -> Letters:
    """Latin words with long vowels, aspirates and letters of one sound folded: Sheela, Shila and Sila are sila."""
    folded: Letters = _fold(*letters_of([word.lower() for word in latin]))
    return folded


@njit(LETTERS(I4S, I8S), cache=True, nogil=True)
def _fold(points, start):  # type: ignore[no-untyped-def]
    out, ends = np.empty(len(points), np.int32), np.zeros(len(start), np.int64)
    n = 0
    for w in range(len(start) - 1):
        k = start[w]
        while k < start[w + 1]:
            c = points[k]
            k += 1
            if k < start[w + 1] and 97 <= c <= 122 and 97 <= points[k] <= 122 and _PAIRS[c - 97, points[k] - 97]:
                c = _PAIRS[c - 97, points[k] - 97]
                k += 1
            elif 0 <= c < 128:
                c = _FOLDED[c]
            out[n] = c
            n += 1
        ends[w + 1] = n
    return out[:n].copy(), ends


@njit(types.int32(types.int32, _READ, I8), cache=True, nogil=True, inline="always")
def _read(c, table, first):  # type: ignore[no-untyped-def]
    return table[c - first] if first <= c < first + 128 else c


@njit(types.boolean(types.int32), cache=True, nogil=True, inline="always")
def _is_vowel(c):  # type: ignore[no-untyped-def]
    if 0 <= c < 128:
        return _LATIN_VOWELS[c]
    return 0x900 <= c < 0x980 and _DEVANAGARI_VOWELS[c - 0x900]


@njit(types.boolean(I4S, I4S, _READ, I8), cache=True, nogil=True)
def _equal(x, y, table, first):  # type: ignore[no-untyped-def]
    """Whether two words are one, read through a table."""
    if len(x) != len(y):
        return False
    at = 0
    while at < len(x) and _read(x[at], table, first) == _read(y[at], table, first):
        at += 1
    return at == len(x)


@njit(types.int8(I4S, I4S, _READ, I8), cache=True, nogil=True)
def _slip(x, y, table, first):  # type: ignore[no-untyped-def]  # noqa: PLR0911
    """What one insertion, deletion, change or swap has made of one word, read through a table; NONE if they differ by more.

    People seldom mistype the first letter; a name with another one is another name (Sonu, Monu).
    """
    if len(x) > len(y):
        x, y = y, x
    n, m = len(x), len(y)
    if m - n > 1:
        return _NONE
    at = 0
    while at < n and _read(x[at], table, first) == _read(y[at], table, first):
        at += 1
    if at == m:
        return _VOWEL  # one word as they are read
    tail = 0
    while tail < n - at and _read(x[n - 1 - tail], table, first) == _read(y[m - 1 - tail], table, first):
        tail += 1
    if m > n:
        if at + tail < n:
            return _NONE
        vowels = _is_vowel(_read(y[at], table, first))
    else:
        if (
            at + tail == n - 2
            and _read(x[at], table, first) == _read(y[at + 1], table, first)
            and _read(x[at + 1], table, first) == _read(y[at], table, first)
        ):
            return _SWAP
        if at + tail < n - 1:
            return _NONE
        vowels = _is_vowel(_read(x[at], table, first)) and _is_vowel(_read(y[at], table, first))
    if at and vowels:
        return _VOWEL if n + m >= LETTERS_FOR_A_VOWEL else _NONE
    return _LETTER if n + m >= LETTERS_FOR_A_CONSONANT and (at > 0 or n != m) else _NONE


@njit(types.int8(I4S, I4S), cache=True, nogil=True)
def devanagari_slip(x, y):  # type: ignore[no-untyped-def]
    """A `Slip` between two Devanagari words; REGIONAL where they differ only by b and v, sibilants, n, aspiration and long vowels."""
    if _equal(x, y, _REGIONS, 0x900):
        return _REGIONAL
    return _slip(x, y, _PLAIN, 0x900)


@njit(types.int8(I4S, I4S, types.boolean), cache=True, nogil=True)
def latin_slip(x, y, across):  # type: ignore[no-untyped-def]
    """A `Slip` between two folded Latin spellings; REGIONAL where folding alone makes them one. `across`: one of them was guessed from
    another script, and with it whether e or i, o or u."""
    if _equal(x, y, _VAGUE, 0) and (across or _equal(x, y, _PLAIN, 0x900)):
        return _REGIONAL
    return _slip(x, y, _VAGUE, 0)
