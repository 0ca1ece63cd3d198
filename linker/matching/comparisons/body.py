"""Sex, height and marks."""

from __future__ import annotations

from enum import IntEnum

import numba as nb
import numpy as np
from numpy.typing import NDArray

from linker.matching.columns import PersonColumns
from linker.matching.comparisons.base import Codes, Comparison, Rows, Side, levels_by, levels_of
from linker.schema import Sex


class SexEvidence(IntEnum):
    MISSING = 0
    DIFFERENT = 1
    SAME = 2
    BOTH_FEMALE = 3


class HeightEvidence(IntEnum):
    MISSING = 0
    FAR = 1
    APART = 2
    CLOSE = 3
    NEAR = 4
    IN_RANGE = 5


class MarksEvidence(IntEnum):
    MISSING = 0
    NONE_SHARED = 1
    SHARED_COMMON = 2
    SHARED = 3
    SHARED_RARE = 4


SEX = {
    "MISSING": (Side.MISSING, "the sex is not stated in both", "लिंग उपलब्ध नहीं"),
    "DIFFERENT": (Side.AGAINST, "the sex differs", "लिंग अलग है"),
    "SAME": (Side.NEUTRAL, "the sex agrees", "लिंग एक ही है"),
    "BOTH_FEMALE": (Side.FOR, "both are women, of whom few are recorded", "दोनों महिलाएँ हैं, जिनके अभिलेख कम हैं"),
}
HEIGHT = {
    "MISSING": (Side.MISSING, "no height in one of the records", "कद उपलब्ध नहीं"),
    "FAR": (Side.AGAINST, "the heights are more than 8 cm apart", "कद में 8 सेमी से अधिक अंतर"),
    "APART": (
        Side.NEUTRAL,
        "the heights are up to 8 cm apart, more than they are usually misread",
        "कद में 8 सेमी तक अंतर",
    ),
    "NEAR": (Side.NEUTRAL, "the heights are 3 to 5 cm apart", "कद में 3 से 5 सेमी अंतर"),
    "CLOSE": (Side.FOR, "the heights agree", "कद मिलता है"),
    "IN_RANGE": (Side.FOR, "the height lies in the range of the other record", "कद दूसरे अभिलेख की सीमा में है"),
}
MARKS = {
    "MISSING": (Side.MISSING, "no marks in one of the records", "पहचान चिन्ह उपलब्ध नहीं"),
    "NONE_SHARED": (Side.NEUTRAL, "no mark stands in both", "कोई चिन्ह समान नहीं"),
    "SHARED_COMMON": (Side.FOR, "a frequent mark stands in both", "एक आम चिन्ह समान है"),
    "SHARED": (Side.FOR, "a mark stands in both", "एक चिन्ह समान है"),
    "SHARED_RARE": (Side.FOR, "a rare mark, or several, stand in both", "दुर्लभ या कई चिन्ह समान हैं"),
}
CLOSE_CM, NEAR_CM, APART_CM = 2, 5, 8
"""Two readings of one person are mostly within the first, hardly ever beyond the second; a range has been widened already."""
MARK_BITS = (5.0, 8.0)
_SEXES = np.full((len(Sex), len(Sex)), SexEvidence.DIFFERENT, np.int8)
"""The level by both sexes."""
np.fill_diagonal(_SEXES, SexEvidence.SAME)
_SEXES[Sex.FEMALE, Sex.FEMALE] = SexEvidence.BOTH_FEMALE
_SEXES[Sex.UNKNOWN, :] = _SEXES[:, Sex.UNKNOWN] = SexEvidence.MISSING
_FAR, _APART, _CLOSE, _NEAR, _IN_RANGE = range(1, len(HeightEvidence))


def sex_comparison(name: str) -> Comparison:
    return Comparison(name, levels_of(SexEvidence, SEX), measure_sex)


def height_comparison(name: str) -> Comparison:
    return Comparison(name, levels_of(HeightEvidence, HEIGHT), measure_height)


def marks_comparison(name: str) -> Comparison:
    # hardly any labelled pair shows a mark that frequent, and what cannot be counted may not weigh more than what is rarer
    return Comparison(name, levels_of(MarksEvidence, MARKS), measure_marks, weaker={"SHARED_COMMON": ("SHARED", 2.0)})


def measure_sex(columns: PersonColumns, left: Rows, right: Rows) -> Codes:
    codes: Codes = levels_by(columns.sex, left, right, _SEXES)
    return codes


def measure_height(columns: PersonColumns, left: Rows, right: Rows) -> Codes:
    """Levels by the distance between the two intervals in cm (0 where they overlap)."""
    codes: Codes = _heights(columns.height_from, columns.height_to, left, right)
    return codes


@nb.njit("int8[::1](int16[:], int16[:], int32[:], int32[:])", cache=True, nogil=True)
def _heights(low: NDArray[np.int16], high: NDArray[np.int16], left: Rows, right: Rows) -> Codes:
    codes = np.zeros(len(left), dtype=np.int8)
    for k in range(len(left)):
        a, b = left[k], right[k]
        if low[a] >= 0 and low[b] >= 0:
            gap = max(np.int32(low[a]) - high[b], np.int32(low[b]) - high[a])
            ranged = high[a] > low[a] or high[b] > low[b]
            if gap > APART_CM:
                codes[k] = _FAR
            elif ranged:
                codes[k] = _IN_RANGE if gap <= 0 else _APART
            else:
                codes[k] = _CLOSE if gap <= CLOSE_CM else _NEAR if gap <= NEAR_CM else _APART
    return codes


def measure_marks(columns: PersonColumns, left: Rows, right: Rows) -> Codes:
    rarity = columns.rarity("marks")
    marks = columns.marks
    codes: Codes = _marks(marks.offsets, marks.values, rarity, left, right, MARK_BITS[0], MARK_BITS[1])
    return codes


@nb.njit("int8[:](int64[:], int64[:], float32[:], int32[:], int32[:], float64, float64)", cache=True, nogil=True)
def _marks(
    at: NDArray[np.int64],
    marks: NDArray[np.int64],
    rarity: NDArray[np.float32],
    left: Rows,
    right: Rows,
    common: float,
    rare: float,
) -> Codes:
    codes = np.zeros(len(left), dtype=np.int8)
    for i in range(len(left)):
        a, b = left[i], right[i]
        if at[a] == at[a + 1] or at[b] == at[b + 1]:
            continue
        bits, shared = 0.0, False
        for k in range(at[a], at[a + 1]):
            for m in range(at[b], at[b + 1]):
                if marks[k] == marks[m]:
                    bits += rarity[marks[k]]
                    shared = True
        if not shared:
            codes[i] = MarksEvidence.NONE_SHARED
        elif bits < common:
            codes[i] = MarksEvidence.SHARED_COMMON
        else:
            codes[i] = MarksEvidence.SHARED if bits < rare else MarksEvidence.SHARED_RARE
    return codes
