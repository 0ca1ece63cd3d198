"""Phones: a number of one's own, or one that a relative's field holds."""

from __future__ import annotations

from enum import IntEnum

import numba as nb
import numpy as np
from numpy.typing import NDArray

from linker.matching.columns import UNKNOWN_DAY, PersonColumns
from linker.matching.comparisons.base import Codes, Comparison, Rows, Side, levels_of


class PhoneEvidence(IntEnum):
    MISSING = 0
    DIFFERENT = 1
    SHARED = 2
    RELATIVES = 3
    SAME = 4
    SAME_LONG_AGO = 5


SHARED_BY = 12
LONG_AGO_DAYS = 6 * 365
"""Records so far apart may state one number of two owners: operators give numbers out again months after they are given up."""

SENTENCES = {
    "MISSING": (Side.MISSING, "no phone in one of the records", "फ़ोन उपलब्ध नहीं"),
    "DIFFERENT": (Side.AGAINST, "the phones differ", "फ़ोन अलग हैं"),
    "SHARED": (Side.NEUTRAL, "a phone agrees that many records bear", "फ़ोन मिलता है, पर बहुतों में है"),
    "RELATIVES": (Side.FOR, "one's phone is the other's relative's", "एक का फ़ोन दूसरे के संबंधी का है"),
    "SAME": (Side.FOR, "a phone agrees", "फ़ोन मिलता है"),
    "SAME_LONG_AGO": (
        Side.FOR,
        "a phone agrees, but the records are more than six years apart, and numbers are given out again",
        "फ़ोन मिलता है, पर अभिलेखों में छह वर्ष से अधिक का अंतर है और नंबर दोबारा दिए जाते हैं",
    ),
}

GRADES = {"DIFFERENT": "DIFFERENT", "SHARED": "SHARED", "RELATIVES": "SHARED", "SAME": "SAME", "SAME_LONG_AGO": "SAME"}


def phone_comparison(name: str) -> Comparison:
    return Comparison(name, levels_of(PhoneEvidence, SENTENCES, GRADES), measure_phones)


def measure_phones(columns: PersonColumns, left: Rows, right: Rows) -> Codes:
    if not len(columns.dictionaries["phones"].counts):
        return np.zeros(len(left), dtype=np.int8)
    shared = columns.dictionaries["phones"].counts > SHARED_BY
    own, other = columns.phones, columns.relative_phones
    codes: Codes = _levels(own.offsets, own.values, other.offsets, other.values, shared, left, right)
    same = np.flatnonzero(codes == int(PhoneEvidence.SAME))
    a, b = columns.record_day[left[same]], columns.record_day[right[same]]
    apart = (a != UNKNOWN_DAY) & (b != UNKNOWN_DAY) & (np.abs(a.astype(np.int64) - b) > LONG_AGO_DAYS)
    codes[same[apart]] = PhoneEvidence.SAME_LONG_AGO
    return codes


@nb.njit("boolean(int64[:], int64, int64, int64[:], int64, int64, boolean[:], boolean)", cache=True, nogil=True)
def _meet(
    a: NDArray[np.int64],
    a_from: int,
    a_to: int,
    b: NDArray[np.int64],
    b_from: int,
    b_to: int,
    shared: NDArray[np.bool_],
    want_shared: bool,
) -> bool:
    for i in range(a_from, a_to):
        for j in range(b_from, b_to):
            if a[i] == b[j] and shared[a[i]] == want_shared:
                return True
    return False


@nb.njit("int8[:](int64[:], int64[:], int64[:], int64[:], boolean[:], int32[:], int32[:])", cache=True, nogil=True)
def _levels(
    own_at: NDArray[np.int64], own: NDArray[np.int64], rel_at: NDArray[np.int64], rel: NDArray[np.int64],
    shared: NDArray[np.bool_], left: Rows, right: Rows,
) -> Codes:  # fmt: skip
    codes = np.zeros(len(left), dtype=np.int8)
    for i in range(len(left)):
        a, b = left[i], right[i]
        a0, a1, b0, b1 = own_at[a], own_at[a + 1], own_at[b], own_at[b + 1]
        if a0 < a1 and b0 < b1:
            if _meet(own, a0, a1, own, b0, b1, shared, False):
                codes[i] = PhoneEvidence.SAME
                continue
            codes[i] = (
                PhoneEvidence.SHARED if _meet(own, a0, a1, own, b0, b1, shared, True) else PhoneEvidence.DIFFERENT
            )
        if _meet(own, a0, a1, rel, rel_at[b], rel_at[b + 1], shared, False) or _meet(
            rel, rel_at[a], rel_at[a + 1], own, b0, b1, shared, False
        ):
            codes[i] = PhoneEvidence.RELATIVES
    return codes
