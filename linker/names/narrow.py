"""A few names of a table as a small table of their own: what a search compares, with names and tokens numbered anew.

A query asks several times about the same few hundred names. They are gathered once; after that every question runs on small arrays, as it
does in a batch, and whatever is found out about two words of the table is kept for the next query.
"""

from __future__ import annotations

import numpy as np
from numba import njit, types
from numpy.typing import NDArray

from linker.names.canonical import NameTokens
from linker.names.numbering import table_slot
from linker.names.workspace import I4S, I8S, TABLE, U1S

_NAMES = types.Tuple((I4S, I4S, U1S))  # type: ignore[no-untyped-call]
_GATHERED = types.Tuple((I4S, I8S, I4S, I4S, U1S, I8S))  # type: ignore[no-untyped-call]


@njit(types.int64(TABLE, types.int64, types.int64), cache=True, nogil=True)
def _place(table, value, count):  # type: ignore[no-untyped-def]
    """The number of a value in an open-addressing table: its own, or `count` after entering it."""
    slot = table_slot(table, value)
    if slot >= 0:
        return table[slot, 1]
    slot = -1 - slot
    table[slot, 0], table[slot, 1] = value, count
    return count


@njit(TABLE(types.int64), cache=True, nogil=True)
def _room(values):  # type: ignore[no-untyped-def]
    """A table for so many values."""
    size = 16
    while size < 2 * values:
        size *= 2
    table = np.empty((size, 2), np.int64)
    table[:, 0] = -1
    return table


@njit(types.void(_NAMES, I8S, types.int64, I4S), cache=True, nogil=True)
def _ends(part, numbers, first, offsets):  # type: ignore[no-untyped-def]
    """Writes where the tokens of names end, behind what `offsets` begins with. The part's names have numbers from `first` on."""
    at = part[0]
    for k in range(len(numbers)):
        name = numbers[k] - first
        offsets[k + 1] = offsets[k] + at[name + 1] - at[name]


@njit(types.void(_NAMES, I8S, types.int64, I4S, I4S, U1S), cache=True, nogil=True)
def _copy(part, numbers, first, offsets, ids, role):  # type: ignore[no-untyped-def]
    """Writes the tokens of names and their roles to where `offsets` says."""
    at, part_ids, part_role = part
    for k in range(len(numbers)):
        start = np.int64(at[numbers[k] - first]) - offsets[k]
        for i in range(offsets[k], offsets[k + 1]):
            ids[i], role[i] = part_ids[start + i], part_role[start + i]


@njit(_GATHERED(I4S, types.int64, _NAMES, _NAMES), cache=True, nogil=True)
def _gather(wanted, first, base, added):  # type: ignore[no-untyped-def]
    """The distinct names among `wanted` (-1: none) in the order of their numbers; names from `first` on stand in `added`.

    Gives `wanted` numbered anew, the names' old numbers, offsets, ids (numbered anew) and roles of their tokens, and the tokens' old
    numbers.
    """
    seen = _room(len(wanted))
    numbers = np.empty(len(wanted), np.int64)
    count = 0
    for k in range(len(wanted)):
        if wanted[k] >= 0 and _place(seen, np.int64(wanted[k]), np.int64(count)) == count:
            numbers[count] = wanted[k]
            count += 1
    numbers = np.sort(numbers[:count])
    for k in range(count):
        seen[table_slot(seen, numbers[k]), 1] = k
    renumbered = np.empty(len(wanted), np.int32)
    for k in range(len(wanted)):
        renumbered[k] = seen[table_slot(seen, np.int64(wanted[k])), 1] if wanted[k] >= 0 else -1
    own = np.searchsorted(numbers, first)
    offsets = np.zeros(count + 1, np.int32)
    _ends(base, numbers[:own], np.int64(0), offsets[: own + 1])
    _ends(added, numbers[own:], first, offsets[own:])
    ids, role = np.empty(offsets[count], np.int32), np.empty(offsets[count], np.uint8)
    _copy(base, numbers[:own], np.int64(0), offsets[: own + 1], ids, role)
    _copy(added, numbers[own:], first, offsets[own:], ids, role)
    known = _room(np.int64(len(ids)))
    tokens = np.empty(len(ids), np.int64)
    n = 0
    for i in range(len(ids)):
        token = np.int64(ids[i])
        ids[i] = _place(known, token, np.int64(n))
        if ids[i] == n:
            tokens[n] = token
            n += 1
    order = np.argsort(tokens[:n])
    rank = np.empty(n, np.int32)
    for k in range(n):
        rank[order[k]] = k
    for i in range(len(ids)):
        ids[i] = rank[ids[i]]
    tokens = tokens[:n][order]
    return renumbered, numbers, offsets, ids, role, tokens


def gathered(
    wanted: NDArray[np.int32], first: int, base: NameTokens, added: NameTokens
) -> tuple[NDArray[np.int32], NDArray[np.int64], NameTokens, NDArray[np.int64]]:
    """The distinct names among `wanted`: `wanted` numbered anew, the names' old numbers ascending, their tokens, and these' old numbers."""
    renumbered, numbers, offsets, ids, role, tokens = _gather(
        wanted, first, (base.offsets, base.ids, base.role), (added.offsets, added.ids, added.role)
    )
    return renumbered, numbers, NameTokens(offsets, ids, role, np.zeros(len(numbers), np.int8), []), tokens
