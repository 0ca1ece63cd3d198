"""What surrounds two records: how far apart in time they were made, and whether a relative was dead by then."""

from __future__ import annotations

from enum import IntEnum

import numpy as np

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
    a, b = columns.record_day[left], columns.record_day[right]
    known = (a != UNKNOWN_DAY) & (b != UNKNOWN_DAY)
    gap = np.abs(np.where(known, a.astype(np.int64) - b, 0))
    codes: Codes = np.where(known, 1 + DAYS.searchsorted(gap, side="left"), 0).astype(np.int8)
    return codes


def measure_late(columns: PersonColumns, left: Rows, right: Rows) -> Codes:
    """Levels where both records name a relative and one of them, at least, states that he is dead. Of two records of one day, or without
    a date, it is not known which was later: nothing is said."""
    standing = columns.relative_standing
    a, b = standing[left], standing[right]
    codes = np.zeros(len(left), dtype=np.int8)
    codes[(a == DEAD) & (b == DEAD)] = LateEvidence.BOTH_LATE
    one = np.flatnonzero((a != b) & (a > 0) & (b > 0))
    x, y = columns.record_day[left[one]], columns.record_day[right[one]]
    known = (x != UNKNOWN_DAY) & (y != UNKNOWN_DAY) & (x != y)
    dead_earlier = np.where(a[one] == DEAD, x < y, y < x)
    codes[one] = np.where(known, np.where(dead_earlier, LateEvidence.ALIVE_AGAIN, LateEvidence.LATE_SINCE), 0)
    return codes
