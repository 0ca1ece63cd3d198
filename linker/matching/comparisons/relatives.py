"""Relatives' names, compared by relation."""

from __future__ import annotations

from enum import IntEnum

import numba as nb
import numpy as np
from numpy.typing import NDArray

from linker.matching.columns import PersonColumns
from linker.matching.comparisons.base import Codes, Comparison, Cost, Rows, Side, levels_of
from linker.matching.csr import raise_to, share_a_value
from linker.names.canonical import FEMALE, MALE
from linker.names.levels import NameLevel


class RelativeEvidence(IntEnum):
    """Father against husband says little (a woman's relative changes when she marries); father against another father speaks against."""

    MISSING = 0
    DIFFERENT = 1
    NEAR = 2
    UNCLEAR = 3
    AGREE_COMMON = 4
    AGREE_FREQUENT = 5
    AGREE = 6
    AGREE_RARE = 7
    AGREE_VERY_RARE = 8
    NEITHER = 9
    OTHER_RELATION = 10


_DIFFER, _NEAR, _UNCLEAR = int(RelativeEvidence.DIFFERENT), int(RelativeEvidence.NEAR), int(RelativeEvidence.UNCLEAR)
_UNKNOWN, _GIVEN_CONFLICT, _DIFFERENT = (
    int(level) for level in (NameLevel.UNKNOWN, NameLevel.GIVEN_CONFLICT, NameLevel.DIFFERENT)
)
"""Levels as plain numbers, with which arrays are compared five times as fast."""
AGREE_FROM = np.array([2.0, 5.0, 8.0, 12.0, 17.0], dtype=np.float32)
UNCLEAR_FROM = -2.0
UNLIKE = UNCLEAR_FROM - 1
NEAR_FROM = -9.0
"""Two names that differ by more than one slip, or by one in a short name, weigh more than this; names of two people hardly ever do."""
APART = -99.0
"""The weight of names that are not aligned, because they have nothing in common."""

RELATIONS = ("father", "mother", "husband", "guardian")
_PARENT, _HUSBAND = 0b0011, 0b0100
"""Bits of RELATIONS."""
MAY_BE_GUARDIAN = (0, 2)
"""A guardian's relation is not stated, so he may be the other record's father or husband; other relations are compared with their like."""

SENTENCES = {
    "MISSING": (Side.MISSING, "no relative stands in both records", "दोनों में कोई एक ही संबंधी नहीं"),
    "DIFFERENT": (Side.AGAINST, "the relative's names differ", "संबंधी का नाम अलग है"),
    "NEAR": (
        Side.NEUTRAL,
        "the relative's names nearly agree: perhaps misspelt",
        "संबंधी का नाम लगभग मिलता है: शायद वर्तनी की भूल",
    ),
    "UNCLEAR": (Side.NEUTRAL, "the relative's names are partly alike", "संबंधी का नाम कुछ मिलता है"),
    "AGREE_COMMON": (
        Side.FOR,
        "the relative's names agree, but many people bear them",
        "संबंधी का नाम मिलता है, पर बहुत आम है",
    ),
    "AGREE_FREQUENT": (Side.FOR, "the relative's names agree and are frequent", "संबंधी का नाम मिलता है और आम है"),
    "AGREE": (Side.FOR, "the relative's names agree", "संबंधी का नाम मिलता है"),
    "AGREE_RARE": (Side.FOR, "the relative's names agree and are rare", "संबंधी का नाम मिलता है और कम पाया जाता है"),
    "AGREE_VERY_RARE": (
        Side.FOR,
        "the relative's names agree and are very rare",
        "संबंधी का नाम मिलता है और बहुत कम पाया जाता है",
    ),
    "OTHER_RELATION": (
        Side.NEUTRAL,
        "one record names the father, the other the husband",
        "एक में पिता का नाम है, दूसरे में पति का",
    ),
    "NEITHER": (Side.NEUTRAL, "neither record names a relative", "किसी अभिलेख में संबंधी का नाम नहीं"),
}

GRADES = {
    "DIFFERENT": "DIFFERENT", "NEAR": "UNCLEAR", "UNCLEAR": "UNCLEAR", "AGREE_COMMON": "COMMON", "AGREE_FREQUENT": "COMMON",
    "AGREE": "AGREE", "AGREE_RARE": "AGREE", "AGREE_VERY_RARE": "AGREE",
}  # fmt: skip


def relative_comparison(name: str) -> Comparison:
    return Comparison(name, levels_of(RelativeEvidence, SENTENCES, GRADES), measure_relatives, Cost.RELATIVES)


def measure_relatives(columns: PersonColumns, left: Rows, right: Rows) -> Codes:
    """The best level over the relations that both records state. The owner's own surname in a relative's name counts nothing here:
    the name comparison has counted it. Names that share no key, not even a loose one, differ; only the others are aligned. Names that may
    be one with its words written together are unclear. A man's and a woman's name, both stated as the father's, say nothing: one of the
    records names the mother. Nor does a guardian who is somebody else."""

    codes = _grade(_best(columns, (left, right)))
    said = _said(columns)
    open_ = np.flatnonzero(codes == RelativeEvidence.MISSING)
    a, b = said[left[open_]], said[right[open_]]
    codes[open_[(a | b) == 0]] = RelativeEvidence.NEITHER
    codes[open_[((a & _PARENT) != 0) & ((b & _HUSBAND) != 0) | ((a & _HUSBAND) != 0) & ((b & _PARENT) != 0)]] = (
        RelativeEvidence.OTHER_RELATION
    )
    return codes


