"""Names and aliases of two persons."""

from __future__ import annotations

from enum import IntEnum

import numba as nb
import numpy as np
from numpy.typing import NDArray

from linker.matching.columns import PersonColumns
from linker.matching.comparisons.base import Codes, Comparison, Cost, Glance, Rows, Side, levels_of
from linker.matching.csr import raise_to, share_a_value
from linker.names.levels import NameLevel


class NameEvidence(IntEnum):
    """Agreement is graded by its weight in bits, which already knows how common the names are. IN_PART: one name is inside the other.
    Where a given name agrees and the other parts differ (Prem Nath, Prem Mohan), or only its initial is known, it may be a brother's."""

    MISSING = 0
    GENDER_CONFLICT = 1
    GIVEN_CONFLICT = 2
    DIFFERENT = 3
    UNCLEAR = 4
    AGREE_COMMON = 5
    AGREE_FREQUENT = 6
    AGREE = 7
    AGREE_RARE = 8
    AGREE_VERY_RARE = 9
    AGREE_EXTREMELY_RARE = 10
    AGREE_UNIQUE = 11
    ALIAS = 12
    ALIAS_RARE = 13
    PARTS_DIFFER = 14
    UNCLEAR_WITH_ALIAS = 15
    NEAR = 16
    IN_PART_COMMON = 17
    IN_PART_FREQUENT = 18
    IN_PART = 19
    IN_PART_RARE = 20
    IN_PART_VERY_RARE = 21
    IN_PART_EXTREMELY_RARE = 22
    IN_PART_UNIQUE = 23
    FILLERS_DIFFER = 24


_MISSING, _GENDER_CONFLICT, _GIVEN_CONFLICT, _DIFFERENT, _UNCLEAR, _AGREE_COMMON = range(NameEvidence.AGREE_COMMON + 1)
_PARTS_DIFFER, _NEAR = int(NameEvidence.PARTS_DIFFER), int(NameEvidence.NEAR)
_IN_PART, _FILLERS_DIFFER = NameEvidence.IN_PART_COMMON - NameEvidence.AGREE_COMMON, int(NameEvidence.FILLERS_DIFFER)
_ALIAS, _ALIAS_RARE = int(NameEvidence.ALIAS), int(NameEvidence.ALIAS_RARE)
_UNCLEAR_WITH_ALIAS = int(NameEvidence.UNCLEAR_WITH_ALIAS)
"""The same as plain numbers, with which arrays are compared five times as fast."""
_SURNAME_ONLY = int(NameLevel.SURNAME_ONLY)
_LEVELS = tuple(
    int(level) for level in (
        NameLevel.UNKNOWN, NameLevel.DIFFERENT, NameLevel.GIVEN_ONLY, NameLevel.INITIALS, NameLevel.GIVEN_CONFLICT,
        NameLevel.GENDER_CONFLICT, NameLevel.PARTIAL, NameLevel.SURNAME_ONLY, NameLevel.FILLERS_DIFFER,
    )
)  # fmt: skip
"""What `_graded` is told: its compiled form, which is kept on disk, does not notice when these change."""
AGREE_FROM = np.array([3.0, 6.0, 9.0, 12.0, 16.0, 20.0, 25.0], dtype=np.float32)
"""Bits from which AGREE_COMMON … AGREE_UNIQUE begin."""
UNCLEAR_FROM = -2.0
NEAR_FROM = -7.0
"""Given names that conflict and weigh so much differ by few letters; no two names that are known to be two come so close."""
ROUNDING_BITS = 0.01
ALIAS_FROM = 5.0
ALIAS_RARE_FROM = 9.0

