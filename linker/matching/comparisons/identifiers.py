"""Identifiers: the same, nearly the same, the same last four digits, or different."""

from __future__ import annotations

from enum import IntEnum

import numba as nb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from linker.matching.columns import PersonColumns
from linker.matching.comparisons.base import Codes, Comparison, Rows, Side, levels_of
from linker.normalise.worth import identifier_worth
from linker.schema import IdType


class IdentifierEvidence(IntEnum):
    """The best outcome over the identifier types of the comparison."""

    MISSING = 0
    DIFFERENT = 1
    LAST_FOUR = 2
    NEAR = 3
    SHARED = 4
    SAME = 5


class HouseholdEvidence(IntEnum):
    """Numbers of a household or a thing: brothers rightly share a ration card, and a vehicle or a phone changes hands. So agreement is
    modest evidence that never anchors a link, and a different number says nothing."""

    MISSING = 0
    DIFFERENT = 1
    COMMON = 2
    NEAR = 3
    SAME = 4


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

HOUSEHOLD = {
    "MISSING": (Side.MISSING, "no such number stands in both records", "ऐसा कोई नंबर दोनों में नहीं"),
    "DIFFERENT": (Side.NEUTRAL, "the numbers of household or thing differ", "परिवार या वस्तु के नंबर अलग हैं"),
    "COMMON": (Side.NEUTRAL, "the numbers agree, but many records bear this one", "नंबर मिलता है, पर बहुतों में है"),
    "NEAR": (
        Side.FOR,
        "the numbers of household or thing differ by one character",
        "परिवार या वस्तु के नंबर में एक अक्षर का अंतर",
    ),
    "SAME": (Side.FOR, "a number agrees that a household shares or that changes hands", "परिवार या वस्तु का नंबर मिलता है"),
}
TO_HOUSEHOLD = np.array([0, 1, 1, 3, 2, 4], dtype=np.int8)
"""HouseholdEvidence by IdentifierEvidence; the last four digits alone say too little here."""


def household_comparison(name: str, types: tuple[str, ...]) -> Comparison:
    def measure(columns: PersonColumns, left: Rows, right: Rows) -> Codes:
        codes: Codes = TO_HOUSEHOLD[_best_of(columns, types, left, right)]
        return codes

    fixed = {level: u for level, u in _fixed_u(types).items() if level in ("NEAR", "SAME")}
    return Comparison(name, levels_of(HouseholdEvidence, HOUSEHOLD), measure, fixed_u=fixed)


def identifier_comparison(name: str, types: tuple[str, ...]) -> Comparison:
    def measure(columns: PersonColumns, left: Rows, right: Rows) -> Codes:
        return _best_of(columns, types, left, right)

    return Comparison(name, levels_of(IdentifierEvidence, SENTENCES), measure, fixed_u=_fixed_u(types))


def _best_of(columns: PersonColumns, types: tuple[str, ...], left: Rows, right: Rows) -> Codes:
    """The best outcome over some types. Few pairs state any type on both sides, and only these are looked at."""
    best = np.zeros(len(left), dtype=np.int8)
    stated = columns.once(("stated", *types), lambda: _stated(columns, types))
    if not len(stated):
        return best
    both = stated[left] & stated[right]
    some = np.flatnonzero(both)
    if not len(some):
        return best
    both = both[some]
    for k, type_ in enumerate(types):
        at = some[(both >> k) & 1 != 0]
        if len(at):
            best[at] = np.maximum(best[at], _measure_type(columns, type_, left[at], right[at]))
    return best


def _stated(columns: PersonColumns, types: tuple[str, ...]) -> NDArray[np.int32]:
    """Bit k of each row: the row says something about types[k]; no rows if none does."""
    some = [(k, type_) for k, type_ in enumerate(types) if _has_values(columns, type_)]
    stated = np.zeros(columns.n if some else 0, dtype=np.int32)
    for k, type_ in some:
        says = (columns.ids[type_] >= 0) | (columns.last4[type_] >= 0)
        if type_ in columns.near:
            says |= columns.near[type_].counts > 0
        stated |= says.astype(np.int32) << k
    return stated