def _said(columns: PersonColumns) -> NDArray[np.int8]:
    """Bit k of each row: the record states relation k."""
    return columns.once(("relatives",), lambda: _says(columns.relatives))


def _weight(columns: PersonColumns, names: tuple[Rows, Rows], owners: tuple[Rows, Rows]) -> NDArray[np.float32]:
    """Bits of pairs of relatives' names, given these and their owners' names."""
    agreement = columns.compared.agree(*names, *owners)
    level, weight = agreement.level, agreement.weight
    weight[level == _UNKNOWN] = -np.inf
    conflict = (level == _GIVEN_CONFLICT) | (level == _DIFFERENT)
    weight[conflict] = np.minimum(weight[conflict], UNLIKE)
    return weight


def _best(columns: PersonColumns, pairs: tuple[Rows, Rows]) -> NDArray[np.float32]:
    """The greatest weight over the relations that both records state, -inf where there is none."""
    left, right = pairs
    keys, owners = columns.relative_keys, columns.name["name"]
    best = np.full(len(left), -np.inf, dtype=np.float32)
    at, a, b, guardian = _stated(columns.relatives, _said(columns), _COMPARABLE, left, right)
    names = columns.compared
    share = share_a_value(keys.offsets, keys.values, left, right)[at]
    apart = np.flatnonzero(~share)
    share[apart] = names.divisible(a[apart], b[apart])
    near = np.flatnonzero(share)
    weight = np.full(len(at), APART, dtype=np.float32)
    of = at[near]
    weight[near] = _weight(columns, (a[near], b[near]), (owners[left[of]], owners[right[of]]))
    low = np.flatnonzero(weight < 0)  # only there it matters whether the names are alike, or of one sex
    weight[low[names.alike(a[low], b[low])]] = 0
    low = low[weight[low] < UNCLEAR_FROM]
    weight[low[guardian[low] | (names.sex(a[low]) * names.sex(b[low]) == MALE * FEMALE)]] = -np.inf
    raise_to(best, at, weight)
    return best


@nb.njit("int8[::1](int32[:, ::1])", cache=True, nogil=True)
def _says(relatives: NDArray[np.int32]) -> NDArray[np.int8]:
    """Bit k of each row: the record states relation k."""
    said = np.zeros(len(relatives), dtype=np.int8)
    for row in range(len(relatives)):
        for k in range(relatives.shape[1]):
            said[row] |= np.int8(relatives[row, k] >= 0) << k
    return said


def _comparable(i: int, j: int) -> bool:
    guardian = len(RELATIONS) - 1
    return i == j or (i == guardian and j in MAY_BE_GUARDIAN) or (j == guardian and i in MAY_BE_GUARDIAN)


_COMPARABLE = np.array([(i, j) for i in range(len(RELATIONS)) for j in range(len(RELATIONS)) if _comparable(i, j)])
"""The relations of the left and the right record that are compared with each other."""


@nb.njit(
    "Tuple((int64[:], int32[:], int32[:], boolean[:]))(int32[:, :], int8[:], int64[:, :], int32[:], int32[:])",
    cache=True,
    nogil=True,
)
def _stated(
    relatives: NDArray[np.int32], says: NDArray[np.int8], comparable: NDArray[np.int64], left: Rows, right: Rows
) -> tuple[NDArray[np.int64], Rows, Rows, NDArray[np.bool_]]:
    """(number of the pair, name of the left record's relative, name of the right one's, whether one of them is a guardian) wherever two
    relations are comparable."""
    room = 0
    for k in range(len(left)):
        x, y = np.int64(says[left[k]]), np.int64(says[right[k]])
        for c in range(len(comparable)):
            room += (x >> comparable[c, 0]) & (y >> comparable[c, 1]) & 1
    at = np.empty(room, dtype=np.int64)
    a = np.empty(room, dtype=np.int32)
    b = np.empty(room, dtype=np.int32)
    guardian = np.empty(room, dtype=np.bool_)
    last = relatives.shape[1] - 1
    found = 0
    for k in range(len(left)):
        x, y = np.int64(says[left[k]]), np.int64(says[right[k]])
        for c in range(len(comparable)):
            i, j = comparable[c, 0], comparable[c, 1]
            if (x >> i) & (y >> j) & 1:
                at[found], a[found], b[found] = k, relatives[left[k], i], relatives[right[k], j]
                guardian[found] = last in (i, j)
                found += 1
    return at, a, b, guardian


def _grade(weight: NDArray[np.float32]) -> Codes:
    codes = (_UNCLEAR + AGREE_FROM.searchsorted(weight, side="right")).astype(np.int8)
    codes[weight < UNCLEAR_FROM] = _NEAR
    codes[weight < NEAR_FROM] = _DIFFER
    codes[weight == -np.inf] = 0
    return codes
