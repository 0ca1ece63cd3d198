"""Weight and level of many pairs of names: distinct pairs once, token pairs once, in two threads."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linker.names.canonical import NameTokens
from linker.names.numbering import fill_in
from linker.names.scoring import collect_pairs, room_for, score_pairs
from linker.names.space import PairTable
from linker.names.workspace import PARAMETER_VALUES, workspace

_CHUNK = 1 << 15
_BLOCK = 1 << 20
_NONE, _NOWHERE = np.zeros(0, np.int32), np.zeros(0, np.int64)
_THREADS = min(4, os.cpu_count() or 1)


@dataclass(frozen=True)
class NameAgreement:
    """What pairs of names are worth: `weight` in bits (float32) and `level` (int8, a `NameLevel`)."""

    weight: NDArray[np.float32]
    level: NDArray[np.int8]


@dataclass(frozen=True)
class Pairs:
    """Pairs of name numbers, and the numbers of the names of the persons whose relatives they are (-1: none)."""

    left: NDArray[np.int32]
    right: NDArray[np.int32]
    owner_left: NDArray[np.int32]
    owner_right: NDArray[np.int32]

    @classmethod
    def of(
        cls,
        left: NDArray[np.int32],
        right: NDArray[np.int32],
        owner_left: NDArray[np.int32] | None = None,
        owner_right: NDArray[np.int32] | None = None,
    ) -> Pairs:
        """Arrays of one length as contiguous int32; both owners or none.

        Raises:
            ValueError: arrays of different lengths.
        """
        if owner_left is None or owner_right is None:
            nobody = np.full(len(left), -1, np.int32)
            arrays = [np.ascontiguousarray(a, np.int32) for a in (left, right)] + [nobody, nobody]
        else:
            arrays = [np.ascontiguousarray(a, np.int32) for a in (left, right, owner_left, owner_right)]
        if not len(arrays[0]) == len(arrays[1]) == len(arrays[2]) == len(arrays[3]):
            raise ValueError("left, right and owners must have one length")
        return cls(*arrays)

    def take(self, at: NDArray[np.int64] | slice) -> Pairs:
        return Pairs(self.left[at], self.right[at], self.owner_left[at], self.owner_right[at])

    def __len__(self) -> int:
        return len(self.left)


def agree(names: NameTokens, rows: NDArray[np.void], table: PairTable, pairs: Pairs) -> NameAgreement:
    """Weight and level of every pair; equal pairs are scored once."""
    if len(pairs) > _CHUNK:
        distinct, back = _distinct(pairs)
        if len(distinct) < 0.9 * len(pairs):
            got = _agree(names, rows, table, distinct)
            return NameAgreement(got.weight[back], got.level[back])
    return _agree(names, rows, table, pairs)


def _distinct(pairs: Pairs) -> tuple[Pairs, NDArray[np.int64]]:
    """The distinct pairs, and which of them every pair is."""
    low = pairs.left.astype(np.int64) << 32 | pairs.right.astype(np.uint32)
    if (pairs.owner_left >= 0).any():
        high = pairs.owner_left.astype(np.int64) << 32 | pairs.owner_right.astype(np.uint32)
        order = np.lexsort((low, high))
        changed = (np.diff(low[order]) != 0) | (np.diff(high[order]) != 0)
    else:
        order = np.argsort(low, kind="stable")
        changed = np.diff(low[order]) != 0
    fresh = np.concatenate([[True], changed])
    back = np.empty(len(pairs), np.int64)
    back[order] = np.cumsum(fresh) - 1
    return pairs.take(order[fresh]), back


def _agree(names: NameTokens, rows: NDArray[np.void], table: PairTable, pairs: Pairs) -> NameAgreement:
    weight, level = np.zeros(len(pairs), np.float32), np.zeros(len(pairs), np.int8)
    with table.lock:
        if len(pairs) <= _CHUNK:
            (numbered,) = number_pairs(names, rows, table, [pairs])
            _score(names, rows, table, pairs, numbered, NameAgreement(weight, level))
            return NameAgreement(weight, level)
        for start in range(0, len(pairs), _BLOCK):  # in blocks, so that working space does not grow with the pairs
            block = slice(start, start + _BLOCK)
            _agree_block(names, rows, table, pairs.take(block), NameAgreement(weight[block], level[block]))
    return NameAgreement(weight, level)


def _agree_block(
    names: NameTokens,
    rows: NDArray[np.void],
    table: PairTable,
    pairs: Pairs,
    out: NameAgreement,
) -> None:
    chunks = range(-(-len(pairs) // _CHUNK))
    numbered = number_pairs(names, rows, table, [pairs.take(slice(k * _CHUNK, (k + 1) * _CHUNK)) for k in chunks])

    def work(k: int) -> None:
        part = slice(k * _CHUNK, (k + 1) * _CHUNK)
        into = NameAgreement(out.weight[part], out.level[part])
        _score(names, rows, table, pairs.take(part), numbered[k], into)

    _in_threads(work, len(chunks))


def _score(
    names: NameTokens, rows: NDArray[np.void], table: PairTable, pairs: Pairs, numbered: Numbered, out: NameAgreement
) -> None:
    """Align a chunk of pairs whose token pairs are numbered."""
    score_pairs(
        rows, PARAMETER_VALUES[0], names.offsets, names.ids, names.role, pairs.left, pairs.right, pairs.owner_left,
        pairs.owner_right, *numbered, table.weights, table.grades, workspace(), out.weight, out.level,
    )  # fmt: skip


def _in_threads(work: Callable[[int], object], count: int) -> None:
    """Calls work(0), work(1), …; kernels let go of the interpreter lock."""
    if count <= 1:
        for k in range(count):
            work(k)
        return
    with ThreadPoolExecutor(_THREADS) as threads:
        list(threads.map(work, range(count)))


Numbered = tuple[NDArray[np.int32], NDArray[np.int64]]
"""The numbers of the token pairs of some pairs of names, and where those of each pair start."""


def number_pairs(names: NameTokens, rows: NDArray[np.void], table: PairTable, chunks: list[Pairs]) -> list[Numbered]:
    """Per chunk the numbers of its token pairs in the table, entered if need be, and where those of each pair of names start."""
    if len(chunks) == 1:
        (at, start), lacking = _looked_up(names, rows, table, chunks[0])
        if len(lacking):
            fill_in(at, table.add(lacking))
        return [(at, start)]
    found: list[Numbered] = [(_NONE, _NOWHERE)] * len(chunks)
    missing = [_NOWHERE] * len(chunks)

    def look(k: int) -> None:
        found[k], missing[k] = _looked_up(names, rows, table, chunks[k])

    _in_threads(look, len(chunks))
    if any(map(len, missing)):
        numbers = table.add(np.concatenate(missing))
        for (at, _), part in zip(found, np.split(numbers, np.cumsum([len(m) for m in missing])[:-1]), strict=True):
            fill_in(at, np.ascontiguousarray(part))
    return found


def _looked_up(
    names: NameTokens, rows: NDArray[np.void], table: PairTable, pairs: Pairs
) -> tuple[Numbered, NDArray[np.int64]]:
    """The numbers of the token pairs of some pairs of names, and the codes that the table lacks."""
    room = room_for(names.offsets, pairs.left, pairs.right)
    at, start, codes = np.empty(room, np.int32), np.empty(len(pairs), np.int64), np.empty(room, np.int64)
    lacking = collect_pairs(
        rows, names.offsets, names.ids, names.role, pairs.left, pairs.right, table.codes, at, start, codes
    )
    return (at, start), codes[:lacking].copy()
