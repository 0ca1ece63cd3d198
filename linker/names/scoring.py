"""Weight and level of two names from the best alignment of their tokens, in numba."""

from __future__ import annotations

import numpy as np
from numba import types

from linker.names.alignment import align, align_plainly, plain_weight
from linker.names.canonical import Role
from linker.names.conflicts import capped, clash, differ_by_fillers, is_joined
from linker.names.evidence import Grade
from linker.names.kernel_types import uncounted
from linker.names.levels import NameLevel
from linker.names.numbering import asked_for
from linker.names.workspace import F4, F4S, I1, I1S, I4S, I8, I8S, MOST_TOKENS, NOTHING, TABLE, TOKENS, U1S, P, S

_L = {level.name: int(level) for level in NameLevel}
_UNKNOWN, _GENDER, _GIVEN_CONFLICT, _DIFFERENT = (
    _L["UNKNOWN"],
    _L["GENDER_CONFLICT"],
    _L["GIVEN_CONFLICT"],
    _L["DIFFERENT"],
)
_SURNAME_ONLY, _INITIALS, _GIVEN_ONLY, _SIMILAR = _L["SURNAME_ONLY"], _L["INITIALS"], _L["GIVEN_ONLY"], _L["SIMILAR"]
_FILLERS_DIFFER, _PARTIAL, _SAME, _EXACT = _L["FILLERS_DIFFER"], _L["PARTIAL"], _L["SAME"], _L["EXACT"]
_G_EXACT, _G_SIMILAR, _G_FINAL = int(Grade.EXACT), int(Grade.SIMILAR), int(Grade.FINAL_VOWEL)
_HEAD, _MINOR = int(Role.HEAD), int(Role.PREFIX | Role.OPTIONAL)
_IS_INITIAL, _IS_PREFIX, _IS_OPTIONAL = int(Role.INITIAL), int(Role.PREFIX), int(Role.OPTIONAL)
_OUTCOME = types.Tuple((F4, I1))  # type: ignore[no-untyped-call]
_OWNER = types.UniTuple(I8, 4)  # type: ignore[no-untyped-call]


@uncounted(F4(TOKENS, P, I8, types.uint8), inline="always")
def gap_cost(rows, p, token, role):  # type: ignore[no-untyped-def]
    """What a token without a partner costs."""
    cost = p.gap + p.gap_slope * min(rows[token].bits, p.gap_bits)
    if role & _HEAD:
        cost += p.gap_head
    if role & _IS_INITIAL:
        cost = p.gap_initial
    if role & _IS_PREFIX:
        cost = p.gap_prefix
    if role & _IS_OPTIONAL:
        cost = p.gap_optional
    return cost


@uncounted(types.boolean(TOKENS, I8, I4S, I8, I8))
def _stands_in(rows, token, ids, start, end):  # type: ignore[no-untyped-def]
    """Whether a token of this sound stands in the owner's name, ids[start:end]."""
    found = False
    for k in range(start, end):
        found = found or ids[k] == token or rows[ids[k]].sound == rows[token].sound
    return found


@uncounted(types.void(TOKENS, P, I4S, U1S, I8, I8, I8, I8, _OWNER, S), inline="always")
def _lay_out_tokens(rows, p, ids, role, a, n, b, m, owner, s):  # type: ignore[no-untyped-def]
    """Everything about single tokens of the names ids[a:a + n] and ids[b:b + m]."""
    for i in range(n):
        token = ids[a + i]
        s.id_a[i], s.role_a[i], s.bits_a[i] = token, role[a + i], rows[token].bits
        s.gap_a[i] = gap_cost(rows, p, token, role[a + i])
    for j in range(m):
        token = ids[b + j]
        s.id_b[j], s.role_b[j], s.bits_b[j] = token, role[b + j], rows[token].bits
        s.gap_b[j] = gap_cost(rows, p, token, role[b + j])
    if owner[0] < owner[1] and owner[2] < owner[3]:
        for i in range(n):
            s.owned_a[i] = _stands_in(rows, ids[a + i], ids, owner[0], owner[1])
        for j in range(m):
            s.owned_b[j] = _stands_in(rows, ids[b + j], ids, owner[2], owner[3])


