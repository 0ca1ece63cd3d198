"""From the keys of distinct names to the keys of records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numba import njit, types

from linker.matching.csr import Csr, collect
from linker.names.levels import KeyKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from linker.names.table import NameTable

INFORMATIVE_BITS = 5.0
"""A name token shared by more than one record in 2**5 is no start for a group, unless the name has nothing rarer."""
_STRICT = int(KeyKind.STRICT)
_STATED, _ALL = int(KeyKind.LOOSE), max(map(int, KeyKind)) + 1
_STATED_KINDS, _ALL_KINDS = np.int8(_STATED), np.int8(_ALL)
_EQUAL_BITS = np.float32(1e-3)
_I8S = types.int64[::1]
_EVERY = np.empty(0, np.int64)
FIELDS = 5
"""The columns of names of a record: its own, and those of four relatives."""
_LISTS = types.Tuple((_I8S, _I8S))  # type: ignore[no-untyped-call]
_KEYS = types.Tuple((types.int32[::1], types.int8[::1], _I8S, types.float32[::1]))  # type: ignore[no-untyped-call]

Bearers = tuple["NDArray[np.int64]", "NDArray[np.int64]", int]
"""(row, name number) pairs in any order, and how many rows there are."""


def keys_of_bearers(
    names: NameTable, bearers: Bearers, *, informative: bool, loose: bool = False, only: NDArray[np.int64] | None = None
) -> Csr:
    """Strict and near (and `loose`) keys of the names that each row bears; with `informative` only those of a name's rarer tokens, or of
    its rarest where all are common. `only`: ascending, all names that occur, where the table holds many more."""
    rows, through, n = bearers
    count = len(names) if only is None else len(only)
    if not count:
        return Csr.empty(n)
    keys = names.keys() if only is None else names.keys_of(only)
    kinds = np.int8(_ALL if loose else _STATED)
    least = np.float32(INFORMATIVE_BITS if informative else -np.inf)
    of_names = (keys.name_id, keys.kind, keys.key, keys.bits)
    return Csr(*_dealt(of_names, (kinds, least), _EVERY if only is None else only, count, rows, through, n))


@njit(
    _LISTS(_KEYS, types.Tuple((types.int8, types.float32)), _I8S, types.int64, _I8S, _I8S, types.int64),  # type: ignore[no-untyped-call]
    cache=True,
    nogil=True,
)
def _dealt(keys, wanted, only, names, rows, through, n):  # type: ignore[no-untyped-def]
    """The wanted keys (kinds below one, so many bits at least or as many as their name's rarest word) of names, collected by the rows that
    bear these. How rare a word is its strict key says: a loose or near key that is rarer (Sonu, whose skeleton is one of Singh's too) must
    not displace it."""
    name_id, kind, key, bits = keys
    kinds, least = wanted
    rarest = np.zeros(names, np.float32)
    for k in range(len(key)):
        if kind[k] == _STRICT:
            rarest[name_id[k]] = max(rarest[name_id[k]], bits[k])
    start = np.zeros(names + 1, np.int64)
    chosen = np.empty(len(key), np.bool_)
    for k in range(len(key)):
        said = bits[k] >= least or bits[k] >= rarest[name_id[k]] - _EQUAL_BITS
        chosen[k] = kind[k] < kinds and said
        start[name_id[k] + 1] += chosen[k]
    for i in range(names):
        start[i + 1] += start[i]
    values, end = np.empty(start[-1], np.int64), start[:-1].copy()
    for k in range(len(key)):
        if chosen[k]:
            values[end[name_id[k]]] = key[k]
            end[name_id[k]] += 1
    at = through if len(only) == 0 else np.searchsorted(only, through)
    room = 0
    for k in range(len(rows)):
        room += start[at[k] + 1] - start[at[k]]
    out_rows, out = np.empty(room, np.int64), np.empty(room, np.int64)
    count = 0
    for k in range(len(rows)):
        for i in range(start[at[k]], start[at[k] + 1]):
            out_rows[count], out[count] = rows[k], values[i]
            count += 1
    return collect(out_rows, out, n)


def bearers(columns: Sequence[NDArray[np.int32]], aliases: Csr | None, n: int) -> Bearers:
    """Who bears the names that stand in some columns (-1: none), and in lists of aliases."""
    rows = [np.flatnonzero(column >= 0) for column in columns]
    names = [column[at].astype(np.int64) for column, at in zip(columns, rows, strict=True)]
    if aliases is not None and len(aliases.values):
        rows.append(aliases.rows)
        names.append(aliases.values)
    return np.concatenate(rows), np.concatenate(names), n


@dataclass(frozen=True)
class FewKeys:
    """Keys of the names that a few records bear: all of their own and of their relatives' names, and those by which each is looked for."""

    own: Csr
    relatives: Csr
    own_start: Csr
    relatives_start: Csr


def keys_of_few(
    names: NameTable, columns: Sequence[NDArray[np.int32]], aliases: Csr, only: NDArray[np.int64]
) -> FewKeys:
    """What `keys_of_bearers` gives for a few records: of `columns`, the first holds their own names. `only`: ascending, all names that
    occur."""
    if not len(only):
        return FewKeys(*[Csr.empty(len(aliases)) for _ in range(4)])
    keys = names.keys_of(only)
    of_names = (keys.name_id, keys.kind, keys.key, keys.bits)
    found = _dealt_to_few(
        of_names, only, tuple(columns), (aliases.offsets, aliases.values), np.float32(INFORMATIVE_BITS)
    )
    return FewKeys(*[Csr(*lists) for lists in found])


@njit(
    types.UniTuple(_LISTS, 4)(_KEYS, _I8S, types.UniTuple(types.int32[::1], FIELDS), _LISTS, types.float32),  # type: ignore[no-untyped-call]
    cache=True,
    nogil=True,
)
def _dealt_to_few(keys, only, columns, aliases, informative):  # type: ignore[no-untyped-def]
    n, every = len(columns[0]), np.float32(-np.inf)
    room = n * len(columns) + len(aliases[1])
    rows, through = np.empty((2, room), np.int64), np.empty((2, room), np.int64)
    count = np.zeros(2, np.int64)
    for f in range(len(columns)):
        side = min(f, 1)
        for row in range(n):
            if columns[f][row] >= 0:
                rows[side, count[side]], through[side, count[side]] = row, columns[f][row]
                count[side] += 1
    for row in range(n):
        for k in range(aliases[0][row], aliases[0][row + 1]):
            rows[0, count[0]], through[0, count[0]] = row, aliases[1][k]
            count[0] += 1
    own = rows[0, : count[0]], through[0, : count[0]]
    others = rows[1, : count[1]], through[1, : count[1]]
    names = len(only)
    return (
        _dealt(keys, (_STATED_KINDS, every), only, names, own[0], own[1], n),
        _dealt(keys, (_ALL_KINDS, every), only, names, others[0], others[1], n),
        _dealt(keys, (_STATED_KINDS, informative), only, names, own[0], own[1], n),
        _dealt(keys, (_STATED_KINDS, informative), only, names, others[0], others[1], n),
    )
