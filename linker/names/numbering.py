"""Numbers of token pairs in the table of pair weights: which pairs of two names' tokens are worth a weight, and where it stands.

The table is open-addressing; codes that it lacks are gathered, weighed together and filled in afterwards.
"""

from __future__ import annotations

import numpy as np
from numba import njit, types

from linker.names.canonical import Role
from linker.names.kernel_types import uncounted
from linker.names.sounds import BASE
from linker.names.workspace import I4S, I8, I8S, TABLE, TOKENS, U1S

NO_NUMBER, EQUAL, MISSING = -1, -2, -3
NO_TOKEN = np.int64((1 << 21) - 1)
"""Stands for 'no second word' in a pair code; token numbers stay below it."""

_TWO_I8 = types.Tuple((I8, I8))  # type: ignore[no-untyped-call]
_INITIAL = int(Role.INITIAL)
INVERSE = np.uint64(pow(int(BASE), -1, 1 << 64))


@uncounted("i8(i8, i8, i8)", inline="always")
def pair_code(a, a2, b):  # type: ignore[no-untyped-def]
    """The number of a token pair (a2 = NO_TOKEN), order-free, or of two neighbouring tokens a, a2 against one token b."""
    if a2 == 2097151 and a > b:
        a, b = b, a
    return (a << 42) | (a2 << 21) | b


@uncounted(I8(TABLE, I8))
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


@uncounted(types.void(TABLE, I8S, I8S))
def enter(table, codes, numbers):  # type: ignore[no-untyped-def]
    """Enters codes that do not stand in the table yet."""
    for k in range(len(codes)):
        slot = -1 - table_slot(table, codes[k])
        table[slot, 0], table[slot, 1] = codes[k], numbers[k]


@njit(types.boolean[::1](TABLE, I8S), cache=True, nogil=True)
def lacks(table, codes):  # type: ignore[no-untyped-def]
    """Which codes do not stand in the table yet."""
    out = np.empty(len(codes), np.bool_)
    for k in range(len(codes)):
        out[k] = table_slot(table, codes[k]) < 0
    return out


@uncounted("i8(i8)", inline="always")
def _ones(x):  # type: ignore[no-untyped-def]
    """How many of 32 bits are set."""
    x = x - ((x >> 1) & 0x55555555)
    x = (x & 0x33333333) + ((x >> 2) & 0x33333333)
    return ((((x + (x >> 4)) & 0x0F0F0F0F) * 0x01010101) & 0xFFFFFFFF) >> 24


@uncounted("b1(u4, u4)", inline="always")
def _plausible(a, b):  # type: ignore[no-untyped-def]
    """Two tokens that share at least half of their sounds."""
    shared = np.int64(a) & np.int64(b)
    return shared != 0 and 2 * _ones(shared) >= _ones(np.int64(a) | np.int64(b))


@uncounted(types.boolean(TOKENS, I8, I8))
def looked_up(rows, a, b):  # type: ignore[no-untyped-def]
    """Whether the weight of two different tokens must be asked for."""
    return _plausible(rows[a]["letters"], rows[b]["letters"]) or (rows[a]["families"] & rows[b]["families"]) != 0


@uncounted(types.boolean(TOKENS, I8, I8, I8))
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


@uncounted(I8(TABLE, I8, I8S, I8))
def _number(table, code, missing, count):  # type: ignore[no-untyped-def]
    """The number of a code, or, if the table lacks it, MISSING - count after writing it to missing[count]."""
    slot = table_slot(table, code)
    if slot >= 0:
        return table[slot, 1]
    missing[count] = code
    return -3 - count


@uncounted(types.void(types.int32[::1], types.int32[::1]))
def fill_in(at, numbers):  # type: ignore[no-untyped-def]
    """Puts the numbers that missing codes have got in their places."""
    for k in range(len(at)):
        if at[k] <= -3:
            at[k] = numbers[-3 - at[k]]


@uncounted(_TWO_I8(TOKENS, I4S, U1S, I8, I8, I8, I8, TABLE, I4S, I8, I8S, I8))
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
