"""Pairs of names of which no word can be cut, told from a number per word: most pairs need no closer look (`cuts`)."""

from __future__ import annotations

import numpy as np
from numba import njit, types

from linker.names.canonical import Role
from linker.names.cuts import SHORTEST_PART, SHORTEST_WORD, Free
from linker.names.kernel_types import I4S, I8, MOST_TOKENS, U1S

_INITIAL, _PREFIX = int(Role.INITIAL), int(Free.PREFIX)
_ROWS = types.Array(types.uint8, 2, "C", readonly=True)


@njit(types.boolean(types.int32[::1], I8, I4S, U1S, I8, I8, I8, I8), cache=True, nogil=True)
def _begins(glances, shift, ids, role, a, n, b, m):  # type: ignore[no-untyped-def]
    """Whether some word of ids[a:a + n] begins with a prefix, or perhaps with a shorter word of ids[b:b + m]."""
    least = SHORTEST_PART - (shift > 0)
    for i in range(a, a + n):
        word = I8(glances[shift + ids[i]])
        length = word & 255
        if length < SHORTEST_WORD - (shift > 0) or role[i] & _INITIAL:
            continue
        for j in range(b, b + m):
            part = I8(glances[shift + ids[j]])
            size = part & 255
            if least <= size <= length - 2 and (
                word >> 16 or (part >> 8 & 255 == word >> 8 & 255 and not role[j] & _INITIAL)
            ):
                return True
    return False


@njit(types.boolean[::1](types.int32[::1], I4S, I4S, U1S, I4S, I4S), cache=True, nogil=True)
def may_be_cut(glances, offsets, ids, role, left, right):  # type: ignore[no-untyped-def]
    """Which pairs of names `cuts.divisible` must look at; it would say no of all others."""
    out = np.zeros(len(left), np.bool_)
    half = I8(len(glances) // 2)
    for k in range(len(left)):
        x, y = left[k], right[k]
        if x < 0 or y < 0 or x == y:
            continue
        a, b = I8(offsets[x]), I8(offsets[y])
        n, m = min(I8(offsets[x + 1]) - a, MOST_TOKENS), min(I8(offsets[y + 1]) - b, MOST_TOKENS)
        shift = half
        for i in range(a, a + n):
            if glances[half + ids[i]] & 255 == 0 and not role[i] & _INITIAL:
                shift = I8(0)
        for j in range(b, b + m):
            if glances[half + ids[j]] & 255 == 0 and not role[j] & _INITIAL:
                shift = I8(0)
        out[k] = _begins(glances, shift, ids, role, a, n, b, m) or _begins(glances, shift, ids, role, b, m, a, n)
    return out
