"""Identifiers: the same, nearly the same, the same last four digits, or different."""

from __future__ import annotations

from enum import IntEnum

import numba as nb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from linker.matching.columns import PersonColumns
from linker.matching.comparisons.base import Codes, Comparison, Rows, Side, levels_of


class IdentifierEvidence(IntEnum):
    """The best outcome over the identifier types of the comparison."""

    MISSING = 0
    DIFFERENT = 1
    LAST_FOUR = 2
    NEAR = 3
    SHARED = 4
    SAME = 5


SHARED_BY = 15
"""A value in more records than this is a placeholder, a household's or a shop's, and proves little."""
WIDTH = 24

SENTENCES = {
    "MISSING": (Side.MISSING, "no such number stands in both records", "ऐसा कोई नंबर दोनों में नहीं"),
    "DIFFERENT": (Side.AGAINST, "the numbers differ", "नंबर अलग हैं"),
    "LAST_FOUR": (Side.FOR, "the last four digits agree", "अंतिम चार अंक मिलते हैं"),
    "NEAR": (Side.FOR, "the numbers differ by one character", "नंबर में एक अक्षर का अंतर"),
    "SHARED": (Side.NEUTRAL, "the numbers agree, but many records bear this one", "नंबर मिलता है, पर बहुतों में है"),
    "SAME": (Side.FOR, "the numbers agree", "नंबर मिलता है"),
}


def identifier_comparison(name: str, types: tuple[str, ...]) -> Comparison:
    def measure(columns: PersonColumns, left: Rows, right: Rows) -> Codes:
        best = np.zeros(len(left), dtype=np.int8)
        for type_ in types:
            np.maximum(best, _measure_type(columns, type_, left, right), out=best)
        return best

    return Comparison(name, levels_of(IdentifierEvidence, SENTENCES), measure)


def _measure_type(columns: PersonColumns, type_: str, left: Rows, right: Rows) -> Codes:
    coded = columns.dictionaries[type_]
    letters = _letters(coded.dictionary)
    shared = coded.counts > SHARED_BY
    whole: Codes = _levels(columns.ids[type_], columns.last4[type_], letters, shared, left, right)
    return whole


def _letters(dictionary: pa.Array) -> NDArray[np.uint8]:
    """The values as rows of bytes, cut or zero-filled to a fixed width."""
    matrix = np.zeros((len(dictionary), WIDTH), dtype=np.uint8)
    for i, value in enumerate(dictionary.to_pylist()):
        raw = value.encode()[:WIDTH]
        matrix[i, : len(raw)] = np.frombuffer(raw, dtype=np.uint8)
    return matrix


@nb.njit("int8[:](int32[:], int32[:], uint8[:, :], boolean[:], int32[:], int32[:])", cache=True, nogil=True)
def _levels(
    ids: NDArray[np.int32],
    last4: NDArray[np.int32],
    letters: NDArray[np.uint8],
    shared: NDArray[np.bool_],
    left: Rows,
    right: Rows,
) -> Codes:
    codes = np.zeros(len(left), dtype=np.int8)
    for i in range(len(left)):
        a, b = ids[left[i]], ids[right[i]]
        a4, b4 = last4[left[i]], last4[right[i]]
        if a >= 0 and b >= 0:
            if a == b:
                codes[i] = 4 if shared[a] else 5
                continue
            off, first, swapped = 0, -1, False
            for k in range(letters.shape[1]):
                if letters[a, k] != letters[b, k]:
                    off += 1
                    if off == 1:
                        first = k
                    elif off == 2:
                        swapped = (
                            k == first + 1 and letters[a, first] == letters[b, k] and letters[a, k] == letters[b, first]
                        )
                    else:
                        break
            codes[i] = 3 if off == 1 or (off == 2 and swapped) else 1
        elif a4 >= 0 and b4 >= 0:
            codes[i] = 2 if a4 == b4 else 1
    return codes
