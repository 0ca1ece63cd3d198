"""Where words may be cut so that two names are divided alike: Jagatsewakchandsolanki against Jagatsewak Chand. In numba.

A word is cut only if all of it can be told: every piece is about the same as a word of the other name, or is a word that is known to be
written on without a blank (a surname, Mohd, Kumar), and at least one is of the first sort. What the pieces are worth is weighed afterwards
like any words; here letters are only compared to find the places.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any

import numpy as np
from numba import types
from numpy.typing import NDArray

from linker.names.canonical import Role
from linker.names.folding import FIRST_NUMBER, LETTERS, ROWS, WEAK, letters_number, may_hold, next_number
from linker.names.kernel_types import F4S, I1S, I4S, I8, I8S, MOST_TOKENS, U1S, uncounted

SHORTEST_PART, SHORTEST_WORD = 3, 5
"""Letters that a word of the other name and the word that is cut must have; in Devanagari, where a is seldom written, one less."""
CARRIES_SECOND = 5
"""Letters that must be told by the other name before the second part of a given name (Ram, Lal) may go without a partner."""
_MOST_PIECES = 6
_INITIAL = int(Role.INITIAL)
_ONE_WORD = int(Role.INITIAL | Role.PREFIX | Role.FILLER)
"""What is a word by itself and no two: Mohammad is not Moh Ahmad."""


class Free(IntEnum):
    """What a word is that may be a piece without a partner in the other name."""

    NONE = 0
    PREFIX = 1
    LAST = 2
    SECOND = 3


ROOM = types.int64[:, ::1]


@uncounted(types.int64(ROWS, I8, I8, I8, I8, I8, I8, ROOM), inline="always")
def _slips(rows, word, at, part, length, most, allowed, room):  # type: ignore[no-untyped-def]
    """Leaves in row 2 of `room`, for up to `most` letters of a word from `at` on, what differs between these and a part of `length`
    letters, 2 for a consonant, 1 for a vowel or h; returns from how many letters on it is sure to be more than `allowed`, less 1."""
    before, here = 0, 1
    room[0, 0] = 0
    for j in range(1, length + 1):
        room[0, j] = room[0, j - 1] + (1 if WEAK[rows[part, j - 1]] else 2)
    for i in range(1, most + 1):
        c = I8(rows[word, at + i - 1])
        weak = I8(WEAK[c])
        lost = 2 - weak
        room[here, 0] = beside = least = room[before, 0] + lost
        for j in range(1, length + 1):
            d = I8(rows[part, j - 1])
            other = I8(WEAK[d])
            change = room[before, j - 1] + I8(c != d) * (2 - (weak & other))
            room[here, j] = beside = min(change, room[before, j] + lost, beside + 2 - other)
            least = min(least, beside)
        if least > allowed:
            return i - 1
        room[2, i] = room[here, length]
        before, here = here, before
    return most


@uncounted(types.int64(I8S, U1S, I8), inline="always")
def free_sort(numbers, sorts, number):  # type: ignore[no-untyped-def]
    """The `Free` of a word by its number, see `FreeWords`."""
    at = number & (len(numbers) - 1)
    while numbers[at] >= 0 and numbers[at] != number:
        at = (at + 1) & (len(numbers) - 1)
    return I8(sorts[at])


@uncounted(types.void(ROWS, I8S, U1S, I8S))
def _glance(rows, numbers, sorts, out):  # type: ignore[no-untyped-def]
    for k in range(len(rows)):
        length = I8(rows[k, 2 * LETTERS])
        prefix, ends = 0, 0
        for size in range(2, length + 1):
            if free_sort(numbers, sorts, letters_number(rows[k], 0, size)) == 1:
                prefix = 1
        for at in range(1, length - 1):
            if free_sort(numbers, sorts, letters_number(rows[k], at, length)) != 0:
                ends |= 1 << at
        out[k] = length | I8(rows[k, 0]) << 8 | prefix << 16 | ends << 24


def glances(rows: NDArray[np.uint8], numbers: NDArray[np.int64], sorts: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Per row of `token_letters`: how many letters it has, its first letter << 8, whether it begins with a prefix << 16, and a bit << 24
    for each place in it from which on it is a word that may go without a partner."""
    out = np.empty(len(rows), np.int64)
    _glance(rows, numbers, sorts, out)
    return out


