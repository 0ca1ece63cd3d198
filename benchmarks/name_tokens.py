"""Finding a word's other spellings among 100,000 words: test sets, and recall at low false-positive rates over the full cross-product."""

from __future__ import annotations

import random
import sys
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "training"))

from name_data import NameData, Pair, aksharantar_valid

POOL = 100_000
KEPT = 200  # wrong words kept per query: enough for a false-positive rate of 1e-3 over all queries
RATES = (1e-3, 1e-4, 1e-5)

Scores = Callable[[Sequence[str], Sequence[str]], NDArray[np.float32]]
"""queries, pool → score of every query (row) against every word (column), higher is more alike."""


@dataclass(frozen=True)
class Task:
    """Queries, the words they are sought in, the right answers, and what is known to be the same word and so never counts as wrong."""

    name: str
    queries: list[str]
    pool: list[str]
    right: list[set[int]]
    known: list[set[int]]


@dataclass(frozen=True)
class Found:
    """Recall at false-positive rates (of all wrong pairs), and how often the right word is first, or among the first ten."""

    at_rate: tuple[float, ...]
    first: float
    ten: float
    pairs: int
    thresholds: tuple[float, ...]


def tasks(data: NameData, folder: Path, most: int = 0) -> list[Task]:
    """The tasks, at most `most` queries each (0: all).

    Across scripts: held-out names and Dakshina dev; Latin variants of Dakshina dev; held-out names in a pool of name tokens.
    """
    valid = aksharantar_valid(folder)
    known: dict[str, set[str]] = defaultdict(set)
    for p in [*data.dakshina, *data.aksharantar, *data.names, *data.test_dakshina, *data.test_names, *valid]:
        known[p.devanagari].add(p.latin)
    tokens = sorted(data.latin_counts)
    general = [p.latin for p in [*data.dakshina, *data.aksharantar, *valid, *data.names]]
    both = [*data.test_dakshina, *data.test_names]
    pool, hard = _pool(both, [*general, *tokens]), _pool(both, [*tokens, *[p.latin for p in data.names], *general])
    found = [
        _across("names", data.test_names, pool, known),
        _across("Dakshina dev", data.test_dakshina, pool, known),
        _variants("Latin variants", data.test_dakshina, pool, known),
        _across("names among name tokens", data.test_names, hard, known),
    ]
    return [_sampled(task, most) if 0 < most < len(task.queries) else task for task in found]


def _sampled(task: Task, most: int) -> Task:
    at = sorted(random.Random(2).sample(range(len(task.queries)), most))
    return replace(
        task,
        queries=[task.queries[k] for k in at],
        right=[task.right[k] for k in at],
        known=[task.known[k] for k in at],
    )


def _pool(test: list[Pair], others: list[str]) -> list[str]:
    words = list(dict.fromkeys(p.latin for p in test))
    have = set(words)
    rest = [w for w in dict.fromkeys(others) if w not in have]
    room = POOL - len(words)
    return words + rest[:room]


def _across(name: str, pairs: list[Pair], pool: list[str], known: dict[str, set[str]]) -> Task:
    at = {w: k for k, w in enumerate(pool)}
    right: dict[str, set[int]] = defaultdict(set)
    for p in pairs:
        right[p.devanagari].add(at[p.latin])
    queries = list(right)
    return Task(
        name, queries, pool, [right[q] for q in queries], [{at[w] for w in known[q] if w in at} for q in queries]
    )


def _variants(name: str, pairs: list[Pair], pool: list[str], known: dict[str, set[str]]) -> Task:
    """The query is one spelling, the right answers are the later ones of the same Devanagari word; all its spellings are known."""
    at = {w: k for k, w in enumerate(pool)}
    spellings: dict[str, list[str]] = defaultdict(list)
    words: dict[str, set[str]] = defaultdict(set)
    for p in pairs:
        spellings[p.devanagari].append(p.latin)
    for devanagari, latins in known.items():
        for w in latins:
            words[w].add(devanagari)
    queries, right, all_known = [], [], []
    for found in spellings.values():
        ordered = sorted(set(found))
        for k, w in enumerate(ordered[:-1]):
            queries.append(w)
            right.append({at[x] for x in ordered[k + 1 :]})
            all_known.append({at[x] for d in words[w] for x in known[d] if x in at} | {at[w]})
    return Task(name, queries, pool, right, all_known)


def measure(task: Task, scores: Scores, rows: int = 16) -> Found:
    """Scores every query against every word. Ties count against the right answer by half."""
    blocks = range(0, len(task.queries), rows)

    def run(first: int) -> tuple[list[NDArray[np.float32]], list[tuple[float, float]]]:
        table = scores(task.queries[first : first + rows], task.pool)
        wrong, correct = [], []
        for k, line in enumerate(table):
            right, known = task.right[first + k], task.known[first + k]
            others = np.delete(line, list(right | known))
            wrong.append(-np.partition(-others, KEPT)[:KEPT])
            for x in right:
                better, equal = (others > line[x]).sum(), (others == line[x]).sum()
                correct.append((float(line[x]), float(better + equal / 2)))
        return wrong, correct

    with ThreadPoolExecutor(2) as workers:
        parts = list(workers.map(run, blocks))
    wrong = np.sort(np.concatenate([w for part in parts for w in part[0]]))[::-1]
    value = np.array([c[0] for part in parts for c in part[1]])
    rank = np.array([c[1] for part in parts for c in part[1]])
    cells = len(task.queries) * len(task.pool)
    limits = tuple(float(wrong[min(int(cells * rate), len(wrong) - 1)]) for rate in RATES)
    recall = tuple(float((value > limit).mean()) for limit in limits)
    return Found(recall, float((rank < 1).mean()), float((rank < 10).mean()), len(value), limits)
