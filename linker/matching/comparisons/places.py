"""Places, from the smallest that both records state to the largest."""

from __future__ import annotations

from enum import IntEnum

import numba as nb
import numpy as np
from numpy.typing import NDArray

from linker.matching.columns import PersonColumns
from linker.matching.comparisons.base import Codes, Comparison, Rows, Side, levels_of


class PlaceEvidence(IntEnum):
    """People move and addresses are half written, so a different place is only weak evidence against."""

    MISSING = 0
    DIFFERENT_STATE = 1
    DIFFERENT_DISTRICT = 2
    SAME_DISTRICT = 3
    SAME_STATION = 4
    SAME_COMMON_VILLAGE = 5
    SAME_VILLAGE = 6
    SAME_VILLAGE_AND_STATION = 7
    OTHER_VILLAGE = 8
    VILLAGES_DIFFER = 9
    SAME_HOUSE = 10


COMMON_VILLAGE_BITS = 9.0

SENTENCES = {
    "MISSING": (Side.MISSING, "no place to compare", "तुलना योग्य स्थान नहीं"),
    "DIFFERENT_STATE": (Side.AGAINST, "the addresses are in different states", "पते अलग राज्यों में हैं"),
    "DIFFERENT_DISTRICT": (Side.AGAINST, "the addresses are in different districts", "पते अलग ज़िलों में हैं"),
    "SAME_DISTRICT": (Side.FOR, "the addresses are in one district", "पते एक ही ज़िले में हैं"),
    "SAME_STATION": (Side.FOR, "the addresses belong to one police station", "पते एक ही थाने के हैं"),
    "SAME_COMMON_VILLAGE": (Side.FOR, "village or locality has the same, frequent name", "गाँव/मोहल्ले का आम नाम मिलता है"),
    "SAME_VILLAGE": (Side.FOR, "village or locality agrees", "गाँव/मोहल्ला मिलता है"),
    "SAME_VILLAGE_AND_STATION": (
        Side.FOR,
        "village and police station (or district) agree",
        "गाँव और थाना (या ज़िला) मिलते हैं",
    ),
    "OTHER_VILLAGE": (Side.NEUTRAL, "one district or station, but other villages", "ज़िला या थाना एक, पर गाँव अलग"),
    "SAME_HOUSE": (Side.FOR, "house number and village or locality agree", "मकान नंबर और मोहल्ला मिलते हैं"),
    "VILLAGES_DIFFER": (Side.AGAINST, "other villages, and no district to compare", "गाँव अलग हैं, ज़िला ज्ञात नहीं"),
}

GRADES = {
    "DIFFERENT_STATE": "OTHER_STATE", "DIFFERENT_DISTRICT": "OTHER_DISTRICT", "OTHER_VILLAGE": "OTHER_VILLAGE",
    "VILLAGES_DIFFER": "OTHER_VILLAGE", "SAME_DISTRICT": "SAME_AREA", "SAME_STATION": "SAME_AREA",
    "SAME_COMMON_VILLAGE": "SAME_VILLAGE", "SAME_VILLAGE": "SAME_VILLAGE", "SAME_VILLAGE_AND_STATION": "SAME_VILLAGE",
    "SAME_HOUSE": "SAME_VILLAGE",
}  # fmt: skip


def place_comparison(name: str, fields: tuple[str, ...]) -> Comparison:
    """`fields`: the columns for village, station, district, state and house, in this order."""

    def measure(columns: PersonColumns, left: Rows, right: Rows) -> Codes:
        village, station, district, state, house = (columns.text_column(f) for f in fields)
        rare = columns.rarity(fields[0]) >= COMMON_VILLAGE_BITS
        codes: Codes = _levels(village, station, district, state, house, rare, left, right)
        return codes

    return Comparison(name, levels_of(PlaceEvidence, SENTENCES, GRADES), measure)


@nb.njit(
    "int8[:](int32[:], int32[:], int32[:], int32[:], int32[:], boolean[:], int32[:], int32[:])", cache=True, nogil=True
)
def _levels(
    village: NDArray[np.int32], station: NDArray[np.int32], district: NDArray[np.int32], state: NDArray[np.int32],
    house: NDArray[np.int32], rare: NDArray[np.bool_], left: Rows, right: Rows,
) -> Codes:  # fmt: skip
    codes = np.zeros(len(left), dtype=np.int8)
    for i in range(len(left)):
        a, b = left[i], right[i]
        villages = village[a] >= 0 and village[b] >= 0
        same_village = village[a] >= 0 and village[a] == village[b]
        same_station = station[a] >= 0 and station[a] == station[b]
        districts = district[a] >= 0 and district[b] >= 0
        same_district = districts and district[a] == district[b]
        if same_village and (not districts or same_district):
            if house[a] >= 0 and house[a] == house[b]:
                codes[i] = 10
            elif same_station or same_district:
                codes[i] = 7
            else:
                codes[i] = 6 if rare[village[a]] else 5
        elif same_station and (not districts or same_district):
            codes[i] = 8 if villages else 4
        elif same_district:
            codes[i] = 8 if villages else 3
        elif state[a] >= 0 and state[b] >= 0 and state[a] != state[b]:
            codes[i] = 1
        elif districts:
            codes[i] = 2
        elif villages:
            codes[i] = 9
    return codes