@uncounted(types.boolean(ROWS, I8S, I8, I8, I4S, U1S, I8, I8), inline="always")
def _hopeful(rows, glances, shift, token, ids, role, b, m):  # type: ignore[no-untyped-def]
    """Whether `token` may be cut by the words ids[b:b + m] of the other name: it begins with a prefix or perhaps with one of them, and
    behind that it ends in a word that needs no partner or perhaps in one of them."""
    glance, least = glances[shift + token], SHORTEST_PART - (shift > 0)
    length, prefix = glance & 255, glance >> 16 & 1
    first, there = LETTERS if prefix == 0 else 2, False
    for j in range(b, b + m):
        part = glances[shift + ids[j]]
        n = part & 255
        if n < least or n > length - 2 or role[j] & _INITIAL:
            continue
        begins = (part ^ glance) & 0xFF00 == 0
        if (begins or prefix) and may_hold(rows, shift + token, shift + ids[j]):
            there = True
            if begins:
                first = min(first, max(n - 2, I8(2)))
    if not there or glance >> (24 + first):
        return there
    for j in range(b, b + m):
        part = glances[shift + ids[j]]
        n = part & 255
        if n < least or n > length - 2 or role[j] & _INITIAL:
            continue
        for at in range(max(first, length - n - 2), min(length - n + 2, length - 2) + 1):
            if rows[shift + token, at] == part >> 8 & 255:
                return True
    return False


_CUT = types.int64(ROWS, I8S, I8, I8, I4S, U1S, I8, I8, I8S, U1S, ROOM, ROOM)


@uncounted(_CUT)
def _cut(rows, glances, shift, token, ids, role, b, m, numbers, sorts, room, best):  # type: ignore[no-untyped-def]  # noqa: PLR0912
    """Cuts `token` by the words ids[b:b + m] of the other name: how many pieces (0: it stays whole); their ends, in letters, and `Free` are
    left in rows 4 and 5 of `best`.

    Rows 0 to 3 of `best` say of every place in the word: the value of the best cutting up to it, where its last piece begins, what sort
    that is, and how many letters have partners.
    """
    if not _hopeful(rows, glances, shift, token, ids, role, b, m):
        return 0
    word = shift + token
    length, prefix, least = glances[word] & 255, glances[word] >> 16 & 1, SHORTEST_PART - (shift > 0)
    for at in range(1, length + 1):
        best[0, at] = -1
    best[0, 0] = best[3, 0] = 0
    for at in range(length):
        if best[0, at] < 0:
            continue
        for j in range(b, b + m):
            part = shift + ids[j]
            n = glances[part] & 255
            if n < least or n > length - 2 or role[j] & _INITIAL or rows[part, 0] != rows[word, at]:
                continue
            if not may_hold(rows, word, part):
                continue
            allowed = (n + 1) // 2 if n > 3 else 1
            most = _slips(rows, word, at, part, n, min(n + 2, length - at), allowed, room)
            for size in range(max(n - 2, I8(2)), most + 1):
                slips = room[2, size]
                value = best[0, at] + 8 * size - 8 * slips - 3
                if slips <= allowed and value > best[0, at + size] and size < length:
                    best[0, at + size], best[1, at + size] = value, at
                    best[2, at + size], best[3, at + size] = 0, best[3, at] + size
        if at == 0 and not prefix:
            continue
        number = next_number(FIRST_NUMBER, rows[word, at])
        for size in range(2, length - at + 1):
            number = next_number(number, rows[word, at + size - 1])
            value = best[0, at] + 2 * size - 3
            if value <= best[0, at + size]:
                continue
            sort = free_sort(numbers, sorts, I8(number >> np.uint64(1)))
            if sort == 0 or (at == 0 and sort != 1):
                continue
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


@uncounted(
    types.int64(ROWS, I8S, I8, I4S, U1S, I8, I8, I8, I8, I8S, U1S, ROOM, ROOM, types.int64[:, ::1], I8),
)
def _divide(rows, glances, shift, ids, role, a, n, b, m, numbers, sorts, room, best, out, k):  # type: ignore[no-untyped-def]
    """Writes the name ids[a:a + n] divided by ids[b:b + m] to out[k]; how many cuts were made (0: nothing is written)."""
    made = filled = 0
    for i in range(a, a + n):
        pieces, token = 0, ids[i]
        glance = glances[shift + token]
        if glance & 255 >= SHORTEST_WORD - (shift > 0) and not role[i] & _ONE_WORD:
            pieces = _cut(rows, glances, shift, token, ids, role, b, m, numbers, sorts, room, best)
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


@uncounted(types.int64(I8S, I4S, U1S, I8, I8, I8, I8), inline="always")
def _script(glances, ids, role, a, n, b, m):  # type: ignore[no-untyped-def]
    """Where the rows begin by which two names are compared: 0 for the Latin ones, or those of Devanagari if both names are in it."""
    half = len(glances) // 2
    shift = half
    for k in range(n + m):
        i = a + k if k < n else b + k - n
        if glances[half + ids[i]] & 255 == 0 and not role[i] & _INITIAL:
            shift = 0
    return shift


_PAIRS = (ROWS, I8S, I4S, I4S, U1S, I4S, I4S, I8S, U1S)


