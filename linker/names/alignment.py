"""The best alignment of two names' tokens, in numba: order-free, with joined words, initials, gaps and conflicts.

The weight of an alignment is the sum of its token weights, minus what unmatched tokens cost. A token unmatched on one side costs the more,
the more it would tell (Singh little, a rare given name much). Tokens unmatched on both sides contradict each other and cost more again.
"""

from __future__ import annotations

import numpy as np
from numba import njit, types
from numba.np.numpy_support import from_dtype
from numpy.typing import NDArray

from linker.names.canonical import Role
from linker.names.dictionary import HOT
from linker.names.evidence import Grade
from linker.names.levels import NameLevel
from linker.names.sounds import BASE

MOST_TOKENS = 8
"""Tokens of a name that are aligned; further ones are ignored."""
NO_TOKEN = np.int64((1 << 21) - 1)
"""Stands for 'no second word' in a pair code; token numbers stay below it."""

PARAMETERS = np.dtype(
    [
        ("gap", np.float32),  # an unmatched token costs gap + gap_slope * min(bits, gap_bits)
        ("gap_slope", np.float32),
        ("gap_bits", np.float32),
        ("gap_head", np.float32),  # and this more if it is the given name
        ("gap_prefix", np.float32),  # Mohd, Thakur: cheap
        ("gap_optional", np.float32),
        ("gap_initial", np.float32),
        ("clash", np.float32),  # two unmatched tokens facing each other cost clash + clash_slope * the lesser bits more
        ("clash_slope", np.float32),
        ("clash_head", np.float32),  # and this more if both are the given names
        ("initial", np.float32),  # an initial that fits a word
        ("initials", np.float32),  # two equal initials
        ("join", np.float32),  # two words written as one cost this
        ("order", np.float32),  # words that changed places cost this, once
        ("surname_cap", np.float32),  # what other parts may count for when given names conflict
    ]
)

TOKENS = from_dtype(HOT)[::1]
P = from_dtype(PARAMETERS)
I8, I8S, I4S, U1, U1S = types.int64, types.int64[::1], types.int32[::1], types.uint8, types.uint8[::1]
F4, F4S, F4SS, I1S, I1SS, I2SS = (
    types.float32, types.float32[::1], types.float32[:, ::1], types.int8[::1], types.int8[:, ::1], types.int16[:, ::1],
)  # fmt: skip
_EXACT, _SAME, _SIMILAR, _FINAL = int(Grade.EXACT), int(Grade.SAME), int(Grade.SIMILAR), int(Grade.FINAL_VOWEL)
_HEAD, _PREFIX, _OPTIONAL, _INITIAL = int(Role.HEAD), int(Role.PREFIX), int(Role.OPTIONAL), int(Role.INITIAL)
_L = {level.name: int(level) for level in NameLevel}
_UNKNOWN, _GENDER, _GIVEN_CONFLICT, _DIFFERENT = _L["UNKNOWN"], _L["GENDER_CONFLICT"], _L["GIVEN_CONFLICT"], _L["DIFFERENT"]
_SURNAME_ONLY, _INITIALS, _GIVEN_ONLY, _SIMILAR_LEVEL = _L["SURNAME_ONLY"], _L["INITIALS"], _L["GIVEN_ONLY"], _L["SIMILAR"]
_PARTIAL, _SAME_LEVEL, _EXACT_LEVEL = _L["PARTIAL"], _L["SAME"], _L["EXACT"]
INVERSE = np.uint64(pow(int(BASE), -1, 1 << 64))
_NOTHING = np.float32(-99.0)  # a token pair that cannot be aligned


@njit("i8(i8, i8, i8)", cache=True, nogil=True, inline="always")
def pair_code(a: int, a2: int, b: int) -> int:
    """The number of a token pair (a2 = NO_TOKEN), order-free, or of two neighbouring tokens a, a2 against one token b."""
    if a2 == 2097151 and a > b:
        a, b = b, a
    return (a << 42) | (a2 << 21) | b


@njit("i8(i8[::1], i8)", cache=True, nogil=True)
def table_slot(table: NDArray[np.int64], code: int) -> int:
    """Where `code` stands in the open-addressing table, or -1 - (the free slot where it would go)."""
    mask = len(table) - 1
    h = np.uint64(code) * np.uint64(0x9E3779B97F4A7C15)
    slot = np.int64(h >> np.uint64(20)) & mask
    while True:
        found = table[slot]
        if found == code:
            return slot
        if found == -1:
            return -1 - slot
        slot = (slot + 1) & mask


