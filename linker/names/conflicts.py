"""What speaks against one name in an alignment: words left on both sides, given names that conflict; in numba."""

from __future__ import annotations

import numpy as np
from numba import types

from linker.names.canonical import Role
from linker.names.evidence import Grade
from linker.names.kernel_types import uncounted
from linker.names.workspace import F4, I8, P, S

_G_FINAL = int(Grade.FINAL_VOWEL)
_HEAD, _MINOR, _IS_INITIAL = int(Role.HEAD), int(Role.PREFIX | Role.OPTIONAL), int(Role.INITIAL)
_FILLER, _LAST = int(Role.FILLER), int(Role.LAST)
_HEAD_BITS = np.float32(4.0)
"""A given name must agree by so much for what differs besides to be a matter of fillers."""


@uncounted(types.boolean(S, I8, I8, I8, I8))
def is_joined(s, i, j, n, m):  # type: ignore[no-untyped-def]
    """Whether the partners i and j are two words on one side and one on the other."""
    if (i + 1 < n and s.partner_a[i + 1] == j) or (i > 0 and s.partner_a[i - 1] == j):
        return True
    return s.partner_b[j] != i or (j + 1 < m and s.partner_b[j + 1] == i)


@uncounted(F4(F4, P, types.boolean, S, I8))
def capped(total, p, apply, s, n):  # type: ignore[no-untyped-def]
    """When given names conflict, what agrees besides counts for little: brothers share it too."""
    if not apply:
        return total
    agreed = np.float32(0)
    for i in range(n):
        j = s.partner_a[i]
        if j >= 0 and s.w[i, j] > 0:
            agreed += s.w[i, j]
    return total - max(agreed - p.surname_cap, np.float32(0))


@uncounted(F4(P, I8, I8, S))
def clash(p, n, m, s):  # type: ignore[no-untyped-def]
    """What tokens cost more that are unmatched on both sides, facing each other in the order of their rarity."""
    done_a = done_b = 0
    cost = np.float32(0)
    while True:
        best_a, best_b = -1, -1
        for i in range(n):
            if (
                s.partner_a[i] < 0
                and not s.role_a[i] & _MINOR
                and not done_a >> i & 1
                and (best_a < 0 or s.gap_a[i] > s.gap_a[best_a])
            ):
                best_a = i
        for j in range(m):
            if (
                s.partner_b[j] < 0
                and not s.role_b[j] & _MINOR
                and not done_b >> j & 1
                and (best_b < 0 or s.gap_b[j] > s.gap_b[best_b])
            ):
                best_b = j
        if best_a < 0 or best_b < 0:
            return cost
        done_a |= 1 << best_a
        done_b |= 1 << best_b
        if s.g[best_a, best_b] == _G_FINAL:
            continue  # charged as a final vowel
        lesser = min(s.bits_a[best_a], s.bits_b[best_b], p.gap_bits)
        if (s.role_a[best_a] | s.role_b[best_b]) & _IS_INITIAL:
            lesser = np.float32(3.0)
        cost += p.clash + p.clash_slope * lesser
        if s.role_a[best_a] & s.role_b[best_b] & _HEAD:
            cost += p.clash_head


@uncounted(types.boolean(I8, I8, S))
def differ_by_fillers(n, m, s):  # type: ignore[no-untyped-def]
    """Whether the given names agree and all that is left on one side are fillers, on the other fillers or surnames: Dev Singh Gujar and
    Dev Ram Gujar, Vishwavir Singh Dhiman and Vishwavir Kumar, but neither Prem Nath and Prem Mohan nor Suresh Sharma and Suresh Verma."""
    met = named_a = named_b = False
    for i in range(n):
        j = s.partner_a[i]
        if j >= 0 and s.g[i, j] != 0:
            both = s.role_a[i] & s.role_b[j]
            met = met or (both & _HEAD != 0 and both & _FILLER == 0 and s.w[i, j] >= _HEAD_BITS)
        elif not s.role_a[i] & (_MINOR | _FILLER):
            if not s.role_a[i] & _LAST:
                return False
            named_a = True
    for j in range(m):
        i = s.partner_b[j]
        if (i < 0 or s.g[i, j] == 0) and not s.role_b[j] & (_MINOR | _FILLER):
            if not s.role_b[j] & _LAST:
                return False
            named_b = True
    return met and not (named_a and named_b)
