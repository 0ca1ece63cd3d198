"""Learning further from the names at hand: an odd local habit is learned, and nothing is learned where there is nothing to learn."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

from benchmarks.generator import spelling
from benchmarks.generator.lexicon import lexicon
from linker.names.adaptation import SpellingPairs, adapt, side_by_side, standing
from linker.names.channel import Channel

HABIT = (("v", "bh"), ("sh", "x"), ("ee", "y"), ("j", "zh"), ("oo", "w"))


def odd(word: str) -> str:
    for usual, here in HABIT:
        word = word.replace(usual, here)
    return word


def links(count: int, seed: int) -> tuple[list[str], list[str]]:
    """Names of one person in Devanagari and in an office's own romanisation."""
    chance, words = Random(seed), lexicon().tokens
    left, right = [], []
    for _ in range(count):
        name = [words[chance.randrange(len(words))] for _ in range(2)]
        left.append(" ".join(spelling.devanagari(w, chance) for w in name))
        right.append(" ".join(odd(spelling.latin(w, chance)) for w in name))
    return left, right


@pytest.fixture(scope="module")
def channel() -> Channel:
    return Channel.load()


def test_a_local_habit_is_learned(channel: Channel) -> None:
    found = adapt(channel, side_by_side(*links(2500, 1), channel))
    assert found.adapted, found.note
    assert found.after > found.before
    unseen = side_by_side(*links(600, 2), channel)
    assert standing(found.channel, unseen).recall > standing(channel, unseen).recall
    k = np.zeros(1, np.int32)
    left, right = (channel.encode([w]) for w in ("शीशपाल", "xyxpal"))
    assert found.channel.weights(left, right, k, k)[0] > channel.weights(left, right, k, k)[0]


def test_learning_is_reproducible(channel: Channel) -> None:
    pairs = side_by_side(*links(1200, 3), channel)
    first, second = adapt(channel, pairs), adapt(channel, pairs)
    assert first.note == second.note
    for name, counts in first.channel.model.counts.items():
        assert np.array_equal(counts.count, second.channel.model.counts[name].count)


def test_few_names_teach_nothing(channel: Channel) -> None:
    found = adapt(channel, side_by_side(*links(40, 4), channel))
    assert not found.adapted
    assert found.channel is channel
    assert "too few" in found.note


def test_names_of_different_people_are_left_out(channel: Channel) -> None:
    left, right = links(800, 5)
    Random(6).shuffle(right)
    assert len(side_by_side(left, right, channel)) < 40


def test_misleading_pairs_are_refused(channel: Channel) -> None:
    """Pairs of different names, as if they were one: whatever the channel learns, it must not get worse on what is held back."""
    words = sorted({spelling.latin(w, Random(7)) for w in lexicon().tokens})
    other = words.copy()
    Random(8).shuffle(other)
    found = adapt(channel, SpellingPairs(words, other, np.ones(len(words))))
    assert found.after >= found.before


def test_hostile_texts(channel: Channel) -> None:
    pairs = side_by_side(["", "A.B. 123", "x" * 5000, "ਗੁਰਮੀਤ"], ["राम", "", "राम\x00", "गुरमीत"], channel)
    assert not adapt(channel, pairs).adapted