@njit("void(i8[::1], f4[::1], i1[::1], i8[::1], f4[::1], i1[::1])", cache=True, nogil=True)
def write_codes(  # noqa: PLR0913
    table: NDArray[np.int64],
    weights: NDArray[np.float32],
    grades: NDArray[np.int8],
    codes: NDArray[np.int64],
    new_weights: NDArray[np.float32],
    new_grades: NDArray[np.int8],
) -> None:
    """Writes weights and grades of codes into the table, entering those that do not stand in it yet."""
    for k in range(len(codes)):
        slot = table_slot(table, codes[k])
        if slot < 0:
            slot = -1 - slot
            table[slot] = codes[k]
        weights[slot], grades[slot] = new_weights[k], new_grades[k]


@njit("i8(i8)", cache=True, nogil=True, inline="always")
def _ones(x: int) -> int:
    """How many of 32 bits are set."""
    x = x - ((x >> 1) & 0x55555555)
    x = (x & 0x33333333) + ((x >> 2) & 0x33333333)
    return ((((x + (x >> 4)) & 0x0F0F0F0F) * 0x01010101) & 0xFFFFFFFF) >> 24


@njit("b1(u4, u4)", cache=True, nogil=True, inline="always")
def _plausible(a: int, b: int) -> bool:
    """Two tokens that share at least half of their sounds."""
    shared = np.int64(a) & np.int64(b)
    return shared != 0 and 2 * _ones(shared) >= _ones(np.int64(a) | np.int64(b))


@njit(types.boolean(TOKENS, I8, I8), cache=True, nogil=True)
def looked_up(rows: NDArray[np.void], a: int, b: int) -> bool:
    """Whether the weight of two different tokens must be asked for."""
    return _plausible(rows[a]["letters"], rows[b]["letters"]) or (rows[a]["families"] & rows[b]["families"]) != 0


@njit(types.boolean(TOKENS, I8, I8, I8), cache=True, nogil=True)
def joins(rows: NDArray[np.void], a: int, a2: int, b: int) -> bool:
    """Whether tokens a and a2 written together have the consonant skeleton of b."""
    if rows[a]["first"] != rows[b]["first"] or rows[a2]["last"] != rows[b]["last"]:
        return False
    power, inner = rows[a2]["power"], rows[a2]["inner"]
    if rows[a]["part"] * power + inner == rows[b]["part"]:
        return True
    first = rows[a2]["first"]
    if rows[a]["last"] != first:
        return False
    power = power * INVERSE  # a consonant that both share is written once: Ram Mohan, Ramohan
    return rows[a]["part"] * power + (inner - np.uint64(first) * power) == rows[b]["part"]


@njit(I8(TOKENS, I4S, U1S, I4S, U1S, I8S, I8S), cache=True, nogil=True)
def asked_for(  # noqa: PLR0913
    rows: NDArray[np.void],
    a: NDArray[np.int32],
    role_a: NDArray[np.uint8],
    b: NDArray[np.int32],
    role_b: NDArray[np.uint8],
    table: NDArray[np.int64],
    fresh: NDArray[np.int64],
) -> int:
    """Enters every token pair of two names whose weight is needed into the table; new codes go to `fresh`, their number is returned."""
    n, m, count = min(len(a), 8), min(len(b), 8), 0
    for i in range(n):
        for j in range(m):
            if a[i] == b[j] or (role_a[i] & 8) or (role_b[j] & 8):
                continue
            if looked_up(rows, a[i], b[j]):
                code = pair_code(a[i], 2097151, b[j])
                slot = table_slot(table, code)
                if slot < 0:
                    table[-1 - slot] = code
                    fresh[count] = code
                    count += 1
    for side in range(2):
        x, y = (a, b) if side == 0 else (b, a)
        role_x, role_y = (role_a, role_b) if side == 0 else (role_b, role_a)
        for i in range(min(len(x), 8) - 1):
            for j in range(min(len(y), 8)):
                if (role_x[i] | role_x[i + 1] | role_y[j]) & 8 == 0 and joins(rows, x[i], x[i + 1], y[j]):
                    code = pair_code(x[i], x[i + 1], y[j])
                    slot = table_slot(table, code)
                    if slot < 0:
                        table[-1 - slot] = code
                        fresh[count] = code
                        count += 1
    return count


@njit(F4(TOKENS, P, I8, U1), cache=True, nogil=True)
def gap_cost(rows: NDArray[np.void], p: np.void, token: int, role: int) -> float:
    """What a token without a partner costs."""
    if role & _OPTIONAL:
        return p["gap_optional"]
    if role & _PREFIX:
        return p["gap_prefix"]
    if role & _INITIAL:
        return p["gap_initial"]
    cost = p["gap"] + p["gap_slope"] * min(rows[token]["bits"], p["gap_bits"])
    return cost + p["gap_head"] if role & _HEAD else cost


