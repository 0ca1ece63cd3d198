"""Weight and level of two names from the best alignment of their tokens, in numba."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit, types
from numpy.typing import NDArray

from linker.names.alignment import (
    F4S,
    I1S,
    I4S,
    I8,
    I8S,
    MOST_TOKENS,
    PARAMETERS,
    TOKENS,
    U1S,
    P,
    align,
    align_plainly,
    asked_for,
    gap_cost,
    plain_weight,
    token_weights,
)
from linker.names.canonical import Role
from linker.names.evidence import Grade
from linker.names.levels import NameLevel

_L = {level.name: int(level) for level in NameLevel}
_UNKNOWN, _GENDER, _GIVEN_CONFLICT, _DIFFERENT = (
    _L["UNKNOWN"],
    _L["GENDER_CONFLICT"],
    _L["GIVEN_CONFLICT"],
    _L["DIFFERENT"],
)
_SURNAME_ONLY, _INITIALS, _GIVEN_ONLY, _SIMILAR = _L["SURNAME_ONLY"], _L["INITIALS"], _L["GIVEN_ONLY"], _L["SIMILAR"]
_PARTIAL, _SAME, _EXACT = _L["PARTIAL"], _L["SAME"], _L["EXACT"]
_G_EXACT, _G_SIMILAR, _G_FINAL = int(Grade.EXACT), int(Grade.SIMILAR), int(Grade.FINAL_VOWEL)
_HEAD, _MINOR = int(Role.HEAD), int(Role.PREFIX | Role.OPTIONAL)
_IS_INITIAL = int(Role.INITIAL)


class Scratch(NamedTuple):
    """Working space of one thread: what the kernels fill for one pair of names."""

    w: NDArray[np.float32]
    g: NDArray[np.int8]
    joined_a: NDArray[np.float32]
    joined_b: NDArray[np.float32]
    gap_a: NDArray[np.float32]
    gap_b: NDArray[np.float32]
    best: NDArray[np.float32]
    choice: NDArray[np.int16]
    partner_a: NDArray[np.int8]
    partner_b: NDArray[np.int8]


_OUTCOME = types.Tuple((types.float32, types.int8))  # type: ignore[no-untyped-call]
_OWNER = types.UniTuple(I8, 4)  # type: ignore[no-untyped-call]
_S = types.NamedTuple(  # type: ignore[no-untyped-call]
    (
        types.float32[:, ::1], types.int8[:, ::1], types.float32[:, ::1], types.float32[:, ::1], types.float32[::1],
        types.float32[::1], types.float32[:, ::1], types.int16[:, ::1], types.int8[::1], types.int8[::1],
    ),
    Scratch,
)  # fmt: skip


def scratch() -> Scratch:
    """Fresh working space."""
    k = MOST_TOKENS
    return Scratch(
        np.zeros((k, k), np.float32), np.zeros((k, k), np.int8), np.zeros((k, k), np.float32), np.zeros((k, k), np.float32),
        np.zeros(k, np.float32), np.zeros(k, np.float32), np.zeros((k + 1, 1 << k), np.float32),
        np.zeros((k + 1, 1 << k), np.int16), np.zeros(k, np.int8), np.zeros(k, np.int8),
    )  # fmt: skip


PARAMETER_VALUES = np.array([(0.4, 0.25, 12.0, 3.0, 0.3, 0.3, 0.8, 1.0, 0.5, 3.0, 1.2, 2.5, 0.5, 0.3, 2.0)], PARAMETERS)
"""Set by hand on the order of magnitude that dropped and added words have in public lists of candidates; see benchmarks/names_full.py."""


@njit(types.boolean(TOKENS, I8, I4S, I8, I8), cache=True, nogil=True)
def _stands_in(rows, token, ids, start, end):  # type: ignore[no-untyped-def]
    """Whether a token of this sound stands in the owner's name, ids[start:end]."""
    found = False
    for k in range(start, end):
        found = found or ids[k] == token or rows[ids[k]]["sound"] == rows[token]["sound"]
    return found


