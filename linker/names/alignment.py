"""The best alignment of two names' tokens, in numba: order-free, with joined words, initials, gaps and conflicts.

The weight of an alignment is the sum of its token weights, minus what unmatched tokens cost. A token unmatched on one side costs the more,
the more it would tell (Singh little, a rare given name much). Tokens unmatched on both sides contradict each other and cost more again.
"""

from __future__ import annotations

import numpy as np
from numba import njit, types
from numba.np.numpy_support import from_dtype

from linker.names.canonical import Role
from linker.names.dictionary import HOT
from linker.names.evidence import Grade
from linker.names.sounds import BASE

MOST_TOKENS = 8
"""Tokens of a name that are aligned; further ones are ignored."""
NO_NUMBER, EQUAL, MISSING = -1, -2, -3
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
TABLE = types.int64[:, ::1]
I8, I8S, I4S, U1, U1S = types.int64, types.int64[::1], types.int32[::1], types.uint8, types.uint8[::1]
F4, F4S, F4SS, I1S, I1SS, I2SS = (
    types.float32, types.float32[::1], types.float32[:, ::1], types.int8[::1], types.int8[:, ::1], types.int16[:, ::1],
)  # fmt: skip
_TWO_I8 = types.Tuple((I8, I8))  # type: ignore[no-untyped-call]
_EXACT = int(Grade.EXACT)
_HEAD, _PREFIX, _OPTIONAL, _INITIAL = int(Role.HEAD), int(Role.PREFIX), int(Role.OPTIONAL), int(Role.INITIAL)
INVERSE = np.uint64(pow(int(BASE), -1, 1 << 64))
_NOTHING = np.float32(-99.0)  # a token pair that cannot be aligned


@njit("i8(i8, i8, i8)", cache=True, nogil=True, inline="always")
def pair_code(a, a2, b):  # type: ignore[no-untyped-def]
    """The number of a token pair (a2 = NO_TOKEN), order-free, or of two neighbouring tokens a, a2 against one token b."""
    if a2 == 2097151 and a > b:
        a, b = b, a
    return (a << 42) | (a2 << 21) | b


