"""The kernel of a look-up: follow the chains of every key by intersecting lists of records."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit, types
from numpy.typing import NDArray

from linker.index.intersect import begin_of, cut, intersect, intersect_set, position
from linker.matching.candidates import NEIGHBOURS

DEEPEST = 12
"""The most features that a key's start and one of its chains have together."""


class Plan(NamedTuple):
    """Keys as numbers: path p goes through `features[at[p]:at[p + 1]]`, of which the first `start[p]` make the key of kind `kind[p]`;
    `lead[p]` marks the first path of its kind; `caps` goes by kind. Whoever has a value of feature f has it of `part_of[f]`, too (-1: of
    none)."""

    at: NDArray[np.int64]
    features: NDArray[np.int64]
    start: NDArray[np.int64]
    kind: NDArray[np.int64]
    lead: NDArray[np.bool_]
    caps: NDArray[np.int64]
    part_of: NDArray[np.int64]


_I8 = types.int64[::1]
_I4 = types.int32[::1]
_N = types.int64
_AT = types.int64[:, ::1]
_TABLE = types.Tuple((_I8, _I4))  # type: ignore[no-untyped-call]
_SETS = types.Tuple((_I8, types.uint64[:, ::1]))  # type: ignore[no-untyped-call]
_ASKED = types.Tuple((_AT, _I8, _I8, _I8))  # type: ignore[no-untyped-call]
_PLAN = types.NamedTuple((_I8, _I8, _I8, _I8, types.boolean[::1], _I8, _I8), Plan)  # type: ignore[no-untyped-call]
_BOUNDS = types.UniTuple(_N, 4)  # type: ignore[no-untyped-call]
_HELD = types.UniTuple(types.int32[:, ::1], 2)  # type: ignore[no-untyped-call]
_OUT = types.Tuple((_I4, _I4, types.int8[::1]))  # type: ignore[no-untyped-call]
_OUT_AND_COUNT = types.Tuple((_OUT, _N))  # type: ignore[no-untyped-call]
_LEFT_OUT = types.int32[:, ::1]


@njit(_I8(_I8, _I8, _AT, _I8), cache=True, nogil=True)
def positions(first, values, at, wanted):  # type: ignore[no-untyped-def]
    """Where each wanted value stands among the values of its feature, or -1."""
    found = np.full(len(wanted), -1, np.int64)
    for f in range(at.shape[0]):
        for k in range(at[f, 0], at[f, at.shape[1] - 1]):
            found[k] = position(values, first[f], first[f + 1], wanted[k])
    return found


@njit(_OUT_AND_COUNT(_HELD, _N, _N, _N, _N, _OUT, _N, _N, _N), cache=True, nogil=True)
def _take(held, level, n_base, n_own, base_records, out, count, row, kind):  # type: ignore[no-untyped-def]
    """Write a group's records down as partners of the row."""
    need = count + n_base + n_own
    if need > len(out[0]):
        room = max(need, 2 * len(out[0]))
        rows, partners, kinds = np.empty(room, np.int32), np.empty(room, np.int32), np.empty(room, np.int8)
        rows[:count], partners[:count], kinds[:count] = out[0][:count], out[1][:count], out[2][:count]
        out = rows, partners, kinds
    for x in range(n_base):
        out[0][count], out[1][count], out[2][count] = row, held[0][level, x], kind
        count += 1
    for x in range(n_own):
        if held[1][level, x] != row:
            out[0][count], out[1][count], out[2][count] = row, base_records + held[1][level, x], kind
            count += 1
    return out, count


@njit(types.boolean(_AT, _PLAN, _N, _N), cache=True, nogil=True)
def _goes_on(at, plan, row, kind):  # type: ignore[no-untyped-def]
    """Whether some path of the kind has a further feature that the record bears."""
    for p in range(len(plan.kind)):
        if plan.kind[p] == kind:
            for k in range(plan.at[p] + plan.start[p], plan.at[p + 1]):
                if at[plan.features[k], row] < at[plan.features[k], row + 1]:
                    return True
    return False


@njit(_N(_AT, _PLAN, _N, _N, types.boolean, _I8), cache=True, nogil=True)
def _path(at, plan, row, p, search, path):  # type: ignore[no-untyped-def]
    """Writes the features of a path that the record bears and returns how many; 0 where it lacks one of the start. Without `search` the
    path ends before the first that is missing, as the batch's refinement does."""
    depth = 0
    for k in range(plan.at[p], plan.at[p + 1]):
        f = plan.features[k]
        if at[f, row] < at[f, row + 1]:
            path[depth] = f
            depth += 1
        elif k - plan.at[p] < plan.start[p]:
            return 0
        elif not search:
            break
    return depth