def _has_values(columns: PersonColumns, type_: str) -> bool:
    """Whether any row states the type: a search leaves out what its query does not state."""
    near = columns.near.get(type_)
    coded = (columns.dictionaries[type_], columns.dictionaries[f"{type_}_last4"])
    return any(len(c.counts) for c in coded) or (near is not None and len(near.values) > 0)


def _fixed_u(types: tuple[str, ...]) -> dict[str, float]:
    """u of the levels, by the least trusted of the types. Nearly every agreement on an identifier is a true one, so random pairs would
    teach a far too large u."""
    worth = [identifier_worth()[IdType(t)] for t in types]
    return {
        "DIFFERENT": 1.0,
        "LAST_FOUR": max(w.last4 for w in worth),
        "NEAR": max(w.one_slip for w in worth),
        "SHARED": 1e-3,
        "SAME": max(w.u for w in worth),
    }


def _measure_type(columns: PersonColumns, type_: str, left: Rows, right: Rows) -> Codes:
    coded = columns.dictionaries[type_]
    if not len(coded.counts) and not len(columns.dictionaries[f"{type_}_last4"].counts):
        return np.zeros(len(left), dtype=np.int8)
    letters = columns.once(("letters", type_), lambda: _letters(coded.dictionary))
    shared = coded.counts > SHARED_BY
    whole: Codes = _levels(columns.ids[type_], columns.last4[type_], letters, shared, left, right)
    if type_ in columns.near:
        near = columns.near[type_]
        slip = _one_of(columns.ids[type_], near.offsets, near.values, left, right)
        slip |= _one_of(columns.ids[type_], near.offsets, near.values, right, left)
        whole[slip & (whole < IdentifierEvidence.NEAR)] = IdentifierEvidence.NEAR
    return whole


@nb.njit("boolean[:](int32[:], int64[:], int64[:], int32[:], int32[:])", cache=True, nogil=True)
def _one_of(
    ids: NDArray[np.int32], offsets: NDArray[np.int64], values: NDArray[np.int64], left: Rows, right: Rows
) -> NDArray[np.bool_]:
    """Whether the left row's value is one of the right row's near values."""
    out = np.zeros(len(left), dtype=np.bool_)
    for i in range(len(left)):
        value = ids[left[i]]
        if value >= 0:
            for k in range(offsets[right[i]], offsets[right[i] + 1]):
                if values[k] == value:
                    out[i] = True
    return out


def _letters(dictionary: pa.Array) -> NDArray[np.uint8]:
    """The values as rows of bytes, cut or zero-filled to a fixed width."""
    letters = np.zeros((len(dictionary), WIDTH), dtype=np.uint8)
    _, offsets, data = dictionary.buffers()
    if len(dictionary) and data is not None:
        ends = np.frombuffer(offsets, np.int32)[dictionary.offset : dictionary.offset + len(dictionary) + 1]
        _spread(np.frombuffer(data, np.uint8), ends, letters)
    return letters


_BYTES = nb.types.Array(nb.uint8, 1, "C", readonly=True)
_ENDS = nb.types.Array(nb.int32, 1, "C", readonly=True)


@nb.njit(nb.void(_BYTES, _ENDS, nb.uint8[:, ::1]), cache=True, nogil=True)
def _spread(data: NDArray[np.uint8], ends: NDArray[np.int32], letters: NDArray[np.uint8]) -> None:
    for row in range(len(ends) - 1):
        for k in range(min(ends[row + 1] - ends[row], letters.shape[1])):
            letters[row, k] = data[ends[row] + k]


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
                codes[i] = IdentifierEvidence.SHARED if shared[a] else IdentifierEvidence.SAME
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
            codes[i] = IdentifierEvidence.NEAR if off == 1 or (off == 2 and swapped) else IdentifierEvidence.DIFFERENT
        elif a4 >= 0 and b4 >= 0:
            codes[i] = IdentifierEvidence.LAST_FOUR if a4 == b4 else IdentifierEvidence.DIFFERENT
    return codes
