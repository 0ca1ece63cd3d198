"""Latin spellings to sound codes and stable hashes of them: the base of keys and of pooled frequencies.

From fine to coarse: SOUND keeps vowel classes and is what frequencies are pooled by (Rakesh, Raakesh and राकेश are one, Rakesh and Rokesh
are two). STRICT drops the vowels behind the first letter, INNER is STRICT of a word in the middle of another, where a first vowel is
dropped too. LOOSE folds v/b/w, j/y/z, d/r (ड़), aspirates and nasals as well. PART and INNER_PART are between: what two words and the one
word that they make have in common (Ram Phal and Rampal, Ram Vir and Rambir).
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from enum import IntEnum
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numba import njit
from numpy.typing import NDArray


class Code(IntEnum):
    SOUND = 0
    STRICT = 1
    LOOSE = 2
    INNER = 3
    PART = 4
    INNER_PART = 5
    REGIONAL = 6


class SoundCodes(NamedTuple):
    """`data[offsets[i]:offsets[i + 1]]` is the code of spelling i in ASCII letters."""

    data: NDArray[np.uint8]
    offsets: NDArray[np.int64]


BASE = np.uint64(0x9E3779B97F4A7C15 | 1)
SALTS = {
    Code.SOUND: 0x51,
    Code.STRICT: 0x1F3,
    Code.LOOSE: 0x2A7,
    Code.INNER: 0x1F3,
    Code.PART: 0x3B5,
    Code.INNER_PART: 0x3B5,
    Code.REGIONAL: 0x4C9,
}


@njit("u1(u1)", cache=True, nogil=True, inline="always")
def _is_vowel(c: int) -> bool:
    return c == 97 or c == 101 or c == 105 or c == 111 or c == 117  # noqa: PLR1714  numba: no tuple of constants in a hot loop


@njit("u1(u1, u1)", cache=True, nogil=True)
def _vowel_class(first: int, second: int) -> int:  # noqa: PLR0911  a table of cases
    """The class of a vowel group by its first two letters (second 0 for none): a, e, i, o or u."""
    if first == 97:  # a
        if second in (105, 121, 101):
            return 101
        if second in (117, 119, 111):
            return 111
        return 97
    if first == 101:  # e
        return 105 if second in (101, 97) else 111 if second == 111 else 101
    if first in (105, 121):
        return 105
    if first == 111:  # o
        return 117 if second == 111 else 111
    return 117


@njit("i8(u1[::1], i8, i8, i8, u1[::1])", cache=True, nogil=True)
def code_of(text: NDArray[np.uint8], start: int, end: int, code: int, out: NDArray[np.uint8]) -> int:  # noqa: PLR0912, PLR0915  one pass over the letters
    """The code of one spelling into `out`; its length."""
    n, i = 0, start
    previous_consonant = False  # the last letter read was a consonant: doubled ones count once
    last = 0
    while i < end:
        c = text[i]
        nxt = text[i + 1] if i + 1 < end else 0
        if c < 97 or c > 122:
            i += 1
            continue
        first = i == start
        glide = (c == 121 and not first) or (c == 119 and not first and not _is_vowel(nxt) and nxt != 0 and nxt != 104)  # noqa: PLR1714
        if _is_vowel(c) or glide:
            j = i + 1
            while j < end and (
                _is_vowel(text[j])
                or text[j] == 121
                or (text[j] == 119 and (j + 1 >= end or not _is_vowel(text[j + 1])))
            ):
                j += 1
            vowel = _vowel_class(c, text[i + 1] if j > i + 1 else 0)
            if n > 0 and j == end and c in (101, 105) and text[end - 1] == 111:  # Deo is Dev, Sheo is Shiv
                if code in (0, 6):
                    out[n] = c
                    n += 1
                out[n] = 118
                n += 1
                last = 118
            elif n == 0:
                if code in (0, 6):
                    out[n] = vowel
                    n += 1
                elif code == 1:
                    out[n] = 97 if vowel == 97 else 101 if vowel in (101, 105) else 111
                    n += 1
                elif code in (2, 4):
                    out[n] = 97
                    n += 1
            elif code in (0, 6) and vowel != 97:
                out[n] = vowel
                n += 1
            previous_consonant = False
            i = j
            continue
        i += 1
        aspirate = False
        if nxt == 104 and c != 104:  # h behind a consonant
            if c in (98, 99, 100, 103, 106, 107, 112, 116):
                aspirate = True
            i += 1
            while i < end and text[i] == 104:
                i += 1
        out_c = c
        extra = 0
        if c == 104:  # h
            if n > 0 and (nxt == 0 or code == 2 or code >= 4):
                continue
        elif c == 99:  # c: ch, ck, c
            out_c = 99 if aspirate else 107
            if not aspirate and nxt == 107:
                i += 1
            aspirate = False
        elif c == 112 and aspirate:
            out_c, aspirate = 102, False
        elif c == 119:
            out_c = 118
        elif c == 122:
            out_c = 106
        elif c == 113:
            out_c = 107
        elif c == 120:
            out_c, extra = 107, 115
        elif c == 109 and nxt in (98, 112) and code < 4:
            out_c = 110
        if code == 2 or code >= 4:
            if out_c == 98:
                out_c = 118
            elif out_c == 121 and code != 6:
                out_c = 106
            elif out_c == 102:
                out_c = 112
            elif out_c == 100 and n > 0 and code == 2:
                out_c = 114
            elif (
                code == 2 and out_c == 110 and n > 0 and nxt != 0 and not _is_vowel(nxt) and nxt not in (121, 110, 104)
            ):
                continue
            aspirate = False
        elif aspirate:
            out_c -= 32
        if out_c == last and (previous_consonant or code == 2):
            continue
        if (
            previous_consonant and n > 0 and last >= 97 and out_c == last - 32
        ):  # cc of chch, kkh, tth: the aspirate stays
            n -= 1
        out[n] = out_c
        n += 1
        last = out_c
        if extra:
            out[n] = extra
            n += 1
            last = extra
        previous_consonant = True
    if code in (0, 6):  # -ender, -inder, -indar are -endra
        if n >= 5 and out[n - 1] == 114 and out[n - 2] in (101, 105) and out[n - 3] == 100 and out[n - 4] == 110:
            out[n - 2] = 114
            n -= 1
        if n >= 5 and out[n - 1] == 114 and out[n - 2] == 100 and out[n - 3] == 110 and out[n - 4] in (105, 117):
            out[n - 4] = 101
    return n


@njit("Tuple((u1[::1], i8[::1]))(u1[::1], i8[::1], i8)", cache=True, nogil=True)
def _codes(
    data: NDArray[np.uint8], offsets: NDArray[np.int64], code: int
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    count = len(offsets) - 1
    out = np.empty(2 * (offsets[count] - offsets[0]) + 4 * count + 16, np.uint8)
    ends = np.zeros(count + 1, np.int64)
    position = 0
    for i in range(count):
        position += code_of(data, offsets[i], offsets[i + 1], code, out[position:])
        ends[i + 1] = position
    return out[:position].copy(), ends


@njit("u8(u8)", cache=True, nogil=True, inline="always")
def mixed(value: np.uint64) -> np.uint64:
    """A bijection that spreads every bit (the finaliser of splitmix64)."""
    value ^= value >> np.uint64(30)
    value *= np.uint64(0xBF58476D1CE4E5B9)
    value ^= value >> np.uint64(27)
    value *= np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


@njit("Tuple((u8[::1], u8[::1]))(u1[::1], i8[::1])", cache=True, nogil=True)
def _polynomials(data: NDArray[np.uint8], offsets: NDArray[np.int64]) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Per code its polynomial value and the base to the power of its length: value(ab) = value(a) * power(b) + value(b)."""
    count = len(offsets) - 1
    base = np.uint64(0x9E3779B97F4A7C15 | 1)
    values, powers = np.zeros(count, np.uint64), np.ones(count, np.uint64)
    for i in range(count):
        value, power = np.uint64(0), np.uint64(1)
        for k in range(offsets[i], offsets[i + 1]):
            value = value * base + np.uint64(data[k])
            power *= base
        values[i], powers[i] = value, power
    return values, powers