@njit(types.void(TOKENS, I4S, I8, I8, I8, I8, _OWNER, _S), cache=True, nogil=True)
def _discount(rows, ids, a, n, b, m, owner, s):  # type: ignore[no-untyped-def]
    """Tokens that stand in the owner's name on both sides have been counted there: here they are worth nothing."""
    for j in range(m):
        if _stands_in(rows, ids[b + j], ids, owner[2], owner[3]):
            s.gap_b[j] = min(s.gap_b[j], np.float32(0.5))
    for i in range(n):
        if not _stands_in(rows, ids[a + i], ids, owner[0], owner[1]):
            continue
        s.gap_a[i] = min(s.gap_a[i], np.float32(0.5))
        for j in range(m):
            if s.w[i, j] > 0 and _stands_in(rows, ids[b + j], ids, owner[2], owner[3]):
                s.w[i, j] = np.float32(0)


@njit(types.boolean(_S, I8, I8, I8, I8), cache=True, nogil=True)
def _is_joined(s, i, j, n, m):  # type: ignore[no-untyped-def]
    """Whether the partners i and j are two words on one side and one on the other."""
    if (i + 1 < n and s.partner_a[i + 1] == j) or (i > 0 and s.partner_a[i - 1] == j):
        return True
    return s.partner_b[j] != i or (j + 1 < m and s.partner_b[j + 1] == i)


@njit(types.float32(types.float32, P, types.boolean, _S, I8), cache=True, nogil=True)
def _capped(total, p, apply, s, n):  # type: ignore[no-untyped-def]
    """When given names conflict, what agrees besides counts for little: brothers share it too."""
    if not apply:
        return total
    agreed = np.float32(0)
    for i in range(n):
        j = s.partner_a[i]
        if j >= 0 and s.w[i, j] > 0:
            agreed += s.w[i, j]
    return total - max(agreed - p["surname_cap"], np.float32(0))


