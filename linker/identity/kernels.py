"""Compiled kernels on record graphs: joining under constraints, and the weakest link that holds each group.

Groups are union–find trees. Each group also carries lists of its pairs: those that must stay apart, those that speak against, those that
link. Two groups are compared by walking the shorter list, and lists are joined in one step, so a million records with millions of pairs
take about a second.
"""

from __future__ import annotations

from typing import NamedTuple

import numba as nb
import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.int32]
Codes = npt.NDArray[np.int8]
Weights = npt.NDArray[np.float32]

CANNOT, AGAINST = 1, 2  # Held.CANNOT_LINK, Held.CONTRADICTION
ALL = 1 << 40  # more than there can be
PASSES = 3  # a link refused early may be right once both groups have grown


class Pairs(NamedTuple):
    """Two arrays of row numbers."""

    left: Rows
    right: Rows


class Lists(NamedTuple):
    """Per group a chained list of entries; entries 2e and 2e + 1 are the two ends of pair e."""

    first: Rows
    last: Rows
    length: Rows
    following: Rows
    other: Rows


class Groups(NamedTuple):
    """The groups so far, with the pairs between them that keep apart, speak against, and link."""

    parent: Rows
    size: Rows
    apart: Lists
    doubt: Lists
    support: Lists


_ROWS = nb.int32[::1]
_CODES = nb.int8[::1]
_PAIRS = nb.types.NamedUniTuple(_ROWS, 2, Pairs)  # type: ignore[no-untyped-call]
_LISTS = nb.types.NamedUniTuple(_ROWS, 5, Lists)  # type: ignore[no-untyped-call]
_GROUPS = nb.types.NamedTuple((_ROWS, _ROWS, _LISTS, _LISTS, _LISTS), Groups)  # type: ignore[no-untyped-call]


@nb.njit(nb.int32(_ROWS, nb.int32), cache=True, nogil=True)
def find(parent: Rows, row: int) -> int:
    """The root of `row`'s group, shortening the path on the way."""
    while parent[row] != row:
        parent[row] = parent[parent[row]]
        row = parent[row]
    return row


@nb.njit(_ROWS(_ROWS), cache=True, nogil=True)
def smallest(parent: Rows) -> Rows:
    """Each row's group named by its smallest row."""
    label = np.full(len(parent), -1, np.int32)
    named = np.empty(len(parent), np.int32)
    for row in range(len(parent)):
        root = find(parent, row)
        if label[root] < 0:
            label[root] = row
        named[row] = label[root]
    return named


@nb.njit(_ROWS(nb.int64, _PAIRS, _PAIRS), cache=True, nogil=True)
def components(n: int, must: Pairs, links: Pairs) -> Rows:
    """Each row's connected component, named by its smallest row."""
    parent = np.arange(n).astype(np.int32)
    for e in range(len(must.left) + len(links.left)):
        decided = e < len(must.left)
        at = e if decided else e - len(must.left)
        a = find(parent, must.left[at] if decided else links.left[at])
        b = find(parent, must.right[at] if decided else links.right[at])
        if a != b:
            parent[max(a, b)] = min(a, b)
    return smallest(parent)


@nb.njit(_ROWS(_ROWS, _ROWS), cache=True, nogil=True)
def grouped(label: Rows, left: Rows) -> Rows:
    """Positions of pairs by the group of their left row, those of one group in the given order: memory is then walked group by group."""
    start = np.zeros(len(label) + 1, np.int32)
    for e in range(len(left)):
        start[label[left[e]] + 1] += 1
    for g in range(len(label)):
        start[g + 1] += start[g]
    order = np.empty(len(left), np.int32)
    for e in range(len(left)):
        g = label[left[e]]
        order[start[g]] = e
        start[g] += 1
    return order


@nb.njit(_LISTS(nb.int64, _PAIRS), cache=True, nogil=True)
def chain(n: int, pairs: Pairs) -> Lists:
    """Each row's entries as a list, both directions of every pair."""
    entries = 2 * len(pairs.left)
    first = np.full(n, -1, np.int32)
    last = np.full(n, -1, np.int32)
    count = np.zeros(n, np.int32)
    following = np.full(entries, -1, np.int32)
    other = np.empty(entries, np.int32)
    for e in range(len(pairs.left)):
        for side in range(2):
            row = pairs.left[e] if side == 0 else pairs.right[e]
            entry = 2 * e + side
            other[entry] = pairs.right[e] if side == 0 else pairs.left[e]
            if first[row] < 0:
                first[row] = entry
            else:
                following[last[row]] = entry
            last[row] = entry
            count[row] += 1
    return Lists(first, last, count, following, other)


