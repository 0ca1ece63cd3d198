"""Full names: real variants of one person against rivals, and pairs across scripts at low false-positive rates.

    python benchmarks/names_full.py --data DIR

`tcpd(DIR)`: candidates of Delhi and western Uttar Pradesh (`DIR/tcpd_linkage`). Positive: two spellings of one person's name that differ in
letters. Negative: two candidates of one contest, who are certainly two people; the hard ones share a word or look alike (Jaro-Winkler).
`across_scripts(DIR)`: full names put together from given names of the corpus's share that training does not see (both scripts as
published) and words of public lists in either script, against all other full names.
"""

from __future__ import annotations

import argparse
import itertools
import json
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rapidfuzz import fuzz
from rapidfuzz.distance import JaroWinkler

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from linker.names.table import NameTable
from training.name_data import read_data

Scorer = Callable[[Sequence[tuple[str, str]]], NDArray[np.float64]]
"""Higher means more surely one name."""


@dataclass(frozen=True)
class Variants:
    """Pairs of names: positives with whether words were added or dropped, negatives with whether they look alike
    (a common word, or Jaro-Winkler 0.8) and whether they might be taken for namesakes (Jaro-Winkler or token_sort 0.85, letters differ)."""

    positive: list[tuple[str, str]]
    added: NDArray[np.bool_]
    negative: list[tuple[str, str]]
    alike: NDArray[np.bool_]
    namesakes: NDArray[np.bool_]


def our_scores(pairs: Sequence[tuple[str, str]], counts: Sequence[str] = ()) -> NDArray[np.float64]:
    """The rank of a name table built from the names of the pairs; `counts` are the names of all records, for frequencies."""
    names = list(dict.fromkeys([*(n for p in pairs for n in p), *counts]))
    number = {n: k for k, n in enumerate(names)}
    borne = np.zeros(len(names), np.int64)
    for name in counts:
        borne[number[name]] += 1
    table = NameTable.build(names, counts=np.maximum(borne, 1))
    left, right = (np.array([number[p[k]] for p in pairs], np.int32) for k in (0, 1))
    return table.rank(left, right).astype(np.float64)


def variants(data: Path) -> tuple[Variants, list[str]]:
    """The TCPD pairs and the names of all records."""
    positive: set[tuple[str, str]] = set()
    negative: set[tuple[str, str]] = set()
    everyone: list[str] = []
    for part in "ab":
        folder = data / "tcpd_linkage"
        rows = pd.read_csv(folder / f"dev_{part}.input.csv.gz", dtype=str).fillna("")
        rows = rows.merge(pd.read_csv(folder / f"dev_{part}.truth.tsv.gz", sep="\t", dtype=str))
        mask = pd.read_csv(folder / f"dev_{part}.mask.tsv.gz", sep="\t", dtype=str)
        doubtful = set(zip(mask["record_id_1"], mask["record_id_2"], strict=True))
        everyone += rows["name"].tolist()
        for key, found, same in (("pid", positive, True), (["constituency", "year", "state"], negative, False)):
            for _, group in rows.groupby(key):
                people = zip(group["record_id"], group["name"], group["pid"], strict=True)
                for (i, a, x), (j, b, y) in itertools.combinations(people, 2):
                    if (x == y) == same and (i, j) not in doubtful and (j, i) not in doubtful:
                        found.add((min(a, b), max(a, b)))
    differ = sorted(p for p in positive if _letters(p[0]) != _letters(p[1]))
    rivals = sorted(negative - positive)
    added = np.array([_words(a) != _words(b) for a, b in differ])
    alike = np.array([bool(set(a.split()) & set(b.split())) or JaroWinkler.similarity(a, b) >= 0.8 for a, b in rivals])
    namesakes = np.array(
        [
            _letters(a) != _letters(b) and max(JaroWinkler.similarity(a, b), fuzz.token_sort_ratio(a, b) / 100) >= 0.85
            for a, b in rivals
        ]
    )
    return Variants(differ, added, rivals, alike, namesakes), everyone


def _letters(name: str) -> str:
    return re.sub("[^A-Z]", "", name.upper())


def _words(name: str) -> int:
    return len(re.findall("[A-Z]+", name.upper()))


def recall_at(positive: NDArray[np.float64], negative: NDArray[np.float64], rate: float) -> float:
    """Share of positives above the score that at most `rate` of the negatives exceed."""
    ordered = np.sort(negative)[::-1]
    threshold = ordered[min(int(rate * len(ordered)), len(ordered) - 1)]
    return float((positive > threshold).mean())


