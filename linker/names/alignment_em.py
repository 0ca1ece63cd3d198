"""Estimates one direction of the channel from pairs of spellings, by expectation-maximisation over all their alignments.

First without surroundings, to learn which chunks a unit may be written as; then with them. A row is smoothed towards the row of the
next coarser description (`emissions.Counts`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numba
import numpy as np
from numpy.typing import NDArray

from linker.names.emissions import LONGEST, TEMPLATES, Chunks, Counts, Emissions, chunk_numbers, context_keys
from linker.names.units import BITS, DEVANAGARI_SYMBOLS, LATIN_SYMBOLS, LATIN_UNITS, Tokens, read

_BLOCKS = 4  # sums are made per block and added in order, so that the result does not depend on the number of threads


_NEW_CHUNKS, _OFTEN = 6, 20.0  # most chunks that further pairs may add to a unit, and the attestations that they need


@dataclass(frozen=True)
class Corpus:
    """Pairs of tokens to learn from: `source[k]` is written as `target[k]`, seen `weight[k]` times."""

    source: Sequence[str]
    target: Sequence[str]
    weight: NDArray[np.float64]


@dataclass(frozen=True)
class EmSettings:
    """How a direction is estimated."""

    rounds: int = 6
    least_count: float = 2.5  # a description seen less often gets no row of its own
    strength: float = 4.0  # pseudo-counts of the coarser row
    most_chunks: int = 48  # per unit
    floor: tuple[float, float] = (3e-3, 1e-4)


def estimate(corpus: Corpus, source: int, target: int, settings: EmSettings | None = None) -> Counts:
    """Counts of how `source` script units are written in the `target` script, over all alignments of the corpus."""
    settings = settings or EmSettings()
    left, right = read(corpus.source), read(corpus.target)
    usable = (left.script == source) & (right.script == target)
    weight = np.where(usable, corpus.weight, 0.0)
    counts = _first_counts(left, right, weight, source, target, settings)
    for _ in range(settings.rounds):
        counts = replace(counts, count=_expect(counts.emissions(), left, right, weight))
    return counts.rounded()


def further_counts(
    counts: Counts, pairs: tuple[Sequence[str], Sequence[str], NDArray[np.float64]], prior: float, rounds: int
) -> Counts:
    """The counts learned further from pairs (source, target, attestations): `prior` of the old counts stay, and those expected of the pairs
    are added. Nothing changes where no pair is of the two scripts of the direction."""
    left, right = read(pairs[0]), read(pairs[1])
    weight = np.where((left.script == counts.source) & (right.script == counts.target), pairs[2], 0.0)
    if not weight.any():
        return counts
    counts = _with_new_chunks(counts, left, right, weight)
    kept = prior * counts.count
    for _ in range(rounds):
        counts = replace(counts, count=kept + _expect(counts.emissions(), left, right, weight))
    return counts


def _with_new_chunks(counts: Counts, left: Tokens, right: Tokens, weight: NDArray[np.float64]) -> Counts:
    """Every unit may also be written as what the pairs often show it as; without this a new habit would be explained by its neighbours."""
    n_symbols = len(LATIN_SYMBOLS) if counts.target == 0 else len(DEVANAGARI_SYMBOLS)
    settings = EmSettings(most_chunks=_NEW_CHUNKS)
    shown, chosen, n_chosen, expected = _vocabulary(left, right, weight, len(counts.allowed), n_symbols, settings)
    number = {code: k for k, code in enumerate(counts.chunks.codes.tolist())}
    new: list[list[int]] = []
    for unit, n in enumerate(counts.n_allowed):
        often = chosen[unit, : n_chosen[unit]][expected[unit, : n_chosen[unit]] >= _OFTEN]
        found = [number.setdefault(code, len(number)) for code in shown.codes[often].tolist()]
        new.append([k for k in found if k not in set(counts.allowed[unit, :n].tolist())])
    more = np.array([len(n) for n in new], np.int64)
    old_width, unit_of = counts.n_allowed.astype(np.int64), (counts.keys >> 36) & 63
    allowed = np.zeros((len(new), int((old_width + more).max())), np.int16)
    allowed[:, : counts.allowed.shape[1]] = counts.allowed[:, : allowed.shape[1]]
    for unit, chunks in enumerate(new):
        allowed[unit, old_width[unit] : old_width[unit] + more[unit]] = chunks
    start = np.concatenate([np.zeros(1, np.int64), np.cumsum((old_width + more)[unit_of])])
    spread = np.diff(counts.row_start())
    place = np.arange(len(counts.count)) - np.repeat(counts.row_start()[:-1], spread)
    count = np.zeros(start[-1])
    count[np.repeat(start[:-1], spread) + place] = counts.count
    for unit in range(len(new)):  # the rows without surroundings come first, by unit
        count[start[unit] + old_width[unit] : start[unit + 1]] = 1.0
    codes = np.array(list(number), np.int32)
    n_allowed = (old_width + more).astype(np.int16)
    return replace(counts, chunks=Chunks(codes), allowed=allowed, n_allowed=n_allowed, count=count)


# --- without surroundings --------------------------------------------------------------------------------------------


def _vocabulary(
    left: Tokens, right: Tokens, weight: NDArray[np.float64], n_units: int, n_symbols: int, settings: EmSettings
) -> tuple[Chunks, NDArray[np.int16], NDArray[np.int16], NDArray[np.float64]]:
    """The chunks every unit may be written as, most likely first, and their expected counts."""
    codes = _packed(right)
    present = np.unique(codes[codes > 0])
    number = np.full(1 << (BITS * LONGEST), -1, np.int32)
    number[0] = 0
    number[present] = np.arange(1, len(present) + 1, dtype=np.int32)
    numbers = np.where(codes > 0, number[codes], -1).astype(np.int64)
    all_codes = np.concatenate([np.zeros(1, np.int64), present])
    length = np.where(all_codes == 0, 0, 1 + (all_codes >= 64).astype(int) + (all_codes >= 4096).astype(int))
    prior = np.array([0.1, 0.6, 0.25, 0.05])[length] / float(n_symbols) ** length
    table = np.repeat(prior[None, :], n_units, axis=0)
    for _ in range(6):
        total = _expect_plain(table, left, right, numbers, weight)
        table = (total + 1e-3 * prior) / (total.sum(axis=1, keepdims=True) + 1e-3)
    order = np.argsort(-total, axis=1, kind="stable")[:, : settings.most_chunks]
    best = np.take_along_axis(total, order, axis=1)
    keep = best > np.maximum(0.3, 1e-5 * total.sum(axis=1, keepdims=True))
    used = np.unique(np.append(order[keep], 0))
    renumber = np.full(len(all_codes), -1, np.int64)
    renumber[used] = np.arange(len(used))
    allowed = np.zeros((n_units, settings.most_chunks), np.int16)
    n_allowed = np.zeros(n_units, np.int16)
    counts = np.zeros((n_units, settings.most_chunks))
    for unit in range(n_units):
        chosen = order[unit][keep[unit]]
        if not len(chosen):
            chosen = np.zeros(1, np.int64)
        allowed[unit, : len(chosen)] = renumber[chosen]
        counts[unit, : len(chosen)] = total[unit, chosen]
        n_allowed[unit] = len(chosen)
    return Chunks(all_codes[used].astype(np.int32)), allowed, n_allowed, counts


def _packed(tokens: Tokens) -> NDArray[np.int64]:
    out = np.zeros((len(tokens.symbols), LONGEST), np.int64)
    ends = np.repeat(tokens.s_start[1:], np.diff(tokens.s_start))
    at = np.arange(len(tokens.symbols))
    code = np.zeros(len(tokens.symbols), np.int64)
    for k in range(LONGEST):
        inside = at + k < ends
        code = np.where(
            inside, code | tokens.symbols[np.minimum(at + k, len(at) - 1)].astype(np.int64) << (BITS * k), 0
        )
        out[:, k] = code
    return out


def _block_sums(count: int, run: Callable[[int, int], NDArray[np.float64]]) -> NDArray[np.float64]:
    """`run(first, last)` of every block of pairs, added up."""
    bounds = np.linspace(0, count, _BLOCKS + 1).astype(np.int64)
    with ThreadPoolExecutor(2) as pool:
        parts = list(pool.map(run, bounds[:-1].tolist(), bounds[1:].tolist()))
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return total


def _expect_plain(
    table: NDArray[np.float64], left: Tokens, right: Tokens, numbers: NDArray[np.int64], weight: NDArray[np.float64]
) -> NDArray[np.float64]:
    def run(first: int, last: int) -> NDArray[np.float64]:
        out = np.zeros_like(table)
        _plain(table, left.units, left.u_start, numbers, right.s_start, weight, first, last, out)
        return out

    return _block_sums(len(weight), run)


@numba.njit("void(f8[:,::1], i1[::1], i8[::1], i8[:,::1], i8[::1], f8[::1], i8, i8, f8[:,::1])", cache=True, nogil=True)
def _plain(table, units, u_start, numbers, s_start, weight, first, last, out):  # type: ignore[no-untyped-def]  # noqa: PLR0912
    alpha, beta = np.zeros((64, 64)), np.zeros((64, 64))
    for p in range(first, last):
        u0, s0 = u_start[p], s_start[p]
        n, m = u_start[p + 1] - u0, s_start[p + 1] - s0
        if weight[p] <= 0.0 or n == 0 or m == 0:
            continue
        alpha[: n + 1, : m + 1] = 0.0
        beta[: n + 1, : m + 1] = 0.0
        alpha[0, 0] = beta[n, m] = 1.0
        for i in range(n):
            u = units[u0 + i]
            for j in range(min(m, LONGEST * i) + 1):
                a = alpha[i, j]
                if a > 0.0:
                    alpha[i + 1, j] += a * table[u, 0]
                    for k in range(min(LONGEST, m - j)):
                        alpha[i + 1, j + k + 1] += a * table[u, numbers[s0 + j, k]]
        if alpha[n, m] <= 1e-290:
            continue
        for i in range(n - 1, -1, -1):
            u = units[u0 + i]
            for j in range(m + 1):
                b = beta[i + 1, j] * table[u, 0]
                for k in range(min(LONGEST, m - j)):
                    b += beta[i + 1, j + k + 1] * table[u, numbers[s0 + j, k]]
                beta[i, j] = b
        scale = weight[p] / alpha[n, m]
        for i in range(n):
            u = units[u0 + i]
            for j in range(min(m, LONGEST * i) + 1):
                a = alpha[i, j] * scale
                if a > 0.0:
                    out[u, 0] += a * table[u, 0] * beta[i + 1, j]
                    for k in range(min(LONGEST, m - j)):
                        c = numbers[s0 + j, k]
                        out[u, c] += a * table[u, c] * beta[i + 1, j + k + 1]


# --- with surroundings -----------------------------------------------------------------------------------------------


def _first_counts(
    left: Tokens, right: Tokens, weight: NDArray[np.float64], source: int, target: int, settings: EmSettings
) -> Counts:
    """A row for every description that is frequent enough; all counts are still in the rows without surroundings."""
    n_units = len(LATIN_UNITS) if source == 0 else len(DEVANAGARI_SYMBOLS)
    n_symbols = len(LATIN_SYMBOLS) if target == 0 else len(DEVANAGARI_SYMBOLS)
    chunks, allowed, n_allowed, plain = _vocabulary(left, right, weight, n_units, n_symbols, settings)
    per_unit = np.repeat(weight, np.diff(left.u_start))
    keys = [np.arange(n_units, dtype=np.int64) << 36]
    for level in range(1, len(TEMPLATES[source])):
        distinct, inverse = np.unique(context_keys(left, source, level), return_inverse=True)
        keys.append(distinct[np.bincount(inverse, per_unit) >= settings.least_count])
    key = np.concatenate(keys)  # ascending: the level is in the highest bits
    start = np.concatenate([np.zeros(1, np.int64), np.cumsum(n_allowed[(key >> 36) & 63].astype(np.int64))])
    count = np.zeros(start[-1])
    for unit, n in enumerate(n_allowed):
        count[start[unit] : start[unit] + n] = plain[unit, :n]
    floor = np.array(settings.floor, np.float32)
    return Counts(source, target, chunks, allowed, n_allowed, key, count, settings.strength, floor)


def _expect(model: Emissions, left: Tokens, right: Tokens, weight: NDArray[np.float64]) -> NDArray[np.float64]:
    """Expected counts, shaped as `model.probability`."""
    rows, numbers = model.rows(left), chunk_numbers(right, model.chunks.of_code)
    local, probability = model.local(), model.probability.astype(np.float64)
    floor = model.floor.astype(np.float64)

    def run(first: int, last: int) -> NDArray[np.float64]:
        out = np.zeros_like(probability)
        tables = (local, model.row_start, probability, floor)
        _contextual(tables, left.units, left.u_start, rows, numbers, right.s_start, weight, first, last, out)
        return out

    return _block_sums(len(weight), run)


@numba.njit(
    "f8(Tuple((i2[:,::1], i8[::1], f8[::1], f8[::1])), i8, i8, i8, i8)", cache=True, nogil=True, inline="always"
)
def _look(tables, unit, row, chunk, length):  # type: ignore[no-untyped-def]
    local, row_start, probability, floor = tables
    place = local[unit, chunk] if chunk >= 0 else -1
    if place >= 0:
        return probability[row_start[row] + place]
    return floor[length] if length < 2 else 0.0


@numba.njit(
    "void(Tuple((i2[:,::1], i8[::1], f8[::1], f8[::1])), i1[::1], i8[::1], i4[::1], i2[:,::1], i8[::1], f8[::1], i8, i8,"
    "f8[::1])",
    cache=True,
    nogil=True,
)
def _contextual(tables, units, u_start, rows, numbers, s_start, weight, first, last, out):  # type: ignore[no-untyped-def]  # noqa: PLR0912
    local, row_start = tables[0], tables[1]
    alpha, beta = np.zeros((64, 64)), np.zeros((64, 64))
    emitted = np.zeros((64, 64, LONGEST + 1))
    for p in range(first, last):
        u0, s0 = u_start[p], s_start[p]
        n, m = u_start[p + 1] - u0, s_start[p + 1] - s0
        if weight[p] <= 0.0 or n == 0 or m == 0:
            continue
        alpha[: n + 1, : m + 1] = 0.0
        beta[: n + 1, : m + 1] = 0.0
        alpha[0, 0] = beta[n, m] = 1.0
        for i in range(n):
            u, row = units[u0 + i], rows[u0 + i]
            for j in range(m + 1):
                a = alpha[i, j]
                e = _look(tables, u, row, 0, 0)
                emitted[i, j, 0] = e
                alpha[i + 1, j] += a * e
                for k in range(min(LONGEST, m - j)):
                    e = _look(tables, u, row, numbers[s0 + j, k], k + 1)
                    emitted[i, j, k + 1] = e
                    alpha[i + 1, j + k + 1] += a * e
        if alpha[n, m] <= 1e-290:
            continue
        for i in range(n - 1, -1, -1):
            for j in range(m + 1):
                b = 0.0
                for k in range(min(LONGEST, m - j) + 1):
                    b += beta[i + 1, j + k] * emitted[i, j, k]
                beta[i, j] = b
        scale = weight[p] / alpha[n, m]
        for i in range(n):
            u, row = units[u0 + i], rows[u0 + i]
            for j in range(m + 1):
                a = alpha[i, j] * scale
                if a <= 0.0:
                    continue
                for k in range(min(LONGEST, m - j) + 1):
                    c = numbers[s0 + j, k - 1] if k > 0 else 0
                    place = local[u, c] if c >= 0 else -1
                    if place >= 0:
                        out[row_start[row] + place] += a * emitted[i, j, k] * beta[i + 1, j + k]
