"""Where words may be cut so that two names are divided alike: Jagatsewakchandsolanki against Jagatsewak Chand. In numba.

A word is cut only if all of it can be told: every piece is about the same as a word of the other name, or is a word that is known to be
written on without a blank (a surname, Mohd, Kumar), and at least one is of the first sort. What the pieces are worth is weighed afterwards
like any words; here letters are only compared to find the places.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numba import njit, types

from linker.names.canonical import Role
from linker.names.folding import FIRST_NUMBER, LETTERS, ROWS, WEAK, letters_number, may_hold, next_number
from linker.names.kernel_types import I4S, I8, I8S, MOST_TOKENS, U1S

SHORTEST_PART, SHORTEST_WORD = 3, 5
"""Letters that a word of the other name and the word that is cut must have; in Devanagari, where a is seldom written, one less."""
CARRIES_SECOND = 5
"""Letters that must be told by the other name before the second part of a given name (Ram, Lal) may go without a partner."""
_MOST_PIECES = 6
_INITIAL = int(Role.INITIAL)


class Free(IntEnum):
    """What a word is that may be a piece without a partner in the other name."""

    NONE = 0
    PREFIX = 1
    LAST = 2
    SECOND = 3


_LETTERS = types.Array(types.uint8, 1, "A", readonly=True)


@njit(types.int64(_LETTERS, I8, I8, _LETTERS, I8, I8, types.int64[:, ::1]), cache=True, nogil=True)
def _slips(word, start, end, part, length, allowed, room):  # type: ignore[no-untyped-def]
    """What differs between word[start:end] and part[:length], 2 for a consonant, 1 for a vowel or h; allowed + 1 if it is more."""
    before, here = 0, 1
    room[0, 0] = 0
    for j in range(1, length + 1):
        room[0, j] = room[0, j - 1] + (1 if WEAK[part[j - 1]] else 2)
    for i in range(1, end - start + 1):
        c = word[start + i - 1]
        lost = 1 if WEAK[c] else 2
        room[here, 0] = least = room[before, 0] + lost
        for j in range(1, length + 1):
            d = part[j - 1]
            gained = 1 if WEAK[d] else 2
            change = room[before, j - 1] + (0 if c == d else 1 if WEAK[c] and WEAK[d] else 2)
            room[here, j] = min(change, room[before, j] + lost, room[here, j - 1] + gained)
            least = min(least, room[here, j])
        if least > allowed:
            return allowed + 1
        before, here = here, before
    return room[before, length]


@njit(types.int64(I8S, U1S, I8), cache=True, nogil=True)
def free_sort(numbers, sorts, number):  # type: ignore[no-untyped-def]
    """The `Free` of a word by its number."""
    at = np.searchsorted(numbers, number)
    return sorts[at] if at < len(numbers) and numbers[at] == number else 0


@njit(types.int32[::1](ROWS, I8S, U1S), cache=True, nogil=True)
def glances(rows, numbers, sorts):  # type: ignore[no-untyped-def]
    """Per row of `token_letters`: how many letters it has, its first letter << 8, and whether it begins with a prefix << 16."""
    out = np.zeros(len(rows), np.int32)
    for k in range(len(rows)):
        length = np.int64(rows[k, 2 * LETTERS])
        prefix = 0
        for size in range(2, length + 1):
            if free_sort(numbers, sorts, letters_number(rows[k], 0, size)) == 1:
                prefix = 1
        out[k] = length | np.int64(rows[k, 0]) << 8 | prefix << 16
    return out


_CUT = types.int64(ROWS, types.boolean, I8, I8, I4S, U1S, I8, I8, I8S, U1S, types.int64[:, ::1], types.int64[:, ::1])


@njit(_CUT, cache=True, nogil=True)
def _cut(rows, prefix, shift, token, ids, role, b, m, numbers, sorts, room, best):  # type: ignore[no-untyped-def]  # noqa: PLR0912
    """Cuts `token` by the words ids[b:b + m] of the other name: how many pieces (0: it stays whole); their ends, in letters, and `Free` are
    left in rows 4 and 5 of `best`. `prefix`: the word begins with a word that may be a prefix.

    Rows 0 to 3 of `best` say of every place in the word: the value of the best cutting up to it, where its last piece begins, what sort
    that is, and how many letters have partners.
    """
    word, length = rows[shift + token], np.int64(rows[shift + token, 2 * LETTERS])
    hopeful = False
    for j in range(b, b + m):
        part = rows[shift + ids[j]]
        n = np.int64(part[2 * LETTERS])
        hopeful = hopeful or (SHORTEST_PART - (shift > 0) <= n <= length - 2 and may_hold(word, part))
    if not hopeful:
        return 0
    for at in range(1, length + 1):
        best[0, at] = -1
    best[0, 0] = best[3, 0] = 0
    for at in range(length):
        if best[0, at] < 0:
            continue
        for j in range(b, b + m):
            part = shift + ids[j]
            n = np.int64(rows[part, 2 * LETTERS])
            if n < SHORTEST_PART - (shift > 0) or n > length - 2 or role[j] & _INITIAL or rows[part, 0] != word[at]:
                continue
            if not may_hold(word, rows[part]):
                continue
            allowed = (n + 1) // 2 if n > 3 else 1
            for size in range(max(n - 2, I8(2)), min(n + 2, length - at) + 1):
                if size == length:
                    continue
                slips = _slips(word, at, at + size, rows[part], n, allowed, room)
                value = best[0, at] + 8 * size - 8 * slips - 3
                if slips <= allowed and value > best[0, at + size]:
                    best[0, at + size], best[1, at + size] = value, at
                    best[2, at + size], best[3, at + size] = 0, best[3, at] + size
        if at == 0 and not prefix:
            continue
        number = FIRST_NUMBER
        for size in range(1, length - at + 1):
            number = next_number(number, word[at + size - 1])
            sort = free_sort(numbers, sorts, np.int64(number >> np.uint64(1))) if size > 1 else 0
            if sort == 0 or (at == 0 and sort != 1):
                continue
            value = best[0, at] + 2 * size - 3
            if value > best[0, at + size]:
                best[0, at + size], best[1, at + size] = value, at
                best[2, at + size], best[3, at + size] = 2 if sort == 1 and at else sort, best[3, at]
    if best[0, length] < 0 or best[3, length] == 0:
        return 0
    count, second = 0, False
    end = I8(length)
    while end > 0:
        count += 1
        second = second or best[2, end] == 3
        end = I8(best[1, end])
    if count < 2 or count > _MOST_PIECES or (second and best[3, length] < CARRIES_SECOND - (shift > 0)):
        return 0
    end = I8(length)
    for k in range(count - 1, -1, -1):
        best[4, k], best[5, k] = end, best[2, end]
        end = I8(best[1, end])
    return count


@njit(
    types.int64(ROWS, I4S, I8, I4S, U1S, I8, I8, I8, I8, I8S, U1S, types.int64[:, ::1], types.int64[:, ::1], types.int64[:, ::1], I8),
    cache=True,
    nogil=True,
)  # fmt: skip
def _divide(rows, glances, shift, ids, role, a, n, b, m, numbers, sorts, room, best, out, k):  # type: ignore[no-untyped-def]
    """Writes the name ids[a:a + n] divided by ids[b:b + m] to out[k]; how many cuts were made (0: nothing is written)."""
    made = filled = 0
    for i in range(a, a + n):
        pieces, token = 0, ids[i]
        glance = glances[shift + token]
        if glance & 255 >= SHORTEST_WORD - (shift > 0) and not role[i] & _INITIAL:
            pieces = _cut(rows, glance >> 16 != 0, shift, token, ids, role, b, m, numbers, sorts, room, best)
        if filled + max(pieces, 1) + (a + n - i - 1) > MOST_TOKENS:
            pieces = 0
        if pieces == 0:
            out[k, filled] = (I8(i - a) << 20) | (63 << 6)
            filled += 1
            continue
        start = 0
        for q in range(pieces):
            end = best[4, q]
            script = I8(shift > 0) << 24
            out[k, filled] = script | (I8(i - a) << 20) | (I8(best[5, q]) << 14) | (start << 6) | end
            start, filled = end, filled + 1
        made += pieces - 1
    out[k, MOST_TOKENS] = filled
    return made


@njit(types.int64(ROWS, I4S, U1S, I8, I8, I8, I8), cache=True, nogil=True)
def _script(rows, ids, role, a, n, b, m):  # type: ignore[no-untyped-def]
    """Where the rows begin by which two names are compared: 0 for the Latin ones, or those of Devanagari if both names are in it."""
    half = len(rows) // 2
    for k in range(n + m):
        i = a + k if k < n else b + k - n
        if rows[half + ids[i], 2 * LETTERS] == 0 and not role[i] & _INITIAL:
            return 0
    return half


_BOTH = types.Tuple((types.int64[::1], types.int64[:, ::1], types.int64[:, ::1]))  # type: ignore[no-untyped-call]


@njit(_BOTH(ROWS, I4S, I4S, I4S, U1S, I4S, I4S, I8S, U1S), cache=True, nogil=True)
def divide(rows, glances, offsets, ids, role, left, right, numbers, sorts):  # type: ignore[no-untyped-def]
    """Per pair of names the cuts made in both, and both as rows of MOST_TOKENS + 1 numbers: the pieces, then how many there are.

    `rows` are those of `token_letters`, `glances` those above. A piece is (in Devanagari) << 24 | (position of its word in the name) << 20
    | `Free` << 14 | (first letter) << 6 | (letter behind its last), or with first letter 63 the whole word.
    """
    made = np.zeros(len(left), np.int64)
    out_a, out_b = np.zeros((len(left), MOST_TOKENS + 1), np.int64), np.zeros((len(left), MOST_TOKENS + 1), np.int64)
    room, best = np.empty((2, LETTERS + 3), np.int64), np.zeros((6, LETTERS + 1), np.int64)
    for k in range(len(left)):
        x, y = left[k], right[k]
        a, b = I8(offsets[x]), I8(offsets[y])
        n, m = min(I8(offsets[x + 1]) - a, MOST_TOKENS), min(I8(offsets[y + 1]) - b, MOST_TOKENS)
        shift = _script(rows, ids, role, a, n, b, m)
        first = _divide(rows, glances, shift, ids, role, a, n, b, m, numbers, sorts, room, best, out_a, k)
        made[k] = first + _divide(rows, glances, shift, ids, role, b, m, a, n, numbers, sorts, room, best, out_b, k)
    return made, out_a, out_b


@njit(types.boolean[::1](ROWS, I4S, I4S, I4S, U1S, I4S, I4S, I8S, U1S), cache=True, nogil=True)
def divisible(rows, glances, offsets, ids, role, left, right, numbers, sorts):  # type: ignore[no-untyped-def]
    """Which pairs of names (never those with -1) `divide` would cut."""
    out = np.zeros(len(left), np.bool_)
    spare = np.zeros((1, MOST_TOKENS + 1), np.int64)
    room, best = np.empty((2, LETTERS + 3), np.int64), np.zeros((6, LETTERS + 1), np.int64)
    for k in range(len(left)):
        x, y = left[k], right[k]
        if x < 0 or y < 0 or x == y:
            continue
        a, b = I8(offsets[x]), I8(offsets[y])
        n, m = min(I8(offsets[x + 1]) - a, MOST_TOKENS), min(I8(offsets[y + 1]) - b, MOST_TOKENS)
        shift = _script(rows, ids, role, a, n, b, m)
        out[k] = _divide(rows, glances, shift, ids, role, a, n, b, m, numbers, sorts, room, best, spare, 0) > 0
        if not out[k]:
            out[k] = _divide(rows, glances, shift, ids, role, b, m, a, n, numbers, sorts, room, best, spare, 0) > 0
    return out