SENTENCES = {
    "MISSING": (Side.MISSING, "a name is missing", "नाम उपलब्ध नहीं"),
    "GENDER_CONFLICT": (Side.AGAINST, "the names differ by a woman's ending", "नाम स्त्री/पुरुष रूप में अलग हैं"),
    "GIVEN_CONFLICT": (Side.AGAINST, "the given names differ", "पहला नाम अलग है"),
    "DIFFERENT": (Side.AGAINST, "the names differ", "नाम अलग हैं"),
    "UNCLEAR": (Side.NEUTRAL, "the names are partly alike", "नाम कुछ मिलते हैं"),
    "AGREE_COMMON": (Side.FOR, "the names agree, but many people bear them", "नाम मिलते हैं, पर बहुत आम हैं"),
    "AGREE_FREQUENT": (Side.FOR, "the names agree and are frequent", "नाम मिलते हैं और आम हैं"),
    "AGREE": (Side.FOR, "the names agree", "नाम मिलते हैं"),
    "AGREE_RARE": (Side.FOR, "the names agree and are rare", "नाम मिलते हैं और कम पाए जाते हैं"),
    "AGREE_VERY_RARE": (Side.FOR, "the names agree and are very rare", "नाम मिलते हैं और बहुत कम पाए जाते हैं"),
    "AGREE_EXTREMELY_RARE": (Side.FOR, "the names agree and are extremely rare", "नाम मिलते हैं और अत्यंत दुर्लभ हैं"),
    "AGREE_UNIQUE": (
        Side.FOR,
        "the names agree and hardly anyone else bears them",
        "नाम मिलते हैं और शायद ही किसी और के हों",
    ),
    "IN_PART_COMMON": (
        Side.FOR,
        "one name is part of the other, and many people bear it",
        "एक नाम दूसरे का भाग है, पर बहुत आम है",
    ),
    "IN_PART_FREQUENT": (
        Side.FOR,
        "one name is part of the other, and it is frequent",
        "एक नाम दूसरे का भाग है और आम है",
    ),
    "IN_PART": (Side.FOR, "one name is part of the other", "एक नाम दूसरे का भाग है"),
    "IN_PART_RARE": (
        Side.FOR,
        "one name is part of the other, and it is rare",
        "एक नाम दूसरे का भाग है और कम पाया जाता है",
    ),
    "IN_PART_VERY_RARE": (
        Side.FOR,
        "one name is part of the other, and it is very rare",
        "एक नाम दूसरे का भाग है और बहुत कम पाया जाता है",
    ),
    "IN_PART_EXTREMELY_RARE": (
        Side.FOR,
        "one name is part of the other, and it is extremely rare",
        "एक नाम दूसरे का भाग है और अत्यंत दुर्लभ है",
    ),
    "IN_PART_UNIQUE": (
        Side.FOR,
        "one name is part of the other, and hardly anyone else bears it",
        "एक नाम दूसरे का भाग है और शायद ही किसी और का हो",
    ),
    "FILLERS_DIFFER": (
        Side.NEUTRAL,
        "the given name agrees, the words beside it (Singh, Kumar, Lal …) differ",
        "पहला नाम मिलता है, साथ के शब्द (सिंह, कुमार, लाल …) अलग हैं",
    ),
    "PARTS_DIFFER": (
        Side.NEUTRAL,
        "only a part of the name or an initial agrees, as a brother's may",
        "नाम का केवल एक भाग या आद्याक्षर मिलता है, जो भाई का भी हो सकता है",
    ),
    "UNCLEAR_WITH_ALIAS": (
        Side.FOR,
        "the names are partly alike, and an alias agrees",
        "नाम कुछ मिलते हैं और उपनाम मिलता है",
    ),
    "NEAR": (Side.NEUTRAL, "the names nearly agree: perhaps misspelt", "नाम लगभग मिलते हैं: शायद वर्तनी की भूल"),
    "ALIAS": (Side.FOR, "an alias agrees, the names do not", "उपनाम मिलता है, नाम नहीं"),
    "ALIAS_RARE": (Side.FOR, "a rare alias agrees, the names do not", "दुर्लभ उपनाम मिलता है, नाम नहीं"),
}

GRADES = {
    "GENDER_CONFLICT": "DIFFERENT", "GIVEN_CONFLICT": "DIFFERENT", "DIFFERENT": "DIFFERENT", "UNCLEAR": "UNCLEAR", "NEAR": "UNCLEAR",
    "ALIAS": "ALIAS", "ALIAS_RARE": "ALIAS", "UNCLEAR_WITH_ALIAS": "COMMON", "PARTS_DIFFER": "PARTS_DIFFER",
    "AGREE_COMMON": "COMMON", "AGREE_FREQUENT": "COMMON", "AGREE": "AGREE", "AGREE_RARE": "AGREE",
    "AGREE_VERY_RARE": "RARE", "AGREE_EXTREMELY_RARE": "RARE", "AGREE_UNIQUE": "RARE", "IN_PART_COMMON": "COMMON",
    "IN_PART_FREQUENT": "COMMON", "IN_PART": "AGREE", "IN_PART_RARE": "AGREE", "IN_PART_VERY_RARE": "RARE",
    "IN_PART_EXTREMELY_RARE": "RARE", "IN_PART_UNIQUE": "RARE", "FILLERS_DIFFER": "COMMON",
}  # fmt: skip


