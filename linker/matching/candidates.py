"""Candidate pairs: records that share a key.

A group of records that share a key is paired completely while it is small. A larger group is refined: split by a further feature of its
records, and again, until its parts are small. What is still too large when nothing is left to split by is paired with its neighbours
only and counted, so that the report can say what the cap has cost.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numba as nb
import numpy as np

from linker.matching.entries import Entries, group, once, pack, split, window
from linker.matching.keys import Features, combine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from linker.config.matching import Key

FULL_CAP_RECORDS = 150_000
"""Up to so many records a key's cap is used as configured; beyond it shrinks with the square root, because in a larger population a group
of the same size has more strangers in it."""
NEIGHBOURS = 1
"""With so many on either side each record of a group that nothing splits is paired. More cost a fifth of all pairs at a million records and
found one true pair in three thousand (docs/decisions/0003)."""
KIND_BITS = 4
MAX_KINDS = 1 << KIND_BITS


@dataclass(frozen=True)
class KeyCount:
    """What one kind of key brought."""

    name: str
    pairs: int
    only: int
    """pairs that no other kind found"""
    refined_groups: int
    windowed_groups: int
    windowed_records: int


@dataclass(frozen=True)
class Candidates:
    """Pairs in ascending order, each once. left < right: row numbers; keys: bit k is set where key kind k found the pair."""

    left: NDArray[np.int32]
    right: NDArray[np.int32]
    keys: NDArray[np.uint16]
    counts: tuple[KeyCount, ...]

    def __len__(self) -> int:
        return len(self.left)


def find_candidates(features: Features, specs: Sequence[Key]) -> Candidates:
    """All candidate pairs of the persons behind `features`, by the keys of the configuration."""
    if len(specs) > MAX_KINDS:
        raise ValueError(f"at most {MAX_KINDS} kinds of keys")
    n = features.columns.n
    specs = [spec.model_copy(update={"cap": scaled_cap(spec.cap, n)}) for spec in specs]
    row_bits = max(int(n - 1).bit_length(), 1)
    for spec in specs:  # features are made before the threads start: making them is not thread-safe
        for name in (*spec.start, *(f for chain in spec.refine for f in chain)):
            features.get(name)
    found = _found_by_kind(features, specs, row_bits)
    packed = np.concatenate([f.packed for f in found]) if found else np.empty(0, dtype=np.uint64)
    found = [replace(f, packed=packed[:0]) for f in found]  # half a gigabyte for a million records is not held twice
    packed.sort()
    pairs, kinds = _merge_kinds(packed)
    del packed
    mask = np.uint64((1 << row_bits) - 1)
    left = (pairs >> np.uint64(row_bits)).astype(np.int32)
    right = (pairs & mask).astype(np.int32)
    counts = tuple(
        KeyCount(
            spec.name, int(np.count_nonzero(kinds & np.uint16(1 << k))), int(np.count_nonzero(kinds == np.uint16(1 << k))),
            f.refined, f.windowed_groups, f.windowed_records,
        )
        for k, (spec, f) in enumerate(zip(specs, found, strict=True))
    )  # fmt: skip
    return Candidates(left, right, kinds, counts)


def scaled_cap(cap: int, records: int) -> int:
    """The cap of a key for so many records."""
    return cap if records <= FULL_CAP_RECORDS else max(4, round(cap * (FULL_CAP_RECORDS / records) ** 0.5))


@dataclass(frozen=True)
class _Found:
    """Packed pairs of a kind, or of a part of its work, and what it took."""

    packed: NDArray[np.uint64]
    refined: int = 0
    windowed_groups: int = 0
    windowed_records: int = 0

    @classmethod
    def join(cls, parts: Sequence[_Found], kind: int) -> _Found:
        """All pairs of a kind once, with its number in the low bits."""
        pairs = distinct([p.packed for p in parts])
        pairs <<= np.uint64(KIND_BITS)
        pairs |= np.uint64(kind)
        return cls(
            pairs,
            sum(p.refined for p in parts),
            sum(p.windowed_groups for p in parts),
            max(p.windowed_records for p in parts),
        )


@dataclass(frozen=True)
class _Started:
    """A kind after its first grouping: the pairs of small groups, and the entries of the groups that are too large."""

    found: _Found
    big: Entries


def _found_by_kind(features: Features, specs: Sequence[Key], row_bits: int) -> list[_Found]:
    with ThreadPoolExecutor(2) as pool:
        started = list(pool.map(lambda spec: _start_groups(features, spec, row_bits), specs))
        work = [(kind, chain) for kind, spec in enumerate(specs) for chain in (spec.refine or ((),))]
        refined = list(pool.map(lambda job: _refine(features, specs[job[0]], started[job[0]], job[1], row_bits), work))
    parts: list[list[_Found]] = [[first.found] for first in started]
    started.clear()
    for (kind, _), more in zip(work, refined, strict=True):
        parts[kind].append(more)
    refined.clear()
    found = []
    for kind in range(len(specs)):
        found.append(_Found.join(parts[kind], kind))
        parts[kind].clear()
    return found


def _start_groups(features: Features, spec: Key, row_bits: int) -> _Started:
    keys, rows = _start(features, spec.start)
    pairs, big, refined = group(pack(keys, rows, np.uint64(row_bits)), spec.cap, row_bits)
    return _Started(_Found(pairs, refined), big)


def _refine(features: Features, spec: Key, started: _Started, chain: Sequence[str], row_bits: int) -> _Found:
    """Split the large groups by one feature after the other; pair neighbours in what is left at the end."""
    big, refined = started.big, started.found.refined
    parts, groups = [np.empty(0, dtype=np.uint64)], 0
    for salt, feature in enumerate(chain, start=1):
        pairs, big, refined = group(split(big, features.get(feature), salt, row_bits), spec.cap, row_bits)
        parts.append(distinct([pairs]))
        groups += refined
    left_over = np.zeros(features.columns.n, dtype=bool)
    if len(big):
        parts.append(window(big, np.uint64(row_bits), NEIGHBOURS))
        left_over[(big & np.uint64((1 << row_bits) - 1)).astype(np.int64)] = True
    return _Found(distinct(parts), groups, refined if len(big) else 0, int(np.count_nonzero(left_over)))


def distinct(parts: list[NDArray[np.uint64]]) -> NDArray[np.uint64]:
    """The distinct values of some arrays, ascending; the list is emptied, so that the memory goes back at once. (NumPy's `unique` hashes
    integers, which is several times slower here than sorting.)"""
    ordered = np.concatenate(parts)
    parts.clear()
    ordered.sort()
    return ordered[: once(ordered)].copy()


def _start(features: Features, names: Sequence[str]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """The whole key table of a kind: its start features mixed."""
    first = features.get(names[0])
    keys, rows = first.values.astype(np.uint64), first.rows
    for salt, name in enumerate(names[1:], start=101):
        values = features.get(name)
        keys, rows = combine(keys, rows, values.offsets, values.values, np.uint64(salt))
    return keys, rows


@nb.njit("Tuple((uint64[:], uint16[:]))(uint64[:])", cache=True, nogil=True)
def _merge_kinds(packed: NDArray[np.uint64]) -> tuple[NDArray[np.uint64], NDArray[np.uint16]]:
    """Sorted (pair, kind) numbers to distinct pairs with the set of their kinds as bits."""
    shift = np.uint64(KIND_BITS)
    low = np.uint64(MAX_KINDS - 1)
    distinct = 0
    for i in range(len(packed)):
        if i == 0 or packed[i] >> shift != packed[i - 1] >> shift:
            distinct += 1
    pairs = np.empty(distinct, dtype=np.uint64)
    kinds = np.zeros(distinct, dtype=np.uint16)
    at = -1
    for i in range(len(packed)):
        if i == 0 or packed[i] >> shift != packed[i - 1] >> shift:
            at += 1
            pairs[at] = packed[i] >> shift
        kinds[at] |= np.uint16(1) << np.uint16(packed[i] & low)
    return pairs, kinds