@njit(_N(_I4, _N, _N), cache=True, nogil=True)
def _spread(rows, n, most):  # type: ignore[no-untyped-def]
    """Moves `most` of the n rows, evenly spread, to the front; returns how many there are now."""
    kept = min(n, most)
    for x in range(kept):
        rows[x] = rows[x * n // kept]
    return kept


@njit(_N(_I4, _N, _N, _N), cache=True, nogil=True)
def _neighbours(rows, n, place, each_side):  # type: ignore[no-untyped-def]
    """Moves the rows around number `place` to the front; returns how many there are now."""
    first, last = cut(rows[:n], place, each_side)
    for x in range(first, last):
        rows[x - first] = rows[x]
    return last - first


@njit(_N(_I4, _TABLE, _SETS, _N, _I4), cache=True, nogil=True)
def _cut_down(upper, base, dense, value, out):  # type: ignore[no-untyped-def]
    """Writes those records of a list that bear a value of the base into `out`; returns how many."""
    b, e = begin_of(base[0], value)
    if e - b > 2 * len(upper) and len(dense[0]):
        k = position(dense[0], 0, len(dense[0]), value)
        if k >= 0:
            return intersect_set(upper, dense[1][k], out)
    return intersect(upper, base[1][b:e], out)


@njit(
    _OUT_AND_COUNT(_TABLE, _SETS, _TABLE, _ASKED, _PLAN, _BOUNDS, _I8, _LEFT_OUT, _HELD, _OUT, _N, _N, _N),
    cache=True,
    nogil=True,
)
def _walk(base, dense, own, asked, plan, bounds, place, left_out, held, out, count, row, p):  # type: ignore[no-untyped-def]  # noqa: PLR0912, PLR0915
    """Follow one path of one record: intersect, take what is small enough, go deeper where it is not."""
    at = asked[0]
    kind, begin, cap = plan.kind[p], plan.start[p], plan.caps[plan.kind[p]]
    search = bounds[3] >= 0
    path = np.empty(DEEPEST, np.int64)
    depth = _path(at, plan, row, p, search, path)
    if not depth:
        return out, count
    whole = depth == plan.at[p + 1] - plan.at[p]  # otherwise the record lacks a feature
    turn, n_base, n_own = np.zeros(DEEPEST, np.int64), np.zeros(DEEPEST, np.int64), np.zeros(DEEPEST, np.int64)
    level = 0
    begun, first_base, first_own = 0, base[1][:0], own[1][:0]  # the lists of the first feature, read where they stand
    turn[0] = at[path[0], row]
    while level >= 0:
        k = turn[level]
        if k >= at[path[level], row + 1]:
            level -= 1
            continue
        turn[level] = k + 1
        b0, b1 = begin_of(base[0], asked[1][k])
        o0, o1 = begin_of(own[0], asked[2][k])
        if level == 0:
            begun, first_base, first_own, n_base[0], n_own[0] = k, base[1][b0:b1], own[1][o0:o1], b1 - b0, o1 - o0
        else:
            up = level - 1
            upper = (held[0][up][: n_base[up]], held[1][up][: n_own[up]]) if up else (first_base, first_own)
            if up == 0 and plan.part_of[path[0]] == path[1] and asked[3][begun] == asked[3][k]:
                n_base[1] = n_base[0]  # nobody is cut off
                held[0][1, : n_base[0]] = first_base
            else:
                n_base[level] = _cut_down(upper[0], base, dense, asked[1][k], held[0][level])
            n_own[level] = intersect(upper[1], own[1][o0:o1], held[1][level])
        size = n_base[level] + n_own[level]
        if level == 0 and begin == 1 and (size <= cap or depth == 1):
            held[0][0, : len(first_base)], held[1][0, : len(first_own)] = first_base, first_own  # may be taken
        if level < begin - 1:
            if size:
                level += 1
                turn[level] = at[path[level], row]
        elif size <= cap:
            if level >= begin or plan.lead[p]:
                out, count = _take(held, level, n_base[level], n_own[level], bounds[2], out, count, row, kind)
        elif level + 1 < depth:
            level += 1
            turn[level] = at[path[level], row]
        elif search:
            if level < begin and _goes_on(at, plan, row, kind):
                continue  # another path splits this group
            some = _spread(held[0][level], n_base[level], bounds[3])
            out, count = _take(held, level, some, 0, bounds[2], out, count, row, kind)
            left_out[row, kind] = max(left_out[row, kind], n_base[level] - some)
        elif whole:
            some = _neighbours(held[0][level], n_base[level], place[row], NEIGHBOURS)
            out, count = _take(held, level, some, 0, bounds[2], out, count, row, kind)
            left_out[row, kind] = max(left_out[row, kind], n_base[level] - some)
    return out, count


@njit(_OUT(_TABLE, _SETS, _TABLE, _ASKED, _PLAN, _BOUNDS, _I8, _LEFT_OUT), cache=True, nogil=True)
def look(base, dense, own, asked, plan, bounds, place, left_out):  # type: ignore[no-untyped-def]
    """(row, partner, kind) of the new rows bounds[0] to bounds[1]; bounds[2]: records of the base, bounds[3]: most of a group that stays
    too large, -1 for neighbours only."""
    at = asked[0]
    longest = longest_own = np.int64(1)
    for p in range(len(plan.kind)):  # no list gets longer than the one that a path begins with
        f = plan.features[plan.at[p]]
        for k in range(at[f, bounds[0]], at[f, bounds[1]]):
            b, e = begin_of(base[0], asked[1][k])
            longest = max(longest, e - b)
            b, e = begin_of(own[0], asked[2][k])
            longest_own = max(longest_own, e - b)
    held = np.empty((DEEPEST, longest), np.int32), np.empty((DEEPEST, longest_own), np.int32)
    out = np.empty(1024, np.int32), np.empty(1024, np.int32), np.empty(1024, np.int8)
    count = 0
    for row in range(bounds[0], bounds[1]):
        for p in range(len(plan.kind)):
            out, count = _walk(base, dense, own, asked, plan, bounds, place, left_out, held, out, count, row, p)
    return out[0][:count].copy(), out[1][:count].copy(), out[2][:count].copy()