@njit(types.float32(TOKENS, P, I4S, U1S, I8, I8, I8, I8, _S), cache=True, nogil=True)
def _clash(rows, p, ids, role, a, n, b, m, s):  # type: ignore[no-untyped-def]
    """What tokens cost more that are unmatched on both sides, facing each other in the order of their rarity."""
    done_a = done_b = 0
    cost = np.float32(0)
    while True:
        best_a, best_b = -1, -1
        for i in range(n):
            if (
                s.partner_a[i] < 0
                and not role[a + i] & _MINOR
                and not done_a >> i & 1
                and (best_a < 0 or s.gap_a[i] > s.gap_a[best_a])
            ):
                best_a = i
        for j in range(m):
            if (
                s.partner_b[j] < 0
                and not role[b + j] & _MINOR
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
        lesser = min(rows[ids[a + best_a]]["bits"], rows[ids[b + best_b]]["bits"], p["gap_bits"])
        if (role[a + best_a] | role[b + best_b]) & _IS_INITIAL:
            lesser = np.float32(3.0)
        cost += p["clash"] + p["clash_slope"] * lesser
        if role[a + best_a] & role[b + best_b] & _HEAD:
            cost += p["clash_head"]


@njit(
    _OUTCOME(TOKENS, P, I4S, U1S, I8, I8, I8, I8, types.float32, _S),
    cache=True,
    nogil=True,
)
def _outcome(rows, p, ids, role, a, n, b, m, total, s):  # type: ignore[no-untyped-def]  # noqa: PLR0911, PLR0912, PLR0915
    """Conflicts charged on top of the alignment's weight, and the level."""
    all_exact, any_similar, any_initial, head_by_initial, turned = n == m, False, False, False, False
    strong = False  # a token that tells something agrees
    head_met = True
    before = -1
    for i in range(n):
        j = s.partner_a[i]
        if j < 0:
            all_exact = False
            continue
        turned = turned or j < before
        before = max(before, j)
        grade = s.g[i, j]
        joined = _is_joined(s, i, j, n, m)
        initial = (role[a + i] | role[b + j]) & _IS_INITIAL
        all_exact = all_exact and grade == _G_EXACT and not joined
        any_similar = any_similar or (grade == _G_SIMILAR and not joined and not initial)
        any_initial = any_initial or initial != 0
        if (role[a + i] | role[b + j]) & _HEAD:
            head_by_initial = head_by_initial or (initial != 0 and ids[a + i] != ids[b + j])
        strong = strong or (not initial and (joined or s.w[i, j] > 2))
    # what is left on both sides contradicts each other, the most telling first
    left_a = left_b = 0
    head_conflict = False
    for i in range(n):
        j = s.partner_a[i]
        if (
            j >= 0
            and s.g[i, j] == 0
            and s.w[i, j] > -90
            and not (role[a + i] | role[b + j]) & _MINOR
            and not _is_joined(s, i, j, n, m)
        ):
            left_a, left_b = left_a + 1, left_b + 1  # aligned, yet with nothing in common
            if role[a + i] & role[b + j] & _HEAD:
                head_conflict = True
                total -= p["clash_head"]
        if s.partner_a[i] < 0 and not role[a + i] & _MINOR:
            left_a += 1
            head_met = head_met and not role[a + i] & _HEAD
    for j in range(m):
        if s.partner_b[j] < 0 and not role[b + j] & _MINOR:
            left_b += 1
            head_met = head_met and not role[b + j] & _HEAD
    gender = False
    for i in range(n):
        for j in range(m):
            if s.g[i, j] == _G_FINAL and (s.partner_a[i] == j or (s.partner_a[i] < 0 and s.partner_b[j] < 0)):
                gender = True
                if s.partner_a[i] != j:
                    total += s.gap_a[i] + s.gap_b[j] + s.w[i, j]
    if left_a and left_b:
        clash = _clash(rows, p, ids, role, a, n, b, m, s)
        total -= clash
        for i in range(n):
            for j in range(m):
                if s.partner_a[i] < 0 and s.partner_b[j] < 0 and role[a + i] & _HEAD and role[b + j] & _HEAD:
                    head_conflict = True
    if turned:
        total -= p["order"]
    if all_exact and not turned:
        return total, np.int8(_EXACT)
    matched = before >= 0
    if gender:
        return _capped(total, p, head_met or matched, s, n), np.int8(_GENDER)
    if not matched:
        return total, np.int8(_DIFFERENT)
    if left_a and left_b:
        if head_conflict or not head_met:
            return _capped(total, p, True, s, n), np.int8(_GIVEN_CONFLICT)
        return total, np.int8(_GIVEN_ONLY)
    if left_a or left_b:
        if not head_met:
            return total, np.int8(_SURNAME_ONLY)
        if head_by_initial:
            return total, np.int8(_INITIALS)
        return total, np.int8(_SURNAME_ONLY if not strong and not any_initial else _PARTIAL)
    if head_by_initial or any_initial:
        return total, np.int8(_INITIALS if head_by_initial or not strong else _SAME)
    return total, np.int8(_SIMILAR if any_similar else _SAME)


@njit(
    _OUTCOME(TOKENS, P, I4S, U1S, I8, I8, I8, I8, _OWNER, I4S, I8, F4S, I1S, _S),
    cache=True,
    nogil=True,
)
def score(rows, p, ids, role, a, n, b, m, owner, at, base, weights, grades, s):  # type: ignore[no-untyped-def]
    """Weight and level of names ids[a:a + n] and ids[b:b + m]; the alignment stays in `s`.

    `owner` are start and end in `ids` of both owners' names (equal: none); `at[base:]` the numbers that `asked_for` wrote.
    """
    if n == 0 or m == 0:
        return np.float32(0), np.int8(_UNKNOWN)
    token_weights(rows, p, ids, role, a, n, b, m, at, base, weights, grades, s.w, s.g, s.joined_a, s.joined_b)
    for i in range(n):
        s.gap_a[i] = gap_cost(rows, p, ids[a + i], role[a + i])
    for j in range(m):
        s.gap_b[j] = gap_cost(rows, p, ids[b + j], role[b + j])
    if owner[0] < owner[1] and owner[2] < owner[3]:
        _discount(rows, ids, a, n, b, m, owner, s)
    if align_plainly(s.w, s.joined_a, s.joined_b, s.gap_a, s.gap_b, n, m, s.partner_a, s.partner_b):
        total = plain_weight(s.w, s.gap_a, s.gap_b, n, m, s.partner_a, s.partner_b)
    else:
        total = align(
            s.w, s.joined_a, s.joined_b, s.gap_a, s.gap_b, n, m, p["join"], s.best, s.choice, s.partner_a, s.partner_b
        )
    return _outcome(rows, p, ids, role, a, n, b, m, total, s)


@njit(types.boolean(TOKENS, I4S, I8, I8, I8, I8), cache=True, nogil=True)
def turned_round(rows, ids, a, n, b, m):  # type: ignore[no-untyped-def]
    """Whether two names are compared the other way round, so that either order gives the same alignment."""
    if n != m:
        return n > m
    for k in range(n):
        x, y = rows[ids[a + k]]["part"], rows[ids[b + k]]["part"]
        if x != y:
            return x > y
        if rows[ids[a + k]]["own"] != rows[ids[b + k]]["own"]:
            return rows[ids[a + k]]["own"] > rows[ids[b + k]]["own"]
    return False


@njit(
    types.void(TOKENS, P, I4S, I4S, U1S, I4S, I4S, I4S, I4S, I4S, I8S, F4S, I1S, _S, F4S, I1S), cache=True, nogil=True
)
def score_pairs(  # type: ignore[no-untyped-def]
    rows, p, offsets, ids, role, left, right, owner_left, owner_right, at, start, weights, grades, s, out, level
):
    """Weight and level of many pairs of names (-1 is no name); `at[start[k]:]` are the numbers of pair k."""
    for k in range(len(left)):
        x, y, u, v = left[k], right[k], owner_left[k], owner_right[k]
        if x < 0 or y < 0:
            out[k], level[k] = 0, _UNKNOWN
            continue
        owner = (I8(0), I8(0), I8(0), I8(0))
        if u >= 0 and v >= 0:
            owner = (I8(offsets[u]), I8(offsets[u + 1]), I8(offsets[v]), I8(offsets[v + 1]))
        a, b = I8(offsets[x]), I8(offsets[y])
        n, m = min(I8(offsets[x + 1]) - a, MOST_TOKENS), min(I8(offsets[y + 1]) - b, MOST_TOKENS)
        if turned_round(rows, ids, a, n, b, m):
            a, n, b, m = b, m, a, n
            owner = (owner[2], owner[3], owner[0], owner[1])
        out[k], level[k] = score(rows, p, ids, role, a, n, b, m, owner, at, start[k], weights, grades, s)


@njit(I8(TOKENS, I4S, I4S, U1S, I4S, I4S, types.int64[:, ::1], I4S, I8S, I8S), cache=True, nogil=True)
def collect_pairs(rows, offsets, ids, role, left, right, table, at, start, missing):  # type: ignore[no-untyped-def]
    """Numbers the token pairs of many pairs of names; returns how many codes, some twice, the table lacks."""
    count = base = 0
    for k in range(len(left)):
        x, y = left[k], right[k]
        start[k] = base
        if x < 0 or y < 0:
            continue
        a, b = I8(offsets[x]), I8(offsets[y])
        n, m = min(I8(offsets[x + 1]) - a, MOST_TOKENS), min(I8(offsets[y + 1]) - b, MOST_TOKENS)
        if turned_round(rows, ids, a, n, b, m):
            a, n, b, m = b, m, a, n
        base, count = asked_for(rows, ids, role, a, n, b, m, table, at, base, missing, count)
    return count
