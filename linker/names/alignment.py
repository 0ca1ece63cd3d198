"""The best alignment of two names' tokens, in numba: order-free, with joined words, initials, gaps and conflicts.

The weight of an alignment is the sum of its token weights, minus what unmatched tokens cost. A token unmatched on one side costs the more,
the more it would tell (Singh little, a rare given name much). Tokens unmatched on both sides contradict each other and cost more again.
"""

from __future__ import annotations

import numpy as np
from numba import types

from linker.names.kernel_types import uncounted
from linker.names.workspace import F4, I8, NOTHING, S


@uncounted(types.boolean(S, I8, I8))
def align_plainly(s, n, m):  # type: ignore[no-untyped-def]
    """The best alignment where no token has two possible partners, which is most often so; otherwise False, and nothing is said."""
    for j in range(m):
        s.partner_b[j] = -1
    for i in range(n):
        s.partner_a[i] = -1
        for j in range(m):
            if s.w[i, j] > NOTHING:
                if s.partner_a[i] >= 0 or s.partner_b[j] >= 0:
                    return False
                s.partner_a[i], s.partner_b[j] = j, i
            if (i + 1 < n and s.joined_a[i, j] > NOTHING) or (j + 1 < m and s.joined_b[i, j] > NOTHING):
                return False
    for i in range(n):
        j = s.partner_a[i]
        if j >= 0 and s.w[i, j] <= -s.gap_a[i] - s.gap_b[j]:
            s.partner_a[i] = s.partner_b[j] = -1
    return True


@uncounted(F4(S, I8, I8))
def plain_weight(s, n, m):  # type: ignore[no-untyped-def]
    """The weight of an alignment of single tokens."""
    total = np.float32(0)
    for i in range(n):
        total += s.w[i, s.partner_a[i]] if s.partner_a[i] >= 0 else -s.gap_a[i]
    for j in range(m):
        if s.partner_b[j] < 0:
            total -= s.gap_b[j]
    return total


@uncounted(F4(S, I8, I8, F4))
def align(s, n, m, join_cost):  # type: ignore[no-untyped-def]  # noqa: PLR0912
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
                total -= s.gap_b[j]
        s.best[n, mask] = total
    for i in range(n - 1, -1, -1):
        for mask in range(size):
            top, what = s.best[i + 1, mask] - s.gap_a[i], np.int16(-1)
            for j in range(m):
                if mask >> j & 1:
                    continue
                if s.w[i, j] > NOTHING:
                    value = s.best[i + 1, mask | 1 << j] + s.w[i, j]
                    if value > top:
                        top, what = value, np.int16(j)
                if i + 1 < n and s.joined_a[i, j] > NOTHING:
                    value = s.best[i + 2, mask | 1 << j] + s.joined_a[i, j] - join_cost
                    if value > top:
                        top, what = value, np.int16(16 + j)
                if j + 1 < m and not mask >> (j + 1) & 1 and s.joined_b[i, j] > NOTHING:
                    value = s.best[i + 1, mask | 3 << j] + s.joined_b[i, j] - join_cost
                    if value > top:
                        top, what = value, np.int16(32 + j)
            s.best[i, mask], s.choice[i, mask] = top, what
    for i in range(n):
        s.partner_a[i] = -1
    for j in range(m):
        s.partner_b[j] = -1
    i, mask = 0, 0
    while i < n:
        what = s.choice[i, mask]
        if what < 0:
            i += 1
            continue
        j = what & 15
        s.partner_a[i], s.partner_b[j] = j, i
        mask |= 1 << j
        if what >= 32:
            s.partner_b[j + 1] = i
            mask |= 1 << (j + 1)
        elif what >= 16:
            s.partner_a[i + 1] = j
            i += 1
        i += 1
    return s.best[0, 0]