@njit(types.void(TOKENS, P, I4S, U1S, I4S, U1S, I8S, F4S, I1S, F4SS, I1SS), cache=True, nogil=True)
def token_weights(  # noqa: PLR0912, PLR0913
    rows: NDArray[np.void],
    p: np.void,
    a: NDArray[np.int32],
    role_a: NDArray[np.uint8],
    b: NDArray[np.int32],
    role_b: NDArray[np.uint8],
    table: NDArray[np.int64],
    weights: NDArray[np.float32],
    grades: NDArray[np.int8],
    w: NDArray[np.float32],
    g: NDArray[np.int8],
) -> None:
    """The weight and grade of every token of a against every token of b."""
    for i in range(min(len(a), 8)):
        for j in range(min(len(b), 8)):
            w[i, j], g[i, j] = _NOTHING, 0
            initial_a, initial_b = role_a[i] & 8, role_b[j] & 8
            if initial_a or initial_b:
                if rows[a[i]]["starts"] & rows[b[j]]["starts"]:
                    if initial_a and initial_b:
                        if a[i] == b[j]:
                            w[i, j], g[i, j] = p["initials"], 2
                        else:
                            w[i, j], g[i, j] = p["initial"], 2
                    else:
                        w[i, j], g[i, j] = p["initial"], 1
            elif a[i] == b[j]:
                w[i, j], g[i, j] = rows[a[i]]["own"], _EXACT
            elif looked_up(rows, a[i], b[j]):
                slot = table_slot(table, pair_code(a[i], 2097151, b[j]))
                if slot >= 0:
                    w[i, j], g[i, j] = weights[slot], grades[slot]


@njit(F4(F4SS, F4SS, F4SS, F4S, F4S, I8, I8, F4, F4SS, I2SS, I1S, I1S), cache=True, nogil=True)
def align(  # noqa: PLR0912, PLR0913
    w: NDArray[np.float32],
    joined_a: NDArray[np.float32],
    joined_b: NDArray[np.float32],
    gap_a: NDArray[np.float32],
    gap_b: NDArray[np.float32],
    n: int,
    m: int,
    join_cost: float,
    best: NDArray[np.float32],
    choice: NDArray[np.int16],
    partner_a: NDArray[np.int8],
    partner_b: NDArray[np.int8],
) -> float:
    """The best alignment by dynamic programming over the tokens of a and the set of used tokens of b.

    `joined_a[i, j]` is the weight of tokens i, i+1 of a together against token j of b, `joined_b[i, j]` that of token i of a against j, j+1.
    Partners are written as numbers of the other side's tokens, or -1. Returns the weight without gaps of b's side subtracted twice.
    """
    size = 1 << m
    for mask in range(size):
        total = np.float32(0)
        for j in range(m):
            if not mask >> j & 1:
                total -= gap_b[j]
        best[n, mask] = total
    for i in range(n - 1, -1, -1):
        for mask in range(size):
            top, what = best[i + 1, mask] - gap_a[i], np.int16(-1)
            for j in range(m):
                if mask >> j & 1:
                    continue
                if w[i, j] > _NOTHING:
                    value = best[i + 1, mask | 1 << j] + w[i, j]
                    if value > top:
                        top, what = value, np.int16(j)
                if i + 1 < n and joined_a[i, j] > _NOTHING:
                    value = best[i + 2, mask | 1 << j] + joined_a[i, j] - join_cost
                    if value > top:
                        top, what = value, np.int16(16 + j)
                if j + 1 < m and not mask >> (j + 1) & 1 and joined_b[i, j] > _NOTHING:
                    value = best[i + 1, mask | 3 << j] + joined_b[i, j] - join_cost
                    if value > top:
                        top, what = value, np.int16(32 + j)
            best[i, mask], choice[i, mask] = top, what
    for i in range(n):
        partner_a[i] = -1
    for j in range(m):
        partner_b[j] = -1
    i, mask = 0, 0
    while i < n:
        what = choice[i, mask]
        if what < 0:
            i += 1
            continue
        j = what & 15
        partner_a[i], partner_b[j] = j, i
        mask |= 1 << j
        if what >= 32:
            partner_b[j + 1] = i
            mask |= 1 << (j + 1)
        elif what >= 16:
            partner_a[i + 1] = j
            i += 1
        i += 1
    return best[0, 0]
