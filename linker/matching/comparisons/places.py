"""Places, from the smallest that both records state to the largest.

A village's name alone is ambiguous (every district has a Rampur), so what lies around it decides: a station, tehsil, district or PIN code
that agrees confirms it, one that differs may mean another village of that name. A PIN code is the area of a post office: some dozens of
villages in the country, a quarter of a city; a tehsil is a fourth to a tenth of a district.
"""

from __future__ import annotations

from enum import IntEnum

import numba as nb
import numpy as np
import pyarrow.compute as pc
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
    SAME_TEHSIL = 11
    SAME_COMMON_PIN = 12
    SAME_PIN = 13
    SAME_PIN_OTHER_VILLAGE = 14
    SAME_VILLAGE_AND_PIN = 15
    SAME_VILLAGE_OTHER_AREA = 16
    OTHER_AREA = 17
    OTHER_PIN_REGION = 18


COMMON_VILLAGE_BITS = 9.0
COMMON_AREA_BITS = 7.0
"""A PIN code or tehsil that more than one record in 128 bears says by itself little more than a district."""
TEHSIL_LESS_BITS = 1.0
"""A tehsil holds the areas of several stations and so says less than one. Pairs that agree in the tehsil alone are too few to count."""

SENTENCES = {
    "MISSING": (Side.MISSING, "no place to compare", "तुलना योग्य स्थान नहीं"),
    "DIFFERENT_STATE": (Side.AGAINST, "the addresses are in different states", "पते अलग राज्यों में हैं"),
    "DIFFERENT_DISTRICT": (Side.AGAINST, "the addresses are in different districts", "पते अलग ज़िलों में हैं"),
    "OTHER_PIN_REGION": (
        Side.AGAINST,
        "the PIN codes are of different regions, and no district to compare",
        "पिन कोड अलग क्षेत्रों के हैं, ज़िला ज्ञात नहीं",
    ),
    "SAME_DISTRICT": (Side.FOR, "the addresses are in one district", "पते एक ही ज़िले में हैं"),
    "SAME_TEHSIL": (Side.FOR, "the addresses are in one tehsil", "पते एक ही तहसील में हैं"),
    "SAME_STATION": (Side.FOR, "the addresses belong to one police station", "पते एक ही थाने के हैं"),
    "SAME_COMMON_PIN": (Side.FOR, "the same, frequent PIN code", "वही आम पिन कोड"),
    "SAME_PIN": (Side.FOR, "the PIN code agrees", "पिन कोड मिलता है"),
    "SAME_COMMON_VILLAGE": (Side.FOR, "village or locality has the same, frequent name", "गाँव/मोहल्ले का आम नाम मिलता है"),
    "SAME_VILLAGE": (Side.FOR, "village or locality agrees", "गाँव/मोहल्ला मिलता है"),
    "SAME_VILLAGE_AND_STATION": (
        Side.FOR,
        "village and police station (or tehsil, or district) agree",
        "गाँव और थाना (या तहसील या ज़िला) मिलते हैं",
    ),
    "SAME_VILLAGE_AND_PIN": (Side.FOR, "village or locality and PIN code agree", "गाँव/मोहल्ला और पिन कोड मिलते हैं"),
    "SAME_VILLAGE_OTHER_AREA": (
        Side.NEUTRAL,
        "village or locality has the same name, but PIN code or tehsil differs: perhaps another place of that name",
        "गाँव/मोहल्ले का नाम एक है, पर पिन कोड या तहसील अलग: शायद उसी नाम का दूसरा स्थान",
    ),
    "OTHER_VILLAGE": (Side.NEUTRAL, "one district or station, but other villages", "ज़िला या थाना एक, पर गाँव अलग"),
    "SAME_PIN_OTHER_VILLAGE": (Side.NEUTRAL, "one PIN code, but other villages", "पिन कोड एक, पर गाँव अलग"),
    "OTHER_AREA": (
        Side.NEUTRAL,
        "one district, but another PIN code or tehsil",
        "ज़िला एक, पर पिन कोड या तहसील अलग",
    ),
    "SAME_HOUSE": (Side.FOR, "house number and village or locality agree", "मकान नंबर और मोहल्ला मिलते हैं"),
    "VILLAGES_DIFFER": (Side.AGAINST, "other villages, and no district to compare", "गाँव अलग हैं, ज़िला ज्ञात नहीं"),
}

