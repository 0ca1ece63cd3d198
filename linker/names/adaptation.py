"""The channel, learned further from the names at hand.

Every district writes in its own way: v as b, ś as s, -endra as -ender. Where records share a strong identifier, two spellings of one name
stand side by side, and the channel can learn from them: its training counts, shrunk, and the expected counts of the new pairs together are
estimated anew by expectation-maximisation (a maximum a posteriori estimate with the trained channel as prior).

Guarded against drift. Spelling classes are dealt out to three sets: one to learn from, one to choose how far to go, one to decide. The
adapted channel is used only if it finds no fewer of the held-back spellings than the shipped one at the same rate of false agreement, and
forgets hardly any of the shipped families of spellings. Its weights are shifted to the shipped channel's rate of false agreement, so that
a bit stays a bit.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from linker.names.alignment_em import further_counts
from linker.names.canonical import Role, canonical, counting
from linker.names.channel import DEVANAGARI, LATIN, Channel
from linker.names.channel_file import DIRECTIONS
from linker.names.char_lm import CharLm, fit
from linker.names.lexicon import lexicon
from linker.names.units import DEVANAGARI_SYMBOLS, LATIN_SYMBOLS, read
from linker.names.words import as_array, split

FEWEST = 200
"""Distinct pairs of spellings to learn from, below which nothing is learned."""
_PLAUSIBLE = 0.0  # bits; two words worth less are more likely two names than two spellings
_MOST_WORDS = 4  # longer names are seldom written word by word alike
_PRIORS = (1.0, 0.3, 0.1)  # how much of the training counts is kept, from cautious to bold
_PAIR_COUNT = 6.0  # attestations that a pair of spellings counts for
_ROUNDS = 3
_LM_ORDER = 4
_FORGOTTEN = (
    0.01  # share of the well-known spellings that may be lost: they are those that sound rules hardly bring together
)
_RATES = (1e-2, 1e-3, 1e-4)  # of false agreements, at which recall is measured and averaged
_MOST = 1200  # held-back pairs that are compared with one another


@dataclass(frozen=True)
class SpellingPairs:
    """Different spellings of one word, one per line, and how often they stood side by side."""

    left: list[str]
    right: list[str]
    count: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.left)

    def take(self, chosen: NDArray[np.bool_]) -> SpellingPairs:
        at = np.flatnonzero(chosen).tolist()
        return SpellingPairs([self.left[k] for k in at], [self.right[k] for k in at], self.count[chosen])


@dataclass(frozen=True)
class Standing:
    """How a channel does on pairs of spellings: the share it finds, averaged over fixed rates of false agreement; that at the middle rate;
    and the weight at which the middle rate is reached."""

    recall: float
    middle: float
    limit: float


@dataclass(frozen=True)
class Adaptation:
    """What adaptation did: the channel to use, whether it is an adapted one, and why. `before` and `after` are of held-back pairs."""

    channel: Channel
    adapted: bool
    reason: str
    learned_from: int = 0
    held_back: int = 0
    before: float = 0.0
    after: float = 0.0

    @property
    def note(self) -> str:
        """One sentence for the report."""
        what = (
            "the name channel was adapted to the names at hand" if self.adapted else "the shipped name channel was kept"
        )
        figures = (
            f"; held-back spellings found: {self.before:.1%} before, {self.after:.1%} after" if self.held_back else ""
        )
        return f"{what}: {self.reason} ({self.learned_from} pairs of spellings learned from, {self.held_back} held back{figures})"


def side_by_side(left: Sequence[str], right: Sequence[str], channel: Channel) -> SpellingPairs:
    """The different spellings that names left[k], right[k] of one person put side by side, word by word.

    Names of another number of words, initials, and words that are more likely two names are left out.
    """
    texts = list(dict.fromkeys([*left, *right]))
    number = {t: k for k, t in enumerate(texts)}
    names = canonical(split(as_array(texts), lexicon().alias_marks), lexicon())
    i, j = (np.array([number[t] for t in side], np.int64) for side in (left, right))
    size = np.diff(names.offsets).astype(np.int64)
    alike = (size[i] == size[j]) & (size[i] <= _MOST_WORDS)
    i, j = i[alike], j[alike]
    place = counting(size[i])
    a, b = (np.repeat(names.offsets[side].astype(np.int64), size[i]) + place for side in (i, j))
    whole = ((names.role[a] | names.role[b]) & Role.INITIAL) == 0
    x, y = names.ids[a[whole]].astype(np.int64), names.ids[b[whole]].astype(np.int64)
    low, high = np.minimum(x, y)[x != y], np.maximum(x, y)[x != y]
    code, count = np.unique(low << 32 | high, return_counts=True)
    x, y = (code >> 32).astype(np.int32), (code & 0xFFFFFFFF).astype(np.int32)
    encoded = channel.encode(names.tokens)
    readable = (encoded.script[x] <= DEVANAGARI) & (encoded.script[y] <= DEVANAGARI)
    x, y, count = x[readable], y[readable], count[readable]
    likely = channel.weights(encoded, encoded, x, y) > _PLAUSIBLE
    tokens = names.tokens
    return SpellingPairs(
        [tokens[k] for k in x[likely].tolist()],
        [tokens[k] for k in y[likely].tolist()],
        count[likely].astype(np.float64),
    )


def adapt(channel: Channel, pairs: SpellingPairs) -> Adaptation:
    """The channel learned further from `pairs`, or the same channel if there are too few of them or it would find no more names."""
    classes = _classes(pairs)
    draw = np.array([hashlib.sha256(c.encode()).digest()[0] % 5 for c in classes], np.int8)
    guard, choose, learn = pairs.take(draw == 0), pairs.take(draw == 1), pairs.take(draw > 1)
    if len(learn) < FEWEST or not len(guard) or not len(choose):
        return Adaptation(channel, False, "too few names with two spellings share an identifier", len(learn))
    general = _families(channel)
    enough = standing(channel, general).middle - _FORGOTTEN
    best, best_standing = channel, standing(channel, choose)
    for prior in _PRIORS:
        tried = _learned(channel, learn, prior)
        found = standing(tried, choose)
        if found.recall > best_standing.recall and standing(tried, general).middle >= enough:
            best, best_standing = tried, found
    before, after = standing(channel, guard), standing(best, guard)
    figures = (len(learn), len(guard), before.recall, after.recall)
    if best is channel:
        return Adaptation(
            channel, False, "no adapted channel found more names without forgetting well-known spellings", *figures
        )
    if after.recall < before.recall:
        return Adaptation(channel, False, "an adapted channel found fewer of the names held back", *figures)
    return Adaptation(best, True, "it finds more of the names held back at the same rate of false agreement", *figures)


def standing(channel: Channel, pairs: SpellingPairs) -> Standing:
    """How the channel does on the pairs against all other combinations of their words."""
    if not len(pairs):
        return Standing(0.0, 0.0, 0.0)
    few = pairs.take(np.arange(len(pairs)) < _MOST)
    classes = np.array(_classes(few), object)
    left, right = channel.encode(few.left), channel.encode(few.right)
    n = len(few)
    i, j = (side.ravel().astype(np.int32) for side in np.meshgrid(np.arange(n), np.arange(n), indexing="ij"))
    weight = channel.weights(left, right, i, j)
    wrong = np.sort(weight[classes[i] != classes[j]])[::-1]
    limits = [float(wrong[int(rate * len(wrong))]) if len(wrong) else 0.0 for rate in _RATES]
    own = weight[i == j]
    recall = [float((own > limit).mean()) for limit in limits]
    return Standing(float(np.mean(recall)), recall[1], limits[1])


def _learned(channel: Channel, pairs: SpellingPairs, prior: float) -> Channel:
    """The channel with its counts shrunk to `prior`, those of the pairs added, and weights shifted to the old rate of false agreement."""
    counts = dict(channel.model.counts)
    both = replace(pairs, left=pairs.left + pairs.right, right=pairs.right + pairs.left, count=np.tile(pairs.count, 2))
    weight = _PAIR_COUNT * (1 + np.log2(both.count))
    for name in DIRECTIONS:
        counts[name] = further_counts(counts[name], (both.left, both.right, weight), prior, _ROUNDS)
    raw = replace(channel.model, counts=counts, local_lm=_local_language_models(channel, pairs))
    fresh = Channel(raw)
    calibration = raw.calibration.copy()
    scripts = channel.encode(pairs.left).script, channel.encode(pairs.right).script
    across = scripts[0] != scripts[1]
    kinds = (~across & (scripts[0] == LATIN), ~across & (scripts[0] == DEVANAGARI), across)
    for kind, chosen in enumerate(kinds):
        if chosen.sum() >= FEWEST // 4:
            own = pairs.take(chosen)
            calibration[kind, 1] += standing(channel, own).limit - standing(fresh, own).limit
    return Channel(replace(raw, calibration=calibration))


def _local_language_models(channel: Channel, pairs: SpellingPairs) -> tuple[CharLm, CharLm]:
    """How usual spellings are here: without it, what only local words have in common would seem to be no chance."""
    words = read(sorted({*pairs.left, *pairs.right}))
    models = []
    for script, symbols in ((LATIN, LATIN_SYMBOLS), (DEVANAGARI, DEVANAGARI_SYMBOLS)):
        here = (words.script == script).astype(np.float64)
        fitted = fit(words.symbols, words.s_start, here, _LM_ORDER, len(symbols)) if here.any() else None
        models.append(fitted or channel.model.lm[script])
    return models[0], models[1]


def _classes(pairs: SpellingPairs) -> list[str]:
    """The spelling class of every pair, named by its first spelling: spellings that pairs connect are one class."""
    parent: dict[str, str] = {}

    def root(x: str) -> str:
        while parent.setdefault(x, x) != x:
            parent[x] = parent[parent[x]]
            x = parent[x]
        return x

    for a, b in zip(pairs.left, pairs.right, strict=True):
        x, y = sorted((root(a), root(b)))
        parent[y] = x
    return [root(a) for a in pairs.left]


def _families(channel: Channel) -> SpellingPairs:
    """Well-known spellings of one name, by the shipped families: those that sound alike."""
    members: dict[int, list[str]] = {}
    for spelling, families in lexicon().families.items():
        for family, cost in families:
            if cost < 1:
                members.setdefault(family, []).append(spelling)
    pairs = sorted({(a, b) for group in members.values() for a, b in combinations(sorted(group), 2)})
    found = SpellingPairs([a for a, _ in pairs], [b for _, b in pairs], np.ones(len(pairs)))
    k = np.arange(len(pairs), dtype=np.int32)
    return found.take(channel.weights(channel.encode(found.left), channel.encode(found.right), k, k) > _PLAUSIBLE)
