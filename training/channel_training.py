"""From data to a channel model: four directions, two language models, the calibration."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np
from channel_calibration import calibrate
from name_data import NameData, Pair
from name_variants import CONFLICT_SHARE, final_vowel_conflict

from linker.names.alignment_em import Corpus, EmSettings, estimate
from linker.names.channel_file import DIRECTIONS, ChannelModel
from linker.names.char_lm import CharLm, fit
from linker.names.units import DEVANAGARI, DEVANAGARI_SYMBOLS, LATIN, LATIN_SYMBOLS, read

LM_ORDER = 5
NAMES_COUNT = 10.0  # a pair of the names corpus counts as so many attestations: names are the use
SETTINGS = EmSettings(least_count=6.0, strength=12.0)


def train(data: NameData) -> ChannelModel:
    """The model of the data."""
    across = _across(data)
    corpora = {
        "dl": across,
        "ld": Corpus(across.target, across.source, across.weight),
        "ll": _variants(data, lambda p: p.devanagari, lambda p: p.latin),
        "dd": _variants(data, lambda p: p.latin, lambda p: p.devanagari),
    }
    counts = {name: estimate(corpora[name], *scripts, SETTINGS) for name, scripts in DIRECTIONS.items()}
    lm = (
        _language_model([p.latin for p in _all(data)], data.latin_counts, LATIN),
        _language_model([p.devanagari for p in _all(data)], data.devanagari_counts, DEVANAGARI),
    )
    raw = ChannelModel(counts, lm, np.array([[1.0, 0.0]] * 3))
    return replace(raw, calibration=calibrate(raw, _all(data)))


def _all(data: NameData) -> list[Pair]:
    return [*data.dakshina, *data.aksharantar, *data.names]


def _across(data: NameData) -> Corpus:
    """Pairs across scripts. Names are the use, so they count more than general words; Dakshina counts its attestations."""
    weighted = [(p, p.weight) for p in data.dakshina]
    weighted += [(p, 1.5) for p in data.aksharantar]
    weighted += [(p, NAMES_COUNT) for p in data.names]
    weighted = [(p, w * (CONFLICT_SHARE if final_vowel_conflict(p.devanagari, p.latin) else 1.0)) for p, w in weighted]
    return Corpus(
        [p.devanagari for p, _ in weighted], [p.latin for p, _ in weighted], np.array([w for _, w in weighted])
    )


def _variants(data: NameData, pivot: Callable[[Pair], str], spelling: Callable[[Pair], str]) -> Corpus:
    """Different spellings of one script that share a spelling of the other, both orders; each pivot counts as its attestations."""
    by_pivot: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for pairs, factor in ((data.dakshina, 1.0), (data.aksharantar, 1.0), (data.names, NAMES_COUNT)):
        for p in pairs:
            by_pivot[pivot(p)][spelling(p)] += p.weight * factor
    source, target, weight = [], [], []
    for spellings in by_pivot.values():
        total = sum(spellings.values())
        for a, n_a in spellings.items():
            for b, n_b in spellings.items():
                if a != b:
                    source.append(a)
                    target.append(b)
                    share = CONFLICT_SHARE if final_vowel_conflict(a, b) else 1.0
                    weight.append(share * 2 * n_a * n_b / total)
    return Corpus(source, target, np.array(weight))


def _language_model(words: Iterable[str], counts: Counter[str], script: int) -> CharLm:
    """Every distinct word once per origin; tokens of the name lists by the logarithm of their count."""
    weight: dict[str, float] = defaultdict(float)
    for word in words:
        weight[word] += 1.0
    for word, count in counts.items():
        weight[word] += 1.0 + math.log2(count)
    tokens = read(list(weight))
    usable = np.where(tokens.script == script, np.array(list(weight.values())), 0.0)
    size = len(LATIN_SYMBOLS) if script == LATIN else len(DEVANAGARI_SYMBOLS)
    return fit(tokens.symbols, tokens.s_start, usable, LM_ORDER, size)
