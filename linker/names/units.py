"""Tokens as sequences of small integers: the alphabet of the channel.

Two alphabets per script. *Symbols* are what a channel writes: the letters a-z, or the sounds of Devanagari (consonant, vowel, the
inherent vowel '@' written out, nasal, visarga). *Units* are what a channel reads: for Devanagari the same symbols, for Latin
graphemes ('sh', 'aa', 'chh' are one unit each). 0 is the boundary of a token in all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray

LATIN, DEVANAGARI, OTHER = 0, 1, 2
BITS = 6  # every alphabet has fewer than 64 members, so n-grams pack into integers
MAX_LENGTH = 40  # units and symbols of a token beyond this are not read: no Indian name token is that long

_CONSONANTS = "कखगघङचछजझञटठडढणतथदधनपफबभमयरलळवशषसह"
_NUKTA = {"क": "क़", "ख": "ख़", "ग": "ग़", "ज": "ज़", "ड": "ड़", "ढ": "ढ़", "फ": "फ़"}
_LIGATURES = ("क्ष", "ज्ञ")  # one sound to those who read and romanise them
_SIGNS = "ािीुूृेैॅोौॉ"
_INDEPENDENT = "आइईउऊऋएऐऍओऔऑ"
_SAME_SOUND = {"ॆ": "े", "ॊ": "ो", "ऎ": "ए", "ऒ": "ओ", "ऴ": "ळ", "ऩ": "न", "ऱ": "र", "य़": "य", "ॠ": "ऋ", "ॄ": "ृ"}

SCHWA, NASAL, VISARGA, STRANGE = "@", "ं", "ः", "?"
DEVANAGARI_SYMBOLS: tuple[str, ...] = (
    "",
    *_CONSONANTS,
    *(base + "\u093c" for base in _NUKTA),
    *_LIGATURES,
    SCHWA,
    *_SIGNS,
    NASAL,
    VISARGA,
    STRANGE,
)
LATIN_SYMBOLS: tuple[str, ...] = ("", *"abcdefghijklmnopqrstuvwxyz", STRANGE)
_GRAPHEMES = (
    "kh",
    "gh",
    "ch",
    "chh",
    "jh",
    "th",
    "dh",
    "ph",
    "bh",
    "sh",
    "zh",
    "aa",
    "ee",
    "ii",
    "oo",
    "uu",
    "ai",
    "au",
    "ay",
    "ei",
    "ou",
    "ck",
)
LATIN_UNITS: tuple[str, ...] = (*LATIN_SYMBOLS, *_GRAPHEMES)

_D = {symbol: number for number, symbol in enumerate(DEVANAGARI_SYMBOLS)}
_FIRST_NUKTA = 1 + len(_CONSONANTS)
_SCHWA_ID, _NASAL_ID, _VISARGA_ID, _STRANGE_D = _D[SCHWA], _D[NASAL], _D[VISARGA], _D[STRANGE]
_KSHA, _GYA = _D["क्ष"], _D["ज्ञ"]
_LAST_CONSONANT = _SCHWA_ID - 1
_STRANGE_L = LATIN_SYMBOLS.index(STRANGE)

# classes of units for the coarse contexts: boundary, vowel, schwa, consonant, semivowel or r, h, nasal or other
N_CLASSES = 8


def _class_devanagari(symbol: str) -> int:
    kinds = {SCHWA: 2, "य": 4, "व": 4, "ह": 5, "र": 6, "ल": 6, NASAL: 7, VISARGA: 7, STRANGE: 7}
    if not symbol:
        return 0
    return 1 if symbol in _SIGNS else kinds.get(symbol[0], 3)


def _class_latin(unit: str) -> int:
    kinds = {"a": 2, "y": 4, "w": 4, "v": 4, "h": 5, "r": 6, "l": 6, "n": 7, "m": 7, STRANGE: 7}
    if not unit:
        return 0
    return kinds.get(unit, 1 if unit[0] in "aeiou" else 3)


CLASS_OF: tuple[NDArray[np.int64], NDArray[np.int64]] = (
    np.array([_class_latin(u) for u in LATIN_UNITS], np.int64),
    np.array([_class_devanagari(u) for u in DEVANAGARI_SYMBOLS], np.int64),
)

# how a code point of U+0900-U+097F is read: 0 strange, 1 consonant, 2 vowel sign, 3 vowel letter, 4 virama, 5 nukta, 6 plain symbol
_KIND = np.zeros(128, np.int8)
_SYMBOL = np.full(128, _STRANGE_D, np.int8)
_WITH_NUKTA = np.zeros(64, np.int8)


def _fill() -> None:
    def put(character: str, kind: int, symbol: int) -> None:
        _KIND[ord(character) - 0x900], _SYMBOL[ord(character) - 0x900] = kind, symbol

    for c in _CONSONANTS:
        put(c, 1, _D[c])
        _WITH_NUKTA[_D[c]] = _D[c]
    for number, (base, composed) in enumerate(_NUKTA.items()):
        _WITH_NUKTA[_D[base]] = _FIRST_NUKTA + number
        if len(composed) == 1:
            put(composed, 1, _FIRST_NUKTA + number)
    for sign, letter in zip(_SIGNS, _INDEPENDENT, strict=True):
        put(sign, 2, _D[sign])
        put(letter, 3, _D[sign])
    put("अ", 3, _SCHWA_ID)
    for c, same in _SAME_SOUND.items():
        if len(c) == 1:
            _KIND[ord(c) - 0x900], _SYMBOL[ord(c) - 0x900] = _KIND[ord(same) - 0x900], _SYMBOL[ord(same) - 0x900]
    put("\u094d", 4, 0)
    put("\u093c", 5, 0)
    for c in "ँंऀ":
        put(c, 6, _NASAL_ID)
    for c in "ः॰":  # folding writes a visarga that ends a word as the mark of abbreviation
        put(c, 6, _VISARGA_ID)


_fill()

# graphemes: _JOIN[unit so far, letter] = the longer unit, or 0
_JOIN = np.zeros((64, 32), np.int8)
for _number, _unit in enumerate(LATIN_UNITS):
    if len(_unit) > 1:
        _head = _unit[:-1]
        _JOIN[LATIN_UNITS.index(_head), ord(_unit[-1]) - 96] = _number


@dataclass(frozen=True)
class Tokens:
    """Tokens as numbers, ragged arrays: token k is `units[u_start[k]:u_start[k + 1]]`, its symbols likewise."""

    script: NDArray[np.int8]
    units: NDArray[np.int8]
    u_start: NDArray[np.int64]
    symbols: NDArray[np.int8]
    s_start: NDArray[np.int64]


def read(tokens: Sequence[str]) -> Tokens:
    """The units and symbols of folded tokens. A token with letters of both or neither script has script OTHER and no units."""
    text = "".join(tokens)
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.int64)
    lengths = np.fromiter((len(t) for t in tokens), np.int64, len(tokens))
    start = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
    script = np.empty(len(tokens), np.int8)
    room = 2 * len(points) + 1  # a Devanagari letter gives at most two symbols
    units, symbols = np.empty(room, np.int8), np.empty(room, np.int8)
    u_start, s_start = np.zeros(len(tokens) + 1, np.int64), np.zeros(len(tokens) + 1, np.int64)
    _read(points, start, (_KIND, _SYMBOL, _WITH_NUKTA, _JOIN), script, (units, symbols), (u_start, s_start))
    return Tokens(script, units[: u_start[-1]].copy(), u_start, symbols[: s_start[-1]].copy(), s_start)


@numba.njit("UniTuple(i8, 2)(i8[::1], i1[:,::1], i1[::1], i1[::1], i8, i8)", cache=True, nogil=True)
def _read_latin(points, join, units, symbols, u, s):  # type: ignore[no-untyped-def]
    first = u
    for k in range(min(len(points), MAX_LENGTH)):
        c = points[k]
        if c in (39, 45, 46):  # apostrophe, hyphen and dot are silent
            continue
        letter = c - 96 if 97 <= c <= 122 else _STRANGE_L
        symbols[s] = letter
        s += 1
        longer = join[units[u - 1], letter] if u > first and letter != _STRANGE_L else 0
        if longer != 0:
            units[u - 1] = longer
        else:
            units[u] = letter
            u += 1
    return u, s


@numba.njit(
    "UniTuple(i8, 2)(i8[::1], Tuple((i1[::1], i1[::1], i1[::1], i1[:,::1])), i1[::1], i1[::1], i8, i8)",
    cache=True,
    nogil=True,
)
def _read_devanagari(points, tables, units, symbols, u, s):  # type: ignore[no-untyped-def]
    kinds, symbol_of, with_nukta, _ = tables
    first = u
    k = 0
    while k < len(points) and u - first < MAX_LENGTH - 2:
        c = points[k]
        k += 1
        if c in (39, 45, 46):
            continue
        kind = kinds[c - 0x900] if 0x900 <= c < 0x980 else 0
        if kind in (4, 5):  # a virama or nukta with no consonant before it
            continue
        symbol = symbol_of[c - 0x900] if 0x900 <= c < 0x980 else _STRANGE_D
        if kind == 1:
            if k < len(points) and points[k] == 0x93C:
                symbol = with_nukta[symbol]
                k += 1
            elif k + 1 < len(points) and points[k] == 0x94D:
                if c == 0x915 and points[k + 1] == 0x937:
                    symbol = _KSHA
                    k += 2
                elif c == 0x91C and points[k + 1] == 0x91E:
                    symbol = _GYA
                    k += 2
        units[u] = symbol
        u += 1
        if kind == 1:
            following = kinds[points[k] - 0x900] if k < len(points) and 0x900 <= points[k] < 0x980 else 0
            if following == 4:
                k += 1
            elif following != 2:
                units[u] = _SCHWA_ID
                u += 1
    for x in range(first, u):
        symbols[s] = units[x]
        s += 1
    return u, s


@numba.njit(
    "void(i8[::1], i8[::1], Tuple((i1[::1], i1[::1], i1[::1], i1[:,::1])), i1[::1], UniTuple(i1[::1], 2),"
    "UniTuple(i8[::1], 2))",
    cache=True,
    nogil=True,
)
def _read(points, start, tables, script, out, starts):  # type: ignore[no-untyped-def]
    units, symbols = out
    u_start, s_start = starts
    u = s = 0
    for t in range(len(start) - 1):
        latin = devanagari = False
        for k in range(start[t], start[t + 1]):
            c = points[k]
            latin |= 97 <= c <= 122
            devanagari |= 0x904 <= c <= 0x97F and c not in (0x964, 0x965, 0x970) and not 0x966 <= c <= 0x96F
        if latin and not devanagari:
            script[t] = 0
            u, s = _read_latin(points[start[t] : start[t + 1]], tables[3], units, symbols, u, s)
        elif devanagari and not latin:
            script[t] = 1
            u, s = _read_devanagari(points[start[t] : start[t + 1]], tables, units, symbols, u, s)
        else:
            script[t] = 2
        u_start[t + 1], s_start[t + 1] = u, s


def write_devanagari(symbols: NDArray[np.int8]) -> str:
    """The text of a sequence of Devanagari symbols; the opposite of reading."""
    out: list[str] = []
    open_consonant = False
    for number in symbols.tolist():
        symbol = DEVANAGARI_SYMBOLS[number]
        consonant = 1 <= number <= _LAST_CONSONANT
        vowel = _SCHWA_ID < number < _NASAL_ID
        if open_consonant and not vowel and number != _SCHWA_ID:
            out.append("\u094d")
        if number == _SCHWA_ID:
            out.append("" if open_consonant else "अ")
        elif vowel:
            out.append(symbol if open_consonant else _INDEPENDENT[_SIGNS.index(symbol)])
        else:
            out.append(symbol)
        open_consonant = consonant
    if open_consonant:
        out.append("\u094d")
    return "".join(out)


def write_latin(symbols: NDArray[np.int8]) -> str:
    """The text of a sequence of Latin symbols."""
    return "".join([LATIN_SYMBOLS[number] for number in symbols.tolist()])
