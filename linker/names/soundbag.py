"""A cheap test that two tokens may be one name: how many consonants of each kind they hold.

Eight counts per token, from its letters or from its likeliest romanisation. Spellings of one name differ in few of them: vowels,
aspiration, v and b, j and z, s and sh do not count at all. Only pairs that pass are worth the channel's time.
"""

from __future__ import annotations

from collections.abc import Sequence

import numba
import numpy as np
from numpy.typing import NDArray

from linker.names.channel import DEVANAGARI, Channel, Encoded

KINDS = 8
_CLASSES = ("kgqcx", "jzs", "td", "pbfvw", "mn", "r", "l")
_MOST_DIFFERENT = 2
_LONG = 6  # from so many consonants on, one more may differ


def sound_bags(channel: Channel, encoded: Encoded) -> NDArray[np.uint8]:
    """[token, kind] counts; the last kind is the number of all consonants."""
    devanagari = np.flatnonzero(encoded.script == DEVANAGARI).tolist()
    spelled = list(encoded.tokens)
    for k, best in zip(devanagari, channel.romanise([spelled[k] for k in devanagari]), strict=True):
        if best:
            spelled[k] = best[0][0]
    return _bags(spelled)


def _bags(words: Sequence[str]) -> NDArray[np.uint8]:
    kind = np.full(256, 255, np.uint8)
    for number, letters in enumerate(_CLASSES):
        for letter in letters:
            kind[ord(letter)] = number
    text = [w.encode("ascii", "replace") for w in words]
    start = np.concatenate([np.zeros(1, np.int64), np.cumsum(np.fromiter(map(len, text), np.int64, len(text)))])
    out = np.zeros((len(words), KINDS), np.uint8)
    _count(np.frombuffer(b"".join(text) + b" ", np.uint8), start, kind, out)
    return out


@numba.njit("void(Array(u1, 1, 'C', readonly=True), i8[::1], u1[::1], u1[:,::1])", cache=True, nogil=True)
def _count(text, start, kind, out):  # type: ignore[no-untyped-def]
    for t in range(len(start) - 1):
        before = np.int64(255)
        for k in range(start[t], start[t + 1]):
            letter = text[k]
            # 'ch' sounds like j, not like k
            soft = letter == 99 and k + 1 < start[t + 1] and text[k + 1] == 104
            sound = np.int64(1) if soft else np.int64(kind[letter])
            if sound not in (255, before) and out[t, sound] < 200:
                out[t, sound] += 1
                out[t, 7] += 1
            before = sound if letter != 104 else before


@numba.njit("i8(u1[:,::1], u1[:,::1], i8, i8[::1])", cache=True, nogil=True)
def near(left, right, i, out):  # type: ignore[no-untyped-def]
    """Writes the numbers of the right tokens that may be left token i to `out`; returns how many there are."""
    found = 0
    mine = left[i]
    allowed = _MOST_DIFFERENT + (1 if mine[7] >= _LONG else 0)
    for j in range(len(right)):
        different = np.int64(0)
        for k in range(7):
            different += abs(np.int64(mine[k]) - np.int64(right[j, k]))
        if different <= allowed:
            out[found] = j
            found += 1
    return found
