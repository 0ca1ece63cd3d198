"""Names that may be one name with its words written together: Rajprasadram and Raj Prasad Ram, Shahrukhfakir and Shahrukh.

Aligning words pairs a word with one word or two neighbours. A name of three words written as one, or one with a surname glued on,
finds no partner and looks like another name. Here whole names are compared letter by letter, without their spaces, wherever their words are
divided differently. What is alike is no agreement, but it is no contradiction either: it says 'unclear'.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numba import njit, types
from numpy.typing import NDArray

from linker.names.canonical import NameTokens
from linker.names.kernel_types import I4S, uncounted

LETTERS = 28
"""Letters of a name that are looked at."""
SHORTEST = 5
"""Letters that the shorter name must have: Ram begins too many names."""
LETTERS_A_SLIP = 6
"""One letter in so many may differ."""

_ROWS = types.Array(types.uint8, 2, "C", readonly=True)


def letter_rows(latin: pa.Array) -> NDArray[np.uint8]:
    """Names in Latin capitals as rows of letters without spaces, shape (names, LETTERS + 2): letters, their number, the number of words."""
    folded = pc.replace_substring(latin, "MOHAMMAD", "MOHD")
    joined = pc.replace_substring(folded, " ", "").cast(pa.binary())
    data = np.frombuffer(joined.buffers()[2] or b"", np.uint8)
    offsets = np.frombuffer(joined.buffers()[1], np.int32)[joined.offset : joined.offset + len(joined) + 1]
    words = np.asarray(pc.count_substring(folded, " "), np.int64) + 1
    return _letters(np.require(data, requirements=["C", "W"]), np.require(offsets, requirements=["C", "W"]), words)  # type: ignore[no-any-return]


@njit(types.uint8[:, ::1](types.uint8[::1], types.int32[::1], types.int64[::1]), cache=True, nogil=True)
def _letters(data, offsets, words):  # type: ignore[no-untyped-def]
    out = np.zeros((len(words), LETTERS + 2), np.uint8)
    for k in range(len(words)):
        length = min(offsets[k + 1] - offsets[k], LETTERS)
        for i in range(length):
            out[k, i] = data[offsets[k] + i]
        out[k, LETTERS], out[k, LETTERS + 1] = length, min(words[k], 255)
    return out


def letter_row(words: Sequence[str]) -> bytes:
    """The row of one name, whose words are spelled so, in Latin: `letter_rows` without columns."""
    name = " ".join(words).upper().replace("MOHAMMAD", "MOHD")
    letters = name.replace(" ", "").encode()[:LETTERS]
    return letters.ljust(LETTERS, b"\0") + bytes((len(letters), min(name.count(" ") + 1, 255)))


def latin_of(names: NameTokens, latin: Sequence[str]) -> pa.Array:
    """Names in Latin capitals; `latin` are the spellings of their tokens."""
    words = pa.array(latin, pa.string()).take(pa.array(names.ids))
    rows = pa.ListArray.from_arrays(pa.array(names.offsets, pa.int32()), words)
    return pc.utf8_upper(pc.binary_join(rows, " "))


def alike(rows: NDArray[np.uint8], left: NDArray[np.int32], right: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Which pairs of names, numbers of `rows`, are alike in the sense above; never where a number is -1."""
    out = np.empty(len(left), np.bool_)
    numbers = (np.ascontiguousarray(side, np.int32) for side in (left, right))
    _alike(rows, *numbers, np.empty((2, LETTERS + 2), np.int64), out)
    return out


@uncounted(types.void(_ROWS, I4S, I4S, types.int64[:, ::1], types.boolean[::1]))
def _alike(rows, left, right, room, out):  # type: ignore[no-untyped-def]
    for k in range(len(left)):
        out[k] = False
        if left[k] < 0 or right[k] < 0:
            continue
        short, long = np.int64(left[k]), np.int64(right[k])
        if rows[short, LETTERS] > rows[long, LETTERS]:
            short, long = long, short
        n, m = np.int64(rows[short, LETTERS]), np.int64(rows[long, LETTERS])
        if n < SHORTEST or rows[short, 0] != rows[long, 0]:
            continue
        if rows[short, LETTERS + 1] == rows[long, LETTERS + 1] and m - n < 3:
            continue  # divided alike, so the words have been compared as they should be
        allowed = n // LETTERS_A_SLIP
        width = min(m, n + allowed)
        before, here = 0, 1
        for j in range(width + 1):
            room[before, j] = j
        for i in range(1, n + 1):
            room[here, 0] = beside = least = np.int64(i)
            letter = rows[short, i - 1]
            for j in range(1, width + 1):
                change = room[before, j - 1] + np.int64(letter != rows[long, j - 1])
                room[here, j] = beside = min(change, room[before, j] + 1, beside + 1)
                least = min(least, beside)
            before, here = here, before
            if least > allowed:
                break
        else:
            for j in range(width + 1):  # the longer name may go on
                out[k] = out[k] or room[before, j] <= allowed
