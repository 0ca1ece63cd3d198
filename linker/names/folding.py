"""Words as rows of folded letters: what spellings of one name have in common, letter by letter, in Latin or Devanagari."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numba import njit, types
from numpy.typing import NDArray

from linker.names.kernel_types import I8, uncounted

LETTERS = 24
"""Letters of a word that are looked at; longer words are not cut."""
WIDTH = 2 * LETTERS + 5
"""Bytes of a row: letters, where each begins in the word, how many there are, and four bytes with a bit for each consonant that occurs."""

_VOWELS = np.zeros(256, np.bool_)
_VOWELS[[ord(c) for c in "aeiouy"]] = True


def _folded_letters() -> NDArray[np.uint8]:
    table = np.zeros(256, np.uint8)
    for letter in "abcdefghijklmnopqrstuvwxyz":
        table[ord(letter)] = ord(letter)
    for letter, other in zip("wzqfyeo", "vjkpiiu", strict=True):
        table[ord(letter)] = ord(other)
    return table


_FOLDED = _folded_letters()
WEAK = np.zeros(256, np.bool_)
WEAK[[ord(c) for c in "aiuh"]] = True


def _folded_devanagari() -> NDArray[np.uint8]:
    table = np.arange(128, 256, dtype=np.uint8)
    for letter, other in zip("शषणबठथखघछझढधफभंअइईउऊएऐओऔािीुूेैोौ", "ससनवटतकगचजडदपवनaiiuuiiuuaiiuuiiuu", strict=True):
        table[ord(letter) & 127] = ord(other) if other < "\x80" else (ord(other) & 127) | 128
    for passed in "्ँः़":
        table[ord(passed) & 127] = 0
    return table


_FOLDED_DEVANAGARI = _folded_devanagari()
WEAK[(ord("ह") & 127) | 128] = True
ROWS = types.Array(types.uint8, 2, "C", readonly=True)
_LETTERS = types.Array(types.uint8, 1, "A", readonly=True)
_BYTES = types.Array(types.uint8, 1, "C", readonly=True)
_STARTS = types.Array(types.int32, 1, "C", readonly=True)


@njit(types.void(types.uint8[::1], types.int64), cache=True, nogil=True)
def _finish(row, n):  # type: ignore[no-untyped-def]
    """Writes how many letters a row has, and which consonants."""
    row[2 * LETTERS] = n
    for i in range(n):
        letter = row[i]
        if not WEAK[letter]:
            row[2 * LETTERS + 1 + ((letter >> 3) & 3)] |= np.uint8(1 << (letter & 7))


@uncounted(types.boolean(ROWS, I8, I8))
def may_hold(rows, word, part):  # type: ignore[no-untyped-def]
    """Whether all consonants of the word in row `part` but one or so occur in that in row `word`: what it needs to be a piece of it."""
    lacking = 0
    for i in range(2 * LETTERS + 1, WIDTH):
        missing = np.int64(rows[part, i]) & ~np.int64(rows[word, i])
        while missing:
            missing &= missing - 1
            lacking += 1
    return lacking <= 1


@njit(types.uint8[:, ::1](_BYTES, _STARTS), cache=True, nogil=True)
def fold_letters(data, offsets):  # type: ignore[no-untyped-def]
    """Latin words as rows of WIDTH bytes (no letters for words that are too long). Letters
    fold that spellings of one name exchange: aa/a, e/ee/i, o/oo/u, w/v, z/j."""
    out = np.zeros((len(offsets) - 1, WIDTH), np.uint8)
    for k in range(len(out)):
        n = 0
        start, end = offsets[k], offsets[k + 1]
        for i in range(start, end):
            c = data[i]
            letter = _FOLDED[c]
            if letter == 0:
                continue
            if i > start and c == data[i - 1] and _VOWELS[c]:
                continue
            if n == LETTERS:
                n = 0
                break
            out[k, n], out[k, LETTERS + n] = letter, min(i - start, 255)
            n += 1
        _finish(out[k], n)
    return out


@njit(types.uint8[:, ::1](_BYTES, _STARTS), cache=True, nogil=True)
def fold_devanagari(data, offsets):  # type: ignore[no-untyped-def]
    """The same for Devanagari words in UTF-8, with places counted in characters; 0 letters for words of other scripts. Vowels become Latin
    a, i and u, as in folded Latin words, and inherent ones are not written."""
    out = np.zeros((len(offsets) - 1, WIDTH), np.uint8)
    for k in range(len(out)):
        n = 0
        for i in range(offsets[k], offsets[k + 1], 3):
            if data[i] != 0xE0 or data[i + 1] & 0xFE != 0xA4:
                n = 0
                break
            letter = _FOLDED_DEVANAGARI[(np.int64(data[i + 1]) & 1) << 6 | (data[i + 2] & 63)]
            if letter == 0:
                continue
            if n == LETTERS:
                n = 0
                break
            out[k, n], out[k, LETTERS + n] = letter, min((i - offsets[k]) // 3, 255)
            n += 1
        _finish(out[k], n)
    return out


def token_letters(texts: list[str], latin: list[str]) -> NDArray[np.uint8]:
    """Rows of letters of tokens in Latin, then, in as many rows more, in Devanagari (empty for tokens of other scripts)."""
    return np.concatenate([fold_letters(*utf8(latin)), fold_devanagari(*utf8(texts))])


def utf8(words: list[str]) -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
    """UTF-8 bytes and where each word begins."""
    array = pa.array(words, pa.string())
    data = np.frombuffer(array.buffers()[2] or b"\0", np.uint8)
    return data, np.frombuffer(array.buffers()[1], np.int32)[: len(words) + 1] if words else np.zeros(1, np.int32)


FIRST_NUMBER = np.uint64(0xCBF29CE484222325)


@uncounted(types.uint64(types.uint64, types.uint8), inline="always")
def next_number(number, letter):  # type: ignore[no-untyped-def]
    """The unfinished number of a word with one letter more."""
    return (number ^ np.uint64(letter)) * np.uint64(1099511628211)


@uncounted(types.int64(_LETTERS, I8, I8))
def letters_number(word, start, end):  # type: ignore[no-untyped-def]
    """A number of the folded letters from `start` to before `end`."""
    number = FIRST_NUMBER
    for i in range(start, end):
        number = next_number(number, word[i])
    return np.int64(number >> np.uint64(1))


@njit(types.int64[::1](ROWS), cache=True, nogil=True)
def row_numbers(rows):  # type: ignore[no-untyped-def]
    """`letters_number` of every row."""
    out = np.empty(len(rows), np.int64)
    for k in range(len(rows)):
        out[k] = letters_number(rows[k], 0, rows[k, 2 * LETTERS])
    return out
