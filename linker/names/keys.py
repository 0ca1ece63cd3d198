"""Keys: what two names must share to be worth comparing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit, types
from numba.np.numpy_support import from_dtype
from numpy.typing import NDArray

from linker.names.canonical import NameTokens, Role
from linker.names.dictionary import TokenDictionary
from linker.names.levels import KeyKind
from linker.names.numbering import INVERSE
from linker.names.sounds import Code, finished
from linker.names.token_rows import TOKEN, Ending
from linker.names.workspace import I4S, I8S, U1S

_STRICT, _NEAR, _LOOSE = int(KeyKind.STRICT), int(KeyKind.NEAR), int(KeyKind.LOOSE)
_INITIAL = int(Role.INITIAL)
ROW = from_dtype(TOKEN)
_ROWS = ROW[::1]
_CONSONANT = Ending.CONSONANT
MOST_JOINED = 4
"""So many neighbouring words at most make a key as if they were written as one."""
MOST_WAYS = MOST_JOINED - 1 + 2
"""So many such keys at most begin with one word: two words are written together in up to three ways."""
_APART, _ONCE, _SILENT = 0, 1, 2
"""How two words meet: every letter is written; a consonant that both share is written once, an aspirate counts for both, and h makes an
aspirate of the consonant before it (Zahid Husain, Zahidhusain); h leaves no trace (Aziz Hasan, Azizhasan, where z is j)."""
_H = 104


@dataclass(frozen=True)
class NameKeys:
    """Keys of names, several rows per name, all arrays of one length.

    `name_id` (int32) whose, `token` (int16) which token from 0, `kind` (int8, a `KeyKind`), `key` (int64, the same in every process),
    `bits` (float32) its rarity: -log2 of the share of records that bear it. STRICT and NEAR are one key space: a NEAR key of one name meets
    the STRICT key of another.
    """

    name_id: NDArray[np.int32]
    token: NDArray[np.int16]
    kind: NDArray[np.int8]
    key: NDArray[np.int64]
    bits: NDArray[np.float32]


@njit(types.int64(I4S, U1S, I8S), cache=True, nogil=True)
def _room(ids, role, near_start):  # type: ignore[no-untyped-def]
    """How many key rows the names make at most."""
    count = 0
    for k in range(len(ids)):
        if not role[k] & _INITIAL:
            count += 2 + MOST_WAYS + near_start[ids[k] + 1] - near_start[ids[k]]
    return count


@njit(types.uint64(types.uint64, types.uint8, ROW, types.int64), cache=True, nogil=True)
def _join(value, last, row, way):  # type: ignore[no-untyped-def]
    """The value of words written together: those behind `value`, whose last letter is `last`, and one more. m before b and p is n, as in
    one word."""
    power = row.power
    shorter = power * INVERSE
    if way != _APART and row.first == _H:
        if way == _ONCE and (last == 98 or last == 100 or last == 103 or last == 106 or last == 107 or last == 116):  # noqa: PLR1714  numba: no set of constants
            value -= np.uint64(32)
        elif way == _ONCE and last == 112:  # ph is f
            value -= np.uint64(10)
        return value * shorter + (row.inner - np.uint64(_H) * shorter)
    if way == _ONCE and last == row.first:
        return value * shorter + (row.inner - np.uint64(last) * shorter)
    if way == _ONCE and last >= 97 and row.first == last - 32:
        return (value - np.uint64(last)) * INVERSE * power + row.inner
    if last == 109 and (row.first == 98 or row.first == 66 or row.first == 112):  # noqa: PLR1714  numba: no set of constants
        value += np.uint64(1)
    return value * power + row.inner


@njit(
    types.int64(_ROWS, I4S, I4S, U1S, I8S, I8S, types.uint64[::1], I4S, types.int16[::1], types.int8[::1], I8S),
    cache=True,
    nogil=True,
)
def _fill(rows, offsets, ids, role, near_start, near_key, joined, name_id, token, kind, key):  # type: ignore[no-untyped-def]
    """Writes the key rows; those in `joined` order (kind NEAR of several words as one) still hold their unfinished value as key."""
    at = 0
    pending = 0
    for name in range(len(offsets) - 1):
        for k in range(offsets[name], offsets[name + 1]):
            if role[k] & _INITIAL:
                continue
            t, position = ids[k], k - offsets[name]
            name_id[at], token[at], kind[at], key[at] = name, position, _STRICT, rows[t]["strict"]
            name_id[at + 1], token[at + 1], kind[at + 1], key[at + 1] = name, position, _LOOSE, rows[t]["loose"]
            at += 2
            for n in range(near_start[t], near_start[t + 1]):
                if near_key[n] != rows[t]["strict"]:
                    name_id[at], token[at], kind[at], key[at] = name, position, _NEAR, near_key[n]
                    at += 1
            value, last, soft = rows[t]["value"], rows[t]["last"], rows[t]["ending"] != _CONSONANT
            for j in range(k + 1, min(offsets[name + 1], k + MOST_JOINED)):
                if role[j] & _INITIAL:
                    break
                row = rows[ids[j]]
                breathed = row.first == _H and not soft
                usual = _APART if soft else _ONCE
                if j == k + 1:  # two words: all ways of writing
                    for way in range(_SILENT + 1):
                        shared = way != _SILENT and (last == row.first or last == row.first + 32)
                        silent = way == _SILENT and (last == 106 or last == 107)  # noqa: PLR1714  z and q as well as j and k
                        if way != usual and (shared or (breathed and (way == _APART or silent))):
                            joined[pending] = _join(value, last, row, way)
                            name_id[at], token[at], kind[at], key[at] = name, position, _NEAR + 100, pending
                            at, pending = at + 1, pending + 1
                value = _join(value, last, row, usual)
                joined[pending] = value
                name_id[at], token[at], kind[at], key[at] = name, position, _NEAR + 100, pending
                at, pending = at + 1, pending + 1
                if row.last:
                    last, soft = row.last, row.ending != _CONSONANT
    return at


@dataclass(frozen=True)
class KeyCounts:
    """How many of `total` records bear each key (sorted)."""

    key: NDArray[np.int64]
    n: NDArray[np.float64]
    total: float

    def bits(self, key: NDArray[np.int64]) -> NDArray[np.float32]:
        """-log2 of the share of records with each key; a key nobody bears counts as borne once."""
        at = np.minimum(np.searchsorted(self.key, key), len(self.key) - 1)
        n = np.where(self.key[at] == key, self.n[at], 1.0)
        return np.asarray(-np.log2(np.minimum(n / max(self.total, 1.0), 1.0)), np.float32)


def make_keys(
    names: NameTokens, tokens: TokenDictionary, counts: NDArray[np.int64], known: KeyCounts | None = None
) -> tuple[NameKeys, KeyCounts]:
    """Keys of every name. `counts` says how many records bear each name, which makes the rarity of a key, unless `known` says it."""
    room = int(_room(names.ids, names.role, tokens.near_start))
    name_id, token = np.empty(room, np.int32), np.empty(room, np.int16)
    kind, key = np.empty(room, np.int8), np.empty(room, np.int64)
    joined = np.zeros(MOST_WAYS * len(names.ids) + 1, np.uint64)
    columns = (name_id, token, kind, key)
    near = (tokens.near_start, tokens.near_key)
    used = int(_fill(tokens.rows, names.offsets, names.ids, names.role, *near, joined, *columns))
    name_id, token, kind, key = name_id[:used], token[:used], kind[:used], key[:used]
    pending = kind > _NEAR + 50
    key[pending] = finished(joined, Code.STRICT)[key[pending]]
    kind[pending] = _NEAR
    if known is not None:
        return NameKeys(name_id, token, kind, key, known.bits(key)), known
    distinct, at = np.unique(key, return_inverse=True)
    # a name that makes a key twice counts twice: seldom, and on the side of calling the key common
    borne = np.bincount(at, weights=np.maximum(counts[name_id], 1), minlength=len(distinct)).astype(np.float64)
    total = float(np.maximum(counts, 1).sum())
    bits = -np.log2(np.minimum(borne / max(total, 1.0), 1.0))
    return NameKeys(name_id, token, kind, key, bits[at].astype(np.float32)), KeyCounts(distinct, borne, total)