GRADES = {
    "DIFFERENT_STATE": "OTHER_STATE", "DIFFERENT_DISTRICT": "OTHER_DISTRICT", "OTHER_PIN_REGION": "OTHER_DISTRICT",
    "OTHER_VILLAGE": "OTHER_VILLAGE", "VILLAGES_DIFFER": "OTHER_VILLAGE", "SAME_PIN_OTHER_VILLAGE": "OTHER_VILLAGE",
    "OTHER_AREA": "OTHER_VILLAGE",
    "SAME_DISTRICT": "SAME_AREA", "SAME_TEHSIL": "SAME_AREA", "SAME_STATION": "SAME_AREA",
    "SAME_COMMON_PIN": "SAME_AREA", "SAME_PIN": "SAME_AREA",
    "SAME_COMMON_VILLAGE": "SAME_VILLAGE", "SAME_VILLAGE": "SAME_VILLAGE", "SAME_VILLAGE_AND_STATION": "SAME_VILLAGE",
    "SAME_VILLAGE_AND_PIN": "SAME_VILLAGE", "SAME_VILLAGE_OTHER_AREA": "SAME_VILLAGE", "SAME_HOUSE": "SAME_VILLAGE",
}  # fmt: skip


def place_comparison(name: str, fields: tuple[str, ...]) -> Comparison:
    """`fields`: the columns for village, station, tehsil, PIN code, district, state and house, in this order."""
    village, _, tehsil, pin = fields[:4]

    def measure(columns: PersonColumns, left: Rows, right: Rows) -> Codes:
        rare = (
            columns.rarity(village) >= COMMON_VILLAGE_BITS,
            columns.rarity(tehsil) >= COMMON_AREA_BITS,
            columns.rarity(pin) >= COMMON_AREA_BITS,
        )
        region = columns.once(("region", pin), lambda: _regions(columns, pin))
        codes: Codes = _levels(tuple(columns.text_column(f) for f in fields), rare, region, left, right)
        return codes

    weaker = {"SAME_TEHSIL": ("SAME_STATION", TEHSIL_LESS_BITS)}
    return Comparison(name, levels_of(PlaceEvidence, SENTENCES, GRADES), measure, weaker=weaker)


def _regions(columns: PersonColumns, pin: str) -> NDArray[np.int16]:
    """The first three digits of every PIN code (by its number in the dictionary): the postal region, about a district."""
    if not len(columns.coded(pin).counts):
        return np.empty(0, np.int16)
    texts = columns.coded(pin).dictionary
    regions = pc.utf8_slice_codeunits(texts, 0, 3).cast("int16")
    return np.array(regions.to_numpy(zero_copy_only=False))  # a copy: kernels refuse the read-only memory of Arrow


SAME, OTHER, UNKNOWN = 1, 0, -1


@nb.njit("int8(int32[:], int64, int64)", cache=True, nogil=True)
def _agree(codes: NDArray[np.int32], a: int, b: int) -> int:
    """Whether two records state the SAME, something OTHER, or one of them nothing (UNKNOWN)."""
    if codes[a] < 0 or codes[b] < 0:
        return UNKNOWN
    return SAME if codes[a] == codes[b] else OTHER


@nb.njit("int8(int64, int64, boolean, boolean, boolean, boolean)", cache=True, nogil=True)
def _of_one_village(
    pins: int, districts: int, same_station: bool, same_tehsil: bool, elsewhere: bool, rare: bool
) -> int:
    """The level where the villages have one name."""
    if pins == SAME:
        return PlaceEvidence.SAME_VILLAGE_AND_PIN
    if elsewhere:
        return PlaceEvidence.SAME_VILLAGE_OTHER_AREA
    if same_station or same_tehsil or districts == SAME:
        return PlaceEvidence.SAME_VILLAGE_AND_STATION
    return PlaceEvidence.SAME_VILLAGE if rare else PlaceEvidence.SAME_COMMON_VILLAGE