@njit(I8(TABLE, I8), cache=True, nogil=True)
def table_slot(table, code):  # type: ignore[no-untyped-def]
    """Where `code` stands in the open-addressing table of codes and their numbers, or -1 - (the free slot where it would go)."""
    mask = len(table) - 1
    slot = np.int64((np.uint64(code) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(20)) & mask
    while True:
        found = table[slot, 0]
        if found == code:
            return slot
        if found == -1:
            return -1 - slot
        slot = (slot + 1) & mask


@njit(types.void(TABLE, I8S, I8S), cache=True, nogil=True)
def enter(table, codes, numbers):  # type: ignore[no-untyped-def]
    """Enters codes that do not stand in the table yet."""
    for k in range(len(codes)):
        slot = -1 - table_slot(table, codes[k])
        table[slot, 0], table[slot, 1] = codes[k], numbers[k]


@njit("i8(i8)", cache=True, nogil=True, inline="always")
def _ones(x):  # type: ignore[no-untyped-def]
    """How many of 32 bits are set."""
    x = x - ((x >> 1) & 0x55555555)
    x = (x & 0x33333333) + ((x >> 2) & 0x33333333)
    return ((((x + (x >> 4)) & 0x0F0F0F0F) * 0x01010101) & 0xFFFFFFFF) >> 24


@njit("b1(u4, u4)", cache=True, nogil=True, inline="always")
def _plausible(a, b):  # type: ignore[no-untyped-def]
    """Two tokens that share at least half of their sounds."""
    shared = np.int64(a) & np.int64(b)
    return shared != 0 and 2 * _ones(shared) >= _ones(np.int64(a) | np.int64(b))


@njit(types.boolean(TOKENS, I8, I8), cache=True, nogil=True)
def looked_up(rows, a, b):  # type: ignore[no-untyped-def]
    """Whether the weight of two different tokens must be asked for."""
    return _plausible(rows[a]["letters"], rows[b]["letters"]) or (rows[a]["families"] & rows[b]["families"]) != 0


@njit(types.boolean(TOKENS, I8, I8, I8), cache=True, nogil=True)
def joins(rows, a, a2, b):  # type: ignore[no-untyped-def]
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


@njit(I8(TABLE, I8, I8S, I8), cache=True, nogil=True)
def _number(table, code, missing, count):  # type: ignore[no-untyped-def]
    """The number of a code, or, if the table lacks it, MISSING - count after writing it to missing[count]."""
    slot = table_slot(table, code)
    if slot >= 0:
        return table[slot, 1]
    missing[count] = code
    return -3 - count


@njit(types.void(types.int32[::1], types.int32[::1]), cache=True, nogil=True)
def fill_in(at, numbers):  # type: ignore[no-untyped-def]
    """Puts the numbers that missing codes have got in their places."""
    for k in range(len(at)):
        if at[k] <= -3:
            at[k] = numbers[-3 - at[k]]


@njit(_TWO_I8(TOKENS, I4S, U1S, I8, I8, I8, I8, TABLE, I4S, I8, I8S, I8), cache=True, nogil=True)
def asked_for(rows, ids, role, a, n, b, m, table, at, base, missing, count):  # type: ignore[no-untyped-def]
    """Numbers the token pairs of two names: tokens ids[a:a + n] against ids[b:b + m].

    `at[base:]` takes, row by row, the number of each pair (MISSING and less: see `fill_in`),
    NO_NUMBER where two tokens have nothing in common and EQUAL where they are one.
    Then come the numbers of joined words: neighbours on the left against tokens on the right and the other way round, if there are any.
    Returns the new ends of `at` and `missing`.
    """
    for i in range(n):
        x = ids[a + i]
        for j in range(m):
            y = ids[b + j]
            what = np.int32(-1)
            if (role[a + i] | role[b + j]) & _INITIAL == 0:
                if x == y:
                    what = np.int32(-2)
                elif looked_up(rows, x, y):
                    number = _number(table, pair_code(x, 2097151, y), missing, count)
                    count += number <= -3
                    what = np.int32(number)
            at[base] = what
            base += 1
    for side in range(2):
        p, np_, q, nq = (a, n, b, m) if side == 0 else (b, m, a, n)
        for i in range(np_ - 1):
            for j in range(nq):
                what = np.int32(-1)
                if (role[p + i] | role[p + i + 1] | role[q + j]) & _INITIAL == 0 and joins(
                    rows, ids[p + i], ids[p + i + 1], ids[q + j]
                ):
                    number = _number(table, pair_code(ids[p + i], ids[p + i + 1], ids[q + j]), missing, count)
                    count += number <= -3
                    what = np.int32(number)
                at[base] = what
                base += 1
    return base, count


@njit(I8(I8, I8), cache=True, nogil=True, inline="always")
def numbers_needed(n, m):  # type: ignore[no-untyped-def]
    """How many places of `at` two names of n and m tokens take."""
    return n * m + max(n - 1, 0) * m + max(m - 1, 0) * n


@njit(F4(TOKENS, P, I8, U1), cache=True, nogil=True)
def gap_cost(rows, p, token, role):  # type: ignore[no-untyped-def]
    """What a token without a partner costs."""
    if role & _OPTIONAL:
        return p["gap_optional"]
    if role & _PREFIX:
        return p["gap_prefix"]
    if role & _INITIAL:
        return p["gap_initial"]
    cost = p["gap"] + p["gap_slope"] * min(rows[token]["bits"], p["gap_bits"])
    return cost + p["gap_head"] if role & _HEAD else cost


@njit(
    types.void(TOKENS, P, I4S, U1S, I8, I8, I8, I8, I4S, I8, F4S, I1S, F4SS, I1SS, F4SS, F4SS), cache=True, nogil=True
)
def token_weights(rows, p, ids, role, a, n, b, m, at, base, weights, grades, w, g, joined_a, joined_b):  # type: ignore[no-untyped-def]
    """The weight and grade of every token of one name against every token of the other, and of neighbours against single tokens."""
    for i in range(n):
        for j in range(m):
            number = at[base]
            base += 1
            if number >= 0:
                w[i, j], g[i, j] = weights[number], grades[number]
            elif number == -2:
                w[i, j], g[i, j] = rows[ids[a + i]]["own"], _EXACT
            else:
                w[i, j], g[i, j] = _NOTHING, 0
                initial_a, initial_b = role[a + i] & _INITIAL, role[b + j] & _INITIAL
                if (initial_a or initial_b) and rows[ids[a + i]]["starts"] & rows[ids[b + j]]["starts"]:
                    if initial_a and initial_b and ids[a + i] == ids[b + j]:
                        w[i, j], g[i, j] = p["initials"], 2
                    else:
                        w[i, j], g[i, j] = p["initial"], 1
    for i in range(n - 1):
        for j in range(m):
            joined_a[i, j] = weights[at[base]] if at[base] >= 0 else _NOTHING
            base += 1
    for j in range(m - 1):
        for i in range(n):
            joined_b[i, j] = weights[at[base]] if at[base] >= 0 else _NOTHING
            base += 1


@njit(types.boolean(F4SS, F4SS, F4SS, F4S, F4S, I8, I8, I1S, I1S), cache=True, nogil=True)
def align_plainly(w, joined_a, joined_b, gap_a, gap_b, n, m, partner_a, partner_b):  # type: ignore[no-untyped-def]
    """The best alignment where no token has two possible partners, which is most often so; otherwise False, and nothing is said."""
    for j in range(m):
        partner_b[j] = -1
    for i in range(n):
        partner_a[i] = -1
        for j in range(m):
            if w[i, j] > _NOTHING:
                if partner_a[i] >= 0 or partner_b[j] >= 0:
                    return False
                partner_a[i], partner_b[j] = j, i
            if (i + 1 < n and joined_a[i, j] > _NOTHING) or (j + 1 < m and joined_b[i, j] > _NOTHING):
                return False
    for i in range(n):
        j = partner_a[i]
        if j >= 0 and w[i, j] <= -gap_a[i] - gap_b[j]:
            partner_a[i] = partner_b[j] = -1
    return True


@njit(F4(F4SS, F4S, F4S, I8, I8, I1S, I1S), cache=True, nogil=True)
def plain_weight(w, gap_a, gap_b, n, m, partner_a, partner_b):  # type: ignore[no-untyped-def]
    """The weight of an alignment of single tokens."""
    total = np.float32(0)
    for i in range(n):
        total += w[i, partner_a[i]] if partner_a[i] >= 0 else -gap_a[i]
    for j in range(m):
        if partner_b[j] < 0:
            total -= gap_b[j]
    return total


@njit(F4(F4SS, F4SS, F4SS, F4S, F4S, I8, I8, F4, F4SS, I2SS, I1S, I1S), cache=True, nogil=True)
def align(w, joined_a, joined_b, gap_a, gap_b, n, m, join_cost, best, choice, partner_a, partner_b):  # type: ignore[no-untyped-def]  # noqa: PLR0912
    """The best alignment by dynamic programming over the tokens of a and the set of used tokens of b.

    `joined_a[i, j]` is the weight of tokens i, i+1 of a together against token j of b, `joined_b[i, j]` that of token i of a against
    tokens j, j+1.
    Partners are written as numbers of the other side's tokens, or -1. Returns the weight, gaps subtracted.
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
