"""Pairs of tokens weighed in one kernel: the channel's weights, whichever dictionaries the tokens stand in."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from linker.names.channel import Channel
from linker.names.dictionary import TokenDictionary, build_dictionary
from linker.names.evidence import Grade
from linker.names.facts import Facts
from linker.names.frequency import count
from linker.names.lexicon import lexicon
from linker.names.weighing import channel_weights, read_by, weigh

WORDS = (
    "राकेश", "सुरेन्दर", "सुरेंद्र", "मुहम्मद", "कुलदीप", "राम", "शिव", "शिब", "rakesh", "rakesj", "surendra", "mohammad", "yusuf",
    "kumar", "kumari", "x", "1२", "ramकुमार", "o'neil",
)  # fmt: skip
TOKENS = st.lists(st.sampled_from(WORDS), min_size=1, max_size=6, unique=True)


@lru_cache(maxsize=1)
def channel() -> Channel:
    return Channel.load()


def dictionary(words: list[str]) -> TokenDictionary:
    made = build_dictionary(words, channel(), lexicon())
    seen = count(made.rows["sound"], np.ones(len(words)), float(len(words)), lexicon().counts)
    seen.describe(made.rows, np.ones(len(words)))
    return made


def all_pairs(n: int) -> tuple[np.ndarray, np.ndarray]:
    return np.repeat(np.arange(n), n), np.tile(np.arange(n), n)


@given(TOKENS)
def test_the_channel_is_the_channel(words: list[str]) -> None:
    made = dictionary(words)
    i, j = (side.astype(np.int32) for side in all_pairs(len(words)))
    found = np.empty(len(i), np.float32)
    channel_weights(read_by(channel()), made.facts.arrays, i, j, found)
    assert found.tolist() == channel().weights(made.encoded, made.encoded, i, j).tolist()


@given(TOKENS, st.data())
def test_tokens_of_several_dictionaries_are_worth_what_they_are_worth_in_one(
    words: list[str], data: st.DataObject
) -> None:
    split = data.draw(st.integers(0, len(words)))
    whole, parts = dictionary(words).facts, []
    for part in (words[:split], words[split:]):
        at = np.array(data.draw(st.lists(st.integers(0, len(part) - 1), max_size=6) if part else st.just([])), np.int64)
        here = whole.rows[words.index(part[0]) :][: len(part)] if part else whole.rows[:0]
        facts = build_dictionary(part, channel(), lexicon()).facts
        facts.rows[:] = here  # how common a token is depends on all
        parts.append((facts, at))
    numbers = np.concatenate([parts[0][1], parts[1][1] + split])
    i, j = all_pairs(len(numbers))
    none = np.full(len(i), np.inf, np.float32)
    found = weigh(channel(), Facts.gathered(parts), (i, j), none)
    same = weigh(channel(), whole, (numbers[i], numbers[j]), none)
    assert [part.tolist() for part in found] == [part.tolist() for part in same]


def judged(left: str, right: str, family: float = np.inf, *, slips: bool = True) -> tuple[float, Grade]:
    made = dictionary([left, right])
    pair = np.array([0]), np.array([1])
    weight, grade = weigh(channel(), made.facts, pair, np.array([family], np.float32), slips=slips)
    return float(weight[0]), Grade(int(grade[0]))


def test_a_slip_lifts_a_pair() -> None:
    with_slips, without = judged("mahendra", "mahenrda"), judged("mahendra", "mahenrda", slips=False)
    assert with_slips[0] > without[0]


def test_a_womans_ending_tells_names_apart() -> None:
    assert judged("kumar", "kumari")[1] is Grade.FINAL_VOWEL


def test_a_family_makes_two_words_one() -> None:
    assert judged("mohammad", "md")[1] is not Grade.SAME
    assert judged("mohammad", "md", 1.0)[1] is Grade.SAME


def test_weights_do_not_depend_on_how_many_are_weighed_at_once() -> None:
    made = dictionary(list(WORDS))
    i, j = all_pairs(len(WORDS))
    none = np.full(len(i), np.inf, np.float32)
    once = weigh(channel(), made.facts, (i, j), none)
    times = 60
    many = weigh(channel(), made.facts, (np.tile(i, times), np.tile(j, times)), np.tile(none, times))
    assert [part.tolist() for part in many] == [part.tolist() * times for part in once]
