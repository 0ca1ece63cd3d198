"""Where the cases were registered, and whether one record's case lies where the other record's person lives.

People are mostly recorded near their home and often in the same place again. What the cases are about is never looked at.
"""

from __future__ import annotations

from enum import IntEnum

import numba as nb
import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from linker.matching.columns import PersonColumns
from linker.matching.comparisons.base import Codes, Comparison, Rows, Side, levels_of


class RegistrationEvidence(IntEnum):
    """The smallest place of registration that two records share."""

    MISSING = 0
    DIFFERENT_STATE = 1
    DIFFERENT_DISTRICT = 2
    SAME_DISTRICT = 3
    SAME_STATION = 4


class HomeEvidence(IntEnum):
    """Whether a home of one record lies where the other record's case was registered."""

    MISSING = 0
    ELSEWHERE = 1
    SAME_DISTRICT = 2
    SAME_STATION = 3


REGISTERED = {
    "MISSING": (Side.MISSING, "the place of a case is missing", "मामले का स्थान उपलब्ध नहीं"),
    "DIFFERENT_STATE": (Side.AGAINST, "the cases were registered in different states", "मामले अलग राज्यों में दर्ज हैं"),
    "DIFFERENT_DISTRICT": (Side.AGAINST, "the cases were registered in different districts", "मामले अलग ज़िलों में दर्ज हैं"),
    "SAME_DISTRICT": (Side.FOR, "the cases were registered in one district", "मामले एक ही ज़िले में दर्ज हैं"),
    "SAME_STATION": (Side.FOR, "the cases were registered at one police station", "मामले एक ही थाने में दर्ज हैं"),
}
HOME = {
    "MISSING": (Side.MISSING, "no home and case to compare", "निवास और मामले की तुलना संभव नहीं"),
    "ELSEWHERE": (Side.AGAINST, "neither lives where the other was registered", "निवास दूसरे मामले के स्थान से अलग है"),
    "SAME_DISTRICT": (Side.FOR, "one lives in the district of the other's case", "निवास दूसरे मामले के ज़िले में है"),
    "SAME_STATION": (Side.FOR, "one lives at the station of the other's case", "निवास दूसरे मामले के थाने में है"),
}


REGISTERED_GRADES = {
    "DIFFERENT_STATE": "OTHER_STATE", "DIFFERENT_DISTRICT": "OTHER_DISTRICT", "SAME_DISTRICT": "SAME_DISTRICT",
    "SAME_STATION": "SAME_STATION",
}  # fmt: skip
HOME_GRADES = {"ELSEWHERE": "ELSEWHERE", "SAME_DISTRICT": "NEAR", "SAME_STATION": "NEAR"}


def registration_comparison(name: str, fields: tuple[str, ...]) -> Comparison:
    """`fields`: the columns for station, district and state of registration, in this order."""

    def measure(columns: PersonColumns, left: Rows, right: Rows) -> Codes:
        station, district, state = (columns.text_column(field) for field in fields)
        codes: Codes = _registered(station, district, state, left, right)
        return codes

    return Comparison(name, levels_of(RegistrationEvidence, REGISTERED, REGISTERED_GRADES), measure)


def home_comparison(name: str, fields: tuple[str, ...]) -> Comparison:
    """`fields`: station and district of the home, then station and district of registration."""

    def measure(columns: PersonColumns, left: Rows, right: Rows) -> Codes:
        home_station, home_district, station, district = fields
        codes: Codes = _homes(
            (meaning_of(columns, (home_district, district)), meaning_of(columns, (home_station, station))),
            (columns.text_column(home_district), columns.text_column(home_station)),
            (columns.text_column(district), columns.text_column(station)),
            left,
            right,
        )
        return codes

    return Comparison(name, levels_of(HomeEvidence, HOME, HOME_GRADES), measure)


_OF_OTHER_STATES, _OF_OTHER_DISTRICTS, _OF_ONE_DISTRICT, _OF_ONE_STATION = range(1, len(RegistrationEvidence))


@nb.njit("int8[::1](int32[:], int32[:], int32[:], int32[:], int32[:])", cache=True, nogil=True)
def _registered(
    station: NDArray[np.int32], district: NDArray[np.int32], state: NDArray[np.int32], left: Rows, right: Rows
) -> Codes:
    codes = np.zeros(len(left), dtype=np.int8)
    for k in range(len(left)):
        a, b = left[k], right[k]
        if district[a] >= 0 and district[a] == district[b]:
            same_station = station[a] >= 0 and station[a] == station[b]
            codes[k] = _OF_ONE_STATION if same_station else _OF_ONE_DISTRICT
        elif state[a] >= 0 and state[b] >= 0 and state[a] != state[b]:
            codes[k] = _OF_OTHER_STATES
        elif district[a] >= 0 and district[b] >= 0:
            codes[k] = _OF_OTHER_DISTRICTS
    return codes


_ELSEWHERE, _SAME_DISTRICT, _SAME_STATION = (
    np.int8(level) for level in (HomeEvidence.ELSEWHERE, HomeEvidence.SAME_DISTRICT, HomeEvidence.SAME_STATION)
)
_TWO = "UniTuple(int32[:], 2)"


@nb.njit("int8(int32, int32)", cache=True, nogil=True, inline="always")
def _alike(home: int, case: int) -> int:
    """1 the same, 0 different, -1 unknown on a side. `home` is the code that the home's place has among those of cases (-2: none)."""
    if home == -1 or case < 0:
        return -1
    return 1 if home == case else 0


@nb.njit(f"int8[:]({_TWO}, {_TWO}, {_TWO}, int32[:], int32[:])", cache=True, nogil=True)
def _homes(
    of_cases: tuple[NDArray[np.int32], NDArray[np.int32]],
    homes: tuple[NDArray[np.int32], NDArray[np.int32]],
    cases: tuple[NDArray[np.int32], NDArray[np.int32]],
    left: Rows,
    right: Rows,
) -> Codes:
    """The nearest that a home of one record lies to the other's case; all by district and by station."""
    best = np.zeros(len(left), dtype=np.int8)
    for k in range(len(left)):
        for own, other in ((left[k], right[k]), (right[k], left[k])):
            district = _alike(of_cases[0][homes[0][own]], cases[0][other])
            station = _alike(of_cases[1][homes[1][own]], cases[1][other])
            if station == 1 and district != 0:
                level = _SAME_STATION
            elif district < 0 and station < 1:
                level = np.int8(0)
            else:
                level = _SAME_DISTRICT if district == 1 else _ELSEWHERE
            best[k] = max(best[k], level)
    return best


def meaning(fields: tuple[str, str]) -> tuple[str, ...]:
    """Under what `PersonColumns.once` keeps `meaning_of`."""
    return ("meaning", *fields)


def meaning_of(columns: PersonColumns, fields: tuple[str, str]) -> NDArray[np.int32]:
    """The codes of the first column as codes of the second, made once for all pairs."""
    return columns.once(meaning(fields), lambda: _meaning(columns, fields))


def _meaning(columns: PersonColumns, fields: tuple[str, str]) -> NDArray[np.int32]:
    """The codes of the first column as codes of the second, -2 where it has none; code -1 reads the last."""
    sizes = [len(columns.coded(f).counts) for f in fields]
    if not all(sizes):
        return np.array([-2] * sizes[0] + [-1], np.int32)
    here, there = (columns.coded(f).dictionary for f in fields)
    meaning = pc.fill_null(pc.index_in(here, value_set=there), -2).to_numpy(zero_copy_only=False).astype(np.int32)
    return np.append(meaning, np.int32(-1))