def name_comparison(name: str) -> Comparison:
    glance = Glance(glance_at_names, _outcomes())
    return Comparison(name, levels_of(NameEvidence, SENTENCES, GRADES), measure_names, Cost.NAMES, glance=glance)


def measure_names(columns: PersonColumns, left: Rows, right: Rows) -> Codes:
    """The level of the two names, unclear where they may be one name with its words written together. Where they do not agree, that of
    the best pair of aliases or alias and name (only looked for where some token of either side shares a key with one of the other)."""
    names = columns.name["name"]
    agreement = columns.compared.agree(names[left], names[right])
    codes = _grade(agreement.weight, agreement.level)
    apart = np.flatnonzero((codes == _GIVEN_CONFLICT) | (codes == _DIFFERENT))
    together = columns.compared.alike(names[left[apart]], names[right[apart]])
    codes[apart[together]] = _UNCLEAR
    codes[(codes == _GIVEN_CONFLICT) & (agreement.weight >= NEAR_FROM)] = _NEAR
    weak = np.flatnonzero((codes <= _UNCLEAR) | (codes == _NEAR))
    weak = weak[_may_share_alias(columns, left[weak], right[weak])]
    if len(weak):
        best = _best_alias(columns, left[weak], right[weak])
        unclear = (codes[weak] == _UNCLEAR) | (codes[weak] == _NEAR)
        codes[weak[unclear & (best >= ALIAS_FROM)]] = _UNCLEAR_WITH_ALIAS
        weak, best = weak[~unclear], best[~unclear]
        codes[weak[best >= ALIAS_FROM]] = _ALIAS
        codes[weak[best >= ALIAS_RARE_FROM]] = _ALIAS_RARE
    return codes


_ANY_CONFLICT = frozenset({NameEvidence.GENDER_CONFLICT, NameEvidence.GIVEN_CONFLICT, NameEvidence.DIFFERENT})
_OPEN, _CAPS = 3, tuple(range(NameEvidence.UNCLEAR, NameEvidence.ALIAS))


def _outcomes() -> tuple[frozenset[int], ...]:
    """By what `glance_at_names` gives: without and with a chance that aliases agree, by `Odds` (the first place is not used), then by the
    best level that the weight allows."""
    weak = frozenset({NameEvidence.MISSING}) | _ANY_CONFLICT
    by_odds = [weak, _ANY_CONFLICT, _ANY_CONFLICT - {NameEvidence.GENDER_CONFLICT}]
    beside = {NameEvidence.PARTS_DIFFER, NameEvidence.NEAR, NameEvidence.FILLERS_DIFFER}
    by_cap = [
        weak | beside | {*range(NameEvidence.UNCLEAR, cap + 1), *range(NameEvidence.IN_PART_COMMON, cap + _IN_PART + 1)}
        for cap in _CAPS
    ]
    plain = [frozenset(int(code) for code in codes) for codes in (*by_odds, *by_cap)]
    aliases = {int(NameEvidence.ALIAS), int(NameEvidence.ALIAS_RARE), int(NameEvidence.UNCLEAR_WITH_ALIAS)}
    return tuple(plain + [codes | aliases for codes in plain])


def glance_at_names(columns: PersonColumns, left: Rows, right: Rows) -> Codes:
    """Which of `_outcomes` are open for each pair."""
    names = columns.name["name"]
    seen = columns.compared.prospects(names[left], names[right])
    cap = np.searchsorted(AGREE_FROM, seen.most + ROUNDING_BITS, side="right")
    closed = (seen.odds > 0) & (seen.most + ROUNDING_BITS < NEAR_FROM)
    number = np.where(closed, seen.odds, _OPEN + cap).astype(np.int8)
    shut = np.flatnonzero(closed)
    number[shut[columns.compared.alike(names[left[shut]], names[right[shut]])]] = _OPEN
    number[_may_share_alias(columns, left, right)] += _OPEN + len(_CAPS)
    return number


