"""Which texts are one plain number or word, seen from their bytes.

Plain is what needs neither folding nor cutting: ASCII digits, ASCII letters, or Devanagari letters and signs whose usual
spelling has no other (no nukta, chandrabindu, visarga or digit, no nasal consonant with halant, which folds to anusvara).
Nine of ten distinct words of police text are plain, and the others can be looked at one by one.
"""

from __future__ import annotations

from enum import IntEnum

import numba as nb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

_OFFSETS = nb.types.Array(nb.int32, 1, "C", readonly=True)
_BYTES = nb.types.Array(nb.uint8, 1, "C", readonly=True)


class PlainWord(IntEnum):
    """What a text is."""

    NONE = 0
    NUMBER = 1
    LATIN = 2
    DEVANAGARI = 3


_NONE, _NUMBER, _LATIN, _DEVANAGARI = (int(k) for k in PlainWord)
_VIRAMA = 0x4D


def _devanagari(code: int) -> bool:
    """Whether a letter or sign U+0900 + code has one spelling only."""
    consonant, vowel, sign = 0x15 <= code <= 0x39, 0x05 <= code <= 0x14, 0x3E <= code <= 0x4C
    return consonant or vowel or sign or code in (0x02, _VIRAMA)


_IS_PLAIN = np.array([_devanagari(code) for code in range(128)])
_IS_NASAL = np.array([chr(0x900 + code) in "ङञणनम" for code in range(128)])


def plain_words(texts: pa.Array) -> npt.NDArray[np.int8]:
    """`PlainWord` of every text of a column without nulls; an empty text is none."""
    if not len(texts) or texts.buffers()[2] is None:
        return np.zeros(len(texts), np.int8)
    offsets = np.frombuffer(texts.buffers()[1], np.int32, len(texts) + 1, texts.offset * 4)
    found: npt.NDArray[np.int8] = _classes(offsets, np.frombuffer(texts.buffers()[2], np.uint8), _IS_PLAIN, _IS_NASAL)
    return found


@nb.njit(nb.int8[::1](_OFFSETS, _BYTES, nb.boolean[::1], nb.boolean[::1]), cache=True, nogil=True)
def _classes(offsets, data, is_plain, is_nasal):  # type: ignore[no-untyped-def]  # numba types it by its signature
    found = np.zeros(len(offsets) - 1, np.int8)
    for row in range(len(found)):
        at, end = offsets[row], offsets[row + 1]
        if at == end:
            continue
        first = data[at]
        kind = _NONE
        if 48 <= first <= 57:
            kind = _NUMBER
            while at < end and 48 <= data[at] <= 57:
                at += 1
        elif 97 <= (first | 32) <= 122:
            kind = _LATIN
            while at < end and data[at] < 128 and 97 <= (data[at] | 32) <= 122:
                at += 1
        elif first == 0xE0:
            kind = _DEVANAGARI
            nasal = False
            while at + 2 < end and data[at] == 0xE0 and (data[at + 1] == 0xA4 or data[at + 1] == 0xA5):
                code = (data[at + 1] - 0xA4) * 64 + (data[at + 2] - 0x80)
                if not is_plain[code] or (nasal and code == _VIRAMA):
                    break
                nasal = is_nasal[code]
                at += 3
        if at == end:
            found[row] = kind
    return found
