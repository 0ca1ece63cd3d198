"""Births: two intervals with their precision."""

from __future__ import annotations

from enum import IntEnum

import numba as nb
import numpy as np
from numpy.typing import NDArray

from linker.matching.columns import UNKNOWN_DAY, PersonColumns
from linker.matching.comparisons.base import Codes, Comparison, Rows, Side, levels_by, levels_of
from linker.schema import BirthKind


class BirthEvidence(IntEnum):
    """Full dates are compared as dates, everything else by the years between the middles of the intervals. An age is rounded and guessed,
    so two ages some years apart say little; two full dates that differ say more."""

    MISSING = 0
    FAR = 1
    GAP_10 = 2
    GAP_6 = 3
    GAP_3 = 4
    CLOSE = 5
    SAME_YEAR = 6
    NEAR_DATE = 7
    SAME_DATE = 8
    OTHER_DATE = 9
    FAR_DATE = 10
    GAP_2 = 11
    GAP_5 = 12
    YEAR_OFF = 13


SENTENCES = {
    "MISSING": (Side.MISSING, "no birth or age in one of the records", "जन्म या आयु उपलब्ध नहीं"),
    "FAR": (Side.AGAINST, "the births are more than ten years apart", "जन्म में दस वर्ष से अधिक का अंतर"),
    "GAP_10": (Side.AGAINST, "the births are six to ten years apart", "जन्म में छह से दस वर्ष का अंतर"),
    "GAP_6": (Side.NEUTRAL, "the births are five to six years apart", "जन्म में पाँच-छह वर्ष का अंतर"),
    "GAP_5": (Side.NEUTRAL, "the births are about four or five years apart", "जन्म में चार-पाँच वर्ष का अंतर"),
    "GAP_3": (Side.FOR, "the births are about three years apart", "जन्म में लगभग तीन वर्ष का अंतर"),
    "GAP_2": (Side.FOR, "the births are about two years apart", "जन्म में लगभग दो वर्ष का अंतर"),
    "CLOSE": (Side.FOR, "the births are about the same time", "जन्म लगभग एक ही समय"),
    "SAME_YEAR": (Side.FOR, "the same year of birth stands in both", "जन्म वर्ष एक ही है"),
    "NEAR_DATE": (Side.FOR, "the birth dates differ as by a typing error", "जन्म तिथि में टंकण जैसी भूल"),
    "SAME_DATE": (Side.FOR, "the same birth date stands in both", "जन्म तिथि एक ही है"),
    "YEAR_OFF": (Side.NEUTRAL, "the birth dates differ by at most a year", "जन्म तिथियों में अधिकतम एक वर्ष का अंतर"),
    "OTHER_DATE": (Side.NEUTRAL, "the birth dates differ by one to three years", "जन्म तिथियों में एक से तीन वर्ष का अंतर"),
    "FAR_DATE": (Side.AGAINST, "the birth dates differ by more than three years", "जन्म तिथियों में तीन वर्ष से अधिक का अंतर"),
}


GRADES = {
    "FAR": "APART", "GAP_10": "APART", "GAP_6": "APART", "GAP_5": "APART", "GAP_3": "ALIKE", "GAP_2": "ALIKE", "CLOSE": "ALIKE",
    "SAME_YEAR": "ALIKE", "NEAR_DATE": "NEAR_DATE", "SAME_DATE": "DATE", "YEAR_OFF": "APART", "OTHER_DATE": "APART", "FAR_DATE": "APART",
}  # fmt: skip


class StatedEvidence(IntEnum):
    """Who knows the day of his birth tends to state it every time; who does not gives a year, or an age."""

    MISSING = 0
    DATE_AND_YEAR = 1
    YEARS = 2


STATED = {
    "MISSING": (Side.MISSING, "births stated as ages, or not at all", "जन्म आयु से बताया गया या उपलब्ध नहीं"),
    "DATE_AND_YEAR": (
        Side.NEUTRAL,
        "one record states a day of birth, the other only a year",
        "एक अभिलेख में जन्म का दिन है, दूसरे में केवल वर्ष",
    ),
    "YEARS": (Side.NEUTRAL, "both records state a year of birth, not the day", "दोनों में जन्म का वर्ष है, दिन नहीं"),
}


def birth_comparison(name: str) -> Comparison:
    return Comparison(name, levels_of(BirthEvidence, SENTENCES, GRADES), measure_births)


def stated_comparison(name: str) -> Comparison:
    return Comparison(name, levels_of(StatedEvidence, STATED), measure_stated)


def measure_stated(columns: PersonColumns, left: Rows, right: Rows) -> Codes:
    """Whether a year stands beside a full date, or beside another year."""
    codes: Codes = levels_by(columns.birth_kind, left, right, _STATED)
    return codes