@uncounted(types.void(*_PAIRS, ROOM, ROOM, I8S, ROOM, ROOM))
def _divide_pairs(rows, glances, offsets, ids, role, left, right, numbers, sorts, room, best, made, out_a, out_b):  # type: ignore[no-untyped-def]
    for k in range(len(left)):
        x, y = left[k], right[k]
        a, b = I8(offsets[x]), I8(offsets[y])
        n, m = min(I8(offsets[x + 1]) - a, MOST_TOKENS), min(I8(offsets[y + 1]) - b, MOST_TOKENS)
        shift = _script(glances, ids, role, a, n, b, m)
        first = _divide(rows, glances, shift, ids, role, a, n, b, m, numbers, sorts, room, best, out_a, k)
        made[k] = first + _divide(rows, glances, shift, ids, role, b, m, a, n, numbers, sorts, room, best, out_b, k)


def divide(*pairs: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Per pair of names the cuts made in both, and both as rows of MOST_TOKENS + 1 numbers: the pieces, then how many there are.

    `pairs` are rows, glances, offsets, ids, role, left, right, numbers and sorts: `rows` those of `token_letters`, `glances` those above,
    `numbers` and `sorts` of `FreeWords`. A piece is (in Devanagari) << 24 | (position of its word in the name) << 20 | `Free` << 14 |
    (first letter) << 6 | (letter behind its last), or with first letter 63 the whole word.
    """
    count = len(pairs[5])
    made = np.zeros(count, np.int64)
    out_a, out_b = np.zeros((count, MOST_TOKENS + 1), np.int64), np.zeros((count, MOST_TOKENS + 1), np.int64)
    _divide_pairs(*pairs, *cutting_room()[:2], made, out_a, out_b)
    return made, out_a, out_b


@uncounted(types.boolean(ROWS, I8S, I4S, U1S, I8, I8, I8, I8, I8S, U1S, ROOM, ROOM, ROOM))
def cuts_some(rows, glances, ids, role, a, n, b, m, numbers, sorts, room, best, spare):  # type: ignore[no-untyped-def]
    """Whether `divide` would cut a word of the names ids[a:a + n] and ids[b:b + m]."""
    shift = _script(glances, ids, role, a, n, b, m)
    if _divide(rows, glances, shift, ids, role, a, n, b, m, numbers, sorts, room, best, spare, 0) > 0:
        return True
    return _divide(rows, glances, shift, ids, role, b, m, a, n, numbers, sorts, room, best, spare, 0) > 0


@uncounted(types.void(*_PAIRS, ROOM, ROOM, ROOM, types.boolean[::1]))
def _divisible_pairs(rows, glances, offsets, ids, role, left, right, numbers, sorts, room, best, spare, out):  # type: ignore[no-untyped-def]
    for k in range(len(left)):
        x, y = left[k], right[k]
        out[k] = False
        if x < 0 or y < 0 or x == y:
            continue
        a, b = I8(offsets[x]), I8(offsets[y])
        n, m = min(I8(offsets[x + 1]) - a, MOST_TOKENS), min(I8(offsets[y + 1]) - b, MOST_TOKENS)
        out[k] = cuts_some(rows, glances, ids, role, a, n, b, m, numbers, sorts, room, best, spare)


def divisible(*pairs: NDArray[Any]) -> NDArray[np.bool_]:
    """Which pairs of names (never those with -1) `divide`, given the same, would cut."""
    out = np.empty(len(pairs[5]), np.bool_)
    _divisible_pairs(*pairs, *cutting_room(), out)
    return out


@uncounted(types.int64(*_PAIRS, ROOM, ROOM, ROOM, F4S, I1S, F4S, I8S))
def _worth_cutting(  # type: ignore[no-untyped-def]
    rows, glances, offsets, ids, role, left, right, numbers, sorts, room, best, spare, weight, level, below, out
):
    count = 0
    for k in range(len(left)):
        x, y = left[k], right[k]
        if weight[k] >= below[level[k]] or x < 0 or y < 0 or x == y:
            continue
        a, b = I8(offsets[x]), I8(offsets[y])
        n, m = min(I8(offsets[x + 1]) - a, MOST_TOKENS), min(I8(offsets[y + 1]) - b, MOST_TOKENS)
        if cuts_some(rows, glances, ids, role, a, n, b, m, numbers, sorts, room, best, spare):
            out[count] = k
            count += 1
    return count


def worth_cutting(
    agreement: tuple[NDArray[np.float32], NDArray[np.int8]], below: NDArray[np.float32], *pairs: NDArray[Any]
) -> NDArray[np.int64]:
    """Which pairs of names `divide` would cut, of those whose weight is below what `below` says for their level."""
    out = np.empty(len(pairs[5]), np.int64)
    return out[: _worth_cutting(*pairs, *cutting_room(), *agreement, below, out)]


def cutting_room() -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Working space of one thread: `room` and `best`, see above, and where the pieces of a name go that nobody asks for."""
    return (
        np.empty((3, LETTERS + 3), np.int64),
        np.zeros((6, LETTERS + 1), np.int64),
        np.zeros((1, MOST_TOKENS + 1), np.int64),
    )