@uncounted(types.void(TOKENS, P, I8, I8, I4S, I8, F4S, I1S, S), inline="always")
def _lay_out_pairs(rows, p, n, m, at, base, weights, grades, s):  # type: ignore[no-untyped-def]
    """The weight and grade of every token of one name against every token of the other, and of neighbours against single tokens."""
    for i in range(n):
        for j in range(m):
            number = at[base]
            base += 1
            if number >= 0:
                s.w[i, j], s.g[i, j] = weights[number], grades[number]
            elif number == -2:
                s.w[i, j], s.g[i, j] = rows[s.id_a[i]].own, _G_EXACT
            else:
                s.w[i, j], s.g[i, j] = NOTHING, 0
                initial_a, initial_b = s.role_a[i] & _IS_INITIAL, s.role_b[j] & _IS_INITIAL
                if (initial_a or initial_b) and rows[s.id_a[i]].starts & rows[s.id_b[j]].starts:
                    if initial_a and initial_b and s.id_a[i] == s.id_b[j]:
                        s.w[i, j], s.g[i, j] = p.initials, 2
                    else:
                        s.w[i, j], s.g[i, j] = p.initial, 1
    for i in range(n - 1):
        for j in range(m):
            s.joined_a[i, j] = weights[at[base]] if at[base] >= 0 else NOTHING
            base += 1
    for j in range(m - 1):
        for i in range(n):
            s.joined_b[i, j] = weights[at[base]] if at[base] >= 0 else NOTHING
            base += 1


@uncounted(types.void(I8, I8, S))
def _discount(n, m, s):  # type: ignore[no-untyped-def]
    """Tokens that stand in the owner's name on both sides have been counted there: here they are worth nothing."""
    for j in range(m):
        if s.owned_b[j]:
            s.gap_b[j] = min(s.gap_b[j], np.float32(0.5))
    for i in range(n):
        if not s.owned_a[i]:
            continue
        s.gap_a[i] = min(s.gap_a[i], np.float32(0.5))
        for j in range(m):
            if s.w[i, j] > 0 and s.owned_b[j]:
                s.w[i, j] = np.float32(0)


@uncounted(_OUTCOME(P, I8, I8, F4, S))
def _outcome(p, n, m, total, s):  # type: ignore[no-untyped-def]  # noqa: PLR0911, PLR0912, PLR0915
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
        joined = is_joined(s, i, j, n, m)
        initial = (s.role_a[i] | s.role_b[j]) & _IS_INITIAL
        all_exact = all_exact and grade == _G_EXACT and not joined
        any_similar = any_similar or (grade == _G_SIMILAR and not joined and not initial)
        any_initial = any_initial or initial != 0
        if (s.role_a[i] | s.role_b[j]) & _HEAD:
            head_by_initial = head_by_initial or (initial != 0 and s.id_a[i] != s.id_b[j])
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
            and not (s.role_a[i] | s.role_b[j]) & _MINOR
            and not is_joined(s, i, j, n, m)
        ):
            left_a, left_b = left_a + 1, left_b + 1  # aligned, yet with nothing in common
            if s.role_a[i] & s.role_b[j] & _HEAD:
                head_conflict = True
                total -= p.clash_head
        if s.partner_a[i] < 0 and not s.role_a[i] & _MINOR:
            left_a += 1
            head_met = head_met and not s.role_a[i] & _HEAD
    for j in range(m):
        if s.partner_b[j] < 0 and not s.role_b[j] & _MINOR:
            left_b += 1
            head_met = head_met and not s.role_b[j] & _HEAD
    gender = False
    for i in range(n):
        for j in range(m):
            if s.g[i, j] == _G_FINAL and (s.partner_a[i] == j or (s.partner_a[i] < 0 and s.partner_b[j] < 0)):
                gender = True
                if s.partner_a[i] != j:
                    total += s.gap_a[i] + s.gap_b[j] + s.w[i, j]
    if left_a and left_b:
        lost = clash(p, n, m, s)
        total -= lost
        for i in range(n):
            for j in range(m):
                if s.partner_a[i] < 0 and s.partner_b[j] < 0 and s.role_a[i] & _HEAD and s.role_b[j] & _HEAD:
                    head_conflict = True
    if turned:
        total -= p.order
    if all_exact and not turned:
        return total, np.int8(_EXACT)
    matched = before >= 0
    if gender:
        return capped(total, p, head_met or matched, s, n), np.int8(_GENDER)
    if not matched:
        return total, np.int8(_DIFFERENT)
    if left_a and left_b:
        if head_conflict or not head_met:
            return capped(total, p, True, s, n), np.int8(_GIVEN_CONFLICT)
        return total, np.int8(_FILLERS_DIFFER if differ_by_fillers(n, m, s) else _GIVEN_ONLY)
    if left_a or left_b:
        if not head_met:
            return total, np.int8(_SURNAME_ONLY)
        if head_by_initial:
            return total, np.int8(_INITIALS)
        return total, np.int8(_SURNAME_ONLY if not strong and not any_initial else _PARTIAL)
    if head_by_initial or any_initial:
        return total, np.int8(_INITIALS if head_by_initial or not strong else _SAME)
    return total, np.int8(_SIMILAR if any_similar else _SAME)


