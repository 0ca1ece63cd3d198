"""What the name channel is trained and tested on.

Folder layout, and where the originals come from:

- `transliteration/hi.translit.sampled.{train,dev}.tsv`: Google Dakshina v1.0, Hindi lexicon (CC BY-SA 4.0): latin, devanagari, attestations
- `transliteration/aksharantar_hin_sampled_train.csv`: AI4Bharat Aksharantar, a sample (CC-BY / CC0): latin, devanagari
- `transliteration/indian_names_corpus_train.tsv`: A. Parlikar, CMU, Indian Names Corpus (CC-BY 3.0): latin, devanagari
- `frequency/*.csv`: name tokens with counts, from public election results
"""

from __future__ import annotations

import csv
import hashlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from linker.errors import InputError
from linker.names.unicode import fold

HELD_OUT_SHARE = 0.13


@dataclass(frozen=True)
class Pair:
    """A Devanagari and a Latin spelling of one word, and how often it was attested."""

    devanagari: str
    latin: str
    weight: float


@dataclass(frozen=True)
class NameData:
    """Training pairs by origin, the two test sets, and token counts by script."""

    dakshina: list[Pair]
    aksharantar: list[Pair]
    names: list[Pair]
    test_dakshina: list[Pair]
    test_names: list[Pair]
    latin_counts: Counter[str]
    devanagari_counts: Counter[str]


def read_data(folder: Path) -> NameData:
    """All data, folded; test words (by Devanagari form) are taken out of the training pairs.

    Raises:
        InputError: a file is missing.
    """
    texts = folder / "transliteration"
    dakshina = _pairs(texts / "hi.translit.sampled.train.tsv", "\t")
    dev = _pairs(texts / "hi.translit.sampled.dev.tsv", "\t")
    aksharantar = _pairs(texts / "aksharantar_hin_sampled_train.csv", ",")
    names, test_names = held_out(_pairs(texts / "indian_names_corpus_train.tsv", "\t")[1:])
    seen = {p.devanagari for p in dev} | {p.devanagari for p in test_names}
    return NameData(
        [p for p in dakshina if p.devanagari not in seen],
        [p for p in aksharantar if p.devanagari not in seen],
        [p for p in names if p.devanagari not in seen],
        dev,
        test_names,
        _counts(folder / "frequency" / "latin_name_tokens_delhi_up.csv", 1, 2),
        _counts(folder / "frequency" / "devanagari_name_tokens_up.csv", 0, 1),
    )


def held_out(pairs: list[Pair], share: float = HELD_OUT_SHARE) -> tuple[list[Pair], list[Pair]]:
    """Pairs for training and for testing: no spelling, in either script, occurs in both."""
    parent: dict[str, str] = {}

    def root(x: str) -> str:
        while parent.setdefault(x, x) != x:
            parent[x] = parent[parent[x]]
            x = parent[x]
        return x

    for p in pairs:  # scripts cannot be mixed up, so one dictionary holds both
        parent[root(p.devanagari)] = root(p.latin)
    name: dict[str, str] = {}
    for p in pairs:
        r = root(p.latin)
        name[r] = min(name.get(r, p.latin), p.latin)
    train: list[Pair] = []
    test: list[Pair] = []
    for p in pairs:
        digest = hashlib.sha256(name[root(p.latin)].encode()).digest()
        (test if int.from_bytes(digest[:4]) < share * 2**32 else train).append(p)
    return train, test


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        raise InputError("training data is missing", where=str(path), do="give the folder with --data") from None


def _pairs(path: Path, separator: str) -> list[Pair]:
    out = []
    for line in _lines(path):
        latin, devanagari, *rest = line.strip().split(separator)
        out.append(Pair(fold(devanagari), fold(latin), float(rest[0]) if rest else 1.0))
    return out


def _counts(path: Path, token: int, count: int) -> Counter[str]:
    out: Counter[str] = Counter()
    for row in list(csv.reader(_lines(path)))[1:]:
        out[fold(row[token])] += int(row[count])
    return out


def aksharantar_valid(folder: Path) -> list[Pair]:
    """Aksharantar's validation pairs: never trained on, they fill the benchmark's pool."""
    return _pairs(folder / "transliteration" / "aksharantar_hin_sampled_valid.csv", ",")