def _may_share_alias(columns: PersonColumns, left: Rows, right: Rows) -> NDArray[np.bool_]:
    """Pairs of which one has an alias, and some token of either side shares a key with one of the other."""
    has = columns.aliases.counts > 0
    keys = columns.name_keys
    may = has[left] | has[right]
    at = np.flatnonzero(may)
    may[at] = share_a_value(keys.offsets, keys.values, left[at], right[at])
    return may


def _grade(weight: NDArray[np.float32], level: NDArray[np.int8]) -> Codes:
    codes: Codes = _graded(weight, level, AGREE_FROM, _LEVELS)
    return codes


@nb.njit("int8[::1](float32[::1], int8[::1], float32[::1], UniTuple(int64, 9))", cache=True, nogil=True)
def _graded(
    weight: NDArray[np.float32], level: NDArray[np.int8], agree_from: NDArray[np.float32], levels: tuple[int, ...]
) -> Codes:
    unknown, different, given_only, initials, given_conflict, gender_conflict, partial, surname_only, fillers_differ = (
        levels
    )
    codes = np.empty(len(weight), dtype=np.int8)
    for k in range(len(weight)):
        said = level[k]
        if said == unknown:
            codes[k] = _MISSING
        elif said == gender_conflict:
            codes[k] = _GENDER_CONFLICT
        elif said == given_conflict:
            codes[k] = _GIVEN_CONFLICT
        elif weight[k] < UNCLEAR_FROM or said == different:
            codes[k] = _DIFFERENT
        else:
            codes[k] = _UNCLEAR
            for bits in agree_from:
                codes[k] += weight[k] >= bits
            if said == initials or (said == given_only and codes[k] >= _AGREE_COMMON):
                codes[k] = _PARTS_DIFFER
            elif codes[k] >= _AGREE_COMMON and said == fillers_differ:
                codes[k] = _FILLERS_DIFFER
            elif codes[k] >= _AGREE_COMMON and said in (partial, surname_only):
                codes[k] += _IN_PART
    return codes


def _best_alias(columns: PersonColumns, left: Rows, right: Rows) -> NDArray[np.float32]:
    """Greatest weight among alias-alias, alias-name and name-alias for each pair, in bits."""
    aliases = columns.aliases
    pair, a, b = _meetings(aliases.offsets, aliases.values, columns.name["name"], left, right)
    best = np.full(len(left), -np.inf, dtype=np.float32)
    agreement = columns.compared.agree(a, b)
    fits = agreement.level > _SURNAME_ONLY
    raise_to(best, pair[fits], agreement.weight[fits])
    return best


@nb.njit(
    "Tuple((int64[::1], int32[::1], int32[::1]))(int64[::1], int64[::1], int32[::1], int32[::1], int32[::1])",
    cache=True,
    nogil=True,
)
def _meetings(
    offsets: NDArray[np.int64], aliases: NDArray[np.int64], names: NDArray[np.int32], left: Rows, right: Rows
) -> tuple[NDArray[np.int64], Rows, Rows]:
    """(number of the pair, name of the left row, name of the right row) for all names and aliases that meet, names with names left out."""
    room = 0
    for k in range(len(left)):
        a, b = left[k], right[k]
        room += (offsets[a + 1] - offsets[a] + 1) * (offsets[b + 1] - offsets[b] + 1) - 1
    pair = np.empty(room, dtype=np.int64)
    one, other = np.empty(room, dtype=np.int32), np.empty(room, dtype=np.int32)
    found = 0
    for k in range(len(left)):
        a, b = left[k], right[k]
        for i in range(offsets[a] - 1, offsets[a + 1]):
            for j in range(offsets[b] - 1, offsets[b + 1]):
                if i < offsets[a] and j < offsets[b]:
                    continue
                pair[found] = k
                one[found] = names[a] if i < offsets[a] else aliases[i]
                other[found] = names[b] if j < offsets[b] else aliases[j]
                found += 1
    return pair, one, other