@uncounted(_OUTCOME(P, I8, I8, types.boolean, S))
def _decide(p, n, m, owned, s):  # type: ignore[no-untyped-def]
    """Weight and level of what is laid out."""
    if n == 0 or m == 0:
        return np.float32(0), np.int8(_UNKNOWN)
    if owned:
        _discount(n, m, s)
    if align_plainly(s, n, m):
        return _outcome(p, n, m, plain_weight(s, n, m), s)
    return _outcome(p, n, m, align(s, n, m, p.join), s)


@uncounted(
    _OUTCOME(TOKENS, P, I4S, U1S, I8, I8, I8, I8, _OWNER, I4S, I8, F4S, I1S, S),
    inline="always",
)
def score(rows, p, ids, role, a, n, b, m, owner, at, base, weights, grades, s):  # type: ignore[no-untyped-def]
    """Weight and level of names ids[a:a + n] and ids[b:b + m]; the alignment stays in `s`.

    `owner` are start and end in `ids` of both owners' names (equal: none); `at[base:]` the numbers that `asked_for` wrote.
    """
    _lay_out_tokens(rows, p, ids, role, a, n, b, m, owner, s)
    _lay_out_pairs(rows, p, n, m, at, base, weights, grades, s)
    return _decide(p, n, m, owner[0] < owner[1] and owner[2] < owner[3], s)


@uncounted(types.boolean(TOKENS, I4S, I8, I8, I8, I8))
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


@uncounted(
    types.void(TOKENS, P, I4S, I4S, U1S, I4S, I4S, I4S, I4S, I4S, I8S, F4S, I1S, S[::1], F4S, I1S),
)
def score_pairs(  # type: ignore[no-untyped-def]
    rows, p, offsets, ids, role, left, right, owner_left, owner_right, at, start, weights, grades, space, out, level
):
    """Weight and level of many pairs of names (-1 is no name); `at[start[k]:]` are the numbers of pair k."""
    s = space[0]
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


@uncounted(I8(I4S, I4S, I4S))
def room_for(offsets, left, right):  # type: ignore[no-untyped-def]
    """How many numbers `collect_pairs` writes at most: of every two tokens, and of neighbours of one name against tokens of the other."""
    room = I8(0)
    for k in range(len(left)):
        x, y = left[k], right[k]
        if x < 0 or y < 0:
            continue
        n, m = min(I8(offsets[x + 1] - offsets[x]), MOST_TOKENS), min(I8(offsets[y + 1] - offsets[y]), MOST_TOKENS)
        room += n * m + max(n - 1, 0) * m + max(m - 1, 0) * n
    return room


@uncounted(I8(TOKENS, I4S, I4S, U1S, I4S, I4S, TABLE, I4S, I8S, I8S))
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