@nb.njit("int8(boolean, boolean, boolean)", cache=True, nogil=True)
def _of_one_pin(villages_differ: bool, rare_pin: bool, same_station: bool) -> int:
    """The level where the PIN codes agree, but no village does."""
    if villages_differ:
        return PlaceEvidence.SAME_PIN_OTHER_VILLAGE
    if rare_pin:
        return PlaceEvidence.SAME_PIN
    return PlaceEvidence.SAME_STATION if same_station else PlaceEvidence.SAME_COMMON_PIN


@nb.njit("int8(boolean, boolean, boolean, boolean, boolean, boolean)", cache=True, nogil=True)
def _of_one_area(
    villages_differ: bool, same_pin: bool, rare_pin: bool, same_station: bool, same_tehsil: bool, elsewhere: bool
) -> int:
    """The level where station, PIN code, tehsil or district agree, but no village does."""
    if same_pin:
        return _of_one_pin(villages_differ, rare_pin, same_station)
    if villages_differ:
        return PlaceEvidence.OTHER_VILLAGE
    if same_station:
        return PlaceEvidence.SAME_STATION
    if elsewhere:
        return PlaceEvidence.OTHER_AREA
    return PlaceEvidence.SAME_TEHSIL if same_tehsil else PlaceEvidence.SAME_DISTRICT


@nb.njit("int8(int64, int64, boolean, boolean)", cache=True, nogil=True)
def _apart(states: int, districts: int, far: bool, villages_differ: bool) -> int:
    """The level where nothing agrees."""
    if states == OTHER:
        return PlaceEvidence.DIFFERENT_STATE
    if districts == OTHER:
        return PlaceEvidence.DIFFERENT_DISTRICT
    if far:
        return PlaceEvidence.OTHER_PIN_REGION
    return PlaceEvidence.VILLAGES_DIFFER if villages_differ else PlaceEvidence.MISSING


@nb.njit(
    "int8[:](UniTuple(int32[:], 7), UniTuple(boolean[:], 3), int16[:], int32[:], int32[:])", cache=True, nogil=True
)
def _levels(
    places: tuple[NDArray[np.int32], ...],
    rare: tuple[NDArray[np.bool_], ...],
    region: NDArray[np.int16],
    left: Rows,
    right: Rows,
) -> Codes:
    """`places`: the columns of `place_comparison`; `rare`: by code of village, tehsil and PIN code."""
    village, station, tehsil, pin, district, state, house = places
    rare_village, rare_tehsil, rare_pin = rare
    codes = np.zeros(len(left), dtype=np.int8)
    for i in range(len(left)):
        a, b = left[i], right[i]
        villages, districts, pins = _agree(village, a, b), _agree(district, a, b), _agree(pin, a, b)
        tehsils = _agree(tehsil, a, b)
        far = pins == OTHER and districts == UNKNOWN and region[pin[a]] != region[pin[b]]
        near = districts != OTHER and not far
        same_station = _agree(station, a, b) == SAME and near
        # every district has a tehsil Sadar: without a district only a rare name counts
        same_tehsil = tehsils == SAME and near and (districts == SAME or rare_tehsil[tehsil[a]])
        elsewhere = (OTHER in (pins, tehsils)) and not same_station
        if villages == SAME and (near or pins == SAME):
            rare_name = rare_village[village[a]]
            codes[i] = _of_one_village(pins, districts, same_station, same_tehsil, elsewhere, rare_name)
            if house[a] >= 0 and house[a] == house[b]:
                codes[i] = PlaceEvidence.SAME_HOUSE
        elif near and (pins == SAME or same_station or same_tehsil or districts == SAME):
            rare_code = pins == SAME and rare_pin[pin[a]]
            codes[i] = _of_one_area(villages == OTHER, pins == SAME, rare_code, same_station, same_tehsil, elsewhere)
        else:
            codes[i] = _apart(_agree(state, a, b), districts, far, villages == OTHER)
    return codes