def letters(spellings: pa.Array) -> SoundCodes:
    """The spellings themselves as bytes, to make several codes of them."""
    return SoundCodes(*_buffers(spellings))


def letters_of_words(words: Sequence[str]) -> SoundCodes:
    """The same of a list."""
    parts = [word.encode() for word in words]
    lengths = np.fromiter(map(len, parts), np.int64, len(parts))
    data = np.frombuffer(b"".join(parts), np.uint8).copy()
    return SoundCodes(data, np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)]))


def _buffers(spellings: pa.Array) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    array = spellings.cast(pa.large_string())
    if len(array) == 0:
        return np.zeros(0, np.uint8), np.zeros(1, np.int64)
    _, ends, data = array.buffers()
    offsets = np.frombuffer(ends, np.int64)[array.offset : array.offset + len(array) + 1]
    text = np.frombuffer(data, np.uint8) if data is not None and data.size else np.zeros(0, np.uint8)
    return np.require(text, requirements=["C", "W"]), np.require(
        offsets, requirements=["C", "W"]
    )  # kernels take no read-only arrays


def sound_codes(spellings: pa.Array | SoundCodes, code: Code) -> SoundCodes:
    """The code of every lower-case Latin spelling (an Arrow array, or `letters` of one); other letters are skipped."""
    data, offsets = spellings if isinstance(spellings, SoundCodes) else _buffers(spellings)
    return SoundCodes(*_codes(data, offsets, int(code)))


def as_text(codes: SoundCodes) -> list[str]:
    """The codes as text, for people and tests: capital letters are aspirates."""
    raw = codes.data.tobytes().decode("ascii")
    ends = codes.offsets.tolist()
    return [raw[a:b] for a, b in itertools.pairwise(ends)]


def polynomials(codes: SoundCodes) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Per code a value that can be joined: value(ab) = value(a) * power(b) + value(b), modulo 2**64."""
    values, powers = _polynomials(codes.data, codes.offsets)
    return values, powers


@njit("i8[::1](u8[::1], u8)", cache=True, nogil=True)
def _finished(values: NDArray[np.uint64], salt: np.uint64) -> NDArray[np.int64]:
    out = np.empty(len(values), np.int64)
    for i in range(len(values)):
        out[i] = np.int64(mixed(values[i] ^ (salt * np.uint64(0xD6E8FEB86659FD93))))
    return out


def finished(values: NDArray[np.uint64], code: Code) -> NDArray[np.int64]:
    """Keys from polynomial values, the same in every process; STRICT and INNER share one key space."""
    return np.asarray(_finished(np.ascontiguousarray(values), np.uint64(SALTS[code])))


def keys(spellings: pa.Array | SoundCodes, code: Code) -> NDArray[np.int64]:
    """The stable key of every spelling under `code`."""
    return finished(polynomials(sound_codes(spellings, code))[0], code)


def keys_of_codes(codes: pa.Array, code: Code) -> NDArray[np.int64]:
    """The keys of codes that are given as text (as `as_text` writes them)."""
    data, offsets = _buffers(codes)
    return finished(polynomials(SoundCodes(data, offsets))[0], code)
