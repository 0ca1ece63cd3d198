"""What people use otherwise: string distances after a general transliteration, and phonetic keys."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Sequence
from functools import lru_cache

import jellyfish
import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process
from rapidfuzz.distance import JaroWinkler

from benchmarks.name_tokens import Scores


def string_baselines() -> dict[str, Scores]:
    """Jaro-Winkler and token_sort on plain Latin letters, by anyascii (ISC) and by ICU (Unicode licence)."""
    return {
        "Jaro-Winkler on anyascii": _distance(anyascii, JaroWinkler.normalized_similarity),
        "Jaro-Winkler on PyICU": _distance(icu, JaroWinkler.normalized_similarity),
        "rapidfuzz token_sort on PyICU": _distance(icu, fuzz.token_sort_ratio),
    }


PHONETIC: dict[str, Callable[[str], str]] = {
    "soundex": jellyfish.soundex,
    "nysiis": jellyfish.nysiis,
    "metaphone": jellyfish.metaphone,
    "match_rating": jellyfish.match_rating_codex,
}


@lru_cache(maxsize=1 << 18)
def anyascii(word: str) -> str:
    """The word in ASCII by the anyascii package."""
    return str(importlib.import_module("anyascii").anyascii(word)).lower()


@lru_cache(maxsize=1 << 18)
def icu(word: str) -> str:
    """The word in ASCII by ICU's general transliteration."""
    return re.sub("[^a-z ]", "", str(_transliterator().transliterate(word)).lower())


@lru_cache(maxsize=1)
def _transliterator():  # type: ignore[no-untyped-def]
    return importlib.import_module("icu").Transliterator.createInstance("Any-Latin; Latin-ASCII")


def _distance(plain: Callable[[str], str], scorer: Callable[..., float]) -> Scores:
    plain_pool: dict[int, list[str]] = {}

    def scores(queries: Sequence[str], pool: Sequence[str]) -> NDArray[np.float32]:
        if id(pool) not in plain_pool:
            plain_pool[id(pool)] = [plain(w) for w in pool]
        found = process.cdist([plain(q) for q in queries], plain_pool[id(pool)], scorer=scorer, dtype=np.float32)
        return np.asarray(found, np.float32)

    return scores


def phonetic(
    queries: Sequence[str], right: Sequence[set[int]], pool: Sequence[str], key: Callable[[str], str]
) -> tuple[float, float]:
    """Recall and false-positive rate of 'the same phonetic key', on ICU's letters."""
    numbers: dict[str, int] = {}
    code = np.array([numbers.setdefault(key(icu(w)), len(numbers)) for w in pool])
    size = np.bincount(code)
    met = total = accepted = 0
    for query, answers in zip(queries, right, strict=True):
        mine = numbers.get(key(icu(query)), -1)
        hits = sum(int(code[x] == mine) for x in answers)
        met, total = met + hits, total + len(answers)
        accepted += (int(size[mine]) if mine >= 0 else 0) - hits
    return met / total, accepted / (len(queries) * len(pool))
