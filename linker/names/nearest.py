"""The names of a list that are most likely the name of a query, for thousands of queries at once.

Every distinct token of the queries is weighed against the tokens of the list that could be it. For lists of single words that is the
answer; the odd text of several words is read as one. Full names are first ranked by what their tokens can be worth together, and the
best are then aligned and weighed as names.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from linker.names.channel import LOWEST, Channel, Encoded
from linker.names.ranking import as_single, mostly_single
from linker.names.soundbag import near, sound_bags
from linker.names.table import NameTable
from linker.names.words import Words, as_array, split

_SHORTLIST = 3  # times as many full names are aligned as are asked for
_LEAST_TOKEN = 0.0  # bits that a token pair must have to bring a full name into the shortlist
_FEW = 25_000_000  # pairs of tokens kept at a time


Postings = tuple[NDArray[np.int64], NDArray[np.int64]]
"""Lines by token: those of token t are lines[starts[t]:starts[t + 1]]."""

Ranked = tuple[NDArray[np.int64], NDArray[np.float32]]
"""Lines and their scores, best first."""


@dataclass(frozen=True)
class Texts:
    """Names as they came, and as words."""

    raw: Sequence[str]
    words: Words


@dataclass(frozen=True)
class Nearest:
    """Answers, by query and then by rank: `query` and `line` count from 0, `rank` from 1, `score` in bits."""

    query: NDArray[np.int32]
    line: NDArray[np.int32]
    rank: NDArray[np.int32]
    score: NDArray[np.float32]


def nearest(queries: Sequence[str], lines: Sequence[str], top: int = 100, channel: Channel | None = None) -> Nearest:
    """Up to `top` lines for every query, best first; ties in the order of the list. Texts are raw names, in any script.

    Lines that cannot be the name are left out, so that there may be fewer.
    """
    channel = channel or Channel.load()
    asked, listed = split(as_array(queries)), split(as_array(lines))
    single = mostly_single(asked) and mostly_single(listed)
    if single:
        asked, listed = as_single(asked), as_single(listed)
    left, right = channel.encode(asked.forms), channel.encode(listed.forms)
    if not len(asked.forms) or not len(listed.forms):
        return _answer([])
    table = _Tokens(channel, left, right)
    if single:
        return _single(asked, listed, table, top)
    return _full(Texts(queries, asked), Texts(lines, listed), table, top)


class _Tokens:
    """Distinct tokens of queries (left) and list (right), and the weights of those that may be one name."""

    def __init__(self, channel: Channel, left: Encoded, right: Encoded) -> None:
        self.channel, self.left, self.right = channel, left, right
        self._bags = sound_bags(channel, left), sound_bags(channel, right)

    def of(self, first: int, last: int, rank: bool) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float32]]:
        """Left numbers, right numbers and weights (or, for ranking, likenesses) of the plausible pairs of left tokens first … last - 1."""

        def candidates(k: int) -> NDArray[np.int64]:
            room = np.empty(len(self.right), np.int64)
            return room[: near(*self._bags, k, room)].copy()

        with ThreadPoolExecutor(2) as pool:
            parts = list(pool.map(candidates, range(first, last)))
        i = np.repeat(np.arange(first, last, dtype=np.int32), [len(p) for p in parts])
        j = np.concatenate(parts).astype(np.int32)
        weigh = self.channel.likeness if rank else self.channel.weights
        return i, j, weigh(self.left, self.right, i, j)

    def blocks(self) -> Iterator[tuple[int, int]]:
        """The same for all left tokens, a part at a time."""
        step = max(1, 10 * _FEW // max(1, len(self.right)))
        for first in range(0, len(self.left), step):
            yield first, min(len(self.left), first + step)


def _single(asked: Words, listed: Words, table: _Tokens, top: int) -> Nearest:
    by_token = _by_token(listed, len(table.right))
    ranked: dict[int, Ranked] = {}
    words = np.array(table.right.tokens, object)
    for first, last in table.blocks():
        i, j, weight = table.of(first, last, rank=True)
        bounds = np.searchsorted(i, np.arange(first, last + 1))
        right = words[j]
        for k in range(last - first):
            part = np.arange(bounds[k], bounds[k + 1])
            part = part[weight[part] > LOWEST]
            equal = part[right[part] == table.left.tokens[first + k]]
            if len(equal):  # nothing is nearer than the same spelling
                weight[equal] = weight[part].max()
            ranked[first + k] = _best_lines(j[part], weight[part], by_token, top)
    answers = []
    for query in range(len(asked)):
        ids = asked.ids[asked.offsets[query] : asked.offsets[query + 1]]
        if len(ids):
            answers.append((query, *ranked[int(ids[0])]))
    return _answer(answers)


def _best_lines(tokens: NDArray[np.int32], weight: NDArray[np.float32], by_token: Postings, top: int) -> Ranked:
    """The lines of the best tokens, at most `top`."""
    starts, holders = by_token
    order = np.argsort(-weight, kind="stable")[:top]
    lines = [holders[starts[t] : starts[t + 1]] for t in tokens[order]]
    scores = np.repeat(weight[order], [len(x) for x in lines])
    flat = np.concatenate(lines) if lines else np.empty(0, np.int64)
    final = np.lexsort((flat, -scores))[:top]
    return flat[final], scores[final]


def _by_token(listed: Words, count: int) -> Postings:
    """Lines that hold every token: (starts, lines)."""
    line = np.repeat(np.arange(len(listed), dtype=np.int64), np.diff(listed.offsets))
    order = np.argsort(listed.ids, kind="stable")
    starts = np.searchsorted(listed.ids[order], np.arange(count + 1))
    return starts.astype(np.int64), line[order]


def _full(queries: Texts, lines: Texts, table: _Tokens, top: int) -> Nearest:
    asked, listed = queries.words, lines.words
    starts, holders = _by_token(listed, len(table.right))
    rare = -np.log2(np.maximum(np.diff(starts), 1) / max(1, len(listed))).astype(np.float32)
    pairs = []
    for first, last in table.blocks():
        i, j, weight = table.of(first, last, rank=False)
        keep = weight > _LEAST_TOKEN
        pairs.append((i[keep], j[keep], np.minimum(weight[keep], rare[j[keep]] + 1)))
    i, j, worth = (np.concatenate([p[k] for p in pairs]) for k in range(3))
    bounds = np.searchsorted(i, np.arange(len(table.left) + 1)).astype(np.int64)
    shortlist = _shortlists(asked, (bounds, j, worth), (starts, holders), len(listed), _SHORTLIST * top)
    distinct = list(dict.fromkeys([*lines.raw, *queries.raw]))
    number = {text: k for k, text in enumerate(distinct)}
    names = NameTable.build(distinct, table.channel)
    query_name = np.array([number[q] for q in queries.raw], np.int32)
    line_name = np.array([number[x] for x in lines.raw], np.int32)
    query = np.repeat(np.arange(len(asked)), [len(s) for s in shortlist])
    line = np.concatenate(shortlist) if len(shortlist) else np.empty(0, np.int64)
    score = names.rank(query_name[query], line_name[line])
    answers = []
    ends = np.searchsorted(query, np.arange(len(asked) + 1))
    for q in range(len(asked)):
        part = slice(ends[q], ends[q + 1])
        order = np.lexsort((line[part], -score[part]))[:top]
        answers.append((q, line[part][order], score[part][order]))
    return _answer(answers)


def _shortlists(
    asked: Words, pairs: tuple[NDArray[Any], ...], postings: Postings, count: int, most: int
) -> list[NDArray[np.int64]]:
    """For every query the lines whose tokens are worth most, each query token counted once."""

    def run(first: int) -> list[NDArray[np.int64]]:
        total, seen = np.zeros(count, np.float32), np.zeros(count, np.float32)
        out = []
        for q in range(first, min(first + 64, len(asked))):
            ids = asked.ids[asked.offsets[q] : asked.offsets[q + 1]].astype(np.int64)
            touched = _gather(ids, pairs, postings, total, seen)
            value = total[touched]
            best = touched if len(touched) <= most else touched[np.argpartition(-value, most)[:most]]
            out.append(np.sort(best))
            total[touched] = 0.0
        return out

    with ThreadPoolExecutor(2) as pool:
        parts = list(pool.map(run, range(0, len(asked), 64)))
    return [line for part in parts for line in part]


@numba.njit(
    "i8[::1](i8[::1], Tuple((i8[::1], i4[::1], f4[::1])), UniTuple(i8[::1], 2), f4[::1], f4[::1])",
    cache=True,
    nogil=True,
)
def _gather(ids, pairs, postings, total, seen):  # type: ignore[no-untyped-def]
    """Adds to `total[line]` the best worth of every query token in that line; returns the lines touched. `seen` is all 0."""
    bounds, others, worth = pairs
    starts, holders = postings
    touched = np.empty(len(total), np.int64)
    changed = np.empty(len(total), np.int64)
    count = 0
    for x in range(len(ids)):
        n_changed = 0
        for p in range(bounds[ids[x]], bounds[ids[x] + 1]):
            t, value = others[p], worth[p]
            for h in range(starts[t], starts[t + 1]):
                line = holders[h]
                if seen[line] == 0.0:
                    changed[n_changed] = line
                    n_changed += 1
                    if total[line] == 0.0:
                        touched[count] = line
                        count += 1
                if value > seen[line]:
                    total[line] += value - seen[line]
                    seen[line] = value
        for c in range(n_changed):
            seen[changed[c]] = 0.0
    return touched[:count].copy()


def _answer(parts: list[tuple[int, NDArray[np.int64], NDArray[np.float32]]]) -> Nearest:
    sizes = [len(p[1]) for p in parts]
    empty = np.empty(0, np.int64)
    return Nearest(
        np.repeat(np.array([p[0] for p in parts], np.int32), sizes),
        np.concatenate([empty, *(p[1] for p in parts)]).astype(np.int32),
        np.concatenate([empty, *(np.arange(1, n + 1) for n in sizes)]).astype(np.int32),
        np.concatenate([empty.astype(np.float32), *(p[2] for p in parts)]).astype(np.float32),
    )