def tcpd(data: Path, scorer: Scorer | None = None) -> dict[str, float]:
    """Recall of real variants at a false-positive rate of 1%, against all rivals and against those that look alike."""
    pairs, everyone = variants(data)
    score = scorer or (lambda p: our_scores(p, everyone))
    scores = score([*pairs.positive, *pairs.negative])
    positive, negative = scores[: len(pairs.positive)], scores[len(pairs.positive) :]
    hard, namesakes = negative[pairs.alike], negative[pairs.namesakes]
    return {
        "positives": len(positive),
        "negatives": len(negative),
        "alike": len(hard),
        "recall@1%": recall_at(positive, negative, 0.01),
        "recall@1% against alike": recall_at(positive, hard, 0.01),
        "namesakes": len(namesakes),
        "recall@1% against namesakes": recall_at(positive, namesakes, 0.01),
        "recall@1% against namesakes, same words": recall_at(positive[~pairs.added], namesakes, 0.01),
        "recall@1% against namesakes, words added or dropped": recall_at(positive[pairs.added], namesakes, 0.01),
        "recall@1% same words": recall_at(positive[~pairs.added], negative, 0.01),
        "recall@1% words added or dropped": recall_at(positive[pairs.added], negative, 0.01),
        "recall@1% same words against alike": recall_at(positive[~pairs.added], hard, 0.01),
    }


@dataclass(frozen=True)
class FullNames:
    """Devanagari queries, Latin names, and which Latin name is the query's."""

    queries: list[str]
    names: list[str]
    truth: NDArray[np.int64]


def full_names(data: Path, queries: int = 2000, names: int = 5719, seed: int = 11) -> FullNames:
    """Full names in both scripts, put together from words whose two spellings were attested independently.

    Given names are those of the names corpus that training does not see. Behind them stand one or two words from lists of real names, drawn
    by how common they are, with a Latin spelling that people gave for the Devanagari one (Dakshina, Aksharantar), likewise drawn.
    """
    known = read_data(data)
    rng = np.random.default_rng(seed)
    given = [(p.devanagari, p.latin) for p in known.test_names]
    spelled: dict[str, list[tuple[str, float]]] = {}
    for pair in (*known.test_dakshina, *known.dakshina, *known.aksharantar, *known.names):
        if known.devanagari_counts[pair.devanagari] >= 20 and known.latin_counts[pair.latin] > 0:
            spelled.setdefault(pair.devanagari, []).append((pair.latin, pair.weight))
    words = sorted(spelled)
    share = np.array([known.devanagari_counts[w] for w in words], np.float64)
    made: dict[str, str] = {}
    while len(made) < names:
        parts = [given[rng.integers(len(given))]]
        for k in rng.choice(len(words), 1 + int(rng.random() < 0.35), p=share / share.sum()):
            options = spelled[words[k]]
            weights = np.array([w for _, w in options])
            parts.append((words[k], options[rng.choice(len(options), p=weights / weights.sum())][0]))
        made.setdefault(" ".join(p[0] for p in parts), " ".join(p[1] for p in parts).upper())
    hindi, english = list(made), list(made.values())
    return FullNames(hindi[:queries], english, np.arange(queries))


def across_scripts(data: Path, queries: int = 2000) -> dict[str, float]:
    """Recall over the full cross-product of queries and names at low false-positive rates, and recall of the first answer."""
    sample = full_names(data, queries)
    table = NameTable.build([*sample.queries, *sample.names])
    n, m = len(sample.queries), len(sample.names)
    scores = np.empty((n, m), np.float32)
    right = np.arange(n, n + m, dtype=np.int32)
    for first in range(0, n, 100):
        block = np.arange(first, min(first + 100, n), dtype=np.int32)
        scores[block] = table.rank(np.repeat(block, m), np.tile(right, len(block))).reshape(len(block), m)
    same = np.array([[False] * m] * n)
    at: dict[str, list[int]] = {}
    for k, name in enumerate(sample.names):
        at.setdefault(name, []).append(k)
    for k in range(n):  # a Latin text that two Hindi names share is the right answer to both
        same[k, at[sample.names[k]]] = True
    positive, negative = scores[np.arange(n), sample.truth], np.sort(scores[~same])[::-1]
    best = np.where(same, -np.inf, scores).max(axis=1)
    found = {
        f"recall@{rate:g}": float((positive > negative[int(rate * len(negative))]).mean())
        for rate in (1e-3, 1e-4, 1e-5)
    }
    return {**found, "recall@1": float((positive > best).mean()), "pairs": n * m}


def jaro_winkler(pairs: Sequence[tuple[str, str]]) -> NDArray[np.float64]:
    """The usual baseline, on Latin names."""
    return np.array([JaroWinkler.similarity(a, b) for a, b in pairs])


def token_sort(pairs: Sequence[tuple[str, str]]) -> NDArray[np.float64]:
    """rapidfuzz's token_sort_ratio."""
    return np.array([fuzz.token_sort_ratio(a, b) for a, b in pairs])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0] if __doc__ else "")
    parser.add_argument("--data", type=Path, required=True)
    data = parser.parse_args().data
    found = {
        "tcpd": {"linker": tcpd(data), "jaro_winkler": tcpd(data, jaro_winkler), "token_sort": tcpd(data, token_sort)}
    }
    print(json.dumps({**found, "across scripts": across_scripts(data)}, indent=1))


if __name__ == "__main__":
    main()
