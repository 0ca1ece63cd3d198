"""The most that two names can be worth, from the sounds of their tokens alone: a fraction of the work of aligning them.

Every token has at best the partner that leaves the most of its own rarity, or it has none and costs what a gap costs. No alignment is worth
more than their sum, because two tokens are never worth more than the commoner of them would tell by itself. Where both given names have
no possible partner they contradict each other, whatever the rest is.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numba import types
from numpy.typing import NDArray

from linker.names.canonical import Role
from linker.names.cuts import ROOM, cuts_some
from linker.names.folding import ROWS
from linker.names.kernel_types import I8S, uncounted
from linker.names.numbering import joins, looked_up
from linker.names.scoring import gap_cost
from linker.names.workspace import F4S, I1S, I4S, I8, MOST_TOKENS, TOKENS, U1S, P

_INITIAL, _HEAD, _MINOR = int(Role.INITIAL), int(Role.HEAD), int(Role.PREFIX | Role.OPTIONAL)


class Odds(IntEnum):
    """What is already sure about the level of two names."""

    OPEN = 0
    CONFLICT = 1
    """One of GENDER_CONFLICT, GIVEN_CONFLICT and DIFFERENT."""
    NO_GENDER_CONFLICT = 2
    """One of GIVEN_CONFLICT and DIFFERENT."""


@dataclass(frozen=True)
class Prospects:
    """`most`: bits that the weight does not exceed (float32, infinite where nothing is known); `odds`: `Odds` per pair (int8)."""

    most: NDArray[np.float32]
    odds: NDArray[np.int8]


@uncounted(types.boolean(TOKENS, I4S, U1S, I8, I8, I8, I8))
def _may_join(rows, ids, role, a, n, b, m):  # type: ignore[no-untyped-def]
    """Whether two neighbours of one name may be one word of the other."""
    for side in range(2):
        p, np_, q, nq = (a, n, b, m) if side == 0 else (b, m, a, n)
        for i in range(p, p + np_ - 1):
            for j in range(q, q + nq):
                if (role[i] | role[i + 1] | role[j]) & _INITIAL == 0 and joins(rows, ids[i], ids[i + 1], ids[j]):
                    return True
    return False


@uncounted(
    types.void(TOKENS, P, I4S, I4S, U1S, I4S, I4S, ROWS, I8S, I8S, U1S, ROOM, ROOM, ROOM, F4S, F4S, I1S),
)
def prospects(  # type: ignore[no-untyped-def]  # noqa: PLR0912
    rows, p, offsets, ids, role, left, right, words, glances, numbers, sorts, room, best, spare, top, most, odds
):
    """Fills `most` and `odds` for pairs of names (-1 is no name) that are agreed without owners. `words` to `spare` are those of
    `cuts.cuts_some`: of names whose words may be divided alike nothing is known; `top` is room for MOST_TOKENS numbers."""
    initial = max(p["initial"], p["initials"])
    for k in range(len(left)):
        most[k], odds[k] = np.inf, 0
        x, y = left[k], right[k]
        if x < 0 or y < 0 or x == y:
            continue
        a, b = I8(offsets[x]), I8(offsets[y])
        n, m = min(I8(offsets[x + 1]) - a, MOST_TOKENS), min(I8(offsets[y + 1]) - b, MOST_TOKENS)
        if n == 0 or m == 0 or _may_join(rows, ids, role, a, n, b, m):
            continue
        top[:m] = -1
        alike = False
        total = np.float32(0)
        head_a = head_b = False
        for i in range(n):
            s, mine = ids[a + i], np.float32(-1)
            for j in range(m):
                t = ids[b + j]
                value = np.float32(-1)
                if (role[a + i] | role[b + j]) & _INITIAL:
                    if rows[s]["starts"] & rows[t]["starts"]:
                        value = initial
                elif s == t or looked_up(rows, s, t):
                    value = min(rows[s]["bits"], rows[t]["bits"])
                    alike = alike or s != t
                mine, top[j] = max(mine, value), max(top[j], value)
            if mine >= 0:
                total += mine
            else:
                total -= gap_cost(rows, p, s, role[a + i])
                head_a = head_a or (role[a + i] & _HEAD != 0 and role[a + i] & _MINOR == 0)
        for j in range(m):
            if top[j] < 0:
                total -= gap_cost(rows, p, ids[b + j], role[b + j])
                head_b = head_b or (role[b + j] & _HEAD != 0 and role[b + j] & _MINOR == 0)
        if cuts_some(words, glances, ids, role, a, n, b, m, numbers, sorts, room, best, spare):
            continue
        most[k] = total
        if head_a and head_b:
            odds[k] = 1 if alike else 2
