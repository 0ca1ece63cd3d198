"""What surrounds two records: how far apart in time they were made, and whether a relative was dead by then."""

from __future__ import annotations

from enum import IntEnum

import numba as nb
import numpy as np
from numpy.typing import NDArray

from linker.matching.columns import UNKNOWN_DAY, PersonColumns
from linker.matching.comparisons.base import Codes, Comparison, Rows, Side, levels_of


class TimeEvidence(IntEnum):
    """Most people are recorded over a few years of their lives, so two records of one person stand closer in time than those of any two."""

    MISSING = 0
    HALF_A_YEAR = 1
    TWO_YEARS = 2
    FOUR_YEARS = 3
    EIGHT_YEARS = 4
    LONGER = 5


class LateEvidence(IntEnum):
    """'Late' before a father's name. A clerk may leave it out, so a father who lives again says little."""

    MISSING = 0
    BOTH_LATE = 1
    LATE_SINCE = 2
    ALIVE_AGAIN = 3


TIME = {
    "MISSING": (Side.MISSING, "the date of a record is missing", "किसी अभिलेख की तिथि उपलब्ध नहीं"),
    "HALF_A_YEAR": (Side.NEUTRAL, "the records were made within half a year", "अभिलेख छह महीने के भीतर के हैं"),
    "TWO_YEARS": (Side.NEUTRAL, "the records were made within two years", "अभिलेख दो वर्ष के भीतर के हैं"),
    "FOUR_YEARS": (Side.NEUTRAL, "the records are two to four years apart", "अभिलेखों में दो से चार वर्ष का अंतर है"),
    "EIGHT_YEARS": (Side.NEUTRAL, "the records are four to eight years apart", "अभिलेखों में चार से आठ वर्ष का अंतर है"),
    "LONGER": (Side.NEUTRAL, "the records are more than eight years apart", "अभिलेखों में आठ वर्ष से अधिक का अंतर है"),
}
LATE = {
    "MISSING": (Side.MISSING, "no relative is stated to be dead, or not in both", "किसी संबंधी को दिवंगत नहीं बताया गया"),
    "BOTH_LATE": (Side.NEUTRAL, "the relative is dead in both records", "दोनों अभिलेखों में संबंधी दिवंगत है"),
    "LATE_SINCE": (
        Side.NEUTRAL,
        "the relative is dead in the later record only",
        "संबंधी केवल बाद के अभिलेख में दिवंगत है",
    ),
    "ALIVE_AGAIN": (
        Side.NEUTRAL,
        "the relative is dead in the earlier record, but not in the later one",
        "संबंधी पहले अभिलेख में दिवंगत है, पर बाद के में नहीं",
    ),
}
DEAD = 2
"""Of `PersonColumns.relative_standing`."""
DAYS = np.array([183, 731, 1461, 2922], dtype=np.int32)
"""Greatest distance in days of the first four levels."""


def time_comparison(name: str) -> Comparison:
    return Comparison(name, levels_of(TimeEvidence, TIME), measure_time, balanced=True)


def late_comparison(name: str) -> Comparison:
    return Comparison(name, levels_of(LateEvidence, LATE), measure_late)


def measure_time(columns: PersonColumns, left: Rows, right: Rows) -> Codes:
    """Levels by the days between the dates on which the records were true."""
    codes: Codes = _times(columns.record_day, left, right, np.int32(UNKNOWN_DAY))
    return codes


@nb.njit("int8[::1](int32[:], int32[:], int32[:], int32)", cache=True, nogil=True)
def _times(day: NDArray[np.int32], left: Rows, right: Rows, unknown: np.int32) -> Codes:
    codes = np.zeros(len(left), dtype=np.int8)
    for i in range(len(left)):
        a, b = day[left[i]], day[right[i]]
        if unknown not in (a, b):
            codes[i] = 1
            for most in DAYS:
                codes[i] += abs(np.int64(a) - b) > most
    return codes


def measure_late(columns: PersonColumns, left: Rows, right: Rows) -> Codes:
    """Levels where both records name a relative and one of them, at least, states that he is dead. Of two records of one day, or without
    a date, it is not known which was later: nothing is said."""
    codes: Codes = _lates(columns.relative_standing, columns.record_day, left, right, np.int32(UNKNOWN_DAY))
    return codes


_BOTH_LATE, _LATE_SINCE, _ALIVE_AGAIN = (
    int(level) for level in (LateEvidence.BOTH_LATE, LateEvidence.LATE_SINCE, LateEvidence.ALIVE_AGAIN)
)


@nb.njit("int8[::1](int8[:], int32[:], int32[:], int32[:], int32)", cache=True, nogil=True)
def _lates(standing: NDArray[np.int8], day: NDArray[np.int32], left: Rows, right: Rows, unknown: np.int32) -> Codes:
    codes = np.zeros(len(left), dtype=np.int8)
    for i in range(len(left)):
        a, b = left[i], right[i]
        if standing[a] == DEAD and standing[b] == DEAD:
            codes[i] = _BOTH_LATE
        elif standing[a] > 0 and standing[b] > 0 and standing[a] != standing[b]:
            dead, alive = (a, b) if standing[a] == DEAD else (b, a)
            if day[dead] != unknown and day[alive] != unknown and day[dead] != day[alive]:
                codes[i] = _ALIVE_AGAIN if day[dead] < day[alive] else _LATE_SINCE
    return codes