_STATED = np.zeros((len(BirthKind), len(BirthKind)), np.int8)
"""The level by the kinds of the two births."""
_STATED[BirthKind.DATE, BirthKind.YEAR] = _STATED[BirthKind.YEAR, BirthKind.DATE] = StatedEvidence.DATE_AND_YEAR
_STATED[BirthKind.YEAR, BirthKind.YEAR] = StatedEvidence.YEARS


def measure_births(columns: PersonColumns, left: Rows, right: Rows) -> Codes:
    codes: Codes = _levels(
        columns.birth_from,
        columns.birth_to,
        columns.birth_kind,
        left,
        right,
        np.int32(UNKNOWN_DAY),
        np.int8(BirthKind.YEAR),
        np.int8(BirthKind.DATE),
    )
    return codes


@nb.njit("UniTuple(int64, 3)(int64)", cache=True, nogil=True)
def civil(day: int) -> tuple[int, int, int]:
    """(year, month, day) of days since 1970-01-01 (the days-from-civil algorithm of H. Hinnant, run backwards)."""
    z = day + 719468
    era = z // 146097
    doe = z - era * 146097
    yoe = (doe - doe // 1460 + doe // 36524 - doe // 146096) // 365
    doy = doe - (365 * yoe + yoe // 4 - yoe // 100)
    mp = (5 * doy + 2) // 153
    month = mp + 3 if mp < 10 else mp - 9
    year = yoe + era * 400 + (1 if month <= 2 else 0)
    return year, month, doy - (153 * mp + 2) // 5 + 1


@nb.njit("boolean(int64, int64)", cache=True, nogil=True)
def _like_a_typing_error(a: int, b: int) -> bool:
    """Two of day, month and year agree and the third is off by a little or by one digit, or day and month changed places."""
    year_a, month_a, day_a = civil(a)
    year_b, month_b, day_b = civil(b)
    if year_a == year_b and day_a == month_b and month_a == day_b:
        return True
    same = (year_a == year_b) + (month_a == month_b) + (day_a == day_b)
    if same != 2:
        return False
    if year_a != year_b:
        return abs(year_a - year_b) <= 2 or abs(year_a - year_b) == 10
    return True


YEAR = 365.2425
UP_TO = np.array([1.5, 2.5, 3.5, 5.0, 6.5, 10.5])
"""Greatest distance in years of the levels from CLOSE to GAP_10; beyond it births are FAR."""
BY_GAP = np.array(
    [BirthEvidence[level] for level in ("CLOSE", "GAP_2", "GAP_3", "GAP_5", "GAP_6", "GAP_10", "FAR")], np.int8
)


_SAME_DATE, _NEAR_DATE, _YEAR_OFF, _OTHER_DATE, _FAR_DATE = (
    int(BirthEvidence[level]) for level in ("SAME_DATE", "NEAR_DATE", "YEAR_OFF", "OTHER_DATE", "FAR_DATE")
)


@nb.njit("int64(int64, int64)", cache=True, nogil=True)
def _of_dates(a: int, b: int) -> int:
    """The level of two full dates."""
    if a == b:
        return _SAME_DATE
    if _like_a_typing_error(a, b):
        return _NEAR_DATE
    if abs(a - b) <= 366:
        return _YEAR_OFF
    return _OTHER_DATE if abs(a - b) <= 3.5 * YEAR else _FAR_DATE


@nb.njit("int8[:](int32[:], int32[:], int8[:], int32[:], int32[:], int32, int8, int8)", cache=True, nogil=True)
def _levels(
    first: NDArray[np.int32], last: NDArray[np.int32], kind: NDArray[np.int8], left: Rows, right: Rows,
    unknown: np.int32, year_kind: np.int8, date_kind: np.int8,
) -> Codes:  # fmt: skip
    codes = np.zeros(len(left), dtype=np.int8)
    for i in range(len(left)):
        a, b = left[i], right[i]
        if first[a] == unknown or first[b] == unknown:
            continue
        if kind[a] == date_kind and kind[b] == date_kind:
            codes[i] = _of_dates(first[a], first[b])
            continue
        middle_a, middle_b = np.int64(first[a]) + last[a], np.int64(first[b]) + last[b]
        gap = abs(middle_a - middle_b) / (2 * YEAR)
        codes[i] = BY_GAP[np.searchsorted(UP_TO, gap)]
        both_years = kind[a] == year_kind and kind[b] == year_kind
        if both_years and gap <= UP_TO[0] and civil(middle_a // 2)[0] == civil(middle_b // 2)[0]:
            codes[i] = BirthEvidence.SAME_YEAR
    return codes
