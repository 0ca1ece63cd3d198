"""Candidate pairs: records that share a key.

A group of records that share a key is paired completely while it is small. A larger group is refined: split by a further feature of its
records, and again, until its parts are small. What is still too large when nothing is left to split by is paired within a sliding window
and counted, so that the report can say what the cap has cost.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numba as nb
import numpy as np

from linker.matching.keys import Features, combine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from linker.config.matching import Key

FULL_CAP_RECORDS = 150_000
"""Up to so many records a key's cap is used as configured; beyond it shrinks with the square root, because in a larger population a group
of the same size has more strangers in it."""
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
    with ThreadPoolExecutor(2) as pool:
        started = list(pool.map(lambda spec: _start_groups(features, spec, row_bits), specs))
        work = [(kind, chain) for kind, spec in enumerate(specs) for chain in (spec.refine or ((),))]
        refined = list(pool.map(lambda job: _refine(features, specs[job[0]], started[job[0]], job[1], row_bits), work))
    found = []
    for kind, first in enumerate(started):
        parts = [f for (of, _), f in zip(work, refined, strict=True) if of == kind]
        found.append(_Found.join([first.found, *parts], kind))
    packed = np.concatenate([f.packed for f in found]) if found else np.empty(0, dtype=np.uint64)
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
        pairs = distinct(np.concatenate([p.packed for p in parts]))
        return cls(
            (pairs << np.uint64(KIND_BITS)) | np.uint64(kind),
            sum(p.refined for p in parts),
            sum(p.windowed_groups for p in parts),
            max(p.windowed_records for p in parts),
        )


@dataclass(frozen=True)
class _Started:
    """A kind after its first grouping: the pairs of small groups, and the entries of the groups that are too large."""

    found: _Found
    big_keys: NDArray[np.uint64]
    big_rows: NDArray[np.int64]


def _start_groups(features: Features, spec: Key, row_bits: int) -> _Started:
    keys, rows = _start(features, spec.start)
    pairs, big_keys, big_rows, refined = _group(keys, rows, spec.cap, row_bits)
    return _Started(_Found(pairs, refined), big_keys, big_rows)


def _refine(features: Features, spec: Key, started: _Started, chain: Sequence[str], row_bits: int) -> _Found:
    """Split the large groups by one feature after the other; pair what is left at the end within a window."""
    keys, rows = started.big_keys, started.big_rows
    parts, groups = [np.empty(0, dtype=np.uint64)], 0
    for salt, feature in enumerate(chain, start=1):
        values = features.get(feature)
        keys, rows = combine(keys, rows, values.offsets, values.values, np.uint64(salt))
        pairs, keys, rows, refined = _group(keys, rows, spec.cap, row_bits)
        parts.append(pairs)
        groups += refined
    if len(rows):
        parts.append(_window(keys, rows, spec.cap, row_bits))
    return _Found(distinct(np.concatenate(parts)), groups, len(distinct(keys)), len(distinct(rows)))


def distinct(values: NDArray[Any]) -> NDArray[Any]:
    """The distinct values, ascending. (NumPy's `unique` hashes integers, which is several times slower here than sorting.)"""
    ordered = np.sort(values)
    fresh = np.ones(len(ordered), dtype=bool)
    fresh[1:] = ordered[1:] != ordered[:-1]
    return ordered[fresh]


def _start(features: Features, names: Sequence[str]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """The whole key table of a kind: its start features mixed."""
    first = features.get(names[0])
    keys, rows = first.values.astype(np.uint64), first.rows
    for salt, name in enumerate(names[1:], start=101):
        values = features.get(name)
        keys, rows = combine(keys, rows, values.offsets, values.values, np.uint64(salt))
    return keys, rows


def _group(
    keys: NDArray[np.uint64], rows: NDArray[np.int64], cap: int, row_bits: int
) -> tuple[NDArray[np.uint64], NDArray[np.uint64], NDArray[np.int64], int]:
    """Pairs of the groups of at most `cap`, and the (key, row) entries of the larger ones with how many groups these are."""
    packed = _pack(keys, rows, row_bits)
    return _pair_groups(packed, np.uint64(row_bits), cap)  # type: ignore[no-any-return]


def _pack(keys: NDArray[np.uint64], rows: NDArray[np.int64], row_bits: int) -> NDArray[np.uint64]:
    """Key and row in one sortable number: the row in the low bits, as much of the spread key as fits above. Two keys that share
    those bits by chance only cost a needless comparison."""
    with np.errstate(over="ignore"):
        spread = (keys ^ (keys >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
    packed = (spread << np.uint64(row_bits)) | rows.astype(np.uint64)
    packed.sort()
    fresh = np.ones(len(packed), dtype=bool)
    fresh[1:] = packed[1:] != packed[:-1]
    return packed[fresh]


@nb.njit("int64(uint64[:], int64, uint64)", cache=True, nogil=True)
def _group_end(packed: NDArray[np.uint64], start: int, row_bits: np.uint64) -> int:
    key = packed[start] >> row_bits
    end = start + 1
    while end < len(packed) and packed[end] >> row_bits == key:
        end += 1
    return end


@nb.njit("Tuple((uint64[:], uint64[:], int64[:], int64))(uint64[:], uint64, int64)", cache=True, nogil=True)
def _pair_groups(  # type: ignore[no-untyped-def]
    packed: NDArray[np.uint64], row_bits: np.uint64, cap: int
):
    mask = (np.uint64(1) << row_bits) - np.uint64(1)
    total, big, groups, start = 0, 0, 0, 0
    while start < len(packed):  # first pass: how much room is needed
        end = _group_end(packed, start, row_bits)
        size = end - start
        if size <= cap:
            total += size * (size - 1) // 2
        else:
            big += size
            groups += 1
        start = end
    pairs = np.empty(total, dtype=np.uint64)
    big_keys = np.empty(big, dtype=np.uint64)
    big_rows = np.empty(big, dtype=np.int64)
    at, big_at, start = 0, 0, 0
    while start < len(packed):
        end = _group_end(packed, start, row_bits)
        if end - start <= cap:
            for i in range(start, end):
                for j in range(i + 1, end):
                    pairs[at] = ((packed[i] & mask) << row_bits) | (packed[j] & mask)
                    at += 1
        else:
            for i in range(start, end):
                big_keys[big_at] = packed[i] >> row_bits
                big_rows[big_at] = np.int64(packed[i] & mask)
                big_at += 1
        start = end
    return pairs, big_keys, big_rows, groups


def _window(keys: NDArray[np.uint64], rows: NDArray[np.int64], cap: int, row_bits: int) -> NDArray[np.uint64]:
    """Each record with the `cap // 2` that follow it in its group (ascending record id: neighbours are often of one source and time)."""
    order = np.lexsort((rows, keys))
    keys, rows = keys[order], rows[order].astype(np.uint64)
    parts = []
    for step in range(1, max(cap // 2, 1) + 1):
        same = (keys[:-step] == keys[step:]) & (rows[:-step] != rows[step:])
        parts.append((rows[:-step][same] << np.uint64(row_bits)) | rows[step:][same])
    return np.concatenate(parts)


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