@nb.njit(nb.int64(_ROWS, _LISTS, nb.int32, nb.int32, nb.int64), cache=True, nogil=True)
def across(parent: Rows, lists: Lists, a: int, b: int, enough: int) -> int:
    """How many listed pairs lie between the groups with roots a and b, counting no further than `enough`."""
    if lists.length[a] > lists.length[b]:
        a, b = b, a
    found = 0
    entry = lists.first[a]
    while entry >= 0 and found < enough:
        if find(parent, lists.other[entry]) == b:
            found += 1
        entry = lists.following[entry]
    return found


@nb.njit(nb.void(_LISTS, nb.int32, nb.int32), cache=True, nogil=True)
def append(lists: Lists, a: int, b: int) -> None:
    """Put b's list behind a's."""
    if lists.first[b] < 0:
        return
    if lists.first[a] < 0:
        lists.first[a] = lists.first[b]
    else:
        lists.following[lists.last[a]] = lists.first[b]
    lists.last[a] = lists.last[b]
    lists.length[a] += lists.length[b]


@nb.njit(nb.void(_GROUPS, nb.int32, nb.int32), cache=True, nogil=True)
def merge(groups: Groups, a: int, b: int) -> None:
    """Make one group of those with roots a and b."""
    if groups.size[a] < groups.size[b]:
        a, b = b, a
    groups.parent[b] = a
    groups.size[a] += groups.size[b]
    append(groups.apart, a, b)
    append(groups.doubt, a, b)
    append(groups.support, a, b)


@nb.njit(nb.int8(_GROUPS, nb.int32, nb.int32, nb.float64), cache=True, nogil=True)
def objection(groups: Groups, a: int, b: int, tolerance: float) -> int:
    """Why the groups with roots a and b must not be joined by a link, or 0."""
    if across(groups.parent, groups.apart, a, b, 1):
        return CANNOT
    against = across(groups.parent, groups.doubt, a, b, ALL)
    if against and against > tolerance * across(groups.parent, groups.support, a, b, ALL):
        return AGAINST
    return 0


_JOINED = nb.types.Tuple((_ROWS, _CODES))  # type: ignore[no-untyped-call]


@nb.njit(_JOINED(nb.int64, _PAIRS, _PAIRS, _PAIRS, _PAIRS, nb.float64), cache=True, nogil=True)
def join(n: int, must: Pairs, links: Pairs, cannot: Pairs, against: Pairs, tolerance: float) -> tuple[Rows, Codes]:
    """Join groups along `must`, then along `links` in the given order.

    A join is refused when a `cannot` pair lies between the groups, and (links only) when the `against` pairs between them are more
    than `tolerance` times the links between them. Gives each row the smallest row of its group, and per link 0 or why it was refused.
    """
    groups = Groups(
        np.arange(n).astype(np.int32), np.ones(n, np.int32), chain(n, cannot), chain(n, against), chain(n, links)
    )
    for e in range(len(must.left)):
        a, b = find(groups.parent, must.left[e]), find(groups.parent, must.right[e])
        if a != b and across(groups.parent, groups.apart, a, b, 1) == 0:
            merge(groups, a, b)
    status = np.zeros(len(links.left), np.int8)
    pending = np.arange(len(links.left)).astype(np.int32)
    for _ in range(PASSES):
        refused = 0
        for at in range(len(pending)):
            e = pending[at]
            a, b = find(groups.parent, links.left[e]), find(groups.parent, links.right[e])
            status[e] = 0
            if a == b:
                continue
            status[e] = objection(groups, a, b, tolerance)
            if status[e]:
                pending[refused] = e
                refused += 1
            else:
                merge(groups, a, b)
        if refused == 0 or refused == len(pending):
            break
        pending = pending[:refused]
    return smallest(groups.parent), status


@nb.njit(nb.float32[::1](nb.int64, _PAIRS, _PAIRS, nb.float32[::1]), cache=True, nogil=True)
def weakest(n: int, must: Pairs, links: Pairs, weight: Weights) -> Weights:
    """Per row the smallest weight on its group's strongest spanning tree; links by falling weight, all inside groups.

    nan for a record alone, infinity where `must` pairs alone hold the group.
    """
    parent = np.arange(n).astype(np.int32)
    size = np.ones(n, np.int32)
    least = np.full(n, np.inf, np.float32)
    for e in range(len(must.left) + len(links.left)):
        decided = e < len(must.left)
        at = e if decided else e - len(must.left)
        a = find(parent, must.left[at] if decided else links.left[at])
        b = find(parent, must.right[at] if decided else links.right[at])
        if a == b:
            continue
        if size[a] < size[b]:
            a, b = b, a
        parent[b] = a
        size[a] += size[b]
        least[a] = min(least[a], least[b])
        if not decided:
            least[a] = min(least[a], weight[at])
    held = np.empty(n, np.float32)
    for row in range(n):
        root = find(parent, row)
        held[row] = least[root] if size[root] > 1 else np.nan
    return held
